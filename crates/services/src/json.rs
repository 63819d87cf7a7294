//! Small questions to raw JSON text, answered without building a tree.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The keys of a JSON object, in order; none when the text is something else.
pub(crate) fn top_level_keys(text: &str) -> Vec<String> {
    keys_of(text).into_iter().map(Cow::into_owned).collect()
}

/// The same, borrowed from the text.
pub(crate) fn keys_of(text: &str) -> Vec<Cow<'_, str>> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<Cow<'de, str>>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::with_capacity(map.size_hint().unwrap_or(4));
            while let Some(Key(key)) = map.next_key()? {
                map.next_value::<IgnoredAny>()?;
                keys.push(key);
            }
            Ok(keys)
        }
    }
    serde_json::Deserializer::from_str(text)
        .deserialize_map(Keys)
        .unwrap_or_default()
}

/// A key, borrowed where it is written without escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of a JSON object as they are written, in order; none when the text is something else.
fn members(text: &str) -> Vec<(String, &str)> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de str)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(key) = map.next_key::<String>()? {
                members.push((key, map.next_value::<&'de RawValue>()?.get()));
            }
            Ok(members)
        }
    }
    serde_json::Deserializer::from_str(text)
        .deserialize_map(Members)
        .unwrap_or_default()
}

/// The value of a key as it is written.
pub(crate) fn raw_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    members(text)
        .into_iter()
        .find(|(name, _)| name == key)
        .map(|(_, raw)| raw)
}

/// The object with this key set to a value that is JSON; the other members stay as they are written.
pub(crate) fn with_key(text: &str, key: &str, value: &str) -> String {
    let mut members = members(text);
    match members.iter_mut().find(|(name, _)| name == key) {
        Some((_, raw)) => *raw = value,
        None => members.push((key.to_owned(), value)),
    }
    let members: Vec<String> = members
        .into_iter()
        .map(|(name, raw)| format!("{}: {raw}", serde_json::Value::from(name)))
        .collect();
    format!("{{{}}}", members.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{top_level_keys, with_key};

    #[test]
    fn a_key_is_set_and_the_rest_stays_as_it_is_written() {
        let text = r#"{"a": 1.50, "b": {"x":[1]}}"#;
        assert_eq!(with_key(text, "a", "\"z\""), r#"{"a": "z", "b": {"x":[1]}}"#);
        assert_eq!(with_key(text, "c\"", "2"), r#"{"a": 1.50, "b": {"x":[1]}, "c\"": 2}"#);
        assert_eq!(with_key("broken", "a", "1"), r#"{"a": 1}"#);
    }

    #[test]
    fn keys_come_in_order_and_only_from_the_top() {
        assert_eq!(top_level_keys(r#"{"b": {"x": 1}, "a": [1]}"#), ["b", "a"]);
        assert!(top_level_keys("[1]").is_empty());
        assert!(top_level_keys("{broken").is_empty());
    }
}
