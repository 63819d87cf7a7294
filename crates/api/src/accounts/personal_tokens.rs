//! Tokens with names and scopes, and what is shown and revoked of all kinds (SEC-093 to SEC-096).

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, NewPersonalToken, TokenInfo, TokenKind, TokenStatus};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::sessions::member;
use crate::extract::{Body, Confirmed, InOrganization, PathId, PathIds, SignedIn, can};
use crate::wire::{Time, answer};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct ScopeOut {
    write: bool,
    export: bool,
    /// None: all.
    projects: Option<Vec<i64>>,
}

#[derive(Serialize)]
struct TokenOut<'a> {
    id: i64,
    kind: String,
    name: String,
    /// Its first characters, by which its owner recognises it.
    prefix: String,
    organization: Option<i64>,
    scope: ScopeOut,
    created_at: Time,
    expires_at: Time,
    revoked_at: Option<Time>,
    status: &'static str,
    last_used_at: Option<Time>,
    last_used_address: Option<String>,
    last_used_agent: Option<String>,
    /// In the answer to the request that made it, and in no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl<'a> TokenOut<'a> {
    fn of(info: TokenInfo, token: Option<&'a str>) -> Self {
        let row = info.row;
        TokenOut {
            id: row.id,
            // What is kept of a refresh token names it for `/api/token/blacklist/`: it is no prefix for people.
            prefix: if row.kind == TokenKind::Refresh.word() {
                String::new()
            } else {
                row.listed
            },
            kind: row.kind,
            name: row.name,
            organization: row.organization_id,
            scope: ScopeOut {
                write: info.scope.write,
                export: info.scope.export,
                projects: Some(info.scope.projects).filter(|projects| !projects.is_empty()),
            },
            created_at: Time(row.created_at),
            expires_at: Time(row.expires_at),
            revoked_at: row.revoked_at.map(Time),
            status: match info.status {
                TokenStatus::Active => "active",
                TokenStatus::Expired => "expired",
                TokenStatus::Revoked => "revoked",
                TokenStatus::Disabled => "disabled",
            },
            last_used_at: row.last_used_at.map(Time),
            last_used_address: row.last_used_address,
            last_used_agent: row.last_used_agent,
            token,
        }
    }
}

fn list_of(tokens: Vec<TokenInfo>) -> ApiResult<Response> {
    let out: Vec<_> = tokens.into_iter().map(|info| TokenOut::of(info, None)).collect();
    answer::ok(&out)
}

/// How far a new token goes: reading everything, unless said otherwise.
#[derive(Deserialize, Default)]
struct ScopeIn {
    #[serde(default)]
    write: bool,
    #[serde(default)]
    export: bool,
    #[serde(default)]
    projects: Option<Vec<i64>>,
}

/// A new token.
#[derive(Deserialize)]
pub(crate) struct TokenIn {
    name: String,
    #[serde(default)]
    scope: Option<ScopeIn>,
    #[serde(default)]
    ttl_days: Option<i64>,
}

/// `GET /api/current-user/tokens/`
pub(crate) async fn list(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    list_of(accounts::own_tokens(&services, &caller).await?)
}

/// `POST /api/current-user/tokens/`
pub(crate) async fn create(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    Body(body): Body<TokenIn>,
) -> ApiResult<Response> {
    let scope = body.scope.unwrap_or_default();
    // An empty list would be read as "all" further down.
    if scope.projects.as_ref().is_some_and(Vec::is_empty) {
        return Err(ApiError::field(
            "projects",
            "Name at least one project, or null for all.",
        ));
    }
    let wish = NewPersonalToken {
        name: body.name,
        scope: accounts::Scope {
            write: scope.write,
            export: scope.export,
            projects: scope.projects.unwrap_or_default(),
        },
        ttl_days: body.ttl_days,
    };
    let (info, secret) = accounts::create_personal(&services, &caller, wish).await?;
    answer::created(&TokenOut::of(info, Some(secret.expose())))
}

/// `POST /api/current-user/tokens/{id}/reset/`
pub(crate) async fn reset(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (info, secret) = accounts::reset_personal(&services, &caller, id).await?;
    answer::created(&TokenOut::of(info, Some(secret.expose())))
}

/// `DELETE /api/current-user/tokens/{id}/`
pub(crate) async fn revoke(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
    PathId(id): PathId,
) -> ApiResult<Response> {
    accounts::revoke_own(&services, &caller, id).await?;
    Ok(answer::no_content())
}

/// `GET /api/organizations/{id}/memberships/{user_id}/tokens/`
pub(crate) async fn list_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds(ids): PathIds<2>,
) -> ApiResult<Response> {
    let member = member(&services, organization, ids).await?;
    list_of(accounts::member_tokens(&services, &member).await?)
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/tokens/`
pub(crate) async fn revoke_all_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds(ids): PathIds<2>,
) -> ApiResult<Response> {
    let member = member(&services, organization, ids).await?;
    let revoked = accounts::revoke_all_of_member(&services, &member).await?;
    answer::ok(&json!({ "revoked": revoked }))
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/tokens/{token}/`
pub(crate) async fn revoke_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds([id, user, token]): PathIds<3>,
) -> ApiResult<Response> {
    let member = member(&services, organization, [id, user]).await?;
    accounts::revoke_of_member(&services, &member, token).await?;
    Ok(answer::no_content())
}
