//! Predictions.

pub(crate) mod model;

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::{self, Action, PredictionRow, ProjectRow};
use labelkeep_services::{Services, predictions};
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Authenticated, Body, JsonText, Query, Strict, can};
use crate::wire::{answer, read_items};
use crate::{ApiError, ApiResult};
use model::{PredictionIn, PredictionItem, PredictionOut, PredictionPatch};

/// Which predictions to list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    task: Option<i64>,
    #[serde(default)]
    project: Option<i64>,
    #[serde(default, rename = "task__project")]
    task_project: Option<i64>,
}

/// `GET /api/predictions/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let rows = predictions::list(&services, &actor, query.task, query.project.or(query.task_project)).await?;
    let now = services.now();
    answer::ok(&rows.iter().map(|row| PredictionOut::of(row, now)).collect::<Vec<_>>())
}

/// `POST /api/predictions/`
pub(crate) async fn create(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<PredictionIn>,
) -> ApiResult<Response> {
    let task = access::task(&services, actor, body.task(), Action::PredictionChange)
        .await
        .map_err(|error| unknown_task(error, body.task()))?;
    let row = predictions::create(&services, task, body.into_work()).await?;
    answer::created(&PredictionOut::of(&row, services.now()))
}

/// `GET /api/predictions/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    prediction: Access<PredictionRow, can::PredictionView>,
) -> ApiResult<Response> {
    answer::ok(&PredictionOut::of(prediction.row(), services.now()))
}

/// `PATCH`, `PUT /api/predictions/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(prediction, _): Access<PredictionRow, can::PredictionChange>,
    Body(body): Body<PredictionPatch>,
) -> ApiResult<Response> {
    let row = predictions::update(&services, prediction, body.into_change()).await?;
    answer::ok(&PredictionOut::of(&row, services.now()))
}

/// `DELETE /api/predictions/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(prediction, _): Access<PredictionRow, can::PredictionChange>,
) -> ApiResult<Response> {
    predictions::delete(&services, prediction).await?;
    Ok(answer::no_content())
}

#[derive(Serialize)]
struct Imported {
    created: usize,
}

/// `POST /api/projects/{id}/import/predictions`: all of them or none
pub(crate) async fn import(
    State(services): State<Services>,
    project: Access<ProjectRow, can::PredictionChange>,
    strict: Strict,
    JsonText(text): JsonText,
) -> ApiResult<Response> {
    let items: Vec<PredictionItem> = read_items(&text, strict.extra())?;
    let mut work = Vec::with_capacity(items.len());
    for item in items {
        let task = access::task(&services, project.actor().clone(), item.task, Action::PredictionChange)
            .await
            .ok()
            .filter(|task| task.row().project_id == project.row().id)
            .ok_or_else(|| {
                let text = format!("Task {} does not belong to project {}.", item.task, project.row().id);
                ApiError::field("non_field_errors", text)
            })?;
        work.push((task, item.into_work()));
    }
    let rows = predictions::create_many(&services, work).await?;
    answer::created(&Imported { created: rows.len() })
}

fn unknown_task(error: labelkeep_services::ServiceError, id: i64) -> ApiError {
    match error {
        labelkeep_services::ServiceError::NotFound(_) => {
            ApiError::field("task", format!("Invalid pk \"{id}\" - object does not exist."))
        }
        other => other.into(),
    }
}
