//! The augmented manifest of SageMaker Ground Truth: a line for each picture or text.

use serde_json::{Map, Value, json};

use super::lines::each;
use super::{Canvas, Dataset, Reading, choices, number, span};
use crate::import::ImportError;

pub(super) struct GroundTruth;

impl Dataset for GroundTruth {
    fn name(&self) -> &'static str {
        "ground_truth"
    }

    fn title(&self) -> &'static str {
        "SageMaker Ground Truth"
    }

    fn files(&self) -> &'static str {
        "output.manifest: pictures with boxes, texts with entities, classes"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        each(reading, &mut row)
    }
}

fn row(reading: &mut Reading<'_>, row: Map<String, Value>) -> Result<(), String> {
    let text = row.get("source").and_then(Value::as_str).map(str::to_owned);
    let picture = row.get("source-ref").and_then(Value::as_str).map(str::to_owned);
    let object = if picture.is_some() { "Image" } else { "Text" };
    let letters: Vec<char> = text.as_deref().unwrap_or_default().chars().collect();
    let mut results = Vec::new();
    // The answers of a job stand under its name; what they mean, under that name with `-metadata`.
    for (job, about) in row
        .iter()
        .filter_map(|(key, about)| Some((key.strip_suffix("-metadata")?, about)))
    {
        let Some(answer) = row.get(job) else { continue };
        let classes = about.get("class-map").and_then(Value::as_object);
        let class = |id: &Value| -> Option<String> {
            let key = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            classes?.get(&key)?.as_str().map(str::to_owned)
        };
        if let Some(list) = answer.get("annotations").and_then(Value::as_object) {
            for (number, entity) in (1..).zip(list.get("entities").and_then(Value::as_array).into_iter().flatten()) {
                let place = |key: &str| {
                    entity
                        .get(key)
                        .and_then(Value::as_u64)
                        .and_then(|place| usize::try_from(place).ok())
                };
                let found = place("startOffset")
                    .zip(place("endOffset"))
                    .zip(entity.get("label").and_then(Value::as_str));
                let found =
                    found.and_then(|(place, label)| span(reading, &format!("s{number}"), &letters, place, label));
                match found {
                    Some(result) => results.push(result),
                    None => reading
                        .report
                        .lost("an entity that is not complete, or lies outside of the text", 1),
                }
            }
        } else if let Some(list) = answer.get("annotations").and_then(Value::as_array) {
            let size = answer.get("image_size").and_then(|sizes| sizes.get(0));
            let side = |key: &str| size.and_then(|size| size.get(key)).and_then(number);
            let canvas = side("width")
                .zip(side("height"))
                .and_then(|(width, height)| Canvas::new(width, height));
            let Some(mut canvas) = canvas else {
                reading
                    .report
                    .lost("a box of a picture without size", list.len() as u64);
                continue;
            };
            for entry in list {
                let side = |key: &str| entry.get(key).and_then(number);
                let label = entry.get("class_id").and_then(class);
                match (label, side("left"), side("top"), side("width"), side("height")) {
                    (Some(label), Some(left), Some(top), Some(width), Some(height)) => {
                        canvas.rectangle(reading, &label, [left, top, width, height], 0.0);
                    }
                    _ => reading
                        .report
                        .lost("a box that is not complete, or whose class is not named", 1),
                }
            }
            results.append(&mut canvas.results);
        } else {
            let named = about.get("class-name").and_then(Value::as_str).map(str::to_owned);
            let several: Option<Vec<String>> = answer.as_array().map(|list| list.iter().filter_map(class).collect());
            let names = several
                .or_else(|| named.or_else(|| class(answer)).map(|name| vec![name]))
                .unwrap_or_default();
            if names.is_empty() {
                reading.report.lost("an answer of an unknown kind", 1);
            } else {
                let result = choices(reading, object, &format!("c{}", results.len()), &names);
                results.push(result);
            }
        }
    }
    let outcome = match (picture, text) {
        (Some(picture), _) => reading.picture(&picture, results),
        (None, Some(text)) => {
            let key = reading.key("Text");
            reading.task(Map::from_iter([(key, json!(text))]), results)
        }
        (None, None) => return Err("\"source-ref\" or \"source\" is missing".to_owned()),
    };
    outcome.map_err(|error| error.to_string())
}
