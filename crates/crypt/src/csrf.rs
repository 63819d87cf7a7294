//! The token that proves that a request was sent by our own page (SEC-035).
//!
//! Each session has one random secret. Every answer shows it under a new random mask, so that nobody can recover it from
//! the length of compressed answers. A form of somebody who is not signed in yet (SEC-038) has no session: there the
//! cookie carries one masked form of a fresh secret and the form field another; both must unmask to the same.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::secret::{equal_in_constant_time, random_bytes};

const LENGTH: usize = 32;

/// The unmasked secret of one session or one form.
#[derive(Clone)]
pub struct CsrfSecret(Zeroizing<[u8; LENGTH]>);

impl CsrfSecret {
    /// A new secret of 256 random bits.
    pub fn random() -> Self {
        CsrfSecret(Zeroizing::new(random_bytes()))
    }

    /// The secret that was stored; `None` when it does not have 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(CsrfSecret(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// What to store.
    pub fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// The secret under a new mask: 86 characters, different each time, good for a cookie, a header or a form field.
    pub fn mask(&self) -> String {
        let mask: [u8; LENGTH] = random_bytes();
        let mut bytes = [0; 2 * LENGTH];
        for position in 0..LENGTH {
            bytes[position] = mask[position];
            bytes[LENGTH + position] = mask[position] ^ self.0[position];
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The secret beneath a masked token; `None` when the text has another shape.
    pub fn unmask(token: &str) -> Option<Self> {
        // The length first: nothing large is decoded.
        if token.len() != 86 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (mask, masked) = bytes.split_at_checked(LENGTH)?;
        let mut secret = Zeroizing::new([0; LENGTH]);
        for (to, (mask, masked)) in secret.iter_mut().zip(mask.iter().zip(masked)) {
            *to = mask ^ masked;
        }
        Some(CsrfSecret(secret))
    }

    /// Whether a token that was sent belongs to this secret. Compares in constant time.
    pub fn accepts(&self, token: &str) -> bool {
        CsrfSecret::unmask(token).is_some_and(|sent| equal_in_constant_time(&*sent.0, &*self.0))
    }
}

impl std::fmt::Debug for CsrfSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CsrfSecret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_035_each_answer_has_another_mask_and_all_are_accepted() {
        let secret = CsrfSecret::random();
        let (first, second) = (secret.mask(), secret.mask());
        assert_ne!(first, second);
        assert!(secret.accepts(&first) && secret.accepts(&second));
        let stored = CsrfSecret::from_bytes(secret.as_bytes()).unwrap();
        assert!(stored.accepts(&first));
    }

    #[test]
    fn sec_035_foreign_and_damaged_tokens_are_refused() {
        let secret = CsrfSecret::random();
        assert!(!secret.accepts(&CsrfSecret::random().mask()));
        let mut damaged = secret.mask().into_bytes();
        damaged[50] = if damaged[50] == b'A' { b'B' } else { b'A' };
        assert!(!secret.accepts(std::str::from_utf8(&damaged).unwrap()));
        for text in [
            "",
            "x",
            &"A".repeat(85),
            &"A".repeat(87),
            &"ß".repeat(43),
            &"A".repeat(1_000_000),
        ] {
            assert!(!secret.accepts(text));
        }
    }

    #[test]
    fn sec_038_two_masked_forms_of_one_secret_meet() {
        let secret = CsrfSecret::random();
        let (cookie, field) = (secret.mask(), secret.mask());
        assert!(CsrfSecret::unmask(&cookie).unwrap().accepts(&field));
        assert!(
            !CsrfSecret::unmask(&cookie)
                .unwrap()
                .accepts(&CsrfSecret::random().mask())
        );
    }

    #[test]
    fn stored_secrets_of_another_length_are_refused() {
        assert!(CsrfSecret::from_bytes(&[0; 31]).is_none());
        assert!(CsrfSecret::from_bytes(&[0; 33]).is_none());
    }
}
