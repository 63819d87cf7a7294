//! Uploaded files: lists, removal, and the bytes themselves.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::access::{self, Action, Actor, ProjectRow, UploadRow};
use labelkeep_services::files::StoredFile;
use labelkeep_services::media_links::{self, Media};
use labelkeep_services::{Services, thumbnails, uploads};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Access, Body, ContentKind, Query, RawBody, StoredData, can};
use crate::wire::{answer, ranged, small, stored};
use crate::{ApiError, ApiResult, media_host};

/// An uploaded file.
#[derive(Debug, Serialize)]
struct UploadOut {
    id: i64,
    file: String,
    size: i64,
}

impl UploadOut {
    fn of(row: &UploadRow) -> Self {
        UploadOut {
            id: row.id,
            file: format!("upload/{}/{}", row.project_id, row.name),
            size: row.size,
        }
    }
}

/// Which uploads to list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    all: Option<bool>,
    /// A JSON array.
    #[serde(default)]
    ids: Option<Vec<i64>>,
}

/// `GET /api/projects/{id}/file-uploads`: nothing unless `all`, `ids`, or the project is a draft
pub(crate) async fn list(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Import>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Response> {
    let rows = if query.ids.is_some() || query.all.unwrap_or(false) || project.row().is_draft {
        uploads::list(&services, &project, query.ids.as_deref()).await?
    } else {
        Vec::new()
    };
    answer::ok(&rows.iter().map(UploadOut::of).collect::<Vec<_>>())
}

/// Which uploads to remove; all when nothing is said.
#[derive(Debug, Deserialize)]
pub(crate) struct DeleteIn {
    #[serde(default)]
    file_upload_ids: Option<Vec<i64>>,
}

/// `DELETE /api/projects/{id}/file-uploads`
pub(crate) async fn delete_many(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Import>,
    Body(body): Body<DeleteIn>,
) -> ApiResult<Response> {
    let deleted = uploads::delete(&services, project, body.file_upload_ids).await?;
    answer::ok(&json!({ "deleted": deleted }))
}

/// `GET /api/import/file-upload/{id}`
pub(crate) async fn read(upload: Access<UploadRow, can::Import>) -> ApiResult<Response> {
    answer::ok(&UploadOut::of(upload.row()))
}

/// `PATCH`, `PUT /api/import/file-upload/{id}`. There is nothing to change: tasks name the file by its address, and what
/// they show stays what was labeled.
pub(crate) async fn update(
    upload: Access<UploadRow, can::Import>,
    method: http::Method,
    raw: RawBody,
) -> ApiResult<Response> {
    let sent = match raw.kind {
        ContentKind::Multipart => {
            let mut form = raw.multipart(REPLACED_MAX).await?;
            form.next_field().await.ok().flatten().is_some()
        }
        _ => false,
    };
    if sent {
        let text = "An uploaded file is not replaced. Import the new one; the answer of the import holds its id.";
        return Err(ApiError::field("file", text));
    }
    if method == http::Method::PUT {
        return Err(ApiError::field("file", "No file was submitted."));
    }
    answer::ok(&UploadOut::of(upload.row()))
}

/// How much of a refused file is looked at, in bytes.
const REPLACED_MAX: usize = 64 * 1024 * 1024;

/// `DELETE /api/import/file-upload/{id}`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(upload, _): Access<UploadRow, can::Import>,
) -> ApiResult<Response> {
    let (actor, row) = upload.into_parts();
    let project = access::project(&services, actor, row.project_id, Action::Import).await?;
    uploads::delete(&services, project, Some(vec![row.id])).await?;
    Ok(answer::no_content())
}

/// `GET /data/upload/{project}/{name}`, with ranges
pub(crate) async fn serve(
    State(services): State<Services>,
    StoredData(actor): StoredData,
    Path((project, name)): Path<(i64, String)>,
    Query(query): Query<SmallQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let side = query.thumbnail.as_deref().and_then(thumbnails::side);
    send(&services, actor, project, &name, side, &headers).await
}

/// How large.
#[derive(Debug, Deserialize)]
pub(crate) struct SmallQuery {
    #[serde(default)]
    thumbnail: Option<String>,
}

/// Which file.
#[derive(Debug, Deserialize)]
pub(crate) struct StoredQuery {
    #[serde(default)]
    filepath: Option<String>,
    #[serde(default)]
    thumbnail: Option<String>,
}

/// `GET /storage-data/uploaded/?filepath=upload/{project}/{name}`: the same by its stored name
pub(crate) async fn serve_stored(
    State(services): State<Services>,
    StoredData(actor): StoredData,
    Query(query): Query<StoredQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (project, name) = query
        .filepath
        .as_deref()
        .and_then(|path| path.strip_prefix("upload/")?.split_once('/'))
        .and_then(|(project, name)| Some((project.parse().ok()?, name)))
        .ok_or_else(|| ApiError::not_found("No FileUpload matches the given query."))?;
    let side = query.thumbnail.as_deref().and_then(thumbnails::side);
    send(&services, actor, project, name, side, &headers).await
}

async fn send(
    services: &Services,
    actor: Actor,
    project: i64,
    name: &str,
    side: Option<usize>,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let project = access::project(services, actor, project, Action::MediaView).await?;
    let (row, file) = uploads::open(services, &project, name).await?;
    if let Some(side) = side
        && let Some(made) = thumbnails::of_upload(services, &file, side).await?
    {
        return Ok(small::answer(made, project.actor().account_id, side, headers));
    }
    let media = Media::Upload(row.project_id, row.name);
    match media_links::link(services, project.actor().account_id, media) {
        Some(link) => Ok(media_host::lead(&link)),
        None => bytes(&file, &row.id.to_string(), name, headers).await,
    }
}

/// The bytes of an upload. `tag` names its content, `name` is how it is stored.
pub(crate) async fn bytes(file: &StoredFile, tag: &str, name: &str, headers: &HeaderMap) -> ApiResult<Response> {
    let mut response = ranged::file(file, tag, headers).await?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    // What stands before the first hyphen was put there when the file came in.
    let original = name.split_once('-').map_or(name, |(_, original)| original);
    stored::describe(response.headers_mut(), original);
    Ok(response)
}
