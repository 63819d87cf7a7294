//! Cross-site request forgery: a browser sends our cookie along with requests that other sites make. Three checks
//! stand against it: where the browser says the request comes from (SEC-036), a token that other sites cannot read
//! (SEC-035), and `SameSite` on the cookie.

use http::{HeaderMap, header};
use labelkeep_services::accounts::{Caller, CsrfSecret, Proof};

use super::{PublicUrl, cookie, cookie_names};
use crate::{ApiError, App};

/// Where the request comes from, when the browser says so.
pub(crate) fn guard_origin(headers: &HeaderMap, app: &App) -> Result<(), ApiError> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let own = PublicUrl::of(headers, app).origin;
    let trusted = |origin: &str| origin == own || app.settings.csrf_trusted_origins.iter().any(|known| known == origin);
    let site = text("sec-fetch-site");
    // A page without a referrer (its address holds a token, SEC-046) sends "null" as its origin. The browser's own word,
    // which no page can set, says that it is ours.
    let origin = text(header::ORIGIN.as_str()).filter(|origin| !(*origin == "null" && site == Some("same-origin")));
    if origin.is_some_and(|origin| !trusted(origin)) {
        return Err(ApiError::forbidden("CSRF Failed: Origin checking failed."));
    }
    // Another site that is trusted says "cross-site" truthfully; its origin has been checked above.
    if origin.is_none_or(|origin| origin == own) && site.is_some_and(|site| site != "same-origin") {
        return Err(ApiError::forbidden("CSRF Failed: the request comes from another site."));
    }
    Ok(())
}

/// The token of a change that the session cookie authenticates.
pub(super) fn guard_token(headers: &HeaderMap, caller: &Caller) -> Result<(), ApiError> {
    let Proof::Session { csrf, .. } = &caller.proof else {
        return Ok(());
    };
    let token = headers.get("x-csrftoken").and_then(|value| value.to_str().ok());
    match token {
        None => Err(ApiError::forbidden("CSRF Failed: CSRF token missing.")),
        Some(token) if csrf.accepts(token) => Ok(()),
        Some(_) => Err(ApiError::forbidden("CSRF Failed: CSRF token incorrect.")),
    }
}

/// A token for a form that is shown before anybody has signed in (SEC-038): the secret of the cookie, or a fresh one.
pub(crate) fn pre_session_secret(headers: &HeaderMap, app: &App) -> CsrfSecret {
    cookie(headers, cookie_names(app).csrf)
        .and_then(CsrfSecret::unmask)
        .unwrap_or_else(CsrfSecret::random)
}

/// Whether the form's token goes with the cookie's.
pub(crate) fn pre_session_valid(headers: &HeaderMap, app: &App, field: &str) -> bool {
    cookie(headers, cookie_names(app).csrf)
        .and_then(CsrfSecret::unmask)
        .is_some_and(|secret| secret.accepts(field))
}
