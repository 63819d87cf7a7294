//! A task as exporters get it.

use serde_json::Value;
use serde_json::value::RawValue;

/// A task with all that hangs on it. Times are microseconds since 1970-01-01 UTC.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the keys of the JSON export
pub struct ExportTask {
    pub id: i64,
    pub data: Box<RawValue>,
    pub meta: Box<RawValue>,
    pub created_at: i64,
    pub updated_at: i64,
    pub allow_skip: bool,
    pub inner_id: i64,
    pub total_annotations: i64,
    pub cancelled_annotations: i64,
    pub total_predictions: i64,
    pub project: i64,
    pub updated_by: Option<i64>,
    /// Base name of the file from which it came.
    pub file_upload: Option<String>,
    pub annotations: Vec<ExportAnnotation>,
    /// Serialised: objects or ids.
    pub drafts: Vec<Box<RawValue>>,
    /// Serialised: objects or ids.
    pub predictions: Vec<Box<RawValue>>,
}

/// Who made an annotation.
#[derive(Debug, Clone)]
pub enum Annotator {
    /// Their number.
    Id(i64),
    /// The person, where an export is to hold more than the number.
    Person {
        /// What formats that know one word for people name them by.
        email: String,
        /// The object of the JSON export.
        json: Box<RawValue>,
    },
}

impl Annotator {
    /// The address of a person, else the number.
    pub fn text(&self) -> String {
        match self {
            Annotator::Id(id) => id.to_string(),
            Annotator::Person { email, .. } => email.clone(),
        }
    }

    /// The same as JSON.
    pub fn value(&self) -> Value {
        match self {
            Annotator::Id(id) => (*id).into(),
            Annotator::Person { email, .. } => email.clone().into(),
        }
    }
}

/// An annotation.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ExportAnnotation {
    pub id: i64,
    pub completed_by: Option<Annotator>,
    pub result: Box<RawValue>,
    pub was_cancelled: bool,
    pub ground_truth: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub draft_created_at: Option<i64>,
    pub lead_time: Option<f64>,
    pub prediction: Box<RawValue>,
    pub result_count: i64,
    pub unique_id: Option<String>,
    pub import_id: Option<i64>,
    pub last_action: Option<String>,
    pub bulk_created: Option<bool>,
    pub task: i64,
    pub project: i64,
    pub updated_by: Option<i64>,
    pub parent_prediction: Option<i64>,
    pub parent_annotation: Option<i64>,
    pub last_created_by: Option<i64>,
}
