//! What filters ask of values, for SQLite. PostgreSQL has functions of the same names (migration 0014), and both give the same
//! answers. They never fail: what is no JSON, no number or no pattern gives null, or no match.

use std::collections::HashMap;
use std::fmt;

use regex_automata::meta::Regex;
use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::Result;

/// Adds the functions to a connection.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("labelkeep_field", 2, flags, |context| {
        Ok(text(context, 0)
            .zip(text(context, 1))
            .and_then(|(content, path)| field(content, path)))
    })?;
    connection.create_scalar_function("labelkeep_number", 1, flags, |context| {
        Ok(text(context, 0).and_then(number))
    })?;
    connection.create_scalar_function("labelkeep_fold", 1, flags, |context| Ok(text(context, 0).map(fold)))?;
    connection.create_scalar_function("labelkeep_same", 2, flags, |context| {
        Ok(text(context, 0)
            .zip(text(context, 1))
            .map(|(one, other)| same(one, other)))
    })?;
    connection.create_scalar_function("labelkeep_matches", 2, flags, |context| {
        let Some(content) = text(context, 0) else {
            return Ok(None);
        };
        let regex = context.get_or_create_aux(1, |pattern| {
            Ok::<_, std::convert::Infallible>(pattern.as_str().ok().and_then(pattern_of))
        })?;
        Ok(Some(
            regex.as_ref().as_ref().is_some_and(|regex| regex.is_match(content)),
        ))
    })?;
    Ok(())
}

fn text<'a>(context: &'a Context<'_>, place: usize) -> Option<&'a str> {
    match context.get_raw(place) {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// A pattern that somebody has written; none when it does not compile, or would be too large.
pub fn pattern_of(pattern: &str) -> Option<Regex> {
    Regex::builder()
        .configure(Regex::config().nfa_size_limit(Some(1 << 20)))
        .build(pattern)
        .ok()
}

/// The text of a key of a JSON object: a string itself, anything else as it is written, nothing for null. When no key has the
/// name and it holds `__`, the way through keys (and places of lists) that it names.
pub fn field(content: &str, path: &str) -> Option<String> {
    if let Some(found) = member(content, path).and_then(shown) {
        return Some(found);
    }
    if !path.contains("__") {
        return None;
    }
    let mut at = content;
    for key in path.split("__") {
        at = match at.trim_start().as_bytes().first()? {
            b'{' => member(at, key)?,
            b'[' => item(at, key.parse().ok()?)?,
            _ => return None,
        };
    }
    shown(at)
}

/// The value as text. A NUL character is none that PostgreSQL knows.
fn shown(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'n' => None,
        b'"' => serde_json::from_str::<String>(raw)
            .ok()
            .filter(|text| !text.contains('\0')),
        _ => Some(raw.to_owned()),
    }
}

/// The last member of this name.
fn member<'a>(content: &'a str, key: &str) -> Option<&'a str> {
    struct Find<'k>(&'k str);
    impl<'de> Visitor<'de> for Find<'_> {
        type Value = Option<&'de str>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(name) = map.next_key::<Name<'de>>()? {
                if name.0 == self.0 {
                    found = Some(map.next_value::<&'de RawValue>()?.get());
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    serde_json::Deserializer::from_str(content)
        .deserialize_map(Find(key))
        .ok()
        .flatten()
}

/// A key, without a copy where it holds no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// An item of a list; from its end, when the place is negative.
fn item(content: &str, place: i64) -> Option<&str> {
    struct Items;
    impl<'de> Visitor<'de> for Items {
        type Value = Vec<&'de str>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element::<&'de RawValue>()? {
                items.push(item.get());
            }
            Ok(items)
        }
    }
    let items = serde_json::Deserializer::from_str(content)
        .deserialize_seq(Items)
        .ok()?;
    let place = if place < 0 { place + items.len() as i64 } else { place };
    items.get(usize::try_from(place).ok()?).copied()
}

/// The number that a text is: digits with a point and an exponent, nothing around them. What leaves the range of doubles is none.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    if !plain {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let mantissa = digits.split(['e', 'E']).next().unwrap_or_default();
    let vanished = number == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    (number.is_finite() && !vanished).then_some(number)
}

/// Lower case by the rules of Unicode, character by character. There is one small sigma, wherever in a word it stands.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|character| if character == 'ς' { 'σ' } else { character })
        .collect()
}

/// Whether two JSON texts say the same: the order of keys, blanks and the spelling of numbers do not count.
pub fn same(one: &str, other: &str) -> bool {
    fn equal(one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
            (Value::Array(one), Value::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
            }
            (Value::Object(one), Value::Object(other)) => {
                let other: HashMap<&str, &Value> = other.iter().map(|(key, value)| (key.as_str(), value)).collect();
                one.len() == other.len()
                    && one
                        .iter()
                        .all(|(key, value)| other.get(key.as_str()).is_some_and(|other| equal(value, other)))
            }
            _ => one == other,
        }
    }
    match (serde_json::from_str(one), serde_json::from_str(other)) {
        (Ok(one), Ok(other)) => equal(&one, &other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name_and_by_way() {
        let data =
            r#"{"a": "x\"y", "n": 1.50, "o": {"k": [1, {"z": "deep"}]}, "o__k": "named so", "nil": null, "a": "last"}"#;
        assert_eq!(field(data, "a").as_deref(), Some("last"));
        assert_eq!(field(data, "n").as_deref(), Some("1.50"));
        assert_eq!(field(data, "o__k").as_deref(), Some("named so"));
        assert_eq!(field(data, "o__k__1__z").as_deref(), Some("deep"));
        assert_eq!(field(data, "o__k__-1__z").as_deref(), Some("deep"));
        assert_eq!(field(data, "o").as_deref(), Some(r#"{"k": [1, {"z": "deep"}]}"#));
        for nothing in ["nil", "none", "o__k__7", "a__b", "o__x__y"] {
            assert_eq!(field(data, nothing), None, "{nothing}");
        }
        for hostile in ["", "[", "{", "[1]", r#"{"a":"\u0000"}"#, r#"{"a":"\ud800"}"#] {
            assert_eq!(field(hostile, "a"), None, "{hostile}");
        }
    }

    #[test]
    fn numbers_are_plain_and_finite() {
        for (text, expected) in [
            ("1", 1.0),
            ("-1.5", -1.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("+2e3", 2000.0),
            ("0.0", 0.0),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in [
            "", "-", "1 ", "1e", "e1", "inf", "nan", "0x1", "1e999", "1e-999", "1,5", "--1", "١",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_folded_and_patterns_bounded() {
        assert_eq!(fold("ΟΔΟΣ Straße İ"), "οδοσ straße i\u{307}");
        assert!(pattern_of("(").is_none() && pattern_of("(a{1000}){1000}").is_none());
        assert!(same(r#"[{"a":1,"b":[2.0]}]"#, r#"[{"b":[2],"a":1.0}]"#) && !same("[1]", "[1,1]") && !same("{", "{"));
    }
}
