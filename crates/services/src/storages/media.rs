//! Objects for those who label. Each request is asked by itself: may the caller see the task, does the task name the object, and does
//! the object lie in a storage of the task's project (SEC-188).

use std::sync::Arc;

use labelkeep_blob::{BlobError, Bucket, Content};
pub use labelkeep_blob::{Fault, Range, SignedHeaders};
use labelkeep_policy::{Action, Actor};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::storages::{self as rows, StorageRow, naming as tasks};
use labelkeep_store::tasks::TaskRow;

use super::{links, opened, provider, untouched};
use crate::access::{self, Granted};
use crate::media_links::Media;
use crate::{Result, ServiceError, Services, naming};

/// An object that the caller may have.
pub struct Found {
    bucket: Arc<dyn Bucket>,
    key: String,
    storage: StorageRow,
}

impl Found {
    pub(super) fn new(bucket: Arc<dyn Bucket>, key: String, storage: StorageRow) -> Found {
        Found { bucket, key, storage }
    }

    /// The object of a storage, for who has asked for rights already.
    pub(crate) async fn of(services: &Services, storage_id: i64, key: String) -> Result<Found> {
        let storage = rows::find_for_job(&services.db, storage_id)
            .await?
            .ok_or_else(missing)?;
        untouched::check_sent(services, storage.project_id).await?;
        let bucket = opened::bucket(services, &storage).await?;
        Ok(Found { bucket, key, storage })
    }

    /// The same object as a link of its own host names it.
    pub fn media(&self) -> Media {
        Media::Object(self.storage.id, self.key.clone())
    }

    /// The last part of its key.
    pub fn name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or(&self.key)
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn storage_id(&self) -> i64 {
        self.storage.id
    }

    /// A link that works without keys, and for how many minutes; none where the server sends the bytes itself.
    ///
    /// # Errors
    /// The store gives no keys to sign with.
    pub async fn link(&self, headers: SignedHeaders<'_>) -> Result<Option<(String, i64)>, BlobError> {
        if !self.storage.presign {
            return Ok(None);
        }
        let minutes = self.storage.presign_ttl.clamp(1, 60);
        let seconds = u32::try_from(minutes * 60).unwrap_or(60);
        let link = self.bucket.sign(&self.key, seconds, headers).await?;
        Ok(link.map(|link| (link, minutes)))
    }

    /// Refuses to send the bytes where the server leaves the project's media alone.
    pub async fn check_sent(&self, services: &Services) -> Result<()> {
        untouched::check_sent(services, self.storage.project_id).await
    }

    /// Its bytes.
    pub async fn read(&self, range: Option<Range>) -> Result<Content, BlobError> {
        self.bucket.read(&self.key, range).await
    }
}

pub(super) fn missing() -> ServiceError {
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

/// The object that a project names: its labeling configuration or instructions do, or tasks came of it. Who is shown some tasks
/// alone gets the objects of those.
pub async fn of_project(services: &Services, project: &Granted<ProjectRow>, address: &str) -> Result<Found> {
    let row = project.row();
    let found = find(services, row.id, address).await?;
    let is_in_text = [&row.label_config, &row.expert_instruction]
        .into_iter()
        .any(|text| links::is_quoted(text, address));
    if is_in_text || tasks::came_of(&services.db, naming::among(project), found.storage.id, &found.key).await? {
        return Ok(found);
    }
    Err(missing())
}

async fn find(services: &Services, project_id: i64, address: &str) -> Result<Found> {
    for storage in rows::list(&services.db, project_id, false).await? {
        // Only what has addresses that browsers cannot open is resolved.
        if provider(&storage.kind)?.scheme().is_none() {
            continue;
        }
        let Ok(bucket) = opened::bucket(services, &storage).await else {
            continue;
        };
        if let Some(key) = bucket.key_of(address) {
            return Ok(Found { bucket, key, storage });
        }
    }
    Err(missing())
}

/// From where browsers get the objects of a project by signed links: `https://bucket.s3.eu-west-1.amazonaws.com`. None where the
/// actor does not see the project.
pub async fn origins(services: &Services, actor: Actor, project_id: i64) -> Result<Vec<String>> {
    let project = match access::project(services, actor, project_id, Action::MediaView).await {
        Ok(project) => project,
        Err(ServiceError::NotFound(_) | ServiceError::Forbidden(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut origins = Vec::new();
    for storage in rows::list(&services.db, project.row().id, false).await? {
        if !storage.presign {
            continue;
        }
        let Ok(bucket) = opened::bucket(services, &storage).await else {
            continue;
        };
        // Nothing is signed for it: that may ask a store for keys.
        if let Some(origin) = bucket.links_at().as_deref().and_then(origin_of)
            && !origins.contains(&origin)
        {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// Scheme, host and port of an address, if they can stand in a list of origins.
fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let is_known = matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(is_plain);
    is_known.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin_of;

    #[test]
    fn sec_042_an_origin_is_nothing_but_scheme_host_and_port() {
        for (address, origin) in [
            (
                "https://b.s3.eu-west-1.amazonaws.com/a?X-Amz-Date=1",
                "https://b.s3.eu-west-1.amazonaws.com",
            ),
            ("http://127.0.0.1:9000/b/a", "http://127.0.0.1:9000"),
            ("https://host?x", "https://host"),
        ] {
            assert_eq!(origin_of(address).as_deref(), Some(origin));
        }
        for other in [
            "https://a; script-src *",
            "https://a b/",
            "https:///x",
            "data:x",
            "ftp://a/",
            "https://a,b/",
        ] {
            assert_eq!(origin_of(other), None, "{other}");
        }
    }
}
