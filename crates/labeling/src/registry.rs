//! The registry of tags, attributes and result shapes: `schema/tags.json`, embedded.
//!
//! The format is described in `schema/README.md`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

/// The text of the registry, for serving or generating from it.
pub const TAGS_JSON: &str = include_str!("../../../schema/tags.json");

/// Family of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Shows data.
    Object,
    /// Makes results.
    Control,
    /// Lays out.
    Visual,
    /// Only has a meaning inside another tag.
    Child,
}

/// One attribute of a tag.
#[derive(Debug, Clone, Deserialize)]
pub struct Attribute {
    /// Type word, see `schema/README.md`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Allowed values of an `enum`.
    #[serde(default)]
    pub values: Vec<String>,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// May hold `$field`.
    #[serde(default)]
    pub variable: bool,
}

/// What a control writes.
#[derive(Debug, Clone, Deserialize)]
pub struct ResultSpec {
    /// `type` of the result item.
    #[serde(rename = "type")]
    pub kind: String,
    /// Key of the control's own value inside `value`.
    pub key: Option<String>,
    /// Shape of the own value.
    pub value: String,
    /// Geometry that `value` may carry; empty for a classification.
    #[serde(default)]
    pub shapes: Vec<String>,
}

/// One tag.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// Family.
    pub kind: Kind,
    /// The editor draws it.
    pub drawn: bool,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Attribute groups it takes.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Own attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
    /// Tags below which it has a meaning (at any depth); empty: anywhere.
    #[serde(default)]
    pub parents: Vec<String>,
    /// Object tags that a control attaches to.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Another object is worth a warning.
    #[serde(default)]
    pub strict_objects: bool,
    /// What the element's content is: `plain`, `css`, `markdown`, `markup` or `code`.
    pub text: Option<String>,
    /// Exact number of names in `toName`.
    pub to_name_count: Option<usize>,
    /// Accepted JSON types of an object's data field.
    #[serde(default)]
    pub data: Vec<String>,
    /// What a control writes.
    pub result: Option<ResultSpec>,
}

/// One key of a geometry.
#[derive(Debug, Clone, Deserialize)]
pub struct Field {
    /// Type word, see `schema/README.md`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The geometry is incomplete without it.
    pub required: bool,
}

#[derive(Deserialize)]
struct File {
    groups: HashMap<String, BTreeMap<String, Attribute>>,
    tags: BTreeMap<String, Tag>,
    shapes: BTreeMap<String, BTreeMap<String, Field>>,
}

/// The loaded registry.
pub struct Registry {
    tags: BTreeMap<String, Tag>,
    /// Lower-case tag name or alias to canonical name.
    names: HashMap<String, String>,
    /// Lower-case attribute name to canonical name, over all tags.
    attribute_names: HashMap<String, String>,
    /// Geometries by name.
    shapes: BTreeMap<String, BTreeMap<String, Field>>,
    /// Result type to the tags that write it.
    result_types: HashMap<String, Vec<String>>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    // The text is part of the program; a test parses it, so this cannot fail in use.
    let file: File = serde_json::from_str(TAGS_JSON).expect("schema/tags.json fits its types");
    Registry::new(file)
});

/// The registry of the language.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

impl Registry {
    fn new(file: File) -> Registry {
        let mut tags = file.tags;
        let mut names = HashMap::new();
        let mut attribute_names = HashMap::new();
        let mut result_types: HashMap<String, Vec<String>> = HashMap::new();
        for (name, tag) in &mut tags {
            for group in &tag.groups {
                for (attribute, spec) in file.groups.get(group).into_iter().flatten() {
                    tag.attributes.entry(attribute.clone()).or_insert_with(|| spec.clone());
                }
            }
            for attribute in tag.attributes.keys() {
                attribute_names.insert(attribute.to_ascii_lowercase(), attribute.clone());
            }
            names.insert(name.to_ascii_lowercase(), name.clone());
            for alias in &tag.aliases {
                names.insert(alias.to_ascii_lowercase(), alias.clone());
            }
            if let Some(result) = &tag.result {
                result_types.entry(result.kind.clone()).or_default().push(name.clone());
            }
        }
        let aliases: Vec<(String, Tag)> = tags
            .values()
            .flat_map(|t| t.aliases.iter().map(|a| (a.clone(), t.clone())))
            .collect();
        tags.extend(aliases);
        Registry {
            tags,
            names,
            attribute_names,
            shapes: file.shapes,
            result_types,
        }
    }

    /// A tag by its canonical name or alias, in any case.
    pub fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.get(name).or_else(|| self.tags.get(self.canonical_tag(name)?))
    }

    /// All tags by canonical name (and alias).
    pub fn tags(&self) -> impl Iterator<Item = (&str, &Tag)> {
        self.tags.iter().map(|(n, t)| (n.as_str(), t))
    }

    /// True when elements inside this tag are its content, not tags of the language.
    pub fn is_opaque(&self, tag: &str) -> bool {
        self.tags
            .get(tag)
            .and_then(|t| t.text.as_deref())
            .is_some_and(|text| text != "plain")
    }

    /// The registry's spelling of a tag name.
    pub fn canonical_tag(&self, name: &str) -> Option<&str> {
        self.names.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The registry's spelling of an attribute: the tag's own, else that of any tag; unknown names stay as they are.
    pub fn canonical_attribute(&self, tag: &str, name: &str) -> String {
        if let Some(own) = self.tags.get(tag).map(|t| &t.attributes) {
            if own.contains_key(name) {
                return name.to_owned();
            }
            if let Some(own) = own.keys().find(|a| a.eq_ignore_ascii_case(name)) {
                return own.clone();
            }
        }
        self.attribute_names
            .get(&name.to_ascii_lowercase())
            .map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// Geometries of results: name to keys.
    pub fn shapes(&self) -> &BTreeMap<String, BTreeMap<String, Field>> {
        &self.shapes
    }

    /// What results of this type hold, by the first tag that writes it.
    pub fn result(&self, result_type: &str) -> Option<&ResultSpec> {
        self.tags.get(self.writers(result_type).first()?)?.result.as_ref()
    }

    /// The tags that write results of this type.
    pub fn writers(&self, result_type: &str) -> &[String] {
        self.result_types.get(result_type).map_or(&[], Vec::as_slice)
    }
}
