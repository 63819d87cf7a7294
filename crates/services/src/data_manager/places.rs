//! Lists whose pages cost the reading of very many tasks: those far from both ends, and those of which no index says which tasks they
//! have. Whoever turns there turns again, so the ids of the whole list are kept for as long as nothing changes in the project.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use labelkeep_store::listing::{self as rows, Column, Query, Totals};
use labelkeep_store::work;

use crate::{Result, Services};

/// Pages up to here are counted from the nearer end: 2,000 tasks are read as fast as the list of ids is found.
pub(super) const FAR: i64 = 2_000;
/// How long a list is kept, at most.
const KEPT: Duration = Duration::from_secs(120);
/// Tasks of all lists that are kept: 32 MiB.
const MOST: usize = 4_000_000;

/// The lists that are kept, the one used last behind the others.
#[derive(Debug, Default)]
pub struct Places(Mutex<Vec<Kept>>);

#[derive(Debug)]
struct Kept {
    key: String,
    since: Instant,
    mark: Mark,
    list: Whole,
}

/// A whole list.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// Its tasks in its order.
    pub(super) ids: Arc<[i64]>,
    /// What it adds up to.
    pub(super) totals: Totals,
}

/// How far the logs of changes had come when a list was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    log: i64,
    audit: i64,
    /// Entries of the project among the last of both logs: on PostgreSQL one may become visible behind another with a higher number.
    entries: i64,
    at: i64,
}

/// Entries of a log that are looked at again.
const AGAIN: i64 = 100;

impl Mark {
    pub(super) async fn now(services: &Services, project_id: i64) -> Result<Mark> {
        let (log, audit) = work::last_ids(&services.db).await?;
        let mut mark = Mark {
            log,
            audit,
            entries: 0,
            at: services.now(),
        };
        (mark.entries, _) = mark.happened(services, project_id).await?;
        Ok(mark)
    }

    /// Whether nothing has happened in the project since: no save, no action, no step of a job.
    pub(super) async fn holds(self, services: &Services, project_id: i64) -> Result<bool> {
        Ok(self.happened(services, project_id).await? == (self.entries, false))
    }

    /// The number of the project's entries in the logs, from a little before the mark, no more than are enough to see that there is one
    /// more; and whether a job runs, or has moved.
    async fn happened(self, services: &Services, project_id: i64) -> Result<(i64, bool)> {
        let (log, audit) = (self.log - AGAIN, self.audit - AGAIN);
        Ok(work::happened(&services.db, project_id, log, audit, AGAIN + 1, self.at).await?)
    }
}

/// The whole list, if it is kept and nothing has happened since; `key` names it.
pub(super) async fn kept(services: &Services, query: &Query, key: &str) -> Result<Option<Whole>> {
    let Some((mark, list)) = services.places.find(key) else {
        return Ok(None);
    };
    if mark.holds(services, query.scope.project_id).await? {
        return Ok(Some(list));
    }
    services.places.forget(key);
    Ok(None)
}

/// The whole list, read and kept; none when it is too long.
pub(super) async fn read(services: &Services, query: &Query, key: &str) -> Result<Option<Whole>> {
    // Before the reading: what happens meanwhile is a change.
    let mark = Mark::now(services, query.scope.project_id).await?;
    let Some((ids, totals)) = rows::whole(&services.db, query, MOST as i64).await? else {
        return Ok(None);
    };
    let list = Whole {
        ids: ids.into(),
        totals,
    };
    if !asks_for_drafts(query) {
        services.places.keep(key, mark, list.clone());
    }
    Ok(Some(list))
}

/// Drafts are in no log: a list that asks for them is not kept.
pub(super) fn asks_for_drafts(query: &Query) -> bool {
    let lines = query.filters.items.iter();
    let mut tests = lines.flat_map(|item| std::iter::once(&item.test).chain(&item.child));
    tests.any(|test| test.column == Column::DraftExists)
        || query.order.iter().any(|(column, _)| *column == Column::DraftExists)
}

impl Places {
    fn find(&self, key: &str) -> Option<(Mark, Whole)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < KEPT);
        let place = kept.iter().position(|kept| kept.key == key)?;
        let last = kept.remove(place);
        let found = (last.mark, last.list.clone());
        kept.push(last);
        Some(found)
    }

    fn forget(&self, key: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.key != key);
    }

    fn keep(&self, key: &str, mark: Mark, list: Whole) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.key != key);
        kept.push(Kept {
            key: key.to_owned(),
            since: Instant::now(),
            mark,
            list,
        });
        let mut sum = 0;
        let fitting = kept.iter().rev().take_while(|kept| {
            sum += kept.list.ids.len();
            sum <= MOST
        });
        let surplus = kept.len() - fitting.count();
        kept.drain(..surplus);
    }
}
