//! What sources have read: objects, and the tasks that came of them.

use crate::builder::BulkInsert;
use crate::{Db, Result, Tx, args, row};

row! {
    /// An object that is known.
    #[derive(Debug, Clone)]
    pub struct KnownObject {
        /// Its key.
        pub object_key: String,
        /// Of the content that was read.
        pub etag: String,
        /// Whether the store has other content now.
        pub has_changed: bool,
        /// Whether tasks came of it, and there are some left, or there was nothing in it.
        pub is_done: bool,
    }
}

/// The first known objects of a source behind one key and up to another, in the order of keys.
pub async fn known(db: &Db, storage_id: i64, after: &str, last: &str, limit: i64) -> Result<Vec<KnownObject>> {
    db.all(
        "SELECT object_key, etag, has_changed, (problem IS NULL AND (tasks = 0 OR EXISTS (SELECT 1 FROM storage_task
            WHERE storage_task.storage_id = storage_object.storage_id AND storage_task.object_key = storage_object.object_key)))
            AS is_done
         FROM storage_object WHERE storage_id = $1 AND object_key > $2 AND object_key <= $3 ORDER BY object_key LIMIT $4",
        args![storage_id, after, last, limit],
    )
    .await
}

/// The last key up to which a source has no object that has to be read again: this one, or the one before the first such.
pub async fn sound_until(db: &Db, storage_id: i64, last_key: &str) -> Result<String> {
    let first: Option<(String,)> = db
        .optional(
            "SELECT object_key FROM storage_object WHERE storage_id = $1 AND problem IS NOT NULL AND object_key <= $2
             ORDER BY object_key LIMIT 1",
            args![storage_id, last_key],
        )
        .await?;
    let Some((first,)) = first else {
        return Ok(last_key.to_owned());
    };
    let before: Option<(String,)> = db
        .optional(
            "SELECT object_key FROM storage_object WHERE storage_id = $1 AND object_key < $2 ORDER BY object_key DESC LIMIT 1",
            args![storage_id, first],
        )
        .await?;
    Ok(before.map_or_else(String::new, |(key,)| key))
}

/// An object that has been read.
#[derive(Debug, Clone)]
pub struct ReadObject {
    /// Its key.
    pub key: String,
    /// Of its content.
    pub etag: String,
    /// How many tasks came of it.
    pub tasks: i64,
    /// Why none did.
    pub problem: Option<String>,
}

/// Notes objects that have been read.
pub async fn put(tx: &mut Tx, storage_id: i64, objects: Vec<ReadObject>) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO storage_object (storage_id, object_key, etag, tasks, has_changed, problem)",
        "($1, #1, #2, #3, FALSE, #4)",
        "ON CONFLICT (storage_id, object_key) DO UPDATE SET etag = excluded.etag, tasks = excluded.tasks, has_changed = FALSE,
            problem = excluded.problem",
        args![storage_id],
    );
    for object in objects {
        insert.push([
            object.key.into(),
            object.etag.into(),
            object.tasks.into(),
            object.problem.into(),
        ]);
    }
    if !insert.is_empty() {
        tx.insert(insert).await?;
    }
    Ok(())
}

/// Notes that the store has other content for an object than its tasks were made of.
pub async fn set_changed(tx: &mut Tx, storage_id: i64, keys: Vec<String>) -> Result<()> {
    for key in keys {
        tx.execute(
            "UPDATE storage_object SET has_changed = TRUE WHERE storage_id = $1 AND object_key = $2",
            args![storage_id, key],
        )
        .await?;
    }
    Ok(())
}

/// Notes what content tasks were made of, where an event did not say.
pub async fn set_etags(tx: &mut Tx, storage_id: i64, etags: Vec<(String, String)>) -> Result<()> {
    for (key, etag) in etags {
        tx.execute(
            "UPDATE storage_object SET etag = $3 WHERE storage_id = $1 AND object_key = $2",
            args![storage_id, key, etag],
        )
        .await?;
    }
    Ok(())
}

/// Forgets objects.
pub async fn forget(tx: &mut Tx, storage_id: i64, keys: Vec<String>) -> Result<()> {
    for key in keys {
        tx.execute(
            "DELETE FROM storage_object WHERE storage_id = $1 AND object_key = $2",
            args![storage_id, key],
        )
        .await?;
    }
    Ok(())
}

/// A task that came of an object.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct TaskLink {
    pub task_id: i64,
    pub object_key: String,
    pub row_index: Option<i64>,
}

/// Notes from which objects tasks came.
pub async fn link(tx: &mut Tx, storage_id: i64, links: Vec<TaskLink>) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO storage_task (storage_id, task_id, object_key, row_index)",
        "($1, #1, #2, #3)",
        "ON CONFLICT (task_id, storage_id) DO NOTHING",
        args![storage_id],
    );
    for link in links {
        insert.push([link.task_id.into(), link.object_key.into(), link.row_index.into()]);
    }
    if !insert.is_empty() {
        tx.insert(insert).await?;
    }
    Ok(())
}

row! {
    /// An object about which there is something to say.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct NotedObject {
        pub object_key: String,
        pub has_changed: bool,
        pub problem: Option<String>,
    }
}

/// Objects of which no tasks came, or that have changed since.
pub async fn noted(db: &Db, storage_id: i64, limit: i64) -> Result<Vec<NotedObject>> {
    db.all(
        "SELECT object_key, has_changed, problem FROM storage_object
         WHERE storage_id = $1 AND (problem IS NOT NULL OR has_changed) ORDER BY object_key LIMIT $2",
        args![storage_id, limit],
    )
    .await
}
