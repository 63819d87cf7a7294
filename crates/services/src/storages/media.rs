//! Objects for those who label. Each request is asked by itself: may the caller see the task, does the task name the object, and does
//! the object lie in a storage of the task's project (SEC-188).

use std::sync::Arc;

use labelkeep_blob::{BlobError, Bucket, Content};
pub use labelkeep_blob::{Fault, Range};
use labelkeep_policy::{Action, Actor};
use labelkeep_store::storages::{self as rows, StorageRow, objects};
use labelkeep_store::tasks::TaskRow;

use super::{links, opened, provider};
use crate::access::{self, Granted};
use crate::{Result, ServiceError, Services};

/// An object that the caller may have.
pub struct Found {
    bucket: Arc<dyn Bucket>,
    key: String,
    storage: StorageRow,
}

impl Found {
    /// The last part of its key.
    pub fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or(&self.key)
    }

    /// A link that works without keys, and for how many minutes; none where the server sends the bytes itself.
    pub fn link(&self, content_type: &str) -> Option<(String, i64)> {
        let minutes = self.storage.presign_ttl.clamp(1, 60);
        let seconds = u32::try_from(minutes * 60).ok()?;
        let link = self
            .storage
            .presign
            .then(|| self.bucket.sign(&self.key, seconds, content_type))?;
        link.map(|link| (link, minutes))
    }

    /// Its bytes.
    pub async fn read(&self, range: Option<Range>) -> Result<Content, BlobError> {
        self.bucket.read(&self.key, range).await
    }
}

fn missing() -> ServiceError {
    ServiceError::NotFound("Storage")
}

/// The object that a task names.
pub async fn of_task(services: &Services, task: &Granted<TaskRow>, address: &str) -> Result<Found> {
    let row = task.row();
    if !links::is_named(&row.data, address) {
        return Err(missing());
    }
    find(services, row.project_id, address).await
}

async fn find(services: &Services, project_id: i64, address: &str) -> Result<Found> {
    for storage in rows::list(&services.db, project_id, false).await? {
        // Only what has addresses that browsers cannot open is resolved.
        if provider(&storage.kind)?.scheme().is_none() {
            continue;
        }
        let Ok(bucket) = opened::bucket(services, &storage) else {
            continue;
        };
        if let Some(key) = bucket.key_of(address) {
            return Ok(Found { bucket, key, storage });
        }
    }
    Err(missing())
}

/// The file of a local folder: of a source of a project that the caller sees. Who is shown some tasks alone gets the files of those.
pub async fn local(services: &Services, actor: Actor, address: &str) -> Result<Found> {
    for storage in rows::visible_sources(&services.db, &actor.viewer(), "localfiles").await? {
        let Ok(bucket) = opened::bucket(services, &storage) else {
            continue;
        };
        let Some(key) = bucket.key_of(address) else { continue };
        let project = access::project(services, actor.clone(), storage.project_id, Action::MediaView).await;
        let Ok(project) = project else { continue };
        if let Some(account_id) = project.assigned_only() {
            let mut is_shown = false;
            for task_id in objects::tasks_of(&services.db, storage.id, &key, 100).await? {
                is_shown |=
                    labelkeep_store::members::is_shown_task(&services.db, project.row().id, task_id, account_id)
                        .await?;
            }
            if !is_shown {
                continue;
            }
        }
        return Ok(Found { bucket, key, storage });
    }
    Err(missing())
}

/// Whether local folders are served here.
pub fn serves_local(services: &Services) -> bool {
    services.settings.local_files.is_some()
}
