//! What nobody waits for: files of removed projects, files that no row came to name, and copies that an end of the program left.

use std::path::PathBuf;
use std::time::Duration;

use labelkeep_store::{exports, storages, strays};

use super::{EXPORTS, UPLOADS};
use crate::{Result, ServiceError, Services, thumbnails};

/// Rows in one step.
const STEP: i64 = 500;
/// Files of work that are older than this belong to nothing any more: a job takes ten hours at most.
const LEFTOVER: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Removes all of it.
pub(crate) async fn tidy(services: &Services) -> Result<()> {
    for project in strays::removed_projects(&services.db).await? {
        of_project(services, project).await?;
    }
    due(services).await?;
    leftovers(services).await
}

/// Begins to remove the files of a project that was removed. What an end of the program breaks off is done within an hour.
pub(crate) fn forget_project(services: Services, project: i64) {
    tokio::spawn(async move {
        let gone = async {
            of_project(&services, project).await?;
            for storage in storages::list(&services.db, project, false).await? {
                thumbnails::forget_storage(&services, storage.id).await;
            }
            due(&services).await
        };
        if let Err(error) = gone.await {
            tracing::warn!(%error, project, "the files of a removed project go within an hour");
        }
    });
}

/// A removed project's files are noted, and its rows that named them go.
async fn of_project(services: &Services, project: i64) -> Result<()> {
    loop {
        let now = services.now();
        let taken = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let names = strays::take_uploads(tx, project, STEP).await?;
                    strays::note(tx, UPLOADS, &names, now).await?;
                    Ok::<_, ServiceError>(names.len())
                })
            })
            .await?;
        if taken == 0 {
            break;
        }
    }
    let now = services.now();
    services
        .db
        .write_step(move |tx| {
            Box::pin(async move {
                for id in strays::snapshots(tx, project).await? {
                    let names = exports::delete(tx, id).await?;
                    strays::note(tx, EXPORTS, &names, now).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Removes what is due. While the store does not answer, the rest waits for the next hour.
async fn due(services: &Services) -> Result<()> {
    loop {
        let found = strays::due(&services.db, services.now(), STEP).await?;
        if found.is_empty() {
            return Ok(());
        }
        let mut gone = Vec::with_capacity(found.len());
        for (kind, name) in found {
            let Some(shelf) = services.settings.files.shelf(&kind) else {
                continue;
            };
            match shelf.remove(&name).await {
                Ok(()) => gone.push((kind, name)),
                Err(error) => {
                    tracing::warn!(%error, file = name, "a file cannot be removed; tried again in an hour");
                    break;
                }
            }
        }
        let is_stuck = gone.is_empty();
        services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    for (kind, name) in &gone {
                        strays::forget(tx, kind, name).await?;
                    }
                    Ok::<_, ServiceError>(())
                })
            })
            .await?;
        if is_stuck {
            return Ok(());
        }
    }
}

/// Files of this machine that were worked on when the program ended.
async fn leftovers(services: &Services) -> Result<()> {
    let files = &services.settings.files;
    let shelves = [&files.uploads, &files.exports];
    let folders: Vec<(PathBuf, bool)> = shelves
        .iter()
        .map(|shelf| (shelf.folder().to_owned(), shelf.is_remote()))
        .collect();
    tokio::task::spawn_blocking(move || {
        for (folder, is_all_work) in folders {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                let is_work = is_all_work || name.starts_with("copy-");
                let changed = entry.metadata().and_then(|facts| facts.modified()).ok();
                let age = changed.and_then(|time| time.elapsed().ok());
                if is_work && age.is_some_and(|age| age > LEFTOVER) {
                    let path = entry.path();
                    let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir_all(&path));
                }
            }
        }
    })
    .await
    .map_err(|error| ServiceError::Internal(error.to_string()))
}
