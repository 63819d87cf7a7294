//! Which people get which tasks.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::access::ProjectRow;
use labelkeep_services::assignments::{self as service, AssignmentRow, Kind, Mode, Tasks};
use labelkeep_services::data_manager::query::Wanted;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Access, Body, PathIds, Query, can};
use crate::project_members::model::ids;
use crate::wire::{Time, answer};
use crate::{ApiError, ApiResult};

/// An assignment (`TaskAssignment`).
#[derive(Serialize)]
struct AssignmentOut {
    id: i64,
    task: i64,
    assignee: i64,
    #[serde(rename = "type")]
    kind: String,
    created_at: Time,
    state: Option<()>,
}

impl From<AssignmentRow> for AssignmentOut {
    fn from(row: AssignmentRow) -> Self {
        AssignmentOut {
            id: row.id,
            task: row.task_id,
            assignee: row.account_id,
            kind: row.kind,
            created_at: Time(row.created_at),
            state: None,
        }
    }
}

/// The first assignment, as clients expect one, and all of them.
#[derive(Serialize)]
struct AssignedOut {
    id: Option<i64>,
    task: i64,
    assignee: Option<i64>,
    #[serde(rename = "type")]
    kind: &'static str,
    created_at: Option<Time>,
    state: Option<()>,
    assignments: Vec<AssignmentOut>,
}

impl AssignedOut {
    fn of(task: i64, kind: Kind, rows: Vec<AssignmentRow>) -> Self {
        AssignedOut {
            id: rows.first().map(|row| row.id),
            task,
            assignee: rows.first().map(|row| row.account_id),
            kind: kind.code(),
            created_at: rows.first().map(|row| Time(row.created_at)),
            state: None,
            assignments: rows.into_iter().map(AssignmentOut::from).collect(),
        }
    }
}

fn kind(code: &str) -> ApiResult<Kind> {
    Kind::from_code(code).ok_or_else(|| ApiError::field("type", format!("\"{code}\" is not a valid choice.")))
}

/// `GET /api/projects/{id}/tasks/{task}/assignees`
pub(crate) async fn list(
    State(services): State<Services>,
    project: Access<ProjectRow, can::TaskView>,
    PathIds([_, task]): PathIds,
) -> ApiResult<Response> {
    let rows = service::list(&services, &project, task).await?;
    answer::ok(&rows.into_iter().map(AssignmentOut::from).collect::<Vec<_>>())
}

/// Who gets the task.
#[derive(Debug, Deserialize)]
pub(crate) struct AssignIn {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    users: Vec<i64>,
}

/// `POST /api/projects/{id}/tasks/{task}/assignees`: these people too
pub(crate) async fn assign(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::AssignAnnotators>,
    PathIds([_, task]): PathIds,
    Body(body): Body<AssignIn>,
) -> ApiResult<Response> {
    let kind = kind(body.kind.as_deref().unwrap_or("AN"))?;
    let rows = service::assign(&services, project, task, kind, body.users, Mode::Add).await?;
    answer::created(&AssignedOut::of(task, kind, rows))
}

/// `PATCH /api/projects/{id}/tasks/{task}/assignees`: exactly these people
pub(crate) async fn replace(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::AssignAnnotators>,
    PathIds([_, task]): PathIds,
    Body(body): Body<AssignIn>,
) -> ApiResult<Response> {
    let kind = kind(body.kind.as_deref().unwrap_or("AN"))?;
    let rows = service::assign(&services, project, task, kind, body.users, Mode::Replace).await?;
    answer::ok(&AssignedOut::of(task, kind, rows))
}

/// Whose assignments go.
#[derive(Debug, Deserialize)]
pub(crate) struct UnassignQuery {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    users: Option<String>,
}

/// `DELETE /api/projects/{id}/tasks/{task}/assignees`
pub(crate) async fn unassign(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::AssignAnnotators>,
    PathIds([_, task]): PathIds,
    Query(query): Query<UnassignQuery>,
) -> ApiResult<Response> {
    let kind = query.kind.as_deref().map(kind).transpose()?;
    let people = ids("users", query.users.as_deref())?;
    service::unassign(&services, project, task, kind, people).await?;
    Ok(answer::no_content())
}

/// Which tasks, and who gets them.
#[derive(Debug, Deserialize)]
pub(crate) struct BulkIn {
    #[serde(rename = "type")]
    kind: String,
    users: Vec<i64>,
    #[serde(rename = "selectedItems")]
    selected: SelectedIn,
    /// As in views.
    #[serde(default)]
    filters: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct SelectedIn {
    all: bool,
    #[serde(default)]
    included: Vec<i64>,
    #[serde(default)]
    excluded: Vec<i64>,
}

#[derive(Serialize)]
struct BulkOut {
    assignments: u64,
    #[serde(rename = "async")]
    is_async: bool,
    /// The first thousand.
    task_ids: Vec<i64>,
}

/// `POST /api/projects/{id}/tasks/assignees`
pub(crate) async fn assign_many(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::AssignAnnotators>,
    Body(body): Body<BulkIn>,
) -> ApiResult<Response> {
    let SelectedIn {
        all,
        included,
        excluded,
    } = body.selected;
    let tasks = match body.filters.filter(|filters| !filters.is_null()) {
        Some(filters) => {
            let selected = match all {
                true => json!({ "all": true, "excluded": excluded }),
                // Of nothing that is named nothing is meant; a list would take it for everything.
                false if included.is_empty() => {
                    return Err(ApiError::field("selectedItems", "Name the tasks, or all but some."));
                }
                false => json!({ "all": false, "included": included }),
            };
            Tasks::Matching(Box::new(Wanted {
                filters: Some(filters),
                selected_items: Some(selected),
                ..Wanted::default()
            }))
        }
        None if all => Tasks::AllBut(excluded),
        None => Tasks::Included(included),
    };
    let done = service::assign_many(&services, project, kind(&body.kind)?, body.users, tasks).await?;
    answer::ok(&BulkOut {
        assignments: done.assignments,
        is_async: false,
        task_ids: done.tasks,
    })
}
