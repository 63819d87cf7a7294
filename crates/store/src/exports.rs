//! Export snapshots and their conversions; the bytes lie in a folder.

use crate::builder::over;
use crate::{Db, Result, Tx, args, row};

row! {
    /// A snapshot.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct SnapshotRow {
        pub id: i64,
        pub project_id: i64,
        pub created_by: i64,
        pub sight: String,
        pub title: String,
        pub options: String,
        pub status: String,
        pub error: Option<String>,
        pub counters: String,
        pub report: String,
        pub md5: String,
        pub size: i64,
        pub stored_as: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub finished_at: Option<i64>,
        pub written: i64,
        pub last_task_id: i64,
    }
}

row! {
    /// A format that was made of a snapshot.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ConversionRow {
        pub id: i64,
        pub snapshot_id: i64,
        pub export_type: String,
        pub options: String,
        pub status: String,
        pub error: Option<String>,
        pub extension: String,
        pub report: String,
        pub size: i64,
        pub stored_as: String,
        pub created_at: i64,
        pub updated_at: i64,
        pub finished_at: Option<i64>,
        pub done: i64,
    }
}

/// How far a snapshot has come.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Bytes of its file that hold whole tasks.
    pub written: i64,
    /// The last of these tasks.
    pub last_task_id: i64,
    /// How many they are, as they are told.
    pub counters: String,
}

/// A snapshot that is to be made.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewSnapshot {
    pub project_id: i64,
    pub created_by: i64,
    pub sight: String,
    pub title: String,
    pub options: String,
    pub stored_as: String,
}

/// What came of a snapshot.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Made {
    pub counters: String,
    pub report: String,
    pub md5: String,
    pub size: i64,
}

/// The newest snapshots of a project, newest first.
pub async fn newest(db: &Db, project_id: i64, limit: i64) -> Result<Vec<SnapshotRow>> {
    db.all(
        "SELECT * FROM export_snapshot WHERE project_id = $1 ORDER BY id DESC LIMIT $2",
        args![project_id, limit],
    )
    .await
}

/// The snapshot, if its project is this one.
pub async fn find(db: &Db, project_id: i64, id: i64) -> Result<Option<SnapshotRow>> {
    db.optional(
        "SELECT * FROM export_snapshot WHERE project_id = $1 AND id = $2",
        args![project_id, id],
    )
    .await
}

/// Snapshots that are being made and have not been heard of since `before` (microseconds), oldest first.
pub async fn silent(db: &Db, before: i64) -> Result<Vec<SnapshotRow>> {
    db.all(
        "SELECT * FROM export_snapshot WHERE status = 'in_progress' AND updated_at < $1 ORDER BY id",
        args![before],
    )
    .await
}

/// The same of conversions.
pub async fn silent_conversions(db: &Db, before: i64) -> Result<Vec<ConversionRow>> {
    db.all(
        "SELECT * FROM export_conversion WHERE status = 'in_progress' AND updated_at < $1 ORDER BY id",
        args![before],
    )
    .await
}

/// The snapshot that a conversion is made of.
pub async fn of_conversion(db: &Db, conversion_id: i64) -> Result<Option<SnapshotRow>> {
    db.optional(
        "SELECT * FROM export_snapshot WHERE id = (SELECT snapshot_id FROM export_conversion WHERE id = $1)",
        args![conversion_id],
    )
    .await
}

/// Takes over a snapshot that was last heard of at `last`; false when somebody else has.
pub async fn take(tx: &mut Tx, id: i64, last: i64, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE export_snapshot SET updated_at = $3 WHERE id = $1 AND status = 'in_progress' AND updated_at = $2",
            args![id, last, at],
        )
        .await?;
    Ok(changed > 0)
}

/// The same of a conversion.
pub async fn take_conversion(tx: &mut Tx, id: i64, last: i64, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE export_conversion SET updated_at = $3 WHERE id = $1 AND status = 'in_progress' AND updated_at = $2",
            args![id, last, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Adds a snapshot.
pub async fn insert(tx: &mut Tx, new: NewSnapshot, at: i64) -> Result<SnapshotRow> {
    tx.one(
        "INSERT INTO export_snapshot (project_id, created_by, sight, title, options, status, stored_as, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'in_progress', $6, $7, $7) RETURNING *",
        args![new.project_id, new.created_by, new.sight, new.title, new.options, new.stored_as, at],
    )
    .await
}

/// Notes that a snapshot is still being made, and how far it is; false when it has been removed, or somebody else has taken it since
/// `last`.
pub async fn touch(tx: &mut Tx, id: i64, reached: Reached, (last, at): (i64, i64)) -> Result<bool> {
    let number = tx
        .execute(
            "UPDATE export_snapshot SET updated_at = $3, written = $4, last_task_id = $5, counters = $6
             WHERE id = $1 AND status = 'in_progress' AND updated_at = $2",
            args![id, last, at, reached.written, reached.last_task_id, reached.counters],
        )
        .await?;
    Ok(number > 0)
}

/// The same of a conversion, of which so many tasks have been read.
pub async fn touch_conversion(tx: &mut Tx, id: i64, done: i64, (last, at): (i64, i64)) -> Result<bool> {
    let number = tx
        .execute(
            "UPDATE export_conversion SET updated_at = $3, done = $4
             WHERE id = $1 AND status = 'in_progress' AND updated_at = $2",
            args![id, last, at, done],
        )
        .await?;
    Ok(number > 0)
}

/// Notes how a snapshot ended; false when it has been removed, or somebody else has taken it since `last`.
pub async fn finish(
    tx: &mut Tx,
    id: i64,
    outcome: std::result::Result<Made, String>,
    (last, at): (i64, i64),
) -> Result<bool> {
    let number = match outcome {
        Ok(made) => {
            tx.execute(
                "UPDATE export_snapshot SET status = 'completed', counters = $2, report = $3, md5 = $4, size = $5,
                    updated_at = $6, finished_at = $6 WHERE id = $1 AND status = 'in_progress' AND updated_at = $7",
                args![id, made.counters, made.report, made.md5, made.size, at, last],
            )
            .await?
        }
        Err(error) => {
            tx.execute(
                "UPDATE export_snapshot SET status = 'failed', error = $2, updated_at = $3, finished_at = $3
                 WHERE id = $1 AND status = 'in_progress' AND updated_at = $4",
                args![id, error, at, last],
            )
            .await?
        }
    };
    Ok(number > 0)
}

/// Snapshots that were begun before `before`, oldest first: id, project, its organization, title.
pub async fn begun_before(db: &Db, before: i64) -> Result<Vec<(i64, i64, i64, String)>> {
    db.all(
        "SELECT s.id, s.project_id, p.organization_id, s.title FROM export_snapshot s JOIN project p ON p.id = s.project_id
         WHERE s.created_at < $1 ORDER BY s.id LIMIT 1000",
        args![before],
    )
    .await
}

/// Removes a snapshot with its conversions; gives the names of their files.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<Vec<String>> {
    let mut names: Vec<(String,)> = tx
        .all(
            "SELECT stored_as FROM export_conversion WHERE snapshot_id = $1",
            args![id],
        )
        .await?;
    names.extend(
        tx.all::<(String,)>(
            "DELETE FROM export_snapshot WHERE id = $1 RETURNING stored_as",
            args![id],
        )
        .await?,
    );
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// The conversions of these snapshots, oldest first.
pub async fn conversions(db: &Db, snapshots: &[i64]) -> Result<Vec<ConversionRow>> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = over(
        "SELECT * FROM export_conversion WHERE snapshot_id IN ",
        snapshots,
        " ORDER BY id",
    );
    db.all(sql, args).await
}

/// The conversion of a snapshot to a format.
pub async fn conversion(db: &Db, snapshot_id: i64, export_type: &str) -> Result<Option<ConversionRow>> {
    db.optional(
        "SELECT * FROM export_conversion WHERE snapshot_id = $1 AND export_type = $2",
        args![snapshot_id, export_type],
    )
    .await
}

/// Begins a conversion in place of one that failed, that was last heard of before `stale`, or that was made otherwise;
/// nothing when one is there.
pub async fn begin_conversion(
    tx: &mut Tx,
    snapshot_id: i64,
    export_type: &str,
    options: &str,
    file: (&str, &str),
    (at, stale): (i64, i64),
) -> Result<Option<ConversionRow>> {
    let (extension, stored_as) = file;
    tx.optional(
        "INSERT INTO export_conversion (snapshot_id, export_type, options, status, extension, stored_as, created_at, updated_at)
         VALUES ($1, $2, $3, 'in_progress', $4, $5, $6, $6)
         ON CONFLICT (snapshot_id, export_type) DO UPDATE SET options = EXCLUDED.options, status = 'in_progress', error = NULL,
            extension = EXCLUDED.extension, stored_as = EXCLUDED.stored_as, created_at = EXCLUDED.created_at,
            updated_at = EXCLUDED.updated_at, finished_at = NULL, done = 0
         WHERE export_conversion.status = 'failed'
            OR export_conversion.status = 'in_progress' AND export_conversion.updated_at < $7
            OR export_conversion.status = 'completed' AND export_conversion.options <> EXCLUDED.options
         RETURNING *",
        args![snapshot_id, export_type, options, extension, stored_as, at, stale],
    )
    .await
}

/// Notes how a conversion ended; false as for a snapshot.
pub async fn finish_conversion(
    tx: &mut Tx,
    id: i64,
    outcome: std::result::Result<(String, i64), String>,
    (last, at): (i64, i64),
) -> Result<bool> {
    let number = match outcome {
        Ok((report, size)) => {
            tx.execute(
                "UPDATE export_conversion SET status = 'completed', report = $2, size = $3, updated_at = $4, finished_at = $4
                 WHERE id = $1 AND status = 'in_progress' AND updated_at = $5",
                args![id, report, size, at, last],
            )
            .await?
        }
        Err(error) => {
            tx.execute(
                "UPDATE export_conversion SET status = 'failed', error = $2, updated_at = $3, finished_at = $3
                 WHERE id = $1 AND status = 'in_progress' AND updated_at = $4",
                args![id, error, at, last],
            )
            .await?
        }
    };
    Ok(number > 0)
}

/// Of these names, those that a row knows.
pub async fn known_files(db: &Db, names: &[String]) -> Result<Vec<String>> {
    let mut known = Vec::new();
    for name in names {
        let found: Option<(i64,)> = db
            .optional(
                "SELECT id FROM export_snapshot WHERE stored_as = $1
                 UNION ALL SELECT id FROM export_conversion WHERE stored_as = $1 LIMIT 1",
                args![name.clone()],
            )
            .await?;
        if found.is_some() {
            known.push(name.clone());
        }
    }
    Ok(known)
}
