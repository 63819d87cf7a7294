//! Jobs: work that takes longer than a request, and survives a restart.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A job. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct JobRow {
        pub id: i64,
        pub organization_id: i64,
        pub project_id: Option<i64>,
        pub account_id: i64,
        pub kind: String,
        pub title: String,
        /// queued | running | done | failed | cancelled
        pub state: String,
        pub parameters: String,
        pub checkpoint: String,
        pub done: i64,
        pub total: i64,
        pub result: Option<String>,
        pub error: Option<String>,
        pub cancel_asked: bool,
        pub attempts: i64,
        pub lease_until: i64,
        pub created_at: i64,
        pub updated_at: i64,
        pub started_at: Option<i64>,
        pub finished_at: Option<i64>,
    }
}

/// A job that is to be done.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewJob {
    pub organization_id: i64,
    pub project_id: Option<i64>,
    pub account_id: i64,
    pub kind: String,
    pub title: String,
    pub parameters: String,
}

/// Adds a job.
pub async fn insert(tx: &mut Tx, new: NewJob, at: i64) -> Result<JobRow> {
    tx.one(
        "INSERT INTO job (organization_id, project_id, account_id, kind, title, state, parameters, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $7) RETURNING *",
        args![
            new.organization_id,
            new.project_id,
            new.account_id,
            new.kind,
            new.title,
            new.parameters,
            at
        ],
    )
    .await
}

/// Whether a job waits for somebody who does it; asked often, so without a transaction.
pub async fn is_due(db: &Db, now: i64) -> Result<bool> {
    Ok(db
        .optional::<(i64,)>(
            "SELECT id FROM job WHERE finished_at IS NULL AND lease_until <= $1 LIMIT 1",
            args![now],
        )
        .await?
        .is_some())
}

/// Takes a job, for whoever asks first, until `lease_until`: one of the organization of which the fewest run, of those the one
/// that has waited longest. So nobody's many jobs keep others from their turn.
pub async fn claim(tx: &mut Tx, now: i64, lease_until: i64) -> Result<Option<JobRow>> {
    tx.optional(
        "UPDATE job SET state = 'running', lease_until = $2, attempts = attempts + 1, started_at = COALESCE(started_at, $1),
            updated_at = $1
         WHERE id = (SELECT id FROM job AS waiting WHERE finished_at IS NULL AND lease_until <= $1
                ORDER BY (SELECT COUNT(*) FROM job AS other WHERE other.organization_id = waiting.organization_id
                    AND other.finished_at IS NULL AND other.lease_until > $1 AND other.state = 'running'), lease_until, id LIMIT 1)
            AND finished_at IS NULL AND lease_until <= $1 RETURNING *",
        args![now, lease_until],
    )
    .await
}

/// How far a job has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Where it goes on, as JSON.
    pub checkpoint: String,
    /// How much is done.
    pub done: i64,
    /// Of how much.
    pub total: i64,
}

/// Notes how far a job has come, and keeps it until `lease_until`; gives whether somebody wants it to stop. None when it is nobody's
/// any more: it has been ended, or its project is gone.
pub async fn advance(tx: &mut Tx, id: i64, progress: &Progress, at: i64, lease_until: i64) -> Result<Option<bool>> {
    let row: Option<(bool,)> = tx
        .optional(
            "UPDATE job SET checkpoint = $2, done = $3, total = $4, updated_at = $5, lease_until = $6
             WHERE id = $1 AND finished_at IS NULL RETURNING cancel_asked",
            args![id, &progress.checkpoint, progress.done, progress.total, at, lease_until],
        )
        .await?;
    Ok(row.map(|(asked,)| asked))
}

/// Keeps a job until `lease_until`, without having moved it; gives whether somebody wants it to stop, none when it is nobody's any more.
pub async fn hold(tx: &mut Tx, id: i64, at: i64, lease_until: i64) -> Result<Option<bool>> {
    let row: Option<(bool,)> = tx
        .optional(
            "UPDATE job SET updated_at = $2, lease_until = $3 WHERE id = $1 AND finished_at IS NULL RETURNING cancel_asked",
            args![id, at, lease_until],
        )
        .await?;
    Ok(row.map(|(asked,)| asked))
}

/// Ends a job.
pub async fn finish(
    tx: &mut Tx,
    id: i64,
    state: &str,
    result: Option<&str>,
    error: Option<&str>,
    at: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE job SET state = $2, result = $3, error = $4, updated_at = $5, finished_at = $5
         WHERE id = $1 AND finished_at IS NULL",
        args![id, state, result, error, at],
    )
    .await?;
    Ok(())
}

/// Gives a job back, to be gone on with at `again_at`.
pub async fn put_off(tx: &mut Tx, id: i64, error: &str, again_at: i64) -> Result<()> {
    tx.execute(
        "UPDATE job SET lease_until = $3, error = $2, state = 'queued' WHERE id = $1 AND finished_at IS NULL",
        args![id, error, again_at],
    )
    .await?;
    Ok(())
}

/// Notes that somebody wants a job to stop. One that nobody has begun is ended at once; an import has files, and perhaps tasks, that
/// whoever does it takes away.
pub async fn ask_cancel(tx: &mut Tx, id: i64, at: i64) -> Result<Option<JobRow>> {
    tx.optional(
        "UPDATE job SET cancel_asked = TRUE, updated_at = $2,
            state = CASE WHEN state = 'queued' AND kind <> 'import' THEN 'cancelled' ELSE state END,
            finished_at = CASE WHEN state = 'queued' AND kind <> 'import' THEN $2 ELSE finished_at END,
            lease_until = CASE WHEN state = 'queued' THEN $2 ELSE lease_until END
         WHERE id = $1 AND finished_at IS NULL RETURNING *",
        args![id, at],
    )
    .await
}

/// The job by its id alone: whether the caller may see it follows from its project.
pub async fn find(db: &Db, id: i64) -> Result<Option<JobRow>> {
    db.optional("SELECT * FROM job WHERE id = $1", args![id]).await
}

/// Jobs of a project that run, or that have moved since `since`; newest first.
pub async fn list(db: &Db, project_id: i64, since: i64) -> Result<Vec<JobRow>> {
    db.all(
        "SELECT * FROM job WHERE project_id = $1 AND (finished_at IS NULL OR updated_at > $2) ORDER BY id DESC LIMIT 100",
        args![project_id, since],
    )
    .await
}

/// The unfinished job of this kind, if there is one.
pub async fn unfinished(db: &Db, project_id: i64, kind: &str) -> Result<Option<JobRow>> {
    db.optional(
        "SELECT * FROM job WHERE project_id = $1 AND kind = $2 AND finished_at IS NULL LIMIT 1",
        args![project_id, kind],
    )
    .await
}

/// What the unfinished jobs of this kind are asked to do, in all projects.
pub async fn parameters_of_unfinished(db: &Db, kind: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT parameters FROM job WHERE kind = $1 AND finished_at IS NULL",
            args![kind],
        )
        .await?;
    Ok(rows.into_iter().map(|(parameters,)| parameters).collect())
}

/// On an embedded database one server works: what ran when it was stopped can be gone on with at once.
pub async fn release(tx: &mut Tx, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE job SET lease_until = $1 WHERE finished_at IS NULL AND lease_until > $1",
        args![now],
    )
    .await?;
    Ok(())
}

/// Removes jobs that ended before `before`.
pub async fn purge(tx: &mut Tx, before: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM job WHERE finished_at IS NOT NULL AND finished_at < $1",
        args![before],
    )
    .await?;
    Ok(())
}

/// Whether a job has ended; none when there is no such job any more.
pub async fn is_finished(tx: &mut Tx, id: i64) -> Result<Option<bool>> {
    let row: Option<(bool,)> = tx
        .optional("SELECT finished_at IS NOT NULL FROM job WHERE id = $1", args![id])
        .await?;
    Ok(row.map(|(is_finished,)| is_finished))
}
