//! The model of a configuration: controls, objects, labels, data keys.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use crate::registry::{Kind, registry};
use crate::tree::{Node, Tree};

/// Something wrong, or worth saying, about a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Text for the client, in the words that API clients know where those exist.
    pub message: String,
    /// Line from 1, when there is one place.
    pub line: Option<u32>,
    /// Column from 1, in code points.
    pub column: Option<u32>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// An object as seen from a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Name of the object.
    pub name: String,
    /// Its tag.
    pub tag: String,
    /// `value` (or `valueList`) without leading `$`.
    pub value: String,
    /// `valueType` as written.
    pub value_type: Option<String>,
    /// The reference came from `valueList` (several items).
    pub value_list: bool,
}

/// A `Label`, `Choice` or `Relation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// `value`; empty when only an alias is given.
    pub value: String,
    /// `alias`, when not empty.
    pub alias: Option<String>,
    /// All attributes in document order, names as written.
    pub attributes: Vec<(String, String)>,
}

impl Label {
    /// The name that results and exports hold: the alias, else the value.
    pub fn name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.value)
    }

    /// An attribute by name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// `category`, when it is an integer: the class number for exports.
    pub fn category(&self) -> Option<i64> {
        self.attribute("category")?.trim().parse().ok()
    }
}

/// An element that makes results.
#[derive(Debug, Clone)]
pub struct Control {
    /// `name`: the `from_name` of its results. May hold a Repeater placeholder.
    pub name: String,
    /// Tag as in the registry, for instance `RectangleLabels`.
    pub tag: String,
    /// Names in `toName`.
    pub to_names: Vec<String>,
    /// Those of them that are objects.
    pub inputs: Vec<Input>,
    /// Labels, choices and relations below it that have no nearer control; of equal names the first.
    pub labels: Vec<Label>,
    /// The labels (also) come from task data or a remote list.
    pub dynamic_labels: bool,
    /// Attributes under their registry names.
    pub attributes: BTreeMap<String, String>,
    /// Line of the element, from 1.
    pub line: u32,
    /// Column of the element, from 1.
    pub column: u32,
    pub(crate) label_names: HashSet<String>,
    pub(crate) pattern: Option<Pattern>,
}

impl Control {
    /// The `type` that its results carry: the registry's, or the tag in lower case.
    pub fn result_type(&self) -> String {
        match registry().tag(&self.tag).and_then(|t| t.result.as_ref()) {
            Some(result) => result.kind.clone(),
            None => self.tag.to_lowercase(),
        }
    }

    /// One result per region (`perRegion="true"`).
    pub fn per_region(&self) -> bool {
        self.is_true("perRegion")
    }

    /// One result per item of a multi-item object (`perItem="true"`).
    pub fn per_item(&self) -> bool {
        self.is_true("perItem")
    }

    /// True when one of its labels has this stored name.
    pub fn has_label(&self, name: &str) -> bool {
        self.label_names.contains(name)
    }

    /// True when `from_name` is this control's, literally or by its Repeater placeholder.
    pub fn matches(&self, from_name: &str) -> bool {
        self.name == from_name || self.pattern.as_ref().is_some_and(|p| p.matches(from_name))
    }

    /// Annotators may add entries of their own (old taxonomies).
    pub(crate) fn extensible(&self) -> bool {
        self.tag == "Taxonomy" && self.is_true("legacy")
    }

    fn is_true(&self, attribute: &str) -> bool {
        self.attributes
            .get(attribute)
            .is_some_and(|v| v.trim().eq_ignore_ascii_case("true"))
    }
}

/// An element that shows data.
#[derive(Debug, Clone)]
pub struct Object {
    /// `name`.
    pub name: String,
    /// Tag as in the registry.
    pub tag: String,
    /// The data field it shows (`$` stripped), when its value is a reference; paths as written (`a.b`).
    pub value_key: Option<String>,
    /// The field holds a list of items (`valueList`).
    pub value_list: bool,
    /// `value` or `valueList` as written.
    pub value: String,
    /// Attributes under their registry names.
    pub attributes: BTreeMap<String, String>,
    /// Line of the element, from 1.
    pub line: u32,
    /// Column of the element, from 1.
    pub column: u32,
}

/// A name with Repeater placeholders, cut at them. Matches from the start of a name; the end is free, as in the
/// exporters that clients compare with.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pieces: Vec<String>,
}

impl Pattern {
    pub(crate) fn of(name: &str, flags: &[String]) -> Option<Pattern> {
        let mut pieces = vec![name.to_owned()];
        for flag in flags {
            pieces = pieces
                .iter()
                .flat_map(|p| p.split(flag.as_str()))
                .map(str::to_owned)
                .collect();
        }
        (pieces.len() > 1).then_some(Pattern { pieces })
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let Some(mut rest) = name.strip_prefix(self.pieces[0].as_str()) else {
            return false;
        };
        for piece in &self.pieces[1..] {
            match rest.find(piece.as_str()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        true
    }
}

/// A data field that tasks must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataField {
    /// As written: `a`, `a.b`, `a[{{idx}}].b`.
    pub(crate) path: String,
    /// Tags that read it.
    pub(crate) tags: Vec<String>,
}

/// A parsed and validated configuration. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Config {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    tree: Tree,
    controls: Vec<Control>,
    by_name: HashMap<String, usize>,
    /// Controls whose names hold placeholders.
    patterned: Vec<usize>,
    objects: Vec<Object>,
    object_by_name: HashMap<String, usize>,
    relations: Option<Vec<Label>>,
    fields: Vec<DataField>,
    /// Top-level keys of task data to the fields that start at them.
    field_keys: HashMap<String, Vec<usize>>,
    data_keys: Vec<String>,
    warnings: Vec<ConfigError>,
    flags: Vec<String>,
}

impl Config {
    /// Parses and validates a configuration. On refusal all errors are given, in document order for each rule.
    pub fn parse(xml: &str) -> Result<Config, Vec<ConfigError>> {
        let tree = Tree::parse(xml).map_err(|e| vec![e])?;
        let errors = crate::validate::errors(&tree);
        if !errors.is_empty() {
            return Err(errors);
        }
        let inner = Inner::of(tree);
        let warnings = crate::validate::warnings(&inner.tree, &inner.controls);
        Ok(Config {
            inner: Arc::new(Inner { warnings, ..inner }),
        })
    }

    /// What is doubtful about the configuration but does not refuse it.
    pub fn warnings(&self) -> &[ConfigError] {
        &self.inner.warnings
    }

    /// Controls in document order.
    pub fn controls(&self) -> &[Control] {
        &self.inner.controls
    }

    /// Objects in document order.
    pub fn objects(&self) -> &[Object] {
        &self.inner.objects
    }

    /// The control of a result's `from_name`: an exact name first, then Repeater placeholders.
    pub fn control(&self, from_name: &str) -> Option<&Control> {
        match self.inner.by_name.get(from_name) {
            Some(&i) => Some(&self.inner.controls[i]),
            None => self
                .inner
                .patterned
                .iter()
                .map(|&i| &self.inner.controls[i])
                .find(|c| c.matches(from_name)),
        }
    }

    /// The object with this name.
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.inner.object_by_name.get(name).map(|&i| &self.inner.objects[i])
    }

    /// Labels that relations may carry; `None` without a `Relations` tag (relations then carry none).
    pub fn relation_labels(&self) -> Option<&[Label]> {
        self.inner.relations.as_deref()
    }

    /// Data fields that tasks need, in document order. The first is the one that stands for `$undefined$`.
    pub fn data_keys(&self) -> &[String] {
        &self.inner.data_keys
    }

    /// True when something makes results.
    pub fn has_controls(&self) -> bool {
        !self.inner.controls.is_empty()
    }

    /// True for `<View></View>`: the configuration of a project that is not set up yet.
    pub fn is_empty_view(&self) -> bool {
        let root = &self.inner.tree.nodes[0];
        root.tag == "View" && root.children.is_empty()
    }

    /// True when every control classifies whole tasks, so that many tasks can be answered at once.
    pub fn suitable_for_bulk(&self) -> bool {
        const WHOLE_TASK: [&str; 6] = ["Choices", "Taxonomy", "TextArea", "Number", "DateTime", "Rating"];
        self.has_controls()
            && self
                .controls()
                .iter()
                .all(|c| WHOLE_TASK.contains(&c.tag.as_str()) && !c.per_region() && !c.per_item())
    }

    pub(crate) fn fields(&self) -> &[DataField] {
        &self.inner.fields
    }

    /// Indices of the fields that start at a top-level key of task data.
    pub(crate) fn fields_at(&self, key: &str) -> &[usize] {
        self.inner.field_keys.get(key).map_or(&[], Vec::as_slice)
    }

    /// Placeholders of the Repeaters.
    pub(crate) fn index_flags(&self) -> &[String] {
        &self.inner.flags
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.inner.tree
    }
}

impl Inner {
    fn of(tree: Tree) -> Inner {
        let flags = index_flags(&tree);
        let only_object = only_object(&tree);
        let mut controls: Vec<Control> = Vec::new();
        let mut control_of_node: HashMap<usize, usize> = HashMap::new();
        let mut objects = Vec::new();
        for (index, node) in tree.nodes.iter().enumerate() {
            if let Some(control) = control_of(node, only_object.as_deref(), &flags) {
                control_of_node.insert(index, controls.len());
                controls.push(control);
            }
            objects.extend(object_of(node));
        }
        let mut relations = None;
        for node in &tree.nodes {
            match node.tag.as_str() {
                "Relations" => relations = Some(relations.unwrap_or_default()),
                "Label" | "Choice" | "Relation" => {
                    let Some(label) = label_of(node) else { continue };
                    let mut ancestors = std::iter::successors(node.parent, |&i| tree.nodes[i].parent);
                    let owner = ancestors.find_map(|i| control_of_node.get(&i));
                    if let Some(&owner) = owner {
                        let owner = &mut controls[owner];
                        if owner.label_names.insert(label.name().to_owned()) {
                            owner.labels.push(label);
                        }
                    } else if node.tag == "Relation" {
                        relations.get_or_insert_with(Vec::new).push(label);
                    }
                }
                _ => {}
            }
        }
        let object_by_name: HashMap<String, usize> = objects
            .iter()
            .enumerate()
            .rev()
            .map(|(i, o): (usize, &Object)| (o.name.clone(), i))
            .collect();
        for control in &mut controls {
            let named = control.to_names.iter().filter_map(|n| object_by_name.get(n));
            control.inputs = named.map(|&i| input_of(&objects[i])).collect();
        }
        let patterned = (0..controls.len()).filter(|&i| controls[i].pattern.is_some()).collect();
        let by_name = controls
            .iter()
            .enumerate()
            .rev()
            .map(|(i, c)| (c.name.clone(), i))
            .collect();
        let (fields, data_keys) = crate::data::fields(&tree);
        let mut field_keys: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            let top = crate::data::top(&field.path);
            field_keys.entry(top.to_owned()).or_default().push(index);
            if top != field.path {
                field_keys.entry(field.path.clone()).or_default().push(index);
            }
        }
        Inner {
            tree,
            controls,
            by_name,
            patterned,
            objects,
            object_by_name,
            relations,
            fields,
            field_keys,
            data_keys,
            warnings: Vec::new(),
            flags,
        }
    }
}

/// Most different placeholders that are looked for in names.
const MAX_PLACEHOLDERS: usize = 100;

/// Placeholders of all Repeaters; `{{idx}}` is the default.
fn index_flags(tree: &Tree) -> Vec<String> {
    let mut flags: Vec<String> = tree
        .nodes
        .iter()
        .filter(|n| n.tag == "Repeater" || n.given("indexFlag").is_some())
        .map(|n| n.given("indexFlag").unwrap_or("{{idx}}").to_owned())
        .collect();
    flags.sort();
    flags.dedup();
    flags.truncate(MAX_PLACEHOLDERS);
    flags
}

/// The name of the only object tag, when there is exactly one.
fn only_object(tree: &Tree) -> Option<String> {
    let mut names = tree
        .nodes
        .iter()
        .filter(|n| is_object_tag(n))
        .filter_map(|n| n.given("name"));
    match (names.next(), names.next()) {
        (Some(name), None) => Some(name.to_owned()),
        _ => None,
    }
}

fn is_object_tag(node: &Node) -> bool {
    registry().tag(&node.tag).is_some_and(|t| t.kind == Kind::Object)
}

fn control_of(node: &Node, only_object: Option<&str>, flags: &[String]) -> Option<Control> {
    let name = node.given("name")?;
    let known = registry().tag(&node.tag);
    if node.tag == "Filter" {
        return None;
    }
    let to_name = match node.given("toName") {
        Some(to_name) => to_name,
        // The editor attaches a control without `toName` to the only object; the server follows it.
        None if known.is_some_and(|t| t.kind == Kind::Control && t.attributes.contains_key("toName")) => only_object?,
        None => return None,
    };
    let value_refers = node.get("value").is_some_and(|v| crate::data::reference(v).is_some());
    Some(Control {
        name: name.to_owned(),
        tag: node.tag.clone(),
        to_names: to_name.split(',').map(|n| n.trim().to_owned()).collect(),
        inputs: Vec::new(),
        labels: Vec::new(),
        dynamic_labels: value_refers || node.given("apiUrl").is_some(),
        attributes: node.attributes.clone(),
        line: node.line,
        column: node.column,
        label_names: HashSet::new(),
        pattern: Pattern::of(name, flags),
    })
}

/// Every named element with a value that is not a control; an object tag stays one even when it names itself in
/// `toName` (Chat does).
fn object_of(node: &Node) -> Option<Object> {
    let name = node.given("name")?;
    let known = registry().tag(&node.tag);
    let is_object = known.is_some_and(|t| t.kind == Kind::Object);
    if !is_object && (node.given("toName").is_some() || known.is_some_and(|t| t.kind == Kind::Control)) {
        return None;
    }
    let (value, value_list) = match (node.given("value"), node.given("valueList"), node.given("data")) {
        (_, Some(list), _) if node.given("value").is_none() => (list, true),
        (Some(value), _, _) => (value, false),
        (None, None, Some(data)) if is_object => (data, false),
        _ => return None,
    };
    Some(Object {
        name: name.to_owned(),
        tag: node.tag.clone(),
        value_key: crate::data::reference(value),
        value_list,
        value: value.to_owned(),
        attributes: node.attributes.clone(),
        line: node.line,
        column: node.column,
    })
}

fn input_of(object: &Object) -> Input {
    Input {
        name: object.name.clone(),
        tag: object.tag.clone(),
        value: object.value.trim_start_matches('$').to_owned(),
        value_type: object.attributes.get("valueType").cloned(),
        value_list: object.value_list,
    }
}

fn label_of(node: &Node) -> Option<Label> {
    let value = node.get("value").unwrap_or_default().to_owned();
    let alias = node.given("alias").map(str::to_owned);
    if value.is_empty() && alias.is_none() {
        return None;
    }
    Some(Label {
        value,
        alias,
        attributes: node.raw.clone(),
    })
}
