//! Storages of projects: where tasks come from, and where annotations go.

pub(crate) mod connections;
pub(crate) mod events;
pub(crate) mod media;
mod model;

use axum::extract::{FromRequestParts, MatchedPath, Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::request::Parts;
use labelkeep_services::access::{self, Action, Actor, Granted, ProjectRow, StorageRow};
use labelkeep_services::storages::{self, Provider, Purpose};
use labelkeep_services::{ServiceError, Services};
use serde::Deserialize;
use serde_json::json;

use crate::extract::{Access, Authenticated, Body, Confirmed, Query, Strict, can};
use crate::wire::answer;
use crate::{ApiError, ApiResult, App};
use model::{FilesOut, NotesOut, StorageIn, StorageOut, TypeOut, form};

/// Which storages a path is about: sources below `/api/storages`, targets below `/api/storages/export`.
pub(crate) struct Side(Purpose);

impl FromRequestParts<App> for Side {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let path = MatchedPath::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::no_such_page())?;
        Ok(Side(if path.as_str().starts_with("/api/storages/export") {
            Purpose::Target
        } else {
            Purpose::Source
        }))
    }
}

/// The provider that a path names.
pub(crate) struct OfKind(&'static dyn Provider);

#[derive(Deserialize)]
struct KindPath {
    kind: String,
}

impl FromRequestParts<App> for OfKind {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Path(KindPath { kind }) = Path::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::no_such_page())?;
        Ok(OfKind(storages::provider(&kind).map_err(|_| ApiError::no_such_page())?))
    }
}

crate::routes::asks_nothing!(Side, OfKind);

/// A storage that its path names rightly: of this kind, on this side.
fn rightly(storage: Granted<StorageRow>, kind: &OfKind, side: &Side) -> ApiResult<Granted<StorageRow>> {
    let row = storage.row();
    if row.kind == kind.0.kind() && storages::purpose_of(row) == side.0 {
        Ok(storage)
    } else {
        Err(ServiceError::NotFound("Storage").into())
    }
}

/// Of which project.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    project: Option<i64>,
}

async fn project(services: &Services, actor: Actor, query: &ListQuery) -> ApiResult<Granted<ProjectRow>> {
    let id = query
        .project
        .ok_or_else(|| ApiError::field("non_field_errors", "query parameter \"project\" is required"))?;
    Ok(access::project(services, actor, id, Action::ProjectChange).await?)
}

/// `GET /api/storages/types`, `GET /api/storages/export/types`
pub(crate) async fn types(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
) -> ApiResult<Response> {
    let offered = storages::offered(&services, &actor);
    answer::ok(&offered.into_iter().map(TypeOut::of).collect::<Vec<_>>())
}

/// `GET /api/storages/`, `GET /api/storages/export`: those of all kinds
pub(crate) async fn list_all(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    side: Side,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let project = project(&services, actor, &query).await?;
    let rows = storages::list(&services, &project, side.0).await?;
    answer::ok(&rows.iter().map(StorageOut).collect::<Vec<_>>())
}

/// `GET /api/storages/{kind}/`, `GET /api/storages/export/{kind}`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    kind: OfKind,
    side: Side,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let project = project(&services, actor, &query).await?;
    let rows = storages::list(&services, &project, side.0).await?;
    let of_kind = rows.iter().filter(|row| row.kind == kind.0.kind());
    answer::ok(&of_kind.map(StorageOut).collect::<Vec<_>>())
}

/// `POST /api/storages/{kind}/`, `POST /api/storages/export/{kind}`
pub(crate) async fn create(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    kind: OfKind,
    side: Side,
    strict: Strict,
    Body(body): Body<StorageIn>,
) -> ApiResult<Response> {
    let body = body.checked(kind.0, side.0, &strict)?;
    let project = access::project(&services, caller.actor, body.project()?, Action::ProjectChange).await?;
    let row = storages::create(
        &services,
        project,
        kind.0.kind(),
        side.0,
        body.into_change(kind.0, side.0)?,
    )
    .await?;
    answer::created(&StorageOut(&row))
}

/// `GET /api/storages/{kind}/{id}`, `GET /api/storages/export/{kind}/{id}`
pub(crate) async fn read(
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    answer::ok(&StorageOut(rightly(storage, &kind, &side)?.row()))
}

/// `PATCH`, `PUT /api/storages/{kind}/{id}`, and of targets
pub(crate) async fn update(
    State(services): State<Services>,
    _: Confirmed,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
    strict: Strict,
    Body(body): Body<StorageIn>,
) -> ApiResult<Response> {
    let storage = rightly(storage, &kind, &side)?;
    let body = body.checked(kind.0, side.0, &strict)?;
    if body.project.is_some_and(|id| id != storage.row().project_id) {
        return Err(ApiError::field("project", "A storage stays in its project."));
    }
    let row = storages::update(&services, storage, body.into_change(kind.0, side.0)?).await?;
    answer::ok(&StorageOut(&row))
}

/// `DELETE /api/storages/{kind}/{id}`, and of targets
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    storages::delete(&services, rightly(storage, &kind, &side)?).await?;
    Ok(answer::no_content())
}

/// `POST /api/storages/{kind}/{id}/sync`, and of targets
pub(crate) async fn sync(
    State(services): State<Services>,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    let row = storages::begin::sync(&services, rightly(storage, &kind, &side)?).await?;
    answer::ok(&StorageOut(&row))
}

/// `GET /api/storages/{kind}/{id}/notes`, and of targets: ours; what waits, and what did not work
pub(crate) async fn notes(
    State(services): State<Services>,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    let notes = storages::notes(&services, &rightly(storage, &kind, &side)?).await?;
    answer::ok(&NotesOut::of(&notes))
}

/// `POST /api/storages/export/{kind}/{id}/retry`: ours; what could not be written is tried now
pub(crate) async fn retry(
    State(services): State<Services>,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    storages::target::retry(&services, rightly(storage, &kind, &side)?).await?;
    Ok(answer::no_content())
}

/// `POST /api/storages/{kind}/validate`, and of targets: an empty 200, or one with a hint about the keys
pub(crate) async fn validate(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    kind: OfKind,
    side: Side,
    strict: Strict,
    Body(body): Body<StorageIn>,
) -> ApiResult<Response> {
    let body = body.checked(kind.0, side.0, &strict)?;
    let project = access::project(&services, actor, body.project()?, Action::ProjectChange).await?;
    let id = body.id;
    let hint = storages::validate(
        &services,
        &project,
        kind.0.kind(),
        side.0,
        id,
        body.into_change(kind.0, side.0)?,
    )
    .await?;
    match hint {
        Some(hint) => answer::ok(&json!({ "hint": hint })),
        None => Ok(StatusCode::OK.into_response()),
    }
}

/// `GET /api/storages/{kind}/form`, and of targets
pub(crate) async fn layout(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    let has_server = storages::has_server_credentials(&services, &actor, kind.0);
    answer::ok(&form(kind.0, side.0, has_server))
}

/// The most objects of a preview.
const FILES_MAX: usize = 1_000;

/// `POST /api/storages/{kind}/files`
pub(crate) async fn files(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    kind: OfKind,
    side: Side,
    strict: Strict,
    Body(body): Body<StorageIn>,
) -> ApiResult<Response> {
    let body = body.checked(kind.0, side.0, &strict)?;
    let project = access::project(&services, actor, body.project()?, Action::ProjectChange).await?;
    let (id, limit) = (body.id, body.limit.unwrap_or(100).clamp(1, FILES_MAX));
    let preview = storages::preview(
        &services,
        &project,
        kind.0.kind(),
        id,
        body.into_change(kind.0, side.0)?,
        limit,
    )
    .await?;
    answer::ok(&FilesOut::of(&preview))
}
