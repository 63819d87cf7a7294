//! brat standoff: a text and its `.ann` for each annotation, and `annotation.conf`.

use std::fmt::Write as _;
use std::io::Write;

use super::archive::{Archive, text_options};
use super::pictures::Classes;
use super::texts::{Marked, each};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Brat;

impl Exporter for Brat {
    about! {
        "BRAT", "brat standoff", "zip", any_spans, ["named entity recognition", "relation extraction"],
        "A text file and a file of entities, relations and notes for each annotation, and annotation.conf, as brat opens them."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut entities = Classes::of(context.config, false);
        let mut relations: Vec<String> = Vec::new();
        if let Some(labels) = context.config.relation_labels() {
            let names: Vec<&str> = labels.iter().map(labelkeep_labeling::Label::name).collect();
            entities.names.retain(|name| !names.contains(&name.as_str()));
            relations.extend(names.into_iter().map(kind));
        }
        each(context, source, &mut report, true, &mut |marked, report| {
            let number = marked.item.annotation.map_or(0, |row| row.id);
            let stem = format!("task-{}-annotation-{number}", marked.item.task.id);
            archive.start_file(format!("{stem}.txt"), text_options())?;
            archive.write_all(marked.text.as_bytes())?;
            archive.start_file(format!("{stem}.ann"), text_options())?;
            archive.write_all(standoff(marked, &mut entities, &mut relations, report).as_bytes())?;
            Ok(None)
        })?;
        let mut text = "[entities]\n".to_owned();
        for name in &entities.names {
            let _ = writeln!(text, "{}", kind(name));
        }
        text.push_str("\n[relations]\n");
        for name in &relations {
            let _ = writeln!(text, "{name} Arg1:<ENTITY>, Arg2:<ENTITY>");
        }
        text.push_str("\n[events]\n\n[attributes]\n");
        archive.start_file("annotation.conf", text_options())?;
        archive.write_all(text.as_bytes())?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// A type of brat: letters, digits, `-` and `_`.
fn kind(label: &str) -> String {
    let name: String = label
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() || letter == '-' {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

fn standoff(marked: &Marked<'_>, entities: &mut Classes, relations: &mut Vec<String>, report: &mut Report) -> String {
    let mut text = String::new();
    let mut numbers: Vec<(&str, usize)> = Vec::new();
    let (mut number, mut notes) = (0, 0);
    for span in &marked.spans {
        report.lost("a span without label", u64::from(span.labels.is_empty()));
        for label in &span.labels {
            number += 1;
            entities.id(label);
            // A line break parts the stretch: each line of the text is one of its own.
            let mut places = Vec::new();
            let mut begin = span.begin;
            for place in span.begin..=span.end {
                let breaks = place < span.end && matches!(marked.letters[place], '\n' | '\r');
                if breaks || place == span.end {
                    if begin < place {
                        places.push(format!("{begin} {place}"));
                    }
                    begin = place + 1;
                }
            }
            if places.is_empty() {
                report.lost("a span of line breaks alone", 1);
                continue;
            }
            let words: String = marked.letters[span.begin..span.end]
                .iter()
                .map(|letter| {
                    if matches!(letter, '\n' | '\r' | '\t') {
                        ' '
                    } else {
                        *letter
                    }
                })
                .collect();
            let _ = writeln!(text, "T{number}\t{} {}\t{words}", kind(label), places.join(";"));
            if kind(label) != *label {
                notes += 1;
                let plain = label.replace(['\n', '\r', '\t'], " ");
                let _ = writeln!(text, "#{notes}\tAnnotatorNotes T{number}\t{plain}");
            }
            if let Some(id) = span.id.filter(|id| !numbers.iter().any(|(known, _)| known == id)) {
                numbers.push((id, number));
            }
        }
    }
    let mut count = 0;
    for relation in &marked.relations {
        let find = |id: &str| {
            numbers
                .iter()
                .find(|(known, _)| *known == id)
                .map(|(_, number)| *number)
        };
        let (Some(from), Some(to)) = (find(&relation.from), find(&relation.to)) else {
            report.lost("a relation of spans that are not in the file", 1);
            continue;
        };
        let names: Vec<String> = if relation.labels.is_empty() {
            vec!["Relation".to_owned()]
        } else {
            relation.labels.iter().map(|label| kind(label)).collect()
        };
        for name in names {
            count += 1;
            let _ = writeln!(text, "R{count}\t{name} Arg1:T{from} Arg2:T{to}");
            if !relations.contains(&name) {
                relations.push(name);
            }
        }
    }
    let choices = marked.choices.iter().map(|(_, names)| names.len()).sum::<usize>();
    report.lost("a choice about the text", choices as u64);
    text
}
