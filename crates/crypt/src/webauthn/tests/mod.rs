//! The two ceremonies against the standard's own vectors, a software authenticator of ours, and bytes that were tampered with.

mod ceremonies;
mod tampering;
mod vectors;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};

use super::*;

const CHALLENGE: &[u8] = b"a challenge of thirty-two bytes.";
const HANDLE: &[u8] = b"a user's handle";

fn rp() -> RelyingParty {
    RelyingParty::new("labels.example", "https://labels.example")
}

/// An authenticator whose answers can be wrong in every way.
struct Authenticator {
    key: p256::ecdsa::SigningKey,
    flags: u8,
    count: u32,
    id: Vec<u8>,
    rp_id: &'static str,
    origin: &'static str,
    challenge: Vec<u8>,
}

impl Authenticator {
    fn new() -> Self {
        Authenticator {
            key: p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key"),
            // Somebody present and verified, with a passkey that is copied to other devices.
            flags: 0x1d,
            count: 0,
            id: vec![0xc1; 32],
            rp_id: "labels.example",
            origin: "https://labels.example",
            challenge: CHALLENGE.to_vec(),
        }
    }

    fn client_data(&self, kind: &str, more: &str) -> Vec<u8> {
        let challenge = URL_SAFE_NO_PAD.encode(&self.challenge);
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{}"{more}}}"#,
            self.origin
        )
        .into_bytes()
    }

    fn head(&self, more_flags: u8) -> Vec<u8> {
        let mut bytes = Sha256::digest(self.rp_id).to_vec();
        bytes.push(self.flags | more_flags);
        bytes.extend(self.count.to_be_bytes());
        bytes
    }

    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat()
    }

    fn new_credential(&self) -> Vec<u8> {
        let mut bytes = self.head(0x40);
        bytes.extend([0; 16]);
        bytes.extend((self.id.len() as u16).to_be_bytes());
        bytes.extend(&self.id);
        bytes.extend(self.cose_key());
        bytes
    }

    fn sign(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let message = [data, &Sha256::digest(client_data)].concat();
        let signature: p256::ecdsa::Signature = self.key.sign(&message);
        signature.to_der().as_bytes().to_vec()
    }

    fn register(&self) -> Result<NewCredential, Refusal> {
        let client_data = self.client_data("webauthn.create", r#","crossOrigin":false"#);
        self.register_with(&client_data, &attestation(&self.new_credential()))
    }

    fn register_with(&self, client_data_json: &[u8], attestation_object: &[u8]) -> Result<NewCredential, Refusal> {
        let answer = Registration {
            client_data_json,
            attestation_object,
        };
        verify_registration(&rp(), CHALLENGE, answer)
    }

    fn assert(&self, stored: StoredCredential<'_>) -> Result<Used, Refusal> {
        self.assert_with(stored, &self.client_data("webauthn.get", ""), &self.head(0))
    }

    fn assert_with(&self, stored: StoredCredential<'_>, client_data: &[u8], data: &[u8]) -> Result<Used, Refusal> {
        let signature = self.sign(data, client_data);
        let answer = Assertion {
            client_data_json: client_data,
            authenticator_data: data,
            signature: &signature,
            user_handle: Some(HANDLE),
        };
        verify_assertion(&rp(), CHALLENGE, stored, answer, true)
    }
}

fn stored(public_key: &[u8]) -> StoredCredential<'_> {
    StoredCredential {
        public_key,
        sign_count: 0,
        backup_eligible: true,
        user_handle: HANDLE,
    }
}

/// An attestation object without attestation.
fn attestation(data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
    bytes.extend((data.len() as u16).to_be_bytes());
    bytes.extend(data);
    bytes
}
