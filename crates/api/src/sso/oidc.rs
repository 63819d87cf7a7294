//! The organization's OpenID provider.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use labelkeep_services::sso::{self, Mapping, OidcChange, ProjectGroup};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Body, Confirmed, InOrganization, PathId, SignedIn, can};
use crate::pages::{cookies, sso as pages};
use crate::wire::{Time, answer, not_null};
use crate::{ApiResult, App};

#[derive(Serialize)]
struct OidcOut {
    enabled: bool,
    source: &'static str,
    issuer: String,
    client_id: String,
    has_client_secret: bool,
    scopes: String,
    group_claim: String,
    button_text: String,
    #[serde(flatten)]
    mapping: Mapping,
    local_passwords: bool,
    redirect_uri: String,
    start_url: String,
}

async fn shown(
    app: &App,
    headers: &HeaderMap,
    organization: &InOrganization<can::SecurityManage>,
) -> ApiResult<Response> {
    let in_force = sso::oidc_settings(&app.services, organization).await?;
    let settings = in_force.settings;
    answer::ok(&OidcOut {
        enabled: settings.enabled,
        source: if in_force.by_environment {
            "environment"
        } else {
            "organization"
        },
        issuer: settings.issuer,
        client_id: settings.client_id,
        has_client_secret: in_force.secret.is_some(),
        scopes: settings.scopes,
        group_claim: settings.group_claim,
        button_text: settings.button_text,
        mapping: settings.mapping,
        local_passwords: in_force.local_passwords,
        redirect_uri: pages::redirect_uri(headers, app),
        start_url: pages::start_path(*organization.row(), None),
    })
}

/// `GET /api/sso/oidc/`
pub(crate) async fn read_oidc(
    State(app): State<App>,
    organization: InOrganization<can::SecurityManage>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    shown(&app, &headers, &organization).await
}

/// Changes.
#[derive(Deserialize)]
pub(crate) struct OidcIn {
    #[serde(default, deserialize_with = "not_null")]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    issuer: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    client_id: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    client_secret: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    scopes: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    group_claim: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    button_text: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    roles_groups: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "not_null")]
    workspaces_groups: Option<Vec<(String, String)>>,
    #[serde(default, deserialize_with = "not_null")]
    projects_groups: Option<Vec<ProjectGroup>>,
    #[serde(default, deserialize_with = "not_null")]
    manual_role_management: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    local_passwords: Option<bool>,
}

/// `PATCH /api/sso/oidc/`
pub(crate) async fn change_oidc(
    State(app): State<App>,
    organization: InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
    headers: HeaderMap,
    Body(body): Body<OidcIn>,
) -> ApiResult<Response> {
    let change = OidcChange {
        enabled: body.enabled,
        issuer: body.issuer,
        client_id: body.client_id,
        client_secret: body.client_secret,
        scopes: body.scopes,
        group_claim: body.group_claim,
        button_text: body.button_text,
        roles_groups: body.roles_groups,
        workspaces_groups: body.workspaces_groups,
        projects_groups: body.projects_groups,
        manual_role_management: body.manual_role_management,
        local_passwords: body.local_passwords,
    };
    sso::change_oidc(&app.services, organization.0.clone(), &caller, change).await?;
    shown(&app, &headers, &organization).await
}

/// `DELETE /api/sso/oidc/`
pub(crate) async fn remove_oidc(
    State(app): State<App>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
) -> ApiResult<Response> {
    sso::remove_oidc(&app.services, organization, &caller).await?;
    Ok(answer::no_content())
}

/// `POST /api/sso/oidc/test/`
pub(crate) async fn test_oidc(
    State(app): State<App>,
    organization: InOrganization<can::SecurityManage>,
) -> ApiResult<Response> {
    let outcome = sso::test_oidc(&app.services, &organization).await?;
    let ok = outcome.is_ok();
    let (Ok(detail) | Err(detail)) = outcome;
    answer::ok(&json!({ "ok": ok, "detail": detail }))
}

/// `POST /api/sso/oidc/link/`: where to go to link the provider's identity with one's own account
pub(crate) async fn link_oidc(
    State(app): State<App>,
    Confirmed(caller): Confirmed,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let departure = sso::start_link(&app.services, &caller, pages::redirect_uri(&headers, &app)).await?;
    let mut response = answer::ok(&json!({ "url": departure.url }))?;
    cookies::set_flow(&app, &mut response, &departure);
    Ok(response.into_response())
}

/// `GET /api/sso/oidc/link/`: whether there is a provider whose identities can be linked, and what its button says
pub(crate) async fn link_button(State(app): State<App>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    let text = sso::link_button(&app.services, &caller).await?;
    answer::ok(&json!({ "available": text.is_some(), "button_text": text }))
}

#[derive(Serialize)]
struct IdentityOut {
    id: i64,
    issuer: String,
    email: String,
    created_at: Time,
    last_used_at: Time,
    /// Not the only way into the account.
    removable: bool,
}

/// `GET /api/current-user/identities/`
pub(crate) async fn identities(State(app): State<App>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    let (rows, removable) = sso::own_identities(&app.services, &caller).await?;
    let out = |row: sso::IdentityRow| IdentityOut {
        id: row.id,
        issuer: row.issuer,
        email: row.email,
        created_at: Time(row.created_at),
        last_used_at: Time(row.last_used_at),
        removable,
    };
    answer::ok(&rows.into_iter().map(out).collect::<Vec<_>>())
}

/// `DELETE /api/current-user/identities/{id}/`
pub(crate) async fn remove_identity(
    State(app): State<App>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    sso::remove_identity(&app.services, &caller, id).await?;
    Ok(answer::no_content())
}
