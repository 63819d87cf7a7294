//! Parquet: the columns of CSV, each of one type, a row for each annotation.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::item::{Ids, Item, items, pretty};
use super::{Annotator, Context, ExportError, Exporter, Report, Source};
use crate::parquet::{Column, ColumnKind, Writer};

pub(super) struct Parquet;

impl Exporter for Parquet {
    about! {
        "PARQUET", "Parquet", "parquet", anything, ["tables"],
        "A table with typed columns, one row for each annotation, for pandas, Polars, DuckDB, Spark and their like."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let table = Table::of(context.config, source)?;
        let columns = table.columns.iter().map(|(name, kind)| Column {
            name: name.clone(),
            kind: *kind,
        });
        let mut writer = Writer::new(out, columns.collect())?;
        let mut report = Report::default();
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                report.items_in += 1;
                report.items_out += 1;
                let mut row = table.row(&item);
                writer.row(
                    table
                        .columns
                        .keys()
                        .map(|name| row.remove(name.as_str()).unwrap_or_default()),
                )?;
            }
        }
        writer.finish()?;
        out.flush()?;
        Ok(report)
    }
}

/// What stands beside data and answers; a data key of such a name gives way.
const FIXED: [(&str, ColumnKind); 6] = [
    ("id", ColumnKind::Integer),
    ("annotator", ColumnKind::Text),
    ("annotation_id", ColumnKind::Integer),
    ("created_at", ColumnKind::Time),
    ("updated_at", ColumnKind::Time),
    ("lead_time", ColumnKind::Float),
];

/// The columns of an export, by name.
struct Table {
    columns: BTreeMap<String, ColumnKind>,
    /// Names of controls; a data key of the same name is renamed.
    controls: BTreeSet<String>,
}

impl Table {
    /// Looks at all tasks: a column has one type in the whole file.
    fn of(config: &Config, source: &mut Source<'_>) -> Result<Table, ExportError> {
        let mut data: BTreeMap<String, Option<ColumnKind>> = BTreeMap::new();
        let mut answers: BTreeMap<String, Option<ColumnKind>> = BTreeMap::new();
        let mut annotators = None;
        for task in source() {
            let task = task?;
            let found = items(config, &task, Ids::Drop, &mut Report::default());
            if found.is_empty() {
                continue;
            }
            for (key, value) in fields(&task) {
                meet(data.entry(key).or_default(), &value);
            }
            for item in &found {
                for output in &item.outputs {
                    meet(answers.entry(output.from_name.clone()).or_default(), &pretty(output));
                }
                meet(&mut annotators, &annotator(item));
            }
        }
        let controls: BTreeSet<String> = answers.keys().cloned().collect();
        let data = data.into_iter().map(|(key, kind)| (renamed(&controls, key), kind));
        let mut columns: BTreeMap<String, ColumnKind> = data
            .chain(answers)
            .map(|(name, kind)| (name, kind.unwrap_or(ColumnKind::Text)))
            .collect();
        columns.extend(FIXED.map(|(name, kind)| (name.to_owned(), kind)));
        if let Some(kind) = annotators {
            columns.insert("annotator".to_owned(), kind);
        }
        Ok(Table { columns, controls })
    }

    /// Later ones override, as in CSV.
    fn row(&self, item: &Item<'_>) -> Map<String, Value> {
        let mut row = Map::new();
        for (key, value) in fields(item.task) {
            row.insert(renamed(&self.controls, key), value);
        }
        for output in &item.outputs {
            row.insert(output.from_name.clone(), pretty(output));
        }
        let annotation = item.annotation;
        row.insert("id".to_owned(), item.task.id.into());
        row.insert("annotator".to_owned(), annotator(item));
        row.insert("annotation_id".to_owned(), annotation.map(|row| row.id).into());
        row.insert("created_at".to_owned(), annotation.map(|row| row.created_at).into());
        row.insert("updated_at".to_owned(), annotation.map(|row| row.updated_at).into());
        row.insert("lead_time".to_owned(), annotation.and_then(|row| row.lead_time).into());
        row
    }
}

fn fields(task: &super::ExportTask) -> Map<String, Value> {
    serde_json::from_str(task.data.get()).unwrap_or_default()
}

fn annotator(item: &Item<'_>) -> Value {
    let person = item.annotation.and_then(|row| row.completed_by.as_ref());
    person.map_or(Value::Null, Annotator::value)
}

fn renamed(controls: &BTreeSet<String>, key: String) -> String {
    if controls.contains(&key) {
        format!("_data_{key}")
    } else {
        key
    }
}

/// The kind that holds this value, too.
fn meet(kind: &mut Option<ColumnKind>, value: &Value) {
    let own = match value {
        Value::Null => return,
        Value::Bool(_) => ColumnKind::Boolean,
        Value::Number(number) if number.is_i64() => ColumnKind::Integer,
        Value::Number(number) if number.is_f64() => ColumnKind::Float,
        Value::String(_) => ColumnKind::Text,
        _ => ColumnKind::Json,
    };
    *kind = Some(match *kind {
        None => own,
        Some(known) if known == own => own,
        Some(ColumnKind::Integer | ColumnKind::Float) if matches!(own, ColumnKind::Integer | ColumnKind::Float) => {
            ColumnKind::Float
        }
        Some(_) => ColumnKind::Json,
    });
}
