//! Tasks: lists, one, create, change, delete.

pub(crate) mod listing;
pub(crate) mod model;

use std::borrow::Cow;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{self, Action, ProjectRow, TaskRow};
use labelkeep_services::data_manager::list;
use labelkeep_services::storages::{self, Links};
use labelkeep_services::tasks::{self, Depth, Page, TaskWithParts};
use labelkeep_services::{ServiceError, Services, projects, sight};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

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
    let (project, wanted) = listing.resolve(&services, actor).await?;
    let asked = listing.asked()?;
    let found = list::page(&services, &project, &wanted, asked).await?;
    let shape = if asked.whole {
        Shape::Everything
    } else {
        Shape::Columns(found.evaluated)
    };
    let row = project.row();
    let data = shown_data(&services, row, &found.page, listing.resolves()).await?;
    let tasks = listed(&found, &data, shape, row.model_version.as_deref(), services.now());
    let out = TaskPage {
        total_annotations: found.totals.map(|totals| totals.annotations),
        total_predictions: found.totals.map(|totals| totals.predictions),
        total: found.total,
        total_is_exact: found.totals.is_some(),
        is_searching: found.is_searching,
        page: found.number,
        page_size: asked.size,
        indexing: found.indexing.iter().map(Into::into).collect(),
        tasks: RawValue::from_string(chosen(&choice, &tasks)?)
            .map_err(|error| ServiceError::Internal(error.to_string()))?,
    };
    answer::ok(&out)
}

/// The list with the fields that the caller wants.
fn chosen(choice: &FieldChoice, tasks: &[ListedOut<'_>]) -> ApiResult<String> {
    let text = serde_json::to_vec(tasks).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let text = if choice.is_all() { text } else { choice.apply(text) };
    Ok(String::from_utf8(text).map_err(|error| ServiceError::Internal(error.to_string()))?)
}

/// `GET /api/dm/totals/`: ours; what a list adds up to
pub(crate) async fn totals(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    listing: Listing,
) -> ApiResult<Response> {
    let (project, wanted) = listing.resolve(&services, actor).await?;
    let totals = list::totals(&services, &project, &wanted).await?;
    answer::ok(&json!({
        "total": totals.tasks,
        "total_annotations": totals.annotations,
        "total_predictions": totals.predictions,
    }))
}

/// The data of each task, the placeholder of unknown keys replaced by the key that the configuration asks for, and addresses of
/// storages by links of ours when they are to be resolved.
pub(crate) async fn shown_data<'a>(
    services: &Services,
    project: &ProjectRow,
    page: &'a Page,
    resolves: bool,
) -> ApiResult<Vec<Cow<'a, str>>> {
    let config = projects::config(services, project)?;
    let shown = |part: &'a TaskWithParts| tasks::shown_data(&config, &part.listed.task.data);
    // Most tasks name nothing in a storage; then the storages are not asked for.
    let names = |part: &TaskWithParts| storages::names_objects(&part.listed.task.data);
    if !resolves || !page.tasks.iter().any(names) {
        return Ok(page.tasks.iter().map(shown).collect());
    }
    let links = Links::of(services, project.id).await?;
    Ok(page
        .tasks
        .iter()
        .map(|part| match shown(part) {
            Cow::Borrowed(data) => links.shown(part.listed.task.id, data),
            Cow::Owned(data) => Cow::Owned(links.shown(part.listed.task.id, &data).into_owned()),
        })
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
        let data = shown_data(&services, row, &page, true).await?;
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
    /// Addresses of storages as links of ours.
    #[serde(default)]
    resolve_uri: Option<bool>,
}

/// `GET /api/tasks/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    task: Access<TaskRow, can::TaskView>,
    Query(query): Query<ReadQuery>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let project = tasks::project_of(&services, &task).await?;
    let page = tasks::detail(&services, &task).await?;
    let data = shown_data(&services, &project, &page, query.resolve_uri.unwrap_or(true)).await?;
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
