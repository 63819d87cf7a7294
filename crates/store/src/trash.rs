//! What actions have deleted, until it is restored or gone for ever. The migration says how tasks are hidden.

use crate::builder::{BulkInsert, Parts, over};
use crate::{Db, Result, Tx, args, row};

row! {
    /// What one action has deleted.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct TrashRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub job_id: Option<i64>,
        /// tasks | annotations | predictions
        pub kind: String,
        pub items: i64,
        pub created_at: i64,
        pub expires_at: i64,
        pub restored_at: Option<i64>,
    }
}

row! {
    /// An annotation, draft or prediction in the trash.
    #[derive(Debug, Clone)]
    pub struct KeptRow {
        /// annotation | draft | prediction
        pub kind: String,
        /// The id that it had and gets back.
        pub row_id: i64,
        /// Its task.
        pub task_id: i64,
        /// The row as JSON.
        pub content: String,
    }
}

/// Begins an entry; gives its id.
pub async fn begin(
    tx: &mut Tx,
    project_id: i64,
    account_id: i64,
    job_id: Option<i64>,
    kind: &str,
    at: i64,
    expires_at: i64,
) -> Result<i64> {
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO trash (project_id, account_id, job_id, kind, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            args![project_id, account_id, job_id, kind, at, expires_at],
        )
        .await?;
    if kind == "tasks" {
        tx.execute(
            "INSERT INTO task_import (id, project_id, account_id, pending, status, created_at, updated_at)
             VALUES ($1, $2, $3, TRUE, 'trash', $4, $4)",
            args![-id, project_id, account_id, at],
        )
        .await?;
    }
    Ok(id)
}

/// Hides tasks. Their counters are the caller's.
pub async fn hide_tasks(tx: &mut Tx, trash_id: i64, project_id: i64, ids: &[i64]) -> Result<()> {
    let mut parts = Parts::new(
        "INSERT INTO trash_task (trash_id, task_id, import_id) SELECT ?, id, import_id FROM task WHERE project_id = ? AND id IN ",
        args![trash_id, project_id],
    );
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    let mut parts = Parts::new(
        "UPDATE task SET import_id = ?, is_labeled = TRUE WHERE project_id = ? AND id IN ",
        args![-trash_id, project_id],
    );
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    let (sql, args) = over("DELETE FROM task_lock WHERE task_id IN ", ids, "");
    tx.execute(sql, args).await?;
    tx.execute(
        "UPDATE trash SET items = items + $2 WHERE id = $1",
        args![trash_id, ids.len() as i64],
    )
    .await?;
    Ok(())
}

/// Up to `limit` tasks of an entry behind `after`.
pub async fn hidden_tasks(tx: &mut Tx, trash_id: i64, after: i64, limit: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT task_id FROM trash_task WHERE trash_id = $1 AND task_id > $2 ORDER BY task_id LIMIT $3",
            args![trash_id, after, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Shows tasks again: they get back what they were. Whether they are labeled the caller knows.
pub async fn show_tasks(tx: &mut Tx, trash_id: i64, ids: &[i64], labeled: bool) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut parts = Parts::new(
        "UPDATE task SET is_labeled = ?,
            import_id = (SELECT import_id FROM trash_task WHERE trash_task.trash_id = ? AND trash_task.task_id = task.id)
         WHERE import_id = ? AND id IN ",
        args![labeled, trash_id, -trash_id],
    );
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    Ok(())
}

/// Forgets what the tasks of an entry behind `after`, up to `until`, were: they are shown again. A range, as PostgreSQL looks for a list
/// of tasks through the whole entry; and not from its beginning, where what the steps before have deleted still lies.
pub async fn forget_tasks(tx: &mut Tx, trash_id: i64, after: i64, until: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM trash_task WHERE trash_id = $1 AND task_id > $2 AND task_id <= $3",
        args![trash_id, after, until],
    )
    .await?;
    Ok(())
}

/// Keeps rows that are about to be deleted.
pub async fn keep(tx: &mut Tx, trash_id: i64, rows: Vec<KeptRow>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let number = rows.iter().filter(|row| row.kind != "draft").count() as i64;
    let mut insert = BulkInsert::new(
        "INSERT INTO trash_row (trash_id, kind, row_id, task_id, content)",
        "($1, #1, #2, #3, #4)",
        "",
        args![trash_id],
    );
    for row in rows {
        insert.push([
            row.kind.into(),
            row.row_id.into(),
            row.task_id.into(),
            row.content.into(),
        ]);
    }
    tx.insert(insert).await?;
    tx.execute(
        "UPDATE trash SET items = items + $2 WHERE id = $1",
        args![trash_id, number],
    )
    .await?;
    Ok(())
}

/// The rows of up to `limit` tasks of an entry behind `after` whose task is there.
pub async fn kept(tx: &mut Tx, trash_id: i64, after: i64, limit: i64) -> Result<Vec<KeptRow>> {
    tx.all(
        "SELECT kind, row_id, task_id, content FROM trash_row WHERE trash_id = $1 AND task_id > $2
            AND task_id <= COALESCE((SELECT MAX(task_id) FROM (SELECT DISTINCT task_id FROM trash_row
                WHERE trash_id = $1 AND task_id > $2 ORDER BY task_id LIMIT $3) AS step), 0)
         ORDER BY task_id, kind, row_id",
        args![trash_id, after, limit],
    )
    .await
}

/// Forgets the rows of these tasks.
pub async fn forget(tx: &mut Tx, trash_id: i64, tasks: &[i64]) -> Result<()> {
    let mut parts = Parts::new(
        "DELETE FROM trash_row WHERE trash_id = ? AND task_id IN ",
        args![trash_id],
    );
    parts.push_list(tasks);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    Ok(())
}

/// Ends an entry whose things are back.
pub async fn restored(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute("UPDATE trash SET restored_at = $2 WHERE id = $1", args![id, at])
        .await?;
    tx.execute("UPDATE task_import SET pending = FALSE WHERE id = $1", args![-id])
        .await?;
    Ok(())
}

/// The entry, if it is of this project.
pub async fn find(db: &Db, id: i64) -> Result<Option<TrashRow>> {
    db.optional("SELECT * FROM trash WHERE id = $1", args![id]).await
}

/// The entry inside a write.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<TrashRow>> {
    tx.optional("SELECT * FROM trash WHERE id = $1", args![id]).await
}

/// The entry that a job has made.
pub async fn of_job(tx: &mut Tx, job_id: i64) -> Result<Option<TrashRow>> {
    tx.optional("SELECT * FROM trash WHERE job_id = $1", args![job_id])
        .await
}

/// The entries of a project, newest first.
pub async fn list(db: &Db, project_id: i64) -> Result<Vec<TrashRow>> {
    db.all(
        "SELECT * FROM trash WHERE project_id = $1 AND items > 0 ORDER BY id DESC LIMIT 200",
        args![project_id],
    )
    .await
}

/// Entries that have expired.
pub async fn expired(db: &Db, now: i64) -> Result<Vec<TrashRow>> {
    db.all(
        "SELECT * FROM trash WHERE expires_at <= $1 ORDER BY id LIMIT 100",
        args![now],
    )
    .await
}

/// Deletes up to `limit` hidden tasks of an entry for good; gives how many it had.
pub async fn purge_tasks(tx: &mut Tx, id: i64, limit: i64) -> Result<usize> {
    let ids = hidden_tasks(tx, id, 0, limit).await?;
    let Some(last) = ids.last().copied() else {
        return Ok(0);
    };
    let mut parts = Parts::new("DELETE FROM task WHERE import_id = ? AND id IN ", args![-id]);
    parts.push_list(&ids);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    forget_tasks(tx, id, 0, last).await?;
    Ok(ids.len())
}

/// Deletes an entry with what it keeps; its tasks are gone already.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    forget_tasks(tx, id, 0, i64::MAX).await?;
    tx.execute("DELETE FROM trash WHERE id = $1", args![id]).await?;
    tx.execute("DELETE FROM task_import WHERE id = $1", args![-id]).await?;
    Ok(())
}
