//! Signed checkpoints (SEC-219): who cuts or rewrites a chain behind one cannot sign it again. The key is made at the first
//! use, sealed in the database with the master key, and used for nothing else.

use std::io::Write as _;
use std::sync::{Arc, PoisonError};

use labelkeep_crypt::chain::{Link, hex};
use labelkeep_crypt::{CheckpointKey, Place};
use labelkeep_store::audit::checkpoints::{self as store, CheckpointRow};

use crate::{Result, ServiceError, Services};

/// A checkpoint comes after so many entries at the latest…
pub(super) const EVERY_ENTRIES: i64 = 1_000;
/// …or after this time, in microseconds.
pub(super) const EVERY_MICROS: i64 = 3_600_000_000;

/// The keys, the one that signs first.
pub(super) async fn keys(services: &Services) -> Result<Arc<Vec<CheckpointKey>>> {
    let known = services
        .audit
        .keys
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    if let Some(keys) = known {
        return Ok(keys);
    }
    let mut rows = store::keys(&services.db).await?;
    if rows.is_empty() {
        let key = CheckpointKey::generate();
        let (id, now) = (key.id().to_owned(), services.now());
        let sealed = services.keys.seal(place(&id), &key.to_pkcs8());
        services
            .db
            .write(move |tx| Box::pin(async move { store::insert_first_key(tx, &id, &sealed, now).await }))
            .await?;
        rows = store::keys(&services.db).await?;
    }
    let keys = Arc::new(open(services, rows)?);
    *services.audit.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
    Ok(keys)
}

/// Opens stored keys.
pub(super) fn open(services: &Services, rows: Vec<(String, Vec<u8>)>) -> Result<Vec<CheckpointKey>> {
    rows.into_iter()
        .map(|(id, sealed)| {
            let pkcs8 = services
                .keys
                .open(place(&id), &sealed)
                .map_err(|error| ServiceError::Internal(format!("checkpoint key {id}: {error}")))?;
            CheckpointKey::from_pkcs8(id, &pkcs8).map_err(|error| ServiceError::Internal(error.to_string()))
        })
        .collect()
}

fn place(id: &str) -> Place<'_> {
    Place {
        organization: 0,
        table: "audit_key",
        column: "sealed",
        row: id,
    }
}

/// What is signed, in canonical form.
pub(super) fn statement(row: &CheckpointRow) -> String {
    format!(
        r#"{{"at":{},"hash":"{}","key":"{}","organization":{},"pruned":{},"sequence":{}}}"#,
        row.at,
        hex(&row.hash),
        row.key_id,
        row.organization_id,
        row.pruned,
        row.sequence
    )
}

/// Makes a checkpoint; the caller stores it.
pub(super) async fn sign(
    services: &Services,
    organization_id: i64,
    sequence: i64,
    hash: &Link,
    pruned: bool,
) -> Result<CheckpointRow> {
    let keys = keys(services).await?;
    let key = keys
        .first()
        .ok_or_else(|| ServiceError::Internal("no checkpoint key".to_owned()))?;
    let mut row = CheckpointRow {
        organization_id,
        sequence,
        pruned,
        hash: hash.to_vec(),
        key_id: key.id().to_owned(),
        signature: Vec::new(),
        at: services.now(),
    };
    row.signature = key.sign(&statement(&row)).to_vec();
    Ok(row)
}

/// Signs the chains that have gone on since their last checkpoint, when it is older than `age` microseconds.
pub(super) async fn sign_older_than(services: &Services, age: i64) -> Result<()> {
    use labelkeep_store::audit::chain;
    for organization_id in chain::organizations(&services.db).await? {
        let newest = store::newest(&services.db, organization_id).await?;
        let Some(head) = chain::head(&services.db, organization_id).await? else {
            continue;
        };
        let (signed, at) = newest.map_or((0, 0), |row| (row.sequence, row.at));
        if head.sequence <= signed || services.now() - at < age {
            continue;
        }
        let hash: Link = head
            .hash
            .try_into()
            .map_err(|_| ServiceError::Internal("a hash has a wrong length".to_owned()))?;
        let row = sign(services, organization_id, head.sequence, &hash, false).await?;
        let stored = row.clone();
        services
            .db
            .write(move |tx| Box::pin(async move { store::insert(tx, &stored).await }))
            .await?;
        tell(services, &[row]);
    }
    Ok(())
}

/// Sends checkpoints out of the database, where a file is named for them: who can rewrite the database cannot take them back.
pub(super) fn tell(services: &Services, rows: &[CheckpointRow]) {
    let Some(path) = &services.settings.checkpoint_file else {
        return;
    };
    for row in rows {
        let line = format!(
            "{{\"statement\":{},\"signature\":\"{}\"}}\n",
            statement(row),
            hex(&row.signature)
        );
        let written = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            tracing::error!(%error, "a checkpoint of the audit log could not be written to its file");
        }
    }
}
