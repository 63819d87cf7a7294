//! Annotations: list, create, read, change, delete, back to a draft, and their history.

mod history;
pub(crate) mod model;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{AnnotationRow, TaskRow};
use labelkeep_services::annotations::{self, Operation, Saved};
use labelkeep_services::{Services, tasks};
use serde::Deserialize;

use crate::ApiResult;
use crate::drafts::model::DraftOut;
use crate::extract::{Access, IdempotencyKey, IfMatch, PathIds, Query, Strict, Work, can};
use crate::wire::{FieldChoice, answer};
use history::{EntryOut, StateOut};
use model::{AnnotationIn, AnnotationOut, AnnotationPatch, Author};

/// `?was_cancelled=1` counts as much as the body's.
#[derive(Debug, Deserialize)]
pub(crate) struct SkipQuery {
    #[serde(default)]
    was_cancelled: Option<bool>,
}

/// `GET /api/tasks/{id}/annotations/`
pub(crate) async fn list(
    State(services): State<Services>,
    task: Access<TaskRow, can::AnnotationView>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let rows = tasks::annotations(&services, &task).await?;
    let people = tasks::people(&services, rows.iter().filter_map(|row| row.completed_by)).await?;
    let now = services.now();
    let out: Vec<_> = rows
        .iter()
        .map(|row| AnnotationOut::of(row, &people, Author::Id, now))
        .collect();
    answer::json(StatusCode::OK, &choice, &out)
}

/// `POST /api/tasks/{id}/annotations/`
pub(crate) async fn create(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::Annotate>,
    Query(query): Query<SkipQuery>,
    IdempotencyKey(id): IdempotencyKey,
    strict: Strict,
    Work(body): Work<AnnotationIn>,
) -> ApiResult<Response> {
    strict.check(&task, "annotation", &body.reserved())?;
    let submission = body.into_submission(query.was_cancelled)?;
    let only = task.only_own();
    let saved = annotations::submit(&services, task, submission, Operation { id, revision: None }).await?;
    answer_saved(&services, saved, only, StatusCode::CREATED)
}

/// `GET /api/annotations/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    annotation: Access<AnnotationRow, can::AnnotationView>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let mut row = annotation.row().clone();
    hide(&mut row, annotation.only_own());
    let people = tasks::people(&services, row.completed_by).await?;
    let out = AnnotationOut::of(&row, &people, Author::Id, services.now());
    Ok(answer::with_etag(
        answer::json(StatusCode::OK, &choice, &out)?,
        row.revision,
    ))
}

/// `PATCH`, `PUT /api/annotations/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(annotation, _): Access<AnnotationRow, can::Annotate>,
    Query(query): Query<SkipQuery>,
    IdempotencyKey(id): IdempotencyKey,
    IfMatch(revision): IfMatch,
    strict: Strict,
    Work(body): Work<AnnotationPatch>,
) -> ApiResult<Response> {
    strict.check(&annotation, "annotation", &body.reserved())?;
    let change = body.into_change(query.was_cancelled)?;
    let only = annotation.only_own();
    let saved = annotations::update(&services, annotation, change, Operation { id, revision }).await?;
    answer_saved(&services, saved, only, StatusCode::OK)
}

/// `DELETE /api/annotations/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(annotation, _): Access<AnnotationRow, can::Annotate>,
    IdempotencyKey(id): IdempotencyKey,
) -> ApiResult<Response> {
    annotations::delete(&services, annotation, Operation { id, revision: None }).await?;
    Ok(answer::no_content())
}

/// `POST /api/annotations/{id}/convert-to-draft`
pub(crate) async fn convert_to_draft(
    State(services): State<Services>,
    Access(annotation, _): Access<AnnotationRow, can::Annotate>,
    IdempotencyKey(id): IdempotencyKey,
) -> ApiResult<Response> {
    let draft = annotations::convert_to_draft(&services, annotation, Operation { id, revision: None }).await?;
    let people = tasks::people(&services, [draft.account_id]).await?;
    answer::created(&DraftOut::of(&draft, &people, services.now()))
}

/// `?before=12` gives older entries.
#[derive(Debug, Deserialize)]
pub(crate) struct HistoryQuery {
    #[serde(default)]
    before: Option<i64>,
}

/// `GET /api/annotations/{id}/history`
pub(crate) async fn history(
    State(services): State<Services>,
    annotation: Access<AnnotationRow, can::AnnotationView>,
    Query(query): Query<HistoryQuery>,
) -> ApiResult<Response> {
    let entries = annotations::history(&services, &annotation, query.before).await?;
    let people = tasks::people(&services, entries.iter().map(|entry| entry.account_id)).await?;
    let out: Vec<_> = entries
        .iter()
        .map(|entry| EntryOut::of(entry, &people, annotation.only_own()))
        .collect();
    answer::ok(&out)
}

/// `GET /api/annotations/{id}/history/{entry}`
pub(crate) async fn state(
    State(services): State<Services>,
    annotation: Access<AnnotationRow, can::AnnotationView>,
    PathIds([_, entry]): PathIds,
) -> ApiResult<Response> {
    let state = annotations::state(&services, &annotation, entry).await?;
    answer::ok(&StateOut::of(&state))
}

/// Without the names of others, where the caller sees only their own work.
fn hide(row: &mut AnnotationRow, only: Option<i64>) {
    if let Some(account_id) = only {
        tasks::narrow_annotation(row, account_id);
    }
}

fn answer_saved(services: &Services, saved: Saved, only: Option<i64>, status: StatusCode) -> ApiResult<Response> {
    let mut row = saved.annotation;
    hide(&mut row, only);
    let people = saved.author.map(|person| (person.id, person)).into_iter().collect();
    let out = AnnotationOut::of(&row, &people, Author::Id, services.now());
    Ok(answer::with_etag(
        answer::json(status, &FieldChoice::default(), &out)?,
        row.revision,
    ))
}
