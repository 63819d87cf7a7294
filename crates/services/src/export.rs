//! Export: tasks are read in stretches and written by a thread while the download runs; memory stays flat.

use std::collections::HashMap;
use std::io::{Read, Write};

use bytes::Bytes;
use labelkeep_formats::export::{
    self as formats, Context, ExportAnnotation, ExportError, ExportTask, Exporter, FormatInfo, Media, Report, Tasks,
};
use labelkeep_store::annotations::AnnotationRow;
use labelkeep_store::drafts::DraftRow;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::tasks::{ExportFilter, ListedTask};
use labelkeep_store::{self as store, audit};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::access::{self, Granted};
use crate::tasks::People;
use crate::{Invalid, Result, ServiceError, Services};

/// What to export.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the format.
    pub format: String,
    /// Tasks without annotations too.
    pub all_tasks: bool,
    /// Only these tasks, when given.
    pub ids: Option<Vec<i64>>,
    /// Pictures go into the archive.
    pub download_resources: bool,
    /// Text that a spreadsheet would run gets an apostrophe (SEC-168).
    pub formula_escape: bool,
    /// What the reference loses or bends is kept, where the format can hold it.
    pub exact: bool,
}

/// A file on its way out.
pub struct Download {
    /// `project-{id}-at-{time}-{8 hex}.{extension}`
    pub name: String,
    /// `json`, `csv`, `zip`
    pub extension: &'static str,
    /// The bytes; an error ends the download, which the client then knows to be incomplete.
    pub pieces: mpsc::Receiver<std::io::Result<Bytes>>,
}

/// How many tasks are read at once.
const STRETCH: i64 = 500;
/// How many pieces of the file may wait for the client.
const PIECES_AHEAD: usize = 8;
/// How many stretches may wait for the writer.
const STRETCHES_AHEAD: usize = 2;
/// Size of a piece, in bytes.
const PIECE: usize = 64 * 1024;

/// The formats, those that fit the project first.
pub fn catalog(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<FormatInfo>> {
    let config = crate::projects::config(services, project.row())?;
    Ok(formats::catalog(&config))
}

/// Begins an export. The audit trail has it before the first byte goes out.
pub async fn start(services: &Services, project: Granted<ProjectRow>, options: Options) -> Result<Download> {
    let exporter = exporter_of(&options.format)?;
    let sight = Sight::of(&project);
    let (actor, project) = project.into_parts();
    let now = services.now();
    let (origin, object) = (access::origin(&actor), format!("project:{}", project.id));
    // How many tasks were asked for; those without an annotation are left out unless all are wanted.
    let asked = options
        .ids
        .as_ref()
        .map_or(project.task_number, |ids| i64::try_from(ids.len()).unwrap_or(i64::MAX));
    let detail = serde_json::json!({
        "format": exporter.name(),
        "tasks": asked,
        "only_annotated": !options.all_tasks,
    });
    let detail = detail.to_string();
    services
        .db
        .write(move |tx| {
            Box::pin(async move { audit::record(tx, &origin, "project.export", &object, &detail, now).await })
        })
        .await?;
    let time = chrono::DateTime::from_timestamp_micros(now)
        .unwrap_or_default()
        .format("%Y-%m-%d-%H-%M");
    let unique = &uuid::Uuid::new_v4().simple().to_string()[..8];
    let extension = exporter.extension();
    let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
    let writer = Writer {
        services: services.clone(),
        project: project.clone(),
        exporter,
        options,
        sight,
        now,
    };
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || writer.run(&runtime, sender));
    Ok(Download {
        name: format!("project-{}-at-{time}-{unique}.{extension}", project.id),
        extension,
        pieces,
    })
}

fn exporter_of(format: &str) -> Result<&'static dyn Exporter> {
    let unknown = || Invalid::field("exportType", format!("{format} is not supported export format"));
    Ok(formats::exporter(format).ok_or_else(unknown)?)
}

/// What an export would leave out, without making one. Pictures are not opened.
pub async fn report(services: &Services, project: Granted<ProjectRow>, options: Options) -> Result<Report> {
    let exporter = exporter_of(&options.format)?;
    let writer = Writer {
        sight: Sight::of(&project),
        services: services.clone(),
        project: project.into_parts().1,
        exporter,
        options: Options {
            download_resources: false,
            ..options
        },
        now: services.now(),
    };
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || writer.write(&runtime, &mut std::io::sink()))
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| ServiceError::Internal(error.to_string()))
}

struct Writer {
    services: Services,
    project: ProjectRow,
    exporter: &'static dyn Exporter,
    options: Options,
    sight: Sight,
    now: i64,
}

/// What the one who exports sees (SEC-116, SEC-117): an export holds nothing else.
#[derive(Debug, Clone, Copy)]
struct Sight {
    /// Only work of this person.
    only: Option<i64>,
    /// Only tasks that are assigned to this person.
    assigned_to: Option<i64>,
}

impl Sight {
    fn of(project: &Granted<ProjectRow>) -> Self {
        Sight {
            only: project.only_own(),
            assigned_to: project.assigned_only(),
        }
    }
}

impl Writer {
    fn run(self, runtime: &tokio::runtime::Handle, sender: mpsc::Sender<std::io::Result<Bytes>>) {
        let mut out = PieceWriter {
            sender,
            piece: Vec::with_capacity(PIECE),
        };
        let written = self
            .write(runtime, &mut out)
            .and_then(|report| out.flush().map(|()| report).map_err(ExportError::from));
        match written {
            Ok(report) => tracing::info!(
                project = self.project.id,
                format = self.exporter.name(),
                items_in = report.items_in,
                items_out = report.items_out,
                drops = ?report.drops,
                "exported"
            ),
            // The client has gone: nobody is left to be told.
            Err(ExportError::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                tracing::error!(project = self.project.id, format = self.exporter.name(), %error, "an export broke off");
                let _ = out
                    .sender
                    .blocking_send(Err(std::io::Error::other("the export broke off")));
            }
        }
    }

    fn write(&self, runtime: &tokio::runtime::Handle, out: &mut dyn Write) -> Result<Report, ExportError> {
        let config = crate::projects::config(&self.services, &self.project)
            .map_err(|error| ExportError::Source(error.to_string()))?;
        let media = Uploads {
            services: self.services.clone(),
            project: self.project.clone(),
            runtime: runtime.clone(),
        };
        let context = Context {
            config: &config,
            now: self.now,
            media: &media,
            download_resources: self.options.download_resources,
            formula_escape: self.options.formula_escape,
            exact: self.options.exact,
        };
        let mut source = || self.tasks(runtime, &config);
        self.exporter.export(&context, &mut source, out)
    }

    /// All tasks once, read ahead of the writer.
    fn tasks<'a>(&'a self, runtime: &tokio::runtime::Handle, config: &'a labelkeep_labeling::Config) -> Tasks<'a> {
        let (sender, mut stretches) = mpsc::channel(STRETCHES_AHEAD);
        let (services, project_id, options) = (self.services.clone(), self.project.id, self.options.clone());
        let sight = self.sight;
        // In a thread of its own: a stretch of an embedded database is read at once, and takes some milliseconds.
        let reading = runtime.clone();
        runtime.spawn_blocking(move || {
            reading.block_on(async {
                if let Err(error) = read(&services, project_id, &options, sight, &sender).await {
                    let _ = sender.send(Err(error)).await;
                }
            });
        });
        let mut rest: std::vec::IntoIter<ExportTask> = Vec::new().into_iter();
        Box::new(std::iter::from_fn(move || {
            loop {
                if let Some(mut task) = rest.next() {
                    if let std::borrow::Cow::Owned(shown) = crate::tasks::shown_data(config, task.data.get())
                        && let Ok(shown) = RawValue::from_string(shown)
                    {
                        task.data = shown;
                    }
                    return Some(Ok(task));
                }
                match stretches.blocking_recv()? {
                    Ok(stretch) => rest = Vec::into_iter(stretch),
                    Err(error) => return Some(Err(ExportError::Source(error.to_string()))),
                }
            }
        }))
    }
}

type Stretches = mpsc::Sender<Result<Vec<ExportTask>>>;

async fn read(services: &Services, project_id: i64, options: &Options, sight: Sight, sender: &Stretches) -> Result<()> {
    let mut last = 0;
    let now = services.now();
    let mut people = People::new();
    loop {
        let filter = ExportFilter {
            annotated_only: !options.all_tasks && options.ids.is_none(),
            ids: options.ids.as_deref(),
            assigned_to: sight.assigned_to,
        };
        let listed = store::tasks::after(&services.db, project_id, last, STRETCH, filter).await?;
        let Some(end) = listed.last() else { return Ok(()) };
        last = end.task.id;
        let stretch = complete(services, listed, &mut people, sight, now).await?;
        // The writer stops early when the client has gone.
        if sender.send(Ok(stretch)).await.is_err() {
            return Ok(());
        }
    }
}

async fn complete(
    services: &Services,
    listed: Vec<ListedTask>,
    people: &mut People,
    sight: Sight,
    now: i64,
) -> Result<Vec<ExportTask>> {
    let shown = |author: Option<i64>| sight.only.is_none() || author == sight.only;
    let ids: Vec<i64> = listed.iter().map(|row| row.task.id).collect();
    let annotated: Vec<i64> = listed
        .iter()
        .filter(|row| row.task.total_annotations + row.task.cancelled_annotations > 0)
        .map(|row| row.task.id)
        .collect();
    let predicted: Vec<i64> = listed
        .iter()
        .filter(|row| row.task.total_predictions > 0)
        .map(|row| row.task.id)
        .collect();
    let mut annotations: HashMap<i64, Vec<ExportAnnotation>> = HashMap::new();
    if !annotated.is_empty() {
        let found = store::annotations::of_tasks(&services.db, &annotated).await?;
        for mut row in found.into_iter().filter(|row| shown(row.completed_by)) {
            if let Some(account_id) = sight.only {
                crate::tasks::narrow_annotation(&mut row, account_id);
            }
            annotations.entry(row.task_id).or_default().push(exported(row));
        }
    }
    let mut predictions: HashMap<i64, Vec<i64>> = HashMap::new();
    if !predicted.is_empty() {
        for row in store::predictions::facts_of_tasks(&services.db, &predicted).await? {
            predictions.entry(row.task_id).or_default().push(row.id);
        }
    }
    let mut drafts: HashMap<i64, Vec<Box<RawValue>>> = HashMap::new();
    let found = store::drafts::of_tasks(&services.db, &ids).await?;
    for row in found.into_iter().filter(|row| shown(Some(row.account_id))) {
        if !people.contains_key(&row.account_id) {
            people.extend(crate::tasks::people(services, [row.account_id]).await?);
        }
        if let Some(draft) = draft_json(&row, people, now) {
            drafts.entry(row.task_id).or_default().push(draft);
        }
    }
    Ok(listed
        .into_iter()
        .map(|ListedTask { mut task, file_upload }| {
            if sight.only.is_some() {
                let own = annotations.get(&task.id).map_or(&[][..], Vec::as_slice);
                task.cancelled_annotations = own.iter().filter(|row| row.was_cancelled).count() as i64;
                task.total_annotations = own.len() as i64 - task.cancelled_annotations;
                task.updated_by = task.updated_by.filter(|id| Some(*id) == sight.only);
            }
            (task, file_upload)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(task, file_upload)| ExportTask {
            annotations: annotations.remove(&task.id).unwrap_or_default(),
            drafts: drafts.remove(&task.id).unwrap_or_default(),
            predictions: predictions.remove(&task.id).unwrap_or_default(),
            id: task.id,
            data: raw(task.data),
            meta: raw(task.meta),
            created_at: task.created_at,
            updated_at: task.updated_at,
            allow_skip: task.allow_skip,
            inner_id: task.inner_id,
            total_annotations: task.total_annotations,
            cancelled_annotations: task.cancelled_annotations,
            total_predictions: task.total_predictions,
            project: task.project_id,
            updated_by: task.updated_by,
            file_upload,
        })
        .collect())
}

fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_default()
}

fn exported(row: AnnotationRow) -> ExportAnnotation {
    ExportAnnotation {
        id: row.id,
        completed_by: row.completed_by,
        result: raw(row.result),
        was_cancelled: row.was_cancelled,
        ground_truth: row.ground_truth,
        created_at: row.created_at,
        updated_at: row.updated_at,
        draft_created_at: row.draft_created_at,
        lead_time: row.lead_time,
        prediction: raw(row.prediction),
        result_count: row.result_count,
        unique_id: row.unique_id,
        import_id: row.import_id,
        last_action: row.last_action,
        bulk_created: row.bulk_created,
        task: row.task_id,
        project: row.project_id,
        updated_by: row.updated_by,
        parent_prediction: row.parent_prediction,
        parent_annotation: row.parent_annotation,
        last_created_by: row.last_created_by,
    }
}

/// A draft as the JSON export holds it.
fn draft_json(row: &DraftRow, people: &People, now: i64) -> Option<Box<RawValue>> {
    #[derive(serde::Serialize)]
    struct Draft<'a> {
        id: i64,
        user: &'a str,
        created_username: String,
        created_ago: String,
        result: Option<Box<RawValue>>,
        lead_time: Option<f64>,
        was_postponed: bool,
        import_id: Option<i64>,
        created_at: String,
        updated_at: String,
        task: i64,
        annotation: Option<i64>,
    }
    let time = |micros: i64| {
        chrono::DateTime::from_timestamp_micros(micros)
            .unwrap_or_default()
            .format("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string()
    };
    let person = people.get(&row.account_id);
    let minutes = (now - row.created_at).max(0) / 60_000_000;
    serde_json::value::to_raw_value(&Draft {
        id: row.id,
        user: person.map_or("", |person| person.email.as_str()),
        created_username: person.map_or_else(String::new, |person| {
            format!(
                "{} {} {}, {}",
                person.first_name, person.last_name, person.email, person.id
            )
        }),
        created_ago: format!("{minutes}\u{a0}minutes"),
        result: RawValue::from_string(row.result.clone()).ok(),
        lead_time: row.lead_time,
        was_postponed: row.was_postponed,
        import_id: row.import_id,
        created_at: time(row.created_at),
        updated_at: time(row.updated_at),
        task: row.task_id,
        annotation: row.annotation_id,
    })
    .ok()
}

/// Uploads of the exported project. Files of other projects are not found, whoever exports (SEC-170).
struct Uploads {
    services: Services,
    project: ProjectRow,
    runtime: tokio::runtime::Handle,
}

impl Uploads {
    fn path(&self, url: &str) -> Option<std::path::PathBuf> {
        let name = url.strip_prefix(&format!("/data/upload/{}/", self.project.id))?;
        let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
        let found = store::uploads::by_name(&self.services.db, self.project.id, &name);
        let row = self.runtime.block_on(found).ok().flatten()?;
        Some(self.services.settings.upload_folder.join(row.stored_as))
    }
}

impl Media for Uploads {
    fn size(&self, url: &str) -> Option<(u32, u32)> {
        let size = imagesize::size(self.path(url)?).ok()?;
        Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
    }

    fn open(&self, url: &str) -> Option<Box<dyn Read>> {
        std::fs::File::open(self.path(url)?)
            .ok()
            .map(|file| Box::new(file) as Box<dyn Read>)
    }
}

/// Sends what is written to the client in pieces.
struct PieceWriter {
    sender: mpsc::Sender<std::io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl PieceWriter {
    fn send(&mut self) -> std::io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.sender
            .blocking_send(Ok(Bytes::from(piece)))
            .map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.send()
    }
}
