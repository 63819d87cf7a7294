//! What a target is given of an annotation: the annotation with its author, and the whole task.

use chrono::{DateTime, SecondsFormat};
use labelkeep_store::annotations::AnnotationRow;
use labelkeep_store::people::PersonRow;
use labelkeep_store::tasks::TaskRow;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Result, ServiceError};

#[derive(Serialize)]
struct AnnotationOut<'a> {
    id: i64,
    result: &'a RawValue,
    created_username: String,
    completed_by: Option<PersonOut<'a>>,
    task: TaskOut<'a>,
    was_cancelled: bool,
    ground_truth: bool,
    created_at: String,
    updated_at: String,
    draft_created_at: Option<String>,
    lead_time: Option<f64>,
    import_id: Option<i64>,
    last_action: Option<&'a str>,
    bulk_created: Option<bool>,
    project: i64,
    updated_by: Option<i64>,
    parent_prediction: Option<i64>,
    parent_annotation: Option<i64>,
    last_created_by: Option<i64>,
}

#[derive(Serialize)]
struct PersonOut<'a> {
    id: i64,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
}

#[derive(Serialize)]
struct TaskOut<'a> {
    id: i64,
    data: &'a RawValue,
    meta: &'a RawValue,
    created_at: String,
    updated_at: String,
    is_labeled: bool,
    allow_skip: bool,
    overlap: i64,
    inner_id: i64,
    total_annotations: i64,
    cancelled_annotations: i64,
    total_predictions: i64,
    precomputed_agreement: Option<f64>,
    comment_count: i64,
    unresolved_comment_count: i64,
    last_comment_updated_at: Option<String>,
    project: i64,
    updated_by: Option<i64>,
    file_upload: Option<i64>,
    comment_authors: [i64; 0],
}

/// Microseconds as the API has them: no fraction of a second where there is none.
fn time(at: i64) -> String {
    let at = DateTime::from_timestamp_micros(at).unwrap_or_default();
    let format = if at.timestamp_subsec_micros() == 0 {
        SecondsFormat::Secs
    } else {
        SecondsFormat::Micros
    };
    at.to_rfc3339_opts(format, true)
}

fn raw(text: &str) -> Result<&RawValue> {
    serde_json::from_str(text).map_err(|error| ServiceError::Internal(format!("stored JSON: {error}")))
}

/// The object of an annotation. `data` is the task's, as it is exported.
pub(super) fn of(
    annotation: &AnnotationRow,
    task: &TaskRow,
    data: &str,
    person: Option<&PersonRow>,
    indented: bool,
) -> Result<Vec<u8>> {
    let out = AnnotationOut {
        id: annotation.id,
        result: raw(&annotation.result)?,
        created_username: person.map_or_else(String::new, |person| {
            format!(
                "{} {} {}, {}",
                person.first_name, person.last_name, person.email, person.id
            )
            .trim_start()
            .replacen("  ", " ", 1)
        }),
        completed_by: person.map(|person| PersonOut {
            id: person.id,
            first_name: &person.first_name,
            last_name: &person.last_name,
            email: &person.email,
        }),
        task: TaskOut {
            id: task.id,
            data: raw(data)?,
            meta: raw(&task.meta)?,
            created_at: time(task.created_at),
            updated_at: time(task.updated_at),
            is_labeled: task.is_labeled,
            allow_skip: task.allow_skip,
            overlap: task.overlap,
            inner_id: task.inner_id,
            total_annotations: task.total_annotations,
            cancelled_annotations: task.cancelled_annotations,
            total_predictions: task.total_predictions,
            precomputed_agreement: None,
            comment_count: 0,
            unresolved_comment_count: 0,
            last_comment_updated_at: None,
            project: task.project_id,
            updated_by: task.updated_by,
            file_upload: task.file_upload_id,
            comment_authors: [],
        },
        was_cancelled: annotation.was_cancelled,
        ground_truth: annotation.ground_truth,
        created_at: time(annotation.created_at),
        updated_at: time(annotation.updated_at),
        draft_created_at: annotation.draft_created_at.map(time),
        lead_time: annotation.lead_time,
        import_id: annotation.import_id,
        last_action: annotation.last_action.as_deref(),
        bulk_created: annotation.bulk_created,
        project: annotation.project_id,
        updated_by: annotation.updated_by,
        parent_prediction: annotation.parent_prediction,
        parent_annotation: annotation.parent_annotation,
        last_created_by: annotation.last_created_by,
    };
    let written = if indented {
        serde_json::to_vec_pretty(&out)
    } else {
        serde_json::to_vec(&out)
    };
    written.map_err(|error| ServiceError::Internal(error.to_string()))
}
