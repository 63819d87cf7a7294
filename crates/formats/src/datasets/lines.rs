//! Texts in JSON Lines: doccano, Prodigy, spaCy.

use serde_json::{Map, Value, json};

use super::{Canvas, Dataset, Reading, choices, number, span};
use crate::import::{Elements, ImportError};

pub(super) struct Doccano;
pub(super) struct Prodigy;
pub(super) struct Spacy;

/// Takes a row; says what is wrong with it.
type EachRow<'a> = dyn FnMut(&mut Reading<'_>, Map<String, Value>) -> Result<(), String> + 'a;

/// Calls with each line of each file; messages name both.
pub(super) fn each(reading: &mut Reading<'_>, with: &mut EachRow<'_>) -> Result<(), ImportError> {
    for name in reading.files(&[".jsonl", ".json", ".ndjson", ".manifest"]) {
        let mut elements = Elements::new(reading.folder.open(&name)?);
        while let Some(text) = elements.next() {
            let line = usize::try_from(elements.line()).unwrap_or(usize::MAX);
            let text = text.map_err(|error| ImportError::whole(format!("{name}: {error}")))?;
            let row = serde_json::from_str(&text).map_err(|error| Reading::wrong(&name, line, &error.to_string()))?;
            with(reading, row).map_err(|message| Reading::wrong(&name, line, &message))?;
        }
    }
    Ok(())
}

/// The text of a row, and what else a person may want to see beside it.
fn text_of(row: &Map<String, Value>) -> Result<String, String> {
    let text = ["text", "data"]
        .iter()
        .find_map(|key| row.get(*key))
        .and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| "\"text\" is missing".to_owned())
}

fn place(value: &Value, keys: [&str; 2]) -> Option<(usize, usize)> {
    let number = |key| usize::try_from(value.get(key)?.as_u64()?).ok();
    Some((number(keys[0])?, number(keys[1])?))
}

/// A task of a text with these further data.
fn put(reading: &mut Reading<'_>, text: &str, more: Map<String, Value>, results: Vec<Value>) -> Result<(), String> {
    let key = reading.key("Text");
    let mut data = Map::from_iter([(key, json!(text))]);
    for (name, value) in more {
        data.entry(name).or_insert(value);
    }
    reading.task(data, results).map_err(|error| error.to_string())
}

fn marked(
    reading: &mut Reading<'_>,
    results: &mut Vec<Value>,
    letters: &[char],
    id: &str,
    place: Option<(usize, usize)>,
    label: Option<&str>,
) {
    let found = match (place, label) {
        (Some(place), Some(label)) => span(reading, id, letters, place, label),
        _ => None,
    };
    match found {
        Some(result) => results.push(result),
        None => reading
            .report
            .lost("a span that is not complete, or lies outside of the text", 1),
    }
}

fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A relation of two results.
pub(super) fn relation(reading: &mut Reading<'_>, from: &str, to: &str, label: Option<&str>) -> Value {
    reading.proposal.relate(label);
    json!({ "from_id": from, "to_id": to, "type": "relation", "direction": "right", "labels": label.into_iter().collect::<Vec<_>>() })
}

impl Dataset for Doccano {
    fn name(&self) -> &'static str {
        "doccano"
    }

    fn title(&self) -> &'static str {
        "doccano"
    }

    fn files(&self) -> &'static str {
        "JSON Lines with text and label, or entities and relations"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        each(reading, &mut |reading, row| {
            let text = text_of(&row)?;
            let letters: Vec<char> = text.chars().collect();
            let mut results = Vec::new();
            let list = ["label", "labels"]
                .iter()
                .find_map(|key| row.get(*key))
                .and_then(Value::as_array);
            let mut classes = Vec::new();
            for (number, entry) in (1..).zip(list.into_iter().flatten()) {
                match entry {
                    Value::String(class) => classes.push(class.clone()),
                    Value::Array(parts) => {
                        let number_at = |at: usize| {
                            parts
                                .get(at)
                                .and_then(Value::as_u64)
                                .and_then(|at| usize::try_from(at).ok())
                        };
                        let place = number_at(0).zip(number_at(1));
                        let label = parts.get(2).and_then(Value::as_str);
                        marked(reading, &mut results, &letters, &format!("s{number}"), place, label);
                    }
                    _ => reading.report.lost("a label that is neither a name nor a span", 1),
                }
            }
            for entity in row.get("entities").and_then(Value::as_array).into_iter().flatten() {
                let id = entity.get("id").map(|id| format!("e{id}")).unwrap_or_default();
                let label = entity.get("label").and_then(Value::as_str);
                marked(
                    reading,
                    &mut results,
                    &letters,
                    &id,
                    place(entity, ["start_offset", "end_offset"]),
                    label,
                );
            }
            for entry in row.get("relations").and_then(Value::as_array).into_iter().flatten() {
                let id = |key: &str| entry.get(key).map(|id| format!("e{id}"));
                if let (Some(from), Some(to)) = (id("from_id"), id("to_id")) {
                    let result = relation(reading, &from, &to, entry.get("type").and_then(Value::as_str));
                    results.push(result);
                }
            }
            classes.extend(names(row.get("cats")));
            if !classes.is_empty() {
                let result = choices(reading, "Text", "class", &classes);
                results.push(result);
            }
            let more = row.into_iter().filter(|(key, _)| {
                ![
                    "text",
                    "data",
                    "label",
                    "labels",
                    "entities",
                    "relations",
                    "cats",
                    "id",
                    "Comments",
                ]
                .contains(&key.as_str())
            });
            put(reading, &text, more.collect(), results)
        })
    }
}

impl Dataset for Prodigy {
    fn name(&self) -> &'static str {
        "prodigy"
    }

    fn title(&self) -> &'static str {
        "Prodigy"
    }

    fn files(&self) -> &'static str {
        "JSON Lines of db-out: texts with spans and choices, or pictures with spans"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        each(reading, &mut |reading, row| {
            let answer = row.get("answer").and_then(Value::as_str).unwrap_or("accept");
            if answer != "accept" {
                // What was rejected or ignored says nothing of what is right.
                let reason = if answer == "reject" {
                    "a rejected answer"
                } else {
                    "an ignored answer"
                };
                reading.report.items_in += 1;
                reading.report.dropped(reason);
                return Ok(());
            }
            let spans = row.get("spans").and_then(Value::as_array).cloned().unwrap_or_default();
            let mut chosen = names(row.get("accept"));
            if chosen.is_empty() && spans.is_empty() {
                chosen = names(row.get("label"));
            }
            if let Some(image) = row.get("image").and_then(Value::as_str) {
                return prodigy_picture(reading, &row, image, &spans, &chosen);
            }
            let text = text_of(&row)?;
            let letters: Vec<char> = text.chars().collect();
            let mut results = Vec::new();
            for (number, entry) in (1..).zip(&spans) {
                let label = entry.get("label").and_then(Value::as_str);
                marked(
                    reading,
                    &mut results,
                    &letters,
                    &format!("s{number}"),
                    place(entry, ["start", "end"]),
                    label,
                );
            }
            if !chosen.is_empty() {
                let result = choices(reading, "Text", "choice", &chosen);
                results.push(result);
            }
            put(reading, &text, Map::new(), results)
        })
    }
}

fn prodigy_picture(
    reading: &mut Reading<'_>,
    row: &Map<String, Value>,
    image: &str,
    spans: &[Value],
    chosen: &[String],
) -> Result<(), String> {
    let size = |key: &str| row.get(key).and_then(number);
    let canvas = size("width")
        .zip(size("height"))
        .and_then(|(width, height)| Canvas::new(width, height));
    let mut results = Vec::new();
    match canvas {
        Some(mut canvas) => {
            for entry in spans {
                let label = entry.get("label").and_then(Value::as_str).unwrap_or_default();
                let side = |key: &str| entry.get(key).and_then(number);
                let pair = |pair: &Value| Some((number(pair.get(0)?)?, number(pair.get(1)?)?));
                let outline: Option<Vec<(f64, f64)>> = entry
                    .get("points")
                    .and_then(Value::as_array)
                    .and_then(|list| list.iter().map(pair).collect());
                match (side("x"), side("y"), side("width"), side("height"), outline) {
                    (Some(x), Some(y), Some(width), Some(height), _)
                        if entry.get("type").and_then(Value::as_str) != Some("polygon") =>
                    {
                        canvas.rectangle(reading, label, [x, y, width, height], 0.0);
                    }
                    (.., Some(points)) if points.len() >= 3 => {
                        canvas.polygon(reading, label, &points);
                    }
                    _ => reading.report.lost("a span that is not complete", 1),
                }
            }
            results = canvas.results;
        }
        None => reading
            .report
            .lost("a span of a picture without width and height", spans.len() as u64),
    }
    if !chosen.is_empty() {
        let result = choices(reading, "Image", "choice", chosen);
        results.push(result);
    }
    reading.picture(image, results).map_err(|error| error.to_string())
}

impl Dataset for Spacy {
    fn name(&self) -> &'static str {
        "spacy"
    }

    fn title(&self) -> &'static str {
        "spaCy"
    }

    fn files(&self) -> &'static str {
        "JSON Lines with text and entities, ents, spans or cats"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        each(reading, &mut |reading, row| {
            let text = text_of(&row)?;
            let letters: Vec<char> = text.chars().collect();
            let mut results = Vec::new();
            let list = |key: &str| row.get(key).and_then(Value::as_array).filter(|list| !list.is_empty());
            // `spans` may lie over each other; `entities` is a part of them.
            let entries = list("spans").or_else(|| list("ents")).or_else(|| list("entities"));
            for (number, entry) in (1..).zip(entries.into_iter().flatten()) {
                let id = format!("s{number}");
                if let Value::Array(parts) = entry {
                    let at = |at: usize| {
                        parts
                            .get(at)
                            .and_then(Value::as_u64)
                            .and_then(|at| usize::try_from(at).ok())
                    };
                    marked(
                        reading,
                        &mut results,
                        &letters,
                        &id,
                        at(0).zip(at(1)),
                        parts.get(2).and_then(Value::as_str),
                    );
                } else {
                    let label = entry.get("label").and_then(Value::as_str);
                    marked(
                        reading,
                        &mut results,
                        &letters,
                        &id,
                        place(entry, ["start", "end"]),
                        label,
                    );
                }
            }
            let cats = row.get("cats").and_then(Value::as_object);
            let chosen: Vec<String> = cats
                .into_iter()
                .flatten()
                .filter(|(_, score)| number(score).is_some_and(|score| score >= 0.5) || score.as_bool() == Some(true))
                .map(|(name, _)| name.clone())
                .collect();
            if !chosen.is_empty() {
                let result = choices(reading, "Text", "cats", &chosen);
                results.push(result);
            }
            put(reading, &text, Map::new(), results)
        })
    }
}
