//! Files of local folders. Their addresses name no task: one that the actor is shown has to name the file (SEC-188). A folder is
//! connected to a project, and holds more than its tasks tell.

use std::path::Path;

use labelkeep_blob::Bucket;
use labelkeep_policy::{Action, Actor};
use labelkeep_store::storages::{self as rows, naming as tasks};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::media::{Found, missing};
use super::opened;
use crate::{Result, ServiceError, Services, access, naming};

/// How addresses of files begin, behind the host that some have.
const ADDRESS: &str = "/data/local-files/?d=";

/// Whether local folders are served here.
pub fn is_served(services: &Services) -> bool {
    services.settings.local_files.is_some()
}

/// The file at this path below the root: of a source of a project that the caller sees, and named by a task that they are shown, by the
/// labeling configuration, or by the instructions.
///
/// # Errors
/// [`ServiceError::Busy`] where a project is too large to be searched before its texts are indexed.
pub async fn find(services: &Services, actor: Actor, path: &str) -> Result<Found> {
    let mut outcome = missing();
    for storage in rows::visible_sources(&services.db, &actor.viewer(), "localfiles").await? {
        let Ok(bucket) = opened::bucket(services, &storage).await else {
            continue;
        };
        let Some(key) = key(&*bucket, path) else { continue };
        let project = access::project(services, actor.clone(), storage.project_id, Action::MediaView).await;
        let Ok(project) = project else { continue };
        if project.row().never_touches_media {
            continue;
        }
        let is_named = tasks::came_of(&services.db, naming::among(&project), storage.id, &key).await?
            || match naming::is_named(services, &project, ADDRESS, path, |address| {
                leads_to(address, &*bucket, &key)
            })
            .await
            {
                // Another project may name it, too.
                Err(ServiceError::Busy(seconds)) => {
                    outcome = ServiceError::Busy(seconds);
                    false
                }
                found => found?,
            };
        if is_named {
            return Ok(Found::new(bucket, key, storage));
        }
    }
    Err(outcome)
}

/// The key of a path, whatever stands in it.
fn key(bucket: &dyn Bucket, path: &str) -> Option<String> {
    bucket.key_of(&format!("{ADDRESS}{}", utf8_percent_encode(path, NON_ALPHANUMERIC)))
}

/// Whether an address, as browsers read it, is that of the file.
fn leads_to(address: &str, bucket: &dyn Bucket, wanted: &str) -> bool {
    let Some((host, query)) = address.split_once(ADDRESS) else {
        return false;
    };
    let is_address = host.is_empty() || host.starts_with("http://") || host.starts_with("https://");
    if !is_address || host.contains(char::is_whitespace) {
        return false;
    }
    let written = query.split(['&', '#']).next().unwrap_or_default().replace('+', " ");
    let path = percent_decode_str(&written).decode_utf8_lossy();
    key(bucket, &path).is_some_and(|key| Path::new(&key) == Path::new(wanted))
}
