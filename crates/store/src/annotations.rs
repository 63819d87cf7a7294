//! Annotations and their append-only log.

use labelkeep_policy::Viewer;
use serde::{Deserialize, Serialize};

use crate::args::Arg;
use crate::builder::{BulkInsert, Parts, over};
use crate::visible::{numbered, visible};
use crate::{Db, Result, StoreError, Tx, args, result_index, row};

row! {
    /// An annotation. Column for column the table.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    #[allow(missing_docs)] // the fields of the compatible API
    pub struct AnnotationRow {
        pub id: i64,
        pub task_id: i64,
        pub project_id: i64,
        pub completed_by: Option<i64>,
        pub result: String,
        pub result_count: i64,
        pub was_cancelled: bool,
        pub ground_truth: bool,
        pub lead_time: Option<f64>,
        pub unique_id: Option<String>,
        pub import_id: Option<i64>,
        pub prediction: String,
        pub parent_prediction: Option<i64>,
        pub parent_annotation: Option<i64>,
        pub last_action: Option<String>,
        pub last_created_by: Option<i64>,
        pub bulk_created: Option<bool>,
        pub draft_created_at: Option<i64>,
        pub revision: i64,
        pub updated_by: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

row! {
    /// What counters and lists need of an annotation, without its result.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct AnnotationFacts {
        pub id: i64,
        pub task_id: i64,
        pub completed_by: Option<i64>,
        pub was_cancelled: bool,
        pub ground_truth: bool,
        pub lead_time: Option<f64>,
        pub created_at: i64,
    }
}

/// The annotation, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<AnnotationRow>> {
    db.optional(
        concat!(
            "SELECT annotation.* FROM annotation JOIN task ON task.id = annotation.task_id
                JOIN project ON project.id = task.project_id
             WHERE annotation.id = $5
                AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.pending) AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The annotation of a project, for work that runs beside requests; none when its task is not shown.
pub async fn for_target(db: &Db, project_id: i64, id: i64) -> Result<Option<AnnotationRow>> {
    db.optional(
        "SELECT annotation.* FROM annotation JOIN task ON task.id = annotation.task_id
         WHERE annotation.id = $1 AND annotation.project_id = $2
            AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.pending)",
        args![id, project_id],
    )
    .await
}

/// The annotation inside a write.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<AnnotationRow>> {
    tx.optional("SELECT * FROM annotation WHERE id = $1", args![id]).await
}

/// All annotations of a task, oldest first.
pub async fn of_task(db: &Db, task_id: i64) -> Result<Vec<AnnotationRow>> {
    db.all(
        "SELECT * FROM annotation WHERE task_id = $1 ORDER BY id",
        args![task_id],
    )
    .await
}

/// All annotations of these tasks, by task and id.
pub async fn of_tasks(db: &Db, tasks: &[i64]) -> Result<Vec<AnnotationRow>> {
    let (sql, args) = over(
        "SELECT * FROM annotation WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    db.all(sql, args).await
}

/// The facts of all annotations of these tasks, by task and id.
pub async fn facts_of_tasks(db: &Db, tasks: &[i64]) -> Result<Vec<AnnotationFacts>> {
    let (sql, args) = over(
        "SELECT id, task_id, completed_by, was_cancelled, ground_truth, lead_time, created_at
         FROM annotation WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    db.all(sql, args).await
}

/// The facts of a task's annotations, inside a write.
pub async fn facts_in(tx: &mut Tx, task_id: i64) -> Result<Vec<AnnotationFacts>> {
    tx.all(
        "SELECT id, task_id, completed_by, was_cancelled, ground_truth, lead_time, created_at
         FROM annotation WHERE task_id = $1 ORDER BY id",
        args![task_id],
    )
    .await
}

/// Who has annotated in a project.
pub async fn annotators(db: &Db, project_id: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT account_id FROM project_progress WHERE project_id = $1 AND annotated_tasks > 0 ORDER BY account_id",
            args![project_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// An annotation that is to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewAnnotation {
    pub task_id: i64,
    pub completed_by: i64,
    pub result: String,
    pub result_count: i64,
    pub was_cancelled: bool,
    pub ground_truth: bool,
    pub lead_time: Option<f64>,
    pub unique_id: Option<String>,
    pub import_id: Option<i64>,
    pub prediction: String,
    pub parent_prediction: Option<i64>,
    pub parent_annotation: Option<i64>,
    pub last_action: Option<String>,
    pub bulk_created: Option<bool>,
    pub draft_created_at: Option<i64>,
    pub updated_by: Option<i64>,
    pub created_at: i64,
}

impl NewAnnotation {
    /// The row that the insert makes of it: what is not said here has the defaults of the table.
    fn stored(self, id: i64, project_id: i64) -> AnnotationRow {
        AnnotationRow {
            id,
            task_id: self.task_id,
            project_id,
            completed_by: Some(self.completed_by),
            result: self.result,
            result_count: self.result_count,
            was_cancelled: self.was_cancelled,
            ground_truth: self.ground_truth,
            lead_time: self.lead_time,
            unique_id: self.unique_id,
            import_id: self.import_id,
            prediction: self.prediction,
            parent_prediction: self.parent_prediction,
            parent_annotation: self.parent_annotation,
            last_action: self.last_action,
            last_created_by: None,
            bulk_created: self.bulk_created,
            draft_created_at: self.draft_created_at,
            revision: 1,
            updated_by: self.updated_by,
            created_at: self.created_at,
            updated_at: self.created_at,
        }
    }
}

/// Adds an annotation; gives it as stored. A `unique_id` that exists is a unique violation.
pub async fn insert(tx: &mut Tx, project_id: i64, new: NewAnnotation) -> Result<AnnotationRow> {
    let ids = tx.insert_ids(bulk(project_id, vec![new.clone()])).await?;
    let id = ids.first().copied().ok_or(StoreError::NoRow)?;
    Ok(new.stored(id, project_id))
}

/// Adds annotations, at most 1,500 in one call.
pub async fn import_many(tx: &mut Tx, project_id: i64, news: Vec<NewAnnotation>) -> Result<()> {
    tx.insert(bulk(project_id, news)).await
}

fn bulk(project_id: i64, news: Vec<NewAnnotation>) -> BulkInsert {
    let mut insert = BulkInsert::new(
        "INSERT INTO annotation (project_id, task_id, completed_by, result, result_count, was_cancelled, ground_truth,
            lead_time, unique_id, import_id, prediction, parent_prediction, parent_annotation, last_action, bulk_created,
            draft_created_at, updated_by, created_at, updated_at)",
        "($1, #1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12, #13, #14, #15, #16, #17, #17)",
        "",
        args![project_id],
    );
    for new in news {
        insert.push([
            new.task_id.into(),
            new.completed_by.into(),
            new.result.into(),
            new.result_count.into(),
            new.was_cancelled.into(),
            new.ground_truth.into(),
            new.lead_time.into(),
            new.unique_id.into(),
            new.import_id.into(),
            new.prediction.into(),
            new.parent_prediction.into(),
            new.parent_annotation.into(),
            new.last_action.into(),
            new.bulk_created.into(),
            new.draft_created_at.into(),
            new.updated_by.into(),
            new.created_at.into(),
        ]);
    }
    insert
}

/// Writes the changeable columns of `row`, with the next revision; gives it as stored.
pub async fn update(tx: &mut Tx, row: &AnnotationRow, updated_by: i64, at: i64) -> Result<AnnotationRow> {
    tx.one(
        "UPDATE annotation SET result = $2, result_count = $3, was_cancelled = $4, ground_truth = $5, lead_time = $6,
            completed_by = $7, parent_prediction = $8, parent_annotation = $9, last_action = $10, bulk_created = $11,
            draft_created_at = $12, import_id = $13, updated_by = $14, updated_at = $15, revision = revision + 1
         WHERE id = $1 RETURNING *",
        args![
            row.id,
            &row.result,
            row.result_count,
            row.was_cancelled,
            row.ground_truth,
            row.lead_time,
            row.completed_by,
            row.parent_prediction,
            row.parent_annotation,
            row.last_action.as_deref(),
            row.bulk_created,
            row.draft_created_at,
            row.import_id,
            updated_by,
            at
        ],
    )
    .await
}

/// Takes the ground truth mark from the task's annotations other than `keep`.
pub async fn clear_ground_truth(tx: &mut Tx, task_id: i64, keep: i64) -> Result<()> {
    tx.execute(
        "UPDATE annotation SET ground_truth = FALSE WHERE task_id = $1 AND id <> $2 AND ground_truth",
        args![task_id, keep],
    )
    .await?;
    Ok(())
}

/// Removes an annotation; its log stays.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM annotation WHERE id = $1", args![id]).await?;
    Ok(())
}

/// What a log entry says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LogKind {
    Submitted,
    Skipped,
    Updated,
    Deleted,
    ConvertedToDraft,
    /// A save that came too late: refused with 409, and kept here.
    Conflict,
}

impl LogKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            LogKind::Submitted => "submitted",
            LogKind::Skipped => "skipped",
            LogKind::Updated => "updated",
            LogKind::Deleted => "deleted",
            LogKind::ConvertedToDraft => "converted_to_draft",
            LogKind::Conflict => "conflict",
        }
    }
}

row! {
    /// An entry of the log.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct LogRow {
        pub id: i64,
        pub op_id: String,
        pub annotation_id: i64,
        pub task_id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub kind: String,
        pub revision: i64,
        pub result: String,
        pub at: i64,
    }
}

/// What a log entry is made of.
pub struct LogEntry<'a> {
    /// The operation's id: made by the client, or by us for clients that send none.
    pub op_id: &'a str,
    /// The annotation as it is after the operation.
    pub annotation: &'a AnnotationRow,
    /// Who saved.
    pub account_id: i64,
    /// What was done.
    pub kind: LogKind,
    /// When.
    pub at: i64,
}

/// Appends an entry.
pub async fn log(tx: &mut Tx, entry: LogEntry<'_>) -> Result<()> {
    let row = entry.annotation;
    tx.execute(
        "INSERT INTO annotation_log (op_id, annotation_id, task_id, project_id, account_id, kind, revision, result, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            Arg::from(entry.op_id),
            row.id.into(),
            row.task_id.into(),
            row.project_id.into(),
            entry.account_id.into(),
            entry.kind.word().into(),
            row.revision.into(),
            (&row.result).into(),
            entry.at.into(),
        ],
    )
    .await?;
    Ok(())
}

/// The entry of an operation that was carried out before.
pub async fn logged(tx: &mut Tx, op_id: &str) -> Result<Option<LogRow>> {
    tx.optional("SELECT * FROM annotation_log WHERE op_id = $1", args![op_id])
        .await
}

row! {
    /// An entry of the log as lists show it, without its result.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct LogFacts {
        pub id: i64,
        pub account_id: i64,
        pub kind: String,
        pub revision: i64,
        /// Characters of the result.
        pub size: i64,
        pub at: i64,
    }
}

/// The newest entries of an annotation's log, newest first; those before `before` when it is given.
pub async fn log_of(db: &Db, annotation_id: i64, before: Option<i64>, limit: i64) -> Result<Vec<LogFacts>> {
    db.all(
        "SELECT id, account_id, kind, revision, CAST(LENGTH(result) AS BIGINT) AS size, at FROM annotation_log
         WHERE annotation_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        args![annotation_id, before.unwrap_or(i64::MAX), limit],
    )
    .await
}

/// One entry of an annotation's log.
pub async fn log_entry(db: &Db, annotation_id: i64, id: i64) -> Result<Option<LogRow>> {
    db.optional(
        "SELECT * FROM annotation_log WHERE id = $1 AND annotation_id = $2",
        args![id, annotation_id],
    )
    .await
}

/// All annotations of a task, oldest first, inside a write.
pub async fn of_task_in(tx: &mut Tx, task_id: i64) -> Result<Vec<AnnotationRow>> {
    tx.all(
        "SELECT * FROM annotation WHERE task_id = $1 ORDER BY id",
        args![task_id],
    )
    .await
}

/// All annotations of these tasks, by task and id, inside a write.
pub async fn of_tasks_in(tx: &mut Tx, tasks: &[i64]) -> Result<Vec<AnnotationRow>> {
    let (sql, args) = over(
        "SELECT * FROM annotation WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    tx.all(sql, args).await
}

/// Removes these annotations; their log stays.
pub async fn delete_many(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    let (sql, args) = over("DELETE FROM annotation WHERE id IN ", ids, "");
    tx.execute(sql, args).await?;
    Ok(())
}

/// Puts annotations of a project back as they were, with their ids; at most 1,000 in one call. Of two with one `unique_id` the one that is there
/// stays.
pub async fn put_back(tx: &mut Tx, rows: Vec<AnnotationRow>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = BulkInsert::new(
        "INSERT INTO annotation (id, task_id, project_id, completed_by, result, result_count, was_cancelled, ground_truth,
            lead_time, unique_id, import_id, prediction, parent_prediction, parent_annotation, last_action, last_created_by,
            bulk_created, draft_created_at, revision, updated_by, created_at, updated_at)",
        "(#1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12, #13, #14, #15, #16, #17, #18, #19, #20, #21, #22)",
        "ON CONFLICT DO NOTHING",
        args![],
    );
    let project_id = rows.first().map_or(0, |row| row.project_id);
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    for row in rows {
        insert.push([
            row.id.into(),
            row.task_id.into(),
            row.project_id.into(),
            row.completed_by.into(),
            row.result.into(),
            row.result_count.into(),
            row.was_cancelled.into(),
            row.ground_truth.into(),
            row.lead_time.into(),
            row.unique_id.into(),
            row.import_id.into(),
            row.prediction.into(),
            row.parent_prediction.into(),
            row.parent_annotation.into(),
            row.last_action.into(),
            row.last_created_by.into(),
            row.bulk_created.into(),
            row.draft_created_at.into(),
            row.revision.into(),
            row.updated_by.into(),
            row.created_at.into(),
            row.updated_at.into(),
        ]);
    }
    tx.insert(insert).await?;
    result_index::refresh(tx, project_id, &ids).await
}

/// Gives annotations to another task of the same project.
pub async fn move_to(tx: &mut Tx, from: &[i64], task_id: i64) -> Result<()> {
    let mut parts = Parts::new("UPDATE annotation SET task_id = ? WHERE task_id IN ", args![task_id]);
    parts.push_list(from);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    Ok(())
}

/// Replaces the result of an annotation, with the next revision.
pub async fn set_result(tx: &mut Tx, id: i64, result: &str, updated_by: i64, at: i64) -> Result<AnnotationRow> {
    tx.one(
        "UPDATE annotation SET result = $2, updated_by = $3, updated_at = $4, revision = revision + 1 WHERE id = $1 RETURNING *",
        args![id, result, updated_by, at],
    )
    .await
}

/// Marks an annotation as the ground truth, or takes the mark.
pub async fn set_ground_truth(tx: &mut Tx, id: i64, ground_truth: bool, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE annotation SET ground_truth = $2, updated_at = $3 WHERE id = $1",
        args![id, ground_truth, at],
    )
    .await?;
    Ok(())
}
