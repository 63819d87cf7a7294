//! Snapshots: an export that is kept, and the formats that are made of it.
//!
//! The tasks of a snapshot are a JSON export in the folder of exports. A conversion reads that file, so that all formats of a
//! snapshot say the same, whatever has happened to the project since.

use std::time::Duration;

use labelkeep_formats::export::{self as formats, Report};
use labelkeep_store::exports::{self as rows, NewSnapshot};
pub use labelkeep_store::exports::{ConversionRow, SnapshotRow};
use labelkeep_store::people::PersonRow;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{Tx, audit};
use serde::{Deserialize, Serialize};

use super::making::{Begun, convert_row, make, stored_tasks, writer};
use super::{Options, Selection, Sight, Writer, exporter_of};
use crate::access::{self, Granted};
use crate::files::StoredFile;
use crate::{Invalid, Progress, Result, ServiceError, Services, background};

/// How many are listed.
const LISTED: i64 = 100;
/// One that has not said so for this long was broken off by a stop of the server, in microseconds.
pub(super) const SILENCE: i64 = 120_000_000;
/// How long the request that makes a snapshot waits for its end; larger ones go on behind it.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same for one that somebody looks on at.
const SHORT_PATIENCE: Duration = Duration::from_millis(300);

/// A snapshot with what is shown beside it.
#[derive(Debug)]
pub struct Snapshot {
    /// Its row.
    pub row: SnapshotRow,
    /// Who made it.
    pub created_by: Option<PersonRow>,
    /// What was made of it, oldest first.
    pub conversions: Vec<ConversionRow>,
    /// While it is made: how many tasks it will have, at most.
    pub total: Option<i64>,
}

/// How to convert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a download asks of a format. What it does not say is as it was converted, or as usual, with pictures.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Asked {
    pub download_resources: Option<bool>,
    pub formula_escape: Option<bool>,
    pub exact: Option<bool>,
    pub manifest: Option<bool>,
}

impl Asked {
    /// How to convert, and whether what was made is just that.
    fn over(self, made: Option<&ConversionRow>) -> (Conversion, bool) {
        let before = made.and_then(|row| serde_json::from_str::<Conversion>(&row.options).ok());
        let base = before.unwrap_or(Conversion {
            download_resources: true,
            ..Conversion::default()
        });
        let how = Conversion {
            download_resources: self.download_resources.unwrap_or(base.download_resources),
            formula_escape: self.formula_escape.unwrap_or(base.formula_escape),
            exact: self.exact.unwrap_or(base.exact),
            manifest: self.manifest.unwrap_or(base.manifest),
        };
        let is_there = made.is_some_and(|row| row.status == "completed") && before == Some(how);
        (how, is_there)
    }
}

/// The format that a snapshot becomes as soon as it is made, whether anybody waits for it or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Then {
    /// Its name.
    pub export_type: String,
    /// How it is converted.
    pub how: Conversion,
}

impl Then {
    /// What was asked for with the snapshot.
    pub(super) fn of(row: &SnapshotRow) -> Option<Then> {
        let options: serde_json::Value = serde_json::from_str(&row.options).ok()?;
        serde_json::from_value(options.get("then")?.clone()).ok()
    }

    /// Begins the conversion in the write that ends the snapshot; none when the snapshot is the file already.
    pub(super) async fn begin(
        self,
        tx: &mut Tx,
        snapshot: &SnapshotRow,
        organization_id: i64,
        now: i64,
    ) -> Result<Option<(ConversionRow, Conversion)>> {
        if self.export_type == "JSON" && !self.how.manifest {
            return Ok(None);
        }
        let origin = audit::Origin {
            organization_id: Some(organization_id),
            account_id: Some(snapshot.created_by),
            ..audit::Origin::default()
        };
        let row = begin_in(
            tx,
            &origin,
            snapshot,
            exporter_of(&self.export_type)?.name(),
            self.how,
            now,
        )
        .await?;
        Ok(row.map(|row| (row, self.how)))
    }
}

/// A file of a snapshot that may be downloaded.
#[derive(Debug)]
pub struct Stored {
    /// `project-{id}-at-{time}-{8 hex}.{extension}`
    pub name: String,
    /// `json`, `csv`, `zip`
    pub extension: String,
    /// Its bytes.
    pub file: StoredFile,
    /// Names the bytes.
    pub tag: String,
}

/// The newest snapshots that the actor may see.
pub async fn list(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<Snapshot>> {
    let mut found = rows::newest(&services.db, project.row().id, LISTED).await?;
    found.retain(|row| sees(project, row));
    whole(services, project.row(), found).await
}

/// One.
pub async fn get(services: &Services, project: &Granted<ProjectRow>, id: i64) -> Result<Snapshot> {
    let row = find(services, project, id).await?;
    let mut found = whole(services, project.row(), vec![row]).await?;
    found.pop().ok_or(ServiceError::NotFound("Export"))
}

/// Makes one. Small ones are ready when this returns; larger ones say `in_progress`, and so does one that becomes a format: whoever
/// asks for that looks on.
pub async fn create(
    services: &Services,
    project: Granted<ProjectRow>,
    title: Option<String>,
    selection: Selection,
    then: Option<Then>,
) -> Result<Snapshot> {
    if let Some(then) = &then {
        exporter_of(&then.export_type)?;
    }
    let now = services.now();
    let sight = Sight::of(&project);
    let actor = project.actor().clone();
    let row = project.row().clone();
    let title = title
        .map(|title| crate::names::plain(&title))
        .filter(|title| !title.is_empty());
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
    let patience = if then.is_some() { SHORT_PATIENCE } else { PATIENCE };
    let mut kept_options = options.filter();
    if let Some(then) = then {
        kept_options["then"] = serde_json::json!(then);
    }
    let new = NewSnapshot {
        project_id: row.id,
        created_by: actor.account_id,
        sight: sight.text(),
        title,
        options: kept_options.to_string(),
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
        progress: Progress::default(),
    };
    let work = tokio::spawn(make(services.clone(), writer, snapshot, Begun::Now));
    // Longer ones go on when nobody waits any more.
    let _ = tokio::time::timeout(patience, work).await;
    get(services, &project, id).await
}

/// Removes one with its files.
pub async fn delete(services: &Services, project: Granted<ProjectRow>, id: i64) -> Result<()> {
    let row = find(services, &project, id).await?;
    let now = services.now();
    let (origin, object) = (access::origin(project.actor()), format!("project:{}", row.project_id));
    let shelf = services.settings.files.exports.clone();
    let shelf_in = shelf.clone();
    let files = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let files = rows::delete(tx, row.id).await?;
                shelf_in.let_go(tx, &files, now).await?;
                let detail = serde_json::json!({ "snapshot": row.id, "title": row.title }).to_string();
                audit::record(tx, &origin, "export.delete", &object, &detail, now).await?;
                Ok::<_, ServiceError>(files)
            })
        })
        .await?;
    shelf.clear(services, files).await;
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
        Begun::Now,
    ));
    Ok(number)
}

/// The file of a format. One that was never converted is converted now.
pub async fn download(
    services: &Services,
    project: Granted<ProjectRow>,
    id: i64,
    export_type: &str,
    asked: Asked,
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
    let shelf = &services.settings.files.exports;
    if exporter.name() == "JSON" && !asked.manifest.unwrap_or(false) {
        return Ok(Stored {
            name: format!("{stem}.json"),
            extension: "json".to_owned(),
            file: shelf.stored(&snapshot.stored_as, snapshot.size),
            tag: snapshot.stored_as,
        });
    }
    let row = converted(services, &project, snapshot, exporter.name(), asked).await?;
    Ok(Stored {
        name: format!("{stem}.{}", row.extension),
        file: shelf.stored(&row.stored_as, row.size),
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
    asked: Asked,
) -> Result<Report> {
    let exporter = exporter_of(export_type)?;
    let snapshot = ready(find(services, &project, id).await?)?;
    if exporter.name() == "JSON" {
        return stored_report(&snapshot.report);
    }
    let made = rows::conversion(&services.db, snapshot.id, exporter.name()).await?;
    let (how, is_there) = asked.over(made.as_ref());
    if let Some(made) = made.filter(|_| is_there) {
        return stored_report(&made.report);
    }
    let how = Conversion {
        download_resources: false,
        manifest: false,
        ..how
    };
    let writer = writer(services, project.into_parts().1, exporter.name(), how)?;
    let local = services.settings.files.exports.local(&snapshot.stored_as).await?;
    let runtime = tokio::runtime::Handle::current();
    background::run(move || {
        let mut source = || stored_tasks(local.path());
        writer.write_from(&runtime, &mut source, &mut std::io::sink())
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))?
    .map_err(|error| ServiceError::Internal(error.to_string()))
}

fn stored_report(text: &str) -> Result<Report> {
    serde_json::from_str(text)
        .map_err(|error| ServiceError::Internal(format!("a stored report cannot be read: {error}")))
}

/// Removes snapshots whose time is over, with their files (SEC-171).
pub async fn expire(services: &Services) -> Result<()> {
    let now = services.now();
    let before = now - services.settings.export_days * 86_400_000_000;
    for (id, project, organization, title) in rows::begun_before(&services.db, before).await? {
        let origin = audit::Origin {
            organization_id: Some(organization),
            ..audit::Origin::default()
        };
        let detail = serde_json::json!({ "snapshot": id, "title": title, "reason": "its time is over" }).to_string();
        let shelf = services.settings.files.exports.clone();
        let shelf_in = shelf.clone();
        let files = services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let files = rows::delete(tx, id).await?;
                    shelf_in.let_go(tx, &files, now).await?;
                    audit::record(
                        tx,
                        &origin,
                        "export.delete",
                        &format!("project:{project}"),
                        &detail,
                        now,
                    )
                    .await?;
                    Ok::<_, ServiceError>(files)
                })
            })
            .await?;
        shelf.clear(services, files).await;
    }
    Ok(())
}

/// Removes files of this machine that no row knows any more: of what a stop of the server broke off.
pub async fn clean_up(services: &Services) -> Result<()> {
    let shelf = &services.settings.files.exports;
    let old = shelf.untouched().await?;
    let known = rows::known_files(&services.db, &old).await?;
    for name in old.iter().filter(|name| !known.contains(name)) {
        let _ = std::fs::remove_file(shelf.path(name));
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

async fn whole(services: &Services, project: &ProjectRow, mut found: Vec<SnapshotRow>) -> Result<Vec<Snapshot>> {
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
            total: (row.status == "in_progress").then(|| total(project, &row)),
            row,
        })
        .collect())
}

/// How many tasks a snapshot takes at most.
fn total(project: &ProjectRow, row: &SnapshotRow) -> i64 {
    let annotated_only = Selection::of(row)
        .is_some_and(|selection| selection.only_with_annotations || selection.annotated == Some(true));
    // Ground truth is not counted there.
    if annotated_only && project.ground_truth_number == 0 {
        project.num_tasks_with_annotations
    } else {
        project.task_number
    }
}

async fn begin(
    services: &Services,
    project: &Granted<ProjectRow>,
    snapshot: &SnapshotRow,
    export_type: &'static str,
    how: Conversion,
) -> Result<Option<ConversionRow>> {
    let now = services.now();
    let origin = access::origin(project.actor());
    let snapshot = snapshot.clone();
    services
        .db
        .write(move |tx| Box::pin(async move { begin_in(tx, &origin, &snapshot, export_type, how, now).await }))
        .await
}

/// The row of a conversion that is to be made; none when it is there.
async fn begin_in(
    tx: &mut Tx,
    origin: &audit::Origin,
    snapshot: &SnapshotRow,
    export_type: &'static str,
    how: Conversion,
    now: i64,
) -> Result<Option<ConversionRow>> {
    let extension = formats::extension(exporter_of(export_type)?, how.manifest);
    let stored_as = uuid::Uuid::new_v4().simple().to_string();
    let options = serde_json::to_string(&how).unwrap_or_default();
    let times = (now, now - SILENCE);
    let row = rows::begin_conversion(tx, snapshot.id, export_type, &options, (extension, &stored_as), times).await?;
    if row.is_some() {
        let detail = serde_json::json!({ "snapshot": snapshot.id, "format": export_type }).to_string();
        let object = format!("project:{}", snapshot.project_id);
        audit::record(tx, origin, "export.convert", &object, &detail, now).await?;
    }
    Ok(row)
}

/// The finished conversion: the one that is there, or a new one.
async fn converted(
    services: &Services,
    project: &Granted<ProjectRow>,
    snapshot: SnapshotRow,
    export_type: &'static str,
    asked: Asked,
) -> Result<ConversionRow> {
    let id = snapshot.id;
    let not_yet = || ServiceError::Nothing(format!("{export_type} format is not converted yet"));
    let made = rows::conversion(&services.db, id, export_type).await?;
    let (how, is_there) = asked.over(made.as_ref());
    if let Some(made) = made.filter(|_| is_there) {
        return Ok(made);
    }
    let begun = begin(services, project, &snapshot, export_type, how).await?;
    let row = begun.ok_or_else(not_yet)?;
    // In a task of its own: a client that goes away leaves no half of it.
    let work = convert_row(services.clone(), project.row().clone(), snapshot, row, how, Begun::Now);
    tokio::spawn(work)
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    rows::conversion(&services.db, id, export_type)
        .await?
        .filter(|row| row.status == "completed")
        .ok_or_else(|| ServiceError::Nothing(format!("The conversion to {export_type} failed")))
}

fn time(micros: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
