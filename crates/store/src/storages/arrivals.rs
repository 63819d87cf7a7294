//! Objects that stores have said are new, until they are read; and which events have been taken.

use crate::builder::BulkInsert;
use crate::{Db, Result, Tx, args, row};

/// The storage, for an event: whoever sends it proves by its secret that it is for it.
pub async fn storage(db: &Db, id: i64) -> Result<Option<super::StorageRow>> {
    db.optional(
        "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id
         WHERE storage.id = $1 AND project.deleted_at IS NULL AND NOT storage.is_target AND storage.events_hash IS NOT NULL",
        args![id],
    )
    .await
}

/// Sets the hash of the secret with which a store says what is new; none: it is not listened to.
pub async fn set_secret(tx: &mut Tx, storage_id: i64, hash: Option<Vec<u8>>) -> Result<()> {
    tx.execute(
        "UPDATE storage SET events_hash = $2 WHERE id = $1",
        args![storage_id, hash],
    )
    .await?;
    Ok(())
}

/// Notes that an event was taken; false when it has been before.
pub async fn is_new(tx: &mut Tx, storage_id: i64, hash: &[u8], at: i64) -> Result<bool> {
    let added = tx
        .execute(
            "INSERT INTO storage_event (storage_id, event_hash, at) VALUES ($1, $2, $3) ON CONFLICT (storage_id, event_hash) DO NOTHING",
            args![storage_id, hash, at],
        )
        .await?;
    Ok(added > 0)
}

/// Forgets events that happened before then.
pub async fn forget_events(tx: &mut Tx, before: i64) -> Result<()> {
    tx.execute("DELETE FROM storage_event WHERE at < $1", args![before])
        .await?;
    Ok(())
}

row! {
    /// An object that is to be read.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ArrivalRow {
        pub object_key: String,
        /// Bytes.
        pub size: i64,
        pub attempts: i64,
    }
}

/// Notes objects that are to be read: (key, bytes).
pub async fn add(tx: &mut Tx, storage_id: i64, objects: Vec<(String, i64)>) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO storage_arrival (storage_id, object_key, size, due_at)",
        "($1, #1, #2, 0)",
        "ON CONFLICT (storage_id, object_key) DO UPDATE SET size = excluded.size, due_at = 0",
        args![storage_id],
    );
    for (key, size) in objects {
        insert.push([key.into(), size.into()]);
    }
    if !insert.is_empty() {
        tx.insert(insert).await?;
    }
    Ok(())
}

/// Sources of which something is to be read now.
pub async fn due(db: &Db, now: i64) -> Result<Vec<super::StorageRow>> {
    db.all(
        "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id
         WHERE project.deleted_at IS NULL AND storage.id IN (SELECT storage_id FROM storage_arrival WHERE due_at <= $1) ORDER BY storage.id",
        args![now],
    )
    .await
}

/// Takes what is to be read, in the order of keys, until `lease` (microseconds): another replica takes it then.
pub async fn claim(tx: &mut Tx, storage_id: i64, now: i64, lease: i64, limit: i64) -> Result<Vec<ArrivalRow>> {
    let mut taken: Vec<ArrivalRow> = tx
        .all(
            "UPDATE storage_arrival SET due_at = $3 WHERE storage_id = $1 AND object_key IN (
                SELECT object_key FROM storage_arrival WHERE storage_id = $1 AND due_at <= $2 ORDER BY object_key LIMIT $4)
             RETURNING object_key, size, attempts",
            args![storage_id, now, lease, limit],
        )
        .await?;
    taken.sort_by(|one, other| one.object_key.cmp(&other.object_key));
    Ok(taken)
}

/// Puts something off until then.
pub async fn put_off(tx: &mut Tx, storage_id: i64, key: &str, until: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage_arrival SET due_at = $3, attempts = attempts + 1 WHERE storage_id = $1 AND object_key = $2",
        args![storage_id, key, until],
    )
    .await?;
    Ok(())
}

/// It is read.
pub async fn remove(tx: &mut Tx, storage_id: i64, key: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM storage_arrival WHERE storage_id = $1 AND object_key = $2",
        args![storage_id, key],
    )
    .await?;
    Ok(())
}

/// Whether tasks of an object are there, or it is known to have none.
pub async fn is_known(tx: &mut Tx, storage_id: i64, key: &str) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT tasks FROM storage_object WHERE storage_id = $1 AND object_key = $2 AND problem IS NULL",
            args![storage_id, key],
        )
        .await?;
    Ok(row.is_some())
}
