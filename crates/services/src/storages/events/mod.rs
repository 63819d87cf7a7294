//! Events: object stores say which objects are new, so that nobody has to ask for a sync.
//!
//! Whoever sends one proves by the secret of the storage that it may. An event is taken once and while it is young, whoever sends it
//! again; and all that is taken of it is a key, which is read as a sync would read it. What is to be read is in a table until it is
//! read, so that neither a restart nor a store that fails loses it. A sync and events never write for a storage at the same time.

mod bodies;

use std::time::Duration;

use labelkeep_crypt::secret::{Secret, equal_in_constant_time, hash_secret};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::storages::arrivals::{self, ArrivalRow};
use labelkeep_store::storages::objects::{self, ReadObject, TaskLink};
use labelkeep_store::storages::{self as rows, StorageRow};
use serde_json::json;

use super::change::Filter;
use super::{begin, opened, progress, sync, untouched};
use crate::access::{self, Granted};
use crate::import::Members;
use crate::import::each::{self, Checker};
use crate::{Invalid, Result, ServiceError, Services};
use bodies::{Body, Event};

/// How often it is looked whether something is to be read.
const PAUSE: Duration = Duration::from_secs(1);
/// Objects that are taken at once.
const BATCH: i64 = 100;
/// How long this program keeps what it has taken, in microseconds.
const LEASE: i64 = 300_000_000;
/// How old an event may be, in microseconds: seven days, as long as stores try to send one.
const OLD: i64 = 7 * 24 * 3_600_000_000;
/// How far the store's clock may be ahead, in microseconds.
const AHEAD: i64 = 900_000_000;
/// The first pause after a failure, in microseconds; it doubles up to the longest.
const AGAIN: i64 = 5_000_000;
const AGAIN_MAX: i64 = 3_600_000_000;
/// When it is looked again whether a sync has ended, in microseconds.
const AFTER_SYNC: i64 = 5_000_000;
/// The most tasks of one object that are made of an event; a sync reads larger ones in parts.
const TASKS_MAX: usize = 5_000;

/// Begins to listen: gives the secret, this once. One that was there is good no more.
pub async fn listen(services: &Services, storage: Granted<StorageRow>) -> Result<Secret> {
    if storage.row().is_target || super::provider(&storage.row().kind)?.scheme().is_none() {
        return Err(Invalid::whole("Only sources whose objects have addresses are told of new ones.").into());
    }
    let secret = Secret::link_token();
    set(services, storage, Some(secret.hash().to_vec()), "storage.events.on").await?;
    Ok(secret)
}

/// Listens no more.
pub async fn stop(services: &Services, storage: Granted<StorageRow>) -> Result<()> {
    set(services, storage, None, "storage.events.off").await
}

async fn set(
    services: &Services,
    storage: Granted<StorageRow>,
    hash: Option<Vec<u8>>,
    action: &'static str,
) -> Result<()> {
    let (actor, row) = storage.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                arrivals::set_secret(tx, row.id, hash).await?;
                let detail = json!({ "project": row.project_id, "type": row.kind }).to_string();
                audit::record(
                    tx,
                    &access::origin(&actor),
                    action,
                    &format!("storage:{}", row.id),
                    &detail,
                    now,
                )
                .await?;
                Ok(())
            })
        })
        .await
}

/// Reads a body as [`take`] does; gives how many events are in it, or none where it is something else that stores send.
///
/// # Errors
/// What is nothing that a store sends.
pub fn events_in(body: &[u8]) -> Result<Option<usize>, &'static str> {
    Ok(match bodies::read(body)? {
        Body::Events(events) => Some(events.len()),
        Body::Validation(_) | Body::Confirmation(_) => None,
    })
}

/// What the sender is told.
#[derive(Debug)]
pub enum Taken {
    /// So many objects are to be read.
    Objects(usize),
    /// Azure is told that somebody listens.
    Validated(String),
}

/// Takes what a store has sent, if it knows the secret of the storage.
///
/// # Errors
/// [`ServiceError::NotFound`] for a storage that is not there, does not listen, or has another secret; [`ServiceError::Invalid`] for
/// what is no event, or an old one.
pub async fn take(services: &Services, id: i64, secret: &str, body: &[u8]) -> Result<Taken> {
    let missing = || ServiceError::NotFound("Storage");
    let storage = arrivals::storage(&services.db, id).await?.ok_or_else(missing)?;
    let known = storage.events_hash.as_deref().unwrap_or_default();
    if !equal_in_constant_time(known, &hash_secret(secret)) {
        return Err(missing());
    }
    let events = match bodies::read(body).map_err(Invalid::whole)? {
        Body::Events(events) => events,
        Body::Validation(code) => return Ok(Taken::Validated(code)),
        Body::Confirmation(address) => {
            confirm(services, &address).await?;
            return Ok(Taken::Objects(0));
        }
    };
    let now = services.now();
    if events
        .iter()
        .any(|event| event.at < now - OLD || event.at > now + AHEAD)
    {
        return Err(Invalid::whole("The event is too old, or from the future. Sync the storage instead.").into());
    }
    let wanted = wanted(services, &storage, events).await?;
    let organization_id = storage.organization_id;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut objects: Vec<(String, i64)> = Vec::new();
                for event in wanted {
                    if arrivals::is_new(tx, id, &hash_secret(&event.id), event.at).await? {
                        objects.retain(|(key, _)| *key != event.key);
                        objects.push((event.key, i64::try_from(event.size).unwrap_or(i64::MAX)));
                    }
                }
                let number = objects.len();
                arrivals::add(tx, id, objects).await?;
                if number > 0 {
                    let origin = Origin {
                        organization_id: Some(organization_id),
                        account_id: None,
                        token_id: None,
                        address: String::new(),
                        claimed: None,
                    };
                    let detail = json!({ "objects": number }).to_string();
                    audit::record(tx, &origin, "storage.event", &format!("storage:{id}"), &detail, now).await?;
                }
                arrivals::forget_events(tx, now - OLD).await?;
                Ok::<_, ServiceError>(Taken::Objects(number))
            })
        })
        .await
}

/// The events about objects that the source takes.
async fn wanted(services: &Services, storage: &StorageRow, mut events: Vec<Event>) -> Result<Vec<Event>> {
    let bucket = opened::bucket(services, storage).await?;
    let settings = opened::settings(storage);
    let place = settings.get("bucket").or_else(|| settings.get("container"));
    let prefix = settings.get("prefix").unwrap_or_default().trim_end_matches('/');
    let below = |key: &str| match prefix {
        "" => key.to_owned(),
        prefix => key
            .strip_prefix(prefix)
            .unwrap_or(key)
            .trim_start_matches('/')
            .to_owned(),
    };
    let filter = Filter::new(storage.regex_filter.as_deref())?;
    events.retain(|event| {
        place == Some(event.bucket.as_str())
            && bucket.key_of(&bucket.address(&event.key)).as_deref() == Some(event.key.as_str())
            && (storage.recursive_scan || !below(&event.key).contains('/'))
            && !event.key.ends_with('/')
            && event.key.len() <= sync::KEY_MAX
            && filter.takes(&event.key)
    });
    Ok(events)
}

/// Opens the address with which Amazon is told that somebody listens.
async fn confirm(services: &Services, address: &str) -> Result<()> {
    if !bodies::is_of_amazon(address) {
        return Err(Invalid::whole("The address of the confirmation is not Amazon's.").into());
    }
    let limits = labelkeep_net::Limits::sign_in();
    services
        .net
        .fetch(address, limits)
        .await
        .map(drop)
        .map_err(|error| Invalid::whole(error.to_string()).into())
}

/// Reads what has arrived, until the program ends.
pub async fn run(services: Services) {
    loop {
        if let Err(error) = pass(&services).await {
            tracing::error!(%error, "objects that are new could not be read; tried again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn pass(services: &Services) -> Result<()> {
    for storage in arrivals::due(&services.db, services.now()).await? {
        if let Err(error) = read_due(services, &storage).await {
            tracing::error!(%error, storage = storage.id, "objects that are new could not be read; tried again");
        }
    }
    Ok(())
}

async fn read_due(services: &Services, storage: &StorageRow) -> Result<()> {
    let (id, now) = (storage.id, services.now());
    let taken = services
        .db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, ServiceError>(arrivals::claim(tx, id, now, now + LEASE, BATCH).await?) })
        })
        .await?;
    if taken.is_empty() {
        return Ok(());
    }
    let project = labelkeep_store::projects::find_for_job(&services.db, storage.project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let config = crate::projects::config(services, &project)?;
    let members = Members::of(services, storage.organization_id, storage.created_by).await?;
    let mut checker = Checker::new(services, config, members);
    let is_allowed = storage.use_blob_urls || untouched::check(&project).is_ok();
    for arrival in taken {
        let outcome = if is_allowed {
            read_one(services, storage, &mut checker, &arrival).await
        } else {
            Ok(())
        };
        if let Err(error) = outcome {
            // The store or the keys: later ones would fail, too.
            let pause = AGAIN.saturating_mul(1 << arrival.attempts.clamp(0, 12)).min(AGAIN_MAX);
            put_off(services, id, arrival.object_key, pause).await?;
            tracing::warn!(%error, storage = id, "an object that is new could not be read; tried again");
        }
    }
    Ok(())
}

async fn put_off(services: &Services, id: i64, key: String, pause: i64) -> Result<()> {
    let until = services.now() + pause;
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(arrivals::put_off(tx, id, &key, until).await?) }))
        .await
}

/// Makes the tasks of one object, unless they are there.
async fn read_one(
    services: &Services,
    storage: &StorageRow,
    checker: &mut Checker,
    arrival: &ArrivalRow,
) -> Result<()> {
    let bucket = opened::bucket(services, storage).await?;
    let key = arrival.object_key.clone();
    let object = labelkeep_blob::Object {
        key: key.clone(),
        // Not every store says it.
        size: u64::try_from(arrival.size)
            .ok()
            .filter(|size| *size > 0)
            .unwrap_or(sync::OBJECT_MAX),
        modified: None,
        // The next sync says what it is.
        etag: String::new(),
    };
    let is_numbered = !storage.use_blob_urls;
    let outcome = if is_numbered {
        let content = sync::content(&*bucket, &object).await?;
        content.and_then(|bytes| checker.content(&bytes, sync::kind(&key)))
    } else {
        checker.address(&bucket.address(&key))
    };
    let (parsed, problem) = match outcome {
        Ok(parsed) if parsed.len() > TASKS_MAX => {
            let text = format!("It holds more than {TASKS_MAX} tasks. Sync the storage to read it.");
            (each::Parsed::default(), Some(text))
        }
        Ok(parsed) => (parsed, None),
        Err(text) => (each::Parsed::default(), Some(text)),
    };
    let (id, now) = (storage.id, services.now());
    let origin = Origin {
        organization_id: Some(storage.organization_id),
        account_id: Some(storage.created_by),
        token_id: None,
        address: String::new(),
        claimed: None,
    };
    services
        .db
        .write_step(move |tx| {
            Box::pin(async move {
                let Some(row) = rows::lock(tx, id).await? else {
                    return Ok(());
                };
                // A sync may just be reading it. It waits until that has ended.
                if begin::is_under_way(tx, &row).await? {
                    return Ok(arrivals::put_off(tx, id, &key, now + AFTER_SYNC).await?);
                }
                arrivals::remove(tx, id, &key).await?;
                if arrivals::is_known(tx, id, &key).await? || progress::is_half_read(&row, &key) {
                    return Ok(());
                }
                let number = parsed.len();
                let ids = each::insert(tx, row.project_id, row.created_by, vec![parsed], now).await?;
                let links = ids.into_iter().enumerate().map(|(place, task_id)| TaskLink {
                    task_id,
                    object_key: key.clone(),
                    row_index: is_numbered.then_some(place as i64),
                });
                objects::link(tx, id, links.collect()).await?;
                let read = ReadObject {
                    key: key.clone(),
                    etag: String::new(),
                    tasks: number as i64,
                    problem,
                };
                objects::put(tx, id, vec![read]).await?;
                if number > 0 {
                    let detail = json!({ "tasks": number, "storage": id, "event": true }).to_string();
                    let object = format!("project:{}", row.project_id);
                    audit::record(tx, &origin, "task.import", &object, &detail, now).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}
