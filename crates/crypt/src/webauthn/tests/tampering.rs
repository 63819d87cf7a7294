use proptest::prelude::*;

use super::*;

/// Changes, cuts or lengthens the bytes; `None` when nothing changed.
fn tampered(bytes: &[u8], at: usize, value: u8, cut: bool) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    match at % (bytes.len() + 1) {
        end if end == bytes.len() => changed.push(value),
        at if cut => changed.truncate(at),
        at => changed[at] = value,
    }
    (changed != bytes).then_some(changed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sec_072_a_proof_that_was_tampered_with_is_refused(part in 0..3_usize, at: usize, value: u8, cut: bool) {
        let authenticator = Authenticator::new();
        let (key, client_data, data) = (authenticator.cose_key(), authenticator.client_data("webauthn.get", ""), authenticator.head(0));
        let signature = authenticator.sign(&data, &client_data);
        let mut parts = [client_data, data, signature];
        let Some(changed) = tampered(&parts[part], at, value, cut) else { return Ok(()) };
        parts[part] = changed;
        let [client_data_json, authenticator_data, signature] = &parts;
        let answer = Assertion { client_data_json, authenticator_data, signature, user_handle: Some(HANDLE) };
        prop_assert!(verify_assertion(&rp(), CHALLENGE, stored(&key), answer, true).is_err());
    }

    #[test]
    fn sec_072_a_stored_key_that_was_tampered_with_proves_nothing(at: usize, value: u8, cut: bool) {
        let authenticator = Authenticator::new();
        if let Some(key) = tampered(&authenticator.cose_key(), at, value, cut) {
            prop_assert!(authenticator.assert(stored(&key)).is_err());
        }
    }

    /// A registration is not signed: a changed one gives at most a credential that is made of what it says.
    #[test]
    fn sec_072_a_registration_of_any_bytes_ends(at: usize, value: u8, cut: bool) {
        let authenticator = Authenticator::new();
        let object = attestation(&authenticator.new_credential());
        let client_data = authenticator.client_data("webauthn.create", "");
        if let Some(object) = tampered(&object, at, value, cut)
            && let Ok(made) = authenticator.register_with(&client_data, &object) {
                prop_assert!(object.windows(made.id.len()).any(|window| window == made.id));
                prop_assert_eq!(made.public_key, authenticator.cose_key());
            }
        if let Some(client_data) = tampered(&client_data, at, value, cut) {
            let spaces = |bytes: &[u8]| bytes.iter().filter(|byte| byte.is_ascii_whitespace()).count();
            let verdict = authenticator.register_with(&client_data, &object);
            prop_assert!(verdict.is_err() || spaces(&client_data) > 0, "{:?}", String::from_utf8_lossy(&client_data));
        }
    }

    #[test]
    fn sec_072_noise_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let authenticator = Authenticator::new();
        let client_data = authenticator.client_data("webauthn.create", "");
        prop_assert!(authenticator.register_with(&client_data, &bytes).is_err());
        let with_head = attestation(&[authenticator.head(0xc0), bytes.clone()].concat());
        prop_assert!(authenticator.register_with(&client_data, &with_head).is_err());
        let key = authenticator.cose_key();
        prop_assert!(authenticator.assert_with(stored(&key), &bytes, &bytes).is_err());
        prop_assert!(authenticator.assert(stored(&bytes)).is_err());
    }
}
