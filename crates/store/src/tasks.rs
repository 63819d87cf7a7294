//! Tasks.

use labelkeep_policy::Viewer;

use crate::builder::{BulkInsert, Parts};
use crate::visible::{numbered, visible};
use crate::{Columns, Db, Result, Row, Tx, args, row, task_fields, text_index};

row! {
    /// A task. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the fields of the compatible API; the migration says what is ours.
    pub struct TaskRow {
        pub id: i64,
        pub project_id: i64,
        pub inner_id: i64,
        pub data: String,
        pub meta: String,
        pub overlap: i64,
        pub allow_skip: bool,
        pub is_labeled: bool,
        pub total_annotations: i64,
        pub cancelled_annotations: i64,
        pub total_predictions: i64,
        pub useful_annotations: i64,
        pub ground_truths: i64,
        pub import_id: i64,
        pub file_upload_id: Option<i64>,
        pub updated_by: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

/// A task with the name of the file that it came from.
#[derive(Debug, Clone)]
pub struct ListedTask {
    /// The task.
    pub task: TaskRow,
    /// `upload/{project}/{name}` or nothing.
    pub file_upload: Option<String>,
    /// The name of the object in a storage from which it came.
    pub storage_filename: Option<String>,
}

impl Row for ListedTask {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(ListedTask {
            task: TaskRow::read(columns)?,
            file_upload: columns.named("file_upload")?,
            storage_filename: columns.named("storage_filename")?,
        })
    }
}

/// Leaves out tasks of an import that is still running. The inner query is empty nearly always, and is run once.
pub(crate) const VISIBLE: &str =
    " AND task.import_id NOT IN (SELECT id FROM task_import WHERE project_id = ? AND pending)";

/// The task, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<TaskRow>> {
    db.optional(
        concat!(
            "SELECT task.* FROM task JOIN project ON project.id = task.project_id
             WHERE task.id = $5
                AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.pending) AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The task, for work that runs beside requests.
pub async fn find_for_job(db: &Db, id: i64) -> Result<Option<TaskRow>> {
    db.optional("SELECT * FROM task WHERE id = $1", args![id]).await
}

/// The task inside a write, after [`crate::projects::lock`]. One in the trash, which has a negative import id, is not there.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<TaskRow>> {
    tx.optional("SELECT * FROM task WHERE id = $1 AND import_id >= 0", args![id])
        .await
}

/// The name of an uploaded file as tasks show it.
pub async fn file_name(db: &Db, file_upload_id: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = db
        .optional("SELECT name FROM file_upload WHERE id = $1", args![file_upload_id])
        .await?;
    Ok(row.map(|(name,)| name))
}

/// The name of the object in a storage from which a task came.
pub async fn object_name(db: &Db, task_id: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = db
        .optional(
            "SELECT object_key FROM storage_task WHERE task_id = $1 ORDER BY storage_id LIMIT 1",
            args![task_id],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}

/// A stretch of a project's tasks.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// How many come before it, in id order.
    pub offset: i64,
    /// How many to give.
    pub limit: i64,
    /// How many tasks the project has.
    pub total: i64,
    /// The highest inner id given so far. When it equals `total`, nothing was ever deleted and inner ids are places.
    pub last_inner_id: i64,
    /// Newest first.
    pub descending: bool,
}

pub(crate) const LISTED: &str = "SELECT task.*, file_upload.name AS file_upload,
        CASE WHEN EXISTS (SELECT 1 FROM storage_task) THEN
            (SELECT object_key FROM storage_task WHERE storage_task.task_id = task.id ORDER BY storage_id LIMIT 1)
        END AS storage_filename
     FROM task LEFT JOIN file_upload ON file_upload.id = task.file_upload_id WHERE task.project_id = ?";

/// A page in id order. The last page costs what the first does: without gaps the place is the inner id,
/// else the nearer end is counted from.
pub async fn page(db: &Db, project_id: i64, stretch: Stretch) -> Result<Vec<ListedTask>> {
    let Stretch {
        offset,
        limit,
        total,
        last_inner_id,
        descending,
    } = stretch;
    let limit = limit.min(total - offset).max(0);
    let mut parts = Parts::new(LISTED, args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    if total == last_inner_id {
        let (sql, bounds) = if descending {
            (
                " AND task.inner_id <= ? AND task.inner_id > ? ORDER BY task.inner_id DESC",
                (total - offset, total - offset - limit),
            )
        } else {
            (
                " AND task.inner_id > ? AND task.inner_id <= ? ORDER BY task.inner_id",
                (offset, offset + limit),
            )
        };
        parts.push(sql, args![bounds.0, bounds.1]);
        let (sql, args) = parts.finish();
        return db.all(sql, args).await;
    }
    let from_end = total - offset - limit;
    let backwards = from_end < offset;
    parts.push(
        if backwards != descending {
            " ORDER BY task.id DESC"
        } else {
            " ORDER BY task.id"
        },
        args![],
    );
    parts.push(
        " LIMIT ? OFFSET ?",
        args![limit, if backwards { from_end.max(0) } else { offset }],
    );
    let (sql, args) = parts.finish();
    let mut rows: Vec<ListedTask> = db.all(sql, args).await?;
    if backwards {
        rows.reverse();
    }
    Ok(rows)
}

/// A page of the tasks that are assigned to a person for annotation, in id order.
pub async fn page_assigned(
    db: &Db,
    project_id: i64,
    account_id: i64,
    offset: i64,
    limit: i64,
    descending: bool,
) -> Result<Vec<ListedTask>> {
    let mut parts = Parts::new(LISTED, args![project_id]);
    parts.push(VISIBLE, args![project_id]).push(
        " AND task.id IN (SELECT task_id FROM task_assignment WHERE project_id = ? AND account_id = ? AND kind = 'AN'",
        args![project_id, account_id],
    );
    parts.push(
        if descending {
            " ORDER BY task_id DESC LIMIT ? OFFSET ?) ORDER BY task.id DESC"
        } else {
            " ORDER BY task_id LIMIT ? OFFSET ?) ORDER BY task.id"
        },
        args![limit, offset],
    );
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Tasks after `after_id` in id order, for exports; `only` narrows them to these ids.
pub async fn after(
    db: &Db,
    project_id: i64,
    after_id: i64,
    limit: i64,
    filter: ExportFilter<'_>,
) -> Result<Vec<ListedTask>> {
    let mut parts = Parts::new(LISTED, args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    parts.push(" AND task.id > ?", args![after_id]);
    filter.push_to(&mut parts);
    parts.push(" ORDER BY task.id LIMIT ?", args![limit]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// How many tasks an export takes. It looks at all of them, beside what people save.
pub async fn count(db: &Db, project_id: i64, filter: ExportFilter<'_>) -> Result<u64> {
    let mut parts = Parts::new("SELECT COUNT(*) FROM task WHERE task.project_id = ?", args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    filter.push_to(&mut parts);
    let (sql, args) = parts.finish();
    Ok(db.one::<(i64,)>(sql, args).await?.0.unsigned_abs())
}

/// Only tasks that are assigned to a person for annotation.
const ASSIGNED: &str = " AND EXISTS (SELECT 1 FROM task_assignment WHERE task_assignment.task_id = task.id
    AND task_assignment.account_id = ? AND task_assignment.kind = 'AN')";

/// The task before or behind one in id order; among those assigned to somebody, when they are given.
pub async fn neighbour(
    db: &Db,
    project_id: i64,
    task_id: i64,
    behind: bool,
    assigned_to: Option<i64>,
) -> Result<Option<i64>> {
    let mut parts = Parts::new("SELECT task.id FROM task WHERE task.project_id = ?", args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    if let Some(account_id) = assigned_to {
        parts.push(ASSIGNED, args![account_id]);
    }
    if behind {
        parts.push(" AND task.id > ? ORDER BY task.id LIMIT 1", args![task_id]);
    } else {
        parts.push(" AND task.id < ? ORDER BY task.id DESC LIMIT 1", args![task_id]);
    }
    let (sql, args) = parts.finish();
    Ok(db.optional::<(i64,)>(sql, args).await?.map(|(id,)| id))
}

/// Which tasks an export takes.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportFilter<'a> {
    /// Only tasks that have an annotation of any kind.
    pub annotated_only: bool,
    /// Only tasks that somebody skipped, or that nobody did.
    pub skipped: Option<bool>,
    /// Only tasks that are labeled, or that are not.
    pub finished: Option<bool>,
    /// Only tasks with an annotation that is not skipped, or without.
    pub annotated: Option<bool>,
    /// Only these.
    pub ids: Option<&'a [i64]>,
    /// Only tasks assigned to this person.
    pub assigned_to: Option<i64>,
}

impl ExportFilter<'_> {
    fn push_to(&self, parts: &mut Parts) {
        if self.annotated_only {
            parts.push(
                " AND (task.total_annotations > 0 OR task.cancelled_annotations > 0)",
                args![],
            );
        }
        for (wanted, yes, no) in [
            (
                self.skipped,
                " AND task.cancelled_annotations > 0",
                " AND task.cancelled_annotations = 0",
            ),
            (self.finished, " AND task.is_labeled", " AND NOT task.is_labeled"),
            (
                self.annotated,
                " AND task.total_annotations > 0",
                " AND task.total_annotations = 0",
            ),
        ] {
            if let Some(wanted) = wanted {
                parts.push(if wanted { yes } else { no }, args![]);
            }
        }
        if let Some(account_id) = self.assigned_to {
            parts.push(ASSIGNED, args![account_id]);
        }
        if let Some(ids) = self.ids {
            parts.push(" AND task.id IN ", args![]).push_list(ids);
        }
    }
}

/// A task that is to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewTask {
    pub data: String,
    pub meta: String,
    pub allow_skip: bool,
    pub overlap: i64,
    pub total_annotations: i64,
    pub cancelled_annotations: i64,
    pub total_predictions: i64,
    pub useful_annotations: i64,
    pub ground_truths: i64,
    pub is_labeled: bool,
    pub file_upload_id: Option<i64>,
}

/// Adds tasks with consecutive inner ids to the locked project; gives their ids in order. At most 2,000 in one call (PostgreSQL takes
/// 65,535 arguments).
pub async fn insert(
    tx: &mut Tx,
    project_id: i64,
    import_id: i64,
    first_inner_id: i64,
    tasks: Vec<NewTask>,
    at: i64,
) -> Result<Vec<i64>> {
    let mut insert = BulkInsert::new(
        "INSERT INTO task (project_id, import_id, created_at, updated_at, inner_id, data, meta, allow_skip, overlap,
            total_annotations, cancelled_annotations, total_predictions, useful_annotations, ground_truths,
            is_labeled, file_upload_id)",
        "($1, $2, $3, $3, #1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12)",
        "",
        args![project_id, import_id, at],
    );
    let indexes = task_fields::complete(tx, project_id).await?;
    let mut data = Vec::new();
    for (index, task) in (0_i64..).zip(tasks) {
        if !indexes.is_empty() {
            data.push(task.data.clone());
        }
        insert.push([
            (first_inner_id + index).into(),
            task.data.into(),
            task.meta.into(),
            task.allow_skip.into(),
            task.overlap.into(),
            task.total_annotations.into(),
            task.cancelled_annotations.into(),
            task.total_predictions.into(),
            task.useful_annotations.into(),
            task.ground_truths.into(),
            task.is_labeled.into(),
            task.file_upload_id.into(),
        ]);
    }
    let ids = tx.insert_ids(insert).await?;
    if !indexes.is_empty() {
        task_fields::added(tx, &indexes, &ids, &data).await?;
    }
    Ok(ids)
}

/// Lets the indexes of a task's data know that they change.
async fn data_changes(tx: &mut Tx, id: i64, data: &str) -> Result<()> {
    text_index::refresh(tx, id, data).await?;
    task_fields::refresh(tx, id, data).await
}

/// The fields that a person may set.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct TaskFields {
    pub data: String,
    pub meta: String,
    pub overlap: i64,
    pub allow_skip: bool,
}

/// Replaces the fields that a person may set.
pub async fn update(tx: &mut Tx, id: i64, fields: TaskFields, updated_by: i64, at: i64) -> Result<()> {
    data_changes(tx, id, &fields.data).await?;
    tx.execute(
        "UPDATE task SET data = $2, meta = $3, overlap = $4, allow_skip = $5, updated_by = $6, updated_at = $7 WHERE id = $1",
        args![id, fields.data, fields.meta, fields.overlap, fields.allow_skip, updated_by, at],
    )
    .await?;
    Ok(())
}

/// Counters of a task, derived from its annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TaskCounters {
    pub total_annotations: i64,
    pub cancelled_annotations: i64,
    pub useful_annotations: i64,
    pub ground_truths: i64,
    pub is_labeled: bool,
}

/// Writes the counters.
pub async fn set_counters(
    tx: &mut Tx,
    id: i64,
    counters: TaskCounters,
    updated_by: Option<i64>,
    at: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE task SET total_annotations = $2, cancelled_annotations = $3, useful_annotations = $4, ground_truths = $5,
            is_labeled = $6, updated_by = COALESCE($7, updated_by), updated_at = $8
         WHERE id = $1",
        args![
            id,
            counters.total_annotations,
            counters.cancelled_annotations,
            counters.useful_annotations,
            counters.ground_truths,
            counters.is_labeled,
            updated_by,
            at
        ],
    )
    .await?;
    Ok(())
}

/// Adds to the number of predictions.
pub async fn count_predictions(tx: &mut Tx, id: i64, change: i64) -> Result<()> {
    tx.execute(
        "UPDATE task SET total_predictions = total_predictions + $2 WHERE id = $1",
        args![id, change],
    )
    .await?;
    Ok(())
}

/// Removes tasks with all that hangs on them.
pub async fn delete(tx: &mut Tx, project_id: i64, ids: &[i64]) -> Result<()> {
    let mut parts = Parts::new("DELETE FROM task WHERE project_id = ? AND id IN ", args![project_id]);
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    Ok(())
}

/// The ids of up to `limit` tasks after `after_id`.
pub async fn ids_after(tx: &mut Tx, project_id: i64, after_id: i64, limit: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT id FROM task WHERE project_id = $1 AND id > $2 AND import_id >= 0 ORDER BY id LIMIT $3",
            args![project_id, after_id, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Sets the overlap of a task; completion is recomputed by the caller.
pub async fn set_task_overlap(tx: &mut Tx, id: i64, overlap: i64) -> Result<()> {
    tx.execute("UPDATE task SET overlap = $2 WHERE id = $1", args![id, overlap])
        .await?;
    Ok(())
}

/// All tasks of a project without their data, for changes of overlap.
pub async fn all_in(tx: &mut Tx, project_id: i64) -> Result<Vec<TaskRow>> {
    tx.all(
        "SELECT id, project_id, inner_id, '' AS data, '' AS meta, overlap, allow_skip, is_labeled, total_annotations,
            cancelled_annotations, total_predictions, useful_annotations, ground_truths, import_id, file_upload_id, updated_by,
            created_at, updated_at
         FROM task WHERE project_id = $1 AND import_id >= 0 ORDER BY id",
        args![project_id],
    )
    .await
}

/// The tasks that came from these files.
pub async fn ids_of_files(db: &Db, project_id: i64, files: &[i64]) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT id FROM task WHERE project_id = ? AND file_upload_id IN ",
        args![project_id],
    );
    parts.push_list(files).push(" ORDER BY id", args![]);
    let (sql, args) = parts.finish();
    Ok(db.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// These tasks of a project, by id, inside a write: those that are there, or those that this entry of the trash hides.
pub async fn read_many_in(tx: &mut Tx, project_id: i64, ids: &[i64], trash_id: Option<i64>) -> Result<Vec<TaskRow>> {
    let mut parts = Parts::new("SELECT * FROM task WHERE project_id = ? AND id IN ", args![project_id]);
    parts.push_list(ids);
    match trash_id {
        Some(trash_id) => parts.push(" AND import_id = ?", args![-trash_id]),
        None => parts.push(" AND import_id >= 0", args![]),
    };
    parts.push(" ORDER BY id", args![]);
    let (sql, args) = parts.finish();
    tx.all(sql, args).await
}

/// Replaces the data of a task.
pub async fn set_data(tx: &mut Tx, id: i64, data: &str, updated_by: i64, at: i64) -> Result<()> {
    data_changes(tx, id, data).await?;
    tx.execute(
        "UPDATE task SET data = $2, updated_by = $3, updated_at = $4 WHERE id = $1",
        args![id, data, updated_by, at],
    )
    .await?;
    Ok(())
}
