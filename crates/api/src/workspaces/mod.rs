//! Workspaces, their members and their projects.

mod members;

pub(crate) use members::{add_member, add_members, list_members, page_of_members, remove_member, remove_members};

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{self, Action, Actor, WorkspaceRow};
use labelkeep_services::tasks::{self, People};
use labelkeep_services::workspaces::{self as service, Change, Filter, ListedWorkspace, Order};
use labelkeep_services::{ServiceError, Services, projects, sight};
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Authenticated, Body, InOrganization, Query, can};
use crate::projects::model::CreatorOut;
use crate::projects::shown_list;
use crate::wire::{FieldChoice, Time, answer};
use crate::{ApiError, ApiResult};

/// A workspace (`Workspace` of the enterprise client).
#[derive(Serialize)]
struct WorkspaceOut<'a> {
    id: i64,
    title: &'a str,
    description: &'a str,
    color: &'a str,
    is_personal: bool,
    is_archived: bool,
    created_by: i64,
    created_by_user: Option<CreatorOut<'a>>,
    created_at: Time,
    updated_at: Time,
    membership: MembershipOut,
    /// Those that the caller sees.
    projects_count: i64,
    /// What the caller may do with it.
    permissions: Vec<&'static str>,
}

#[derive(Serialize)]
struct MembershipOut {
    member: bool,
}

impl<'a> WorkspaceOut<'a> {
    fn of(listed: &'a ListedWorkspace, people: &'a People, actor: &Actor) -> Self {
        let row = &listed.workspace;
        let may = [Action::WorkspaceView, Action::WorkspaceChange].into_iter();
        WorkspaceOut {
            id: row.id,
            title: &row.title,
            description: &row.description,
            color: &row.color,
            is_personal: row.is_personal,
            is_archived: row.is_archived,
            created_by: row.created_by,
            created_by_user: people.get(&row.created_by).map(CreatorOut::of),
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            membership: MembershipOut {
                member: listed.is_member,
            },
            projects_count: listed.projects,
            permissions: may.filter(|action| actor.may(*action)).map(Action::name).collect(),
        }
    }
}

/// Which workspaces to list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    is_archived: Option<bool>,
    #[serde(default)]
    is_personal: Option<bool>,
    #[serde(default)]
    ordering: Option<String>,
}

/// `GET /api/workspaces/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::WorkspaceView>,
    Query(query): Query<ListQuery>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let text = query.ordering.as_deref().unwrap_or_default();
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let order = match name {
        "" | "title" => Order::Title(descending),
        "id" => Order::Id(descending),
        "created_at" => Order::CreatedAt(descending),
        _ => {
            return Err(ApiError::field(
                "ordering",
                "Use title, id or created_at, with - for descending.",
            ));
        }
    };
    let filter = Filter {
        id: None,
        archived: query.is_archived,
        personal: query.is_personal,
    };
    let listed = service::list(&services, &organization, filter, order).await?;
    let people = tasks::people(&services, creators(&listed)).await?;
    let out: Vec<_> = listed
        .iter()
        .map(|one| WorkspaceOut::of(one, &people, organization.actor()))
        .collect();
    answer::json(StatusCode::OK, &choice, &out)
}

fn creators(listed: &[ListedWorkspace]) -> std::collections::BTreeSet<i64> {
    listed.iter().map(|one| one.workspace.created_by).collect()
}

async fn shown(
    services: &Services,
    actor: &Actor,
    listed: &ListedWorkspace,
    status: StatusCode,
) -> ApiResult<Response> {
    let people = tasks::people(services, [listed.workspace.created_by]).await?;
    answer::json(
        status,
        &FieldChoice::default(),
        &WorkspaceOut::of(listed, &people, actor),
    )
}

/// A new workspace, or changes of one.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkspaceIn {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    color: Option<String>,
    #[serde(default)]
    is_archived: Option<bool>,
    #[serde(default)]
    is_personal: Option<bool>,
}

impl WorkspaceIn {
    fn into_change(self) -> Change {
        Change {
            title: self.title,
            description: self.description,
            color: self.color,
            is_archived: self.is_archived,
        }
    }
}

/// `POST /api/workspaces/`
pub(crate) async fn create(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::WorkspaceCreate>,
    Body(body): Body<WorkspaceIn>,
) -> ApiResult<Response> {
    let actor = organization.actor().clone();
    let personal = body.is_personal.unwrap_or(false);
    let listed = service::create(&services, organization, body.into_change(), personal).await?;
    shown(&services, &actor, &listed, StatusCode::CREATED).await
}

/// `GET /api/workspaces/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceView>,
) -> ApiResult<Response> {
    let listed = service::detail(&services, workspace.actor(), workspace.row().id).await?;
    shown(&services, workspace.actor(), &listed, StatusCode::OK).await
}

/// `PATCH`, `PUT /api/workspaces/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
    Body(body): Body<WorkspaceIn>,
) -> ApiResult<Response> {
    let actor = workspace.actor().clone();
    let listed = service::update(&services, workspace, body.into_change()).await?;
    shown(&services, &actor, &listed, StatusCode::OK).await
}

/// `DELETE /api/workspaces/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(workspace, _): Access<WorkspaceRow, can::WorkspaceChange>,
) -> ApiResult<Response> {
    service::delete(&services, workspace).await?;
    Ok(answer::no_content())
}

/// Projects of a workspace in one answer at most; the list of projects has pages and `workspaces=`.
const PROJECTS: i64 = 1_000;

/// `GET /api/workspaces/{id}/projects/`
pub(crate) async fn list_projects(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceView>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let filter = projects::Filter {
        workspaces: vec![workspace.row().id],
        ..projects::Filter::default()
    };
    let order = projects::Order::Default;
    let (_, rows) = projects::list(&services, workspace.actor(), &filter, order, 0, PROJECTS).await?;
    let seen = sight::projects(&services, workspace.actor(), rows).await?;
    let people = tasks::people(&services, seen.iter().filter_map(|one| one.row.created_by)).await?;
    answer::json(StatusCode::OK, &choice, &shown_list(&services, &seen, &people))
}

/// A project.
#[derive(Debug, Deserialize)]
pub(crate) struct ProjectRef {
    #[serde(default)]
    project: Option<i64>,
}

impl ProjectRef {
    fn id(&self) -> ApiResult<i64> {
        self.project
            .ok_or_else(|| ApiError::field("project", "This field is required."))
    }
}

/// `POST /api/workspaces/{id}/projects/`: moves one here
pub(crate) async fn add_project(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceChange>,
    Authenticated(actor): Authenticated,
    Body(body): Body<ProjectRef>,
) -> ApiResult<Response> {
    let project = access::project(&services, actor, body.id()?, Action::ProjectChange).await?;
    service::move_project(&services, project, Some(workspace.row().id)).await?;
    Ok(answer::no_content())
}

/// `DELETE /api/workspaces/{id}/projects/?project=7`: takes one out
pub(crate) async fn remove_project(
    State(services): State<Services>,
    workspace: Access<WorkspaceRow, can::WorkspaceChange>,
    Authenticated(actor): Authenticated,
    Query(query): Query<ProjectRef>,
) -> ApiResult<Response> {
    let project = access::project(&services, actor, query.id()?, Action::ProjectChange).await?;
    if project.row().workspace_id != Some(workspace.row().id) {
        return Err(ServiceError::NotFound("Project").into());
    }
    service::move_project(&services, project, None).await?;
    Ok(answer::no_content())
}
