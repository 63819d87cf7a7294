//! Datumaro: `annotations/default.json`.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::archive::{Archive, large_text_options};
use super::pictures::{Classes, Labelled, Sized, each};
use super::shapes::Geometry;
use super::spool::List;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Datumaro;

impl Exporter for Datumaro {
    about! {
        "DATUMARO", "Datumaro", "zip", pictures, ["object detection", "image segmentation", "image classification"],
        "annotations/default.json as Datumaro reads it: boxes, polygons, lines, points, ellipses, masks, classes, and captions."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut classes = Classes::of(context.config, false);
        for name in Classes::of(context.config, true).names {
            classes.id(&name);
        }
        let mut list = List::new()?;
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Needed,
            &mut |labelled, _, report| {
                let annotations = annotations(labelled, &mut classes, report);
                let (width, height) = labelled.size;
                list.push(&json!({
                    "id": labelled.stem, "annotations": annotations, "attr": {},
                    "image": { "path": labelled.file_name, "size": [height, width] },
                }))?;
                Ok(None)
            },
        )?;
        archive.start_file("annotations/default.json", large_text_options())?;
        let labels: Vec<Value> = classes
            .names
            .iter()
            .map(|name| json!({ "name": name, "parent": "", "attributes": [] }))
            .collect();
        let categories = json!({ "label": { "labels": labels, "attributes": [] } });
        archive.write_all(
            b"{\n  \"dm_format_version\": \"1.0\",\n  \"media_type\": 2,\n  \"info\": {},\n  \"categories\": ",
        )?;
        serde_json::to_writer(&mut archive, &categories)?;
        archive.write_all(b",\n  \"items\": [")?;
        list.copy_to(&mut archive)?;
        archive.write_all(b"\n  ]\n}\n")?;
        archive.finish(&report)?;
        Ok(report)
    }
}

fn annotations(labelled: &Labelled<'_>, classes: &mut Classes, report: &mut Report) -> Vec<Value> {
    let mut list = Vec::new();
    for (group, shape) in (1_u64..).zip(&labelled.regions.shapes) {
        let attributes: Map<String, Value> = shape
            .answers
            .iter()
            .map(|(name, answer)| ((*name).to_owned(), answer.clone()))
            .collect();
        let (kind, place) = match &shape.geometry {
            Geometry::Box([x, y, width, height], 0.0) => ("bbox", json!({ "bbox": [x, y, width, height] })),
            Geometry::Box(..) | Geometry::Polygon(_) => (
                "polygon",
                json!({ "points": flat(&shape.geometry.outline().unwrap_or_default()) }),
            ),
            Geometry::Line(points) => ("polyline", json!({ "points": flat(points) })),
            Geometry::Point(point) => ("points", json!({ "points": flat(&[*point]), "visibility": [2] })),
            Geometry::Ellipse([x, y, radius_x, radius_y], 0.0) => (
                "ellipse",
                json!({ "points": [x - radius_x, y - radius_y, x + radius_x, y + radius_y] }),
            ),
            Geometry::Ellipse(..) => (
                "polygon",
                json!({ "points": flat(&shape.geometry.outline().unwrap_or_default()) }),
            ),
            Geometry::Mask(mask) => match super::brush_coco::run_lengths(mask) {
                Some((counts, ..)) => (
                    "mask",
                    json!({ "rle": { "counts": compressed(&counts), "size": [mask.height, mask.width] } }),
                ),
                None => {
                    report.lost("a brush mask", 1);
                    continue;
                }
            },
        };
        let labels: Vec<Option<&str>> = if shape.labels.is_empty() {
            vec![None]
        } else {
            shape.labels.iter().map(|label| Some(*label)).collect()
        };
        for label in labels {
            let mut annotation = json!({
                "id": list.len(), "type": kind, "attributes": attributes, "group": group, "label_id": label.map(|label| classes.id(label)),
                "z_order": 0,
            });
            if let (Some(annotation), Value::Object(place)) = (annotation.as_object_mut(), place.clone()) {
                annotation.extend(place);
            }
            list.push(annotation);
        }
    }
    for (name, answer) in &labelled.regions.answers {
        let choices: Vec<&str> = match answer {
            Value::String(choice) => vec![choice.as_str()],
            Value::Array(choices) => choices.iter().filter_map(Value::as_str).collect(),
            _ => {
                report.lost("an answer that is no choice or text", 1);
                continue;
            }
        };
        for choice in choices {
            let known = classes.names.iter().position(|known| known == choice);
            let mut annotation = json!({ "id": list.len(), "attributes": { "control": name }, "group": 0 });
            let (kind, key, value) = match known {
                Some(id) => ("label", "label_id", json!(id)),
                None => ("caption", "caption", json!(choice)),
            };
            annotation["type"] = json!(kind);
            annotation[key] = value;
            list.push(annotation);
        }
    }
    list
}

fn flat(points: &[(f64, f64)]) -> Vec<f64> {
    points.iter().flat_map(|(x, y)| [*x, *y]).collect()
}

/// Run lengths as the text of COCO: each number, from the third on its difference to the one two before, in groups of five
/// bits from the lowest on, with a bit that says whether more follow.
pub(super) fn compressed(counts: &[u32]) -> String {
    let mut text = String::new();
    for (index, count) in counts.iter().enumerate() {
        let mut rest = i64::from(*count);
        if index > 2 {
            rest -= i64::from(counts[index - 2]);
        }
        loop {
            let mut group = rest & 0x1f;
            rest >>= 5;
            let more = if group & 0x10 != 0 { rest != -1 } else { rest != 0 };
            if more {
                group |= 0x20;
            }
            text.push(char::from((group + 48) as u8));
            if !more {
                break;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::compressed;

    #[test]
    fn run_lengths_are_those_of_the_coco_tools() {
        // pycocotools.mask.encode of a 4 × 3 mask with the runs 0 3 1 1 1 1 1 3 1.
        assert_eq!(compressed(&[0, 3, 1, 1, 1, 1, 1, 3, 1]), "031N00020");
        assert_eq!(compressed(&[100, 7]), "T37");
    }
}
