//! Browser sessions: one's own, and those of members (SEC-031).

use axum::extract::{Path, State};
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::access::Granted;
use labelkeep_services::accounts::{self, Managed, SessionInfo};
use serde::Serialize;
use serde_json::json;

use super::organizations::same;
use crate::extract::{InOrganization, PathIds, SignedIn, can};
use crate::pages::cookies;
use crate::wire::{Time, answer};
use crate::{ApiError, ApiResult, App};

#[derive(Serialize)]
struct SessionOut {
    id: String,
    current: bool,
    device: String,
    agent: String,
    address: String,
    created_at: Time,
    last_seen_at: Time,
    expires_at: Time,
    persistent: bool,
}

impl From<SessionInfo> for SessionOut {
    fn from(session: SessionInfo) -> Self {
        let row = session.row;
        SessionOut {
            id: row.id_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            current: session.current,
            device: session.device,
            agent: row.agent,
            address: row.address,
            created_at: Time(row.created_at),
            last_seen_at: Time(row.last_seen_at),
            expires_at: Time(session.expires_at),
            persistent: row.persistent,
        }
    }
}

fn list_of(sessions: Vec<SessionInfo>) -> ApiResult<Response> {
    answer::ok(&sessions.into_iter().map(SessionOut::from).collect::<Vec<_>>())
}

/// The bytes of an id in a path.
fn id_hash(text: &str) -> ApiResult<Vec<u8>> {
    let nothing = || ApiError::not_found("No Session matches the given query.");
    if text.len() != 64 || !text.is_ascii() {
        return Err(nothing());
    }
    (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| nothing()))
        .collect()
}

/// `GET /api/current-user/sessions/`
pub(crate) async fn list(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    list_of(accounts::own_sessions(&services, &caller).await?)
}

/// `DELETE /api/current-user/sessions/`: all others
pub(crate) async fn end_others(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    let ended = accounts::end_other_sessions(&services, &caller).await?;
    answer::ok(&json!({ "ended": ended }))
}

/// `DELETE /api/current-user/sessions/{session}/`
pub(crate) async fn end(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(session): Path<String>,
) -> ApiResult<Response> {
    let was_current = accounts::end_own_session(&app.services, &caller, &id_hash(&session)?).await?;
    let mut response = answer::no_content();
    if was_current {
        cookies::clear(&app, &mut response);
    }
    Ok(response)
}

/// The member that the path names, if the caller may manage them.
pub(super) async fn member(
    services: &Services,
    organization: Granted<i64>,
    [id, user]: [i64; 2],
) -> ApiResult<Managed> {
    same(&organization, id)?;
    Ok(accounts::managed(services, organization, user).await?)
}

/// `GET /api/organizations/{id}/memberships/{user_id}/sessions/`
pub(crate) async fn list_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    SignedIn(caller): SignedIn,
    PathIds(ids): PathIds<2>,
) -> ApiResult<Response> {
    let member = member(&services, organization, ids).await?;
    list_of(accounts::member_sessions(&services, &member, &caller).await?)
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/sessions/`
pub(crate) async fn end_all_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    SignedIn(caller): SignedIn,
    PathIds(ids): PathIds<2>,
) -> ApiResult<Response> {
    let member = member(&services, organization, ids).await?;
    let ended = accounts::end_member_sessions(&services, &member, &caller).await?;
    answer::ok(&json!({ "ended": ended }))
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/sessions/{session}/`
pub(crate) async fn end_of_member(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds(ids): PathIds<2>,
    Path((.., session)): Path<(String, String, String)>,
) -> ApiResult<Response> {
    let member = member(&services, organization, ids).await?;
    accounts::end_member_session(&services, &member, &id_hash(&session)?).await?;
    Ok(answer::no_content())
}
