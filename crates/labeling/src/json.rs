//! The rules for JSON from outside (SEC-160).

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// Deepest accepted nesting of arrays and objects.
pub const MAX_DEPTH: usize = 128;

/// JSON text that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong and where.
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

/// Checks JSON text against SEC-160 without building a tree: well-formed, nested at most [`MAX_DEPTH`] deep, finite
/// numbers, no key twice in an object, no NUL character in a string.
pub fn check_json(text: &str) -> Result<(), JsonError> {
    read(text, Skip)
}

/// Reads a whole text with a seed; nothing but white space may follow.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, JsonError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    // serde_json itself refuses numbers beyond the range of f64 and recursion deeper than 128.
    let value = seed
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|e| JsonError { message: e.to_string() })
}

/// Reads any value, checks it, keeps nothing.
pub(crate) struct Skip;

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    // A borrowed text had no escapes, and the reader refuses raw control characters: it holds no NUL.
    fn visit_borrowed_str<E>(self, _: &'de str) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        no_nul(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Skip)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = Keys::default();
        while let Some(Text(key)) = map.next_key()? {
            keys.add(key)?;
            map.next_value_seed(Skip)?;
        }
        Ok(())
    }
}

pub(crate) fn no_nul<E: serde::de::Error>(text: &str) -> Result<(), E> {
    match text.contains('\0') {
        true => Err(E::custom("NUL characters are not allowed")),
        false => Ok(()),
    }
}

/// A string, borrowed from the text when it has no escapes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Text<'de>(pub(crate) Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                no_nul(text)?;
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// How many keys of an object are compared one by one before a set takes over.
const FEW: usize = 16;

/// The keys of one object: in place while few, in a set beyond.
pub(crate) struct Keys<'de> {
    few: [Cow<'de, str>; FEW],
    /// One bit for each mark seen; a free bit says at once that a key is new.
    seen: u64,
    count: usize,
    many: Option<HashSet<Cow<'de, str>>>,
}

impl Default for Keys<'_> {
    fn default() -> Self {
        Keys {
            few: [const { Cow::Borrowed("") }; FEW],
            seen: 0,
            count: 0,
            many: None,
        }
    }
}

impl<'de> Keys<'de> {
    /// Refuses a key that was there before.
    pub(crate) fn add<E: serde::de::Error>(&mut self, key: Cow<'de, str>) -> Result<(), E> {
        // Fibonacci hashing spreads the marks over the 64 bits.
        let bit = 1_u64 << (mark(&key).wrapping_mul(0x9E37_79B1) >> 26);
        let twice = self.seen & bit != 0
            && (self.few[..self.count].contains(&key) || self.many.as_ref().is_some_and(|m| m.contains(&key)));
        self.seen |= bit;
        if twice {
            return Err(E::custom(format_args!("the key {} is there twice", quoted(&key))));
        }
        if self.count < FEW {
            self.few[self.count] = key;
            self.count += 1;
        } else {
            self.many.get_or_insert_default().insert(key);
        }
        Ok(())
    }
}

/// Length, first and last byte: tells most texts apart without comparing them.
pub(crate) fn mark(text: &str) -> u32 {
    match text.as_bytes() {
        [] => 0,
        [first, .., last] => (text.len() as u32) << 16 | u32::from(*first) << 8 | u32::from(*last),
        [only] => 1 << 16 | u32::from(*only),
    }
}

/// A text for a message: in quotes, cut when long.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("\"{}\"", short.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_160_refuses_what_must_not_come_in() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(check_json(&deep(120)).is_ok());
        assert!(check_json(&deep(200)).is_err());
        assert!(check_json(&deep(1_000_000)).is_err());
        assert!(check_json(r#"{"a":1,"b":{"a":1}}"#).is_ok());
        assert!(
            check_json(r#"{"a":1,"\u0061":2}"#)
                .unwrap_err()
                .message
                .contains("\"a\" is there twice")
        );
        assert!(check_json(r#"["a\u0000b"]"#).unwrap_err().message.contains("NUL"));
        assert!(check_json(r#"{"a\u0000b":1}"#).is_err());
        assert!(check_json("1e999").is_err());
        assert!(check_json("NaN").is_err());
        assert!(check_json("[1] x").is_err());
        let many: Vec<String> = (0..100).map(|i| format!("\"k{i}\":1")).collect();
        assert!(check_json(&format!("{{{}}}", many.join(","))).is_ok());
        assert!(check_json(&format!("{{{},\"k99\":2}}", many.join(","))).is_err());
    }
}
