//! Texts with spans and classes in one file a line: spaCy and Prodigy.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::texts::{Marked, Span, each, words};
use super::{Context, ExportError, Exporter, Report, Source};

/// Examples for spaCy's training data.
pub(super) struct SpacyLines;
/// Tasks of Prodigy.
pub(super) struct ProdigyLines;

impl Exporter for SpacyLines {
    about! {
        "SPACY_JSONL", "spaCy JSON Lines", "jsonl", texts, ["named entity recognition", "text classification"],
        "A line for each annotation with text, entities, spans and cats, as a few lines of Python make a DocBin of it."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        let categories: Vec<String> = super::pictures::Classes::of(context.config, true).names;
        each(context, source, &mut report, false, &mut |marked, report| {
            // Entities cannot lie over each other: the longest come first. All spans are in `spans`.
            let mut taken: Vec<&Span<'_>> = Vec::new();
            let mut by_length: Vec<&Span<'_>> = marked.spans.iter().filter(|span| !span.labels.is_empty()).collect();
            by_length.sort_by_key(|span| (std::cmp::Reverse(span.end - span.begin), span.begin));
            for span in by_length {
                if taken
                    .iter()
                    .all(|other| span.end <= other.begin || other.end <= span.begin)
                {
                    taken.push(span);
                }
            }
            taken.sort_by_key(|span| span.begin);
            let entities: Vec<Value> = taken
                .iter()
                .map(|span| json!([span.begin, span.end, span.labels[0]]))
                .collect();
            let mut spans = Vec::new();
            for span in &marked.spans {
                report.lost("a span without label", u64::from(span.labels.is_empty()));
                spans.extend(
                    span.labels
                        .iter()
                        .map(|label| json!({ "start": span.begin, "end": span.end, "label": label })),
                );
            }
            let chosen: Vec<&String> = marked.choices.iter().flat_map(|(_, names)| names).collect();
            let mut cats: Map<String, Value> = Map::new();
            if !chosen.is_empty() {
                for name in categories.iter().chain(chosen.iter().copied()) {
                    cats.insert(name.clone(), json!(f64::from(u8::from(chosen.contains(&name)))));
                }
            }
            let line = json!({
                "text": marked.text, "entities": entities, "spans": spans, "cats": cats, "meta": meta(marked),
            });
            put(out, &line)?;
            Ok(None)
        })?;
        out.flush()?;
        Ok(report)
    }
}

fn meta(marked: &Marked<'_>) -> Value {
    json!({ "task": marked.item.task.id, "annotation": marked.item.annotation.map(|row| row.id) })
}

fn put(out: &mut dyn Write, line: &Value) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, line)?;
    Ok(out.write_all(b"\n")?)
}

impl Exporter for ProdigyLines {
    about! {
        "PRODIGY_JSONL", "Prodigy JSON Lines", "jsonl", texts, ["named entity recognition", "text classification"],
        "A line for each annotation as Prodigy's db-in reads it: text, tokens, spans, options and accepted choices."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        let options: Vec<Value> = super::pictures::Classes::of(context.config, true)
            .names
            .iter()
            .map(|name| json!({ "id": name, "text": name }))
            .collect();
        each(context, source, &mut report, false, &mut |marked, report| {
            let tokens = words(marked.letters);
            let mut spans = Vec::new();
            for span in &marked.spans {
                report.lost("a span without label", u64::from(span.labels.is_empty()));
                let first = tokens.iter().position(|(_, end)| *end > span.begin);
                let last = tokens.iter().rposition(|(begin, _)| *begin < span.end);
                spans.extend(span.labels.iter().map(|label| {
                    json!({ "start": span.begin, "end": span.end, "label": label, "token_start": first, "token_end": last })
                }));
            }
            let words: Vec<Value> = (0..)
                .zip(&tokens)
                .map(|(id, (begin, end))| {
                    let word: String = marked.letters[*begin..*end].iter().collect();
                    let blank = marked.letters.get(*end).is_some_and(|letter| letter.is_whitespace());
                    json!({ "text": word, "start": begin, "end": end, "id": id as u64, "ws": blank })
                })
                .collect();
            let mut line = json!({ "text": marked.text, "tokens": words, "spans": spans, "meta": meta(marked) });
            if !options.is_empty() {
                let accept: Vec<&String> = marked.choices.iter().flat_map(|(_, names)| names).collect();
                line["options"] = json!(options);
                line["accept"] = json!(accept);
            }
            line["answer"] = json!("accept");
            put(out, &line)?;
            Ok(None)
        })?;
        out.flush()?;
        Ok(report)
    }
}
