use super::*;

#[test]
fn sec_072_a_passkey_is_made_and_used() {
    let mut authenticator = Authenticator::new();
    let made = authenticator.register().expect("a credential");
    assert_eq!(made.id, authenticator.id);
    assert_eq!((made.sign_count, made.backup_eligible, made.backed_up), (0, true, true));
    authenticator.flags = 0x0d;
    let used = authenticator.assert(stored(&made.public_key)).expect("a proof");
    assert_eq!((used.sign_count, used.backed_up), (0, false));
}

#[test]
fn sec_072_what_the_browser_says_must_be_about_this_page() {
    let authenticator = Authenticator::new();
    let (key, attested) = (authenticator.cose_key(), attestation(&authenticator.new_credential()));
    let both = |registration: &[u8], assertion: &[u8], refusal: Refusal| {
        assert_eq!(authenticator.register_with(registration, &attested), Err(refusal));
        let data = authenticator.head(0);
        assert_eq!(authenticator.assert_with(stored(&key), assertion, &data), Err(refusal));
    };
    let said = |kind: &str, more: &str| authenticator.client_data(kind, more);
    both(&said("webauthn.get", ""), &said("webauthn.create", ""), Refusal::Type);
    for more in [r#","crossOrigin":true"#, r#","topOrigin":"https://evil.example""#] {
        both(
            &said("webauthn.create", more),
            &said("webauthn.get", more),
            Refusal::CrossOrigin,
        );
    }
    for more in [r#","type":"webauthn.get""#, r#","crossOrigin":"no""#, "]"] {
        both(
            &said("webauthn.create", more),
            &said("webauthn.get", more),
            Refusal::ClientData,
        );
    }
    let long = format!(r#","extra":"{}""#, "x".repeat(9_000));
    both(
        &said("webauthn.create", &long),
        &said("webauthn.get", &long),
        Refusal::ClientData,
    );
    both(b"", b"\xff\xfe", Refusal::ClientData);
    // Members that browsers may add one day are passed over.
    let more = r#","crossOrigin":false,"tokenBinding":{"status":"supported"}"#;
    authenticator
        .register_with(&said("webauthn.create", more), &attested)
        .expect("a credential");
}

#[test]
fn sec_072_origin_and_rp_id_are_exact() {
    let real = Authenticator::new().cose_key();
    for origin in [
        "https://labels.example:8443",
        "http://labels.example",
        "https://labels.example/",
        "https://LABELS.example",
        "https://a.labels.example",
        "https://labels.example.evil.example",
        "null",
    ] {
        let authenticator = Authenticator {
            origin,
            ..Authenticator::new()
        };
        assert_eq!(authenticator.register(), Err(Refusal::Origin), "{origin}");
        assert_eq!(authenticator.assert(stored(&real)), Err(Refusal::Origin), "{origin}");
    }
    for rp_id in ["example", "evil.example", "labels.example.", ""] {
        let authenticator = Authenticator {
            rp_id,
            ..Authenticator::new()
        };
        assert_eq!(authenticator.register(), Err(Refusal::RelyingParty), "{rp_id}");
        assert_eq!(
            authenticator.assert(stored(&real)),
            Err(Refusal::RelyingParty),
            "{rp_id}"
        );
    }
}

#[test]
fn sec_072_the_challenge_is_ours() {
    for challenge in [&b""[..], &CHALLENGE[1..], b"another challenge of as many by."] {
        let authenticator = Authenticator {
            challenge: challenge.to_vec(),
            ..Authenticator::new()
        };
        assert_eq!(authenticator.register(), Err(Refusal::Challenge));
        assert_eq!(
            authenticator.assert(stored(&authenticator.cose_key())),
            Err(Refusal::Challenge)
        );
    }
}

#[test]
fn sec_072_the_user_was_there_and_verified() {
    for (flags, refusal) in [
        (0x1c, Refusal::Presence),
        (0x19, Refusal::Verification),
        (0x15, Refusal::Backup),
    ] {
        let authenticator = Authenticator {
            flags,
            ..Authenticator::new()
        };
        assert_eq!(authenticator.register(), Err(refusal));
        assert_eq!(authenticator.assert(stored(&authenticator.cose_key())), Err(refusal));
    }
    // What may be copied does not become what may not, nor the other way round.
    let bound = Authenticator {
        flags: 0x05,
        ..Authenticator::new()
    };
    assert_eq!(bound.assert(stored(&bound.cose_key())), Err(Refusal::Backup));
}

#[test]
fn sec_072_a_counter_grows_or_stays_at_nothing() {
    let mut authenticator = Authenticator::new();
    let key = authenticator.cose_key();
    for (before, now, right) in [
        (0, 0, true),
        (0, 1, true),
        (6, 7, true),
        (7, u32::MAX, true),
        (7, 7, false),
        (7, 6, false),
        (7, 0, false),
    ] {
        authenticator.count = now;
        let stored = StoredCredential {
            sign_count: before,
            ..stored(&key)
        };
        let verdict = authenticator.assert(stored);
        assert_eq!(
            verdict.map(|used| used.sign_count),
            if right { Ok(now) } else { Err(Refusal::Counter) }
        );
    }
}

#[test]
fn sec_072_the_account_is_the_credentials_own() {
    let authenticator = Authenticator::new();
    let (key, client_data, data) = (
        authenticator.cose_key(),
        authenticator.client_data("webauthn.get", ""),
        authenticator.head(0),
    );
    let signature = authenticator.sign(&data, &client_data);
    let verdict = |user_handle: Option<&[u8]>, needed: bool| {
        let answer = Assertion {
            client_data_json: &client_data,
            authenticator_data: &data,
            signature: &signature,
            user_handle,
        };
        verify_assertion(&rp(), CHALLENGE, stored(&key), answer, needed)
    };
    verdict(Some(HANDLE), false).expect("a proof");
    verdict(None, false).expect("a proof");
    assert_eq!(verdict(None, true), Err(Refusal::UserHandle));
    for wrong in [&b""[..], b"somebody else", &[0; 65]] {
        assert_eq!(verdict(Some(wrong), false), Err(Refusal::UserHandle));
    }
}

#[test]
fn sec_072_ids_of_credentials_are_bounded() {
    let mut authenticator = Authenticator {
        id: vec![1; MAX_CREDENTIAL_ID],
        ..Authenticator::new()
    };
    assert_eq!(authenticator.register().expect("a credential").id.len(), 1_023);
    for length in [0, 1_024, 5_000] {
        authenticator.id = vec![1; length];
        assert_eq!(authenticator.register(), Err(Refusal::CredentialId));
    }
}

#[test]
fn sec_072_nothing_follows_the_last_part() {
    let authenticator = Authenticator::new();
    let client_data = authenticator.client_data("webauthn.create", "");
    let mut data = authenticator.new_credential();
    let object = [attestation(&data), vec![0]].concat();
    assert_eq!(
        authenticator.register_with(&client_data, &object),
        Err(Refusal::AttestationObject)
    );
    data.push(0);
    assert_eq!(
        authenticator.register_with(&client_data, &attestation(&data)),
        Err(Refusal::AuthenticatorData)
    );
    // The same byte counts as extensions when the flag says so and it is a map.
    data[32] |= 0x80;
    *data.last_mut().expect("a byte") = 0xa0;
    authenticator
        .register_with(&client_data, &attestation(&data))
        .expect("a credential");
    let key = authenticator.cose_key();
    let client_data = authenticator.client_data("webauthn.get", "");
    let longer = [authenticator.head(0), vec![0]].concat();
    assert_eq!(
        authenticator.assert_with(stored(&key), &client_data, &longer),
        Err(Refusal::AuthenticatorData)
    );
    // A proof brings no new credential.
    let both = authenticator.new_credential();
    assert_eq!(
        authenticator.assert_with(stored(&key), &client_data, &both),
        Err(Refusal::AuthenticatorData)
    );
}

#[test]
fn sec_072_only_keys_that_can_be_trusted_are_taken() {
    let authenticator = Authenticator::new();
    let good = authenticator.cose_key();
    let register = |key: &[u8]| {
        let mut data = authenticator.new_credential();
        data.truncate(data.len() - good.len());
        data.extend(key);
        authenticator.register_with(&authenticator.client_data("webauthn.create", ""), &attestation(&data))
    };
    register(&good).expect("a credential");
    let off_the_curve = [&good[..good.len() - 1], &[good[good.len() - 1] ^ 1]].concat();
    let another_algorithm = [&good[..4], &[0x38, 0x22], &good[5..]].concat();
    let twice = [&[0xa6][..], &good[1..], &[0x03, 0x26]].concat();
    let with_more = [&[0xa6][..], &good[1..], &[0x02, 0x41, 0x00]].concat();
    let short = [&good[..good.len() - 34], &[0x58, 31], &[1; 31]].concat();
    // A point of small order, with which one signature fits many messages.
    let weak = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32, 1][..], &[0; 31]].concat();
    let rsa_of_1024_bits = [
        &[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x58, 128][..],
        &[0xff; 128],
        &[0x21, 0x43, 1, 0, 1],
    ]
    .concat();
    let with_exponent_3 = [
        &[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0][..],
        &[0xff; 256],
        &[0x21, 0x41, 3],
    ]
    .concat();
    for key in [
        &off_the_curve,
        &another_algorithm,
        &twice,
        &with_more,
        &short,
        &weak,
        &rsa_of_1024_bits,
        &with_exponent_3,
        &vec![0xa0],
        &vec![],
    ] {
        assert_eq!(register(key), Err(Refusal::PublicKey), "{key:x?}");
    }
}
