//! Tasks: lists, one, create, change, delete.

mod listing;
pub(crate) mod model;

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{self, Action, ProjectRow, TaskRow};
use labelkeep_services::tasks::{self, Depth, Page};
use labelkeep_services::{Services, projects, sight};
use serde::Deserialize;
use serde_json::json;

use crate::extract::{Access, Authenticated, Body, IfMatch, Query, can};
use crate::wire::{FieldChoice, answer};
use crate::{ApiError, ApiResult};
use listing::Listing;
use model::{ListedOut, Shape, TaskIn, TaskOut, TaskPage, TaskPatch, listed};

/// Most rows of a page (SEC-227).
const PAGE_MAX: i64 = 1_000;

/// `GET /api/tasks/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    choice: FieldChoice,
    listing: Listing,
) -> ApiResult<Response> {
    let project = access::project(&services, actor, listing.project()?, Action::TaskView).await?;
    let seen = sight::project(&services, &project).await?;
    let total = seen.task_number;
    let (offset, size) = listing.stretch(total)?;
    let all = listing.is_whole();
    let (depth, shape) = if all {
        (Depth::Whole, Shape::Everything)
    } else {
        (Depth::Facts, Shape::Columns)
    };
    let descending = listing.is_descending()?;
    let page = tasks::page(&services, &project, offset, size, descending, depth).await?;
    let row = project.row();
    let data = shown_data(&services, row, &page)?;
    let tasks = listed(&page, &data, shape, row.model_version.as_deref(), services.now());
    let out = TaskPage {
        total_annotations: seen.total_annotations_number,
        total_predictions: row.total_predictions_number,
        total,
        tasks,
    };
    if choice.is_all() {
        return answer::ok(&out);
    }
    let reduced: Vec<serde_json::Value> =
        serde_json::from_slice(&choice.apply(serde_json::to_vec(&out.tasks).unwrap_or_default()))
            .map_err(|error| labelkeep_services::ServiceError::Internal(error.to_string()))?;
    answer::ok(&json!({
        "total_annotations": out.total_annotations, "total_predictions": out.total_predictions, "total": total,
        "tasks": reduced,
    }))
}

/// The data of each task, the placeholder of unknown keys replaced by the key that the configuration asks for.
pub(crate) fn shown_data<'a>(
    services: &Services,
    project: &ProjectRow,
    page: &'a Page,
) -> ApiResult<Vec<Cow<'a, str>>> {
    let config = projects::config(services, project)?;
    Ok(page
        .tasks
        .iter()
        .map(|part| tasks::shown_data(&config, &part.listed.task.data))
        .collect())
}

/// Which part of a project's tasks to list.
#[derive(Debug, Deserialize)]
pub(crate) struct ProjectListQuery {
    #[serde(default)]
    page: Option<i64>,
    #[serde(default)]
    start: Option<i64>,
    #[serde(default)]
    page_size: Option<i64>,
    #[serde(default)]
    length: Option<i64>,
}

/// `GET /api/projects/{id}/tasks/`: a plain array, newest first
pub(crate) async fn list_of_project(
    State(services): State<Services>,
    project: Access<ProjectRow, can::TaskView>,
    Query(query): Query<ProjectListQuery>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let row = project.row();
    let total = sight::project(&services, &project).await?.task_number;
    let size = match query.page_size.or(query.length) {
        Some(-1) => total.max(1),
        size => size.filter(|size| *size > 0).unwrap_or(50),
    };
    // `start` counts pages from zero, and tasks once it is larger than a page: both are in use.
    let page = match query.start {
        Some(start) if start > size => start / size + 1,
        Some(start) => start.saturating_add(1),
        None => query.page.unwrap_or(1),
    };
    let offset = page.saturating_sub(1).saturating_mul(size);
    if offset < 0 || (offset > 0 && offset >= total) {
        return Err(ApiError::not_found("Not found."));
    }
    let now = services.now();
    // A complete list is put together in stretches, so that one request never holds a whole project in memory twice.
    let mut out = Vec::new();
    let mut at = offset;
    let end = offset.saturating_add(size).min(total);
    while at < end {
        let limit = PAGE_MAX.min(end - at);
        let page = tasks::page(&services, &project, at, limit, true, Depth::Whole).await?;
        if page.tasks.is_empty() {
            break;
        }
        at += page.tasks.len() as i64;
        let data = shown_data(&services, row, &page)?;
        for (part, data) in page.tasks.iter().zip(&data) {
            let shown = TaskOut::of(&part.listed.task, data).with(part, &page.people, now);
            out.push(
                serde_json::value::to_raw_value(&shown)
                    .map_err(|error| ApiError::from(labelkeep_services::ServiceError::Internal(error.to_string())))?,
            );
        }
    }
    answer::json(StatusCode::OK, &choice, &out)
}

/// Which neighbour.
#[derive(Debug, Deserialize)]
pub(crate) struct NeighbourQuery {
    task: i64,
    #[serde(default)]
    direction: Option<String>,
}

/// `GET /api/projects/{id}/neighbour/`: ours, the task before or behind one in the list; null at the ends
pub(crate) async fn neighbour(
    State(services): State<Services>,
    project: Access<ProjectRow, can::TaskView>,
    Query(query): Query<NeighbourQuery>,
) -> ApiResult<Response> {
    let behind = query.direction.as_deref() != Some("previous");
    let id = tasks::neighbour(&services, &project, query.task, behind).await?;
    answer::ok(&json!({ "id": id }))
}

/// `DELETE /api/projects/{id}/tasks/`
pub(crate) async fn delete_all(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::TaskDelete>,
) -> ApiResult<Response> {
    tasks::delete_all(&services, project).await?;
    Ok(answer::no_content())
}

/// `POST /api/tasks/`
pub(crate) async fn create(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<TaskIn>,
) -> ApiResult<Response> {
    let id = body
        .project
        .ok_or_else(|| ApiError::field("project", "This field is required."))?;
    let project = access::project(&services, actor, id, Action::TaskCreate).await?;
    let row = tasks::create(&services, project, body.into_work()?).await?;
    answer::created(&TaskOut::of(&row, &row.data))
}

/// `POST /api/projects/{id}/tasks/`
pub(crate) async fn create_in_project(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::TaskCreate>,
    Body(body): Body<TaskIn>,
) -> ApiResult<Response> {
    let row = tasks::create(&services, project, body.into_work()?).await?;
    answer::created(&TaskOut::of(&row, &row.data))
}

/// How to show one.
#[derive(Debug, Deserialize)]
pub(crate) struct ReadQuery {
    /// Addresses of cloud storages as links of ours. It is checked only: there are no such storages.
    #[serde(default, rename = "resolve_uri")]
    _resolve_uri: Option<bool>,
}

/// `GET /api/tasks/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    task: Access<TaskRow, can::TaskView>,
    Query(ReadQuery { .. }): Query<ReadQuery>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let project = tasks::project_of(&services, &task).await?;
    let page = tasks::detail(&services, &task).await?;
    let data = shown_data(&services, &project, &page)?;
    let (Some(part), Some(data)) = (page.tasks.first(), data.first()) else {
        return Err(ApiError::not_found("No Task matches the given query."));
    };
    let version = project.model_version.as_deref();
    let out = ListedOut::of(part, data, &page.people, Shape::Single, version, services.now());
    Ok(answer::with_etag(
        answer::json(StatusCode::OK, &choice, &out)?,
        task.row().updated_at,
    ))
}

/// `PATCH`, `PUT /api/tasks/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::TaskChange>,
    IfMatch(version): IfMatch,
    Body(body): Body<TaskPatch>,
) -> ApiResult<Response> {
    let again = task.clone();
    let row = tasks::update(&services, task, body.into_change()?, version).await?;
    let page = tasks::detail(&services, &again).await?;
    let now = services.now();
    let mut out = TaskOut::of(&row, &row.data);
    if let Some(part) = page.tasks.first() {
        out = out.with(part, &page.people, now);
    }
    Ok(answer::with_etag(answer::ok(&out)?, row.updated_at))
}

/// `DELETE /api/tasks/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::TaskDelete>,
) -> ApiResult<Response> {
    tasks::delete(&services, task).await?;
    Ok(answer::no_content())
}

/// `GET /api/tasks/{id}/agreement/`: the upstream's feature switch is off
pub(crate) async fn agreement(_: Access<TaskRow, can::TaskView>) -> ApiError {
    ApiError::forbidden("Feature not enabled")
}
