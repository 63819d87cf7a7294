//! Export: tasks are read in stretches and written by a thread while the download runs; memory stays flat.

mod file;
mod making;
mod media;
mod read;
mod resume;
mod selection;
pub mod snapshots;

use std::io::Write;

use bytes::Bytes;
pub use labelkeep_formats::export::Report;
use labelkeep_formats::export::{
    self as formats, Context, ExportError, ExportTask, Exporter, FormatInfo, Manifest, Tasks,
};
use labelkeep_store::audit;
use labelkeep_store::projects::ProjectRow;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::access::{self, Granted};
use crate::{Invalid, Progress, Result, ServiceError, Services, background};
use media::Uploads;
pub use resume::resume;
pub use selection::{Kept, Selection};

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
    /// The file comes in an archive with `labelkeep-manifest.json`.
    pub manifest: bool,
    /// Which tasks and annotations, and how they are written.
    pub selection: Selection,
}

impl Options {
    /// The whole filter as the manifest has it.
    fn filter(&self) -> serde_json::Value {
        serde_json::json!({
            "download_all_tasks": self.all_tasks, "ids": self.ids, "download_resources": self.download_resources,
            "formula_escape": self.formula_escape, "exact": self.exact, "selection": self.selection,
        })
    }
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
    let (writer, name) = begin(services, project, options, Progress::default()).await?;
    let extension = formats::extension(writer.exporter, writer.options.manifest);
    let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
    let runtime = tokio::runtime::Handle::current();
    background::run(move || writer.run(&runtime, sender));
    Ok(Download {
        name,
        extension,
        pieces,
    })
}

/// Writes an export to where the caller says, for commands: the name that a download would have, and what came of it. Who cancels
/// the progress gets an error.
pub async fn write_to(
    services: &Services,
    project: Granted<ProjectRow>,
    options: Options,
    out: impl FnOnce(&str) -> std::io::Result<Box<dyn Write + Send>>,
    progress: &Progress,
) -> Result<Report> {
    let (writer, name) = begin(services, project, options, progress.clone()).await?;
    progress.set_total(read::count(&writer).await?);
    let mut out = Counted {
        out: out(&name)?,
        progress: progress.clone(),
        bytes: 0,
    };
    let runtime = tokio::runtime::Handle::current();
    let written = background::run(move || {
        let report = writer.write(&runtime, &mut out)?;
        out.flush()?;
        Ok(report)
    });
    written
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| match error {
            ExportError::Write(error) => ServiceError::File(error),
            _ if progress.is_cancelled() => Invalid::whole("The export was cancelled.").into(),
            error => ServiceError::Internal(error.to_string()),
        })
}

/// Tells how many bytes went out.
struct Counted {
    out: Box<dyn Write + Send>,
    progress: Progress,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let number = self.out.write(bytes)?;
        self.bytes += number as u64;
        self.progress.set_bytes(self.bytes);
        Ok(number)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Notes the export in the audit trail; gives what writes it, and the name of the file.
async fn begin(
    services: &Services,
    project: Granted<ProjectRow>,
    options: Options,
    progress: Progress,
) -> Result<(Writer, String)> {
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
    let extension = formats::extension(exporter, options.manifest);
    let name = format!("project-{}-at-{time}-{unique}.{extension}", project.id);
    let writer = Writer {
        services: services.clone(),
        project,
        exporter,
        options,
        sight,
        now,
        progress,
    };
    Ok((writer, name))
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
            manifest: false,
            ..options
        },
        now: services.now(),
        progress: Progress::default(),
    };
    let runtime = tokio::runtime::Handle::current();
    background::run(move || writer.write(&runtime, &mut std::io::sink()))
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
    progress: Progress,
}

/// What the one who exports sees (SEC-116, SEC-117): an export holds nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sight {
    /// Only work of this person.
    only: Option<i64>,
    /// Only tasks that are assigned to this person.
    assigned_to: Option<i64>,
}

impl Sight {
    /// As it is kept with a snapshot: empty when everything is seen.
    fn text(self) -> String {
        match self {
            Sight {
                only: None,
                assigned_to: None,
            } => String::new(),
            narrow => format!("{narrow:?}"),
        }
    }

    /// What [`Sight::text`] has written.
    fn read(text: &str) -> Self {
        let number = |name: &str| {
            let (_, rest) = text.split_once(&format!("{name}: Some("))?;
            rest.split_once(')')?.0.parse().ok()
        };
        Sight {
            only: number("only"),
            assigned_to: number("assigned_to"),
        }
    }

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
        let mut source = || self.tasks(runtime, &config, 0);
        self.write_from(runtime, &mut source, out)
    }

    /// Writes tasks that come from elsewhere.
    fn write_from(
        &self,
        runtime: &tokio::runtime::Handle,
        source: &mut formats::Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let config = crate::projects::config(&self.services, &self.project)
            .map_err(|error| ExportError::Source(error.to_string()))?;
        let media = Uploads {
            services: self.services.clone(),
            project: self.project.clone(),
            runtime: runtime.clone(),
        };
        let manifest = self.options.manifest.then(|| Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: self.exporter.name().to_owned(),
            project: serde_json::json!({ "id": self.project.id, "title": self.project.title }),
            label_config: self.project.label_config.clone(),
            filter: self.options.filter(),
        });
        let context = Context {
            config: &config,
            now: self.now,
            media: &media,
            download_resources: self.options.download_resources,
            formula_escape: self.options.formula_escape,
            exact: self.options.exact,
            interpolate: self.options.selection.interpolate,
            manifest: manifest.as_ref(),
        };
        formats::write(self.exporter, &context, source, out)
    }

    /// All tasks behind one once, read ahead of the writer.
    fn tasks<'a>(
        &'a self,
        runtime: &tokio::runtime::Handle,
        config: &'a labelkeep_labeling::Config,
        after: i64,
    ) -> Tasks<'a> {
        let (sender, mut stretches) = mpsc::channel(STRETCHES_AHEAD);
        let (services, project, options) = (self.services.clone(), self.project.clone(), self.options.clone());
        let sight = self.sight;
        // In a thread of its own: a stretch of an embedded database is read at once, and takes some milliseconds.
        let reading = runtime.clone();
        background::run(move || {
            reading.block_on(async {
                if let Err(error) = read::read(&services, &project, &options, sight, after, &sender).await {
                    let _ = sender.send(Err(error)).await;
                }
            });
        });
        let mut rest: std::vec::IntoIter<ExportTask> = Vec::new().into_iter();
        self.progress.set_done(0);
        Box::new(std::iter::from_fn(move || {
            loop {
                if self.progress.is_cancelled() {
                    return Some(Err(ExportError::Source("cancelled".to_owned())));
                }
                if let Some(mut task) = rest.next() {
                    self.progress.step();
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

#[cfg(test)]
mod tests {
    use super::Sight;

    #[test]
    fn what_somebody_sees_is_read_as_it_was_kept() {
        for (only, assigned_to) in [(None, None), (Some(7), None), (None, Some(12)), (Some(3), Some(3))] {
            let sight = Sight { only, assigned_to };
            assert_eq!(Sight::read(&sight.text()), sight);
        }
    }
}
