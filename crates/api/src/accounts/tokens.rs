//! Personal access tokens, and which kinds of tokens the organization takes.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, TokenSettings, TokenSettingsChange};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Body, ClientAddress, Confirmed, InOrganization, SignedIn, can};
use crate::wire::{answer, not_null};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct TokenOut<'a> {
    token: &'a str,
}

/// `GET /api/token/`: without the signatures
pub(crate) async fn list(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    let tokens = accounts::list_refresh(&services, &caller).await?;
    answer::ok(&tokens.iter().map(|token| TokenOut { token }).collect::<Vec<_>>())
}

/// `POST /api/token/`: the only time that the whole token is shown
pub(crate) async fn create(State(services): State<Services>, Confirmed(caller): Confirmed) -> ApiResult<Response> {
    let token = accounts::create_refresh(&services, &caller).await?;
    answer::created(&TokenOut { token: token.expose() })
}

/// A refresh token.
#[derive(Deserialize)]
pub(crate) struct RefreshIn {
    refresh: String,
}

/// `POST /api/token/refresh/`: open; the token is the proof
pub(crate) async fn refresh(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Body(body): Body<RefreshIn>,
) -> ApiResult<Response> {
    match accounts::refresh(&services, &body.refresh, address).await? {
        Some(access) => answer::ok(&json!({ "access": access.0.expose() })),
        None => Err(ApiError::unauthenticated("Token is blacklisted")),
    }
}

/// `POST /api/token/blacklist/`: open
pub(crate) async fn blacklist(
    State(services): State<Services>,
    ClientAddress(address): ClientAddress,
    Body(body): Body<RefreshIn>,
) -> ApiResult<Response> {
    if accounts::blacklist(&services, &body.refresh, address).await? {
        return Ok(answer::no_content());
    }
    let body = json!({ "detail": "Token is invalid or already blacklisted." });
    Err(ApiError::bare(StatusCode::NOT_FOUND, body))
}

/// `POST /api/token/rotate/`
pub(crate) async fn rotate(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    ClientAddress(address): ClientAddress,
    Body(body): Body<RefreshIn>,
) -> ApiResult<Response> {
    let token = accounts::rotate(&services, &caller, &body.refresh, address).await?;
    answer::ok(&json!({ "refresh": token.expose() }))
}

#[derive(Serialize)]
struct SettingsOut {
    api_token_ttl_days: i64,
    api_tokens_enabled: bool,
    legacy_api_tokens_enabled: bool,
}

impl From<TokenSettings> for SettingsOut {
    fn from(settings: TokenSettings) -> Self {
        SettingsOut {
            api_token_ttl_days: settings.api_token_ttl_days,
            api_tokens_enabled: settings.api_tokens_enabled,
            legacy_api_tokens_enabled: settings.legacy_api_tokens_enabled,
        }
    }
}

/// Changes of the settings.
#[derive(Deserialize)]
pub(crate) struct SettingsIn {
    #[serde(default, deserialize_with = "not_null")]
    api_token_ttl_days: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    api_tokens_enabled: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    legacy_api_tokens_enabled: Option<bool>,
}

/// `GET /api/jwt/settings`
pub(crate) async fn settings(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationView>,
) -> ApiResult<Response> {
    let settings = accounts::token_settings(&services, &organization).await?;
    answer::ok(&SettingsOut::from(settings))
}

/// `POST /api/jwt/settings`
pub(crate) async fn change_settings(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::TokenSettings>,
    _: Confirmed,
    Body(body): Body<SettingsIn>,
) -> ApiResult<Response> {
    let change = TokenSettingsChange {
        api_tokens_enabled: body.api_tokens_enabled,
        legacy_api_tokens_enabled: body.legacy_api_tokens_enabled,
        api_token_ttl_days: body.api_token_ttl_days,
    };
    let settings = accounts::change_token_settings(&services, organization, change).await?;
    answer::ok(&SettingsOut::from(settings))
}
