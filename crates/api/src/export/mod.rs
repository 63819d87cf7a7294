//! Export: which formats there are, and the file in one call.

mod snapshot_body;
pub(crate) mod snapshots;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use labelkeep_services::Services;
use labelkeep_services::access::ProjectRow;
use labelkeep_services::data_manager::actions;
use labelkeep_services::export::{self, Options, Report, Selection};
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Authenticated, Query, RawQuery, can, pairs};
use crate::wire::answer;
use crate::wire::ranged::header_value;
use crate::{ApiError, ApiResult};

/// What to export.
#[derive(Debug, Deserialize)]
pub(crate) struct ExportQuery {
    #[serde(default, rename = "exportType")]
    export_type: Option<String>,
    #[serde(default, rename = "export_type")]
    export_type_too: Option<String>,
    #[serde(default)]
    download_all_tasks: Option<bool>,
    #[serde(default)]
    download_resources: Option<bool>,
    /// Ours: text that a spreadsheet would run gets an apostrophe.
    #[serde(default)]
    formula_escape: Option<bool>,
    /// Ours: what the reference loses or bends is kept, where the format can hold it.
    #[serde(default)]
    exact: Option<bool>,
    /// Ours: the file comes in an archive with `labelkeep-manifest.json`.
    #[serde(default)]
    manifest: Option<bool>,
    #[serde(default)]
    interpolate_key_frames: Option<bool>,
    /// Ours: the tasks that an action of the data manager has chosen, by the number of its job.
    #[serde(default)]
    selection: Option<i64>,
}

impl ExportQuery {
    /// `text` is the whole query: ids may stand in it several times.
    fn options(self, text: Option<String>) -> ApiResult<Options> {
        let text = text.unwrap_or_default();
        let ids: Vec<i64> = pairs(&text)
            .into_iter()
            .filter(|(name, _)| matches!(name.as_ref(), "ids[]" | "ids"))
            .flat_map(|(_, value)| value.split(',').map(|id| id.trim().parse()).collect::<Vec<_>>())
            .collect::<Result<_, _>>()
            .map_err(|_| ApiError::field("ids[]", "A valid integer is required."))?;
        Ok(Options {
            format: self
                .export_type
                .or(self.export_type_too)
                .unwrap_or_else(|| "JSON".to_owned()),
            all_tasks: self.download_all_tasks.unwrap_or(false),
            ids: (!ids.is_empty()).then_some(ids),
            download_resources: self.download_resources.unwrap_or(true),
            formula_escape: self.formula_escape.unwrap_or(false),
            exact: self.exact.unwrap_or(false),
            manifest: self.manifest.unwrap_or(false),
            selection: Selection {
                interpolate: self.interpolate_key_frames.unwrap_or(false),
                ..Selection::default()
            },
        })
    }
}

#[derive(Serialize)]
struct Count {
    text: String,
    count: u64,
}

/// What an export holds of what there is.
#[derive(Serialize)]
pub(crate) struct ReportOut {
    items_in: u64,
    items_out: u64,
    /// Why items are not in the file.
    drops: Vec<Count>,
    /// What is missing of items that are.
    losses: Vec<Count>,
}

impl From<Report> for ReportOut {
    fn from(report: Report) -> Self {
        let counts = |list: Vec<(String, u64)>| list.into_iter().map(|(text, count)| Count { text, count }).collect();
        ReportOut {
            items_in: report.items_in,
            items_out: report.items_out,
            drops: counts(report.drops),
            losses: counts(report.losses),
        }
    }
}

/// `GET /api/projects/{id}/export/report`: ours; what the export with the same query would leave out
pub(crate) async fn report(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    Query(query): Query<ExportQuery>,
    RawQuery(text): RawQuery,
) -> ApiResult<Response> {
    let report = export::report(&services, project, query.options(text)?).await?;
    answer::ok(&ReportOut::from(report))
}

/// `GET /api/projects/{id}/export/formats`
pub(crate) async fn formats(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
) -> ApiResult<Response> {
    answer::ok(&export::catalog(&services, &project)?)
}

/// `GET /docs/formats`: what each format holds, to which the catalogue links
pub(crate) async fn docs(_: Authenticated) -> Response {
    let text = include_str!("../../../../docs/formats.md");
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// `GET /api/projects/{id}/export`
pub(crate) async fn download(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Export>,
    Query(query): Query<ExportQuery>,
    RawQuery(text): RawQuery,
) -> ApiResult<Response> {
    let chosen = query.selection;
    let mut options = query.options(text)?;
    if let Some(job) = chosen {
        options.ids = Some(actions::exported(&services, &project, job).await?);
    }
    let download = export::start(&services, project, options).await?;
    let headers = file_headers(&download.name, download.extension);
    let pieces = futures_util::stream::unfold(download.pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// What every exported file says of itself.
pub(crate) fn file_headers(name: &str, extension: &str) -> [(header::HeaderName, HeaderValue); 4] {
    // The dot is the reference's; clients compare it.
    let kind = if extension == "zip" {
        "application/zip".to_owned()
    } else {
        format!("application/.{extension}")
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    [
        (header::CONTENT_TYPE, header_value(&kind)),
        (header::CONTENT_DISPOSITION, header_value(&disposition)),
        (header::HeaderName::from_static("filename"), header_value(name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
