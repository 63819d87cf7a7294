//! Who speaks for an organization: an identity provider, with a token of its own (SEC-084). Neither a session nor a person's
//! token is taken here, and its token nowhere else.

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;
use labelkeep_services::ServiceError;
use labelkeep_services::accounts::Refused;
use labelkeep_services::scim::{self, Provisioner};

use super::ClientAddress;
use crate::middleware::limits;
use crate::scim::ScimFailure;
use crate::{ApiError, App};

/// An identity provider that has proven for which organization it speaks; 401 otherwise.
#[derive(Debug, Clone)]
pub struct Provisioning(pub Provisioner);

impl FromRequestParts<App> for Provisioning {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ScimFailure> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let Some(token) = bearer(parts) else {
            return Err(unauthenticated("A bearer token is needed.").into());
        };
        let who = match scim::authenticate(&app.services, token, address)
            .await
            .map_err(ApiError::from)?
        {
            Ok(who) => who,
            Err(Refused::TooMany(seconds)) => return Err(ApiError::from(ServiceError::TooMany(seconds)).into()),
            Err(_) => return Err(unauthenticated("The token is not valid.").into()),
        };
        limits::enter_provisioner(parts, app, who.token_id()).await?;
        Ok(Provisioning(who))
    }
}

fn unauthenticated(text: &str) -> ApiError {
    ApiError::unauthenticated(text).with_header(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"))
}

/// The token of the one header that may be there.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.trim().split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}
