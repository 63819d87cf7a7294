//! The rules that refuse a configuration, and those that only warn.

use std::collections::{BTreeSet, HashMap};

use crate::config::{ConfigError, Control};
use crate::registry::{Attribute, Kind, registry};
use crate::tree::{Node, Tree};

/// Most errors or warnings that are given.
const MAX_MESSAGES: usize = 100;
/// Most names listed in one message.
const MAX_LISTED: usize = 200;

/// What refuses the configuration. Texts are those that API clients know.
pub(crate) fn errors(tree: &Tree) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    for index in 0..tree.nodes.len() {
        required_attributes(tree, index, &mut errors);
        video_speeds(&tree.nodes[index], &mut errors);
    }
    names(tree, &mut errors);
    errors.truncate(MAX_MESSAGES);
    errors
}

fn required_attributes(tree: &Tree, index: usize, errors: &mut Vec<ConfigError>) {
    let node = &tree.nodes[index];
    let mut require = |missing: &str| {
        let path = path_of(tree, index);
        errors.push(node.error(format!(
            "Validation failed on {path}: '{missing}' is a required property"
        )));
    };
    match node.tag.as_str() {
        "Choice" | "Label" if node.get("value").is_none() => require("value"),
        "Image" | "Text" | "HyperText" => {
            let has_name = node.given("name").is_some();
            let has_value = node.get("value").is_some() || node.get("valueList").is_some();
            let has_content = !node.text.is_empty() || !node.children.is_empty();
            // Without name and value it is static mark-up, if there is any.
            if !has_name && !has_value && has_content && node.tag != "Image" {
                return;
            }
            if !has_name {
                require("name");
            }
            if !has_value {
                require("value");
            }
        }
        "TextArea" | "Number" => {
            if node.given("name").is_none() {
                require("name");
            }
            if node.given("toName").is_none() {
                require("toName");
            }
        }
        _ => {}
    }
}

/// `View/Choices/Choice`.
fn path_of(tree: &Tree, index: usize) -> String {
    let mut tags: Vec<&str> = tree.ancestors(index).map(|n| n.tag.as_str()).collect();
    tags.reverse();
    tags.push(&tree.nodes[index].tag);
    tags.join("/")
}

fn video_speeds(node: &Node, errors: &mut Vec<ConfigError>) {
    if node.tag != "Video" {
        return;
    }
    let mut speed = |attribute: &str| -> Option<f64> {
        let text = node.given(attribute)?;
        match text.trim().parse::<f64>() {
            Ok(speed) if (0.05..=10.0).contains(&speed) => Some(speed),
            _ => {
                errors.push(node.error(format!(
                    "Video: {attribute}=\"{text}\" must be a number from 0.05 to 10"
                )));
                None
            }
        }
    };
    let (default, least) = (speed("defaultPlaybackSpeed"), speed("minPlaybackSpeed"));
    if let Some(least) = least
        && least > default.unwrap_or(1.0)
    {
        errors.push(node.error("Video: minPlaybackSpeed must not be greater than defaultPlaybackSpeed"));
    }
}

/// Names are unique, and `toName` names exist.
fn names(tree: &Tree, errors: &mut Vec<ConfigError>) {
    let mut seen = BTreeSet::new();
    for node in &tree.nodes {
        if let Some(name) = node.get("name")
            && !seen.insert(name)
        {
            errors.push(node.error("Label config contains non-unique names"));
        }
    }
    let mut list: Option<String> = None;
    for node in &tree.nodes {
        for name in node
            .given("toName")
            .into_iter()
            .flat_map(|t| t.split(','))
            .map(str::trim)
        {
            if !seen.contains(name) {
                let names = list.get_or_insert_with(|| repr_list(&seen));
                errors.push(node.error(format!("toName=\"{name}\" not found in names: {names}")));
            }
            if errors.len() >= MAX_MESSAGES {
                return;
            }
        }
    }
}

/// Names in the notation of the message that clients know: `['a', 'b']`.
fn repr_list(names: &BTreeSet<&str>) -> String {
    let mut items: Vec<String> = names
        .iter()
        .take(MAX_LISTED)
        .map(|name| {
            let name = name.replace('\\', "\\\\");
            match name.contains('\'') {
                true if !name.contains('"') => format!("\"{name}\""),
                true => format!("'{}'", name.replace('\'', "\\'")),
                false => format!("'{name}'"),
            }
        })
        .collect();
    if names.len() > MAX_LISTED {
        items.push("…".to_owned());
    }
    format!("[{}]", items.join(", "))
}

/// What is doubtful, in document order.
pub(crate) fn warnings(tree: &Tree, controls: &[Control]) -> Vec<ConfigError> {
    let tags: HashMap<&str, &str> = tree
        .nodes
        .iter()
        .filter_map(|n| Some((n.given("name")?, n.tag.as_str())))
        .collect();
    let by_name: HashMap<&str, &Control> = controls.iter().map(|c| (c.name.as_str(), c)).collect();
    let mut warnings = Vec::new();
    for (index, node) in tree.nodes.iter().enumerate() {
        if warnings.len() >= MAX_MESSAGES {
            warnings.truncate(MAX_MESSAGES);
            break;
        }
        let Some(tag) = registry().tag(&node.tag) else {
            warnings.push(node.error(format!("Unknown tag <{}>", node.tag)));
            continue;
        };
        if tag.kind == Kind::Visual && node.given("name").is_some() && node.tag != "Filter" {
            warnings.push(node.error(format!("<{}> does not take a name", node.tag)));
        }
        if !tag.parents.is_empty() && !tree.ancestors(index).any(|a| tag.parents.contains(&a.tag)) {
            let more = if tag.parents.len() > 2 { " and the like" } else { "" };
            let parents = tag.parents[..tag.parents.len().min(2)].join(", ");
            warnings.push(node.error(format!("<{}> has no meaning outside {parents}{more}", node.tag)));
        }
        for (name, value) in &node.raw {
            let name = registry().canonical_attribute(&node.tag, name);
            if let Some(message) = tag
                .attributes
                .get(&name)
                .and_then(|a| attribute_problem(&name, value, a))
            {
                warnings.push(node.error(format!("<{}> {message}", node.tag)));
            }
        }
        if node.is_true("perRegion") && node.is_true("perItem") {
            warnings.push(node.error(format!("<{}> has perRegion and perItem; perRegion counts", node.tag)));
        }
        if let (Some(least), Some(most)) = (number(node, "minPoints"), number(node, "maxPoints"))
            && least > most
        {
            warnings.push(node.error(format!("<{}> minPoints is greater than maxPoints", node.tag)));
        }
        let is_control = tag.kind == Kind::Control && tag.attributes.contains_key("toName");
        if is_control && node.given("name").is_some() {
            attachment(node, tag, &tags, &by_name, &mut warnings);
        }
    }
    warnings
}

fn attachment(
    node: &Node,
    tag: &crate::registry::Tag,
    tags: &HashMap<&str, &str>,
    controls: &HashMap<&str, &Control>,
    warnings: &mut Vec<ConfigError>,
) {
    let Some(control) = node.given("name").and_then(|name| controls.get(name)) else {
        warnings.push(node.error(format!(
            "<{}> has no toName, and there is not exactly one object",
            node.tag
        )));
        return;
    };
    if let Some(count) = tag.to_name_count
        && control.to_names.len() != count
    {
        warnings.push(node.error(format!("<{}> needs {count} names in toName", node.tag)));
    }
    if !tag.strict_objects {
        return;
    }
    for name in control.to_names.iter().take(MAX_MESSAGES) {
        if let Some(object) = tags.get(name.as_str())
            && !tag.objects.iter().any(|o| o == object)
        {
            let allowed = tag.objects.join(", ");
            warnings.push(node.error(format!("<{}> works with {allowed}, not with <{object}>", node.tag)));
        }
    }
}

fn number(node: &Node, attribute: &str) -> Option<f64> {
    node.given(attribute)?.trim().parse().ok()
}

/// What is wrong with the value of a typed attribute; references and placeholders are left alone.
fn attribute_problem(name: &str, value: &str, spec: &Attribute) -> Option<String> {
    let text = value.trim();
    if text.is_empty() || text.starts_with('$') || text.contains("{{") {
        return None;
    }
    let expected = match spec.kind.as_str() {
        "enum" if !spec.values.iter().any(|v| v.eq_ignore_ascii_case(text)) => {
            format!("one of {}", spec.values.join(", "))
        }
        "boolean" if !["true", "false"].iter().any(|v| v.eq_ignore_ascii_case(text)) => "true or false".to_owned(),
        "integer" | "number" => {
            let parsed = text.parse::<f64>().ok().filter(|n| n.is_finite());
            let parsed = parsed.filter(|n| spec.kind == "number" || n.fract() == 0.0);
            let fits = |n: f64| spec.min.is_none_or(|min| n >= min) && spec.max.is_none_or(|max| n <= max);
            if parsed.is_some_and(fits) {
                return None;
            }
            let what = if spec.kind == "integer" {
                "a whole number"
            } else {
                "a number"
            };
            match (spec.min, spec.max) {
                (Some(min), Some(max)) => format!("{what} from {min} to {max}"),
                (Some(min), None) => format!("{what} not below {min}"),
                (None, Some(max)) => format!("{what} not above {max}"),
                (None, None) => what.to_owned(),
            }
        }
        _ => return None,
    };
    Some(format!("{name}=\"{value}\" should be {expected}"))
}
