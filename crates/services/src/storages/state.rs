//! How a sync stands: what its storage says about it.

use chrono::DateTime;
use labelkeep_store::Tx;
use labelkeep_store::storages::{self as rows, StorageRow, SyncState};
use serde_json::{Map, Value, json};

use crate::{Result, ServiceError};

/// A sync of a storage, as its row has it.
pub(super) struct Sync {
    id: i64,
    status: &'static str,
    last_sync: Option<i64>,
    count: Option<i64>,
    job_id: Option<i64>,
    text: Option<String>,
    meta: Map<String, Value>,
}

/// Microseconds as the field has them.
fn time(at: i64) -> String {
    DateTime::from_timestamp_micros(at)
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M:%S%.6f+00:00")
        .to_string()
}

impl Sync {
    /// The one that the row tells of. Its status is set before it is written.
    pub(super) fn of(row: &StorageRow) -> Sync {
        Sync {
            id: row.id,
            status: "initialized",
            last_sync: row.last_sync,
            count: row.last_sync_count,
            job_id: row.last_job_id,
            text: row.traceback.clone(),
            meta: serde_json::from_str(&row.meta).unwrap_or_default(),
        }
    }

    /// Somebody has asked for it.
    pub(super) fn queued(mut self, now: i64) -> Sync {
        let attempts = self.meta.get("attempts").and_then(Value::as_i64).unwrap_or(0);
        self.meta = Map::new();
        self.status = "queued";
        self.text = None;
        self.with("attempts", attempts + 1).with("time_queued", time(now))
    }

    /// It runs.
    pub(super) fn in_progress(mut self, job_id: i64, count: i64, now: i64) -> Sync {
        self.status = "in_progress";
        self.job_id = Some(job_id);
        self.count = Some(count);
        if !self.meta.contains_key("time_in_progress") {
            self = self.with("time_in_progress", time(now)).with("began_at", now);
        }
        self.with("time_last_ping", time(now))
    }

    /// It is over.
    pub(super) fn completed(mut self, count: i64, text: Option<String>, now: i64) -> Sync {
        self.status = if text.is_some() {
            "completed_with_errors"
        } else {
            "completed"
        };
        self.last_sync = Some(now);
        self.count = Some(count);
        self.text = text;
        self.timed("time_completed", now)
    }

    /// It could not go on.
    pub(super) fn failed(mut self, text: String, now: i64) -> Sync {
        self.status = "failed";
        self.text = Some(text);
        self.timed("time_failure", now)
    }

    fn timed(mut self, name: &str, now: i64) -> Sync {
        let began = self.meta.remove("began_at").and_then(|at| at.as_i64()).unwrap_or(now);
        self.with(name, time(now))
            .with("duration", json!((now - began) as f64 / 1_000_000.0))
    }

    /// Another number or text about it.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Sync {
        self.meta.insert(name.to_owned(), value.into());
        self
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<(), ServiceError> {
        let state = SyncState {
            status: self.status,
            last_sync: self.last_sync,
            last_sync_count: self.count,
            last_job_id: self.job_id,
            traceback: self.text,
            meta: Value::Object(self.meta).to_string(),
        };
        Ok(rows::set_state(tx, self.id, state).await?)
    }
}
