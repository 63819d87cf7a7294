//! Drafts: of a task, on top of an annotation, and one by one.

pub(crate) mod model;

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::{DraftRow, TaskRow};
use labelkeep_services::annotations::Operation;
use labelkeep_services::{ServiceError, Services, drafts, tasks};

use crate::extract::{Access, IdempotencyKey, IfMatch, PathIds, Work, can};
use crate::wire::answer;
use crate::{ApiError, ApiResult};
use model::{DraftIn, DraftOut, DraftPatch};

/// `GET /api/tasks/{id}/drafts`, `GET /api/tasks/{id}/annotations/{annotation}/drafts`: every draft of the task
pub(crate) async fn list(
    State(services): State<Services>,
    task: Access<TaskRow, can::AnnotationView>,
) -> ApiResult<Response> {
    let rows = drafts::list(&services, &task).await?;
    let people = tasks::people(&services, rows.iter().map(|row| row.account_id)).await?;
    let now = services.now();
    let out: Vec<_> = rows.iter().map(|row| DraftOut::of(row, &people, now)).collect();
    answer::ok(&out)
}

/// `POST /api/tasks/{id}/drafts`
pub(crate) async fn create(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::Annotate>,
    IdempotencyKey(id): IdempotencyKey,
    Work(body): Work<DraftIn>,
) -> ApiResult<Response> {
    let work = body.into_work(None);
    let below = work.annotation_id;
    let row = drafts::create(&services, task, work, Operation { id, revision: None })
        .await
        .map_err(|error| match (error, below) {
            (ServiceError::NotFound("Annotation"), Some(id)) => {
                ApiError::field("annotation", format!("Invalid pk \"{id}\" - object does not exist."))
            }
            (error, _) => error.into(),
        })?;
    answered(&services, &row, true).await
}

/// `POST /api/tasks/{id}/annotations/{annotation}/drafts`
pub(crate) async fn create_on_annotation(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::Annotate>,
    PathIds(ids): PathIds,
    IdempotencyKey(id): IdempotencyKey,
    Work(body): Work<DraftIn>,
) -> ApiResult<Response> {
    let work = body.into_work(ids.get(1).copied());
    let row = drafts::create(&services, task, work, Operation { id, revision: None }).await?;
    answered(&services, &row, true).await
}

/// `GET /api/drafts/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    draft: Access<DraftRow, can::AnnotationView>,
) -> ApiResult<Response> {
    answered(&services, draft.row(), false).await
}

/// `PATCH`, `PUT /api/drafts/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(draft, _): Access<DraftRow, can::Annotate>,
    IdempotencyKey(id): IdempotencyKey,
    IfMatch(revision): IfMatch,
    Work(body): Work<DraftPatch>,
) -> ApiResult<Response> {
    let row = drafts::update(&services, draft, body.into_change(), Operation { id, revision }).await?;
    answered(&services, &row, false).await
}

/// `DELETE /api/drafts/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(draft, _): Access<DraftRow, can::Annotate>,
) -> ApiResult<Response> {
    drafts::delete(&services, draft).await?;
    Ok(answer::no_content())
}

async fn answered(services: &Services, row: &DraftRow, new: bool) -> ApiResult<Response> {
    let people = tasks::people(services, [row.account_id]).await?;
    let out = DraftOut::of(row, &people, services.now());
    let response = if new { answer::created(&out)? } else { answer::ok(&out)? };
    Ok(answer::with_etag(response, row.revision))
}
