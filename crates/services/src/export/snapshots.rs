//! Snapshots: an export that is kept, and the formats that are made of it.
//!
//! The tasks of a snapshot are a JSON export in the folder of exports. A conversion reads that file, so that all formats of a
//! snapshot say the same, whatever has happened to the project since.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use labelkeep_formats::export::{self as formats, ExportError, Report, StoredTasks, Tasks};
use labelkeep_store::audit;
use labelkeep_store::exports::{self as rows, Made, NewSnapshot};
pub use labelkeep_store::exports::{ConversionRow, SnapshotRow};
use labelkeep_store::people::PersonRow;
use labelkeep_store::projects::ProjectRow;
use serde::{Deserialize, Serialize};

use super::{Options, Selection, Sight, Writer, exporter_of};
use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// How many are listed.
const LISTED: i64 = 100;
/// How often one that is being made says that it still is.
const BEAT: Duration = Duration::from_secs(20);
/// One that has not said so for this long was broken off by a stop of the server, in microseconds.
const SILENCE: i64 = 120_000_000;
/// How long the request that makes a snapshot waits for its end; larger ones go on behind it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files that no row knows are removed when they are older than this.
const LEFTOVER: Duration = Duration::from_secs(24 * 3_600);

/// A snapshot with what is shown beside it.
#[derive(Debug)]
pub struct Snapshot {
    /// Its row.
    pub row: SnapshotRow,
    /// Who made it.
    pub created_by: Option<PersonRow>,
    /// What was made of it, oldest first.
    pub conversions: Vec<ConversionRow>,
}

/// How to convert.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversion {
    /// Pictures go into the archive.
    pub download_resources: bool,
    /// Text that a spreadsheet would run gets an apostrophe (SEC-168).
    pub formula_escape: bool,
    /// What the reference loses or bends is kept.
    pub exact: bool,
    /// The file comes in an archive with its manifest.
    pub manifest: bool,
}

/// A file of a snapshot that may be downloaded.
#[derive(Debug)]
pub struct Stored {
    /// `project-{id}-at-{time}-{8 hex}.{extension}`
    pub name: String,
    /// `json`, `csv`, `zip`
    pub extension: String,
    /// Where the bytes lie.
    pub path: PathBuf,
    /// Names the bytes.
    pub tag: String,
}

/// The newest snapshots that the actor may see.
pub async fn list(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<Snapshot>> {
    let mut found = rows::newest(&services.db, project.row().id, LISTED).await?;
    found.retain(|row| sees(project, row));
    whole(services, found).await
}

/// One.
pub async fn get(services: &Services, project: &Granted<ProjectRow>, id: i64) -> Result<Snapshot> {
    let row = find(services, project, id).await?;
    let mut found = whole(services, vec![row]).await?;
    found.pop().ok_or(ServiceError::NotFound("Export"))
}

/// Makes one. Small ones are ready when this returns; larger ones say `in_progress`.
pub async fn create(
    services: &Services,
    project: Granted<ProjectRow>,
    title: Option<String>,
    selection: Selection,
) -> Result<Snapshot> {
    let now = services.now();
    let sight = Sight::of(&project);
    let actor = project.actor().clone();
    let row = project.row().clone();
    let title = title.unwrap_or_else(|| {
        let time = time(now).format("%Y-%m-%d-%H-%M").to_string();
        format!("{}-at-{time}", row.title.replace(' ', "-"))
    });
    let options = Options {
        format: "JSON".to_owned(),
        all_tasks: true,
        ids: None,
        download_resources: false,
        formula_escape: false,
        exact: false,
        manifest: false,
        selection,
    };
    let new = NewSnapshot {
        project_id: row.id,
        created_by: actor.account_id,
        sight: sight.text(),
        title,
        options: options.filter().to_string(),
        stored_as: uuid::Uuid::new_v4().simple().to_string(),
    };
    let (origin, object) = (access::origin(&actor), format!("project:{}", row.id));
    let snapshot = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let snapshot = rows::insert(tx, new, now).await?;
                let detail = serde_json::json!({ "snapshot": snapshot.id, "title": snapshot.title }).to_string();
                audit::record(tx, &origin, "export.create", &object, &detail, now).await?;
                Ok::<_, ServiceError>(snapshot)
            })
        })
        .await?;
    let id = snapshot.id;
    let writer = Writer {
        services: services.clone(),
        project: row,
        exporter: exporter_of("JSON")?,
        options,
        sight,
        now,
    };
    let work = tokio::spawn(make(services.clone(), writer, snapshot));
    // Longer ones go on when nobody waits any more.
    let _ = tokio::time::timeout(PATIENCE, work).await;
    get(services, &project, id).await
}

/// Removes one with its files.
pub async fn delete(services: &Services, project: Granted<ProjectRow>, id: i64) -> Result<()> {
    let row = find(services, &project, id).await?;
    let now = services.now();
    let (origin, object) = (access::origin(project.actor()), format!("project:{}", row.project_id));
    let files = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let files = rows::delete(tx, row.id).await?;
                let detail = serde_json::json!({ "snapshot": row.id, "title": row.title }).to_string();
                audit::record(tx, &origin, "export.delete", &object, &detail, now).await?;
                Ok::<_, ServiceError>(files)
            })
        })
        .await?;
    for name in files {
        let _ = std::fs::remove_file(services.settings.export_folder.join(name));
    }
    Ok(())
}

/// Begins a conversion; gives its number.
pub async fn convert(
    services: &Services,
    project: Granted<ProjectRow>,
    id: i64,
    export_type: &str,
    how: Conversion,
) -> Result<i64> {
    let exporter = formats::exporter(export_type)
        .ok_or_else(|| Invalid::field("export_type", format!("{export_type} is not supported export format")))?;
    let snapshot = ready(find(services, &project, id).await?)?;
    let row = begin(services, &project, &snapshot, exporter.name(), how).await?;
    let Some(row) = row else {
        return Err(Invalid::whole(format!("Conversion to {} already started", exporter.name())).into());
    };
    let number = row.id;
    tokio::spawn(convert_row(
        services.clone(),
        project.into_parts().1,
        snapshot,
        row,
        how,
    ));
    Ok(number)
}

/// The file of a format. One that was never converted is converted now.
pub async fn download(
    services: &Services,
    project: Granted<ProjectRow>,
    id: i64,
    export_type: &str,
    how: Conversion,
) -> Result<Stored> {
    let exporter = exporter_of(export_type)?;
    let snapshot = ready(find(services, &project, id).await?)?;
    let now = services.now();
    let (origin, object) = (
        access::origin(project.actor()),
        format!("project:{}", snapshot.project_id),
    );
    let detail = serde_json::json!({ "format": exporter.name(), "snapshot": snapshot.id }).to_string();
    services
        .db
        .write(move |tx| {
            Box::pin(async move { audit::record(tx, &origin, "project.export", &object, &detail, now).await })
        })
        .await?;
    let stem = format!(
        "project-{}-at-{}-{}",
        snapshot.project_id,
        time(snapshot.created_at).format("%Y-%m-%d-%H-%M"),
        snapshot.md5.get(..8).unwrap_or_default()
    );
    let folder = &services.settings.export_folder;
    if exporter.name() == "JSON" && !how.manifest {
        return Ok(Stored {
            name: format!("{stem}.json"),
            extension: "json".to_owned(),
            path: folder.join(&snapshot.stored_as),
            tag: snapshot.stored_as,
        });
    }
    let row = converted(services, &project, snapshot, exporter.name(), how).await?;
    Ok(Stored {
        name: format!("{stem}.{}", row.extension),
        path: folder.join(&row.stored_as),
        tag: row.stored_as,
        extension: row.extension,
    })
}

/// What a format of the snapshot leaves out.
pub async fn report(
    services: &Services,
    project: Granted<ProjectRow>,
    id: i64,
    export_type: &str,
    how: Conversion,
) -> Result<Report> {
    let exporter = exporter_of(export_type)?;
    let snapshot = ready(find(services, &project, id).await?)?;
    if exporter.name() == "JSON" {
        return Ok(serde_json::from_str(&snapshot.report).unwrap_or_default());
    }
    let made = rows::conversion(&services.db, snapshot.id, exporter.name()).await?;
    if let Some(made) = made.filter(|row| row.status == "completed") {
        return Ok(serde_json::from_str(&made.report).unwrap_or_default());
    }
    let how = Conversion {
        download_resources: false,
        manifest: false,
        ..how
    };
    let writer = writer(services, project.into_parts().1, exporter.name(), how)?;
    let path = services.settings.export_folder.join(&snapshot.stored_as);
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut source = || stored_tasks(&path);
        writer.write_from(&runtime, &mut source, &mut std::io::sink())
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))?
    .map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Removes files that no row knows any more: those of removed projects, and of what a stop of the server broke off.
pub async fn clean_up(services: &Services) -> Result<()> {
    let folder = services.settings.export_folder.clone();
    let old = tokio::task::spawn_blocking(move || -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let is_old = |entry: &std::fs::DirEntry| {
            let changed = entry.metadata().and_then(|facts| facts.modified()).ok();
            changed
                .and_then(|time| time.elapsed().ok())
                .is_some_and(|age| age > LEFTOVER)
        };
        entries
            .flatten()
            .filter(is_old)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let known = rows::known_files(&services.db, &old).await?;
    for name in old.iter().filter(|name| !known.contains(name)) {
        let _ = std::fs::remove_file(services.settings.export_folder.join(name));
    }
    Ok(())
}

fn sees(project: &Granted<ProjectRow>, row: &SnapshotRow) -> bool {
    let sight = Sight::of(project).text();
    sight.is_empty() || row.created_by == project.actor().account_id && row.sight == sight
}

async fn find(services: &Services, project: &Granted<ProjectRow>, id: i64) -> Result<SnapshotRow> {
    rows::find(&services.db, project.row().id, id)
        .await?
        .filter(|row| sees(project, row))
        .map(|row| SnapshotRow {
            status: status(&row.status, row.updated_at, services.now()).to_owned(),
            ..row
        })
        .ok_or(ServiceError::NotFound("Export"))
}

/// What is said to be in progress and has been silent is not.
fn status(status: &str, updated_at: i64, now: i64) -> &str {
    if status == "in_progress" && updated_at < now - SILENCE {
        "failed"
    } else {
        status
    }
}

fn ready(row: SnapshotRow) -> Result<SnapshotRow> {
    if row.status == "completed" {
        Ok(row)
    } else {
        Err(ServiceError::Nothing("Export is not completed".to_owned()))
    }
}

async fn whole(services: &Services, mut found: Vec<SnapshotRow>) -> Result<Vec<Snapshot>> {
    let now = services.now();
    for row in &mut found {
        row.status = status(&row.status, row.updated_at, now).to_owned();
    }
    let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
    let mut conversions = rows::conversions(&services.db, &ids).await?;
    for row in &mut conversions {
        row.status = status(&row.status, row.updated_at, now).to_owned();
    }
    let people = crate::tasks::people(services, found.iter().map(|row| row.created_by)).await?;
    Ok(found
        .into_iter()
        .map(|row| Snapshot {
            created_by: people.get(&row.created_by).cloned(),
            conversions: conversions
                .iter()
                .filter(|made| made.snapshot_id == row.id)
                .cloned()
                .collect(),
            row,
        })
        .collect())
}

async fn begin(
    services: &Services,
    project: &Granted<ProjectRow>,
    snapshot: &SnapshotRow,
    export_type: &'static str,
    how: Conversion,
) -> Result<Option<ConversionRow>> {
    let now = services.now();
    let (origin, object) = (
        access::origin(project.actor()),
        format!("project:{}", snapshot.project_id),
    );
    let id = snapshot.id;
    let exporter = exporter_of(export_type)?;
    let extension = formats::extension(exporter, how.manifest).to_owned();
    let stored_as = uuid::Uuid::new_v4().simple().to_string();
    let options = serde_json::to_string(&how).unwrap_or_default();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let file = (extension.as_str(), stored_as.as_str());
                let times = (now, now - SILENCE);
                let row = rows::begin_conversion(tx, id, export_type, &options, file, times).await?;
                if row.is_some() {
                    let detail = serde_json::json!({ "snapshot": id, "format": export_type }).to_string();
                    audit::record(tx, &origin, "export.convert", &object, &detail, now).await?;
                }
                Ok::<_, ServiceError>(row)
            })
        })
        .await
}

/// The finished conversion: the one that is there, or a new one.
async fn converted(
    services: &Services,
    project: &Granted<ProjectRow>,
    snapshot: SnapshotRow,
    export_type: &'static str,
    how: Conversion,
) -> Result<ConversionRow> {
    let id = snapshot.id;
    let not_yet = || ServiceError::Nothing(format!("{export_type} format is not converted yet"));
    let made = rows::conversion(&services.db, id, export_type).await?;
    if let Some(made) = made.filter(|row| row.status == "completed") {
        return Ok(made);
    }
    let begun = begin(services, project, &snapshot, export_type, how).await?;
    let row = begun.ok_or_else(not_yet)?;
    // In a task of its own: a client that goes away leaves no half of it.
    let work = convert_row(services.clone(), project.row().clone(), snapshot, row, how);
    tokio::spawn(work)
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    rows::conversion(&services.db, id, export_type)
        .await?
        .filter(|row| row.status == "completed")
        .ok_or_else(|| ServiceError::Nothing(format!("The conversion to {export_type} failed")))
}

fn writer(services: &Services, project: ProjectRow, export_type: &str, how: Conversion) -> Result<Writer> {
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
    })
}

fn stored_tasks(path: &std::path::Path) -> Tasks<'static> {
    match File::open(path) {
        Ok(file) => Box::new(StoredTasks::new(BufReader::with_capacity(256 * 1024, file))),
        Err(error) => Box::new(std::iter::once(Err(ExportError::Write(error)))),
    }
}

/// Writes the tasks of a snapshot, and notes how that ended.
async fn make(services: Services, writer: Writer, row: SnapshotRow) {
    let id = row.id;
    let path = services.settings.export_folder.join(&row.stored_as);
    let runtime = tokio::runtime::Handle::current();
    let target = path.clone();
    let work = tokio::task::spawn_blocking(move || -> std::result::Result<Made, ExportError> {
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
    let now = services.now();
    let noted = services
        .db
        .write(move |tx| Box::pin(async move { rows::finish(tx, id, outcome, now).await }))
        .await;
    forget_unless(!failed && matches!(noted, Ok(true)), &path);
}

/// Writes a conversion, and notes how that ended.
async fn convert_row(
    services: Services,
    project: ProjectRow,
    snapshot: SnapshotRow,
    row: ConversionRow,
    how: Conversion,
) {
    let id = row.id;
    let folder = services.settings.export_folder.clone();
    let (source_path, path) = (folder.join(&snapshot.stored_as), folder.join(&row.stored_as));
    let runtime = tokio::runtime::Handle::current();
    let target = path.clone();
    let inner = services.clone();
    let work = tokio::task::spawn_blocking(move || -> std::result::Result<(String, i64), ExportError> {
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
    let now = services.now();
    let noted = services
        .db
        .write(move |tx| Box::pin(async move { rows::finish_conversion(tx, id, outcome, now).await }))
        .await;
    forget_unless(!failed && matches!(noted, Ok(true)), &path);
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
    mut work: tokio::task::JoinHandle<std::result::Result<T, ExportError>>,
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

fn time(micros: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
