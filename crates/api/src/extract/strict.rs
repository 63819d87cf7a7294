//! `?strict=true` on writes: what the body has and is not taken is an error that names it (SEC-119).

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;
use labelkeep_services::Invalid;
use labelkeep_services::access::Granted;
use serde::Deserialize;

use super::query::pairs;
use crate::wire::{Extra, UNREAD, read_fields};
use crate::{ApiError, App};

/// Whether the request is strict. The extractors of bodies look by themselves; a handler asks for it where a property
/// depends on the caller's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strict(pub bool);

#[derive(Deserialize)]
struct StrictQuery {
    #[serde(default)]
    strict: Option<bool>,
}

impl Strict {
    /// What the address says.
    pub(super) fn of(uri: &Uri) -> Result<Strict, ApiError> {
        let query = uri.query().unwrap_or_default();
        if !query.contains("strict") {
            return Ok(Strict(false));
        }
        let read: StrictQuery = read_fields(&pairs(query), Extra::Ignored)?;
        Ok(Strict(read.strict.unwrap_or(false)))
    }

    /// What becomes of properties that the body's structure does not read.
    pub(crate) fn extra(self) -> Extra {
        if self.0 { Extra::Refused } else { Extra::Ignored }
    }

    /// 400 with the names of those properties that are `given` and not the caller's to write.
    pub(crate) fn check<T>(self, granted: &Granted<T>, kind: &str, given: &[(&str, bool)]) -> Result<(), ApiError> {
        let mut wrong = Invalid::default();
        let mut any = false;
        for (name, _) in given
            .iter()
            .filter(|(name, given)| self.0 && *given && !granted.may_write(kind, name))
        {
            wrong.add(name, UNREAD);
            any = true;
        }
        if any { Err(wrong.into()) } else { Ok(()) }
    }
}

impl FromRequestParts<App> for Strict {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Strict::of(&parts.uri)
    }
}
