//! LabelMe: a JSON file beside each picture.

use serde_json::{Value, json};

use super::{Canvas, Dataset, Reading, SMALL, choices, number};
use crate::import::ImportError;

pub(super) struct LabelMe;

impl Dataset for LabelMe {
    fn name(&self) -> &'static str {
        "labelme"
    }

    fn title(&self) -> &'static str {
        "LabelMe"
    }

    fn files(&self) -> &'static str {
        "a JSON file for each picture, and the pictures"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let mut any = false;
        for name in reading.files(&[".json"]) {
            let file = reading.json(&name, SMALL)?;
            let Some(shapes) = file.get("shapes").and_then(Value::as_array) else {
                continue;
            };
            any = true;
            let picture = file
                .get("imagePath")
                .and_then(Value::as_str)
                .filter(|path| !path.is_empty());
            let picture = picture.map_or_else(|| format!("{}.jpg", super::stem(&name)), str::to_owned);
            let size = |key| file.get(key).and_then(number);
            let canvas = size("imageWidth")
                .zip(size("imageHeight"))
                .and_then(|(width, height)| Canvas::new(width, height));
            let Some(mut canvas) = canvas else {
                reading
                    .report
                    .lost("a shape of a picture without size", shapes.len() as u64);
                reading.picture(&picture, Vec::new())?;
                continue;
            };
            for shape in shapes {
                if one(reading, &mut canvas, shape).is_none() {
                    reading
                        .report
                        .lost("a shape that is not complete, or of an unknown kind", 1);
                }
            }
            let flags = file.get("flags").and_then(Value::as_object);
            let set = flags
                .into_iter()
                .flatten()
                .filter(|(_, set)| set.as_bool() == Some(true));
            let names: Vec<String> = set.map(|(name, _)| name.clone()).collect();
            if !names.is_empty() {
                let result = choices(reading, "Image", "flags", &names);
                canvas.results.push(result);
            }
            reading.picture(&picture, canvas.results)?;
        }
        if any {
            Ok(())
        } else {
            Err(ImportError::whole("There is no JSON file with \"shapes\"."))
        }
    }
}

fn one(reading: &mut Reading<'_>, canvas: &mut Canvas, shape: &Value) -> Option<()> {
    let label = shape.get("label")?.as_str()?;
    let pair = |pair: &Value| Some((number(pair.get(0)?)?, number(pair.get(1)?)?));
    let points: Option<Vec<(f64, f64)>> = shape.get("points")?.as_array()?.iter().map(pair).collect();
    let points = points?;
    let kind = shape.get("shape_type").and_then(Value::as_str).unwrap_or("polygon");
    let id = match (kind, &points[..]) {
        ("rectangle", [(a, b), (c, d)]) => canvas.rectangle(
            reading,
            label,
            [a.min(*c), b.min(*d), (c - a).abs(), (d - b).abs()],
            0.0,
        ),
        ("circle", [(x, y), (a, b)]) => {
            let radius = (a - x).hypot(b - y);
            canvas.ellipse(reading, label, [*x, *y, radius, radius], 0.0)
        }
        ("point", [point]) => {
            canvas.point(reading, label, *point, None);
            format!("r{}", canvas.number)
        }
        ("points", many) if !many.is_empty() => {
            many.iter().for_each(|point| canvas.point(reading, label, *point, None));
            format!("r{}", canvas.number)
        }
        ("line" | "linestrip", many) if many.len() >= 2 => canvas.line(reading, label, many),
        ("polygon", many) if many.len() >= 3 => canvas.polygon(reading, label, many),
        _ => return None,
    };
    let told = shape
        .get("description")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    if let Some(text) = told {
        let place = reading.control("TextArea", "Image", None);
        let mut value = canvas.results.last()?.get("value")?.clone();
        value.as_object_mut()?.retain(|key, _| !key.ends_with("labels"));
        value["text"] = json!([text]);
        let mut result = place.result(&id, value);
        result.insert("original_width".to_owned(), super::whole(canvas.width));
        result.insert("original_height".to_owned(), super::whole(canvas.height));
        canvas.results.push(Value::Object(result));
    }
    Some(())
}
