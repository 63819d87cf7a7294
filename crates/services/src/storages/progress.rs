//! How far a sync of a source has come: in the checkpoint of its job, and, when it did not complete, in its storage.

use labelkeep_blob::Position;
use labelkeep_store::storages::{StorageRow, objects};
use serde::{Deserialize, Serialize};

use crate::{Result, ServiceError, Services};

/// How far a sync has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct At {
    /// Whether it is known where it begins.
    pub(super) has_begun: bool,
    pub(super) position: Position,
    /// The last key that the list had so far.
    pub(super) last_key: String,
    /// The object that is being read, when not all of its tasks are in.
    pub(super) begun: Option<String>,
    /// How many of them are.
    pub(super) rows: usize,
    /// Objects that the list had so far.
    pub(super) seen: i64,
    /// Tasks that were made.
    pub(super) made: i64,
    /// Objects that were known.
    pub(super) existed: i64,
    /// Objects of which no tasks could be made.
    pub(super) failed: i64,
    /// Objects that have changed since their tasks were made.
    pub(super) changed: i64,
    /// Whether it went on where another one stopped.
    pub(super) goes_on: bool,
}

/// Where a sync stopped that did not complete: the next one goes on there.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stopped {
    after: String,
    begun: Option<String>,
    rows: usize,
}

impl At {
    /// Where the sync of a storage begins: where the last one stopped, behind what a source that only grows has been seen to hold,
    /// or at the front.
    pub(super) async fn of(services: &Services, storage: &StorageRow) -> Result<At> {
        let stopped = storage
            .resume
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let mut at = At {
            has_begun: true,
            ..At::default()
        };
        if let Some(Stopped { after, begun, rows }) = stopped {
            at.goes_on = true;
            (at.position.after, at.begun, at.rows) = (after, begun, rows);
        } else if let (true, Some(last_key)) = (storage.append_only, &storage.last_key) {
            // Objects of which no tasks came are read again.
            at.position.after = objects::sound_until(&services.db, storage.id, last_key).await?;
        }
        Ok(at)
    }

    pub(super) fn stopped(&self) -> Result<String> {
        let stopped = Stopped {
            after: self.position.after.clone(),
            begun: self.begun.clone(),
            rows: self.rows,
        };
        serde_json::to_string(&stopped).map_err(|error| ServiceError::Internal(error.to_string()))
    }
}

/// Whether an interrupted sync has made some of an object's tasks: the next one goes on with it.
pub(super) fn is_half_read(storage: &StorageRow, key: &str) -> bool {
    let stopped = storage
        .resume
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    stopped.is_some_and(|stopped: Stopped| stopped.begun.as_deref() == Some(key))
}
