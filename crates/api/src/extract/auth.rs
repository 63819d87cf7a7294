//! Who calls: the `Authorization` or `X-Api-Key` header, else the session cookie (SEC-037, SEC-101).

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use labelkeep_services::access::Actor;
use labelkeep_services::accounts::{self, Caller, Credential, Proof, Refused, Visit};
use labelkeep_services::audit::{self, Identity, RequestFacts};

use super::query::pairs;
use super::{cookie, csrf};
use crate::middleware::limits;
use crate::routes::Said;
use crate::{ApiError, App};

/// Somebody who has proven who they are; 401 otherwise.
#[derive(Debug, Clone)]
pub struct Authenticated(pub Actor);

/// The same with the proof, for sign-out, password changes and tokens.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Caller);

/// The same, also for somebody who has to set up a second factor first: for the routes with which they do (SEC-073).
#[derive(Debug, Clone)]
pub struct Enrolling(pub Caller);

/// The same for what is sensitive: a browser session's sign-in, or its last confirmation, must not be older than ten minutes
/// (SEC-032). It stands after the parameter that loads the object, so that what one may not see stays 404.
#[derive(Debug, Clone)]
pub struct Confirmed(pub Caller);

/// Whoever it is; a credential that is not valid counts as none. For pages.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<Caller>);

/// The client's address, set by the server for each connection.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Names of the cookies (SEC-024, SEC-035).
pub(crate) struct CookieNames {
    pub(crate) session: &'static str,
    pub(crate) csrf: &'static str,
    /// Of a sign-in that is at the identity provider.
    pub(crate) flow: &'static str,
    /// Of a sign-in that waits for its second step.
    pub(crate) step: &'static str,
}

/// With TLS: browsers take `__Host-` cookies only from the host itself, over TLS.
const SECURE_NAMES: CookieNames = CookieNames {
    session: "__Host-session",
    csrf: "__Host-csrftoken",
    flow: "__Host-at-provider",
    step: "__Host-second-step",
};
const LOCAL_NAMES: CookieNames = CookieNames {
    session: "session_local",
    csrf: "csrftoken",
    flow: "at_provider_local",
    step: "second_step_local",
};

pub(crate) fn cookie_names(app: &App) -> &'static CookieNames {
    if app.settings.local {
        &LOCAL_NAMES
    } else {
        &SECURE_NAMES
    }
}

impl FromRequestParts<App> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, app).await?;
        Ok(Authenticated(caller.actor))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Enrolling(caller) = Enrolling::from_request_parts(parts, app).await?;
        if caller.factor.is_due() {
            let text = "Your organization requires a second factor. Set it up first.";
            return Err(ApiError::forbidden(text));
        }
        Ok(SignedIn(caller))
    }
}

impl FromRequestParts<App> for Enrolling {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if let Some(caller) = parts.extensions.get::<Caller>() {
            return Ok(Enrolling(caller.clone()));
        }
        refuse_query_tokens(parts)?;
        let caller = authenticate(parts, app).await?;
        if matches!(caller.proof, Proof::Session { .. }) && is_write(&parts.method) {
            csrf::guard_origin(&parts.headers, app)?;
            csrf::guard_token(&parts.headers, &caller)?;
        }
        if let Some(said) = parts.extensions.get::<Said>() {
            said.check(&caller.actor, &parts.method)?;
        }
        enter(parts, app, caller).await.map(Enrolling)
    }
}

/// Takes a place for a caller, whom later extractors of the same request find.
pub(super) async fn enter(parts: &mut Parts, app: &App, caller: Caller) -> Result<Caller, ApiError> {
    limits::enter(parts, app, &caller).await?;
    parts.extensions.insert(caller.clone());
    Ok(caller)
}

impl FromRequestParts<App> for Confirmed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let SignedIn(caller) = SignedIn::from_request_parts(parts, app).await?;
        accounts::require_recent(&app.services, &caller).await?;
        Ok(Confirmed(caller))
    }
}

impl FromRequestParts<App> for MaybeSignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match authenticate(parts, app).await {
            Ok(caller) => {
                limits::enter(parts, app, &caller).await?;
                Ok(MaybeSignedIn(Some(caller)))
            }
            Err(error) if error.status() == http::StatusCode::UNAUTHORIZED => Ok(MaybeSignedIn(None)),
            Err(error) => Err(error),
        }
    }
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        Ok(client_address(parts))
    }
}

fn client_address(parts: &Parts) -> ClientAddress {
    parts
        .extensions
        .get()
        .copied()
        .unwrap_or(ClientAddress(IpAddr::from([127, 0, 0, 1])))
}

/// Whether requests of this method change something.
pub(crate) fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

async fn authenticate(parts: &Parts, app: &App) -> Result<Caller, ApiError> {
    let credential = match header_credential(&parts.headers)? {
        Some(credential) => credential,
        None => match cookie(&parts.headers, cookie_names(app).session) {
            Some(value) => Credential::Session(value),
            None => {
                return Err(ApiError::unauthenticated(
                    "Authentication credentials were not provided.",
                ));
            }
        },
    };
    prove(parts, app, credential).await
}

/// Whose credential this is.
pub(super) async fn prove(parts: &Parts, app: &App, credential: Credential<'_>) -> Result<Caller, ApiError> {
    let agent = parts.headers.get(header::USER_AGENT);
    let visit = Visit {
        address: client_address(parts).0,
        agent: agent.and_then(|value| value.to_str().ok()).unwrap_or_default(),
        background: parts.headers.contains_key("x-background"),
    };
    let found = accounts::authenticate(&app.services, credential, visit).await?;
    let caller = found.map_err(|refused| match refused {
        Refused::Session => {
            ApiError::unauthenticated("Authentication credentials were not provided.").with_code("session_ended")
        }
        Refused::Token => invalid_token(),
        Refused::LegacyDisabled => ApiError::unauthenticated(
            "Authentication token no longer valid: legacy token authentication has been disabled for this organization",
        )
        .with_code("invalid_token"),
        Refused::TooMany(seconds) => labelkeep_services::ServiceError::TooMany(seconds).into(),
    })?;
    RequestFacts::identify(Identity {
        organization_id: caller.actor.organization_id,
        account_id: Some(caller.actor.account_id),
        token_id: caller.actor.token_id,
        actor: None,
    });
    audit::introduce(&app.services, caller.actor.account_id).await?;
    Ok(caller)
}

/// 401 for every token that does not work, whatever the reason (SEC-094).
pub(super) fn invalid_token() -> ApiError {
    ApiError::unauthenticated("Invalid token.").with_code("invalid_token")
}

/// The credential of the headers. When a header is there, the cookie does not count (SEC-037).
fn header_credential(headers: &HeaderMap) -> Result<Option<Credential<'_>>, ApiError> {
    let mut values = headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .chain(headers.get_all("x-api-key"));
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ApiError::bad_request("Send one Authorization or X-Api-Key header."));
    }
    let invalid = || ApiError::unauthenticated("Invalid token header.");
    let text = first.to_str().map_err(|_| invalid())?.trim();
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(Some(opaque(text)));
    }
    let missing = || ApiError::unauthenticated("Authentication credentials were not provided.");
    if text.is_empty() {
        return Err(missing());
    }
    let (scheme, value) = text.split_once(' ').unwrap_or((text, ""));
    let value = value.trim();
    if value.is_empty() {
        return Err(ApiError::unauthenticated(
            "Invalid token header. No credentials provided.",
        ));
    }
    if value.contains(' ') {
        return Err(ApiError::unauthenticated(
            "Invalid token header. Token string should not contain spaces.",
        ));
    }
    match scheme.to_ascii_lowercase().as_str() {
        "token" => Ok(Some(opaque(value))),
        "bearer" => Ok(Some(match opaque(value) {
            Credential::Legacy(value) => Credential::Access(value),
            other => other,
        })),
        _ => Err(missing()),
    }
}

/// A token that is no JWT: its beginning tells which kind.
pub(super) fn opaque(text: &str) -> Credential<'_> {
    if text.starts_with(accounts::API_TOKEN_PREFIX) {
        Credential::Personal(text)
    } else {
        Credential::Legacy(text)
    }
}

/// Addresses end up in logs and histories: a token does not belong there (SEC-101).
fn refuse_query_tokens(parts: &Parts) -> Result<(), ApiError> {
    const NAMES: [&str; 5] = ["token", "access_token", "api_key", "apikey", "auth_token"];
    let query = parts.uri.query().unwrap_or_default();
    if pairs(query)
        .iter()
        .any(|(name, _)| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)))
    {
        return Err(ApiError::bad_request(
            "A token in the address is refused. Send it in the Authorization header.",
        ));
    }
    Ok(())
}
