//! Small questions to raw JSON text, answered without building a tree.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// The keys of a JSON object, in order; none when the text is something else.
pub(crate) fn top_level_keys(text: &str) -> Vec<String> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::with_capacity(map.size_hint().unwrap_or(4));
            while let Some(key) = map.next_key::<String>()? {
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

#[cfg(test)]
mod tests {
    use super::top_level_keys;

    #[test]
    fn keys_come_in_order_and_only_from_the_top() {
        assert_eq!(top_level_keys(r#"{"b": {"x": 1}, "a": [1]}"#), ["b", "a"]);
        assert!(top_level_keys("[1]").is_empty());
        assert!(top_level_keys("{broken").is_empty());
    }
}
