//! Where a task holds DocLang documents.

use std::collections::HashSet;

use serde_json::Value;

use super::ExportTask;

/// A document and the name of its file without ending.
pub(super) struct Document {
    pub(super) name: String,
    pub(super) text: String,
}

/// How deep strings are looked for in a value.
const DEPTH: usize = 32;
/// How many parts of a value are looked at.
const PARTS: usize = 10_000;

/// Types of results that never hold a document; results of controls of one's own may have any other.
const OTHERS: [&str; 33] = [
    "bitmask",
    "bitmasklabels",
    "brush",
    "brushlabels",
    "chatmessage",
    "choices",
    "datetime",
    "ellipse",
    "ellipselabels",
    "hypertextlabels",
    "keypoint",
    "keypointlabels",
    "labels",
    "magicwand",
    "number",
    "ocrlabels",
    "pairwise",
    "paragraphlabels",
    "polygon",
    "polygonlabels",
    "ranker",
    "rating",
    "rectangle",
    "rectanglelabels",
    "relation",
    "taxonomy",
    "timelinelabels",
    "timeserieslabels",
    "vector",
    "vectorlabels",
    "videorectangle",
    "videovector",
    "videovectorlabels",
];

/// The documents of annotations that were not skipped, of drafts that did not become one of these, or else of the data.
pub(super) fn documents(task: &ExportTask) -> Vec<Document> {
    let mut found = Vec::new();
    let mut written = HashSet::new();
    for annotation in task.annotations.iter().filter(|annotation| !annotation.was_cancelled) {
        let results = serde_json::from_str(annotation.result.get()).unwrap_or_default();
        if let Some(text) = in_results(&results) {
            written.insert(annotation.id);
            found.push(Document {
                name: format!("task-{}-annotation-{}", task.id, annotation.id),
                text,
            });
        }
    }
    for draft in &task.drafts {
        let draft: Value = serde_json::from_str(draft.get()).unwrap_or_default();
        let of = draft.get("annotation").and_then(Value::as_i64);
        if of.is_some_and(|annotation| written.contains(&annotation)) {
            continue;
        }
        let text = draft.get("result").and_then(in_results);
        if let (Some(text), Some(id)) = (text, draft.get("id").and_then(Value::as_i64)) {
            found.push(Document {
                name: format!("task-{}-draft-{id}", task.id),
                text,
            });
        }
    }
    if found.is_empty() {
        found = in_data(task);
    }
    found
}

/// The first document in a list of results.
fn in_results(results: &Value) -> Option<String> {
    results.as_array()?.iter().find_map(|result| {
        let value = result.get("value")?;
        let candidate = match result.get("type").and_then(Value::as_str).unwrap_or_default() {
            "textarea" => value.get("text")?,
            "reactcode" => value.get("reactcode")?,
            other if OTHERS.contains(&other) => return None,
            _ => value,
        };
        let mut document = None;
        each_string(candidate, false, &mut |text, _| {
            if document.is_none() && is_document(text) {
                document = Some(text.to_owned());
            }
        });
        document
    })
}

/// The documents, each once, under the keys `doclang` and `document` of the data.
fn in_data(task: &ExportTask) -> Vec<Document> {
    let data: Value = serde_json::from_str(task.data.get()).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    each_string(&data, false, &mut |text, named| {
        if named && is_document(text) && !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    });
    let name = |number: usize| match texts.len() {
        1 => format!("task-{}-data", task.id),
        _ => format!("task-{}-data-{number}", task.id),
    };
    let names: Vec<String> = (1..=texts.len()).map(name).collect();
    names
        .into_iter()
        .zip(texts)
        .map(|(name, text)| Document { name, text })
        .collect()
}

/// Gives the strings of a value in the order in which they stand, and whether a key above says that it is a document.
fn each_string(value: &Value, named: bool, with: &mut dyn FnMut(&str, bool)) {
    let mut waiting = vec![(value, 0, named)];
    let mut parts = 0;
    while let Some((value, depth, named)) = waiting.pop() {
        parts += 1;
        if parts > PARTS {
            return;
        }
        match value {
            Value::String(text) => with(text, named),
            Value::Array(list) if depth < DEPTH => {
                waiting.extend(list.iter().rev().map(|part| (part, depth + 1, named)));
            }
            Value::Object(map) if depth < DEPTH => {
                waiting.extend(
                    map.iter()
                        .rev()
                        .map(|(key, part)| (part, depth + 1, named || key == "doclang" || key == "document")),
                );
            }
            _ => {}
        }
    }
}

/// Whether the text is an XML document whose root is `doclang`, in no namespace or in one of its own. Texts that declare
/// entities or a document type are none: nothing is ever resolved.
fn is_document(text: &str) -> bool {
    if !text.contains("doclang") {
        return false;
    }
    let Ok(tree) = roxmltree::Document::parse(text) else {
        return false;
    };
    let root = tree.root_element().tag_name();
    let known = root.namespace().is_none_or(|namespace| {
        namespace.is_empty()
            || namespace
                .strip_prefix("https://www.doclang.ai/ns/v")
                .is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
    });
    root.name() == "doclang" && known
}

#[cfg(test)]
mod tests {
    use super::is_document;

    #[test]
    fn documents_are_known_by_their_root() {
        for text in [
            "<doclang/>",
            "<doclang xmlns='https://www.doclang.ai/ns/v0'>a</doclang>",
            "<?xml version='1.0'?><d:doclang xmlns:d='https://www.doclang.ai/ns/v12'/>",
        ] {
            assert!(is_document(text), "{text}");
        }
        for text in [
            "<doclang>",
            "<!DOCTYPE doclang><doclang/>",
            "<!DOCTYPE doclang [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><doclang>&a;</doclang>",
            "<x>doclang</x>",
            "<doclang xmlns='https://www.doclang.ai/ns/v'/>",
            "<doclang xmlns='urn:x'/>",
        ] {
            assert!(!is_document(text), "{text}");
        }
    }

    #[test]
    fn deep_markup_does_no_harm() {
        let deep = format!("<doclang>{}", "<a>".repeat(200_000));
        assert!(!is_document(&deep));
        let deep = format!("<doclang>{}{}</doclang>", "<a>".repeat(200_000), "</a>".repeat(200_000));
        let _ = is_document(&deep);
    }
}
