//! Lists in the middle of which somebody is. A page far from both ends of a filtered or ordered list costs the reading of all that lies
//! before it; whoever turns there turns again, so the ids of the whole list are kept for as long as nothing changes in the project.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use labelkeep_store::listing::{self as rows, Column, Query};
use labelkeep_store::{jobs, work};

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
    ids: Arc<[i64]>,
}

/// How far the logs of changes had come when a list was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    log: i64,
    audit: i64,
    at: i64,
}

impl Mark {
    pub(super) async fn now(services: &Services) -> Result<Mark> {
        Ok(Mark {
            at: services.now(),
            log: work::last_log_id(&services.db).await?,
            audit: work::last_audit_id(&services.db).await?,
        })
    }

    /// Whether nothing has happened in the project since: no save, no action, no step of a job.
    pub(super) async fn holds(self, services: &Services, project_id: i64) -> Result<bool> {
        let db = &services.db;
        Ok(work::saves_after(db, project_id, self.log, 1).await?.is_empty()
            && work::actions_after(db, project_id, self.audit, 1).await?.is_empty()
            && !jobs::has_moved(db, project_id, self.at).await?)
    }
}

/// The ids of the whole list, if it can be kept; `key` names it.
pub(super) async fn ids(services: &Services, query: &Query, key: &str) -> Result<Option<Arc<[i64]>>> {
    if asks_for_drafts(query) {
        return Ok(None);
    }
    if let Some((mark, ids)) = services.places.find(key) {
        if mark.holds(services, query.scope.project_id).await? {
            return Ok(Some(ids));
        }
        services.places.forget(key);
    }
    let mark = Mark::now(services).await?;
    let ids: Arc<[i64]> = rows::ids(&services.db, query, 0, MOST as i64 + 1, false).await?.into();
    if ids.len() > MOST {
        return Ok(None);
    }
    services.places.keep(key, mark, ids.clone());
    Ok(Some(ids))
}

/// Drafts are in no log: a list that asks for them is not kept.
pub(super) fn asks_for_drafts(query: &Query) -> bool {
    let lines = query.filters.items.iter();
    let mut tests = lines.flat_map(|item| std::iter::once(&item.test).chain(&item.child));
    tests.any(|test| test.column == Column::DraftExists)
        || query.order.iter().any(|(column, _)| *column == Column::DraftExists)
}

impl Places {
    fn find(&self, key: &str) -> Option<(Mark, Arc<[i64]>)> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.since.elapsed() < KEPT);
        let place = kept.iter().position(|list| list.key == key)?;
        let list = kept.remove(place);
        let found = (list.mark, list.ids.clone());
        kept.push(list);
        Some(found)
    }

    fn forget(&self, key: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.key != key);
    }

    fn keep(&self, key: &str, mark: Mark, ids: Arc<[i64]>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|list| list.key != key);
        kept.push(Kept {
            key: key.to_owned(),
            since: Instant::now(),
            mark,
            ids,
        });
        let mut sum = 0;
        let fitting = kept.iter().rev().take_while(|list| {
            sum += list.ids.len();
            sum <= MOST
        });
        let surplus = kept.len() - fitting.count();
        kept.drain(..surplus);
    }
}
