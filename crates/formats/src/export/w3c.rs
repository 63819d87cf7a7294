//! W3C Web Annotation (JSON-LD): a page of annotations with selectors of text positions, SVG shapes and media fragments.

use std::fmt::Write as _;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};

use super::item::{Ids, Item, items};
use super::python::time;
use super::shapes::{Geometry, answer, label_names, regions};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct WebAnnotation;

impl Exporter for WebAnnotation {
    about! {
        "W3C_ANNOTATION", "W3C Web Annotation", "jsonld", places, ["linked data"],
        "An AnnotationPage of the W3C's Web Annotation model: labels and answers with selectors of text, pictures, sound and video."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        out.write_all(
            b"{\"@context\":\"http://www.w3.org/ns/anno.jsonld\",\"id\":\"urn:labelkeep:page\",\"type\":\"AnnotationPage\",\"items\":[",
        )?;
        let mut first = true;
        for task in source() {
            let task = task?;
            let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
            for item in &items(context.config, &task, Ids::Keep, &mut report) {
                report.items_in += 1;
                let found = annotations(context.config, item, &data, &mut report);
                if found.is_empty() {
                    report.dropped("no answer that stands anywhere");
                    continue;
                }
                report.items_out += 1;
                for annotation in found {
                    out.write_all(if first { b"\n" } else { b",\n" })?;
                    first = false;
                    serde_json::to_writer(&mut *out, &annotation)?;
                }
            }
        }
        out.write_all(b"\n]}\n")?;
        out.flush()?;
        Ok(report)
    }
}

/// What an answer stands on: the tag of the object, and the address of its data.
fn target<'a>(config: &'a Config, name: &str, item: &Item<'_>, data: &Map<String, Value>) -> (&'a str, String) {
    let input = config.control(name).and_then(|control| control.inputs.first());
    let key = input.map_or("", |input| input.value.trim_start_matches('$'));
    let own = || format!("urn:labelkeep:task:{}#{key}", item.task.id);
    let tag = input.map_or("", |input| input.tag.as_str());
    match data.get(key) {
        Some(Value::String(url)) if !matches!(tag, "Text" | "HyperText" | "Paragraphs") => (tag, url.clone()),
        _ => (tag, own()),
    }
}

fn annotations(config: &Config, item: &Item<'_>, data: &Map<String, Value>, report: &mut Report) -> Vec<Value> {
    let mut list = Vec::new();
    let Some(annotation) = item.annotation else { return list };
    let mut add = |bodies: Vec<Value>, target: Value| {
        let mut entry = json!({
            "id": format!("urn:labelkeep:annotation:{}:{}", annotation.id, list.len()), "type": "Annotation",
            "created": time(annotation.created_at), "modified": time(annotation.updated_at), "body": bodies, "target": target,
        });
        if let Some(who) = &annotation.completed_by {
            entry["creator"] = json!({ "id": format!("urn:labelkeep:account:{}", who.text()), "type": "Person" });
        }
        list.push(entry);
    };
    let tag = |label: &str| json!({ "type": "TextualBody", "purpose": "tagging", "value": label });
    let told = |answer: &Value| -> Vec<Value> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let purpose = "commenting";
        match answer {
            Value::Array(many) => many
                .iter()
                .map(|value| json!({ "type": "TextualBody", "purpose": purpose, "value": text(value) }))
                .collect(),
            one => vec![json!({ "type": "TextualBody", "purpose": purpose, "value": text(one) })],
        }
    };
    let mut quiet = Report::default();
    let found = regions(item, None, &mut quiet);
    for shape in &found.shapes {
        let Some(selector) = svg(&shape.geometry) else {
            report.lost(shape.geometry.name(), 1);
            continue;
        };
        let name = item.outputs.iter().find(|output| {
            output
                .values
                .iter()
                .any(|value| value.get("id").and_then(Value::as_str) == shape.id)
        });
        let (_, source) = target(config, name.map_or("", |output| &output.from_name), item, data);
        let mut bodies: Vec<Value> = shape.labels.iter().map(|label| tag(label)).collect();
        bodies.extend(shape.answers.iter().flat_map(|(_, answer)| told(answer)));
        add(
            bodies,
            json!({ "source": source, "selector": { "type": "SvgSelector", "value": selector } }),
        );
    }
    for output in &item.outputs {
        let (object, source) = target(config, &output.from_name, item, data);
        for value in &output.values {
            let place = |key: &str| value.get(key).filter(|place| place.is_number());
            let shown = value.contains_key("original_width") && answer(value).is_none();
            if shown {
                continue;
            }
            let selector = match (object, place("start"), place("end")) {
                ("Text", Some(start), Some(end)) => {
                    Some(json!({ "type": "TextPositionSelector", "start": start, "end": end }))
                }
                ("Audio" | "AudioPlus" | "Video", Some(start), Some(end)) => Some(json!({
                    "type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": format!("t={start},{end}"),
                })),
                _ => None,
            };
            let mut bodies: Vec<Value> = label_names(value).into_iter().map(tag).collect();
            bodies.extend(answer(value).iter().flat_map(told));
            let target = match selector {
                Some(selector) => json!({ "source": source, "selector": selector }),
                None if answer(value).is_some() => json!({ "source": source }),
                None => {
                    report.lost("an answer whose place has no selector here", 1);
                    continue;
                }
            };
            add(bodies, target);
        }
    }
    list
}

fn svg(geometry: &Geometry) -> Option<String> {
    let mut path = String::new();
    let points = match geometry {
        Geometry::Point((x, y)) => {
            return Some(format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle cx=\"{x}\" cy=\"{y}\" r=\"1\"/></svg>"
            ));
        }
        Geometry::Ellipse([x, y, radius_x, radius_y], rotation) => {
            return Some(format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{radius_x}\" ry=\"{radius_y}\" transform=\"rotate({rotation} {x} {y})\"/></svg>"
            ));
        }
        Geometry::Mask(_) => return None,
        Geometry::Line(points) => points.clone(),
        other => other.outline()?,
    };
    for (x, y) in points {
        let _ = write!(path, "{}{x},{y}", if path.is_empty() { "" } else { " " });
    }
    let tag = if matches!(geometry, Geometry::Line(_)) {
        "polyline"
    } else {
        "polygon"
    };
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><{tag} points=\"{path}\"/></svg>"
    ))
}
