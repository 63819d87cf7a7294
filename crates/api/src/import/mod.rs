//! Import: a JSON body, uploaded files, or an address.

mod stream;

use axum::extract::State;
use axum::response::Response;
use futures_util::StreamExt as _;
use http::StatusCode;
use labelkeep_services::access::{Granted, ProjectRow};
use labelkeep_services::import::{self, ImportRow, Options, Source, Summary};
use labelkeep_services::jobs::JobRow;
use labelkeep_services::uploads::{Incoming, Receiver};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::data_manager::jobs::JobOut;
use crate::extract::{Access, Body, ContentKind, PathIds, Query, RawBody, can, pairs};
use crate::wire::{FieldChoice, Time, answer};
use crate::{ApiError, ApiResult};

/// How to import.
#[derive(Debug, Deserialize)]
pub(crate) struct ImportQuery {
    #[serde(default)]
    commit_to_project: Option<bool>,
    #[serde(default)]
    return_task_ids: Option<bool>,
    #[serde(default)]
    preannotated_from_fields: Option<String>,
    /// Ours: `false` makes one task of each CSV, TSV or TXT file (a time series, a document) instead of one of each row.
    #[serde(default)]
    files_as_tasks_list: Option<bool>,
    /// Ours: the files are an annotated data set of this kind (`coco`, `yolo`, …; see `docs/formats.md`).
    #[serde(default)]
    format: Option<String>,
    /// Ours: `true` makes the import a job; the answer (202) is the job.
    #[serde(default)]
    background: Option<bool>,
    /// Ours: its answers become predictions of this model version.
    #[serde(default)]
    as_predictions: Option<String>,
}

impl ImportQuery {
    fn options(self) -> ApiResult<Options> {
        let dataset = self.format.filter(|kind| !kind.is_empty() && kind != "tasks");
        if let Some(kind) = &dataset
            && !import::is_dataset(kind)
        {
            return Err(ApiError::field("format", format!("\"{kind}\" is not a valid choice.")));
        }
        Ok(Options {
            dataset,
            as_predictions: self.as_predictions.filter(|version| !version.is_empty()),
            commit_to_project: self.commit_to_project.unwrap_or(true),
            return_task_ids: self.return_task_ids.unwrap_or(false),
            preannotated_from_fields: names(self.preannotated_from_fields.as_deref().unwrap_or_default()),
            files_as_tasks_list: self.files_as_tasks_list.unwrap_or(true),
        })
    }
}

/// A JSON array, one name, or several joined by the first of `,` `;` `|` that is there.
fn names(text: &str) -> Vec<String> {
    if let Ok(list) = serde_json::from_str::<Vec<String>>(text) {
        return list;
    }
    let separator = [',', ';', '|']
        .into_iter()
        .find(|separator| text.contains(*separator))
        .unwrap_or(',');
    text.split(separator)
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What came in.
#[derive(Debug, Serialize)]
struct SummaryOut {
    task_count: u64,
    annotation_count: Option<u64>,
    prediction_count: Option<u64>,
    duration: f64,
    file_upload_ids: Vec<i64>,
    could_be_tasks_list: bool,
    /// An object for files, an empty array for JSON bodies.
    found_formats: Value,
    data_columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_ids: Option<Vec<i64>>,
    /// Ours: what was kept although it does not fit the configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
    /// Ours: a labeling configuration for what the data set holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed_config: Option<String>,
}

#[derive(Debug, Serialize)]
struct Warning {
    text: String,
    count: u64,
}

impl SummaryOut {
    fn of(summary: Summary, committed: bool) -> Self {
        SummaryOut {
            task_count: summary.task_count,
            annotation_count: committed.then_some(summary.annotation_count),
            prediction_count: committed.then_some(summary.prediction_count),
            duration: summary.duration,
            file_upload_ids: summary.file_upload_ids,
            could_be_tasks_list: summary.could_be_tasks_list,
            found_formats: match summary.found_formats {
                None => Value::Array(Vec::new()),
                Some(formats) => {
                    let formats: Map<String, Value> = formats
                        .into_iter()
                        .map(|(extension, number)| (extension, number.into()))
                        .collect();
                    Value::Object(formats)
                }
            },
            data_columns: summary.data_columns,
            task_ids: summary.task_ids,
            proposed_config: summary.proposed_config,
            warnings: summary
                .warnings
                .into_iter()
                .map(|(text, count)| Warning { text, count })
                .collect(),
        }
    }
}

/// `POST /api/projects/{id}/import`, `POST /api/projects/{id}/tasks/bulk/`
pub(crate) async fn create(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Import>,
    Query(query): Query<ImportQuery>,
    raw: RawBody,
) -> ApiResult<Response> {
    let in_background = query.background.unwrap_or(false);
    let options = query.options()?;
    let committed = options.commit_to_project;
    let summary = match raw.kind {
        // A data set is some files, of which one is not said to be the whole.
        ContentKind::Json if options.dataset.is_some() => {
            let text = "A data set is imported from files: send it as multipart/form-data.";
            return Err(ApiError::field("format", text));
        }
        ContentKind::Json if in_background => {
            let body = receive_body(&services, raw).await?;
            return told(
                &project,
                &import::job::begin_body(&services, &project, body, options).await?,
            );
        }
        ContentKind::Json => from_stream(&services, project, options, raw).await?,
        ContentKind::Multipart => {
            let files = receive(&services, raw).await?;
            if in_background {
                return in_a_job(&services, &project, files, options).await;
            }
            import::import(&services, project, Source::Files(files), options).await?
        }
        ContentKind::Urlencoded => match from_url(raw).await? {
            FromUrl::Data(data) => {
                let source = Source::Json(Box::new(std::io::Cursor::new(data)));
                import::import(&services, project, source, options).await?
            }
            FromUrl::Address(url) => {
                let file = import::fetch(&services, &project, &url).await?;
                if in_background {
                    return in_a_job(&services, &project, vec![file], options).await;
                }
                import::import(&services, project, Source::Files(vec![file]), options).await?
            }
        },
        ContentKind::Other => return Err(raw.unsupported()),
    };
    answer::created(&SummaryOut::of(summary, committed))
}

async fn from_stream(
    services: &Services,
    project: Granted<ProjectRow>,
    options: Options,
    raw: RawBody,
) -> ApiResult<Summary> {
    let max = services.settings.import_max_bytes;
    check_length(&raw, max)?;
    let (reader, feed) = stream::reader(raw.body, max);
    let work = import::import(services, project, Source::Json(Box::new(reader)), options);
    tokio::pin!(feed, work);
    // Both at once; when the parser is done early, the rest of the body is not waited for.
    let summary = tokio::select! {
        summary = &mut work => summary,
        () = &mut feed => work.await,
    };
    Ok(summary?)
}

/// Receives the files of a multipart body; what is over the limits is refused while it comes in.
pub(crate) async fn receive(services: &Services, raw: RawBody) -> ApiResult<Vec<Incoming>> {
    let boundary = multer::parse_boundary(&raw.content_type)
        .map_err(|_| ApiError::bad_request("Multipart form parse error - Invalid boundary in multipart."))?;
    let broken = |error: multer::Error| ApiError::bad_request(format!("Multipart form parse error - {error}"));
    let mut multipart = multer::Multipart::new(raw.body.into_data_stream(), boundary);
    let mut files = Vec::new();
    let mut received = 0;
    while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            continue;
        };
        if files.len() >= services.settings.upload_max_files {
            let text = format!(
                "At most {} files can be uploaded at once.",
                services.settings.upload_max_files
            );
            return Err(ServiceError::TooLarge(text).into());
        }
        let mut receiver = Receiver::open(services, &name, received).await?;
        while let Some(piece) = field.chunk().await.map_err(broken)? {
            receiver.write(&piece).await?;
        }
        let file = receiver.finish().await?;
        received += file.size;
        files.push(file);
    }
    Ok(files)
}

/// Makes a job of the files, and answers with it at once: who calls it off must know its number.
async fn in_a_job(
    services: &Services,
    project: &Granted<ProjectRow>,
    files: Vec<Incoming>,
    options: Options,
) -> ApiResult<Response> {
    told(project, &import::job::begin(services, project, files, options).await?)
}

fn told(project: &Granted<ProjectRow>, job: &JobRow) -> ApiResult<Response> {
    answer::json(StatusCode::ACCEPTED, &FieldChoice::default(), &JobOut::of(project, job))
}

/// Receives a JSON body as a file, from which a job reads on after a stop of the server.
async fn receive_body(services: &Services, raw: RawBody) -> ApiResult<Incoming> {
    let max = services.settings.import_max_bytes;
    check_length(&raw, max)?;
    let mut receiver = Receiver::of_body(services, "tasks.json", max).await?;
    let mut stream = raw.body.into_data_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| ApiError::bad_request("The connection broke off in the middle of the body."))?;
        receiver.write(&piece).await?;
    }
    Ok(receiver.finish().await?)
}

/// Refuses a body that says that it is too long.
fn check_length(raw: &RawBody, max: u64) -> ApiResult<()> {
    if raw.length.is_some_and(|length| length > max) {
        return Err(ServiceError::TooLarge(format!("Maximum size of a JSON body is {max} bytes")).into());
    }
    Ok(())
}

/// What a form brings.
enum FromUrl {
    Data(Vec<u8>),
    Address(String),
}

/// `url` holds an address, or the data itself.
async fn from_url(raw: RawBody) -> ApiResult<FromUrl> {
    let bytes = raw.bytes(MAX_FORM).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::bad_request("The form is not UTF-8."))?;
    let url = pairs(text)
        .into_iter()
        .find(|(name, _)| name == "url")
        .map(|(_, value)| value.into_owned());
    let url = url.ok_or_else(|| ApiError::field("non_field_errors", "\"url\" is not found in request data"))?;
    let inline = [url.clone(), url.replace('\'', "\"")]
        .into_iter()
        .find(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    Ok(match inline {
        Some(data) => FromUrl::Data(data.into_bytes()),
        None => FromUrl::Address(url),
    })
}

/// Largest form with inline data, in bytes.
const MAX_FORM: usize = 10 * 1024 * 1024;

/// Where an import stands.
#[derive(Debug, Serialize)]
struct StatusOut {
    id: i64,
    project: i64,
    status: String,
    error: Option<String>,
    created_at: Time,
    updated_at: Time,
    finished_at: Option<Time>,
    #[serde(flatten)]
    summary: Map<String, Value>,
}

impl From<ImportRow> for StatusOut {
    fn from(row: ImportRow) -> Self {
        StatusOut {
            id: row.id,
            project: row.project_id,
            status: row.status,
            error: row.error,
            created_at: Time(row.created_at),
            updated_at: Time(row.updated_at),
            finished_at: row.finished_at.map(Time),
            summary: serde_json::from_str(&row.summary).unwrap_or_default(),
        }
    }
}

/// `GET /api/projects/{id}/imports/{import}/`
pub(crate) async fn status(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Import>,
    PathIds(ids): PathIds,
) -> ApiResult<Response> {
    let row = import::status(&services, &project, ids.get(1).copied().unwrap_or_default()).await?;
    answer::ok(&StatusOut::from(row))
}

/// `GET /api/projects/{id}/imports/`: ours; one's own imports that run now
pub(crate) async fn running(
    State(services): State<Services>,
    project: Access<ProjectRow, can::Import>,
) -> ApiResult<Response> {
    let rows = import::running(&services, &project).await?;
    answer::ok(&rows.into_iter().map(StatusOut::from).collect::<Vec<_>>())
}

/// Which uploads to read again.
#[derive(Debug, Deserialize)]
pub(crate) struct ReimportIn {
    #[serde(default)]
    file_upload_ids: Option<Vec<i64>>,
    #[serde(default)]
    files_as_tasks_list: Option<bool>,
}

/// `POST /api/projects/{id}/reimport`
pub(crate) async fn reimport(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::Import>,
    Body(body): Body<ReimportIn>,
) -> ApiResult<Response> {
    let ids = body.file_upload_ids.unwrap_or_default();
    if ids.is_empty() {
        return answer::ok(&SummaryOut::of(
            Summary {
                found_formats: Some(Vec::new()),
                ..Default::default()
            },
            true,
        ));
    }
    let as_list = body.files_as_tasks_list.unwrap_or(true);
    let summary = import::reimport(&services, project, ids, as_list).await?;
    answer::created(&SummaryOut::of(summary, true))
}
