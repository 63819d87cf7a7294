//! Addresses of objects in task data: those that a storage of the project opens are shown as links of ours, behind which the caller's
//! rights are asked each time.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use labelkeep_blob::{Bucket, PROVIDERS};
use labelkeep_store::storages as rows;

use super::opened;
use crate::{Result, Services};
use std::sync::Arc;

/// How the addresses begin that browsers cannot open.
fn schemes() -> impl Iterator<Item = &'static str> {
    PROVIDERS.iter().filter_map(|provider| provider.scheme())
}

/// Whether the data may name objects: asked of every task, so it only looks.
pub fn names_objects(data: &str) -> bool {
    schemes().any(|scheme| data.contains(scheme))
}

/// The sources of a project that open addresses.
pub struct Links(Vec<Arc<dyn Bucket>>);

impl Links {
    /// Those of a project.
    pub async fn of(services: &Services, project_id: i64) -> Result<Links> {
        let rows = rows::list(&services.db, project_id, false).await?;
        let mut buckets = Vec::with_capacity(rows.len());
        for row in &rows {
            // One that cannot be opened any more opens no address.
            buckets.extend(opened::bucket(services, row).await.ok());
        }
        Ok(Links(buckets))
    }

    /// The data of a task with links in the place of addresses.
    pub fn shown<'a>(&self, task_id: i64, data: &'a str) -> Cow<'a, str> {
        let opens = |address: &str| self.0.iter().any(|bucket| bucket.key_of(address).is_some());
        if self.0.is_empty() || !names_objects(data) {
            return Cow::Borrowed(data);
        }
        rewritten(data, &|address| opens(address).then(|| link(task_id, address)))
    }
}

fn link(task_id: i64, address: &str) -> String {
    format!("/tasks/{task_id}/resolve/?fileuri={}", URL_SAFE.encode(address))
}

/// Whether the data of a task names the object: as a whole value, or in quotes within one (SEC-188).
pub(super) fn is_named(data: &str, address: &str) -> bool {
    let mut found = false;
    for_each_value(data, names_objects, |_, text| {
        found = found || text == address || is_quoted(text, address);
    });
    found
}

/// Whether the data of a task has an address with this part that `is_it`: as a whole value, or in quotes within one.
pub(crate) fn any_address(data: &str, part: &str, is_it: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    for_each_value(
        data,
        |text| text.contains(part),
        |_, text| found = found || is_it(text) || quoted(text, part).any(&is_it),
    );
    found
}

/// What stands in quotes in a text and has this part.
pub(crate) fn quoted<'a>(text: &'a str, part: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(part).filter_map(|(at, _)| {
        let begin = text[..at].rfind(['"', '\''])?;
        let quote = text[begin..].chars().next()?;
        let inside = &text[begin + 1..];
        Some(&inside[..inside.find(quote)?])
    })
}

/// Whether a text, such as HTML or a labeling configuration, names the object in quotes.
pub(super) fn is_quoted(text: &str, address: &str) -> bool {
    addresses(text)
        .iter()
        .any(|(begin, end)| &text[*begin..*end] == address)
}

/// Replaces addresses in the strings of a JSON text; everything else stays as it is, to the last digit.
fn rewritten<'a>(data: &'a str, replace: &dyn Fn(&str) -> Option<String>) -> Cow<'a, str> {
    let mut out = String::new();
    let mut from = 0;
    for_each_value(data, names_objects, |range, text| {
        let Some(new) = replaced(text, replace) else { return };
        out.push_str(&data[from..range.start]);
        out.push_str(&serde_json::Value::from(new).to_string());
        from = range.end;
    });
    if from == 0 {
        return Cow::Borrowed(data);
    }
    out.push_str(&data[from..]);
    Cow::Owned(out)
}

/// Calls with each string value that `holds` an address: where its literal stands, and what it says. Names of keys are no values.
fn for_each_value(data: &str, holds: impl Fn(&str) -> bool, mut each: impl FnMut(std::ops::Range<usize>, &str)) {
    let bytes = data.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'"' {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < bytes.len() && bytes[at] != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let end = (at + 1).min(bytes.len());
        at = end;
        let behind = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        if behind == Some(&b':') {
            continue;
        }
        let Some(literal) = data.get(start..end) else { return };
        // Slashes may be escaped, and any letter, too.
        if !(holds(literal) || literal.contains('\\')) {
            continue;
        }
        if let Ok(text) = serde_json::from_str::<String>(literal)
            && holds(&text)
        {
            each(start..end, &text);
        }
    }
}

fn replaced(text: &str, replace: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if schemes().any(|scheme| text.starts_with(scheme)) {
        return replace(text);
    }
    let mut out = String::new();
    let mut from = 0;
    for (begin, end) in addresses(text) {
        if let Some(new) = replace(&text[begin..end]) {
            out.push_str(&text[from..begin]);
            out.push_str(&new);
            from = end;
        }
    }
    (from > 0).then(|| {
        out.push_str(&text[from..]);
        out
    })
}

/// Where addresses in quotes stand in a text, as in HTML.
fn addresses(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (begin, quote) in text
        .char_indices()
        .filter(|(_, character)| matches!(character, '"' | '\''))
    {
        let begin = begin + 1;
        let rest = &text[begin..];
        if schemes().any(|scheme| rest.starts_with(scheme))
            && let Some(length) = rest.find(quote)
        {
            found.push((begin, begin + length));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(address: &str) -> Option<String> {
        address.starts_with("s3://ours/").then(|| format!("[{address}]"))
    }

    #[test]
    fn addresses_are_replaced_and_nothing_else_is() {
        for (data, expected) in [
            (
                r#"{"image": "s3://ours/a b.jpg", "n": 1.10}"#,
                r#"{"image": "[s3://ours/a b.jpg]", "n": 1.10}"#,
            ),
            (r#"{"image": "s3:\/\/ours\/é"}"#, r#"{"image": "[s3://ours/é]"}"#),
            (
                r#"{"a": ["s3://ours/1", {"b": "s3://ours/2"}]}"#,
                r#"{"a": ["[s3://ours/1]", {"b": "[s3://ours/2]"}]}"#,
            ),
            (
                r#"{"html": "<img src='s3://ours/1'><img src=\"s3://ours/2\">"}"#,
                r#"{"html": "<img src='[s3://ours/1]'><img src=\"[s3://ours/2]\">"}"#,
            ),
        ] {
            assert_eq!(rewritten(data, &new), expected);
        }
        for same in [
            r#"{"image": "s3://theirs/a.jpg"}"#,
            r#"{"s3://ours/key": 1}"#,
            r#"{"text": "see s3://ours/a"}"#,
            r#"{"text": "'s3://ours/a"}"#,
            r#"{"broken": "s3://ours/"#,
            "\"",
            "\"\\",
            r#"{"a": 12345678901234567890.10}"#,
        ] {
            assert_eq!(rewritten(same, &new), same);
        }
    }

    #[test]
    fn addresses_with_a_part_are_found_in_values_and_in_quotes() {
        let part = "/files/?d=";
        let data = r#"{"a": "http:\/\/x\/files\/?d=1", "b": ["<img src='/files/?d=2'>, \"/files/?d=3\""], "/files/?d=4": "/files/?d"}"#;
        for (address, is_there) in [
            ("http://x/files/?d=1", true),
            ("/files/?d=2", true),
            ("/files/?d=3", true),
            ("/files/?d=4", false),
        ] {
            assert_eq!(any_address(data, part, |found| found == address), is_there, "{address}");
        }
        assert_eq!(quoted("é'é/files/?d=é'é/files/?d='", part).count(), 2);
        assert_eq!(quoted("/files/?d=1 \"/files/?d=1", part).count(), 0);
    }

    #[test]
    fn sec_188_an_object_is_named_as_a_whole() {
        let data = r#"{"image": "s3://ours/a.jpg", "html": "<img src='s3://ours/b.jpg'>"}"#;
        assert!(is_named(data, "s3://ours/a.jpg") && is_named(data, "s3://ours/b.jpg"));
        for other in ["s3://ours/a.jp", "s3://ours/", "s3://ours/c.jpg", "image", ""] {
            assert!(!is_named(data, other), "{other}");
        }
    }
}
