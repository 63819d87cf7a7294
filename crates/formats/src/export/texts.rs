//! Spans and classes of texts, as the formats beyond the reference's write them. Places are code points.

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::catalog::data_key;
use super::item::{Ids, Item, items};
use super::pictures::Dropped;
use super::shapes::{answer, label_names};
use super::{Context, ExportError, Report, Source};

/// A labelled stretch of a text.
pub(super) struct Span<'a> {
    pub(super) id: Option<&'a str>,
    /// Places of its first code point, and of the one behind its last.
    pub(super) begin: usize,
    pub(super) end: usize,
    pub(super) labels: Vec<&'a str>,
}

/// What an item says of its text.
pub(super) struct Marked<'a> {
    pub(super) item: &'a Item<'a>,
    pub(super) text: &'a str,
    /// The same by code points.
    pub(super) letters: &'a [char],
    /// By begin; of several the longest first.
    pub(super) spans: Vec<Span<'a>>,
    /// Choices, by the names of their controls.
    pub(super) choices: Vec<(&'a str, Vec<String>)>,
    /// Relations: from, to, and their labels.
    pub(super) relations: Vec<Relation>,
}

/// A relation of two spans.
pub(super) struct Relation {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) labels: Vec<String>,
}

/// Calls with each item that has a text.
pub(super) fn each(
    context: &Context<'_>,
    source: &mut Source<'_>,
    report: &mut Report,
    relations: bool,
    with: &mut dyn FnMut(&Marked<'_>, &mut Report) -> Result<Dropped, ExportError>,
) -> Result<(), ExportError> {
    let key = data_key(context.config, &["Text"]);
    for task in source() {
        let task = task?;
        let mut counted = Report::default();
        let found = items(context.config, &task, Ids::Keep, &mut counted);
        if relations {
            // They are written, so they are not lost.
            counted.losses.retain(|(reason, _)| !reason.starts_with("a relation"));
        }
        report.add(counted);
        let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
        let value = data.get(&key).or_else(|| data.get(crate::import::UNDEFINED));
        let text = value.and_then(Value::as_str);
        let letters: Vec<char> = text.unwrap_or_default().chars().collect();
        for item in &found {
            report.items_in += 1;
            let Some(text) = text else {
                report.dropped("the task has no text");
                continue;
            };
            let marked = Marked {
                text,
                letters: &letters,
                spans: spans(context.config, item, letters.len(), report),
                choices: choices(item),
                relations: if relations { relations_of(item) } else { Vec::new() },
                item,
            };
            match with(&marked, report)? {
                None => report.items_out += 1,
                Some(reason) => report.dropped(reason),
            }
        }
    }
    Ok(())
}

fn spans<'a>(config: &Config, item: &'a Item<'_>, length: usize, report: &mut Report) -> Vec<Span<'a>> {
    let mut spans: Vec<Span<'a>> = Vec::new();
    for output in &item.outputs {
        let on_text = config
            .control(&output.from_name)
            .is_none_or(|control| control.inputs.iter().any(|input| input.tag == "Text"));
        for value in &output.values {
            if answer(value).is_some() {
                continue;
            }
            let place = |key| {
                value
                    .get(key)
                    .and_then(Value::as_u64)
                    .and_then(|place| usize::try_from(place).ok())
            };
            let (Some(begin), Some(end), true) = (place("start"), place("end"), on_text) else {
                report.lost("an answer that is no span of the text, or has no place", 1);
                continue;
            };
            if begin >= end || end > length {
                report.lost("a span that is empty, or ends behind the text", 1);
                continue;
            }
            spans.push(Span {
                id: value.get("id").and_then(Value::as_str),
                begin,
                end,
                labels: label_names(value),
            });
        }
    }
    spans.sort_by_key(|span| (span.begin, std::cmp::Reverse(span.end)));
    spans
}

fn choices<'a>(item: &'a Item<'_>) -> Vec<(&'a str, Vec<String>)> {
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    for output in &item.outputs {
        for value in &output.values {
            let names: Vec<String> = match value.get("type").and_then(Value::as_str) {
                Some("Choices") => names(value.get("choices")),
                Some("Taxonomy") => value
                    .get("taxonomy")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .map(|path| names(Some(path)).join("/"))
                    .collect(),
                _ => continue,
            };
            found.push((&output.from_name, names));
        }
    }
    found
}

fn names(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn relations_of(item: &Item<'_>) -> Vec<Relation> {
    let Some(annotation) = item.annotation else {
        return Vec::new();
    };
    let results: Vec<Value> = serde_json::from_str(annotation.result.get()).unwrap_or_default();
    let of = |result: &Value| {
        let id = |key: &str| result.get(key).and_then(Value::as_str).map(str::to_owned);
        let (mut from, mut to) = (id("from_id")?, id("to_id")?);
        if result.get("direction").and_then(Value::as_str) == Some("left") {
            std::mem::swap(&mut from, &mut to);
        }
        Some(Relation {
            from,
            to,
            labels: names(result.get("labels")),
        })
    };
    results
        .iter()
        .filter(|result| result.get("type").and_then(Value::as_str) == Some("relation"))
        .filter_map(of)
        .collect()
}

/// Words by the Penn Treebank's rules, else those between blanks.
pub(super) fn words(letters: &[char]) -> Vec<(usize, usize)> {
    super::treebank::words(letters).unwrap_or_else(|| super::treebank::split_at_blanks(letters))
}
