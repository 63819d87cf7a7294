//! What targets are to be given, and what they have. The log of annotations is where work comes from, so that no save pays for it.

use crate::builder::BulkInsert;
use crate::{Db, Result, Tx, args, row};

/// Gives a target the annotations that the log has gained in its project behind its mark and up to `until` (id), as far as they are
/// older than `settled_at`; gives the last entry that was looked at.
pub async fn take(
    tx: &mut Tx,
    storage_id: i64,
    project_id: i64,
    after: i64,
    limit: i64,
    settled_at: i64,
) -> Result<Option<i64>> {
    let entries: Vec<(i64, i64, i64)> = tx
        .all(
            "SELECT id, annotation_id, at FROM annotation_log WHERE id > $1 AND project_id = $2 ORDER BY id LIMIT $3",
            args![after, project_id, limit],
        )
        .await?;
    let settled: Vec<_> = entries.into_iter().take_while(|(_, _, at)| *at <= settled_at).collect();
    let Some((last, _, _)) = settled.last().copied() else {
        return Ok(None);
    };
    add(
        tx,
        storage_id,
        settled.into_iter().map(|(_, annotation_id, _)| annotation_id),
    )
    .await?;
    set_mark(tx, storage_id, last).await?;
    Ok(Some(last))
}

/// Up to which entry of the log a target has been given work.
pub async fn set_mark(tx: &mut Tx, storage_id: i64, log_id: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage SET log_mark = $2 WHERE id = $1 AND log_mark < $2",
        args![storage_id, log_id],
    )
    .await?;
    Ok(())
}

/// Adds annotations that are to be written at once.
pub async fn add(tx: &mut Tx, storage_id: i64, annotations: impl Iterator<Item = i64>) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO storage_work (storage_id, annotation_id, due_at)",
        "($1, #1, 0)",
        "ON CONFLICT (storage_id, annotation_id) DO UPDATE SET due_at = 0",
        args![storage_id],
    );
    let mut annotations: Vec<i64> = annotations.collect();
    // One statement may touch a row once.
    annotations.sort_unstable();
    annotations.dedup();
    for annotation_id in annotations {
        insert.push([annotation_id.into()]);
    }
    if !insert.is_empty() {
        tx.insert(insert).await?;
    }
    Ok(())
}

row! {
    /// An annotation that is to be written.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct WorkRow {
        pub annotation_id: i64,
        pub attempts: i64,
        /// Until when the one who has taken it keeps it.
        pub due_at: i64,
    }
}

/// Whether a target has work that is due.
pub async fn is_due(db: &Db, storage_id: i64, now: i64) -> Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT annotation_id FROM storage_work WHERE storage_id = $1 AND due_at <= $2 LIMIT 1",
            args![storage_id, now],
        )
        .await?;
    Ok(row.is_some())
}

/// Takes work that is due, until `lease` (microseconds): another replica takes it then.
pub async fn claim(tx: &mut Tx, storage_id: i64, now: i64, lease: i64, limit: i64) -> Result<Vec<WorkRow>> {
    tx.all(
        "UPDATE storage_work SET due_at = $3 WHERE storage_id = $1 AND due_at <= $2 AND annotation_id IN (
            SELECT annotation_id FROM storage_work WHERE storage_id = $1 AND due_at <= $2 ORDER BY due_at, annotation_id LIMIT $4)
         RETURNING annotation_id, attempts, due_at",
        args![storage_id, now, lease, limit],
    )
    .await
}

/// What became of an annotation that was to be written.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is there.
    Written,
    /// There is nothing of it any more.
    Removed,
    /// It failed; tried again then.
    Failed {
        /// For people.
        error: String,
        /// Microseconds.
        again_at: i64,
    },
}

/// Notes what became of it. A change that came meanwhile stays to be written.
pub async fn settle(tx: &mut Tx, storage_id: i64, work: &WorkRow, outcome: Outcome, now: i64) -> Result<()> {
    let annotation_id = work.annotation_id;
    match outcome {
        Outcome::Failed { error, again_at } => {
            tx.execute(
                "UPDATE storage_work SET attempts = attempts + 1, error = $3, due_at = CASE WHEN due_at = $4 THEN $5 ELSE due_at END
                 WHERE storage_id = $1 AND annotation_id = $2",
                args![storage_id, annotation_id, error, work.due_at, again_at],
            )
            .await?;
            return Ok(());
        }
        Outcome::Written => {
            tx.execute(
                "INSERT INTO storage_written (storage_id, annotation_id, written_at) VALUES ($1, $2, $3)
                 ON CONFLICT (storage_id, annotation_id) DO UPDATE SET written_at = excluded.written_at",
                args![storage_id, annotation_id, now],
            )
            .await?;
        }
        Outcome::Removed => {
            tx.execute(
                "DELETE FROM storage_written WHERE storage_id = $1 AND annotation_id = $2",
                args![storage_id, annotation_id],
            )
            .await?;
        }
    }
    tx.execute(
        "DELETE FROM storage_work WHERE storage_id = $1 AND annotation_id = $2 AND due_at = $3",
        args![storage_id, annotation_id, work.due_at],
    )
    .await?;
    Ok(())
}

/// Whether the target has an object of the annotation.
pub async fn is_written(db: &Db, storage_id: i64, annotation_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT annotation_id FROM storage_written WHERE storage_id = $1 AND annotation_id = $2",
            args![storage_id, annotation_id],
        )
        .await?;
    Ok(row.is_some())
}

/// What waits, and what of it has failed: (waiting, failed).
pub async fn waiting(db: &Db, storage_id: i64) -> Result<(i64, i64)> {
    db.one(
        "SELECT COUNT(*), COUNT(error) FROM storage_work WHERE storage_id = $1",
        args![storage_id],
    )
    .await
}

/// Annotations whose writing failed: (annotation, error).
pub async fn failed(db: &Db, storage_id: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    db.all(
        "SELECT annotation_id, error FROM storage_work WHERE storage_id = $1 AND error IS NOT NULL ORDER BY annotation_id LIMIT $2",
        args![storage_id, limit],
    )
    .await
}

/// Makes everything that waits due now.
pub async fn hurry(tx: &mut Tx, storage_id: i64, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage_work SET due_at = 0 WHERE storage_id = $1 AND due_at > $2",
        args![storage_id, now],
    )
    .await?;
    Ok(())
}

/// The newest entry of the log that is not younger than this (microseconds).
pub async fn last_settled(db: &Db, settled_at: i64) -> Result<i64> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM annotation_log WHERE at <= $1 ORDER BY id DESC LIMIT 1",
            args![settled_at],
        )
        .await?;
    Ok(row.map_or(0, |(id,)| id))
}

/// Tasks of a project with annotations, behind one, in the order of ids: for writing all annotations again.
pub async fn tasks_after(db: &Db, project_id: i64, after: i64, limit: i64) -> Result<Vec<i64>> {
    let found: Vec<(i64,)> = db
        .all(
            "SELECT id FROM task WHERE project_id = $1 AND id > $2 AND total_annotations + cancelled_annotations > 0
                AND import_id NOT IN (SELECT id FROM task_import WHERE project_id = $1 AND pending)
             ORDER BY id LIMIT $3",
            args![project_id, after, limit],
        )
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
