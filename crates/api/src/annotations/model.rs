//! Annotations on the wire.

use labelkeep_services::access::AnnotationRow;
use labelkeep_services::annotations::{Change, Submission};
use labelkeep_services::tasks::{People, Person};
use serde::{Deserialize, Serialize};

use crate::accounts::model::initials;
use crate::wire::{JsonArray, Patch, Raw, Time, WRONG_TIME, created_ago, not_null, parse_time};

/// An annotation as tasks and its own routes show it.
#[derive(Debug, Serialize)]
pub(crate) struct AnnotationOut<'a> {
    id: i64,
    result: Raw<'a>,
    created_username: String,
    created_ago: String,
    completed_by: CompletedBy<'a>,
    was_cancelled: bool,
    ground_truth: bool,
    created_at: Time,
    updated_at: Time,
    draft_created_at: Option<Time>,
    lead_time: Option<f64>,
    import_id: Option<i64>,
    last_action: Option<&'a str>,
    bulk_created: Option<bool>,
    task: i64,
    project: i64,
    updated_by: Option<i64>,
    parent_prediction: Option<i64>,
    parent_annotation: Option<i64>,
    last_created_by: Option<i64>,
}

/// A number in lists, an object in the single task.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum CompletedBy<'a> {
    Id(Option<i64>),
    Person(PersonOut<'a>),
}

/// What others see of a person.
#[derive(Debug, Serialize)]
pub(crate) struct PersonOut<'a> {
    id: i64,
    first_name: &'a str,
    last_name: &'a str,
    avatar: Option<&'a str>,
    email: &'a str,
    initials: String,
}

impl<'a> PersonOut<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        PersonOut {
            id: person.id,
            first_name: &person.first_name,
            last_name: &person.last_name,
            avatar: person.avatar.as_deref(),
            email: &person.email,
            initials: initials(&person.first_name, &person.last_name, &person.email),
        }
    }
}

/// `First Last email, id`, as the wire has always had it.
pub(crate) fn created_username(people: &People, id: Option<i64>) -> String {
    let Some(person) = id.and_then(|id| people.get(&id)) else {
        return String::new();
    };
    format!(
        "{} {} {}, {}",
        person.first_name, person.last_name, person.email, person.id
    )
    .trim_start()
    .replacen("  ", " ", 1)
}

/// How much is said of the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// The id.
    Id,
    /// An object.
    Whole,
}

impl<'a> AnnotationOut<'a> {
    pub(crate) fn of(row: &'a AnnotationRow, people: &'a People, author: Author, now: i64) -> Self {
        let person = row.completed_by.and_then(|id| people.get(&id));
        AnnotationOut {
            id: row.id,
            result: Raw(&row.result),
            created_username: created_username(people, row.completed_by),
            created_ago: created_ago(row.created_at, now),
            completed_by: match (author, person) {
                (Author::Whole, Some(person)) => CompletedBy::Person(PersonOut::of(person)),
                _ => CompletedBy::Id(row.completed_by),
            },
            was_cancelled: row.was_cancelled,
            ground_truth: row.ground_truth,
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            draft_created_at: row.draft_created_at.map(Time),
            lead_time: row.lead_time,
            import_id: row.import_id,
            last_action: row.last_action.as_deref(),
            bulk_created: row.bulk_created,
            task: row.task_id,
            project: row.project_id,
            updated_by: row.updated_by,
            parent_prediction: row.parent_prediction,
            parent_annotation: row.parent_annotation,
            last_created_by: row.last_created_by,
        }
    }
}

/// A new annotation.
#[derive(Debug, Deserialize)]
pub(crate) struct AnnotationIn {
    #[serde(default, deserialize_with = "not_null")]
    result: Option<JsonArray>,
    #[serde(default, deserialize_with = "not_null")]
    completed_by: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    unique_id: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    was_cancelled: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    ground_truth: Option<bool>,
    #[serde(default)]
    lead_time: Option<f64>,
    #[serde(default)]
    draft_id: Option<i64>,
    #[serde(default)]
    import_id: Option<i64>,
    #[serde(default)]
    draft_created_at: Option<String>,
    #[serde(default)]
    last_action: Option<String>,
    #[serde(default)]
    bulk_created: Option<bool>,
    #[serde(default)]
    parent_prediction: Option<i64>,
    #[serde(default)]
    parent_annotation: Option<i64>,
}

impl AnnotationIn {
    /// Which properties are given that not everybody writes.
    pub(crate) fn reserved(&self) -> [(&'static str, bool); 2] {
        [
            ("completed_by", self.completed_by.is_some()),
            ("ground_truth", self.ground_truth.is_some()),
        ]
    }

    /// `skipped` is the query's `was_cancelled`, which counts as much as the body's.
    pub(crate) fn into_submission(self, skipped: Option<bool>) -> Result<Submission, crate::ApiError> {
        let unique_id = match self.unique_id {
            Some(text) => Some(
                uuid::Uuid::try_parse(&text)
                    .map_err(|_| crate::ApiError::field("unique_id", "Must be a valid UUID."))?
                    .to_string(),
            ),
            None => None,
        };
        Ok(Submission {
            result: self.result.map_or_else(|| "[]".to_owned(), JsonArray::into_text),
            was_cancelled: self.was_cancelled.unwrap_or(false) || skipped.unwrap_or(false),
            ground_truth: self.ground_truth.unwrap_or(false),
            lead_time: self.lead_time,
            completed_by: self.completed_by,
            unique_id,
            draft_id: self.draft_id,
            draft_created_at: self.draft_created_at.map(|text| draft_time(&text)).transpose()?,
            parent_prediction: self.parent_prediction,
            parent_annotation: self.parent_annotation,
            import_id: self.import_id,
            last_action: self.last_action.map(known_action).transpose()?,
            bulk_created: self.bulk_created,
        })
    }
}

/// Changes of an annotation.
#[derive(Debug, Deserialize)]
pub(crate) struct AnnotationPatch {
    #[serde(default, deserialize_with = "not_null")]
    completed_by: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    result: Option<JsonArray>,
    #[serde(default, deserialize_with = "not_null")]
    was_cancelled: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    ground_truth: Option<bool>,
    #[serde(default)]
    lead_time: Patch<f64>,
    #[serde(default)]
    import_id: Patch<i64>,
    #[serde(default)]
    draft_created_at: Patch<String>,
    #[serde(default)]
    last_action: Patch<String>,
    #[serde(default)]
    bulk_created: Patch<bool>,
    #[serde(default)]
    parent_prediction: Patch<i64>,
    #[serde(default)]
    parent_annotation: Patch<i64>,
}

impl AnnotationPatch {
    /// Which properties are given that not everybody writes.
    pub(crate) fn reserved(&self) -> [(&'static str, bool); 2] {
        [
            ("completed_by", self.completed_by.is_some()),
            ("ground_truth", self.ground_truth.is_some()),
        ]
    }

    pub(crate) fn into_change(self, skipped: Option<bool>) -> Result<Change, crate::ApiError> {
        Ok(Change {
            result: self.result.map(JsonArray::into_text),
            was_cancelled: self.was_cancelled.or(skipped),
            ground_truth: self.ground_truth,
            lead_time: self.lead_time.into_option(),
            completed_by: self.completed_by,
            parent_prediction: self.parent_prediction.into_option(),
            parent_annotation: self.parent_annotation.into_option(),
            draft_created_at: match self.draft_created_at.into_option() {
                Some(Some(text)) => Some(Some(draft_time(&text)?)),
                other => other.map(|_| None),
            },
            import_id: self.import_id.into_option(),
            last_action: match self.last_action.into_option() {
                Some(Some(word)) => Some(Some(known_action(word)?)),
                other => other,
            },
            bulk_created: self.bulk_created.into_option(),
        })
    }
}

/// What may have been done last with an annotation.
const ACTIONS: [&str; 10] = [
    "prediction",
    "propagated_annotation",
    "imported",
    "submitted",
    "updated",
    "skipped",
    "accepted",
    "rejected",
    "fixed_and_accepted",
    "deleted_review",
];

fn known_action(word: String) -> Result<String, crate::ApiError> {
    if ACTIONS.contains(&word.as_str()) {
        Ok(word)
    } else {
        let text = format!("\"{word}\" is not a valid choice.");
        Err(crate::ApiError::field("last_action", text))
    }
}

fn draft_time(text: &str) -> Result<i64, crate::ApiError> {
    parse_time(text).ok_or_else(|| crate::ApiError::field("draft_created_at", WRONG_TIME))
}
