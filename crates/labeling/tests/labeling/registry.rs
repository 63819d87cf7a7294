//! The registry is complete and consistent with itself.

use std::collections::HashSet;

use labelkeep_labeling::registry::{Kind, TAGS_JSON, registry};
use serde_json::Value;

#[test]
fn every_tag_and_attribute_explains_itself() {
    let file: Value = serde_json::from_str(TAGS_JSON).unwrap();
    let words = |v: &Value| {
        v["description"]
            .as_str()
            .is_some_and(|d| d.len() > 10 && d.ends_with('.'))
    };
    let attributes = |owner: &str, map: &Value| {
        for (name, spec) in map.as_object().unwrap() {
            assert!(words(spec), "{owner}.{name} has no description");
            let kind = spec["type"].as_str().unwrap();
            assert_eq!(kind == "enum", spec.get("values").is_some(), "{owner}.{name}");
        }
    };
    for (name, tag) in file["tags"].as_object().unwrap() {
        assert!(words(tag), "{name} has no description");
        attributes(name, &tag["attributes"]);
        for group in tag["groups"].as_array().unwrap() {
            assert!(
                file["groups"].get(group.as_str().unwrap()).is_some(),
                "{name}: no group {group}"
            );
        }
        for list in ["children", "parents", "objects"] {
            for other in tag.get(list).and_then(Value::as_array).into_iter().flatten() {
                let other = other.as_str().unwrap();
                assert!(
                    other == "*" || registry().tag(other).is_some(),
                    "{name}.{list}: no tag {other}"
                );
            }
        }
    }
    for (name, map) in file["groups"].as_object().unwrap() {
        attributes(name, map);
    }
}

#[test]
fn results_name_known_geometry_and_types_are_unique() {
    let mut types = HashSet::new();
    for (name, tag) in registry().tags() {
        let Some(result) = &tag.result else { continue };
        assert!(matches!(tag.kind, Kind::Control | Kind::Object), "{name}");
        for shape in &result.shapes {
            assert!(registry().shapes().contains_key(shape), "{name}: no shape {shape}");
        }
        let shared = ["brush", "reactcode"].contains(&result.kind.as_str());
        assert!(
            types.insert(result.kind.clone()) || shared,
            "{} is made by two tags",
            result.kind
        );
    }
}

#[test]
fn the_editor_draws_what_it_says() {
    let drawn: HashSet<&str> = registry().tags().filter(|(_, t)| t.drawn).map(|(n, _)| n).collect();
    let expected = [
        "View",
        "Header",
        "Style",
        "Text",
        "HyperText",
        "HyperTextLabels",
        "Labels",
        "Label",
        "Relations",
        "Relation",
        "Table",
        "Markdown",
        "Collapse",
        "Panel",
        "Filter",
        "Repeater",
        "Image",
        "RectangleLabels",
        "Rectangle",
        "PolygonLabels",
        "Polygon",
        "EllipseLabels",
        "Ellipse",
        "KeyPointLabels",
        "KeyPoint",
        "VectorLabels",
        "Vector",
        "BrushLabels",
        "Brush",
        "BitmaskLabels",
        "Bitmask",
        "Magicwand",
        "Choices",
        "Choice",
        "TextArea",
        "Rating",
        "Taxonomy",
        "Number",
        "DateTime",
        "Shortcut",
        "Pairwise",
        "List",
        "Ranker",
        "Bucket",
    ];
    for tag in expected {
        assert!(drawn.contains(tag), "{tag}");
    }
}
