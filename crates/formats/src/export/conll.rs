//! CoNLL 2003: a word and its tag on each line, the spans of text as `B-` and `I-` tags.

use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::catalog::{Fit, data_key};
use super::item::{Ids, Item, items, labels};
use super::treebank::{split_at_blanks, words};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Conll;

impl Exporter for Conll {
    fn name(&self) -> &'static str {
        "CONLL2003"
    }

    fn title(&self) -> &'static str {
        "CoNLL 2003"
    }

    fn description(&self) -> &'static str {
        "A line for each word of the text with the tag of its span, as models of named entities read them."
    }

    fn tags(&self) -> &'static [&'static str] {
        &["sequence labeling", "text tagging", "named entity recognition"]
    }

    fn extension(&self) -> &'static str {
        "conll"
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).spans()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        let key = data_key(context.config, &["Text"]);
        let mut buffer = "-DOCSTART- -X- O\n".to_owned();
        for task in source() {
            let task = task?;
            let found = items(context.config, &task, Ids::Drop, &mut report);
            if found.is_empty() {
                continue;
            }
            let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
            let text = data.get(&key).and_then(Value::as_str);
            let text: Option<Vec<char>> = text.map(|text| text.chars().collect());
            for item in found {
                report.items_in += 1;
                let Some(text) = &text else {
                    report.dropped("the task has no text");
                    continue;
                };
                sentence(&mut buffer, text, &item, &mut report);
                report.items_out += 1;
                if buffer.len() > 48 * 1024 {
                    out.write_all(buffer.as_bytes())?;
                    buffer.clear();
                }
            }
        }
        out.write_all(buffer.as_bytes())?;
        out.flush()?;
        Ok(report)
    }
}

/// A labelled stretch of text; `last` is its last code point.
struct Span<'a> {
    begin: i64,
    last: i64,
    label: Option<&'a str>,
}

fn sentence(out: &mut String, text: &[char], item: &Item<'_>, report: &mut Report) {
    let words = words(text).unwrap_or_else(|| {
        report.lost(
            "a text with quotes that cannot be told apart is split at blanks only",
            1,
        );
        split_at_blanks(text)
    });
    let is_spans = |values: &[Map<String, Value>]| values[0].get("type").and_then(Value::as_str) == Some("Labels");
    let control = item
        .outputs
        .iter()
        .find(|output| is_spans(&output.values))
        .map_or(&[][..], |output| &output.values);
    let others = item.values().count() - control.len();
    report.lost("an answer that is no span of the first Labels control", others as u64);
    let spans: Option<Vec<Span<'_>>> = control.iter().map(span).collect();
    let mut spans = spans.unwrap_or_else(|| {
        report.lost("spans beside one without begin and end", control.len() as u64);
        Vec::new()
    });
    spans.sort_by_key(|span| span.begin);
    let mut shown = vec![false; spans.len()];
    let mut current = 0;
    let mut prefix = "B-";
    for (begin, end) in words {
        let word = &text[begin..end];
        let (begin, last) = (begin as i64, end as i64 - 1);
        while current + 1 < spans.len() && begin > spans[current].last {
            current += 1;
            prefix = "B-";
        }
        out.extend(word);
        out.push_str(" -X- _ ");
        let hit = spans
            .get(current)
            .filter(|span| span.begin <= last && begin <= span.last)
            .and_then(|span| span.label);
        match hit {
            Some(label) => {
                out.push_str(prefix);
                // A tag is the rest of a line: a line break in a label would make two of it.
                out.push_str(&label.replace(['\n', '\r'], " "));
                prefix = "I-";
                shown[current] = true;
            }
            None => out.push('O'),
        }
        out.push('\n');
    }
    out.push('\n');
    let hidden = shown.iter().filter(|shown| !**shown).count();
    report.lost(
        "a span without label, without words, or under an earlier one",
        hidden as u64,
    );
    let more = control
        .iter()
        .map(|value| labels(value, "labels").len().saturating_sub(1))
        .sum::<usize>();
    report.lost("a second label of a span", more as u64);
}

fn span(value: &Map<String, Value>) -> Option<Span<'_>> {
    let place = |key| value.get(key).and_then(Value::as_f64).map(|place| place as i64);
    Some(Span {
        begin: place("start")?,
        last: place("end")?.saturating_sub(1),
        label: labels(value, "labels").first().copied(),
    })
}
