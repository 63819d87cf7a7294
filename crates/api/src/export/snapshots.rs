//! Snapshots: exports that are kept, and the formats that are made of them.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::access::ProjectRow;
use labelkeep_services::data_manager::views;
use labelkeep_services::export::snapshots::{self, Asked, Conversion, ConversionRow, Snapshot, Then};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{ReportOut, file_headers, snapshot_body};
use crate::extract::{Access, Body, PathIds, Query, can};
use crate::projects::CreatorOut;
use crate::wire::{Time, answer, ranged};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct SnapshotOut<'a> {
    title: &'a str,
    id: i64,
    created_by: Option<CreatorOut<'a>>,
    created_at: Time,
    finished_at: Option<Time>,
    status: &'a str,
    md5: &'a str,
    /// Ours: they move while it is made.
    counters: Box<RawValue>,
    /// Ours: how many tasks it will have at most; there while it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
    converted_formats: Vec<ConvertedOut<'a>>,
}

#[derive(Serialize)]
struct ConvertedOut<'a> {
    id: i64,
    status: &'a str,
    export_type: &'a str,
    traceback: Option<&'a str>,
    /// Ours: of the snapshot's tasks so many have been read; there while it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<i64>,
}

impl<'a> SnapshotOut<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let row = &snapshot.row;
        SnapshotOut {
            title: &row.title,
            id: row.id,
            created_by: snapshot.created_by.as_ref().map(CreatorOut::of),
            created_at: Time(row.created_at),
            finished_at: row.finished_at.map(Time),
            status: &row.status,
            md5: &row.md5,
            counters: RawValue::from_string(row.counters.clone()).unwrap_or_default(),
            total: snapshot.total,
            converted_formats: snapshot.conversions.iter().map(ConvertedOut::of).collect(),
        }
    }
}

impl<'a> ConvertedOut<'a> {
    fn of(row: &'a ConversionRow) -> Self {
        ConvertedOut {
            id: row.id,
            status: &row.status,
            export_type: &row.export_type,
            traceback: row.error.as_deref(),
            done: (row.status == "in_progress").then_some(row.done),
        }
    }
}

/// `GET /api/projects/{id}/exports/`
pub(crate) async fn list(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Export>,
) -> ApiResult<Response> {
    let found = snapshots::list(&services, &project).await?;
    answer::ok(&found.iter().map(SnapshotOut::of).collect::<Vec<_>>())
}

/// A snapshot that is to be made.
#[derive(Debug, Deserialize)]
pub(crate) struct SnapshotIn {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    task_filter_options: Option<Value>,
    #[serde(default)]
    annotation_filter_options: Option<Value>,
    #[serde(default)]
    serialization_options: Option<Value>,
    /// Ours: the format that is made of it as soon as it is there.
    #[serde(default)]
    convert: Option<ConvertIn>,
}

/// Longest title, in characters.
const TITLE: usize = 2048;

/// `POST /api/projects/{id}/exports/`
pub(crate) async fn create(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    Body(body): Body<SnapshotIn>,
) -> ApiResult<Response> {
    let title = body.title.filter(|title| !title.trim().is_empty());
    if title.as_ref().is_some_and(|title| title.chars().count() > TITLE) {
        let text = format!("Ensure this field has no more than {TITLE} characters.");
        return Err(ApiError::field("title", text));
    }
    let (mut selection, view) = snapshot_body::selection(
        body.task_filter_options.as_ref(),
        body.annotation_filter_options.as_ref(),
        body.serialization_options.as_ref(),
    )?;
    if let Some(id) = view {
        selection.view = match views::find(&services, project.actor().clone(), id).await {
            Ok((_, view)) if view.row.project_id == project.row().id => Some(view.wanted().to_json()),
            Ok(_) | Err(ServiceError::NotFound(_)) => return Err(snapshot_body::no_view(id)),
            Err(error) => return Err(error.into()),
        };
    }
    let then = body.convert.map(|convert| Then {
        how: convert.how(),
        export_type: convert.export_type,
    });
    let made = snapshots::create(&services, project, title, selection, then).await?;
    answer::created(&SnapshotOut::of(&made))
}

fn number(ids: &[i64]) -> i64 {
    ids.get(1).copied().unwrap_or_default()
}

/// `GET /api/projects/{id}/exports/{export}`
pub(crate) async fn read(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Export>,
    PathIds(ids): PathIds,
) -> ApiResult<Response> {
    let found = snapshots::get(&services, &project, number(&ids)).await?;
    answer::ok(&SnapshotOut::of(&found))
}

/// `DELETE /api/projects/{id}/exports/{export}`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    PathIds(ids): PathIds,
) -> ApiResult<Response> {
    snapshots::delete(&services, project, number(&ids)).await?;
    Ok(answer::no_content())
}

/// How to convert.
#[derive(Debug, Deserialize)]
pub(crate) struct ConvertIn {
    export_type: String,
    #[serde(default)]
    download_resources: Option<bool>,
    /// Ours, as in the export in one call.
    #[serde(default)]
    formula_escape: Option<bool>,
    /// Ours.
    #[serde(default)]
    exact: Option<bool>,
    /// Ours.
    #[serde(default)]
    manifest: Option<bool>,
}

impl ConvertIn {
    fn how(&self) -> Conversion {
        Conversion {
            download_resources: self.download_resources.unwrap_or(true),
            formula_escape: self.formula_escape.unwrap_or(false),
            exact: self.exact.unwrap_or(false),
            manifest: self.manifest.unwrap_or(false),
        }
    }
}

#[derive(Serialize)]
struct ConvertOut {
    export_type: String,
    converted_format: i64,
}

/// `POST /api/projects/{id}/exports/{export}/convert`
pub(crate) async fn convert(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    PathIds(ids): PathIds,
    Body(body): Body<ConvertIn>,
) -> ApiResult<Response> {
    let how = body.how();
    let converted_format = snapshots::convert(&services, project, number(&ids), &body.export_type, how).await?;
    answer::ok(&ConvertOut {
        export_type: body.export_type,
        converted_format,
    })
}

/// Which file of a snapshot.
#[derive(Debug, Deserialize)]
pub(crate) struct FileQuery {
    #[serde(default, rename = "exportType")]
    export_type: Option<String>,
    #[serde(default, rename = "export_type")]
    export_type_too: Option<String>,
    #[serde(default)]
    download_resources: Option<bool>,
    #[serde(default)]
    formula_escape: Option<bool>,
    #[serde(default)]
    exact: Option<bool>,
    #[serde(default)]
    manifest: Option<bool>,
}

impl FileQuery {
    fn parts(self) -> (String, Asked) {
        let asked = Asked {
            download_resources: self.download_resources,
            formula_escape: self.formula_escape,
            exact: self.exact,
            manifest: self.manifest,
        };
        let name = self.export_type.or(self.export_type_too);
        (name.unwrap_or_else(|| "JSON".to_owned()), asked)
    }
}

/// `GET /api/projects/{id}/exports/{export}/download`, with ranges
pub(crate) async fn download(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    PathIds(ids): PathIds,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (name, asked) = query.parts();
    let file = snapshots::download(&services, project, number(&ids), &name, asked).await?;
    let mut response = ranged::file(&file.file, &file.tag, &headers).await?;
    if response.status() != StatusCode::NOT_MODIFIED {
        response.headers_mut().extend(file_headers(&file.name, &file.extension));
    }
    Ok(response)
}

/// `GET /api/projects/{id}/exports/{export}/report`: ours; what a format of the snapshot leaves out
pub(crate) async fn report(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    PathIds(ids): PathIds,
    Query(query): Query<FileQuery>,
) -> ApiResult<Response> {
    let (name, asked) = query.parts();
    let report = snapshots::report(&services, project, number(&ids), &name, asked).await?;
    answer::ok(&ReportOut::from(report))
}
