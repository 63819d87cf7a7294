//! Usage statistics (SEC-235 to SEC-237): visits of pages, annotations made, tags and data types that configurations use,
//! by day, for the administrators' page. They are counted here and go nowhere. Names come from fixed lists, so that nothing
//! that a person typed can get into them.

mod configs;
mod pages;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use labelkeep_store::statistics as store;

use crate::access::Granted;
use crate::{Result, ServiceError, Services};

pub use pages::page_of;

/// How often counts are written.
const EVERY: Duration = Duration::from_secs(10);
/// How many of these turns go between two looks at the configurations.
const RARELY: u32 = 360;
/// Days that counts are kept.
const DAYS: i64 = 800;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What is counted as it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A page was opened; a template of the list of pages.
    Page(&'static str),
    /// Somebody submitted an annotation.
    Annotation,
}

/// Counts that are not written yet.
#[derive(Default)]
pub struct Counters(Mutex<HashMap<(i64, i64, Event), i64>>);

/// Statistics of some days.
#[derive(Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Whether anything is counted now.
    pub enabled: bool,
    /// First day, since 1970-01-01.
    pub since: i64,
    /// Last day.
    pub until: i64,
    /// Day, visits, annotations; every day of the span.
    pub days: Vec<(i64, i64, i64)>,
    /// Page and visits, the most visited first.
    pub pages: Vec<(String, i64)>,
    /// Tag and projects that use it, on the newest day that was counted.
    pub tags: Vec<(String, i64)>,
    /// Type of data and projects that use it, on that day.
    pub data_types: Vec<(String, i64)>,
}

/// Counts one event; in memory.
pub fn count(services: &Services, organization_id: i64, event: Event) {
    if !services.settings.collect_analytics {
        return;
    }
    let day = services.now().div_euclid(DAY);
    let mut counters = services.statistics.0.lock().unwrap_or_else(PoisonError::into_inner);
    *counters.entry((organization_id, day, event)).or_default() += 1;
}

/// Writes counts for as long as it is polled.
pub async fn run(services: Services) {
    if !services.settings.collect_analytics {
        return;
    }
    let mut turn = 0_u32;
    loop {
        let done = async {
            flush(&services).await?;
            if turn.is_multiple_of(RARELY) {
                configs::count(&services).await?;
                prune(&services).await?;
            }
            Ok::<_, ServiceError>(())
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "usage statistics could not be written; tried again");
        }
        turn = turn.wrapping_add(1);
        tokio::time::sleep(EVERY).await;
    }
}

/// Writes what was counted. What cannot be written is counted again.
pub async fn flush(services: &Services) -> Result<()> {
    let counted = std::mem::take(&mut *services.statistics.0.lock().unwrap_or_else(PoisonError::into_inner));
    if counted.is_empty() {
        return Ok(());
    }
    let again = counted.clone();
    let written = services
        .db
        .write_unsynced(move |tx| {
            Box::pin(async move {
                for ((organization_id, day, event), number) in counted {
                    let (kind, name) = match event {
                        Event::Page(page) => ("page", page),
                        Event::Annotation => ("annotation", ""),
                    };
                    store::add(tx, organization_id, day, kind, name, number).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await;
    if written.is_err() {
        let mut counters = services.statistics.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, number) in again {
            *counters.entry(key).or_default() += number;
        }
    }
    written
}

async fn prune(services: &Services) -> Result<()> {
    let before = services.now().div_euclid(DAY) - DAYS;
    services
        .db
        .write_unsynced(move |tx| Box::pin(async move { store::prune(tx, before).await }))
        .await
        .map_err(ServiceError::from)
}

/// The statistics of a span of days (since 1970-01-01), both ends included.
pub async fn read(services: &Services, organization: &Granted<i64>, since: i64, until: i64) -> Result<Statistics> {
    flush(services).await?;
    let rows = store::read(&services.db, *organization.row(), since, until).await?;
    let mut days: BTreeMap<i64, (i64, i64)> = (since..=until).map(|day| (day, (0, 0))).collect();
    let mut pages: BTreeMap<String, i64> = BTreeMap::new();
    let newest = |kind: &str| {
        rows.iter()
            .filter(|row| row.kind == kind)
            .map(|row| row.day)
            .max()
            .unwrap_or_default()
    };
    let used = |kind: &str| {
        let day = newest(kind);
        let of_day = rows
            .iter()
            .filter(|row| row.kind == kind && row.day == day && row.amount > 0);
        by_amount(of_day.map(|row| (row.name.clone(), row.amount)).collect())
    };
    let (tags, data_types) = (used("tag"), used("data_type"));
    for row in rows {
        let day = days.entry(row.day).or_default();
        match row.kind.as_str() {
            "page" => {
                day.0 += row.amount;
                *pages.entry(row.name).or_default() += row.amount;
            }
            "annotation" => day.1 += row.amount,
            _ => {}
        }
    }
    Ok(Statistics {
        enabled: services.settings.collect_analytics,
        since,
        until,
        days: days
            .into_iter()
            .map(|(day, (visits, annotations))| (day, visits, annotations))
            .collect(),
        pages: by_amount(pages.into_iter().collect()),
        tags,
        data_types,
    })
}

fn by_amount(mut counts: Vec<(String, i64)>) -> Vec<(String, i64)> {
    counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    counts
}
