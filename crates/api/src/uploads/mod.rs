//! Uploaded files: lists, removal, and the bytes themselves.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use labelkeep_services::access::{self, Action, Actor, ProjectRow, UploadRow};
use labelkeep_services::{Services, uploads};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Access, Body, ContentKind, Query, RawBody, StoredData, can};
use crate::wire::answer;
use crate::wire::ranged::{self, header_value};
use crate::{ApiError, ApiResult};

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
    headers: HeaderMap,
) -> ApiResult<Response> {
    send(&services, actor, project, &name, &headers).await
}

/// Which file.
#[derive(Debug, Deserialize)]
pub(crate) struct StoredQuery {
    #[serde(default)]
    filepath: Option<String>,
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
    send(&services, actor, project, name, &headers).await
}

async fn send(services: &Services, actor: Actor, project: i64, name: &str, headers: &HeaderMap) -> ApiResult<Response> {
    let project = access::project(services, actor, project, Action::MediaView).await?;
    let (row, path) = uploads::open(services, &project, name).await?;
    let (kind, inline) = content_type(name);
    let mut response = ranged::file(&path, &row.id.to_string(), headers).await?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600, must-revalidate"),
    );
    // What people upload never runs on our origin, whatever it says it is (SEC-163).
    out.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    );
    out.insert(header::CONTENT_DISPOSITION, disposition(name, inline));
    Ok(response)
}

/// Content type by our own table, and whether it may be shown in place.
pub(crate) fn content_type(name: &str) -> (&'static str, bool) {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "png" => ("image/png", true),
        "jpg" | "jpeg" => ("image/jpeg", true),
        "gif" => ("image/gif", true),
        "webp" => ("image/webp", true),
        "bmp" => ("image/bmp", true),
        // Shown by <img> only, where it cannot run.
        "svg" => ("image/svg+xml", false),
        "mp3" => ("audio/mpeg", true),
        "wav" => ("audio/wav", true),
        "ogg" => ("audio/ogg", true),
        "flac" => ("audio/flac", true),
        "m4a" => ("audio/mp4", true),
        "mp4" => ("video/mp4", true),
        "webm" => ("video/webm", true),
        "pdf" => ("application/pdf", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "csv" => ("text/csv; charset=utf-8", false),
        "tsv" => ("text/tab-separated-values; charset=utf-8", false),
        "json" => ("application/json", false),
        _ => ("application/octet-stream", false),
    }
}

pub(crate) fn disposition(name: &str, inline: bool) -> HeaderValue {
    let shown = name.split_once('-').map_or(name, |(_, original)| original);
    let name = percent_encoding::utf8_percent_encode(shown, percent_encoding::NON_ALPHANUMERIC);
    header_value(&format!(
        "{}; filename*=UTF-8''{name}",
        if inline { "inline" } else { "attachment" }
    ))
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn sec_163_markup_is_never_shown_in_place() {
        for name in ["a.html", "a.svg", "a.xml", "a.HTM", "a", "a.js"] {
            assert!(!content_type(name).1, "{name}");
        }
    }
}
