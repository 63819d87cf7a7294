//! Jobs: what takes longer than a request.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::access::{Action, Granted, ProjectRow};
use labelkeep_services::jobs::{self as service, JobRow};
use labelkeep_services::{ServiceError, Services};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::OfProject;
use crate::extract::{Authenticated, PathId, Query};
use crate::wire::{FieldChoice, Time, answer};
use crate::{ApiError, ApiResult};

/// A job.
#[derive(Serialize)]
pub(crate) struct JobOut<'a> {
    id: i64,
    kind: &'a str,
    title: &'a str,
    project: Option<i64>,
    created_by: i64,
    state: &'a str,
    done: i64,
    total: i64,
    created_at: Time,
    started_at: Option<Time>,
    finished_at: Option<Time>,
    result: Option<Value>,
    error: Option<&'a str>,
    can_cancel: bool,
    trash: Option<i64>,
}

impl<'a> JobOut<'a> {
    pub(crate) fn of(project: &Granted<ProjectRow>, row: &'a JobRow) -> Self {
        let json = |text: &str| serde_json::from_str::<Value>(text).ok();
        let result = row.result.as_deref().and_then(json);
        let trash = result.as_ref().and_then(|result| result.get("trash")?.as_i64());
        JobOut {
            id: row.id,
            kind: &row.kind,
            title: &row.title,
            project: row.project_id,
            created_by: row.account_id,
            state: &row.state,
            done: row.done,
            total: row.total,
            created_at: Time(row.created_at),
            started_at: row.started_at.map(Time),
            finished_at: row.finished_at.map(Time),
            result,
            error: row.error.as_deref().filter(|error| !error.is_empty()),
            can_cancel: service::may_cancel(project, row),
            trash,
        }
    }
}

/// How long a request waits for its job, unless it says otherwise.
const PATIENCE: Duration = Duration::from_secs(25);

/// What a job answers to the request that began it: its result, or the job itself where that takes long or is asked for
/// (`Prefer: respond-async`).
pub(super) async fn answer_of(
    services: &Services,
    project: &Granted<ProjectRow>,
    job: JobRow,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let prefers = headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value
                .split([',', ';'])
                .any(|word| word.trim().eq_ignore_ascii_case("respond-async"))
        });
    let job = if prefers {
        job
    } else {
        service::wait(services, job.id, PATIENCE).await?
    };
    let out = JobOut::of(project, &job);
    match job.state.as_str() {
        "done" | "cancelled" => {
            let mut result = match out.result {
                Some(Value::Object(result)) => result,
                _ => Map::new(),
            };
            result.insert("job".to_owned(), job.id.into());
            answer::ok(&result)
        }
        "failed" => {
            let text = job.error.clone().unwrap_or_default();
            Err(ApiError::new(StatusCode::CONFLICT, text))
        }
        _ => {
            let body = json!({
                "job": serde_json::to_value(&out).map_err(|error| ServiceError::Internal(error.to_string()))?,
                "detail": "The work goes on. GET /api/jobs/{id}/ says how far it is.",
            });
            answer::json(StatusCode::ACCEPTED, &FieldChoice::default(), &body)
        }
    }
}

/// `GET /api/jobs/`: ours
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let rows = service::list(&services, &project).await?;
    answer::ok(&rows.iter().map(|row| JobOut::of(&project, row)).collect::<Vec<_>>())
}

/// `GET /api/jobs/{id}/`: ours
pub(crate) async fn read(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (project, row) = service::find(&services, actor, id, Action::TaskView).await?;
    answer::ok(&JobOut::of(&project, &row))
}

/// `POST /api/jobs/{id}/cancel/`: ours
pub(crate) async fn cancel(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (project, _) = service::find(&services, actor, id, Action::Annotate).await?;
    let row = service::cancel(&services, &project, id).await?;
    answer::ok(&JobOut::of(&project, &row))
}
