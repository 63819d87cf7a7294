//! Encryption of what a record says of one person, under a key of that person alone: whoever destroys the key has erased it
//! from every record, and from every copy of the records (SEC-220).
//!
//! AES-256-GCM-SIV (RFC 8452) with one fixed nonce: equal details of one person give equal bytes, so that a record can name
//! them by their digest and they are stored once. That much, which records of a person are alike, the cipher tells by
//! design when a nonce repeats, and no more.

use std::fmt;

use aes_gcm_siv::aead::{Aead, KeyInit};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use zeroize::Zeroizing;

use crate::sealing::OpenError;
use crate::secret::random_bytes;

const KEY_LENGTH: usize = 32;
const NONCE: [u8; 12] = *b"personal 1\0\0";

/// The key of one person. At rest it is sealed like every other secret.
pub struct PersonalKey(Zeroizing<[u8; KEY_LENGTH]>);

impl PersonalKey {
    /// A new random key.
    pub fn generate() -> Self {
        PersonalKey(Zeroizing::new(random_bytes()))
    }

    /// The key of these bytes; none when there are not 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| PersonalKey(Zeroizing::new(bytes)))
    }

    /// The bytes, to be sealed.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Encrypts; equal texts give equal bytes, 16 more than the text has.
    pub fn hide(&self, text: &str) -> Vec<u8> {
        self.cipher()
            .encrypt(&Nonce::from(NONCE), text.as_bytes())
            .expect("only a text of 64 GiB or more is too long for this cipher")
    }

    /// Decrypts.
    ///
    /// # Errors
    /// When another key has encrypted it, or the bytes have been changed.
    pub fn show(&self, hidden: &[u8]) -> Result<String, OpenError> {
        let bytes = self
            .cipher()
            .decrypt(&Nonce::from(NONCE), hidden)
            .map_err(|_| OpenError::Refused)?;
        String::from_utf8(bytes).map_err(|_| OpenError::Malformed)
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&(*self.0).into())
    }
}

impl fmt::Debug for PersonalKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PersonalKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_220_only_the_persons_key_shows_what_it_has_hidden() {
        let (ada, other) = (PersonalKey::generate(), PersonalKey::generate());
        let hidden = ada.hide("192.0.2.7");
        assert_eq!(hidden.len(), 9 + 16);
        assert_eq!(hidden, ada.hide("192.0.2.7"));
        assert_ne!(hidden, other.hide("192.0.2.7"));
        assert_eq!(ada.show(&hidden).as_deref(), Ok("192.0.2.7"));
        assert_eq!(other.show(&hidden), Err(OpenError::Refused));
        assert_eq!(ada.show(&hidden[1..]), Err(OpenError::Refused));
        let again = PersonalKey::from_bytes(ada.bytes()).expect("32 bytes");
        assert_eq!(again.show(&hidden).as_deref(), Ok("192.0.2.7"));
        assert!(PersonalKey::from_bytes(b"short").is_none());
        assert_eq!(format!("{ada:?}"), "PersonalKey");
    }
}
