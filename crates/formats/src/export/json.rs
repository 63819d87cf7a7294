//! JSON: the task list, everything in it. Stored JSON goes through as it is.

use std::io::Write;

use labelkeep_labeling::Config;

use super::python::time;
use super::{Annotator, Context, ExportAnnotation, ExportError, ExportTask, Exporter, Report, Source};

pub(super) struct Json;

impl Exporter for Json {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn title(&self) -> &'static str {
        "JSON"
    }

    fn description(&self) -> &'static str {
        "Everything: tasks with their data, annotations, drafts and prediction ids, as one list. The format to keep, and to import again."
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn supports(&self, _: &Config) -> bool {
        true
    }

    fn export(&self, _: &Context<'_>, source: &mut Source<'_>, out: &mut dyn Write) -> Result<Report, ExportError> {
        write_list(source, 0, out)
    }
}

/// Writes a list, or what follows the tasks that it has `already`. Each piece but the last ends behind a whole task.
pub(super) fn write_list(source: &mut Source<'_>, already: u64, out: &mut dyn Write) -> Result<Report, ExportError> {
    let mut number = already;
    // Written task by task into one buffer: a serialiser with field names would cost three times as much.
    let mut buffer = Vec::with_capacity(64 * 1024);
    if already == 0 {
        buffer.push(b'[');
    }
    for task in source() {
        if number > 0 {
            buffer.push(b',');
        }
        write_task(&mut buffer, &task?)?;
        number += 1;
        if buffer.len() >= 48 * 1024 {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    buffer.push(b']');
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(Report {
        items_in: number,
        items_out: number,
        ..Report::default()
    })
}

/// `"key":` and the value's JSON.
macro_rules! field {
    ($out:expr, $key:literal, raw $value:expr) => {{
        $out.extend_from_slice(concat!("\"", $key, "\":").as_bytes());
        $out.extend_from_slice($value.as_bytes());
    }};
    ($out:expr, $key:literal, $value:expr) => {{
        $out.extend_from_slice(concat!("\"", $key, "\":").as_bytes());
        serde_json::to_writer(&mut *$out, &$value)?;
    }};
}

pub(super) fn write_task(out: &mut Vec<u8>, task: &ExportTask) -> Result<(), ExportError> {
    out.push(b'{');
    field!(out, "id", task.id);
    out.extend_from_slice(b",\"annotations\":[");
    for (index, annotation) in task.annotations.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_annotation(out, annotation)?;
    }
    out.extend_from_slice(b"],");
    if let Some(file) = &task.file_upload {
        field!(out, "file_upload", file);
        out.push(b',');
    }
    out.extend_from_slice(b"\"drafts\":[");
    for (index, draft) in task.drafts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(draft.get().as_bytes());
    }
    out.extend_from_slice(b"],");
    out.extend_from_slice(b"\"predictions\":[");
    for (index, prediction) in task.predictions.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(prediction.get().as_bytes());
    }
    out.push(b']');
    out.push(b',');
    field!(out, "data", raw task.data.get());
    out.push(b',');
    field!(out, "meta", raw task.meta.get());
    out.push(b',');
    field!(out, "created_at", time(task.created_at));
    out.push(b',');
    field!(out, "updated_at", time(task.updated_at));
    out.push(b',');
    field!(out, "allow_skip", task.allow_skip);
    out.push(b',');
    field!(out, "inner_id", task.inner_id);
    out.push(b',');
    field!(out, "total_annotations", task.total_annotations);
    out.push(b',');
    field!(out, "cancelled_annotations", task.cancelled_annotations);
    out.push(b',');
    field!(out, "total_predictions", task.total_predictions);
    out.extend_from_slice(b",\"comment_count\":0,\"unresolved_comment_count\":0,\"last_comment_updated_at\":null,");
    field!(out, "project", task.project);
    out.push(b',');
    field!(out, "updated_by", task.updated_by);
    out.extend_from_slice(b",\"comment_authors\":[]}");
    Ok(())
}

fn write_annotation(out: &mut Vec<u8>, row: &ExportAnnotation) -> Result<(), ExportError> {
    out.push(b'{');
    field!(out, "id", row.id);
    out.push(b',');
    match &row.completed_by {
        Some(Annotator::Person { json, .. }) => field!(out, "completed_by", raw json.get()),
        Some(Annotator::Id(id)) => field!(out, "completed_by", id),
        None => out.extend_from_slice(b"\"completed_by\":null"),
    }
    out.push(b',');
    field!(out, "result", raw row.result.get());
    out.push(b',');
    field!(out, "was_cancelled", row.was_cancelled);
    out.push(b',');
    field!(out, "ground_truth", row.ground_truth);
    out.push(b',');
    field!(out, "created_at", time(row.created_at));
    out.push(b',');
    field!(out, "updated_at", time(row.updated_at));
    out.push(b',');
    field!(out, "draft_created_at", row.draft_created_at.map(time));
    out.push(b',');
    field!(out, "lead_time", row.lead_time);
    out.push(b',');
    field!(out, "prediction", raw row.prediction.get());
    out.push(b',');
    field!(out, "result_count", row.result_count);
    out.push(b',');
    field!(out, "unique_id", row.unique_id);
    out.push(b',');
    field!(out, "import_id", row.import_id);
    out.push(b',');
    field!(out, "last_action", row.last_action);
    out.push(b',');
    field!(out, "bulk_created", row.bulk_created);
    out.push(b',');
    field!(out, "task", row.task);
    out.push(b',');
    field!(out, "project", row.project);
    out.push(b',');
    field!(out, "updated_by", row.updated_by);
    out.push(b',');
    field!(out, "parent_prediction", row.parent_prediction);
    out.push(b',');
    field!(out, "parent_annotation", row.parent_annotation);
    out.push(b',');
    field!(out, "last_created_by", row.last_created_by);
    out.push(b'}');
    Ok(())
}
