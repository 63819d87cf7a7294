//! Headers of the save path: which version the client has seen, and which operation this is.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use crate::{ApiError, App};

/// `If-Match: "<revision>"`: the version that the client has seen. Without it the last write wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

/// `Idempotency-Key: <UUID>`: the same operation sent again is answered as the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let Some(text) = single(&parts.headers, &header::IF_MATCH)? else {
            return Ok(IfMatch(None));
        };
        if text == "*" {
            return Ok(IfMatch(None));
        }
        let digits = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        match digits.parse() {
            Ok(revision) => Ok(IfMatch(Some(revision))),
            Err(_) => Err(ApiError::bad_request("If-Match must be the ETag of an earlier answer.")),
        }
    }
}

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let name = header::HeaderName::from_static("idempotency-key");
        let Some(text) = single(&parts.headers, &name)? else {
            return Ok(IdempotencyKey(None));
        };
        match uuid::Uuid::try_parse(text.trim_matches('"')) {
            Ok(key) => Ok(IdempotencyKey(Some(key.to_string()))),
            Err(_) => Err(ApiError::bad_request("Idempotency-Key must be a UUID.")),
        }
    }
}

/// The header, which may be there once.
fn single<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(ApiError::bad_request(format!("{name} is there more than once.")));
    }
    first
        .map(|value| value.to_str().map(str::trim))
        .transpose()
        .map_err(|_| ApiError::bad_request(format!("{name} is not text.")))
}
