//! The queue: the next task, and the stream's history.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::ProjectRow;
use labelkeep_services::{Services, queue, tasks};
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Query, can};
use crate::tasks::model::{Handed, ListedOut, Shape};
use crate::tasks::shown_data;
use crate::wire::{FieldChoice, answer};
use crate::{ApiError, ApiResult};

/// What the browser holds already.
#[derive(Debug, Deserialize)]
pub(crate) struct NextQuery {
    /// Ours: ids with commas. With them the answer is a further task, fetched ahead.
    #[serde(default)]
    exclude: Option<String>,
}

/// `GET /api/projects/{id}/next/`
pub(crate) async fn next(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Annotate>,
    Query(query): Query<NextQuery>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let row = project.row().clone();
    let excluded = query
        .exclude
        .unwrap_or_default()
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    let next = queue::next(&services, project, excluded).await?;
    let page = tasks::detail(&services, &next.task).await?;
    handed(&services, &row, &next, &page, &choice).await
}

/// A task that is handed out.
pub(crate) async fn handed(
    services: &Services,
    row: &ProjectRow,
    next: &queue::Next,
    page: &tasks::Page,
    choice: &FieldChoice,
) -> ApiResult<Response> {
    let data = shown_data(services, row, page, true).await?;
    let (Some(part), Some(data)) = (page.tasks.first(), data.first()) else {
        return Err(ApiError::not_found("No Task matches the given query."));
    };
    let now = services.now();
    let handed = Handed {
        queue: &next.queue,
        lock_id: &next.lock_id,
        account_id: next.task.actor().account_id,
    };
    let version = row.model_version.as_deref();
    let out =
        ListedOut::of(part, data, &page.people, Shape::Single, version, now).handed(part, &page.people, handed, now);
    Ok(answer::with_etag(
        answer::json(StatusCode::OK, choice, &out)?,
        next.task.row().updated_at,
    ))
}

#[derive(Serialize)]
struct Visit {
    #[serde(rename = "taskId")]
    task_id: i64,
    #[serde(rename = "annotationId")]
    annotation_id: Option<i64>,
}

/// `GET /api/projects/{id}/label-stream-history/`
pub(crate) async fn history(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Annotate>,
) -> ApiResult<Response> {
    let visits: Vec<Visit> = queue::history(&services, &project)
        .await?
        .into_iter()
        .map(|(task_id, annotation_id)| Visit { task_id, annotation_id })
        .collect();
    answer::ok(&visits)
}
