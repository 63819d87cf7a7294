//! Labelbox: NDJSON of its export, pictures and texts.

use serde_json::{Map, Value, json};

use super::lines::each;
use super::{Canvas, Dataset, Reading, choices, number, span};
use crate::import::ImportError;

pub(super) struct Labelbox;

impl Dataset for Labelbox {
    fn name(&self) -> &'static str {
        "labelbox"
    }

    fn title(&self) -> &'static str {
        "Labelbox"
    }

    fn files(&self) -> &'static str {
        "NDJSON of an export: pictures with boxes, polygons, points and lines; texts with entities; classifications"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        each(reading, &mut row)
    }
}

fn row(reading: &mut Reading<'_>, row: Map<String, Value>) -> Result<(), String> {
    let data = row
        .get("data_row")
        .and_then(|data| data.get("row_data"))
        .and_then(Value::as_str);
    let data = data.ok_or("\"data_row\" with \"row_data\" is missing")?.to_owned();
    let size = |key: &str| {
        row.get("media_attributes")
            .and_then(|facts| facts.get(key))
            .and_then(number)
    };
    let size = size("width").zip(size("height"));
    let labels: Vec<Value> = row
        .get("projects")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|projects| projects.values())
        .filter_map(|project| project.get("labels").and_then(Value::as_array))
        .flatten()
        .filter_map(|label| label.get("annotations").cloned())
        .collect();
    let objects = |label: &Value| {
        label
            .get("objects")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let is_text = size.is_none()
        && (!data.starts_with("http")
            || labels
                .iter()
                .flat_map(objects)
                .any(|object| object.get("location").is_some()));
    let object = if is_text { "Text" } else { "Image" };
    let mut results = Vec::new();
    let mut canvas = size.and_then(|(width, height)| Canvas::new(width, height));
    let letters: Vec<char> = if is_text { data.chars().collect() } else { Vec::new() };
    let mut number = 0;
    // Further labels of a row are further answers: each would be an annotation of its own.
    reading
        .report
        .lost("a further label of a row", labels.len().saturating_sub(1) as u64);
    if let Some(label) = labels.first() {
        for found in objects(label) {
            number += 1;
            let taken = match &mut canvas {
                Some(canvas) => shape(reading, canvas, &found),
                None => entity(reading, &letters, &found, number).map(|result| results.push(result)),
            };
            if taken.is_none() {
                reading
                    .report
                    .lost("an object that is not complete, or of an unknown kind", 1);
            }
        }
        for class in label
            .get("classifications")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            number += 1;
            let id = format!("c{number}");
            match classified(reading, class, object, &id) {
                Some(result) => results.push(result),
                None => reading.report.lost("a classification of an unknown kind", 1),
            }
        }
    }
    let mut all = canvas.map(|canvas| canvas.results).unwrap_or_default();
    all.append(&mut results);
    let outcome = if is_text {
        let key = reading.key("Text");
        reading.task(Map::from_iter([(key, json!(data))]), all)
    } else {
        reading.picture(&data, all)
    };
    outcome.map_err(|error| error.to_string())
}

fn shape(reading: &mut Reading<'_>, canvas: &mut Canvas, found: &Value) -> Option<()> {
    let label = found.get("name")?.as_str()?;
    let pair = |point: &Value| Some((number(point.get("x")?)?, number(point.get("y")?)?));
    let points = |list: &Value| -> Option<Vec<(f64, f64)>> { list.as_array()?.iter().map(pair).collect() };
    let nested = found
        .get("classifications")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    reading.report.lost("a classification of an object", nested as u64);
    if let Some(place) = found.get("bounding_box") {
        let side = |key: &str| place.get(key).and_then(number);
        canvas.rectangle(
            reading,
            label,
            [side("left")?, side("top")?, side("width")?, side("height")?],
            0.0,
        );
    } else if let Some(list) = found.get("polygon") {
        canvas.polygon(reading, label, &points(list).filter(|points| points.len() >= 3)?);
    } else if let Some(list) = found.get("line") {
        canvas.line(reading, label, &points(list).filter(|points| points.len() >= 2)?);
    } else {
        canvas.point(reading, label, pair(found.get("point")?)?, None);
    }
    Some(())
}

/// The last place of Labelbox is that of the last character.
fn entity(reading: &mut Reading<'_>, letters: &[char], found: &Value, number: usize) -> Option<Value> {
    let place = |key: &str| usize::try_from(found.get("location")?.get(key)?.as_u64()?).ok();
    let label = found.get("name")?.as_str()?;
    let end = place("end")?.checked_add(1)?;
    span(reading, &format!("s{number}"), letters, (place("start")?, end), label)
}

fn classified(reading: &mut Reading<'_>, class: &Value, object: &'static str, id: &str) -> Option<Value> {
    let name = |answer: &Value| answer.get("name").and_then(Value::as_str).map(str::to_owned);
    if let Some(answer) = class.get("radio_answer") {
        return Some(choices(reading, object, id, &[name(answer)?]));
    }
    if let Some(list) = class.get("checklist_answers").and_then(Value::as_array) {
        return Some(choices(
            reading,
            object,
            id,
            &list.iter().filter_map(name).collect::<Vec<_>>(),
        ));
    }
    let text = class.get("text_answer")?.get("content")?.as_str()?.to_owned();
    let place = reading.control("TextArea", object, None);
    Some(Value::Object(place.result(id, json!({ "text": [text] }))))
}
