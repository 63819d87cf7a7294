//! `include=a,b` keeps only these fields of each answered object, `omit=a,b` drops these.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::entries::Entries;

/// Which fields the caller wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldChoice {
    include: Option<BTreeSet<String>>,
    omit: BTreeSet<String>,
}

impl FieldChoice {
    /// From the comma-separated lists of the query; what is named in any of them counts.
    pub fn of<'a>(include: impl Iterator<Item = &'a str>, omit: impl Iterator<Item = &'a str>) -> Self {
        let joined = |lists: Vec<&str>| (!lists.is_empty()).then(|| lists.join(","));
        let (include, omit) = (joined(include.collect()), joined(omit.collect()));
        FieldChoice::new(include.as_deref(), omit.as_deref())
    }

    /// From the two comma-separated lists.
    pub fn new(include: Option<&str>, omit: Option<&str>) -> Self {
        let set = |list: &str| {
            list.split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        FieldChoice {
            include: include.filter(|list| !list.is_empty()).map(set),
            omit: omit.map(set).unwrap_or_default(),
        }
    }

    /// Whether every field is wanted.
    pub fn is_all(&self) -> bool {
        self.include.is_none() && self.omit.is_empty()
    }

    /// Whether this field is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.include.as_ref().is_none_or(|names| names.contains(name)) && !self.omit.contains(name)
    }

    /// Whether this field is asked for by its name.
    pub fn names(&self, name: &str) -> bool {
        self.include.as_ref().is_some_and(|names| names.contains(name)) && self.wants(name)
    }

    /// Drops what is not wanted from JSON text: of an object, of each object in a list, or of each in `results`.
    pub fn apply(&self, json: Vec<u8>) -> Vec<u8> {
        if self.is_all() {
            return json;
        }
        let Ok(text) = std::str::from_utf8(&json) else {
            return json;
        };
        let mut out = String::with_capacity(text.len());
        self.value(text, &mut out, true);
        out.into_bytes()
    }

    fn value(&self, text: &str, out: &mut String, outermost: bool) {
        if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                self.value(item.get(), out, false);
            }
            out.push(']');
            return;
        }
        let Ok(Entries(entries)) = serde_json::from_str::<Entries<'_>>(text) else {
            out.push_str(text);
            return;
        };
        let paged = outermost && entries.iter().any(|(key, _)| key == "results");
        out.push('{');
        let mut first = true;
        for (key, value) in entries.iter().filter(|(key, _)| paged || self.wants(key)) {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
            out.push_str(&serde_json::Value::from(key.as_ref()).to_string());
            out.push(':');
            if paged && key == "results" {
                self.value(value.get(), out, false)
            } else {
                out.push_str(value.get())
            }
        }
        out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(include: Option<&str>, omit: Option<&str>, json: &str) -> String {
        String::from_utf8(FieldChoice::new(include, omit).apply(json.into())).expect("text")
    }

    #[test]
    fn fields_are_chosen_in_objects_lists_and_pages() {
        assert_eq!(
            apply(Some("id, b"), None, r#"{"id":1,"a":2,"b":{"a":3}}"#),
            r#"{"id":1,"b":{"a":3}}"#
        );
        assert_eq!(
            apply(None, Some("a"), r#"[{"id":1,"a":2},{"id":3}]"#),
            r#"[{"id":1},{"id":3}]"#
        );
        assert_eq!(
            apply(
                Some("id"),
                None,
                r#"{"count":1,"next":null,"results":[{"id":1,"a":2}]}"#
            ),
            r#"{"count":1,"next":null,"results":[{"id":1}]}"#
        );
    }
}
