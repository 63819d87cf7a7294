//! CSV and TSV: a row for each annotation, the columns of the whole export in alphabetical order.
//!
//! Which columns there are is known when all tasks have been read: until then the rows are kept (`rows`).

mod cells;
mod rows;

use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::Value;

use super::item::{Ids, Item, Output, items, pretty};
use super::python::{float, time};
use super::{Context, ExportError, Exporter, Report, Source};
use cells::{Cells, compact};
use rows::{Origin, Rows};

pub(super) struct Table {
    name: &'static str,
    description: &'static str,
    separator: u8,
}

impl Table {
    pub(super) const CSV: Table = Table {
        name: "CSV",
        description: "A table with commas, one row for each annotation: the data of the task and its answers in columns.",
        separator: b',',
    };
    pub(super) const TSV: Table = Table {
        name: "TSV",
        description: "A table with tabs, one row for each annotation: the data of the task and its answers in columns.",
        separator: b'\t',
    };
}

/// Who annotated, and when: the columns that stand beside data and answers, and are always there.
const FIXED: [&str; 5] = ["annotator", "annotation_id", "created_at", "updated_at", "lead_time"];

impl Exporter for Table {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn extension(&self) -> &'static str {
        // As in the reference: a TSV export is sent as .csv too.
        "csv"
    }

    fn supports(&self, _: &Config) -> bool {
        true
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        let mut cells = Cells::new(context.formula_escape);
        let mut rows = Rows::new();
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                report.items_in += 1;
                report.items_out += 1;
                put(&mut cells, &mut rows, &item)?;
            }
        }
        rows.write(self.separator, |name| cells.quoted(name), out)?;
        out.flush()?;
        Ok(report)
    }
}

/// One row. Of cells with one name the later counts: the task's id, its data, answers, then who and when.
fn put(cells: &mut Cells, rows: &mut Rows, item: &Item<'_>) -> Result<(), ExportError> {
    rows.put(Origin::Own, "id", cells.whole(item.task.id));
    cells.of_data(item.task.data.get(), rows);
    for output in &item.outputs {
        let cell = match pretty(output) {
            Value::String(text) => cells.text(&text),
            other => cells.text(&compact(&other)),
        };
        rows.put(Origin::Answer, &output.from_name, cell);
        let is_chat = |value: &serde_json::Map<_, _>| value.get("type").and_then(Value::as_str) == Some("chatmessage");
        if output.values.iter().any(is_chat) {
            rows.want_transcript(&output.from_name);
        }
        if let Some(transcript) = transcript(output) {
            let name = format!("{}_transcript", output.from_name);
            rows.put(Origin::Transcript, &name, cells.text(&transcript));
        }
    }
    if let Some(annotation) = item.annotation {
        if let Some(person) = &annotation.completed_by {
            rows.put(Origin::Own, "annotator", cells.text(&person.text()));
        }
        rows.put(Origin::Own, "annotation_id", cells.whole(annotation.id));
        rows.put(Origin::Own, "created_at", cells.text(&time(annotation.created_at)));
        rows.put(Origin::Own, "updated_at", cells.text(&time(annotation.updated_at)));
        if let Some(seconds) = annotation.lead_time {
            rows.put(Origin::Own, "lead_time", cells.bare(&float(seconds)));
        }
    }
    rows.end()
}

/// One line for each message of a chat: `role: content`.
fn transcript(output: &Output) -> Option<String> {
    let mut lines = Vec::new();
    for value in &output.values {
        let message = value.get("chatmessage")?;
        let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
        let content = message.get("content").and_then(Value::as_str).unwrap_or_default();
        lines.push(if content.is_empty() {
            format!("{role}:")
        } else {
            format!("{role}: {content}")
        });
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
