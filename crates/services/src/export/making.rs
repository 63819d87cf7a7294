//! Making a snapshot, and the formats of it: in a task of its own, which says that it goes on until it ends.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::time::Duration;

use labelkeep_formats::export::{ExportError, StoredTasks, Tasks};
use labelkeep_store::Tx;
use labelkeep_store::exports::{self as rows, ConversionRow, Made, SnapshotRow};
use labelkeep_store::notifications::NewNotification;
use labelkeep_store::projects::ProjectRow;
use tokio::sync::oneshot;

use super::snapshots::Conversion;
use super::{Options, Selection, Sight, Writer, exporter_of};
use crate::{Progress, Result, ServiceError, Services, background, notifications};

/// How often one that is being made says that it still is.
const BEAT: Duration = Duration::from_secs(20);

/// Writes the tasks of a snapshot in a format.
pub(super) fn writer(services: &Services, project: ProjectRow, export_type: &str, how: Conversion) -> Result<Writer> {
    Ok(Writer {
        services: services.clone(),
        project,
        exporter: exporter_of(export_type)?,
        options: Options {
            format: export_type.to_owned(),
            all_tasks: true,
            ids: None,
            download_resources: how.download_resources,
            formula_escape: how.formula_escape,
            exact: how.exact,
            manifest: how.manifest,
            selection: Selection::default(),
        },
        sight: Sight {
            only: None,
            assigned_to: None,
        },
        now: services.now(),
        progress: Progress::default(),
    })
}

/// The tasks of a snapshot, from its file.
pub(super) fn stored_tasks(path: &std::path::Path) -> Tasks<'static> {
    match File::open(path) {
        Ok(file) => Box::new(StoredTasks::new(BufReader::with_capacity(256 * 1024, file))),
        Err(error) => Box::new(std::iter::once(Err(ExportError::Write(error)))),
    }
}

/// Writes the tasks of a snapshot, and notes how that ended.
pub(super) async fn make(services: Services, writer: Writer, row: SnapshotRow) {
    let id = row.id;
    let ended = Ending {
        account_id: row.created_by,
        organization_id: writer.project.organization_id,
        project_id: row.project_id,
        what: row.title.clone(),
        begun_at: row.created_at,
    };
    let path = services.settings.export_folder.join(&row.stored_as);
    let runtime = tokio::runtime::Handle::current();
    let target = path.clone();
    let work = background::run(move || -> std::result::Result<Made, ExportError> {
        let mut out = Hashed::create(&target)?;
        let numbers = [const { Cell::new(0_u64) }; 2];
        let config = crate::projects::config(&writer.services, &writer.project)
            .map_err(|error| ExportError::Source(error.to_string()))?;
        let mut source = || -> Tasks<'_> {
            let [tasks, annotations] = &numbers;
            Box::new(writer.tasks(&runtime, &config).inspect(|task| {
                if let Ok(task) = task {
                    tasks.set(tasks.get() + 1);
                    annotations.set(annotations.get() + task.annotations.len() as u64);
                }
            }))
        };
        let report = writer.write_from(&runtime, &mut source, &mut out)?;
        let [tasks, annotations] = &numbers;
        let counters = serde_json::json!({ "task_number": tasks.get(), "annotation_number": annotations.get() });
        let (md5, size) = out.finish()?;
        Ok(Made {
            counters: counters.to_string(),
            report: serde_json::to_string(&report)?,
            md5,
            size,
        })
    });
    let outcome = alive(&services, work, Kind::Snapshot(id)).await;
    let failed = outcome.is_err();
    let (now, own) = (services.now(), services.clone());
    let noted = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let error = outcome.as_ref().err().cloned();
                let is_noted = rows::finish(tx, id, outcome, now).await?;
                if is_noted {
                    ended.tell(&own, tx, error, now).await?;
                }
                Ok::<_, ServiceError>(is_noted)
            })
        })
        .await;
    forget_unless(!failed && matches!(noted, Ok(true)), &path);
}

/// Writes a conversion, and notes how that ended.
pub(super) async fn convert_row(
    services: Services,
    project: ProjectRow,
    snapshot: SnapshotRow,
    row: ConversionRow,
    how: Conversion,
) {
    let id = row.id;
    let ended = Ending {
        account_id: snapshot.created_by,
        organization_id: project.organization_id,
        project_id: snapshot.project_id,
        what: format!("{} as {}", snapshot.title, row.export_type),
        begun_at: row.created_at,
    };
    let folder = services.settings.export_folder.clone();
    let (source_path, path) = (folder.join(&snapshot.stored_as), folder.join(&row.stored_as));
    let runtime = tokio::runtime::Handle::current();
    let target = path.clone();
    let inner = services.clone();
    let work = background::run(move || -> std::result::Result<(String, i64), ExportError> {
        let writer =
            writer(&inner, project, &row.export_type, how).map_err(|error| ExportError::Source(error.to_string()))?;
        let mut out = Hashed::create(&target)?;
        let mut source = || stored_tasks(&source_path);
        let report = writer.write_from(&runtime, &mut source, &mut out)?;
        let (_, size) = out.finish()?;
        Ok((serde_json::to_string(&report)?, size))
    });
    let outcome = alive(&services, work, Kind::Conversion(id)).await;
    let failed = outcome.is_err();
    let (now, own) = (services.now(), services.clone());
    let noted = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let error = outcome.as_ref().err().cloned();
                let is_noted = rows::finish_conversion(tx, id, outcome, now).await?;
                if is_noted {
                    ended.tell(&own, tx, error, now).await?;
                }
                Ok::<_, ServiceError>(is_noted)
            })
        })
        .await;
    forget_unless(!failed && matches!(noted, Ok(true)), &path);
}

/// Whom the end of an export is told.
struct Ending {
    account_id: i64,
    organization_id: i64,
    project_id: i64,
    what: String,
    begun_at: i64,
}

impl Ending {
    /// When it took long: who asked for it has gone on with something else.
    async fn tell(self, services: &Services, tx: &mut Tx, error: Option<String>, now: i64) -> Result<()> {
        if now - self.begun_at < notifications::LONG {
            return Ok(());
        }
        let new = NewNotification {
            account_id: self.account_id,
            organization_id: self.organization_id,
            project_id: Some(self.project_id),
            kind: "export",
            state: if error.is_none() { "done" } else { "failed" }.to_owned(),
            title: format!("Export {}", self.what),
            text: error.unwrap_or_else(|| "Ready to be downloaded.".to_owned()),
            link: format!("/projects/{}/data", self.project_id),
        };
        notifications::tell(services, tx, new, now).await
    }
}

/// The file of what failed, or was removed meanwhile, goes.
fn forget_unless(kept: bool, path: &std::path::Path) {
    if !kept {
        let _ = std::fs::remove_file(path);
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Snapshot(i64),
    Conversion(i64),
}

/// Waits for the work, and says meanwhile that it goes on.
async fn alive<T>(
    services: &Services,
    mut work: oneshot::Receiver<std::result::Result<T, ExportError>>,
    kind: Kind,
) -> std::result::Result<T, String> {
    let outcome = loop {
        match tokio::time::timeout(BEAT, &mut work).await {
            Ok(outcome) => break outcome,
            Err(_) => {
                let now = services.now();
                let touched = services
                    .db
                    .write(move |tx| {
                        Box::pin(async move {
                            match kind {
                                Kind::Snapshot(id) => rows::touch(tx, id, now).await,
                                Kind::Conversion(id) => rows::touch_conversion(tx, id, now).await,
                            }
                        })
                    })
                    .await;
                if let Err(error) = touched {
                    tracing::warn!(%error, "an export could not say that it goes on");
                }
            }
        }
    };
    match outcome {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::error!(%error, "an export snapshot failed");
            Err(error.to_string())
        }
        Err(error) => {
            tracing::error!(%error, "an export snapshot broke off");
            Err("The export broke off".to_owned())
        }
    }
}

/// A private file that knows its MD5 and size.
struct Hashed {
    file: BufWriter<File>,
    md5: md5::Context,
    size: i64,
}

impl Hashed {
    fn create(path: &std::path::Path) -> std::io::Result<Hashed> {
        if let Some(folder) = path.parent() {
            crate::uploads::private_folder(folder)?;
        }
        Ok(Hashed {
            file: BufWriter::with_capacity(256 * 1024, crate::uploads::create_private(path)?),
            md5: md5::Context::new(),
            size: 0,
        })
    }

    /// The bytes are on disk before a row says that they are.
    fn finish(self) -> std::io::Result<(String, i64)> {
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let digest = self.md5.finalize();
        Ok((digest.0.iter().map(|byte| format!("{byte:02x}")).collect(), self.size))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let number = self.file.write(bytes)?;
        self.md5.consume(&bytes[..number]);
        self.size += number as i64;
        Ok(number)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
