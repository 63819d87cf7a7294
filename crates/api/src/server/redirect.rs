//! What plain HTTP gets where TLS is spoken (SEC-007): pages lead to the public address, never to the `Host` that was
//! sent. The API does not, so that a client with the wrong scheme notices before it sends its token a second time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, StatusCode, header};

use crate::ApiError;

/// Answers to an ACME server that asks by HTTP whether a name is ours (RFC 8555 §8.3), by their tokens.
pub type Challenges = Arc<RwLock<HashMap<String, String>>>;

/// The way to the port with TLS. Cheap to clone.
#[derive(Clone)]
pub struct Redirect {
    /// `https://labels.example`.
    origin: Arc<str>,
    challenges: Challenges,
}

impl Redirect {
    /// Leads to this origin.
    pub fn new(origin: &str, challenges: Challenges) -> Redirect {
        Redirect {
            origin: origin.into(),
            challenges,
        }
    }

    pub(crate) fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path();
        if let Some(token) = path.strip_prefix("/.well-known/acme-challenge/") {
            let challenges = self.challenges.read().unwrap_or_else(PoisonError::into_inner);
            return match challenges.get(token) {
                Some(answer) => answer.clone().into_response(),
                None => StatusCode::NOT_FOUND.into_response(),
            };
        }
        elsewhere(&self.origin, request)
    }
}

/// Leads a request that came without TLS to the public origin, or refuses it.
pub(crate) fn elsewhere(origin: &str, request: &Request) -> Response {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let by_program = ["/api/", "/scim/"].iter().any(|prefix| path.starts_with(prefix))
        || request.headers().contains_key(header::AUTHORIZATION)
        || request.headers().contains_key("x-api-key");
    let target = request.uri().path_and_query().map_or("/", |whole| whole.as_str());
    match HeaderValue::from_str(&format!("{origin}{target}")) {
        Ok(target) if reads && !by_program => {
            let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
            response.headers_mut().insert(header::LOCATION, target);
            response
        }
        _ => ApiError::forbidden(format!("This server is reached over TLS only: {origin}")).into_response(),
    }
}
