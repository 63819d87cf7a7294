//! One-time codes of authenticator apps (RFC 6238 with the parameters that every app knows: SHA-1, six digits, 30 seconds),
//! and the recovery codes for the day on which the app is lost (SEC-070, SEC-071).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::Secret;
use crate::secret::random_bytes;

/// Seconds of one step.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks of phones differ.
const DRIFT: i64 = 1;
const DIGITS: u32 = 6;
/// RFC 4648, as authenticator apps read it: letters and digits that nobody confuses.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator app and the server share: 160 bits. Wiped when dropped; debug output shows nothing.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// A new one.
    pub fn random() -> Self {
        TotpSecret(Zeroizing::new(random_bytes::<20>().to_vec()))
    }

    /// One that was stored.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        TotpSecret(Zeroizing::new(bytes.to_vec()))
    }

    /// For the sealed column.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For people who type it into the app.
    pub fn base32(&self) -> Secret {
        Secret::new(base32(&self.0))
    }

    /// The step of a code that is right at this time (seconds since 1970-01-01 UTC), with one step of drift either way.
    /// Steps up to `last_step` were used before and are not taken again. Every candidate is compared in constant time.
    pub fn accepts(&self, code: &str, seconds: i64, last_step: i64) -> Option<i64> {
        let now = seconds.div_euclid(STEP);
        let mut found = None;
        for step in now - DRIFT..=now + DRIFT {
            let right = bool::from(self.code(step).as_bytes().ct_eq(code.as_bytes()));
            if right && step > last_step && found.is_none() {
                found = Some(step);
            }
        }
        found
    }

    /// The code that is shown at a time, in seconds.
    pub fn code_at(&self, seconds: i64) -> String {
        self.code(seconds.div_euclid(STEP))
    }

    /// RFC 4226 §5.3.
    fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(&step.to_be_bytes());
        let tag = mac.finalize().into_bytes();
        let offset = usize::from(tag[19] & 15);
        let number = u32::from_be_bytes([tag[offset] & 127, tag[offset + 1], tag[offset + 2], tag[offset + 3]]);
        format!("{:06}", number % 10_u32.pow(DIGITS))
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TotpSecret(hidden)")
    }
}

/// A recovery code: 80 random bits as four groups of four letters and digits.
pub fn recovery_code() -> Secret {
    let bytes = Zeroizing::new(random_bytes::<10>());
    let text = Zeroizing::new(base32(&*bytes));
    let mut code = String::with_capacity(19);
    for (number, character) in text.chars().enumerate() {
        if number > 0 && number % 4 == 0 {
            code.push('-');
        }
        code.push(character);
    }
    Secret::new(code)
}

/// What the database keeps of a recovery code, as it is typed: case, blanks and hyphens do not count. `None` when the text
/// cannot be one. 80 bits of their own need no slow hash; see [`crate::secret::hash_secret`].
pub fn recovery_hash(typed: &str) -> Option<[u8; 32]> {
    let mut plain = Zeroizing::new(String::with_capacity(16));
    for character in typed.chars().filter(|c| !matches!(c, ' ' | '-')) {
        let character = character.to_ascii_uppercase();
        if plain.len() == 16 || !character.is_ascii() || !ALPHABET.contains(&(character as u8)) {
            return None;
        }
        plain.push(character);
    }
    (plain.len() == 16).then(|| crate::secret::hash_secret(&plain))
}

/// RFC 4648 §6 without padding.
fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = (bits << 8 | u32::from(*byte)) & 0xffff;
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(char::from(ALPHABET[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        out.push(char::from(ALPHABET[(bits << (5 - count) & 31) as usize]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the codes there have eight digits, of which ours are the last six.
    #[test]
    fn sec_070_the_codes_are_those_of_the_rfc() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(seconds), code, "{seconds}");
        }
    }

    #[test]
    fn sec_070_one_step_of_drift_and_no_step_twice() {
        let secret = TotpSecret::random();
        let now = 1_800_000_000;
        let step = now / 30;
        for drift in [-1, 0, 1] {
            assert_eq!(
                secret.accepts(&secret.code_at(now + 30 * drift), now, 0),
                Some(step + drift)
            );
        }
        // A code that is right for another step by chance would be one in 300,000.
        let fixed = TotpSecret::from_bytes(b"12345678901234567890");
        assert_eq!(fixed.accepts(&fixed.code_at(59 + 60), 59, 0), None);
        assert_eq!(fixed.accepts("287082", 59, 1), None, "step 1 was used");
        assert_eq!(fixed.accepts("28708", 59, 0), None);
        assert_eq!(fixed.accepts("", 59, 0), None);
    }

    /// RFC 4648 §10.
    #[test]
    fn base32_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(TotpSecret::random().base32().expose().len(), 32);
    }

    #[test]
    fn sec_071_recovery_codes_have_80_bits_and_are_read_as_people_type_them() {
        let code = recovery_code();
        assert_eq!(code.expose().len(), 19);
        let hash = recovery_hash(code.expose()).expect("a code");
        let typed = format!(" {} ", code.expose().to_lowercase().replace('-', " "));
        assert_eq!(recovery_hash(&typed), Some(hash));
        for bad in [
            "",
            "123456",
            "AAAA-AAAA-AAAA-AAA",
            "AAAA-AAAA-AAAA-AAAAA",
            "AAAA-AAAA-AAAA-AAA1",
            "ÄAAA-AAAA-AAAA-AAAA",
        ] {
            assert_eq!(recovery_hash(bad), None, "{bad}");
        }
    }
}
