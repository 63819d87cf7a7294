//! Texts with spans and classes in one file a line: spaCy, Prodigy, and CoNLL with IOB2 or IOBES tags.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::texts::{Marked, Span, each, words};
use super::{Context, ExportError, Exporter, Report, Source};

/// Examples for spaCy's training data.
pub(super) struct SpacyLines;
/// Tasks of Prodigy.
pub(super) struct ProdigyLines;
/// A word and its tag on each line.
pub(super) struct Conll {
    pub(super) scheme: Scheme,
}

/// How a span's words are told from those of the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// B, I, O.
    Iob2,
    /// B, I, E, S, O.
    Iobes,
}

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
            put(out, &line)
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
            put(out, &line)
        })?;
        out.flush()?;
        Ok(report)
    }
}

impl Exporter for Conll {
    fn name(&self) -> &'static str {
        match self.scheme {
            Scheme::Iob2 => "CONLL_IOB",
            Scheme::Iobes => "CONLL_IOBES",
        }
    }

    fn title(&self) -> &'static str {
        match self.scheme {
            Scheme::Iob2 => "CoNLL, IOB2 tags",
            Scheme::Iobes => "CoNLL, IOBES tags",
        }
    }

    fn description(&self) -> &'static str {
        match self.scheme {
            Scheme::Iob2 => {
                "A word and its tag on each line, with a tab between: B- begins a span, I- goes on, O is outside."
            }
            Scheme::Iobes => "The same with E- for the last word of a span and S- for a span of one word.",
        }
    }

    fn tags(&self) -> &'static [&'static str] {
        &["sequence labeling", "named entity recognition"]
    }

    fn extension(&self) -> &'static str {
        "conll"
    }

    fn supports(&self, config: &labelkeep_labeling::Config) -> bool {
        super::catalog::Fit::of(config).any_spans()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        each(context, source, &mut report, false, &mut |marked, report| {
            let text = self.sentence(marked, report);
            Ok(out.write_all(text.as_bytes())?)
        })?;
        out.flush()?;
        Ok(report)
    }
}

impl Conll {
    fn sentence(&self, marked: &Marked<'_>, report: &mut Report) -> String {
        let choices = marked.choices.iter().map(|(_, names)| names.len()).sum::<usize>();
        report.lost("a choice about the text", choices as u64);
        let words = words(marked.letters);
        let mut tags: Vec<String> = vec!["O".to_owned(); words.len()];
        for span in &marked.spans {
            let Some(label) = span.labels.first() else {
                report.lost("a span without label", 1);
                continue;
            };
            report.lost("a second label of a span", span.labels.len() as u64 - 1);
            let touched: Vec<usize> = (0..words.len())
                .filter(|index| words[*index].0 < span.end && span.begin < words[*index].1)
                .collect();
            if touched.is_empty() || touched.iter().any(|index| tags[*index] != "O") {
                report.lost("a span without words, or over an earlier one", 1);
                continue;
            }
            // A tag is the rest of a line: blanks and breaks in a label would make more of it.
            let label = label.replace(char::is_whitespace, "_");
            for (place, index) in touched.iter().enumerate() {
                let last = place + 1 == touched.len();
                let prefix = match (self.scheme, place, last) {
                    (Scheme::Iobes, 0, true) => 'S',
                    (Scheme::Iobes, 1.., true) => 'E',
                    (_, 0, _) => 'B',
                    _ => 'I',
                };
                tags[*index] = format!("{prefix}-{label}");
            }
        }
        let mut text = String::new();
        for ((begin, end), tag) in words.iter().zip(tags) {
            text.extend(&marked.letters[*begin..*end]);
            text.push('\t');
            text.push_str(&tag);
            text.push('\n');
        }
        text.push('\n');
        text
    }
}
