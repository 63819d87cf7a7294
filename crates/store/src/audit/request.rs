//! What the log knows about the request that is being answered. It travels with the task that answers, and through
//! [`crate::Db::write`] into the transaction, so that no service has to hand it on and none can forget it.

use std::borrow::Cow;
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Origin;

tokio::task_local! {
    static CURRENT: Arc<Request>;
}

/// Who the caller has proven to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The tenant.
    pub organization_id: i64,
    /// The account; none when no person calls.
    pub account_id: Option<i64>,
    /// The API token, if one was used.
    pub token_id: Option<i64>,
    /// Who calls when it is no person: `scim`.
    pub actor: Option<&'static str>,
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The template of its path: no ids, no query.
    pub route: Box<str>,
    /// The client's `User-Agent`: at most 256 characters, none of them a control character.
    pub agent: Box<str>,
    /// The client's address.
    pub address: IpAddr,
    identity: OnceLock<Identity>,
    /// How the log names this client, and whose it is.
    client: Mutex<Option<(i64, Arc<str>)>>,
    /// The object that was reached last, as kind and id.
    object: Mutex<Option<(&'static str, i64)>>,
    /// Its project; 0 for none.
    project: AtomicI64,
    /// A transaction that is not committed yet has written an entry.
    pending: AtomicBool,
    recorded: AtomicBool,
}

impl Request {
    /// A request of somebody who is not known yet.
    pub fn new(method: &'static str, route: &str, agent: &str, address: IpAddr) -> Arc<Request> {
        Arc::new(Request {
            method,
            route: route.into(),
            agent: clean(agent),
            address,
            identity: OnceLock::new(),
            client: Mutex::default(),
            object: Mutex::default(),
            project: AtomicI64::new(0),
            pending: AtomicBool::new(false),
            recorded: AtomicBool::new(false),
        })
    }

    /// Runs the work that answers it.
    pub async fn scope<T>(self: Arc<Self>, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Notes who calls, for the request that runs now.
    pub fn identify(identity: Identity) {
        let _ = CURRENT.try_with(|request| request.identity.set(identity));
    }

    /// Notes how the log names the client of the request that runs now: it is the account's, and what is known of it lies
    /// encrypted beside the log.
    pub fn introduce(account_id: i64, client: Arc<str>) {
        let _ = CURRENT.try_with(|request| {
            *request.client.lock().unwrap_or_else(PoisonError::into_inner) = Some((account_id, client));
        });
    }

    /// How the log names the client as this account's.
    pub fn client(&self, account_id: i64) -> Option<Arc<str>> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        client
            .as_ref()
            .filter(|(id, _)| *id == account_id)
            .map(|(_, client)| client.clone())
    }

    /// Address and agent of the request that runs now.
    pub fn visitor() -> Option<(IpAddr, Box<str>)> {
        CURRENT
            .try_with(|request| (request.address, request.agent.clone()))
            .ok()
    }

    /// Notes what the request that runs now has reached: the caller sees it, whether or not the action is allowed.
    pub fn reached(kind: &'static str, id: i64, project_id: i64) {
        let _ = CURRENT.try_with(|request| {
            *request.object.lock().unwrap_or_else(PoisonError::into_inner) = Some((kind, id));
            request.project.store(project_id, Ordering::Relaxed);
        });
    }

    /// Who calls, once it is known.
    pub fn identity(&self) -> Option<Identity> {
        self.identity.get().copied()
    }

    /// What an entry says about who acts when it is no person, put into its detail (a JSON object).
    pub fn attributed<'a>(&self, detail: &'a str) -> Cow<'a, str> {
        let Some(actor) = self.identity().and_then(|identity| identity.actor) else {
            return Cow::Borrowed(detail);
        };
        match detail.strip_prefix('{') {
            Some("}") => Cow::Owned(format!("{{\"actor\":\"{actor}\"}}")),
            Some(rest) => Cow::Owned(format!("{{\"actor\":\"{actor}\",{rest}")),
            None => Cow::Borrowed(detail),
        }
    }

    /// What was reached last.
    pub fn object(&self) -> Option<(&'static str, i64)> {
        *self.object.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The project of what was reached last.
    pub fn project_id(&self) -> Option<i64> {
        Some(self.project.load(Ordering::Relaxed)).filter(|id| *id != 0)
    }

    /// Whether a transaction that is committed has recorded it.
    pub fn is_recorded(&self) -> bool {
        self.recorded.load(Ordering::Acquire)
    }

    /// Who acts, as far as it is known.
    pub fn origin(&self) -> Origin {
        let identity = self.identity();
        Origin {
            organization_id: identity.map(|identity| identity.organization_id),
            account_id: identity.and_then(|identity| identity.account_id),
            token_id: identity.and_then(|identity| identity.token_id),
            address: self.address.to_string(),
            claimed: None,
        }
    }

    pub(super) fn note_record(&self) {
        self.pending.store(true, Ordering::Release);
    }

    /// A transaction has ended.
    pub(crate) fn ended(&self, committed: bool) {
        if self.pending.swap(false, Ordering::AcqRel) && committed {
            self.recorded.store(true, Ordering::Release);
        }
    }
}

/// The request that runs now.
pub(crate) fn current() -> Option<Arc<Request>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// The work with the request that runs now, for a task of its own: what it records names the request, and is not recorded
/// once more by the layer.
pub fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    inside(current(), work)
}

/// Runs a part of the request's work in another task.
pub(crate) async fn inside<T>(request: Option<Arc<Request>>, work: impl Future<Output = T>) -> T {
    match request {
        Some(request) => CURRENT.scope(request, work).await,
        None => work.await,
    }
}

fn clean(agent: &str) -> Box<str> {
    if agent.len() <= 256 && !agent.chars().any(char::is_control) {
        return agent.into();
    }
    agent
        .chars()
        .filter(|c| !c.is_control())
        .take(256)
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_214_the_agent_has_no_line_breaks_and_an_end() {
        assert_eq!(&*clean("curl/8\r\nforged: entry\u{7}"), "curl/8forged: entry");
        assert_eq!(clean(&"é".repeat(10_000)).chars().count(), 256);
        assert_eq!(&*clean("curl/8"), "curl/8");
    }

    #[tokio::test]
    async fn sec_217_only_a_commit_counts_as_recorded() {
        let request = Request::new("POST", "/api/tasks/", "", IpAddr::from([127, 0, 0, 1]));
        request.note_record();
        request.ended(false);
        assert!(!request.is_recorded());
        request.ended(true);
        assert!(!request.is_recorded(), "the second transaction has written nothing");
        request.note_record();
        request.ended(true);
        assert!(request.is_recorded());
        assert_eq!((request.identity(), request.project_id()), (None, None));
        assert_eq!(request.attributed("{}"), "{}");
        let _ = request.identity.set(Identity {
            organization_id: 1,
            account_id: None,
            token_id: None,
            actor: Some("scim"),
        });
        assert_eq!(request.attributed("{}"), r#"{"actor":"scim"}"#);
        assert_eq!(request.attributed(r#"{"a":1}"#), r#"{"actor":"scim","a":1}"#);
        request.clone().scope(async { Request::reached("task", 42, 7) }).await;
        assert_eq!((request.object(), request.project_id()), (Some(("task", 42)), Some(7)));
    }
}
