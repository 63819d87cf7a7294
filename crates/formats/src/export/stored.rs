//! Tasks of a JSON or JSON Lines export, read again: what snapshots are kept as, and what is converted without a server.

use std::io::{Read, Write};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Annotator, ExportAnnotation, ExportError, ExportTask, Exporter as _, Report, Source};
use crate::import::Elements;

/// Writes the tasks as the JSON export has them.
pub fn write_tasks(
    context: &super::Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
) -> Result<Report, ExportError> {
    super::json::Json.export(context, source, out)
}

/// Goes on with a JSON export that was broken off behind so many whole tasks. It had called `write_all` once for each of its pieces,
/// of which all but the last end behind a whole task. The report counts all tasks.
pub fn write_rest(source: &mut Source<'_>, already: u64, out: &mut dyn Write) -> Result<Report, ExportError> {
    super::json::write_list(source, already, out)
}

/// The tasks of a JSON or JSON Lines export, one after the other.
pub struct StoredTasks<R> {
    elements: Elements<R>,
    last_id: i64,
}

impl<R: Read> StoredTasks<R> {
    /// Reads from the start of a file.
    pub fn new(reader: R) -> Self {
        StoredTasks {
            elements: Elements::new(reader),
            last_id: 0,
        }
    }
}

impl<R: Read> Iterator for StoredTasks<R> {
    type Item = Result<ExportTask, ExportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = match self.elements.next()? {
            Ok(text) => text,
            Err(error) => return Some(Err(ExportError::Source(error.to_string()))),
        };
        let task = parse(&text, self.last_id + 1);
        match task {
            Ok(task) => {
                self.last_id = task.id;
                Some(Ok(task))
            }
            Err(error) => Some(Err(ExportError::Source(format!(
                "task {}: {error}",
                self.elements.number().saturating_sub(1)
            )))),
        }
    }
}

#[derive(Deserialize)]
struct TaskIn<'a> {
    id: Option<i64>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    meta: Option<&'a RawValue>,
    created_at: Option<String>,
    updated_at: Option<String>,
    allow_skip: Option<bool>,
    inner_id: Option<i64>,
    total_predictions: Option<i64>,
    project: Option<i64>,
    updated_by: Option<Value>,
    file_upload: Option<Value>,
    #[serde(borrow)]
    annotations: Option<Vec<AnnotationIn<'a>>>,
    drafts: Option<Vec<Box<RawValue>>>,
    predictions: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct AnnotationIn<'a> {
    id: Option<i64>,
    #[serde(borrow)]
    completed_by: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    was_cancelled: Option<bool>,
    ground_truth: Option<bool>,
    created_at: Option<String>,
    updated_at: Option<String>,
    draft_created_at: Option<String>,
    lead_time: Option<f64>,
    #[serde(borrow)]
    prediction: Option<&'a RawValue>,
    result_count: Option<i64>,
    unique_id: Option<String>,
    import_id: Option<i64>,
    last_action: Option<String>,
    bulk_created: Option<bool>,
    updated_by: Option<i64>,
    parent_prediction: Option<i64>,
    parent_annotation: Option<i64>,
    last_created_by: Option<i64>,
}

/// A task of the export's JSON. Keys that are missing get what a new task has; `next` is the number of one without.
fn parse(text: &str, next: i64) -> Result<ExportTask, String> {
    let task: TaskIn<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let id = task.id.unwrap_or(next);
    let project = task.project.unwrap_or_default();
    let created_at = micros(task.created_at.as_deref()).unwrap_or_default();
    let annotations: Vec<ExportAnnotation> = task
        .annotations
        .unwrap_or_default()
        .into_iter()
        .zip(1..)
        .map(|(row, number)| annotation(row, id, project, number))
        .collect();
    let cancelled = annotations.iter().filter(|row| row.was_cancelled).count() as i64;
    let empty = || owned("{}");
    let predictions = task.predictions.unwrap_or_default();
    Ok(ExportTask {
        id,
        // An object without `data` is itself the data.
        data: match task.data {
            Some(data) => data.to_owned(),
            None => owned(text),
        },
        meta: task
            .meta
            .filter(|meta| meta.get() != "null")
            .map_or_else(empty, ToOwned::to_owned),
        created_at,
        updated_at: micros(task.updated_at.as_deref()).unwrap_or(created_at),
        allow_skip: task.allow_skip.unwrap_or(true),
        inner_id: task.inner_id.unwrap_or(id),
        total_annotations: annotations.len() as i64 - cancelled,
        cancelled_annotations: cancelled,
        total_predictions: task.total_predictions.unwrap_or(predictions.len() as i64),
        project,
        updated_by: task.updated_by.and_then(|id| id.as_i64()),
        file_upload: task.file_upload.and_then(|name| name.as_str().map(str::to_owned)),
        annotations,
        drafts: task.drafts.unwrap_or_default(),
        predictions,
    })
}

fn annotation(row: AnnotationIn<'_>, task: i64, project: i64, number: i64) -> ExportAnnotation {
    let created_at = micros(row.created_at.as_deref()).unwrap_or_default();
    ExportAnnotation {
        id: row.id.unwrap_or(number),
        completed_by: row.completed_by.and_then(annotator),
        result: row.result.map_or_else(|| owned("[]"), ToOwned::to_owned),
        was_cancelled: row.was_cancelled.unwrap_or(false),
        ground_truth: row.ground_truth.unwrap_or(false),
        created_at,
        updated_at: micros(row.updated_at.as_deref()).unwrap_or(created_at),
        draft_created_at: micros(row.draft_created_at.as_deref()),
        lead_time: row.lead_time,
        prediction: row.prediction.map_or_else(|| owned("{}"), ToOwned::to_owned),
        result_count: row.result_count.unwrap_or_default(),
        unique_id: row.unique_id,
        import_id: row.import_id,
        last_action: row.last_action,
        bulk_created: row.bulk_created,
        task,
        project,
        updated_by: row.updated_by,
        parent_prediction: row.parent_prediction,
        parent_annotation: row.parent_annotation,
        last_created_by: row.last_created_by,
    }
}

fn annotator(raw: &RawValue) -> Option<Annotator> {
    #[derive(Deserialize)]
    struct Person {
        id: Option<i64>,
        email: Option<String>,
    }
    if let Ok(id) = serde_json::from_str(raw.get()) {
        return Some(Annotator::Id(id));
    }
    match serde_json::from_str(raw.get()).ok()? {
        Person { email: Some(email), .. } => Some(Annotator::Person {
            email,
            json: raw.to_owned(),
        }),
        Person { id, .. } => id.map(Annotator::Id),
    }
}

fn owned(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap_or_default()
}

/// Microseconds since 1970-01-01 UTC.
fn micros(text: Option<&str>) -> Option<i64> {
    Some(chrono::DateTime::parse_from_rfc3339(text?).ok()?.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::StoredTasks;

    #[test]
    fn what_an_export_holds_is_read_again() {
        let text = r#"[{"id": 7, "data": {"text": "a"}, "created_at": "2026-11-23T08:37:37.055702Z", "predictions": [3],
            "annotations": [{"id": 9, "completed_by": {"id": 1, "email": "a@b"}, "result": [], "was_cancelled": true},
                {"completed_by": 4}]}, {"text": "bare"}]"#;
        let tasks: Vec<_> = StoredTasks::new(text.as_bytes())
            .collect::<Result<_, _>>()
            .expect("tasks");
        assert_eq!((tasks[0].id, tasks[0].created_at), (7, 1_795_423_057_055_702));
        assert_eq!((tasks[0].total_annotations, tasks[0].cancelled_annotations), (1, 1));
        let who: Vec<_> = tasks[0]
            .annotations
            .iter()
            .map(|row| row.completed_by.as_ref().map(|who| who.text()))
            .collect();
        assert_eq!(who, [Some("a@b".to_owned()), Some("4".to_owned())]);
        assert_eq!((tasks[1].id, tasks[1].data.get()), (8, r#"{"text": "bare"}"#));
        let lines = StoredTasks::new("{\"data\": {\"a\": 1}}\n{\"data\": {\"a\": 2}}\n".as_bytes());
        assert_eq!(lines.collect::<Result<Vec<_>, _>>().expect("lines").len(), 2);
        assert!(StoredTasks::new("[{]".as_bytes()).last().expect("an error").is_err());
    }
}
