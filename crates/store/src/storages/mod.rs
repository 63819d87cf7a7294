//! Storages of projects: the records. [`objects`] has what sources have read, [`work`] what targets are to be given.

pub mod arrivals;
pub mod connections;
pub mod naming;
pub mod objects;
pub mod work;

use labelkeep_policy::Viewer;

use crate::visible::{numbered, visible};
use crate::{Db, Result, Tx, args, row};

row! {
    /// A storage. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct StorageRow {
        pub id: i64,
        pub organization_id: i64,
        pub project_id: i64,
        pub kind: String,
        pub is_target: bool,
        pub title: Option<String>,
        pub description: Option<String>,
        pub settings: String,
        pub secrets: Option<Vec<u8>>,
        pub regex_filter: Option<String>,
        pub use_blob_urls: bool,
        pub recursive_scan: bool,
        pub presign: bool,
        pub presign_ttl: i64,
        pub can_delete_objects: Option<bool>,
        pub synchronizable: bool,
        pub status: String,
        pub last_sync: Option<i64>,
        pub last_sync_count: Option<i64>,
        pub last_job_id: Option<i64>,
        pub traceback: Option<String>,
        pub meta: String,
        pub log_mark: i64,
        pub created_by: i64,
        pub created_at: i64,
        pub updated_at: i64,
        pub connection_id: Option<i64>,
        pub append_only: bool,
        pub last_key: Option<String>,
        pub resume: Option<String>,
        pub events_hash: Option<Vec<u8>>,
    }
}

/// What people set of a storage.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct StorageFields {
    pub title: Option<String>,
    pub description: Option<String>,
    pub settings: String,
    pub regex_filter: Option<String>,
    pub use_blob_urls: bool,
    pub recursive_scan: bool,
    pub presign: bool,
    pub presign_ttl: i64,
    pub can_delete_objects: Option<bool>,
    pub synchronizable: bool,
    pub connection_id: Option<i64>,
    pub append_only: bool,
}

/// The storage, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<StorageRow>> {
    db.optional(
        concat!(
            "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id WHERE storage.id = $5 AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The sources of all projects that are visible.
pub async fn visible_sources(db: &Db, viewer: &Viewer, kind: &str) -> Result<Vec<StorageRow>> {
    db.all(
        concat!(
            "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id
             WHERE NOT storage.is_target AND storage.kind = $5 AND ",
            visible!(),
            " ORDER BY storage.id"
        ),
        numbered(viewer, args![kind]),
    )
    .await
}

/// The storage, for work that runs beside requests; none when its project has been deleted.
pub async fn find_for_job(db: &Db, id: i64) -> Result<Option<StorageRow>> {
    db.optional(
        "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id
         WHERE storage.id = $1 AND project.deleted_at IS NULL",
        args![id],
    )
    .await
}

/// The storages of a project, oldest first.
pub async fn list(db: &Db, project_id: i64, is_target: bool) -> Result<Vec<StorageRow>> {
    db.all(
        "SELECT * FROM storage WHERE project_id = $1 AND is_target = $2 ORDER BY id",
        args![project_id, is_target],
    )
    .await
}

/// The sources of a project inside a write, oldest first.
pub async fn sources_in(tx: &mut Tx, project_id: i64) -> Result<Vec<StorageRow>> {
    tx.all(
        "SELECT * FROM storage WHERE project_id = $1 AND NOT is_target ORDER BY id",
        args![project_id],
    )
    .await
}

/// All targets of projects that have not been deleted.
pub async fn targets(db: &Db) -> Result<Vec<StorageRow>> {
    db.all(
        "SELECT storage.* FROM storage JOIN project ON project.id = storage.project_id
         WHERE storage.is_target AND project.deleted_at IS NULL ORDER BY storage.id",
        args![],
    )
    .await
}

/// Whose the storage is, of which kind, and from where in the log of annotations it is given work.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewStorage {
    pub organization_id: i64,
    pub project_id: i64,
    pub kind: String,
    pub is_target: bool,
    pub log_mark: i64,
    pub created_by: i64,
}

/// Adds a storage; gives its number.
pub async fn insert(tx: &mut Tx, new: NewStorage, fields: StorageFields, at: i64) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO storage (organization_id, project_id, kind, is_target, log_mark, created_by, created_at, updated_at, status,
                title, description, settings, regex_filter, use_blob_urls, recursive_scan, presign, presign_ttl, can_delete_objects,
                synchronizable, connection_id, append_only)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 'initialized', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
             RETURNING id",
            args![
                new.organization_id,
                new.project_id,
                new.kind,
                new.is_target,
                new.log_mark,
                new.created_by,
                at,
                fields.title,
                fields.description,
                fields.settings,
                fields.regex_filter,
                fields.use_blob_urls,
                fields.recursive_scan,
                fields.presign,
                fields.presign_ttl,
                fields.can_delete_objects,
                fields.synchronizable,
                fields.connection_id,
                fields.append_only
            ],
        )
        .await?;
    Ok(id)
}

/// Changes what people set of it.
pub async fn update(tx: &mut Tx, id: i64, fields: StorageFields, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage SET title = $2, description = $3, settings = $4, regex_filter = $5, use_blob_urls = $6, recursive_scan = $7,
            presign = $8, presign_ttl = $9, can_delete_objects = $10, synchronizable = $11, connection_id = $12, append_only = $13, updated_at = $14
         WHERE id = $1",
        args![
            id,
            fields.title,
            fields.description,
            fields.settings,
            fields.regex_filter,
            fields.use_blob_urls,
            fields.recursive_scan,
            fields.presign,
            fields.presign_ttl,
            fields.can_delete_objects,
            fields.synchronizable,
            fields.connection_id,
            fields.append_only,
            at
        ],
    )
    .await?;
    Ok(())
}

/// Sets what is never given back, sealed; or removes it.
pub async fn set_secrets(tx: &mut Tx, id: i64, sealed: Option<Vec<u8>>) -> Result<()> {
    tx.execute("UPDATE storage SET secrets = $2 WHERE id = $1", args![id, sealed])
        .await?;
    Ok(())
}

/// The storage inside a write; nobody else changes it until the commit.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<StorageRow>> {
    // No key is set, not even to itself: SQLite would look through all that refers to it, a million objects for each step of a sync.
    tx.optional(
        "UPDATE storage SET updated_at = updated_at WHERE id = $1 RETURNING *",
        args![id],
    )
    .await
}

/// Opens the project's storages anew: it may use other connections where it is now.
pub async fn reopen(tx: &mut Tx, project_id: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage SET updated_at = updated_at + 1 WHERE project_id = $1",
        args![project_id],
    )
    .await?;
    Ok(())
}

/// Where the next sync goes on: behind a key of a completed one, or where an interrupted one stopped.
pub async fn set_resume(tx: &mut Tx, id: i64, last_key: Option<String>, resume: Option<String>) -> Result<()> {
    tx.execute(
        "UPDATE storage SET last_key = $2, resume = $3 WHERE id = $1",
        args![id, last_key, resume],
    )
    .await?;
    Ok(())
}

/// Removes a storage with what it has read and written down; tasks stay.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM storage WHERE id = $1", args![id]).await?;
    Ok(())
}

/// How a sync stands.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct SyncState {
    pub status: &'static str,
    pub last_sync: Option<i64>,
    pub last_sync_count: Option<i64>,
    pub last_job_id: Option<i64>,
    pub traceback: Option<String>,
    pub meta: String,
}

/// Notes how a sync stands.
pub async fn set_state(tx: &mut Tx, id: i64, state: SyncState) -> Result<()> {
    tx.execute(
        "UPDATE storage SET status = $2, last_sync = $3, last_sync_count = $4, last_job_id = $5, traceback = $6, meta = $7 WHERE id = $1",
        args![
            id,
            state.status,
            state.last_sync,
            state.last_sync_count,
            state.last_job_id,
            state.traceback,
            state.meta
        ],
    )
    .await?;
    Ok(())
}
