//! Making a snapshot, and the formats of it: in a task of its own, which says that it goes on until it ends.

use std::cell::Cell;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use labelkeep_formats::export::{self as formats, ExportError, StoredTasks, Tasks};
use labelkeep_store::Tx;
use labelkeep_store::exports::{self as rows, ConversionRow, Made, Reached, SnapshotRow};
use labelkeep_store::notifications::NewNotification;
use labelkeep_store::projects::ProjectRow;
use tokio::sync::oneshot;

use super::file::{Hashed, Reach, Step, Stepped};
use super::snapshots::{Conversion, Then};
use super::{Options, Selection, Sight, Writer, exporter_of};
use crate::{Progress, Result, ServiceError, Services, background, notifications};

/// How often one that is being made says that it still is, and how far.
const BEAT: Duration = Duration::from_secs(2);

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

/// Writes the tasks of a snapshot, from where it has come, and notes how that ended. Then what it is to become is made of it.
pub(super) async fn make(services: Services, writer: Writer, row: SnapshotRow, begun: Begun) {
    let id = row.id;
    let project = writer.project.clone();
    let then = Then::of(&row);
    let ended = Ending {
        account_id: row.created_by,
        organization_id: project.organization_id,
        project_id: row.project_id,
        what: row.title.clone(),
        begun_at: row.created_at,
        begun,
    };
    let path = services.settings.files.exports.path(&row.stored_as);
    let runtime = tokio::runtime::Handle::current();
    let reach = Reach::new(&row, &path);
    let making = Making::Snapshot(id, reach.clone());
    let (progress, target) = (writer.progress.clone(), path.clone());
    let stored_as = row.stored_as.clone();
    let work = background::run(move || {
        let made = write_snapshot(&writer, &runtime, &target, &reach)?;
        runtime.block_on(store(&writer.services, &stored_as))?;
        Ok(made)
    });
    let (outcome, last) = match alive(&services, work, &making, row.updated_at, &progress).await {
        Outcome::Ended(outcome, last) => (outcome, last),
        // Its file is somebody else's now, or has gone with its row.
        Outcome::Lost => return,
    };
    let failed = outcome.is_err();
    let (now, own, snapshot) = (services.now(), services.clone(), row.clone());
    let noted = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let error = outcome.as_ref().err().cloned();
                if !rows::finish(tx, id, outcome, (last, now)).await? {
                    return Ok(None);
                }
                name_unless(error.is_some(), &own, tx, &snapshot.stored_as, now).await?;
                // What it becomes is begun in the same write: no end of the server comes between.
                let next = match (&error, then) {
                    (None, Some(then)) => then.begin(tx, &snapshot, ended.organization_id, now).await?,
                    _ => None,
                };
                if next.is_none() {
                    ended.tell(&own, tx, error, now).await?;
                }
                Ok::<_, ServiceError>(Some(next))
            })
        })
        .await;
    let is_noted = matches!(noted, Ok(Some(_)));
    forget_unless(!failed && is_noted, &services, &row.stored_as).await;
    if let Ok(Some(Some((conversion, how)))) = noted {
        convert_row(services, project, row, conversion, how, Begun::Now).await;
    }
}

fn write_snapshot(
    writer: &Writer,
    runtime: &tokio::runtime::Handle,
    target: &Path,
    reach: &Reach,
) -> std::result::Result<Made, ExportError> {
    let (out, begun) = Hashed::go_on(target, reach.get())?;
    reach.set(begun);
    let (last, annotations) = (Cell::new(begun.last_task), Cell::new(begun.annotations));
    let tasks = Cell::new(begun.tasks);
    // What the frames of tracks add to the report is not kept with a step: such a one begins anew.
    let is_kept = !writer.options.selection.interpolate;
    let now = |bytes| Step {
        bytes: if is_kept { bytes } else { 0 },
        last_task: last.get(),
        tasks: tasks.get(),
        annotations: annotations.get(),
    };
    let mut out = Stepped {
        behind: begun,
        since: 0,
        out,
        now: &now,
        reach,
    };
    let config = crate::projects::config(&writer.services, &writer.project)
        .map_err(|error| ExportError::Source(error.to_string()))?;
    let mut source = || -> Tasks<'_> {
        Box::new(writer.tasks(runtime, &config, begun.last_task).inspect(|task| {
            if let Ok(task) = task {
                last.set(task.id);
                tasks.set(tasks.get() + 1);
                annotations.set(annotations.get() + task.annotations.len() as u64);
            }
        }))
    };
    let report = if begun.tasks > 0 {
        formats::write_rest(&mut source, begun.tasks, &mut out)?
    } else {
        writer.write_from(runtime, &mut source, &mut out)?
    };
    let (md5, size) = out.out.finish()?;
    Ok(Made {
        counters: now(0).counters(),
        report: serde_json::to_string(&report)?,
        md5,
        size,
    })
}

/// Writes a conversion, and notes how that ended.
pub(super) async fn convert_row(
    services: Services,
    project: ProjectRow,
    snapshot: SnapshotRow,
    row: ConversionRow,
    how: Conversion,
    begun: Begun,
) {
    let id = row.id;
    let ended = Ending {
        account_id: snapshot.created_by,
        organization_id: project.organization_id,
        project_id: snapshot.project_id,
        what: format!("{} as {}", snapshot.title, row.export_type),
        begun_at: row.created_at,
        begun,
    };
    let shelf = &services.settings.files.exports;
    let target = shelf.path(&row.stored_as);
    let source = shelf.local(&snapshot.stored_as).await;
    let runtime = tokio::runtime::Handle::current();
    let (inner, made) = (services.clone(), row.clone());
    let progress = Progress::default();
    let read = progress.clone();
    let work = background::run(move || -> std::result::Result<(String, i64), ExportError> {
        let snapshot = source.map_err(|error| ExportError::Source(error.to_string()))?;
        let writer =
            writer(&inner, project, &made.export_type, how).map_err(|error| ExportError::Source(error.to_string()))?;
        let mut out = Hashed::create(&target)?;
        let mut source = || -> Tasks<'_> {
            read.set_done(0);
            Box::new(stored_tasks(snapshot.path()).map(|task| {
                read.step();
                if read.is_cancelled() {
                    return Err(ExportError::Source("cancelled".to_owned()));
                }
                task
            }))
        };
        let report = writer.write_from(&runtime, &mut source, &mut out)?;
        let (_, size) = out.finish()?;
        runtime.block_on(store(&inner, &made.stored_as))?;
        Ok((serde_json::to_string(&report)?, size))
    });
    let (outcome, last) = match alive(&services, work, &Making::Conversion(id), row.updated_at, &progress).await {
        Outcome::Ended(outcome, last) => (outcome, last),
        Outcome::Lost => return,
    };
    let failed = outcome.is_err();
    let (now, own, stored_as) = (services.now(), services.clone(), row.stored_as.clone());
    let noted = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let error = outcome.as_ref().err().cloned();
                let is_noted = rows::finish_conversion(tx, id, outcome, (last, now)).await?;
                if is_noted {
                    name_unless(error.is_some(), &own, tx, &stored_as, now).await?;
                    ended.tell(&own, tx, error, now).await?;
                }
                Ok::<_, ServiceError>(is_noted)
            })
        })
        .await;
    forget_unless(!failed && matches!(noted, Ok(true)), &services, &row.stored_as).await;
}

/// How an export was begun, for those who are told of its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// As it was asked for.
    Now,
    /// A stop of the server had broken it off.
    Again,
}

/// Whom the end of an export is told.
struct Ending {
    account_id: i64,
    organization_id: i64,
    project_id: i64,
    what: String,
    begun_at: i64,
    begun: Begun,
}

impl Ending {
    /// When it took long: who asked for it has gone on with something else.
    async fn tell(self, services: &Services, tx: &mut Tx, error: Option<String>, now: i64) -> Result<()> {
        if now - self.begun_at < notifications::LONG {
            return Ok(());
        }
        let ready = match self.begun {
            Begun::Now => "Ready to be downloaded.",
            Begun::Again => "Ready to be downloaded. The server was stopped meanwhile; it has gone on by itself.",
        };
        let new = NewNotification {
            account_id: self.account_id,
            organization_id: self.organization_id,
            project_id: Some(self.project_id),
            kind: "export",
            state: if error.is_none() { "done" } else { "failed" }.to_owned(),
            title: format!("Export {}", self.what),
            text: error.unwrap_or_else(|| ready.to_owned()),
            link: format!("/projects/{}/data?export=1", self.project_id),
        };
        notifications::tell(services, tx, new, now).await
    }
}

/// What was made has its place among the files when this says so.
async fn store(services: &Services, stored_as: &str) -> std::result::Result<(), ExportError> {
    let shelf = &services.settings.files.exports;
    let put = async {
        shelf.announce(services, vec![stored_as.to_owned()]).await?;
        shelf.put(stored_as).await
    };
    put.await.map_err(|error| {
        tracing::error!(%error, "an export could not be stored");
        ExportError::Source("the server could not store it; its log says more".to_owned())
    })
}

/// A row names the file from now on; that of what failed goes.
async fn name_unless(failed: bool, services: &Services, tx: &mut Tx, stored_as: &str, now: i64) -> Result<()> {
    let shelf = &services.settings.files.exports;
    if failed {
        shelf.let_go(tx, &[stored_as.to_owned()], now).await
    } else {
        shelf.named(tx, stored_as).await
    }
}

/// The file of what failed, or was removed meanwhile, goes; of what is kept, the copy that is not needed any more.
async fn forget_unless(kept: bool, services: &Services, stored_as: &str) {
    let shelf = &services.settings.files.exports;
    if kept {
        shelf.put_away(stored_as);
    } else {
        shelf.clear(services, vec![stored_as.to_owned()]).await;
    }
}

/// What is being made.
enum Making {
    Snapshot(i64, Reach),
    Conversion(i64),
}

/// How the work on an export came to its end.
enum Outcome<T> {
    /// With its last sign of life, in microseconds.
    Ended(std::result::Result<T, String>, i64),
    /// It was removed, or somebody else has taken it for broken off and makes it now.
    Lost,
}

/// Waits for the work, and says meanwhile that it goes on and how far it is. `last` is when it has said so last.
async fn alive<T>(
    services: &Services,
    mut work: oneshot::Receiver<std::result::Result<T, ExportError>>,
    making: &Making,
    mut last: i64,
    progress: &Progress,
) -> Outcome<T> {
    let outcome = loop {
        match tokio::time::timeout(BEAT, &mut work).await {
            Ok(outcome) => break outcome,
            Err(_) => match touch(services, making, last, progress).await {
                Ok(Some(now)) => last = now,
                Ok(None) => {
                    progress.cancel();
                    let _ = work.await;
                    return Outcome::Lost;
                }
                Err(error) => tracing::warn!(%error, "an export could not say that it goes on"),
            },
        }
    };
    let outcome = match outcome {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::error!(%error, "an export snapshot failed");
            Err(error.to_string())
        }
        Err(error) => {
            tracing::error!(%error, "an export snapshot broke off");
            Err("The export broke off".to_owned())
        }
    };
    Outcome::Ended(outcome, last)
}

/// Says that an export goes on; gives when that was, none when it is no longer ours.
async fn touch(services: &Services, making: &Making, last: i64, progress: &Progress) -> Result<Option<i64>> {
    let reached = match making {
        Making::Snapshot(_, reach) => {
            // A row says nothing of the file that is not on the disk.
            let reach = reach.clone();
            let step = tokio::task::spawn_blocking(move || reach.secure())
                .await
                .map_err(|error| ServiceError::Internal(error.to_string()))??;
            Some(Reached {
                written: step.bytes,
                last_task_id: step.last_task,
                counters: step.counters(),
            })
        }
        Making::Conversion(_) => None,
    };
    let (now, done) = (services.now(), i64::try_from(progress.done()).unwrap_or(i64::MAX));
    let id = match making {
        Making::Snapshot(id, _) | Making::Conversion(id) => *id,
    };
    let is_ours = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, ServiceError>(match reached {
                    Some(reached) => rows::touch(tx, id, reached, (last, now)).await?,
                    None => rows::touch_conversion(tx, id, done, (last, now)).await?,
                })
            })
        })
        .await?;
    Ok(is_ours.then_some(now))
}
