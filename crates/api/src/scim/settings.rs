//! What groups give, and the tokens of providers: for those who manage the organization's security.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::scim::{self, NewScimToken, ScimSettingsChange, ScimToken};
use labelkeep_services::sso::{Mapping, ProjectGroup};
use serde::{Deserialize, Serialize};

use crate::ApiResult;
use crate::extract::{Body, Confirmed, InOrganization, PathId, PublicUrl, can};
use crate::wire::{Time, answer, not_null};

#[derive(Serialize)]
struct SettingsOut {
    /// What the provider is told.
    base_url: String,
    #[serde(flatten)]
    mapping: Mapping,
}

impl SettingsOut {
    fn of(base: &PublicUrl, mapping: Mapping) -> Self {
        SettingsOut {
            base_url: format!("{}/scim/v2/", base.origin),
            mapping,
        }
    }
}

/// `GET /api/scim/settings`
pub(crate) async fn read_settings(
    State(services): State<Services>,
    organization: InOrganization<can::SecurityManage>,
    base: PublicUrl,
) -> ApiResult<Response> {
    let mapping = scim::scim_settings(&services, &organization).await?;
    answer::ok(&SettingsOut::of(&base, mapping))
}

/// Changes.
#[derive(Deserialize)]
pub(crate) struct SettingsIn {
    #[serde(default, deserialize_with = "not_null")]
    roles_groups: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "not_null")]
    workspaces_groups: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "not_null")]
    projects_groups: Option<Vec<ProjectGroup>>,
    #[serde(default, deserialize_with = "not_null")]
    manual_role_management: Option<bool>,
}

/// `POST /api/scim/settings`
pub(crate) async fn change_settings(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    _: Confirmed,
    base: PublicUrl,
    Body(body): Body<SettingsIn>,
) -> ApiResult<Response> {
    let change = ScimSettingsChange {
        roles_groups: body.roles_groups,
        workspaces_groups: body.workspaces_groups,
        projects_groups: body.projects_groups,
        manual_role_management: body.manual_role_management,
    };
    let mapping = scim::change_settings(&services, organization, change).await?;
    answer::ok(&SettingsOut::of(&base, mapping))
}

#[derive(Serialize)]
struct TokenOut {
    id: i64,
    /// The first characters of the secret.
    listed: String,
    status: &'static str,
    networks: Vec<String>,
    created_at: Time,
    expires_at: Time,
    last_used_at: Option<Time>,
    last_used_address: Option<String>,
    /// The secret, in the one answer that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl TokenOut {
    fn of(token: ScimToken) -> Self {
        let row = token.row;
        TokenOut {
            id: row.id,
            listed: row.listed,
            status: if token.is_expired { "expired" } else { "active" },
            networks: row.networks.split_ascii_whitespace().map(str::to_owned).collect(),
            created_at: Time(row.created_at),
            expires_at: Time(row.expires_at),
            last_used_at: row.last_used_at.map(Time),
            last_used_address: row.last_used_address,
            token: None,
        }
    }
}

/// `GET /api/scim/tokens/`
pub(crate) async fn tokens(
    State(services): State<Services>,
    organization: InOrganization<can::SecurityManage>,
) -> ApiResult<Response> {
    let tokens = scim::tokens(&services, &organization).await?;
    answer::ok(&tokens.into_iter().map(TokenOut::of).collect::<Vec<_>>())
}

/// A token to be made.
#[derive(Deserialize)]
pub(crate) struct TokenIn {
    /// Days; half a year when nothing is said.
    ttl_days: Option<i64>,
    #[serde(default)]
    networks: Vec<String>,
}

/// `POST /api/scim/tokens/`: the only answer with the secret
pub(crate) async fn create_token(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
    Body(body): Body<TokenIn>,
) -> ApiResult<Response> {
    let wish = NewScimToken {
        ttl_days: body.ttl_days.unwrap_or(180),
        networks: body.networks,
    };
    let (token, secret) = scim::create_token(&services, organization, &caller, wish).await?;
    answer::created(&TokenOut {
        token: Some(secret.expose().to_owned()),
        ..TokenOut::of(token)
    })
}

/// `POST /api/scim/tokens/{id}/rotate/`: another secret, and the old one fails
pub(crate) async fn rotate_token(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (token, secret) = scim::rotate_token(&services, organization, &caller, id).await?;
    answer::created(&TokenOut {
        token: Some(secret.expose().to_owned()),
        ..TokenOut::of(token)
    })
}

/// `DELETE /api/scim/tokens/{id}/`
pub(crate) async fn revoke_token(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    scim::revoke_token(&services, organization, &caller, id).await?;
    Ok(answer::no_content())
}
