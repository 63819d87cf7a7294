//! Members of a workspace.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::access::WorkspaceRow;
use labelkeep_services::project_members::Choice;
use labelkeep_services::workspaces as service;
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Body, Paging, Query, can};
use crate::project_members::model::{BulkIn, MemberOut, MembersQuery};
use crate::project_members::named;
use crate::wire::answer;
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct ListedOut {
    workspace: i64,
    user: MemberOut,
}

/// Members of a plain list at most; more have pages.
const MOST: i64 = 1_000;

/// `GET /api/workspaces/{id}/memberships/`
pub(crate) async fn list_members(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceView>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    let row = workspace.row();
    let page = service::members(&services, &workspace, &query.wanted()?, 0, MOST).await?;
    let out: Vec<ListedOut> = page
        .members
        .into_iter()
        .map(|member| ListedOut {
            workspace: row.id,
            user: MemberOut::of(member, row.organization_id),
        })
        .collect();
    answer::ok(&out)
}

/// `GET /api/workspaces/{id}/memberships/paginated/`
pub(crate) async fn page_of_members(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceView>,
    Query(query): Query<MembersQuery>,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window(20, MOST, None)?;
    let wanted = query.wanted()?;
    let page = service::members(&services, &workspace, &wanted, window.offset(), window.limit()).await?;
    let organization_id = workspace.row().organization_id;
    let members = page
        .members
        .into_iter()
        .map(|member| MemberOut::of(member, organization_id))
        .collect();
    answer::ok(&paging.answer(window, page.count, members)?)
}

/// Somebody.
#[derive(Debug, Deserialize)]
pub(crate) struct MemberIn {
    user: i64,
}

#[derive(Serialize)]
struct CreatedOut {
    user: i64,
    workspace: i64,
}

/// `POST /api/workspaces/{id}/memberships/`
pub(crate) async fn add_member(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
    Body(body): Body<MemberIn>,
) -> ApiResult<Response> {
    let id = workspace.row().id;
    service::add_members(&services, workspace, Choice::one(body.user))
        .await
        .map_err(|error| named("user", error))?;
    answer::created(&CreatedOut {
        user: body.user,
        workspace: id,
    })
}

/// `?user_id=2`
#[derive(Debug, Deserialize)]
pub(crate) struct UserQuery {
    #[serde(default)]
    user_id: Option<i64>,
}

/// `DELETE /api/workspaces/{id}/memberships/`
pub(crate) async fn remove_member(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
    Query(query): Query<UserQuery>,
) -> ApiResult<Response> {
    let user = query
        .user_id
        .ok_or_else(|| ApiError::field("user_id", "This field is required."))?;
    service::remove_members(&services, workspace, Choice::one(user))
        .await
        .map_err(|error| named("user_id", error))?;
    Ok(answer::no_content())
}

#[derive(Serialize)]
struct AddedOut {
    created: u64,
}

/// `POST /api/workspaces/{id}/memberships/bulk/`
pub(crate) async fn add_members(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
    Query(query): Query<MembersQuery>,
    Body(mut body): Body<BulkIn>,
) -> ApiResult<Response> {
    let choice = body.choice(&query)?;
    let created = service::add_members(&services, workspace, choice).await?;
    answer::created(&AddedOut { created })
}

#[derive(Serialize)]
struct DeletedOut {
    deleted: u64,
}

/// `DELETE /api/workspaces/{id}/memberships/bulk/`
pub(crate) async fn remove_members(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    let deleted = service::remove_members(&services, workspace, query.choice()?).await?;
    answer::ok(&DeletedOut { deleted })
}
