//! Every routed request in the audit log (SEC-216): this layer knows the request, services know what they did, and what no
//! service records is recorded here. It stands around all routes, so that a new one cannot be forgotten.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, header};
use labelkeep_services::audit::{self, Answer, Kind, RequestFacts};
use labelkeep_services::statistics::{self, Event};

use crate::extract::ClientAddress;
use crate::{ApiError, App};

/// Writes that are gathered by minute: what they change the next one replaces, or they change nothing.
const PASSING: &[&str] = &[
    "/drafts",
    "/validate/",
    "/sample-task/",
    "/api/token/refresh/",
    "/__lsa/",
    "/visits/",
];
/// Reads that show task data.
const VIEWS: &[&str] = &[
    "/api/tasks/",
    "/api/dm/",
    "/api/annotations/",
    "/api/drafts/",
    "/api/predictions/",
    "/api/projects/{id}/tasks/",
    "/api/projects/{id}/next/",
    "/api/projects/{id}/neighbour/",
];
/// Reads that hand out files that somebody brought, or lead to them.
const DOWNLOADS: &[&str] = &[
    "/data/upload/",
    "/storage-data/",
    "/data/local-files/",
    "/tasks/{id}/resolve/",
    "/tasks/{id}/presign/",
    "/projects/{id}/resolve/",
    "/projects/{id}/presign/",
];

/// Answers the request and sees that it is recorded.
pub(crate) async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
    let facts = facts(&request);
    let kind = kind(request.method(), &facts.route);
    let object = object(&facts.route, request.uri().path());
    let with_token = has_token(request.headers());
    let path = page(&request);
    let mut pending = Pending {
        app: &app,
        facts: &facts,
        // Only what may have changed something is worth an entry when nobody waits for the answer.
        object: matches!(kind, Kind::Write | Kind::Passing).then(|| object.clone()),
    };
    let response = facts.clone().scope(next.run(request)).await;
    let status = response.status();
    let answer = Answer {
        kind,
        status: status.as_u16(),
        object,
        with_token,
    };
    let recorded = audit::answered(&app.services, &facts, answer).await;
    pending.object = None;
    if let Err(error) = recorded {
        // The change is made, but nobody is told that it is before it is in the log.
        return ApiError::from(error).into_response();
    }
    count(&app, &facts, path.as_deref(), &response);
    response
}

/// Notes that the request was broken off, unless its answer was seen.
struct Pending<'a> {
    app: &'a App,
    facts: &'a Arc<RequestFacts>,
    object: Option<String>,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(object) = self.object.take() {
            audit::broken_off(&self.app.services, self.facts, object);
        }
    }
}

fn facts(request: &Request) -> Arc<RequestFacts> {
    let extensions = request.extensions();
    let route = extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let address = extensions
        .get::<ClientAddress>()
        .map_or([127, 0, 0, 1].into(), |address| address.0);
    let agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    RequestFacts::new(word(request.method()), route, agent, address)
}

fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}

fn kind(method: &Method, route: &str) -> Kind {
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| route.starts_with(prefix));
    match *method {
        Method::GET if is(DOWNLOADS) => Kind::Download,
        Method::GET if is(VIEWS) => Kind::View,
        Method::GET | Method::HEAD | Method::OPTIONS => Kind::Read,
        _ if PASSING.iter().any(|part| route.contains(part)) => Kind::Passing,
        _ => Kind::Write,
    }
}

/// `task:42` for `/api/tasks/{id}/…`: the first number of the path, named by what stands before it.
fn object(route: &str, path: &str) -> String {
    let parts: Vec<(&str, &str)> = route.split('/').zip(path.split('/')).collect();
    let found = parts.windows(2).find(|pair| {
        pair[1].0.starts_with('{') && !pair[1].1.is_empty() && pair[1].1.bytes().all(|byte| byte.is_ascii_digit())
    });
    found.map_or_else(String::new, |pair| {
        let (name, id) = (pair[0].0, pair[1].1);
        format!("{}:{}", name.strip_suffix('s').unwrap_or(name), &id[..id.len().min(20)])
    })
}

fn has_token(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

/// The path, where it may be one of a page.
fn page(request: &Request) -> Option<String> {
    let path = request.uri().path();
    let may_be = *request.method() == Method::GET && !path.starts_with("/api/") && path != "/frame.html";
    may_be.then(|| path.to_owned())
}

/// Counts visits and work.
fn count(app: &App, facts: &RequestFacts, page: Option<&str>, response: &Response) {
    let Some(identity) = facts.identity() else { return };
    let event = match (page, response.status()) {
        (Some(path), StatusCode::OK) if is_html(response.headers()) => Event::Page(statistics::page_of(path)),
        (_, StatusCode::CREATED) if facts.method == "POST" && &*facts.route == "/api/tasks/{id}/annotations/" => {
            Event::Annotation
        }
        _ => return,
    };
    statistics::count(&app.services, identity.organization_id, event);
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_the_first_number_of_the_path() {
        assert_eq!(
            object("/api/tasks/{id}/annotations/", "/api/tasks/42/annotations/"),
            "task:42"
        );
        assert_eq!(
            object(
                "/api/organizations/{id}/memberships/{user_id}/",
                "/api/organizations/1/memberships/2/"
            ),
            "organization:1"
        );
        assert_eq!(object("/api/tasks/", "/api/tasks/"), "");
        assert_eq!(object("/api/samples/{slug}/", "/api/samples/ada@example.com/"), "");
    }

    #[test]
    fn sec_218_views_and_drafts_are_gathered_and_other_writes_are_not() {
        assert_eq!(kind(&Method::GET, "/api/tasks/{id}/"), Kind::View);
        assert_eq!(kind(&Method::GET, "/api/projects/{id}/"), Kind::Read);
        assert_eq!(kind(&Method::GET, "/data/upload/{project}/{name}"), Kind::Download);
        assert_eq!(kind(&Method::PATCH, "/api/drafts/{id}/"), Kind::Passing);
        assert_eq!(kind(&Method::POST, "/api/tasks/{id}/drafts"), Kind::Passing);
        assert_eq!(kind(&Method::DELETE, "/api/tasks/{id}/"), Kind::Write);
    }
}
