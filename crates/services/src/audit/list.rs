//! Reading an organization's log. A look examines a bounded number of entries, so that it costs the same in a log of any length.

use std::collections::HashMap;

use labelkeep_crypt::chain::hex;
use labelkeep_store::audit::list::{self as store, Filter, ListedRow, Order, Stretch};
use labelkeep_store::audit::{AuditRow, chain, checkpoints as checkpoint_store, is_routine};
use labelkeep_store::people::{self, PersonRow};

use super::{catch_up, checkpoints, personal};
use crate::access::Granted;
use crate::{Invalid, Result, Services};

/// Entries that one look examines.
const EXAMINED: i64 = 100_000;
/// Found entries are counted up to this number.
const COUNTED: i64 = 10_000;
/// How far entries may stand from their place by time: one is numbered when its transaction ends, and its time is that of
/// the transaction's begin. In microseconds.
const SLACK: i64 = 15 * 60_000_000;
/// Actions that are left out of the index by action.
const ROUTINE: [&str; 5] = [
    "annotation.convert_to_draft",
    "annotation.create",
    "annotation.skip",
    "annotation.update",
    "data.view",
];

/// A part of the log, newest first.
#[derive(Debug)]
pub struct Found {
    /// Entries; may be few or none although there are more.
    pub rows: Vec<ListedRow>,
    /// Where to go on; none at the end.
    pub next: Option<String>,
    /// Back to which time everything was looked at, in microseconds, when it was not the whole log.
    pub examined_until: Option<i64>,
}

/// A page of the log by number.
#[derive(Debug)]
pub struct Activities {
    /// Entries.
    pub rows: Vec<ListedRow>,
    /// Entries of the organization.
    pub total: i64,
    /// Those that the filter lets through, counted to 10,000.
    pub filtered: i64,
}

/// How an organization's chain stands.
#[derive(Debug)]
pub struct ChainState {
    /// Number of the oldest entry; 0 when there is none.
    pub first: i64,
    /// Number of the newest entry.
    pub last: i64,
    /// Its hash in hexadecimal; empty when there is none.
    pub last_hash: String,
    /// Entries that have no number yet.
    pub pending: i64,
    /// The newest checkpoint.
    pub checkpoint: Option<checkpoint_store::CheckpointRow>,
    /// Ids and public keys of the keys that sign.
    pub keys: Vec<(String, [u8; 32])>,
    /// Days that entries are kept.
    pub days: i64,
}

/// One way through the log.
#[derive(Debug, Clone, Copy)]
enum Cursor {
    /// Below this number of the chain.
    Sequence(i64),
    /// Below this id: by the index of actions.
    Id(i64),
}

impl Cursor {
    fn read(text: &str) -> Result<Cursor> {
        let wrong = || Invalid::field("cursor", "This is not a cursor of an earlier answer.");
        let (kind, digits) = text.split_at_checked(1).ok_or_else(wrong)?;
        match (kind, digits.parse::<i64>()) {
            ("c", Ok(sequence)) if sequence > 0 => Ok(Cursor::Sequence(sequence)),
            ("i", Ok(id)) if id > 0 => Ok(Cursor::Id(id)),
            _ => Err(wrong().into()),
        }
    }
}

/// The next part of the log.
pub async fn walk(
    services: &Services,
    organization: &Granted<i64>,
    mut filter: Filter,
    cursor: Option<&str>,
    size: i64,
) -> Result<Found> {
    filter.organization_id = *organization.row();
    let notable = !filter.actions.is_empty() && !filter.actions.iter().any(|action| is_routine(action));
    let cursor = cursor.map(Cursor::read).transpose()?;
    if cursor.is_none() {
        catch_up(services).await?;
    }
    find_clients(services, &mut filter).await?;
    let found = match cursor {
        Some(Cursor::Id(id)) if notable => by_action(services, &filter, id, size).await,
        None if notable => by_action(services, &filter, i64::MAX, size).await,
        Some(Cursor::Sequence(sequence)) if !notable => by_sequence(services, &filter, sequence, size).await,
        None => by_sequence(services, &filter, i64::MAX, size).await,
        Some(_) => Err(Invalid::field("cursor", "The filter has changed since this cursor was given.").into()),
    };
    let mut found = found?;
    reveal(services, &mut found.rows).await?;
    Ok(found)
}

/// Addresses are encrypted beside the log: which of them have what is looked for?
pub(super) async fn find_clients(services: &Services, filter: &mut Filter) -> Result<()> {
    if let Some(search) = &filter.search {
        filter.clients = personal::search(services, filter.organization_id, search).await?;
    }
    Ok(())
}

async fn reveal(services: &Services, rows: &mut [ListedRow]) -> Result<()> {
    let mut entries: Vec<&mut AuditRow> = rows.iter_mut().map(|row| &mut row.entry).collect();
    personal::reveal(services, &mut entries).await
}

async fn by_action(services: &Services, filter: &Filter, before: i64, size: i64) -> Result<Found> {
    let mut rows = store::read_notable(&services.db, filter, before, size + 1).await?;
    let more = trim(&mut rows, size);
    let next = rows.last().filter(|_| more).map(|row| format!("i{}", row.entry.id));
    Ok(Found {
        rows,
        next,
        examined_until: None,
    })
}

async fn by_sequence(services: &Services, filter: &Filter, before: i64, size: i64) -> Result<Found> {
    let mut whole = span(services, filter).await?;
    whole.before = whole.before.min(before);
    let stretch = Stretch {
        from: whole.from.max(whole.before.saturating_sub(EXAMINED + 1)),
        before: whole.before,
    };
    let mut rows = store::read(&services.db, filter, stretch, Order::NewestFirst, 0, size + 1).await?;
    let more = trim(&mut rows, size);
    let next = match rows.last() {
        Some(last) if more => Some(last.sequence),
        _ => Some(stretch.from + 1).filter(|_| stretch.from > whole.from),
    };
    let examined_until = match next {
        Some(sequence) => chain::time_at(&services.db, filter.organization_id, sequence).await?,
        None => None,
    };
    Ok(Found {
        rows,
        next: next.map(|sequence| format!("c{sequence}")),
        examined_until,
    })
}

/// Keeps `size` rows; says whether there were more.
fn trim(rows: &mut Vec<ListedRow>, size: i64) -> bool {
    let size = usize::try_from(size).unwrap_or(0);
    let more = rows.len() > size;
    rows.truncate(size);
    more
}

/// A page by number. Only the newest 100,000 entries of the span are looked through for what the filter asks; without a
/// filter every page is reached by its numbers.
pub async fn activities(
    services: &Services,
    organization: &Granted<i64>,
    mut filter: Filter,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Activities> {
    filter.organization_id = *organization.row();
    catch_up(services).await?;
    let db = &services.db;
    let whole = span(services, &filter).await?;
    let first = chain::first(db, filter.organization_id).await?.unwrap_or(1);
    let last = chain::head(db, filter.organization_id)
        .await?
        .map_or(0, |head| head.sequence);
    let total = (last + 1 - first).max(0);
    if filter.is_everything() {
        let stretch = match order {
            Order::NewestFirst => Stretch {
                from: (last - offset.saturating_add(limit)).max(first - 1),
                before: (last + 1).saturating_sub(offset),
            },
            Order::OldestFirst => Stretch {
                from: (first - 1).saturating_add(offset),
                before: first.saturating_add(offset).saturating_add(limit),
            },
        };
        let mut rows = store::read(db, &filter, stretch, order, 0, limit).await?;
        reveal(services, &mut rows).await?;
        return Ok(Activities {
            rows,
            total,
            filtered: total,
        });
    }
    let stretch = Stretch {
        from: whole.from.max(whole.before - EXAMINED - 1),
        before: whole.before,
    };
    find_clients(services, &mut filter).await?;
    let filtered = store::count(db, &filter, stretch, COUNTED).await?;
    let mut rows = if offset < filtered {
        store::read(db, &filter, stretch, order, offset, limit).await?
    } else {
        Vec::new()
    };
    reveal(services, &mut rows).await?;
    Ok(Activities { rows, total, filtered })
}

/// The part of the chain in which the filter's time can be.
pub(super) async fn span(services: &Services, filter: &Filter) -> Result<Stretch> {
    let (db, organization_id) = (&services.db, filter.organization_id);
    let first = chain::first(db, organization_id).await?.unwrap_or(1);
    let end = chain::head(db, organization_id)
        .await?
        .map_or(first, |head| head.sequence + 1);
    let from = match filter.since {
        Some(since) => sequence_at(services, organization_id, first, end, since.saturating_sub(SLACK)).await?,
        None => first,
    };
    let before = match filter.until {
        Some(until) => sequence_at(services, organization_id, first, end, until.saturating_add(SLACK)).await?,
        None => end,
    };
    Ok(Stretch { from: from - 1, before })
}

/// The first number from `low` on whose entry is not before `at`; `high` when there is none below it. Entries are numbered
/// in the order of their time (but for the slack), so that some twenty looks are enough.
pub(super) async fn sequence_at(
    services: &Services,
    organization_id: i64,
    mut low: i64,
    mut high: i64,
    at: i64,
) -> Result<i64> {
    while low < high {
        let middle = low + (high - low) / 2;
        match chain::time_at(&services.db, organization_id, middle).await? {
            Some(time) if time < at => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

/// The actions that the organization's log may be asked for, in order.
pub async fn actions(services: &Services, organization: &Granted<i64>) -> Result<Vec<String>> {
    let mut actions = store::actions(&services.db, *organization.row()).await?;
    actions.extend(ROUTINE.iter().map(|action| (*action).to_owned()));
    actions.sort();
    Ok(actions)
}

/// What entries are about, in the words of people.
#[derive(Debug)]
pub struct Names {
    /// Who acted; those that are gone are missing.
    pub people: HashMap<i64, PersonRow>,
    /// Titles of projects, as far as the viewer may know them.
    pub titles: HashMap<i64, String>,
}

/// The names of these entries.
pub async fn names(services: &Services, organization: &Granted<i64>, rows: &[ListedRow]) -> Result<Names> {
    let ids = |of: fn(&ListedRow) -> Option<i64>| {
        let mut ids: Vec<i64> = rows.iter().filter_map(of).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let people = people::find(&services.db, &ids(|row| row.entry.account_id)).await?;
    let viewer = organization.actor().account_id;
    let projects = ids(|row| row.entry.project_id);
    let titles = store::project_titles(&services.db, *organization.row(), viewer, &projects).await?;
    Ok(Names {
        people: people.into_iter().map(|person| (person.id, person)).collect(),
        titles: titles.into_iter().collect(),
    })
}

/// How the organization's chain stands.
pub async fn chain_state(services: &Services, organization: &Granted<i64>) -> Result<ChainState> {
    let (db, id) = (&services.db, *organization.row());
    let head = chain::head(db, id).await?;
    let keys = checkpoints::keys(services).await?;
    Ok(ChainState {
        first: chain::first(db, id).await?.unwrap_or(0),
        last: head.as_ref().map_or(0, |head| head.sequence),
        last_hash: head.map(|head| hex(&head.hash)).unwrap_or_default(),
        pending: chain::pending(db, id).await?,
        checkpoint: checkpoint_store::newest(db, id).await?,
        keys: keys.iter().map(|key| (key.id().to_owned(), key.public())).collect(),
        days: services.settings.audit_days,
    })
}
