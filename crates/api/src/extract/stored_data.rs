//! Who asks for stored data. Besides what proves a caller everywhere, HTTP Basic does (RFC 7617), for tools that know nothing
//! else: the account's e-mail address and an API token, never the password (SEC-102).

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use labelkeep_services::access::Actor;
use labelkeep_services::accounts::Credential;

use super::auth::{enter, invalid_token, opaque, prove};
use super::{Authenticated, PublicUrl};
use crate::{ApiError, App};

/// Somebody who may ask for stored data, if their rights reach it.
#[derive(Debug, Clone)]
pub struct StoredData(pub Actor);

impl FromRequestParts<App> for StoredData {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Some(encoded) = basic(&parts.headers) else {
            let found = Authenticated::from_request_parts(parts, app).await;
            return match found {
                Ok(Authenticated(actor)) => Ok(StoredData(actor)),
                Err(error) => Err(challenge(error, &parts.headers)),
            };
        };
        if !is_private(&parts.headers, app) {
            return Err(ApiError::forbidden(
                "A token is taken over TLS only. This connection is not encrypted.",
            ));
        }
        let text = STANDARD
            .decode(encoded)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((email, token)) = text.as_deref().and_then(|text| text.split_once(':')) else {
            return Err(challenge(invalid_token(), &parts.headers));
        };
        let credential = match opaque(token) {
            // A JWT has two dots; the other kinds have none.
            Credential::Legacy(token) if token.contains('.') => Credential::Access(token),
            other => other,
        };
        let caller = match prove(parts, app, credential).await {
            Ok(caller) if caller.actor.email == email.trim().to_lowercase() => caller,
            Ok(_) => return Err(challenge(invalid_token(), &parts.headers)),
            Err(error) => return Err(challenge(error, &parts.headers)),
        };
        Ok(StoredData(enter(parts, app, caller).await?.actor))
    }
}

/// What follows `Basic` in the one header that may be there.
fn basic(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers
        .get_all(header::AUTHORIZATION)
        .iter()
        .chain(headers.get_all("x-api-key"));
    let (scheme, rest) = values.next()?.to_str().ok()?.trim().split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("basic")).then(|| rest.trim())
}

/// Whether nobody on the way can read along: TLS, or one machine.
fn is_private(headers: &HeaderMap, app: &App) -> bool {
    app.settings.local || PublicUrl::of(headers, app).origin.starts_with("https://")
}

/// A 401 that asks for Basic. Browsers would open a window of theirs: they are told by a header that only they send, and
/// have the sign-in page.
fn challenge(error: ApiError, headers: &HeaderMap) -> ApiError {
    let is_browser = headers.contains_key("sec-fetch-mode") || headers.contains_key("sec-fetch-site");
    if error.status() != http::StatusCode::UNAUTHORIZED || is_browser {
        return error;
    }
    let realm = HeaderValue::from_static("Basic realm=\"Labelkeep: e-mail and API token\", charset=\"UTF-8\"");
    error.with_header(header::WWW_AUTHENTICATE, realm)
}
