//! Entries that nobody waits for: gathered in memory by who, what and minute, written every second (SEC-218). The first of
//! a minute is written at once, its repetitions as one entry with a count when the minute is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use labelkeep_store::audit::{self as store, Entry, Origin, Outcome};

use crate::{Result, Services};

/// Different entries of a minute that are kept apart; beyond, only what happened is counted, not by whom.
const MOST: usize = 20_000;
/// Entries of one transaction: the writer is free for saves in between.
const CHUNK: usize = 100;
const MINUTE: i64 = 60_000_000;

/// What is the same for the entries of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Same {
    pub(super) organization_id: Option<i64>,
    pub(super) account_id: Option<i64>,
    pub(super) token_id: Option<i64>,
    /// As entries keep it.
    pub(super) address: Box<str>,
    pub(super) action: &'static str,
    pub(super) object: String,
    pub(super) project_id: Option<i64>,
    pub(super) method: &'static str,
    /// The route, for entries that it keeps apart; empty for views, which are one whatever shows the task.
    pub(super) apart: Box<str>,
    pub(super) status: Option<i64>,
    pub(super) outcome: Outcome,
}

struct Batch {
    /// Of the first.
    route: Box<str>,
    agent: Option<Box<str>>,
    /// The first that is not written, in microseconds.
    at: i64,
    unwritten: i64,
    begun: bool,
}

#[derive(Default)]
struct Inner {
    batches: HashMap<(i64, Same), Batch>,
    /// What could not be written.
    again: Vec<Entry>,
}

#[derive(Default)]
pub(super) struct Buffer(Mutex<Inner>);

impl Buffer {
    pub(super) fn add(&self, same: Same, route: &str, agent: Option<&str>, now: i64) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (now.div_euclid(MINUTE), same);
        if inner.batches.len() >= MOST && !inner.batches.contains_key(&key) {
            key.1 = Same {
                account_id: None,
                token_id: None,
                address: "".into(),
                object: String::new(),
                project_id: None,
                apart: "".into(),
                ..key.1
            };
        }
        let batch = inner.batches.entry(key).or_insert_with(|| Batch {
            route: route.into(),
            agent: agent.map(Into::into),
            at: now,
            unwritten: 0,
            begun: false,
        });
        if batch.unwritten == 0 {
            batch.at = now;
        }
        batch.unwritten += 1;
    }

    /// Entries whose time has come; `all`: everything.
    fn due(&self, now: i64, all: bool) -> Vec<Entry> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.div_euclid(MINUTE);
        let mut due = std::mem::take(&mut inner.again);
        inner.batches.retain(|(begun_in, same), batch| {
            let over = *begun_in < minute || all;
            if batch.unwritten > 0 && (over || !batch.begun) {
                due.push(entry(same, batch));
                batch.unwritten = 0;
                batch.begun = true;
            }
            !over
        });
        due.sort_by_key(|entry| entry.at);
        due
    }

    fn keep(&self, entries: Vec<Entry>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST.saturating_sub(inner.again.len());
        if entries.len() > room {
            tracing::error!(lost = entries.len() - room, "entries of the audit log were lost");
        }
        inner.again.extend(entries.into_iter().take(room));
    }
}

fn entry(same: &Same, batch: &Batch) -> Entry {
    let same = same.clone();
    Entry {
        origin: Origin {
            organization_id: same.organization_id,
            account_id: same.account_id,
            token_id: same.token_id,
            address: same.address.into(),
            claimed: None,
        },
        action: same.action,
        object: same.object,
        project_id: same.project_id,
        method: Some(same.method),
        route: Some(batch.route.to_string()),
        status: same.status,
        agent: batch.agent.as_deref().map(str::to_owned),
        outcome: same.outcome,
        detail: if batch.unwritten > 1 {
            serde_json::json!({ "count": batch.unwritten }).to_string()
        } else {
            "{}".to_owned()
        },
        at: batch.at,
    }
}

/// Writes what is due.
pub(super) async fn flush(services: &Services, all: bool) -> Result<()> {
    let mut due = services.audit.buffer.due(services.now(), all);
    while !due.is_empty() {
        let rest = due.split_off(due.len().min(CHUNK));
        let chunk = due.clone();
        let written = services
            .db
            .write_unsynced(move |tx| Box::pin(async move { store::insert(tx, chunk).await }))
            .await;
        if let Err(error) = written {
            due.extend(rest);
            services.audit.buffer.keep(due);
            return Err(error.into());
        }
        due = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(task: usize) -> Same {
        Same {
            organization_id: Some(1),
            account_id: Some(2),
            token_id: None,
            address: "127.0.0.1".into(),
            action: "data.view",
            object: format!("task:{task}"),
            project_id: Some(3),
            method: "GET",
            apart: "".into(),
            status: Some(200),
            outcome: Outcome::Ok,
        }
    }

    #[test]
    fn sec_218_views_are_gathered_by_user_task_and_minute() {
        let buffer = Buffer::default();
        for second in [0, 1, 2] {
            buffer.add(view(7), "/api/tasks/{id}/", Some("a"), second * 1_000_000);
            buffer.add(view(8), "/api/tasks/{id}/", Some("a"), second * 1_000_000);
        }
        let first = buffer.due(2_000_000, false);
        assert_eq!(first.len(), 2, "at once");
        assert!(first.iter().all(|entry| entry.detail == r#"{"count":3}"#));
        buffer.add(view(7), "/api/tasks/{id}/", Some("a"), 30_000_000);
        assert!(buffer.due(31_000_000, false).is_empty(), "a repetition waits");
        buffer.add(view(7), "/api/tasks/{id}/", Some("a"), 61_000_000);
        let next = buffer.due(62_000_000, false);
        let counts: Vec<&str> = next.iter().map(|entry| entry.detail.as_str()).collect();
        assert_eq!(counts, ["{}", "{}"], "the repetition, and the next minute's first");
        assert!(buffer.due(200_000_000, false).is_empty() && buffer.due(200_000_000, true).is_empty());
    }

    #[test]
    fn memory_is_bounded_and_nothing_goes_uncounted() {
        let buffer = Buffer::default();
        for task in 0..MOST + 500 {
            buffer.add(view(task), "/api/tasks/{id}/", Some("a"), 0);
        }
        let due = buffer.due(0, true);
        assert_eq!(due.len(), MOST + 1);
        assert!(
            due.iter()
                .any(|entry| entry.detail == r#"{"count":500}"# && entry.object.is_empty())
        );
    }
}
