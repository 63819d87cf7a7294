//! Syncs are asked for by people and done by jobs, one at a time for each storage.

use std::time::Duration;

use labelkeep_policy::Action;
use labelkeep_store::storages::{self as rows, StorageRow};
use labelkeep_store::{Tx, audit};
use serde_json::json;

use super::state::Sync;
use crate::access::{self, Granted};
use crate::jobs::{self, Order, Running};
use crate::{Invalid, Result, ServiceError, Services};

/// How long a request waits for a short sync to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// Begins a sync, of a source or of a target, unless one is under way; gives the storage as it is then. A short sync has ended.
pub async fn sync(services: &Services, storage: Granted<StorageRow>) -> Result<StorageRow> {
    let (actor, row) = storage.into_parts();
    if !row.synchronizable {
        return Err(Invalid::field("message", format!("Storage {} is not synchronizable", row.id)).into());
    }
    let project = access::project(services, actor.clone(), row.project_id, Action::ProjectChange).await?;
    let (id, now, origin) = (row.id, services.now(), access::origin(&actor));
    let begins = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))?;
                if is_under_way(tx, &row).await? {
                    return Ok(false);
                }
                Sync::of(&row).queued(now).write(tx).await?;
                let detail = json!({ "project": row.project_id, "type": row.kind }).to_string();
                audit::record(tx, &origin, "storage.sync", &format!("storage:{id}"), &detail, now).await?;
                Ok::<_, ServiceError>(true)
            })
        })
        .await?;
    if begins {
        let name = row
            .title
            .as_deref()
            .filter(|title| !title.is_empty())
            .unwrap_or(&row.kind);
        let (kind, title) = if row.is_target {
            ("storage.export", format!("Write all annotations to {name}"))
        } else {
            ("storage.sync", format!("Sync tasks from {name}"))
        };
        let parameters = json!({ "storage": id });
        let job = jobs::begin(
            services,
            &project,
            Order {
                kind,
                title,
                parameters,
            },
        )
        .await?;
        jobs::wait(services, job.id, PATIENCE).await?;
    }
    rows::find(&services.db, &actor.viewer(), id)
        .await?
        .ok_or(ServiceError::NotFound("Storage"))
}

/// Whether a job works for the storage; one whose job has ended, however that came, is free for another one.
pub(super) async fn is_under_way(tx: &mut Tx, row: &StorageRow) -> Result<bool> {
    let (Some(id), "queued" | "in_progress") = (row.last_job_id, row.status.as_str()) else {
        return Ok(false);
    };
    Ok(labelkeep_store::jobs::is_finished(tx, id).await? == Some(false))
}

/// Notes that a sync is over whose job ended without a word; whether it was so.
pub(super) async fn give_up(services: &Services, id: i64) -> Result<bool> {
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))?;
                if row.status != "in_progress" || is_under_way(tx, &row).await? {
                    return Ok(false);
                }
                let text = "It ended before it was complete. Sync again to go on.".to_owned();
                Sync::of(&row).failed(text, now).write(tx).await?;
                Ok(true)
            })
        })
        .await
}

/// Makes the job the one that works for the storage, unless another one does.
pub(super) async fn claim(services: &Services, job: &Running, id: i64) -> Result<()> {
    let (job_id, now) = (job.row.id, services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = rows::lock(tx, id).await?.ok_or(ServiceError::NotFound("Storage"))?;
                if row.last_job_id != Some(job_id) && is_under_way(tx, &row).await? {
                    return Err(ServiceError::Conflict(
                        "Another sync of this storage runs already.".to_owned(),
                    ));
                }
                let count = if row.last_job_id == Some(job_id) {
                    row.last_sync_count.unwrap_or(0)
                } else {
                    0
                };
                Sync::of(&row).in_progress(job_id, count, now).write(tx).await
            })
        })
        .await
}

/// The storage, if it is still this job that works for it.
pub(super) async fn own(tx: &mut Tx, id: i64, job_id: i64) -> Result<StorageRow> {
    rows::lock(tx, id)
        .await?
        .filter(|row| row.last_job_id == Some(job_id))
        .ok_or(ServiceError::NotFound("Storage"))
}
