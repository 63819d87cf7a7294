//! GeoJSON (RFC 7946) in the pixels of the picture: x to the right, y down.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::pictures::{Labelled, documents};
use super::shapes::{Geometry, Shape};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct GeoJson;

impl Exporter for GeoJson {
    about! {
        "GEOJSON", "GeoJSON", "zip", pictures, ["object detection", "image segmentation"],
        "A FeatureCollection for each picture in its pixels: polygons, lines and points with their labels, as QGIS opens them."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        documents(context, source, out, "geojson", collection)
    }
}

fn collection(labelled: &Labelled<'_>, report: &mut Report) -> Value {
    let features: Vec<Value> = labelled
        .regions
        .shapes
        .iter()
        .filter_map(|shape| feature(shape, report))
        .collect();
    let answers: Map<String, Value> = answers(&labelled.regions.answers);
    json!({
        "type": "FeatureCollection", "features": features, "image": labelled.picture.path,
        "width": labelled.size.0, "height": labelled.size.1, "answers": answers,
    })
}

/// Answers by the names of their controls.
pub(super) fn answers(list: &[(&str, Value)]) -> Map<String, Value> {
    list.iter()
        .map(|(name, answer)| ((*name).to_owned(), answer.clone()))
        .collect()
}

fn feature(shape: &Shape<'_>, report: &mut Report) -> Option<Value> {
    let list = |points: &[(f64, f64)]| -> Vec<Value> { points.iter().map(|(x, y)| json!([x, y])).collect() };
    let (kind, coordinates) = match &shape.geometry {
        Geometry::Point((x, y)) => ("Point", json!([x, y])),
        Geometry::Line(points) => ("LineString", json!(list(points))),
        Geometry::Mask(_) => {
            report.lost("a brush mask", 1);
            return None;
        }
        other => {
            let mut points = other.outline().unwrap_or_default();
            if points.len() < 3 {
                report.lost("a polygon of fewer than three points", 1);
                return None;
            }
            // An outer ring runs counterclockwise, and ends where it begins (RFC 7946, 3.1.6).
            if turned(&points) < 0.0 {
                points.reverse();
            }
            points.extend(points.first().copied());
            ("Polygon", json!([list(&points)]))
        }
    };
    Some(json!({
        "type": "Feature", "id": shape.id, "geometry": { "type": kind, "coordinates": coordinates },
        "properties": { "label": shape.label(), "labels": shape.labels, "answers": answers(&shape.answers) },
    }))
}

/// Twice the area inside of a ring: negative when it runs clockwise, as places are counted in GeoJSON.
fn turned(points: &[(f64, f64)]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}
