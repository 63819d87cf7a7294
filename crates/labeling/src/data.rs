//! Which task data a configuration needs, and the check of a task against it.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::config::{Config, DataField};
use crate::json::{Keys, Text, quoted};
use crate::registry::registry;
use crate::tree::Tree;

/// The key under which data is stored that came without a field name.
pub const UNDEFINED: &str = "$undefined$";

/// The field that a value refers to: `$a.b` gives `a.b`, `Title: $t` gives `t`; `None` for literal text.
pub(crate) fn reference(value: &str) -> Option<String> {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '[' | ']' | '.' | '{' | '}');
    if let Some(path) = value.trim().strip_prefix('$')
        && !path.is_empty()
        && path.chars().all(is_path)
    {
        return Some(path.to_owned());
    }
    value.match_indices('$').find_map(|(at, _)| {
        let rest = &value[at + 1..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}

/// The fields that named elements read, and the keys for [`Config::data_keys`].
pub(crate) fn fields(tree: &Tree) -> (Vec<DataField>, Vec<String>) {
    let mut fields: Vec<DataField> = Vec::new();
    let mut lists: Vec<String> = Vec::new();
    for node in tree.nodes.iter().filter(|n| n.given("name").is_some()) {
        if let Some(path) = node.get("value").and_then(reference) {
            match fields.iter_mut().find(|f| f.path == path) {
                Some(field) => field.tags.push(node.tag.clone()),
                None => fields.push(DataField {
                    path,
                    tags: vec![node.tag.clone()],
                }),
            }
        }
        lists.extend(node.get("valueList").and_then(reference));
    }
    let mut keys: Vec<String> = Vec::new();
    let paths: Vec<&String> = if fields.is_empty() {
        lists.iter().collect()
    } else {
        fields.iter().map(|f| &f.path).collect()
    };
    for path in paths {
        let key = path.split('[').next().unwrap_or(path).to_owned();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    (fields, keys)
}

impl Config {
    /// Checks a task's data (the text of a JSON object) against the configuration.
    ///
    /// Every field that the `value` of a named element refers to must be there with a type that its tag accepts;
    /// `$undefined$` stands for the first key. The error is a sentence without the importer's `[assume: …]` note.
    /// Only the shape of the top level is read; use [`crate::check_json`] for the rules of JSON from outside.
    pub fn check_data(&self, data: &str) -> Result<(), String> {
        let wanted = Wanted { config: self };
        let found = crate::json::read(data, wanted).map_err(|e| e.message)?;
        for (field, found) in self.fields().iter().zip(found) {
            check_field(field, found)?;
        }
        Ok(())
    }
}

/// The part of a path before the first `.` or `[`.
pub(crate) fn top(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

/// Reads the top level of the data and keeps the text of the wanted fields; the rest is passed over.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    config: &'a Config,
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Option<&'de str>>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Option<&'de str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object as task data")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let fields = self.config.fields();
        let mut found = vec![None; fields.len()];
        let mut undefined = None;
        let mut seen = Keys::default();
        while let Some(Text(key)) = map.next_key()? {
            let at = self.config.fields_at(&key);
            if at.is_empty() && key != UNDEFINED {
                map.next_value::<serde::de::IgnoredAny>()?;
                continue;
            }
            seen.add(key.clone())?;
            let text = map.next_value::<&'de RawValue>()?.get();
            if key == UNDEFINED {
                undefined = Some(text);
            }
            for &index in at {
                let path = &fields[index].path;
                // A key written with dots counts as well as a nested one.
                if *path == key {
                    found[index] = Some(text);
                } else if top(path) == key && found[index].is_none() {
                    found[index] = inside(text, &path[key.len()..]);
                }
            }
        }
        if let (Some(text), Some(first)) = (undefined, self.config.data_keys().first()) {
            for (field, found) in fields.iter().zip(&mut found) {
                if field.path == *first {
                    found.get_or_insert(text);
                }
            }
        }
        Ok(found)
    }
}

/// Walks a path (`.b.c`, `[0].b`) into the text of a value. A list met on the way is the answer: its elements are
/// looked at only when they are shown.
fn inside<'de>(text: &'de str, path: &str) -> Option<&'de str> {
    let path = match path.chars().next() {
        None => return Some(text),
        Some('[') => return Some(text),
        Some(_) => path.trim_start_matches('.'),
    };
    let key = top(path);
    let found = crate::json::read(text, Key(key)).ok()??;
    inside(found, &path[key.len()..])
}

/// Reads the text of one key of an object; `None` when it is missing.
struct Key<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<&'de str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Text(key)) = map.next_key()? {
            if key == self.0 {
                found = Some(map.next_value::<&'de RawValue>()?.get());
            } else {
                map.next_value::<serde::de::IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

fn check_field(field: &DataField, found: Option<&str>) -> Result<(), String> {
    let path = &field.path;
    let Some(text) = found else {
        return Err(format!(
            "\"{}\" key is expected in task data",
            path.split('[').next().unwrap_or(path)
        ));
    };
    let is = json_type(text);
    if path.contains('[') {
        let list = path.split('[').next().unwrap_or(path);
        return match is {
            "array" => Ok(()),
            _ => Err(format!("\"{list}\" in task data is expected to be a list, not {is}")),
        };
    }
    let accepted = |tag: &String| -> Vec<&str> {
        match registry().tag(tag) {
            Some(tag) if !tag.data.is_empty() => tag.data.iter().map(String::as_str).collect(),
            _ => vec!["string"],
        }
    };
    // A boolean passes where a whole number does.
    let fits = |accepted: Vec<&str>| {
        accepted.contains(&is)
            || is == "integer" && accepted.contains(&"number")
            || is == "boolean" && accepted.contains(&"integer")
    };
    if field.tags.iter().any(|tag| fits(accepted(tag))) {
        return Ok(());
    }
    let tag = &field.tags[0];
    let types = accepted(tag).join(", ");
    Err(format!(
        "data['{path}']={} is of type {is}, but the tag {tag} expects: {types}",
        shown(text)
    ))
}

/// The JSON type of a value's text.
fn json_type(text: &str) -> &'static str {
    match text.trim_start().as_bytes().first() {
        Some(b'"') => "string",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ if text.contains(['.', 'e', 'E']) => "number",
        _ => "integer",
    }
}

fn shown(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str, data: &str) -> Result<(), String> {
        Config::parse(xml).unwrap().check_data(data)
    }

    #[test]
    fn references_are_found_as_the_language_says() {
        let cases = [
            ("$text", Some("text")),
            ("$a.b[0].c", Some("a.b[0].c")),
            ("Title: $title!", Some("title")),
            ("$a and $b", Some("a")),
            ("costs 5$", None),
            ("plain", None),
            ("$", None),
            ("$items[{{idx}}].text", Some("items[{{idx}}].text")),
        ];
        for (value, expected) in cases {
            assert_eq!(reference(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn missing_keys_and_wrong_types_are_named() {
        let xml = r#"<View><Image name="i" value="$image"/><Text name="t" value="$text"/></View>"#;
        assert_eq!(check(xml, r#"{"image":"a","text":1}"#), Ok(()));
        assert_eq!(
            check(xml, r#"{"image":"a"}"#),
            Err("\"text\" key is expected in task data".into())
        );
        assert_eq!(
            check(xml, r#"{"text":true,"image":["a"]}"#),
            Ok(()),
            "a boolean passes for a number"
        );
        let wrong = check(xml, r#"{"text":"x","image":5}"#).unwrap_err();
        assert_eq!(
            wrong,
            "data['image']=5 is of type integer, but the tag Image expects: string, array"
        );
        assert!(check(xml, "[]").is_err());
        assert!(check(xml, r#"{"image":"#).is_err());
    }

    #[test]
    fn nested_paths_lists_and_the_unnamed_key() {
        let nested = r#"<View><Text name="t" value="$a.b"/></View>"#;
        assert_eq!(check(nested, r#"{"a":{"b":"x"}}"#), Ok(()));
        assert_eq!(check(nested, r#"{"a.b":"x"}"#), Ok(()));
        assert_eq!(
            check(nested, r#"{"a":{"c":"x"}}"#),
            Err("\"a.b\" key is expected in task data".into())
        );
        let repeated = r#"<View><Repeater on="$u"><Text name="t_{{idx}}" value="$u[{{idx}}].text"/></Repeater></View>"#;
        assert_eq!(check(repeated, r#"{"u":[{"text":"x"}]}"#), Ok(()));
        assert_eq!(
            check(repeated, r#"{"u":"x"}"#).unwrap_err(),
            "\"u\" in task data is expected to be a list, not string"
        );
        let plain = r#"<View><Text name="t" value="$text"/></View>"#;
        assert_eq!(check(plain, r#"{"$undefined$":"line"}"#), Ok(()));
        assert_eq!(check("<View></View>", r#"{"anything":null}"#), Ok(()));
        let lists = Config::parse(r#"<View><Image name="i" valueList="$pages"/></View>"#).unwrap();
        assert_eq!(lists.data_keys(), ["pages"]);
        assert_eq!(lists.check_data("{}"), Ok(()));
    }
}
