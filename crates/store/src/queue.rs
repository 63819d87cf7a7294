//! The queue: which task a person gets next, and its lock.
//!
//! All of it runs inside one write, after [`crate::projects::lock`]: two people who ask at the same moment are served one
//! after the other, so that no task is handed out beyond its overlap. Each statement reads an index from where
//! the answer is expected and stops at the first hit; its cost does not depend on the size of the project. What is asked of each
//! candidate ends with `for_each!` for that.

use crate::builder::{Parts, for_each};
use crate::{Db, Result, Tx, args};

/// Who asks, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The project.
    pub project_id: i64,
    /// The person.
    pub account_id: i64,
    /// Now, in microseconds.
    pub now: i64,
    /// Whether skipped annotations fill a place of the overlap (all modes but "requeue for others").
    pub skipped_count: bool,
    /// Only tasks that have a ground truth.
    pub ground_truth_only: bool,
    /// Only tasks with an overlap above one.
    pub overlap_only: bool,
    /// Not these: the person has them already.
    pub excluded: &'a [i64],
}

/// How candidates are looked at.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    /// The first in id order.
    First,
    /// The first in id order behind the last one that the person was given in sequence.
    BehindCursor,
    /// The first in id order from this id on.
    From(i64),
    /// The one with most annotations of others, at random among equals.
    BegunByOthers,
    /// The one of which this project's model version is least sure. The text is passed apart.
    LeastSure,
}

/// How many begun tasks are looked at. Somebody who is far ahead of the others has begun all of them alone;
/// past so many they go on in sequence.
const BEGUN_WINDOW: i64 = 500;

/// The task that the person holds a lock on already.
pub async fn held(tx: &mut Tx, request: Request<'_>) -> Result<Option<i64>> {
    let mut parts = Parts::new(
        "SELECT task.id FROM task_lock JOIN task ON task.id = task_lock.task_id
         WHERE task_lock.project_id = ? AND task_lock.account_id = ? AND task_lock.expires_at > ?",
        args![request.project_id, request.account_id, request.now],
    );
    candidate(&mut parts, request);
    parts.push(" ORDER BY task.id LIMIT 1", args![]);
    first(tx, parts).await
}

/// The next task that the person may have.
pub async fn next(tx: &mut Tx, request: Request<'_>, order: Order, model_version: &str) -> Result<Option<i64>> {
    let parts = match order {
        Order::First => in_order(Parts::new(IN_PROJECT, args![request.project_id]), request),
        Order::From(id) => {
            let mut parts = Parts::new(IN_PROJECT, args![request.project_id]);
            parts.push(" AND task.id >= ?", args![id]);
            in_order(parts, request)
        }
        Order::BehindCursor => {
            let mut parts = Parts::new(IN_PROJECT, args![request.project_id]);
            parts.push(
                " AND task.id > COALESCE(
                    (SELECT queue_cursor FROM project_progress WHERE project_id = ? AND account_id = ?), 0)",
                args![request.project_id, request.account_id],
            );
            in_order(parts, request)
        }
        Order::BegunByOthers => {
            let mut parts = Parts::new(
                "SELECT task.id FROM (SELECT * FROM task WHERE project_id = ? AND is_labeled = FALSE AND total_annotations > 0
                    ORDER BY total_annotations DESC LIMIT ?) AS task WHERE 1 = 1",
                args![request.project_id, BEGUN_WINDOW],
            );
            candidate(&mut parts, request);
            parts.push(" ORDER BY task.total_annotations DESC, RANDOM() LIMIT 1", args![]);
            parts
        }
        Order::LeastSure => {
            let mut parts = Parts::new(
                "SELECT task.id FROM prediction JOIN task ON task.id = prediction.task_id
                 WHERE prediction.project_id = ? AND prediction.model_version = ?",
                args![request.project_id, model_version],
            );
            candidate(&mut parts, request);
            parts.push(" ORDER BY prediction.score NULLS LAST LIMIT 1", args![]);
            parts
        }
    };
    first(tx, parts).await
}

/// The next task that is assigned to the person by hand and not done. Overlap and reservations do not count there. It begins with
/// the one that they were given last; tasks in front of it come at the end.
pub async fn next_assigned(tx: &mut Tx, request: Request<'_>) -> Result<Option<i64>> {
    let Request {
        project_id, account_id, ..
    } = request;
    let cursor = "(SELECT queue_cursor FROM project_progress WHERE project_id = ? AND account_id = ?)";
    for (condition, args) in [
        (
            " AND task_assignment.task_id >= COALESCE(",
            args![project_id, account_id],
        ),
        ("", args![]),
    ] {
        let mut parts = Parts::new(ASSIGNED, args![project_id, account_id, account_id, account_id]);
        if !condition.is_empty() {
            parts.push(condition, args![]).push(cursor, args).push(", 0)", args![]);
        }
        if !request.excluded.is_empty() {
            parts
                .push(" AND task_assignment.task_id NOT IN ", args![])
                .push_list(request.excluded);
        }
        parts.push(" ORDER BY task_assignment.task_id LIMIT 1", args![]);
        if let Some(id) = first(tx, parts).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

const ASSIGNED: &str = concat!(
    "SELECT task_assignment.task_id FROM task_assignment JOIN task ON task.id = task_assignment.task_id
     WHERE task_assignment.project_id = ? AND task_assignment.account_id = ? AND task_assignment.kind = 'AN' AND task.import_id >= 0
        AND NOT EXISTS (SELECT 1 FROM annotation WHERE annotation.task_id = task_assignment.task_id AND annotation.completed_by = ?",
    for_each!(),
    " AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.account_id = ? AND draft.task_id = task_assignment.task_id
            AND draft.was_postponed",
    for_each!(),
);

/// The oldest assigned task that the person has postponed.
pub async fn postponed_assigned(tx: &mut Tx, project_id: i64, account_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT draft.task_id FROM draft JOIN task_assignment ON task_assignment.task_id = draft.task_id
                AND task_assignment.account_id = draft.account_id AND task_assignment.kind = 'AN'
                JOIN task ON task.id = draft.task_id AND task.import_id >= 0
             WHERE draft.account_id = $2 AND draft.was_postponed AND task_assignment.project_id = $1
             ORDER BY draft.updated_at LIMIT 1",
            args![project_id, account_id],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The assigned task that the person skipped longest ago and has not done since.
pub async fn skipped_assigned(tx: &mut Tx, project_id: i64, account_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional(
            concat!(
                "SELECT annotation.task_id FROM annotation JOIN task_assignment ON task_assignment.task_id = annotation.task_id
                    AND task_assignment.account_id = annotation.completed_by AND task_assignment.kind = 'AN'
                    JOIN task ON task.id = annotation.task_id AND task.import_id >= 0
                 WHERE annotation.project_id = $1 AND annotation.completed_by = $2 AND annotation.was_cancelled
                    AND NOT EXISTS (SELECT 1 FROM annotation AS done WHERE done.task_id = annotation.task_id
                        AND done.completed_by = $2 AND NOT done.was_cancelled",
                for_each!(),
                " ORDER BY annotation.updated_at LIMIT 1",
            ),
            args![project_id, account_id],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

const IN_PROJECT: &str = "SELECT task.id FROM task WHERE task.project_id = ?";

fn in_order(mut parts: Parts, request: Request<'_>) -> Parts {
    candidate(&mut parts, request);
    parts.push(" ORDER BY task.id LIMIT 1", args![]);
    parts
}

/// Open, not annotated or postponed by the person, and with a free place.
fn candidate(parts: &mut Parts, request: Request<'_>) {
    let Request { account_id, now, .. } = request;
    parts.push(
        concat!(
            " AND task.is_labeled = FALSE
              AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.pending",
            for_each!(),
            " AND NOT EXISTS (SELECT 1 FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?",
            for_each!(),
            " AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.account_id = ? AND draft.task_id = task.id AND draft.was_postponed",
            for_each!(),
        ),
        args![account_id, account_id],
    );
    parts.push(
        if request.skipped_count {
            " AND task.total_annotations - task.ground_truths + task.cancelled_annotations"
        } else {
            " AND task.total_annotations - task.ground_truths"
        },
        args![],
    );
    parts.push(
        " + (SELECT COUNT(*) FROM task_lock AS other
             WHERE other.task_id = task.id AND other.account_id <> ? AND other.expires_at > ?) < task.overlap",
        args![account_id, now],
    );
    if !request.excluded.is_empty() {
        parts.push(" AND task.id NOT IN ", args![]).push_list(request.excluded);
    }
    if request.ground_truth_only {
        parts.push(" AND task.ground_truths > 0", args![]);
    }
    if request.overlap_only {
        parts.push(" AND task.overlap > 1", args![]);
    }
}

async fn first(tx: &mut Tx, parts: Parts) -> Result<Option<i64>> {
    let (sql, args) = parts.finish();
    Ok(tx.optional::<(i64,)>(sql, args).await?.map(|(id,)| id))
}

/// The lowest and highest id of open tasks.
pub async fn open_range(tx: &mut Tx, project_id: i64) -> Result<Option<(i64, i64)>> {
    let lowest: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM task WHERE project_id = $1 AND is_labeled = FALSE ORDER BY id LIMIT 1",
            args![project_id],
        )
        .await?;
    let highest: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM task WHERE project_id = $1 AND is_labeled = FALSE ORDER BY id DESC LIMIT 1",
            args![project_id],
        )
        .await?;
    Ok(lowest.zip(highest).map(|((lowest,), (highest,))| (lowest, highest)))
}

/// The oldest task that the person has postponed.
pub async fn postponed(tx: &mut Tx, project_id: i64, account_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT draft.task_id FROM draft JOIN task ON task.id = draft.task_id
             WHERE draft.account_id = $2 AND draft.was_postponed AND task.project_id = $1 AND task.is_labeled = FALSE
             ORDER BY draft.updated_at LIMIT 1",
            args![project_id, account_id],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The unfinished task that the person skipped longest ago.
pub async fn skipped(tx: &mut Tx, project_id: i64, account_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT annotation.task_id FROM annotation JOIN task ON task.id = annotation.task_id
             WHERE annotation.project_id = $1 AND annotation.completed_by = $2 AND annotation.was_cancelled
                AND task.is_labeled = FALSE
             ORDER BY annotation.updated_at LIMIT 1",
            args![project_id, account_id],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Notes where the person's sequence has got to.
pub async fn set_cursor(tx: &mut Tx, project_id: i64, account_id: i64, task_id: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO project_progress (project_id, account_id, queue_cursor) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, account_id) DO UPDATE SET queue_cursor = excluded.queue_cursor",
        args![project_id, account_id, task_id],
    )
    .await?;
    Ok(())
}

/// Reserves the task, or renews the reservation; gives its unique id, which stays the same.
pub async fn lock(tx: &mut Tx, request: Request<'_>, task_id: i64, unique_id: &str, expires_at: i64) -> Result<String> {
    let (unique_id,) = tx
        .one(
            "INSERT INTO task_lock (task_id, account_id, project_id, unique_id, expires_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (task_id, account_id) DO UPDATE SET expires_at = excluded.expires_at RETURNING unique_id",
            args![task_id, request.account_id, request.project_id, unique_id, expires_at],
        )
        .await?;
    Ok(unique_id)
}

/// Gives the person's reservation of a task back.
pub async fn unlock(tx: &mut Tx, task_id: i64, account_id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM task_lock WHERE task_id = $1 AND account_id = $2",
        args![task_id, account_id],
    )
    .await?;
    Ok(())
}

/// Removes reservations that have run out.
pub async fn purge_locks(tx: &mut Tx, now: i64) -> Result<u64> {
    tx.execute("DELETE FROM task_lock WHERE expires_at <= $1", args![now])
        .await
}

/// Notes that the person was given the task; a later visit keeps its first place.
pub async fn remember(tx: &mut Tx, request: Request<'_>, task_id: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO stream_history (project_id, account_id, task_id, place) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, account_id, task_id) DO NOTHING",
        args![request.project_id, request.account_id, task_id, request.now],
    )
    .await?;
    Ok(())
}

/// The newest `limit` entries of the person's stream, in order of the first visit: the task, and the person's newest
/// annotation of it.
pub async fn history(db: &Db, project_id: i64, account_id: i64, limit: i64) -> Result<Vec<(i64, Option<i64>)>> {
    let mut rows: Vec<(i64, Option<i64>)> = db
        .all(
            "SELECT stream_history.task_id,
                (SELECT MAX(annotation.id) FROM annotation
                 WHERE annotation.task_id = stream_history.task_id AND annotation.completed_by = stream_history.account_id)
             FROM stream_history JOIN task ON task.id = stream_history.task_id AND task.import_id >= 0
             WHERE stream_history.project_id = $1 AND stream_history.account_id = $2
             ORDER BY stream_history.place DESC LIMIT $3",
            args![project_id, account_id, limit],
        )
        .await?;
    rows.reverse();
    Ok(rows)
}
