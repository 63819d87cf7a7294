//! Task imports: pending until all of a file is in.

use crate::{Db, Result, Tx, args, row};

row! {
    /// An import.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct ImportRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub pending: bool,
        pub status: String,
        pub summary: String,
        pub error: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
        pub finished_at: Option<i64>,
        pub job_id: Option<i64>,
    }
}

/// The import, if its project is this one.
pub async fn find(db: &Db, project_id: i64, id: i64) -> Result<Option<ImportRow>> {
    db.optional(
        "SELECT * FROM task_import WHERE id = $1 AND project_id = $2",
        args![id, project_id],
    )
    .await
}

/// Begins an import: its tasks stay invisible. That of a job is not broken off as long as the job goes on.
pub async fn begin(tx: &mut Tx, project_id: i64, account_id: i64, job_id: Option<i64>, at: i64) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO task_import (project_id, account_id, job_id, pending, status, created_at, updated_at)
             VALUES ($1, $2, $3, TRUE, 'in_progress', $4, $4) RETURNING id",
            args![project_id, account_id, job_id, at],
        )
        .await?;
    Ok(id)
}

/// Notes how far an import has come; false when it is pending no more.
pub async fn advance(tx: &mut Tx, id: i64, summary: &str, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE task_import SET summary = $2, updated_at = $3 WHERE id = $1 AND pending AND status = 'in_progress'",
            args![id, summary, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Imports that an account has running in a project, oldest first.
pub async fn running(db: &Db, project_id: i64, account_id: i64) -> Result<Vec<ImportRow>> {
    db.all(
        "SELECT * FROM task_import WHERE pending AND project_id = $1 AND account_id = $2 AND status = 'in_progress' ORDER BY id",
        args![project_id, account_id],
    )
    .await
}

/// Makes the tasks of an import visible; false when it is pending no more.
pub async fn complete(tx: &mut Tx, id: i64, summary: &str, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE task_import SET pending = FALSE, status = 'completed', summary = $2, updated_at = $3, finished_at = $3
             WHERE id = $1 AND pending AND status = 'in_progress'",
            args![id, summary, at],
        )
        .await?;
    Ok(changed > 0)
}

/// Notes that an import failed. Its tasks stay invisible until they are removed.
pub async fn fail(tx: &mut Tx, id: i64, error: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE task_import SET status = 'failed', error = $2, updated_at = $3, finished_at = $3 WHERE id = $1",
        args![id, error, at],
    )
    .await?;
    Ok(())
}

/// Imports whose tasks are to be removed: failed ones, and those that have not moved since `before` (microseconds), because
/// a stop of the server broke them off. What is in the trash stays, and what a job goes on with.
pub async fn broken_off(db: &Db, before: i64) -> Result<Vec<ImportRow>> {
    db.all(
        "SELECT * FROM task_import WHERE pending AND id > 0 AND (status = 'failed' OR updated_at < $1
            AND NOT EXISTS (SELECT 1 FROM job WHERE job.id = task_import.job_id AND job.finished_at IS NULL))",
        args![before],
    )
    .await
}

/// Removes up to `limit` tasks of a pending import; gives how many it removed.
pub async fn remove_tasks(tx: &mut Tx, project_id: i64, import_id: i64, limit: i64) -> Result<u64> {
    tx.execute(
        "DELETE FROM task WHERE id IN (SELECT id FROM task WHERE project_id = $1 AND import_id = $2 ORDER BY id DESC LIMIT $3)",
        args![project_id, import_id, limit],
    )
    .await
}

/// Ends a failed import whose tasks are gone.
pub async fn settle(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute(
        "UPDATE task_import SET pending = FALSE, status = 'failed' WHERE id = $1",
        args![id],
    )
    .await?;
    Ok(())
}
