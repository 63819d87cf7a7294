//! How much may run at once (SEC-226), so that one client cannot take the server from the others.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use http::request::Parts;
use labelkeep_services::ServiceError;
use labelkeep_services::accounts::Caller;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{ApiError, App};

const TOTAL: usize = 1_024;
const PER_USER: usize = 32;
const PER_TOKEN: usize = 16;
const PER_ADDRESS: usize = 8;
/// How long a request over a limit of its own user or token waits for a place.
const WAIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    User(i64),
    Token(i64),
    /// A token of provisioning.
    Provisioner(i64),
    Address(IpAddr),
}

/// Places that are taken now.
pub(crate) struct InFlight {
    total: Arc<Semaphore>,
    each: Mutex<HashMap<Who, Arc<Semaphore>>>,
}

impl Default for InFlight {
    fn default() -> Self {
        InFlight {
            total: Arc::new(Semaphore::new(TOTAL)),
            each: Mutex::default(),
        }
    }
}

impl InFlight {
    fn of(&self, who: Who, places: usize) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody uses any more go when the table has grown.
        if each.len() > 4_096 {
            each.retain(|_, places| Arc::strong_count(places) > 1);
        }
        each.entry(who)
            .or_insert_with(|| Arc::new(Semaphore::new(places)))
            .clone()
    }
}

/// The places of one request, given back when its answer is made. Put into the request's extensions, so that extractors
/// can add to it.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<Mutex<Vec<OwnedSemaphorePermit>>>);

impl Places {
    fn keep(&self, permit: OwnedSemaphorePermit) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(permit);
    }
}

/// A place for a request, before it is known whose it is. Strangers share a few for each address.
pub(crate) fn enter_anyone(app: &App, address: IpAddr, stranger: bool) -> Result<Places, ApiError> {
    let places = Places::default();
    let total = app
        .in_flight
        .total
        .clone()
        .try_acquire_owned()
        .map_err(|_| ApiError::from(ServiceError::Busy(1)))?;
    places.keep(total);
    if stranger && !address.is_loopback() {
        let own = app.in_flight.of(Who::Address(network(address)), PER_ADDRESS);
        places.keep(own.try_acquire_owned().map_err(|_| too_many())?);
    }
    Ok(places)
}

/// A place among those of the caller.
pub(crate) async fn enter(parts: &Parts, app: &App, caller: &Caller) -> Result<(), ApiError> {
    let Some(places) = parts.extensions.get::<Places>() else {
        return Ok(());
    };
    let who = [
        Some((Who::User(caller.actor.account_id), PER_USER)),
        caller.actor.token_id.map(|id| (Who::Token(id), PER_TOKEN)),
    ];
    keep(places, app, who.into_iter().flatten()).await
}

/// A place among those of a token of provisioning (SEC-063).
pub(crate) async fn enter_provisioner(parts: &Parts, app: &App, token_id: i64) -> Result<(), ApiError> {
    match parts.extensions.get::<Places>() {
        Some(places) => keep(places, app, [(Who::Provisioner(token_id), PER_TOKEN)]).await,
        None => Ok(()),
    }
}

async fn keep(places: &Places, app: &App, who: impl IntoIterator<Item = (Who, usize)>) -> Result<(), ApiError> {
    for (who, number) in who {
        let own = app.in_flight.of(who, number);
        let permit = tokio::time::timeout(WAIT, own.acquire_owned())
            .await
            .ok()
            .and_then(Result::ok);
        places.keep(permit.ok_or_else(too_many)?);
    }
    Ok(())
}

fn too_many() -> ApiError {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests at once.")
        .with_header(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"))
}

/// One customer has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let segments = address.segments();
            IpAddr::V6(Ipv6Addr::new(
                segments[0],
                segments[1],
                segments[2],
                segments[3],
                0,
                0,
                0,
                0,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_226_places_run_out_and_come_back() {
        let all = InFlight::default();
        let who = Who::Address("192.0.2.7".parse().expect("an address"));
        let places: Vec<_> = (0..PER_ADDRESS)
            .map(|_| all.of(who, PER_ADDRESS).try_acquire_owned())
            .collect();
        assert!(places.iter().all(Result::is_ok));
        assert!(all.of(who, PER_ADDRESS).try_acquire_owned().is_err());
        drop(places);
        assert!(all.of(who, PER_ADDRESS).try_acquire_owned().is_ok());
    }

    #[test]
    fn sec_226_unused_entries_are_swept_out() {
        let all = InFlight::default();
        for id in 0..10_000 {
            all.of(Who::User(id), PER_USER);
        }
        assert!(all.each.lock().expect("not poisoned").len() <= 4_097);
    }
}
