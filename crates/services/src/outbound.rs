//! What goes out for an organization: how often, how much at once (SEC-142), and the record of what the guard refused (SEC-216).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use labelkeep_net::NetError;
use labelkeep_policy::Actor;
use labelkeep_store::audit;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::accounts::Limit;
use crate::{Invalid, Result, ServiceError, Services, access};

/// Requests that may be under way at once for one organization.
const AT_ONCE: usize = 20;
/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// Imports by URL of one organization in an hour.
const IMPORTS: Limit = Limit::new("import_url", 60, 60 * 60 * 1_000_000);

/// Requests that are under way, by organization.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<i64, Arc<Semaphore>>>);

impl UnderWay {
    fn of(&self, organization_id: i64) -> Arc<Semaphore> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that have nothing under way need no place in memory.
        if all.len() > 1_024 {
            all.retain(|_, places| Arc::strong_count(places) > 1);
        }
        all.entry(organization_id)
            .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)))
            .clone()
    }
}

/// A turn to go out for the actor's organization; given back when the answer has been read.
///
/// # Errors
/// [`ServiceError::TooMany`] when none comes free in ten seconds.
pub(crate) async fn turn(services: &Services, actor: &Actor) -> Result<OwnedSemaphorePermit> {
    let places = services.under_way.of(actor.organization_id);
    tokio::time::timeout(WAIT, places.acquire_owned())
        .await
        .ok()
        .and_then(std::result::Result::ok)
        .ok_or(ServiceError::TooMany(WAIT.as_secs()))
}

/// Counts an import by URL.
///
/// # Errors
/// [`ServiceError::TooMany`] when the organization has made sixty in this hour.
pub(crate) async fn count_import(services: &Services, actor: &Actor) -> Result<()> {
    let subject = actor.organization_id.to_string();
    IMPORTS.check(services, &subject).await?;
    let (origin, now) = (access::origin(actor), services.now());
    services
        .db
        .write(move |tx| Box::pin(async move { IMPORTS.failed(tx, &subject, &origin, now).await }))
        .await?;
    Ok(())
}

/// What the person is told about a request that did not succeed. What the guard refused is put on record, with what the person is
/// not told.
pub(crate) async fn told(services: &Services, actor: &Actor, error: NetError) -> ServiceError {
    if !error.is_forbidden() {
        return Invalid::whole(error.to_string()).into();
    }
    let detail = match &error {
        NetError::BlockedAddress { block, host, address } => {
            serde_json::json!({ "host": host, "address": address.to_string(), "block": block })
        }
        NetError::BlockedService { host } => serde_json::json!({ "host": host }),
        NetError::BlockedPort { port } => serde_json::json!({ "port": port }),
        _ => serde_json::json!({}),
    }
    .to_string();
    let (origin, now) = (access::origin(actor), services.now());
    let recorded: Result<()> = services
        .db
        .write(move |tx| {
            Box::pin(async move { Ok(audit::record(tx, &origin, "outbound.blocked", "", &detail, now).await?) })
        })
        .await;
    match recorded {
        Ok(()) => ServiceError::Forbidden(error.to_string()),
        Err(failure) => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_142_twenty_are_under_way_at_once_for_each_organization() {
        let all = UnderWay::default();
        let mut turns: Vec<_> = (0..AT_ONCE).map(|_| all.of(1).try_acquire_owned()).collect();
        assert!(turns.iter().all(std::result::Result::is_ok));
        assert!(all.of(1).try_acquire_owned().is_err());
        assert!(
            all.of(2).try_acquire_owned().is_ok(),
            "another organization has its own"
        );
        turns.pop();
        assert!(all.of(1).try_acquire_owned().is_ok());
        for organization in 10..5_000 {
            all.of(organization);
        }
        assert!(all.0.lock().expect("not poisoned").len() < 1_100);
    }
}
