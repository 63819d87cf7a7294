//! Tasks on the wire.

use std::collections::BTreeMap;

use labelkeep_services::access::TaskRow;
use labelkeep_services::data_manager::index::Indexing;
use labelkeep_services::data_manager::list::{Evaluated, Labels, Listed, labels};
use labelkeep_services::tasks::{Change, NewWork, People, TaskWithParts};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::annotations::model::{AnnotationOut, Author};
use crate::drafts::model::DraftOut;
use crate::predictions::model::PredictionOut;
use crate::wire::{Raw, Time, not_null};

/// Display strings of results are cut here, in characters.
const RESULTS_SHOWN: usize = 500;

/// A task as it is stored, without what hangs on it.
#[derive(Debug, Serialize)]
pub(crate) struct TaskOut<'a> {
    id: i64,
    data: Raw<'a>,
    meta: Raw<'a>,
    created_at: Time,
    updated_at: Time,
    is_labeled: bool,
    overlap: i64,
    inner_id: i64,
    total_annotations: i64,
    cancelled_annotations: i64,
    total_predictions: i64,
    comment_count: i64,
    unresolved_comment_count: i64,
    last_comment_updated_at: Option<Time>,
    project: i64,
    updated_by: Option<i64>,
    file_upload: Option<i64>,
    comment_authors: [i64; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Vec<AnnotationOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predictions: Option<Vec<PredictionOut<'a>>>,
}

impl<'a> TaskOut<'a> {
    pub(crate) fn of(row: &'a TaskRow, data: &'a str) -> Self {
        TaskOut {
            id: row.id,
            data: Raw(data),
            meta: Raw(&row.meta),
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            is_labeled: row.is_labeled,
            overlap: row.overlap,
            inner_id: row.inner_id,
            total_annotations: row.total_annotations,
            cancelled_annotations: row.cancelled_annotations,
            total_predictions: row.total_predictions,
            comment_count: 0,
            unresolved_comment_count: 0,
            last_comment_updated_at: None,
            project: row.project_id,
            updated_by: row.updated_by,
            file_upload: row.file_upload_id,
            comment_authors: [],
            annotations: None,
            predictions: None,
        }
    }

    /// The answer of a change also holds what hangs on the task.
    pub(crate) fn with(mut self, part: &'a TaskWithParts, people: &'a People, now: i64) -> Self {
        self.annotations = Some(
            part.annotations
                .iter()
                .map(|row| AnnotationOut::of(row, people, Author::Id, now))
                .collect(),
        );
        self.predictions = Some(part.predictions.iter().map(|row| PredictionOut::of(row, now)).collect());
        self
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct UpdatedBy {
    user_id: i64,
}

/// A task in a list, or the single task with everything.
#[derive(Debug, Serialize)]
pub(crate) struct ListedOut<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    predictions: Option<Vec<PredictionOut<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Vec<AnnotationOut<'a>>>,
    drafts: Vec<DraftOut<'a>>,
    annotators: Vec<i64>,
    inner_id: i64,
    cancelled_annotations: i64,
    total_annotations: i64,
    total_predictions: i64,
    completed_at: Option<Time>,
    annotations_results: String,
    predictions_results: String,
    predictions_score: Option<f64>,
    file_upload: Option<&'a str>,
    storage_filename: Option<&'a str>,
    annotations_ids: String,
    predictions_model_versions: String,
    avg_lead_time: Option<f64>,
    draft_exists: bool,
    /// Ours, like the next two: for lists alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground_truth: Option<bool>,
    /// Annotators to whom it is assigned, for those who may assign.
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned: Option<&'a [i64]>,
    /// Labels of its annotations, by control, with their number; where results are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Labels>,
    updated_by: Vec<UpdatedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_skip: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_lock_id: Option<&'a str>,
    data: Raw<'a>,
    meta: Raw<'a>,
    created_at: Time,
    updated_at: Time,
    is_labeled: bool,
    overlap: i64,
    comment_count: i64,
    unresolved_comment_count: i64,
    last_comment_updated_at: Option<Time>,
    project: i64,
    comment_authors: [i64; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<&'a str>,
}

/// How a task is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In a list, with counters and columns.
    Columns(Evaluated),
    /// In a list with `fields=all`.
    Everything,
    /// The single task: authors are objects.
    Single,
}

/// What the next task carries besides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handed<'a> {
    /// Why this one.
    pub(crate) queue: &'a str,
    /// Identity of the reservation.
    pub(crate) lock_id: &'a str,
    /// Whose annotations and drafts are shown.
    pub(crate) account_id: i64,
}

impl<'a> ListedOut<'a> {
    /// `data` is the task's data as it is to be shown; `model_version` decides the score column.
    pub(crate) fn of(
        part: &'a TaskWithParts,
        data: &'a str,
        people: &'a People,
        shape: Shape,
        model_version: Option<&str>,
        now: i64,
    ) -> Self {
        let row = &part.listed.task;
        let author = if shape == Shape::Single {
            Author::Whole
        } else {
            Author::Id
        };
        let whole = !matches!(shape, Shape::Columns(_));
        let evaluated = match shape {
            Shape::Columns(evaluated) => evaluated,
            Shape::Everything => Evaluated {
                annotations_results: true,
                predictions_results: true,
            },
            Shape::Single => Evaluated::default(),
        };
        let mut annotators: Vec<i64> = part.facts.iter().filter_map(|fact| fact.completed_by).collect();
        annotators.sort_unstable();
        annotators.dedup();
        ListedOut {
            id: row.id,
            predictions: whole.then(|| part.predictions.iter().map(|row| PredictionOut::of(row, now)).collect()),
            annotations: whole.then(|| {
                part.annotations
                    .iter()
                    .map(|row| AnnotationOut::of(row, people, author, now))
                    .collect()
            }),
            drafts: if whole {
                part.drafts.iter().map(|row| DraftOut::of(row, people, now)).collect()
            } else {
                Vec::new()
            },
            annotators,
            inner_id: row.inner_id,
            cancelled_annotations: row.cancelled_annotations,
            total_annotations: row.total_annotations,
            total_predictions: row.total_predictions,
            completed_at: part
                .facts
                .last()
                .map(|fact| fact.created_at)
                .filter(|_| row.is_labeled)
                .map(Time),
            annotations_results: if evaluated.annotations_results {
                shown(part.annotations.iter().map(|row| row.result.as_str()))
            } else {
                String::new()
            },
            predictions_results: if evaluated.predictions_results {
                shown(part.predictions.iter().map(|row| row.result.as_str()))
            } else {
                String::new()
            },
            predictions_score: score(part, model_version),
            file_upload: part.listed.file_upload.as_deref(),
            storage_filename: part.listed.storage_filename.as_deref(),
            annotations_ids: joined(part.facts.iter().map(|fact| fact.id.to_string())),
            predictions_model_versions: versions(part),
            avg_lead_time: mean(part.facts.iter().filter_map(|fact| fact.lead_time)),
            draft_exists: part.draft_exists,
            ground_truth: (shape != Shape::Single).then(|| part.facts.iter().any(|fact| fact.ground_truth)),
            assigned: None,
            labels: (shape != Shape::Single && evaluated.annotations_results).then(|| labels(part)),
            updated_by: row
                .updated_by
                .into_iter()
                .map(|user_id| UpdatedBy { user_id })
                .collect(),
            allow_skip: None,
            unique_lock_id: None,
            data: Raw(data),
            meta: Raw(&row.meta),
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            is_labeled: row.is_labeled,
            overlap: row.overlap,
            comment_count: 0,
            unresolved_comment_count: 0,
            last_comment_updated_at: None,
            project: row.project_id,
            comment_authors: [],
            queue: None,
        }
    }

    /// The task as the queue hands it out: the person's own annotations and drafts, and whether it may be skipped.
    pub(crate) fn handed(mut self, part: &'a TaskWithParts, people: &'a People, handed: Handed<'a>, now: i64) -> Self {
        let own = |id: Option<i64>| id == Some(handed.account_id);
        let annotations = part.annotations.iter().filter(|row| own(row.completed_by));
        self.annotations = Some(
            annotations
                .map(|row| AnnotationOut::of(row, people, Author::Whole, now))
                .collect(),
        );
        let drafts = part.drafts.iter().filter(|row| own(Some(row.account_id)));
        self.drafts = drafts.map(|row| DraftOut::of(row, people, now)).collect();
        self.allow_skip = Some(part.listed.task.allow_skip);
        self.unique_lock_id = Some(handed.lock_id);
        self.queue = Some(handed.queue);
        self
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

fn versions(part: &TaskWithParts) -> String {
    let mut versions: Vec<&str> = Vec::new();
    for version in part
        .prediction_facts
        .iter()
        .filter_map(|fact| fact.model_version.as_deref())
    {
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    versions.join(",")
}

/// Mean score of the predictions of the project's model version; of all when it has none, of none when it is empty.
fn score(part: &TaskWithParts, model_version: Option<&str>) -> Option<f64> {
    let of_version = part
        .prediction_facts
        .iter()
        .filter(|fact| model_version.is_none_or(|version| fact.model_version.as_deref() == Some(version)));
    mean(of_version.filter_map(|fact| fact.score))
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0_u32), |(sum, count), number| (sum + number, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// JSON without its quotes, cut: what the result columns have always shown.
fn shown<'a>(results: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for result in results {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(result.chars().take(RESULTS_SHOWN).filter(|character| *character != '"'));
        if out.len() >= RESULTS_SHOWN {
            break;
        }
    }
    out.chars().take(RESULTS_SHOWN).collect()
}

/// A column whose index is being built.
#[derive(Debug, Serialize)]
pub(crate) struct IndexingOut {
    column: String,
    done: i64,
    total: i64,
}

impl From<&Indexing> for IndexingOut {
    fn from(indexing: &Indexing) -> Self {
        IndexingOut {
            column: indexing.column.clone(),
            done: indexing.done,
            total: indexing.total,
        }
    }
}

/// The answer of the task list.
#[derive(Debug, Serialize)]
pub(crate) struct TaskPage {
    pub(crate) total_annotations: Option<i64>,
    pub(crate) total_predictions: Option<i64>,
    /// At least, when it is not exact yet.
    pub(crate) total: i64,
    pub(crate) total_is_exact: bool,
    /// The page may have more tasks than were found in time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_searching: bool,
    pub(crate) page: i64,
    pub(crate) page_size: i64,
    /// Columns in use whose index is being built.
    pub(crate) indexing: Vec<IndexingOut>,
    pub(crate) tasks: Box<RawValue>,
}

/// Shows a page; `data` holds the tasks' data as they are to be shown, in the same order.
pub(crate) fn listed<'a>(
    found: &'a Listed,
    data: &'a [std::borrow::Cow<'a, str>],
    shape: Shape,
    model_version: Option<&str>,
    now: i64,
) -> Vec<ListedOut<'a>> {
    let page = &found.page;
    page.tasks
        .iter()
        .zip(data)
        .map(|(part, data)| {
            let mut out = ListedOut::of(part, data, &page.people, shape, model_version, now);
            let of_task = |assigned: &'a BTreeMap<i64, Vec<i64>>| {
                assigned.get(&part.listed.task.id).map_or(&[][..], Vec::as_slice)
            };
            out.assigned = found.assigned.as_ref().map(of_task);
            out
        })
        .collect()
}

/// A new task.
#[derive(Debug, Deserialize)]
pub(crate) struct TaskIn {
    #[serde(default)]
    pub(crate) project: Option<i64>,
    data: Box<RawValue>,
    #[serde(default)]
    meta: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "not_null")]
    overlap: Option<i64>,
}

impl TaskIn {
    pub(crate) fn into_work(self) -> Result<NewWork, crate::ApiError> {
        Ok(NewWork {
            data: data(&self.data)?,
            meta: self.meta.map(|raw| meta(&raw)).transpose()?,
            overlap: self.overlap,
        })
    }
}

/// Changes of a task.
#[derive(Debug, Deserialize)]
pub(crate) struct TaskPatch {
    #[serde(default, deserialize_with = "not_null")]
    data: Option<Box<RawValue>>,
    #[serde(default)]
    meta: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "not_null")]
    overlap: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    allow_skip: Option<bool>,
}

impl TaskPatch {
    pub(crate) fn into_change(self) -> Result<Change, crate::ApiError> {
        Ok(Change {
            data: self.data.map(|raw| data(&raw)).transpose()?,
            meta: self.meta.map(|raw| meta(&raw)).transpose()?,
            overlap: self.overlap,
            allow_skip: self.allow_skip,
        })
    }
}

fn data(raw: &RawValue) -> Result<String, crate::ApiError> {
    match raw.get().as_bytes().first() {
        Some(b'{') => Ok(raw.get().to_owned()),
        Some(b'n') => Err(crate::ApiError::field("data", "This field may not be null.")),
        _ => Err(crate::ApiError::field(
            "data",
            "Task data must be an object: keys with values.",
        )),
    }
}

/// Notes about a task are an object or a list.
fn meta(raw: &RawValue) -> Result<String, crate::ApiError> {
    if raw.get().starts_with(['{', '[']) {
        Ok(raw.get().to_owned())
    } else {
        Err(crate::ApiError::field(
            "non_field_errors",
            "Task[meta] must be dict or list",
        ))
    }
}
