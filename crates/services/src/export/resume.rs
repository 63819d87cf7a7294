//! Snapshots, and formats of them, that an end of the server broke off. A snapshot goes on behind the last task that is in its file;
//! a format is made again from its beginning.

use labelkeep_store::exports::{self as rows, ConversionRow, SnapshotRow};
use labelkeep_store::{Dialect, projects};

use super::making::{Begun, convert_row, make};
use super::snapshots::{Conversion, SILENCE};
use super::{Options, Selection, Sight, Writer, exporter_of};
use crate::{Progress, Result, ServiceError, Services};

/// Makes what was broken off, one after the other. Of several servers one takes each.
pub async fn resume(services: &Services) -> Result<()> {
    // An embedded database has one server: what another process has left at its start nobody makes any more.
    let before = match services.db.dialect() {
        Dialect::Sqlite => services.started_at,
        Dialect::Postgres => services.now() - SILENCE,
    };
    for row in rows::silent(&services.db, before).await? {
        snapshot(services, row).await?;
    }
    for row in rows::silent_conversions(&services.db, before).await? {
        conversion(services, row).await?;
    }
    Ok(())
}

async fn snapshot(services: &Services, row: SnapshotRow) -> Result<()> {
    let (id, last, now) = (row.id, row.updated_at, services.now());
    let taken = services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::take(tx, id, last, now).await?) }));
    if !taken.await? {
        return Ok(());
    }
    let Some(project) = projects::find_for_job(&services.db, row.project_id).await? else {
        return Ok(());
    };
    tracing::info!(
        snapshot = id,
        project = project.id,
        written = row.written,
        "going on with an export that was broken off"
    );
    let selection = Selection::of(&row)
        .ok_or_else(|| ServiceError::Internal(format!("the options of snapshot {id} cannot be read")))?;
    let writer = Writer {
        services: services.clone(),
        project,
        exporter: exporter_of("JSON")?,
        options: Options {
            format: "JSON".to_owned(),
            all_tasks: true,
            ids: None,
            download_resources: false,
            formula_escape: false,
            exact: false,
            manifest: false,
            selection,
        },
        sight: Sight::read(&row.sight),
        now,
        progress: Progress::default(),
    };
    let row = SnapshotRow { updated_at: now, ..row };
    make(services.clone(), writer, row, Begun::Again).await;
    Ok(())
}

async fn conversion(services: &Services, row: ConversionRow) -> Result<()> {
    let Some(snapshot) = rows::of_conversion(&services.db, row.id).await? else {
        return Ok(());
    };
    let project = projects::find_for_job(&services.db, snapshot.project_id).await?;
    let (Some(project), "completed") = (project, snapshot.status.as_str()) else {
        return Ok(());
    };
    let (id, last, now) = (row.id, row.updated_at, services.now());
    let taken = services.db.write(move |tx| {
        Box::pin(async move { Ok::<_, ServiceError>(rows::take_conversion(tx, id, last, now).await?) })
    });
    if !taken.await? {
        return Ok(());
    }
    tracing::info!(
        snapshot = snapshot.id,
        format = row.export_type,
        "making a format again that was broken off"
    );
    let how: Conversion = serde_json::from_str(&row.options)
        .map_err(|error| ServiceError::Internal(format!("the options of conversion {id}: {error}")))?;
    // Half a file is of no use.
    let _ = std::fs::remove_file(services.settings.files.exports.path(&row.stored_as));
    let row = ConversionRow { updated_at: now, ..row };
    convert_row(services.clone(), project, snapshot, row, how, Begun::Again).await;
    Ok(())
}
