//! Drafts on the wire.

use labelkeep_services::access::DraftRow;
use labelkeep_services::drafts::{Change, NewWork};
use labelkeep_services::tasks::People;
use serde::{Deserialize, Serialize};

use crate::annotations::model::created_username;
use crate::wire::{JsonArray, Patch, Raw, Time, created_ago, not_null};

/// A draft. `user` is the e-mail address.
#[derive(Debug, Serialize)]
pub(crate) struct DraftOut<'a> {
    id: i64,
    user: Option<&'a str>,
    created_username: String,
    created_ago: String,
    result: Raw<'a>,
    lead_time: Option<f64>,
    was_postponed: bool,
    import_id: Option<i64>,
    created_at: Time,
    updated_at: Time,
    task: i64,
    annotation: Option<i64>,
}

impl<'a> DraftOut<'a> {
    pub(crate) fn of(row: &'a DraftRow, people: &'a People, now: i64) -> Self {
        DraftOut {
            id: row.id,
            user: people.get(&row.account_id).map(|person| person.email.as_str()),
            created_username: created_username(people, Some(row.account_id)),
            created_ago: created_ago(row.created_at, now),
            result: Raw(&row.result),
            lead_time: row.lead_time,
            was_postponed: row.was_postponed,
            import_id: row.import_id,
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            task: row.task_id,
            annotation: row.annotation_id,
        }
    }
}

/// A new draft.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftIn {
    result: JsonArray,
    #[serde(default)]
    lead_time: Option<f64>,
    #[serde(default, deserialize_with = "not_null")]
    was_postponed: Option<bool>,
    /// The annotation on top of which the draft lies; the address of one counts more.
    #[serde(default)]
    annotation: Option<i64>,
}

impl DraftIn {
    pub(crate) fn into_work(self, annotation_id: Option<i64>) -> NewWork {
        NewWork {
            annotation_id: annotation_id.or(self.annotation),
            result: self.result.into_text(),
            lead_time: self.lead_time,
            was_postponed: self.was_postponed.unwrap_or(false),
        }
    }
}

/// Changes of a draft.
#[derive(Debug, Deserialize)]
pub(crate) struct DraftPatch {
    #[serde(default, deserialize_with = "not_null")]
    result: Option<JsonArray>,
    #[serde(default)]
    lead_time: Patch<f64>,
    #[serde(default, deserialize_with = "not_null")]
    was_postponed: Option<bool>,
    #[serde(default)]
    annotation: Patch<i64>,
}

impl DraftPatch {
    pub(crate) fn into_change(self) -> Change {
        Change {
            result: self.result.map(JsonArray::into_text),
            lead_time: self.lead_time.into_option(),
            was_postponed: self.was_postponed,
            annotation_id: self.annotation.into_option(),
        }
    }
}
