//! JSON_MIN: a flat record for each annotation, the answers under the names of their controls.

use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::item::{Ids, Item, items, pretty};
use super::python::time;
use super::{Annotator, Context, ExportError, Exporter, Report, Source};

pub(super) struct JsonMin;

impl Exporter for JsonMin {
    fn name(&self) -> &'static str {
        "JSON_MIN"
    }

    fn title(&self) -> &'static str {
        "JSON-MIN"
    }

    fn description(&self) -> &'static str {
        "A flat list: the data of a task and its answers by the names of the controls, one record for each annotation."
    }

    fn extension(&self) -> &'static str {
        "json"
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
        let mut buffer = b"[".to_vec();
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                buffer.extend_from_slice(if report.items_out > 0 { b",\n" } else { b"\n" });
                report.items_in += 1;
                report.items_out += 1;
                serde_json::to_writer(&mut buffer, &record(&item))?;
                if buffer.len() > 48 * 1024 {
                    out.write_all(&buffer)?;
                    buffer.clear();
                }
            }
        }
        buffer.extend_from_slice(b"\n]");
        out.write_all(&buffer)?;
        out.flush()?;
        Ok(report)
    }
}

/// Data keys, then the task's id, then the answers, then who and when; later ones override.
pub(super) fn record(item: &Item<'_>) -> Map<String, Value> {
    let mut record: Map<String, Value> = serde_json::from_str(item.task.data.get()).unwrap_or_default();
    record.insert("id".to_owned(), item.task.id.into());
    for output in &item.outputs {
        record.insert(output.from_name.clone(), pretty(output));
    }
    let annotation = item.annotation;
    record.insert(
        "annotator".to_owned(),
        annotation
            .and_then(|row| row.completed_by.as_ref())
            .map_or(Value::Null, Annotator::value),
    );
    record.insert("annotation_id".to_owned(), annotation.map(|row| row.id).into());
    record.insert(
        "created_at".to_owned(),
        annotation.map(|row| time(row.created_at)).into(),
    );
    record.insert(
        "updated_at".to_owned(),
        annotation.map(|row| time(row.updated_at)).into(),
    );
    record.insert("lead_time".to_owned(), annotation.and_then(|row| row.lead_time).into());
    record
}
