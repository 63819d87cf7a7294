//! What actions have deleted, and its way back.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use labelkeep_services::Services;
use labelkeep_services::access::Action;
use labelkeep_services::data_manager::trash::{self as service, TrashRow};
use serde::Serialize;

use super::OfProject;
use super::jobs::answer_of;
use crate::ApiResult;
use crate::extract::{Authenticated, PathId, Query};
use crate::wire::{Time, answer};

#[derive(Serialize)]
struct EntryOut<'a> {
    id: i64,
    project: i64,
    kind: &'a str,
    items: i64,
    created_by: i64,
    created_at: Time,
    expires_at: Time,
    restored: bool,
    job: Option<i64>,
}

impl<'a> EntryOut<'a> {
    fn of(row: &'a TrashRow) -> Self {
        EntryOut {
            id: row.id,
            project: row.project_id,
            kind: &row.kind,
            items: row.items,
            created_by: row.account_id,
            created_at: Time(row.created_at),
            expires_at: Time(row.expires_at),
            restored: row.restored_at.is_some(),
            job: row.job_id,
        }
    }
}

/// `GET /api/dm/trash/`: ours
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let rows = service::list(&services, &project).await?;
    answer::ok(&rows.iter().map(EntryOut::of).collect::<Vec<_>>())
}

/// `POST /api/dm/trash/{id}/restore/`: ours
pub(crate) async fn restore(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (project, row) = service::find(&services, actor, id).await?;
    let job = service::restore(&services, &project, &row).await?;
    answer_of(&services, &project, job, &headers).await
}

/// `DELETE /api/dm/trash/{id}/`: ours; gone for good
pub(crate) async fn delete(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (project, row) = service::find(&services, actor, id).await?;
    service::delete(&services, project.actor(), &row).await?;
    Ok(answer::no_content())
}
