//! Roles that people have in one project only.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::{self, Action, ProjectRow, Role};
use labelkeep_services::project_members::{self as service, ProjectRoleRow};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};

use super::model::ids;
use crate::extract::{Access, Authenticated, Body, InOrganization, Query, can};
use crate::wire::answer;
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct RoleOut {
    id: i64,
    project: i64,
    user: i64,
    role: &'static str,
    role_source: String,
}

impl From<ProjectRoleRow> for RoleOut {
    fn from(row: ProjectRoleRow) -> Self {
        RoleOut {
            id: row.id,
            project: row.project_id,
            user: row.account_id,
            role: Role::from_word(&row.role).code(),
            role_source: row.role_source,
        }
    }
}

/// Which roles to list.
#[derive(Debug, Deserialize)]
pub(crate) struct RolesQuery {
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    ids: Option<String>,
}

/// `GET /api/projects/roles/`
pub(crate) async fn list_roles(
    State(services): State<Services>,
    organization: InOrganization<can::ProjectMembers>,
    Query(query): Query<RolesQuery>,
) -> ApiResult<Response> {
    let ids = ids("ids", query.ids.as_deref())?;
    let found = service::roles(&services, &organization, query.project, ids.as_deref()).await?;
    answer::ok(&found.into_iter().map(RoleOut::from).collect::<Vec<_>>())
}

/// `GET /api/projects/{id}/roles`
pub(crate) async fn list_of_project(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectMembers>,
) -> ApiResult<Response> {
    let found = service::roles_in(&services, &project).await?;
    answer::ok(&found.into_iter().map(RoleOut::from).collect::<Vec<_>>())
}

/// Who gets which role where.
#[derive(Debug, Deserialize)]
pub(crate) struct RoleIn {
    project: i64,
    user: i64,
    role: String,
}

/// `POST /api/projects/roles/`
pub(crate) async fn add_role(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<RoleIn>,
) -> ApiResult<Response> {
    let project = access::project(&services, actor, body.project, Action::ProjectMembers)
        .await
        .map_err(|error| match error {
            ServiceError::NotFound(_) => {
                let text = format!("Invalid pk \"{}\" - object does not exist.", body.project);
                ApiError::field("project", text)
            }
            other => other.into(),
        })?;
    let role = crate::roles::role("role", &body.role).map_err(ServiceError::from)?;
    let row = service::set_role(&services, project, body.user, role).await?;
    answer::created(&RoleOut::from(row))
}

/// `DELETE /api/projects/roles/{id}/`
pub(crate) async fn remove_role(
    State(services): State<Services>,
    Access(role, _): Access<ProjectRoleRow, can::ProjectMembers>,
) -> ApiResult<Response> {
    service::clear_role(&services, role).await?;
    Ok(answer::no_content())
}
