//! The `result` of annotations and drafts: a JSON array, or a string that holds one.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The text of a JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonArray(String);

impl JsonArray {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl<'de> Deserialize<'de> for JsonArray {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = String::from(Box::<str>::from(raw));
        if text.starts_with('[') {
            return Ok(JsonArray(text));
        }
        if text == "null" {
            return Err(D::Error::custom("This field may not be null."));
        }
        let inner: Option<String> = serde_json::from_str(&text).ok();
        match inner {
            Some(inner) if inner.trim_start().starts_with('[') && super::check_json(inner.as_bytes()).is_ok() => {
                Ok(JsonArray(inner.trim().to_owned()))
            }
            _ => Err(D::Error::custom(
                "annotation \"result\" field in annotation must be list",
            )),
        }
    }
}
