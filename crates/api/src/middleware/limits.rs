//! How much may run at once (SEC-226), so that one client cannot take the server from the others.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{Extensions, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use labelkeep_services::ServiceError;
use labelkeep_services::accounts::Caller;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{ApiError, App};

const TOTAL: usize = 1_024;
/// Kept for signing in, when all other places are taken.
const RESERVE: usize = 32;
const PER_USER: usize = 32;
const PER_TOKEN: usize = 16;
/// Files and exports, which last as long as their reader takes.
const MEDIA_PER_USER: usize = 128;
/// Answers that last (SEC-231).
const LIVE_PER_USER: usize = 20;
const PER_ADDRESS: usize = 8;
/// How many may wait for a place, for each place: a client that asks without end must not fill the server with its waiting.
const LINE: usize = 4;
/// How long a request over a limit of its own user or token waits for a place.
const WAIT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    User(i64),
    /// What a user downloads.
    Media(i64),
    /// Answers that last, of a user.
    Live(i64),
    Token(i64),
    /// A token of provisioning.
    Provisioner(i64),
    /// Strangers of an address.
    Address(IpAddr),
    /// Those of an address who say that they are known, until it is found true.
    Claims(IpAddr),
}

impl Who {
    fn places(self) -> usize {
        match self {
            Who::User(_) => PER_USER,
            Who::Media(_) => MEDIA_PER_USER,
            Who::Live(_) => LIVE_PER_USER,
            Who::Token(_) | Who::Provisioner(_) => PER_TOKEN,
            Who::Address(_) | Who::Claims(_) => PER_ADDRESS,
        }
    }

    /// How many may wait. A house of many people may share one address, and all may come back at once.
    fn line(self) -> usize {
        match self {
            Who::Live(_) | Who::Address(_) => 0,
            Who::Claims(_) => 32 * PER_ADDRESS,
            _ => LINE * self.places(),
        }
    }
}

/// What a request is for, by its path: each kind has places of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usual,
    Media,
    Live,
}

impl Kind {
    fn of(path: &str) -> Kind {
        let below = |folder: &str| path.starts_with(folder);
        if is_live(path) {
            Kind::Live
        } else if below("/data/")
            || below("/storage-data/")
            || below("/templates/media/")
            || path.ends_with("/resolve/")
            || path.ends_with("/presign/")
            || path.ends_with("/export")
            || path.ends_with("/export/")
            || path.ends_with("/download")
            || path.ends_with("/download/")
        {
            Kind::Media
        } else {
            Kind::Usual
        }
    }
}

/// Whether the answer to this path lasts as long as somebody listens.
pub(crate) fn is_live(path: &str) -> bool {
    path.trim_end_matches('/') == "/api/dm/events"
}

/// The places of somebody, and of those who wait for one.
#[derive(Debug)]
struct Room {
    places: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

impl Room {
    /// A place, after a while if need be; none when there is none in time, or too many wait.
    async fn enter(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Some(place);
        }
        let _waiting = self.line.try_acquire().ok()?;
        let coming = self.places.clone().acquire_owned();
        tokio::time::timeout(patience, coming).await.ok().and_then(Result::ok)
    }
}

/// Places that are taken now.
pub(crate) struct InFlight {
    total: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    each: Mutex<HashMap<Who, Arc<Room>>>,
}

impl Default for InFlight {
    fn default() -> Self {
        InFlight {
            total: Arc::new(Semaphore::new(TOTAL)),
            reserve: Arc::new(Semaphore::new(RESERVE)),
            each: Mutex::default(),
        }
    }
}

impl InFlight {
    fn of(&self, who: Who) -> Arc<Room> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that nobody uses any more go when the table has grown.
        if each.len() > 4_096 {
            each.retain(|_, room| Arc::strong_count(room) > 1 || Arc::strong_count(&room.places) > 1);
        }
        let new = || {
            Arc::new(Room {
                places: Arc::new(Semaphore::new(who.places())),
                line: Arc::new(Semaphore::new(who.line())),
            })
        };
        each.entry(who).or_insert_with(new).clone()
    }
}

/// What somebody brings who comes to the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Asks for what every server must have left: health, the built files.
    Reserved,
    /// Brings nothing that could prove anything.
    Stranger,
    /// The same, on the page where people sign in.
    SignIn,
    /// Brings a credential, which may be worth nothing: a stranger until it is found good.
    Claims,
}

/// The places of one request, given back when its answer is made, or read where it lasts. Put into the request's extensions,
/// so that extractors can add to it.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    /// Of all.
    total: Option<OwnedSemaphorePermit>,
    /// Among the strangers of its address.
    stranger: Option<OwnedSemaphorePermit>,
    own: Vec<OwnedSemaphorePermit>,
}

impl Places {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who was a stranger is known now.
    fn is_known(&self) {
        self.held().stranger = None;
    }

    /// Keeps the caller's own places until a body that is made while it is sent is read or given up, so that slow readers use
    /// up their own places and nobody else's. The place among all is given back.
    pub(crate) fn until_sent(self, response: Response) -> Response {
        self.held().total = None;
        if response.body().size_hint().exact().is_some() {
            return response;
        }
        response.map(|body| Body::new(Holding { body, _places: self }))
    }
}

/// A place for a request, before it is known whose it is. Strangers share a few for each address, and so do those who say that
/// they are none until that is verified: otherwise a word in a header would open the server to everybody.
pub(crate) async fn enter_anyone(app: &App, address: IpAddr, arrival: Arrival) -> Result<Places, ApiError> {
    let places = Places::default();
    if !address.is_loopback() {
        let address = network(address);
        let stranger = match arrival {
            Arrival::Reserved => None,
            Arrival::Stranger | Arrival::SignIn => Some(Who::Address(address)),
            Arrival::Claims => Some(Who::Claims(address)),
        };
        if let Some(who) = stranger {
            // Before the place among all: who waits here takes nothing from others.
            let place = app.in_flight.of(who).enter(WAIT).await;
            places.held().stranger = Some(place.ok_or_else(too_many)?);
        }
    }
    let total = app.in_flight.total.clone().try_acquire_owned();
    let total = match total {
        Err(_) if arrival == Arrival::SignIn => app.in_flight.reserve.clone().try_acquire_owned(),
        total => total,
    };
    match total {
        Ok(total) => places.held().total = Some(total),
        Err(_) if arrival == Arrival::Reserved => {}
        Err(_) => return Err(ServiceError::Busy(1).into()),
    }
    Ok(places)
}

/// A place among those of the caller, whose credential was found good.
pub(crate) async fn enter(parts: &Parts, app: &App, caller: &Caller) -> Result<(), ApiError> {
    let Some(places) = parts.extensions.get::<Places>() else {
        return Ok(());
    };
    let id = caller.actor.account_id;
    match Kind::of(parts.uri.path()) {
        Kind::Media => keep(places, app, [Who::Media(id)]).await,
        Kind::Live => keep(places, app, [Who::Live(id)]).await,
        Kind::Usual => {
            let token = caller.actor.token_id.map(Who::Token);
            keep(places, app, std::iter::once(Who::User(id)).chain(token)).await
        }
    }
}

/// A place among those for what somebody downloads, who has brought a link to it.
pub(crate) async fn enter_reader(extensions: &Extensions, app: &App, account_id: i64) -> Result<(), ApiError> {
    match extensions.get::<Places>() {
        Some(places) => keep(places, app, [Who::Media(account_id)]).await,
        None => Ok(()),
    }
}

/// A place among those of a token of provisioning (SEC-063).
pub(crate) async fn enter_provisioner(parts: &Parts, app: &App, token_id: i64) -> Result<(), ApiError> {
    match parts.extensions.get::<Places>() {
        Some(places) => keep(places, app, [Who::Provisioner(token_id)]).await,
        None => Ok(()),
    }
}

async fn keep(places: &Places, app: &App, who: impl IntoIterator<Item = Who>) -> Result<(), ApiError> {
    places.is_known();
    for who in who {
        let place = app.in_flight.of(who).enter(WAIT).await.ok_or_else(too_many)?;
        places.held().own.push(place);
    }
    Ok(())
}

fn too_many() -> ApiError {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests at once.")
        .with_header(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"))
}

/// A body that holds places.
struct Holding {
    body: Body,
    _places: Places,
}

impl http_body::Body for Holding {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
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

    #[tokio::test]
    async fn sec_226_places_run_out_and_come_back() {
        let all = InFlight::default();
        let who = Who::Address("192.0.2.7".parse().expect("an address"));
        let mut places = Vec::new();
        for _ in 0..PER_ADDRESS {
            places.push(all.of(who).enter(WAIT).await.expect("a place"));
        }
        assert!(all.of(who).enter(WAIT).await.is_none(), "strangers do not wait");
        drop(places);
        assert!(all.of(who).enter(WAIT).await.is_some());
    }

    #[tokio::test]
    async fn sec_226_people_wait_a_while_and_not_without_end() {
        let all = Arc::new(InFlight::default());
        let who = Who::Token(7);
        let mut places = Vec::new();
        for _ in 0..PER_TOKEN {
            places.push(all.of(who).enter(WAIT).await.expect("a place"));
        }
        let waiting: Vec<_> = (0..LINE * PER_TOKEN)
            .map(|_| {
                let all = all.clone();
                tokio::spawn(async move { all.of(who).enter(WAIT).await.is_some() })
            })
            .collect();
        while all.of(who).line.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(
            all.of(who).enter(WAIT).await.is_none(),
            "the line is full, and nothing is waited for"
        );
        // One comes out: one of those that wait goes in and out again, and so on.
        places.pop();
        for task in waiting {
            assert!(task.await.expect("no panic"), "each gave its place to the next");
        }
        places.push(all.of(who).enter(WAIT).await.expect("a place"));
        assert!(
            all.of(who).enter(Duration::from_millis(20)).await.is_none(),
            "nobody goes"
        );
    }

    #[tokio::test]
    async fn sec_226_unused_entries_are_swept_out_and_used_ones_stay() {
        let all = InFlight::default();
        let held = all.of(Who::User(-1)).enter(WAIT).await.expect("a place");
        for id in 0..10_000 {
            all.of(Who::User(id));
        }
        assert!(all.each.lock().expect("not poisoned").len() <= 4_097);
        assert_eq!(all.of(Who::User(-1)).places.available_permits(), PER_USER - 1);
        drop(held);
    }

    #[test]
    fn sec_226_sec_231_files_and_answers_that_last_have_places_of_their_own() {
        for (path, kind) in [
            ("/api/tasks/1/", Kind::Usual),
            ("/api/projects/1/exports/", Kind::Usual),
            ("/api/projects/1/next/", Kind::Usual),
            ("/data/upload/1/a.png", Kind::Media),
            ("/storage-data/uploaded/", Kind::Media),
            ("/api/projects/1/export", Kind::Media),
            ("/api/projects/1/exports/2/download", Kind::Media),
            ("/api/dm/events/", Kind::Live),
        ] {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
