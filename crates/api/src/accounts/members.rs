//! Members of the organization.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::accounts::{self, Member, PersonProject};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::UserOut;
use super::organizations::same;
use crate::extract::{InOrganization, Paging, PathId, PathIds, Query, can};
use crate::wire::{Time, answer};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct ProjectName {
    id: i64,
    title: String,
}

fn names(projects: Option<Vec<PersonProject>>) -> Option<Vec<ProjectName>> {
    projects.map(|projects| {
        projects
            .into_iter()
            .map(|p| ProjectName {
                id: p.id,
                title: p.title,
            })
            .collect()
    })
}

/// A member in the list.
#[derive(Serialize)]
struct MemberOut {
    id: i64,
    organization: i64,
    user: UserOut,
    created_projects: Option<Vec<ProjectName>>,
    contributed_to_projects: Option<Vec<ProjectName>>,
}

/// A member alone: the user is a number here.
#[derive(Serialize)]
struct DetailOut {
    user: i64,
    organization: i64,
    contributed_projects_count: i64,
    annotations_count: i64,
    created_at: Time,
    created_projects: Option<Vec<ProjectName>>,
    contributed_to_projects: Option<Vec<ProjectName>>,
}

/// What the list shows.
#[derive(Deserialize)]
pub(crate) struct MembersQuery {
    #[serde(default)]
    contributed_to_projects: Option<bool>,
    #[serde(default)]
    active: Option<bool>,
}

/// Members in one answer at most, for `page_size=-1`.
const ALL: i64 = 100_000;

/// `GET /api/organizations/{id}/memberships`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathId(id): PathId,
    Query(query): Query<MembersQuery>,
    paging: Paging,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let window = paging.window(20, 1_000, Some(ALL))?;
    let projects = query.contributed_to_projects.unwrap_or(false);
    let page = accounts::member_page(
        &services,
        &organization,
        query.active,
        projects,
        window.offset(),
        window.limit(),
    )
    .await?;
    let out = |member: Member| MemberOut {
        id: member.profile.account.id,
        organization: id,
        user: member.profile.into(),
        created_projects: names(member.created),
        contributed_to_projects: names(member.contributed),
    };
    answer::ok(&paging.answer(window, page.count, page.members.into_iter().map(out).collect())?)
}

/// `GET /api/organizations/{id}/memberships/{user_id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathIds([id, user]): PathIds<2>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let projects = query.contributed_to_projects.unwrap_or(false);
    let member = accounts::member_detail(&services, &organization, user, projects).await?;
    answer::ok(&DetailOut {
        user: member.row.account_id,
        organization: id,
        contributed_projects_count: member.contributed_projects,
        annotations_count: member.annotations,
        created_at: Time(member.row.created_at),
        created_projects: names(member.created),
        contributed_to_projects: names(member.contributed),
    })
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/`
pub(crate) async fn remove(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberView>,
    PathIds([id, user]): PathIds<2>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    match accounts::remove_member(&services, organization, user).await {
        Ok(()) => Ok(answer::no_content()),
        // Outside the envelope, as clients know it.
        Err(ServiceError::ReadOnly(detail)) => Err(ApiError::bare(
            StatusCode::METHOD_NOT_ALLOWED,
            json!({ "detail": detail }),
        )),
        Err(error) => Err(error.into()),
    }
}
