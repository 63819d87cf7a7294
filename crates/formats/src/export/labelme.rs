//! LabelMe: a JSON file beside each picture.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::pictures::{Labelled, documents};
use super::shapes::{Geometry, Shape};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct LabelMe;

impl Exporter for LabelMe {
    about! {
        "LABELME", "LabelMe", "zip", pictures, ["image segmentation", "object detection"],
        "A JSON file for each picture, as LabelMe opens it: polygons, boxes, circles, points, lines, and flags of choices."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        documents(context, source, out, "json", document)
    }
}

fn document(labelled: &Labelled<'_>, report: &mut Report) -> Value {
    let shapes: Vec<Value> = labelled
        .regions
        .shapes
        .iter()
        .filter_map(|shape| one(shape, report))
        .collect();
    let flags: Map<String, Value> = labelled
        .regions
        .answers
        .iter()
        .flat_map(|(_, answer)| match answer {
            Value::String(choice) => vec![choice.clone()],
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => {
                report.lost("an answer that is no choice or text", 1);
                Vec::new()
            }
        })
        .map(|name| (name, Value::Bool(true)))
        .collect();
    json!({
        "version": "5.5.0", "flags": flags, "shapes": shapes, "imagePath": labelled.picture.path, "imageData": null,
        "imageHeight": labelled.size.1, "imageWidth": labelled.size.0,
    })
}

fn one(shape: &Shape<'_>, report: &mut Report) -> Option<Value> {
    let (kind, points) = match &shape.geometry {
        Geometry::Box([x, y, width, height], 0.0) => ("rectangle", vec![(*x, *y), (x + width, y + height)]),
        Geometry::Ellipse([x, y, radius, other], _) if radius == other => ("circle", vec![(*x, *y), (x + radius, *y)]),
        Geometry::Point(point) => ("point", vec![*point]),
        Geometry::Line(points) if points.len() == 2 => ("line", points.clone()),
        Geometry::Line(points) => ("linestrip", points.clone()),
        Geometry::Mask(_) => {
            report.lost("a brush mask", 1);
            return None;
        }
        other => ("polygon", other.outline().unwrap_or_default()),
    };
    report.lost(
        "a second label of a region",
        shape.labels.len().saturating_sub(1) as u64,
    );
    let mut flags = Map::new();
    let mut description = String::new();
    for (_, answer) in &shape.answers {
        match answer {
            Value::String(text) if description.is_empty() => description = text.clone(),
            Value::Array(list) => flags.extend(
                list.iter()
                    .filter_map(Value::as_str)
                    .map(|name| (name.to_owned(), json!(true))),
            ),
            other => {
                flags.insert(other.to_string(), Value::Bool(true));
            }
        }
    }
    Some(json!({
        "label": shape.label().unwrap_or_default(), "points": points, "group_id": null, "description": description,
        "shape_type": kind, "flags": flags, "mask": null,
    }))
}
