//! Buckets that are open, by their storages; and what of a storage is sealed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use labelkeep_blob::{BlobError, Bucket, Values, World};
use labelkeep_crypt::Place;
use labelkeep_store::storages::StorageRow;

use super::{connections, provider, purpose_of};
use crate::{Invalid, Result, ServiceError, Services};

/// Buckets that are asked often: their connections stay open. An entry serves while the storage is as it was.
#[derive(Default)]
pub(crate) struct Buckets(Mutex<HashMap<i64, Opened>>);

/// A bucket, and when its storage was changed last.
type Opened = (i64, Arc<dyn Bucket>);

/// How many stay open.
const OPEN: usize = 256;

/// What providers need of this installation, for an organization.
pub(super) fn world(services: &Services, organization_id: i64) -> World {
    let grants = services.settings.stores.grants.iter();
    let grants = grants.filter(|grant| grant.organization == organization_id);
    World {
        grants: grants.cloned().collect(),
        net: services.net.clone(),
        local_root: services.settings.local_files.clone(),
        installation: services.settings.stores.clone(),
    }
}

/// The bucket of a storage.
pub(super) async fn bucket(services: &Services, row: &StorageRow) -> Result<Arc<dyn Bucket>> {
    let cache = || services.buckets.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((updated_at, bucket)) = cache().get(&row.id)
        && *updated_at == row.updated_at
    {
        return Ok(bucket.clone());
    }
    let mut values = settings(row);
    for (name, value) in secrets(services, row)?.iter() {
        values.set(name, value);
    }
    if row.connection_id.is_some() {
        let connection = connections::of_storage(services, row.id).await?;
        connections::over(services, &connection, &mut values)?;
        connections::check_place(&connection, provider(&row.kind)?, &values)?;
    }
    let wrong = |error: BlobError| ServiceError::from(Invalid::whole(error.text));
    let opened = provider(&row.kind)?
        .open(&values, purpose_of(row), &world(services, row.organization_id))
        .map_err(wrong)?;
    let bucket: Arc<dyn Bucket> = opened.into();
    let mut open = cache();
    if open.len() >= OPEN {
        open.clear();
    }
    open.insert(row.id, (row.updated_at, bucket.clone()));
    Ok(bucket)
}

pub(super) fn values(text: &str) -> Values {
    let map: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    let mut values = Values::default();
    for (name, value) in map {
        values.set(&name, &value);
    }
    values
}

/// Values as they are stored.
pub(super) fn written(values: &Values) -> Result<String> {
    let map: BTreeMap<&str, &str> = values.iter().collect();
    serde_json::to_string(&map).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// What of a storage is no secret.
pub(super) fn settings(row: &StorageRow) -> Values {
    values(&row.settings)
}

/// What of a storage is never given back.
pub(super) fn secrets(services: &Services, row: &StorageRow) -> Result<Values> {
    let Some(sealed) = &row.secrets else {
        return Ok(Values::default());
    };
    let id = row.id.to_string();
    let opened = services
        .keys
        .open(place(row.organization_id, &id), sealed)
        .map_err(|error| ServiceError::Internal(format!("the secrets of storage {id}: {error}")))?;
    Ok(values(&String::from_utf8_lossy(&opened)))
}

/// Secrets as they are stored; none when there are none.
pub(super) fn sealed(services: &Services, organization_id: i64, id: i64, secrets: &Values) -> Result<Option<Vec<u8>>> {
    if secrets.is_empty() {
        return Ok(None);
    }
    let text = written(secrets)?;
    let id = id.to_string();
    Ok(Some(services.keys.seal(place(organization_id, &id), text.as_bytes())))
}

fn place(organization: i64, row: &str) -> Place<'_> {
    Place {
        organization,
        table: "storage",
        column: "secrets",
        row,
    }
}
