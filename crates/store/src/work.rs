//! Work a day and person, and what has changed in a project since somebody last looked.

use crate::builder::BulkInsert;
use crate::{Db, Result, Tx, args, row};

row! {
    /// What somebody has done on one day.
    #[derive(Debug, Clone)]
    pub struct DayRow {
        /// Who.
        pub account_id: i64,
        /// Days since 1970-01-01 UTC.
        pub day: i64,
        /// Annotations that were submitted.
        pub submitted: i64,
        /// Tasks that were skipped.
        pub skipped: i64,
        /// Annotations that were changed.
        pub updated: i64,
        /// Lead time of what was submitted, in seconds.
        pub seconds: f64,
        /// How many of these have one.
        pub timed: i64,
        /// The last save.
        pub last_at: i64,
    }
}

row! {
    /// An entry of the log of annotations, as far as it is counted.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct LoggedRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub kind: String,
        pub at: i64,
        pub lead_time: Option<f64>,
    }
}

/// Up to which entry of the log work is counted; nobody else counts until the commit.
pub async fn lock_mark(tx: &mut Tx) -> Result<i64> {
    let (log_id,) = tx
        .one(
            "UPDATE work_mark SET log_id = log_id WHERE id = 1 RETURNING log_id",
            args![],
        )
        .await?;
    Ok(log_id)
}

/// The newest entry of the log.
pub async fn last_log_id(db: &Db) -> Result<i64> {
    let row: Option<(i64,)> = db
        .optional("SELECT id FROM annotation_log ORDER BY id DESC LIMIT 1", args![])
        .await?;
    Ok(row.map_or(0, |(id,)| id))
}

/// Up to which entry of the log work is counted.
pub async fn mark(db: &Db) -> Result<i64> {
    let (log_id,) = db.one("SELECT log_id FROM work_mark WHERE id = 1", args![]).await?;
    Ok(log_id)
}

/// Up to `limit` entries of the log behind `after`.
pub async fn logged(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<LoggedRow>> {
    tx.all(
        "SELECT annotation_log.id, annotation_log.project_id, annotation_log.account_id, annotation_log.kind, annotation_log.at,
            annotation.lead_time
         FROM annotation_log LEFT JOIN annotation ON annotation.id = annotation_log.annotation_id
         WHERE annotation_log.id > $1 ORDER BY annotation_log.id LIMIT $2",
        args![after, limit],
    )
    .await
}

/// Adds work; each project, day and person once in one call.
pub async fn add(tx: &mut Tx, days: Vec<(i64, DayRow)>, mark: i64) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO project_day (project_id, account_id, day, submitted, skipped, updated, seconds, timed, last_at)",
        "(#1, #2, #3, #4, #5, #6, #7, #8, #9)",
        "ON CONFLICT (project_id, day, account_id) DO UPDATE SET
            submitted = project_day.submitted + excluded.submitted, skipped = project_day.skipped + excluded.skipped,
            updated = project_day.updated + excluded.updated, seconds = project_day.seconds + excluded.seconds,
            timed = project_day.timed + excluded.timed, last_at = excluded.last_at",
        args![],
    );
    for (project_id, day) in days {
        insert.push([
            project_id.into(),
            day.account_id.into(),
            day.day.into(),
            day.submitted.into(),
            day.skipped.into(),
            day.updated.into(),
            day.seconds.into(),
            day.timed.into(),
            day.last_at.into(),
        ]);
    }
    if !insert.is_empty() {
        tx.insert(insert).await?;
    }
    tx.execute("UPDATE work_mark SET log_id = $1 WHERE id = 1", args![mark])
        .await?;
    Ok(())
}

/// The work of a project; of one person, when they are given.
pub async fn days(db: &Db, project_id: i64, of: Option<i64>) -> Result<Vec<DayRow>> {
    db.all(
        "SELECT account_id, day, submitted, skipped, updated, seconds, timed, last_at FROM project_day
         WHERE project_id = $1 AND ($2 OR account_id = $3) ORDER BY day, account_id",
        args![project_id, of.is_none(), of.unwrap_or(0)],
    )
    .await
}

/// How many tasks each person has annotated in a project.
pub async fn annotated(db: &Db, project_id: i64) -> Result<Vec<(i64, i64)>> {
    db.all(
        "SELECT account_id, annotated_tasks FROM project_progress WHERE project_id = $1 AND annotated_tasks > 0",
        args![project_id],
    )
    .await
}

/// Saves in a project behind an entry of the log: (entry, task, account).
pub async fn saves_after(db: &Db, project_id: i64, after: i64, limit: i64) -> Result<Vec<(i64, i64, i64)>> {
    db.all(
        "SELECT id, task_id, account_id FROM annotation_log WHERE id > $1 AND project_id = $2 ORDER BY id LIMIT $3",
        args![after, project_id, limit],
    )
    .await
}

/// The newest entry of the audit log.
pub async fn last_audit_id(db: &Db) -> Result<i64> {
    let row: Option<(i64,)> = db
        .optional("SELECT id FROM audit ORDER BY id DESC LIMIT 1", args![])
        .await?;
    Ok(row.map_or(0, |(id,)| id))
}

/// What else was done in a project behind an entry of the audit log: (entry, action, object).
pub async fn actions_after(db: &Db, project_id: i64, after: i64, limit: i64) -> Result<Vec<(i64, String, String)>> {
    db.all(
        "SELECT id, action, object FROM audit WHERE id > $1 AND project_id = $2 AND NOT routine ORDER BY id LIMIT $3",
        args![after, project_id, limit],
    )
    .await
}

/// The newest entries of the log of annotations and of the audit log.
pub async fn last_ids(db: &Db) -> Result<(i64, i64)> {
    db.one(
        "SELECT CAST(COALESCE((SELECT MAX(id) FROM annotation_log), 0) AS BIGINT), CAST(COALESCE((SELECT MAX(id) FROM audit), 0) AS BIGINT)",
        args![],
    )
    .await
}

/// How many saves and actions of a project are behind these entries of the logs, up to `limit` of each; and whether a job that changes
/// its tasks runs, or has moved since `since`. One statement: it is asked for every page of a list that is kept.
pub async fn happened(db: &Db, project_id: i64, log: i64, audit: i64, limit: i64, since: i64) -> Result<(i64, bool)> {
    db.one(
        "SELECT (SELECT COUNT(*) FROM (SELECT id FROM annotation_log WHERE id > $2 AND project_id = $1 ORDER BY id LIMIT $4) AS saves)
            + (SELECT COUNT(*) FROM (SELECT id FROM audit WHERE id > $3 AND project_id = $1 AND NOT routine ORDER BY id LIMIT $4) AS actions),
            EXISTS (SELECT 1 FROM job WHERE project_id = $1 AND (finished_at IS NULL OR updated_at >= $5)
                AND kind NOT IN ('index', 'index_fields', 'index_results', 'export_selection'))",
        args![project_id, log, audit, limit, since],
    )
    .await
}
