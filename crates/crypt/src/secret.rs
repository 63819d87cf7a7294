//! Random secrets, how they are stored, and how they are compared.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A secret in the form in which its holder gets it.
///
/// It is wiped from memory when dropped, and its debug output shows nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text that came from outside, for example a token from the configuration.
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    /// A new session id: 256 random bits as 43 characters of URL-safe base64.
    pub fn session_id() -> Self {
        Self::random_url_safe()
    }

    /// A new token for a link (invitation, reset): 256 random bits as 43 characters that need no escaping in a URL.
    pub fn link_token() -> Self {
        Self::random_url_safe()
    }

    /// A new legacy API token: 40 hexadecimal characters, the shape that existing clients recognise (160 random bits).
    pub fn legacy_token() -> Self {
        let bytes = Zeroizing::new(random_bytes::<20>());
        Secret::new(hexadecimal(&*bytes))
    }

    /// A new API token: a prefix by which scanners recognise it, 256 random bits, and a checksum (SEC-092). All in letters
    /// and digits, so that one double click takes it whole.
    pub fn api_token() -> Self {
        Self::prefixed(API_TOKEN_PREFIX)
    }

    /// A new token with which an identity provider provisions people (SEC-084): as [`Secret::api_token`], with a prefix of
    /// its own.
    pub fn scim_token() -> Self {
        Self::prefixed(SCIM_TOKEN_PREFIX)
    }

    fn prefixed(prefix: &str) -> Self {
        let bytes = Zeroizing::new(random_bytes::<32>());
        let body = Zeroizing::new(hexadecimal(&*bytes));
        Secret::new(format!("{prefix}{}{}", *body, checksum(prefix, &body)))
    }

    /// The text itself: for the one answer, cookie or link that carries it, never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What the database keeps of it. See [`hash_secret`].
    pub fn hash(&self) -> [u8; 32] {
        hash_secret(self.expose())
    }

    fn random_url_safe() -> Self {
        let bytes = Zeroizing::new(random_bytes::<32>());
        Secret::new(URL_SAFE_NO_PAD.encode(*bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// How API tokens begin.
pub const API_TOKEN_PREFIX: &str = "lkp_";
/// How tokens of provisioning begin.
const SCIM_TOKEN_PREFIX: &str = "lks_";

/// Whether the text can be an API token: a mistyped or cut one is told without asking the database.
pub fn is_api_token(text: &str) -> bool {
    is_prefixed(API_TOKEN_PREFIX, text)
}

/// The same for a token of provisioning.
pub fn is_scim_token(text: &str) -> bool {
    is_prefixed(SCIM_TOKEN_PREFIX, text)
}

fn is_prefixed(prefix: &str, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else {
        return false;
    };
    let plain = rest
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    rest.len() == 72 && plain && checksum(prefix, &rest[..64]) == rest[64..]
}

/// Eight characters that a token of the same alphabet has by chance once in four thousand million times.
fn checksum(prefix: &str, body: &str) -> String {
    hexadecimal(&hash_secret(&format!("{prefix}{body}"))[..4])
}

/// SHA-256 of a random secret, as the database keeps it.
///
/// A plain hash is enough only because the secrets have 160 bits or more of their own; passwords go through
/// [`crate::password::hash`].
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Bytes from the operating system's generator.
///
/// # Panics
/// When the operating system cannot give random bytes. Nothing that needs a secret may go on then, and no caller could do
/// better than to fail its request.
pub fn random_bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    if let Err(error) = getrandom::fill(&mut bytes) {
        bytes.zeroize();
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

/// Lower-case hexadecimal text.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sec_022_session_ids_and_links_have_256_bits_and_never_repeat() {
        let secrets: Vec<_> = (0..200)
            .flat_map(|_| [Secret::session_id(), Secret::link_token()])
            .collect();
        for secret in &secrets {
            assert_eq!(URL_SAFE_NO_PAD.decode(secret.expose()).map(|bytes| bytes.len()), Ok(32));
        }
        let distinct: HashSet<_> = secrets.iter().map(Secret::expose).collect();
        assert_eq!(distinct.len(), secrets.len());
    }

    #[test]
    fn sec_092_legacy_tokens_have_40_hexadecimal_characters() {
        let token = Secret::legacy_token();
        assert_eq!(token.expose().len(), 40);
        assert!(
            token
                .expose()
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        );
    }

    #[test]
    fn sec_092_api_tokens_have_a_prefix_and_a_checksum() {
        let token = Secret::api_token();
        let text = token.expose();
        assert!(text.starts_with("lkp_") && text.len() == 76 && is_api_token(text));
        assert!(is_scim_token(Secret::scim_token().expose()) && !is_scim_token(text));
        let other = if text.as_bytes()[10] == b'a' { "b" } else { "a" };
        let mistyped = format!("{}{other}{}", &text[..10], &text[11..]);
        for wrong in [
            &mistyped,
            &text[..75],
            &text[4..],
            &text.to_uppercase(),
            "lkp_",
            "lkp_é",
        ] {
            assert!(!is_api_token(wrong), "{wrong}");
        }
    }

    #[test]
    fn stored_hash_is_sha_256() {
        // FIPS 180-4, one-block message.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hexadecimal(&hash_secret("abc")), expected);
        assert_eq!(Secret::new("abc".into()).hash(), hash_secret("abc"));
    }

    #[test]
    fn sec_204_debug_output_hides_the_secret() {
        assert_eq!(format!("{:?}", Secret::new("marked".into())), "Secret(hidden)");
    }

    #[test]
    fn comparison_sees_content_and_length() {
        assert!(equal_in_constant_time(b"same", b"same"));
        assert!(!equal_in_constant_time(b"same", b"sane"));
        assert!(!equal_in_constant_time(b"same", b"same "));
    }
}
