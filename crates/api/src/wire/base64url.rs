//! Bytes in JSON as WebAuthn writes them: base64url without padding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// More than any part of an authenticator's answer has.
const MAX: usize = 64 * 1_024;

/// Bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base64Url(pub Vec<u8>);

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = Some(text)
            .filter(|text| text.len() <= MAX)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        bytes
            .map(Base64Url)
            .ok_or_else(|| de::Error::custom("This is not base64url without padding."))
    }
}
