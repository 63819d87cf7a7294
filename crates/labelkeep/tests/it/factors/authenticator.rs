//! An authenticator and the browser before it, in software: makes passkeys and answers with them.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_testkit::{Client, Reply, Value, json};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};

/// One passkey on one authenticator, used in a page of this origin. Tests change what they want to be wrong.
pub(crate) struct Passkey {
    key: SigningKey,
    pub(crate) id: Vec<u8>,
    pub(crate) user_handle: Option<String>,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    /// Somebody is present, and verified.
    pub(crate) flags: u8,
    pub(crate) count: u32,
}

/// Each authenticator has a key of its own.
static NUMBER: AtomicU32 = AtomicU32::new(1);

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Passkey {
    /// One that no server knows yet.
    pub(crate) fn new(url: &str) -> Passkey {
        let seed = Sha256::digest(NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        Passkey {
            key: SigningKey::from_slice(&seed).expect("a key"),
            id: seed[..16].to_vec(),
            user_handle: None,
            origin: url.to_owned(),
            rp_id: "localhost".to_owned(),
            flags: 0x05,
            count: 0,
        }
    }

    /// Makes one for somebody who is signed in.
    pub(crate) async fn enrol(person: &Client, url: &str, name: &str) -> (Passkey, Reply) {
        let question = person
            .post("/api/current-user/passkeys/begin/", json!({}))
            .await
            .expect(200)
            .json();
        let mut passkey = Passkey::new(url);
        passkey.user_handle = question["publicKey"]["user"]["id"].as_str().map(str::to_owned);
        let body = passkey.registration(&question, name);
        let reply = person.post("/api/current-user/passkeys/finish/", body).await;
        (passkey, reply)
    }

    /// The browser's answer to the question about a new passkey.
    pub(crate) fn registration(&self, question: &Value, name: &str) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let length = (self.id.len() as u16).to_be_bytes();
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat();
        let data = [&self.head(0x40)[..], &[0; 16], &length, &self.id, &cose].concat();
        let object = [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"[..],
            &(data.len() as u16).to_be_bytes(),
            &data,
        ]
        .concat();
        let response = json!({
            "clientDataJSON": encode(&self.client_data("webauthn.create", question)),
            "attestationObject": encode(&object),
            "transports": ["internal", "<script>"],
        });
        json!({
            "state": question["state"],
            "name": name,
            "credential": {
                "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "response": response,
                "clientExtensionResults": {}, "authenticatorAttachment": "platform",
            },
        })
    }

    /// The browser's answer to the question for a passkey.
    pub(crate) fn answer(&self, question: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", question);
        let data = self.head(0);
        let signature: Signature = self.key.sign(&[&data[..], &Sha256::digest(&client_data)].concat());
        let response = json!({
            "clientDataJSON": encode(&client_data),
            "authenticatorData": encode(&data),
            "signature": encode(signature.to_der().as_bytes()),
            "userHandle": self.user_handle,
        });
        json!({
            "state": question["state"],
            "credential": {
                "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "response": response,
                "clientExtensionResults": {},
            },
        })
    }

    fn client_data(&self, kind: &str, question: &Value) -> Vec<u8> {
        let challenge = &question["publicKey"]["challenge"];
        let data = json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn head(&self, more_flags: u8) -> Vec<u8> {
        let hash = Sha256::digest(self.rp_id.as_bytes());
        [&hash[..], &[self.flags | more_flags], &self.count.to_be_bytes()].concat()
    }
}

/// Asks the sign-in form's script for a question.
pub(crate) async fn begin(client: &Client, path: &str) -> Value {
    client
        .post(&format!("{path}begin/"), json!({}))
        .await
        .expect(200)
        .json()
}

/// Signs in by the passkey alone.
pub(crate) async fn sign_in(client: &Client, passkey: &Passkey) -> Reply {
    client.get("/user/login/").await.expect(200);
    let question = begin(client, ALONE).await;
    client.post(&format!("{ALONE}finish/"), passkey.answer(&question)).await
}

pub(crate) const ALONE: &str = "/user/login/passkey/";
pub(crate) const SECOND: &str = "/user/second-factor/passkey/";
