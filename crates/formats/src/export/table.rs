//! CSV and TSV: a row for each annotation, the columns of the whole export in alphabetical order.

use std::collections::BTreeSet;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::item::{Ids, Item, items, pretty};
use super::python::{float, time};
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Table {
    name: &'static str,
    description: &'static str,
    separator: char,
}

impl Table {
    pub(super) const CSV: Table = Table {
        name: "CSV",
        description: "A table with commas, one row for each annotation: the data of the task and its answers in columns.",
        separator: ',',
    };
    pub(super) const TSV: Table = Table {
        name: "TSV",
        description: "A table with tabs, one row for each annotation: the data of the task and its answers in columns.",
        separator: '\t',
    };
}

/// A cell: text is quoted, numbers and booleans are bare.
enum Cell {
    Text(String),
    Bare(String),
}

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
        let columns = Columns::of(context.config, source)?;
        let names: Vec<&str> = columns.names.iter().map(String::as_str).collect();
        let mut report = Report::default();
        let mut buffer = String::new();
        self.line(
            &mut buffer,
            names.iter().map(|name| Some(Cell::Text((*name).to_owned()))),
            context.formula_escape,
        );
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                report.items_in += 1;
                report.items_out += 1;
                let mut row = columns.row(&item);
                let cells = names.iter().map(|name| row.remove(name));
                self.line(&mut buffer, cells, context.formula_escape);
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

impl Table {
    fn line(&self, out: &mut String, cells: impl Iterator<Item = Option<Cell>>, formula_escape: bool) {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                out.push(self.separator);
            }
            match cell {
                Some(Cell::Bare(text)) => out.push_str(&text),
                Some(Cell::Text(text)) => {
                    out.push('"');
                    if formula_escape && is_formula(&text) {
                        out.push('\'');
                    }
                    out.push_str(&text.replace('"', "\"\""));
                    out.push('"');
                }
                None => out.push_str("\"\""),
            }
        }
        out.push_str("\r\n");
    }
}

/// Whether a spreadsheet would run the text (SEC-168).
fn is_formula(text: &str) -> bool {
    text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}

/// Who annotated, and when: the columns that stand beside data and answers.
const FIXED: [&str; 5] = ["annotator", "annotation_id", "created_at", "updated_at", "lead_time"];

/// The columns of an export.
struct Columns {
    names: BTreeSet<String>,
    /// Names of controls; a data key of the same name is renamed.
    controls: BTreeSet<String>,
}

impl Columns {
    fn of(config: &Config, source: &mut Source<'_>) -> Result<Columns, ExportError> {
        let mut keys = BTreeSet::new();
        let mut controls = BTreeSet::new();
        let mut chats = BTreeSet::new();
        // Without any row there is no column for the task's number, as in the reference.
        let mut any = false;
        for task in source() {
            let task = task?;
            let found = items(config, &task, Ids::Drop, &mut Report::default());
            if found.is_empty() {
                continue;
            }
            any = true;
            let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
            keys.extend(data.into_iter().map(|(key, _)| key));
            for output in found.iter().flat_map(|item| &item.outputs) {
                if output
                    .values
                    .iter()
                    .any(|value| value.get("type").and_then(Value::as_str) == Some("chatmessage"))
                {
                    chats.insert(format!("{}_transcript", output.from_name));
                }
                controls.insert(output.from_name.clone());
            }
        }
        let mut names: BTreeSet<String> = FIXED.map(str::to_owned).into();
        if any {
            names.insert("id".to_owned());
        }
        names.extend(keys.into_iter().map(|key| {
            if controls.contains(&key) {
                format!("_data_{key}")
            } else {
                key
            }
        }));
        names.extend(controls.iter().cloned());
        names.extend(chats);
        Ok(Columns { names, controls })
    }

    /// Later ones override: the task's id, data, answers, then who and when.
    fn row<'a>(&'a self, item: &Item<'_>) -> std::collections::HashMap<&'a str, Cell> {
        let mut row = std::collections::HashMap::new();
        let mut put = |name: &str, cell: Cell| {
            if let Some(name) = self.names.get(name) {
                row.insert(name.as_str(), cell);
            }
        };
        put("id", Cell::Bare(item.task.id.to_string()));
        let data: Map<String, Value> = serde_json::from_str(item.task.data.get()).unwrap_or_default();
        for (key, value) in data {
            let cell = data_cell(&value);
            if self.controls.contains(&key) {
                put(&format!("_data_{key}"), cell)
            } else {
                put(&key, cell)
            }
        }
        for output in &item.outputs {
            let cell = match pretty(output) {
                Value::String(text) => Cell::Text(text),
                other => Cell::Text(compact(&other)),
            };
            put(&output.from_name, cell);
            if let Some(transcript) = transcript(output) {
                put(&format!("{}_transcript", output.from_name), Cell::Text(transcript));
            }
        }
        // A data key of one of these names gives way, in tasks without annotations too.
        for name in FIXED {
            put(name, Cell::Text(String::new()));
        }
        if let Some(annotation) = item.annotation {
            if let Some(person) = &annotation.completed_by {
                put("annotator", Cell::Text(person.text()));
            }
            put("annotation_id", Cell::Bare(annotation.id.to_string()));
            put("created_at", Cell::Text(time(annotation.created_at)));
            put("updated_at", Cell::Text(time(annotation.updated_at)));
            if let Some(seconds) = annotation.lead_time {
                put("lead_time", Cell::Bare(float(seconds)));
            }
        }
        row
    }
}

fn data_cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Text(String::new()),
        Value::Bool(true) => Cell::Bare("True".to_owned()),
        Value::Bool(false) => Cell::Bare("False".to_owned()),
        Value::Number(number) => Cell::Bare(match number.as_f64().filter(|_| number.is_f64()) {
            Some(number) => float(number),
            None => number.to_string(),
        }),
        Value::String(text) => Cell::Text(text.clone()),
        nested => Cell::Text(compact(nested)),
    }
}

/// JSON as the reference writes it into cells: no spaces, slashes escaped.
fn compact(value: &Value) -> String {
    value.to_string().replace('/', "\\/")
}

/// One line for each message of a chat: `role: content`.
fn transcript(output: &super::item::Output) -> Option<String> {
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
