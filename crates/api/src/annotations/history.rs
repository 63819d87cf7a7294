//! States of an annotation on the wire: who saved what and when. For our own editor; the reference has no such route.

use labelkeep_services::annotations::{LogFacts, LogRow};
use labelkeep_services::tasks::People;
use serde::Serialize;

use super::model::PersonOut;
use crate::wire::{Raw, Time};

/// One state in the list.
#[derive(Debug, Serialize)]
pub(crate) struct EntryOut<'a> {
    id: i64,
    /// `submitted`, `updated`, `skipped`, `conflict` (refused as stale, kept here).
    kind: &'a str,
    /// Who saved; null when the account is gone, or its name is not shown to the caller.
    by: Option<PersonOut<'a>>,
    revision: i64,
    /// Characters of the result.
    size: i64,
    created_at: Time,
}

impl<'a> EntryOut<'a> {
    /// `only`: the one whose name may be shown, when not everybody's may (SEC-117).
    pub(crate) fn of(entry: &'a LogFacts, people: &'a People, only: Option<i64>) -> Self {
        EntryOut {
            id: entry.id,
            kind: &entry.kind,
            by: people
                .get(&entry.account_id)
                .filter(|person| only.is_none_or(|id| id == person.id))
                .map(PersonOut::of),
            revision: entry.revision,
            size: entry.size,
            created_at: Time(entry.at),
        }
    }
}

/// One state with its result.
#[derive(Debug, Serialize)]
pub(crate) struct StateOut<'a> {
    id: i64,
    kind: &'a str,
    revision: i64,
    created_at: Time,
    result: Raw<'a>,
}

impl<'a> StateOut<'a> {
    pub(crate) fn of(state: &'a LogRow) -> Self {
        StateOut {
            id: state.id,
            kind: &state.kind,
            revision: state.revision,
            created_at: Time(state.at),
            result: Raw(&state.result),
        }
    }
}
