//! What no service records itself: the layer around the routes hands each answered request here, so that no write is missed.

use labelkeep_store::audit::{self as store, Entry, Origin, Outcome, Request};

use super::buffer::Same;
use crate::{Result, Services};

/// What kind of request it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It changes something.
    Write,
    /// It changes only what the next one replaces (drafts, a renewed access token), or checks something without changing it:
    /// gathered by minute.
    Passing,
    /// It shows task data.
    View,
    /// It hands out a file that somebody brought.
    Download,
    /// It reads something else.
    Read,
}

/// An answer that is about to go out.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What kind of request it was.
    pub kind: Kind,
    /// The status.
    pub status: u16,
    /// The object of the path (`kind:id`), where nothing that the request reached says more.
    pub object: String,
    /// Whether the request brought a token.
    pub with_token: bool,
}

/// Records what is not recorded yet. A write is on disk when this returns; everything else is written within a second.
pub async fn answered(services: &Services, request: &Request, answer: Answer) -> Result<()> {
    let changes = matches!(answer.kind, Kind::Write | Kind::Passing);
    let outcome = match answer.status {
        ..=399 => Outcome::Ok,
        401 | 403 => Outcome::Denied,
        _ => Outcome::Failed,
    };
    let action = match (outcome, answer.kind) {
        // What a service has recorded says more, also about a failure (`login.failed`).
        _ if request.is_recorded() && answer.status < 500 => return Ok(()),
        (Outcome::Ok, Kind::Write | Kind::Passing) => "request",
        // 304 and the like show nothing new.
        (Outcome::Ok, Kind::View) if answer.status < 300 => "data.view",
        // 303: a link to the store itself (SEC-189).
        (Outcome::Ok, Kind::Download) if answer.status < 300 || answer.status == 303 => "file.download",
        // A page that asks again after its session has ended is everyday life; a token that is not valid is not.
        (Outcome::Denied, _) if changes || answer.status == 403 || answer.with_token => "request.denied",
        (Outcome::Failed, _) if changes => "request.failed",
        _ => return Ok(()),
    };
    let same = same(request, action, outcome, Some(i64::from(answer.status)), answer.object);
    let now = services.now();
    if outcome == Outcome::Ok && answer.kind == Kind::Write {
        let (address, agent) = visitor(request);
        let entry = Entry {
            origin: Origin {
                address,
                ..request.origin()
            },
            action,
            object: same.object,
            project_id: same.project_id,
            method: Some(same.method),
            route: Some(request.route.to_string()),
            status: same.status,
            agent,
            outcome,
            detail: request.attributed("{}").into_owned(),
            at: now,
        };
        let write = services
            .db
            .write(move |tx| Box::pin(async move { store::insert(tx, vec![entry]).await }));
        return Ok(write.await?);
    }
    let (_, agent) = visitor(request);
    services.audit.buffer.add(same, &request.route, agent.as_deref(), now);
    Ok(())
}

/// Address and agent as entries keep them.
fn visitor(request: &Request) -> (String, Option<String>) {
    match request.identity().and_then(|identity| identity.account_id) {
        Some(id) => (request.client(id).as_deref().unwrap_or_default().to_owned(), None),
        None => (request.address.to_string(), Some(request.agent.to_string())),
    }
}

/// A change whose client went away, or that took too long, before it was answered: it may have been made.
pub fn broken_off(services: &Services, request: &Request, object: String) {
    if !request.is_recorded() {
        let same = same(request, "request.failed", Outcome::Failed, None, object);
        let (_, agent) = visitor(request);
        services
            .audit
            .buffer
            .add(same, &request.route, agent.as_deref(), services.now());
    }
}

fn same(request: &Request, action: &'static str, outcome: Outcome, status: Option<i64>, of_path: String) -> Same {
    let identity = request.identity();
    Same {
        organization_id: identity.map(|identity| identity.organization_id),
        account_id: identity.and_then(|identity| identity.account_id),
        token_id: identity.and_then(|identity| identity.token_id),
        address: visitor(request).0.into(),
        action,
        object: request.object().map_or(of_path, |(kind, id)| format!("{kind}:{id}")),
        project_id: request.project_id(),
        method: request.method,
        apart: if action == "data.view" {
            "".into()
        } else {
            request.route.clone()
        },
        status,
        outcome,
    }
}
