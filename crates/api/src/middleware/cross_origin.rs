//! Pages of other origins (SEC-049 to SEC-051). Without settings no page but ours reads an answer. Origins that are listed get
//! the headers by which browsers let them, as they are and never as `*`; cookies only where the installation says so, and only
//! for origins that are written out.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use regex_automata::meta::Regex;
use regex_automata::{Anchored, Input};

use crate::extract::PublicUrl;
use crate::{ApiError, App};

/// What browsers let pages of other origins do.
#[derive(Debug, Clone, Default)]
pub struct CrossOrigin {
    /// `CORS_ALLOWED_ORIGINS`, exactly as browsers send them.
    pub origins: Vec<String>,
    /// `CORS_ALLOWED_ORIGIN_REGEXES`, of which one must match the whole origin.
    pub patterns: Vec<Regex>,
    /// Whether requests of the written out origins may carry our cookies (`CORS_ALLOW_CREDENTIALS`).
    pub credentials: bool,
}

/// A pattern of whole origins, matched in linear time; none when it cannot be read.
pub fn origin_pattern(text: &str) -> Option<Regex> {
    // Its end is part of it: the leftmost match might be a shorter one.
    Regex::new(&format!("(?:{text})$")).ok()
}

impl CrossOrigin {
    fn names(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
    }

    fn has(&self, origin: &str) -> bool {
        let whole = |pattern: &Regex| pattern.is_match(Input::new(origin).anchored(Anchored::Yes));
        // A page without an origin of its own, in a sandbox or a file, is nobody.
        origin != "null" && (self.names(origin) || self.patterns.iter().any(whole))
    }

    fn is_used(&self) -> bool {
        !self.origins.is_empty() || !self.patterns.is_empty()
    }
}

/// What a browser sends before a request that a form could not make.
const METHOD: &str = "access-control-request-method";
/// Headers of requests that pages of other origins may send.
const TAKEN: &str =
    "accept, authorization, content-type, idempotency-key, if-match, if-none-match, range, x-api-key, x-csrftoken";
/// Headers of answers that they may read besides the few that all may.
const SHOWN: &str = "content-disposition, content-range, etag, link, location, retry-after, x-request-id";

/// Marks a request that asks for permission only: nobody has to prove who they are for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preflight;

/// What the answer to a request says to browsers.
pub(crate) struct Permission {
    /// The origin, when it is one of the list.
    granted: Option<HeaderValue>,
    credentials: bool,
    /// The method that is asked for in advance.
    preflight: Option<Method>,
}

/// What is to be said; none where no origin is listed, and on pages, which nobody else reads.
pub(crate) fn ask(app: &App, request: &mut Request) -> Option<Permission> {
    let settings = &app.settings.cross_origin;
    let path = request.uri().path();
    let is_data = ["/api/", "/data/", "/storage-data/", "/tasks/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    if !settings.is_used() || !is_data {
        return None;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let text = origin
        .as_ref()
        .and_then(|origin| origin.to_str().ok())
        .unwrap_or_default();
    let granted = settings.has(text);
    let credentials = granted && settings.credentials && settings.names(text);
    let wanted = request.headers().get(METHOD).and_then(|method| method.to_str().ok());
    let preflight = match granted && request.method() == Method::OPTIONS {
        true => wanted.and_then(|method| method.parse().ok()),
        false => None,
    };
    if preflight.is_some() {
        request.extensions_mut().insert(Preflight);
    }
    Some(Permission {
        granted: origin.filter(|_| granted),
        credentials,
        preflight,
    })
}

impl Permission {
    /// The answer with what browsers are to know.
    pub(crate) fn say(self, mut response: Response) -> Response {
        if let Some(method) = &self.preflight {
            let allowed = response.headers_mut().remove(header::ALLOW);
            let takes = allowed
                .as_ref()
                .and_then(|allowed| allowed.to_str().ok())
                .unwrap_or_default();
            if !takes.split(',').any(|known| known.trim() == method.as_str()) {
                return response;
            }
            let mut answer = StatusCode::NO_CONTENT.into_response();
            let headers = answer.headers_mut();
            headers.extend(allowed.map(|allowed| (header::ACCESS_CONTROL_ALLOW_METHODS, allowed)));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(TAKEN));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
            response = answer;
        }
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.granted {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.preflight.is_none() {
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(SHOWN));
            }
            if self.credentials {
                headers.insert(
                    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                    HeaderValue::from_static("true"),
                );
            }
        }
        response
    }
}

/// An answer that lasts is begun for our own pages and for origins that are listed, before anybody is asked who they are
/// (SEC-051). What is no browser names no origin.
pub(crate) fn guard_live(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or("null");
    if origin == PublicUrl::of(headers, app).origin || app.settings.cross_origin.has(origin) {
        return Ok(());
    }
    Err(ApiError::forbidden("Pages of this origin may not listen here."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_049_an_origin_is_listed_as_a_whole_or_not_at_all() {
        let listed = CrossOrigin {
            origins: vec!["https://a.example".to_owned()],
            patterns: vec![
                origin_pattern(r"https://\w+\.b\.example").expect("a pattern"),
                origin_pattern("https://c|https://c.example").expect("a pattern"),
                origin_pattern("nul").expect("a pattern"),
            ],
            credentials: true,
        };
        for origin in [
            "https://a.example",
            "https://x.b.example",
            "https://c",
            "https://c.example",
        ] {
            assert!(listed.has(origin), "{origin}");
        }
        for origin in [
            "",
            "null",
            "*",
            "http://a.example",
            "https://a.example:8443",
            "https://a.example.evil.example",
            "https://evil.example/https://a.example",
            "https://A.example",
            "https://x.b.example.evil.example",
            "https://evil.example#https://x.b.example",
            "https://b.example",
        ] {
            assert!(!listed.has(origin), "{origin}");
        }
        assert!(origin_pattern("(").is_none());
    }
}
