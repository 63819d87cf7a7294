//! Links of a hash chain and the signatures that fix it (SEC-218, SEC-219).

use std::fmt;

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::jwt::SigningKeyError;
use crate::secret::{hexadecimal, random_bytes};

/// SHA-256 over the link before and the record.
pub type Link = [u8; 32];

/// What stands before the first record.
pub const START: Link = [0; 32];

/// The link of a record (its canonical JSON) behind `previous`.
pub fn link(previous: &Link, record: &str) -> Link {
    Sha256::new()
        .chain_update(previous)
        .chain_update(record.as_bytes())
        .finalize()
        .into()
}

/// An Ed25519 key that signs checkpoints, with a random id. Its public part is what others keep to check them.
#[derive(Clone)]
pub struct CheckpointKey {
    id: String,
    key: ed25519_dalek::SigningKey,
}

impl CheckpointKey {
    /// A new random key.
    pub fn generate() -> Self {
        let seed = Zeroizing::new(random_bytes::<32>());
        CheckpointKey {
            id: hexadecimal(&random_bytes::<8>()),
            key: ed25519_dalek::SigningKey::from_bytes(&seed),
        }
    }

    /// The key that was stored under this id.
    ///
    /// # Errors
    /// When the bytes are not an Ed25519 key in PKCS #8 (DER) form.
    pub fn from_pkcs8(id: String, pkcs8: &[u8]) -> Result<Self, SigningKeyError> {
        let key = ed25519_dalek::SigningKey::from_pkcs8_der(pkcs8).map_err(|_| SigningKeyError)?;
        Ok(CheckpointKey { id, key })
    }

    /// The private key in PKCS #8 (DER) form, to be sealed and stored.
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let document = self.key.to_pkcs8_der().expect("a key in memory can be written");
        Zeroizing::new(document.as_bytes().to_vec())
    }

    /// The id, for the primary key of its row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The 32 bytes of the public key (RFC 8032).
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs a statement.
    pub fn sign(&self, statement: &str) -> [u8; 64] {
        self.key.sign(statement.as_bytes()).to_bytes()
    }

    /// Whether this key signed the statement.
    pub fn accepts(&self, statement: &str, signature: &[u8]) -> bool {
        let key: VerifyingKey = self.key.verifying_key();
        Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_strict(statement.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CheckpointKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Lower-case hexadecimal, as hashes are written.
pub fn hex(bytes: &[u8]) -> String {
    hexadecimal(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_218_a_link_depends_on_the_record_and_on_all_before_it() {
        let first = link(&START, "{}");
        // As sha256sum says of 32 zero bytes and "{}".
        assert_eq!(
            hex(&first),
            "fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db"
        );
        assert_ne!(link(&first, "{}"), first);
        assert_ne!(link(&START, "{\"a\":1}"), first);
    }

    #[test]
    fn sec_219_a_signature_belongs_to_one_statement_and_one_key() {
        let key = CheckpointKey::generate();
        let again = CheckpointKey::from_pkcs8(key.id().to_owned(), &key.to_pkcs8()).expect("just written");
        let signature = key.sign("statement");
        assert!(again.accepts("statement", &signature));
        assert!(!again.accepts("statement.", &signature));
        assert!(!again.accepts("statement", &signature[1..]));
        assert!(!CheckpointKey::generate().accepts("statement", &signature));
        assert!(!format!("{key:?}").contains("key:"));
    }
}
