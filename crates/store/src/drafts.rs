//! Drafts: one for each person and task, or each person and annotation.

use labelkeep_policy::Viewer;
use serde::{Deserialize, Serialize};

use crate::builder::{BulkInsert, Parts, over};
use crate::visible::{numbered, visible};
use crate::{Db, Result, Tx, args, row};

row! {
    /// A draft with its author's names.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    #[allow(missing_docs)] // the fields of the compatible API
    pub struct DraftRow {
        pub id: i64,
        pub task_id: i64,
        pub annotation_id: Option<i64>,
        pub account_id: i64,
        pub result: String,
        pub lead_time: Option<f64>,
        pub was_postponed: bool,
        pub import_id: Option<i64>,
        pub op_id: Option<String>,
        pub revision: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

/// The draft, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<DraftRow>> {
    db.optional(
        concat!(
            "SELECT draft.* FROM draft JOIN task ON task.id = draft.task_id JOIN project ON project.id = task.project_id
             WHERE draft.id = $5 AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The draft inside a write.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<DraftRow>> {
    tx.optional("SELECT * FROM draft WHERE id = $1", args![id]).await
}

/// The newest draft that carries this operation id.
pub async fn of_operation(tx: &mut Tx, account_id: i64, task_id: i64, op_id: &str) -> Result<Option<DraftRow>> {
    tx.optional(
        "SELECT * FROM draft WHERE task_id = $1 AND account_id = $2 AND op_id = $3",
        args![task_id, account_id, op_id],
    )
    .await
}

/// All drafts of these tasks, by task and id.
pub async fn of_tasks(db: &Db, tasks: &[i64]) -> Result<Vec<DraftRow>> {
    let (sql, args) = over("SELECT * FROM draft WHERE task_id IN ", tasks, " ORDER BY task_id, id");
    db.all(sql, args).await
}

/// Which of these tasks have a draft; of one person, when they are given.
pub async fn existing(db: &Db, tasks: &[i64], of: Option<i64>) -> Result<Vec<i64>> {
    let mut parts = Parts::new("SELECT DISTINCT task_id FROM draft WHERE task_id IN ", args![]);
    parts.push_list(tasks);
    if let Some(account_id) = of {
        parts.push(" AND account_id = ?", args![account_id]);
    }
    let (sql, args) = parts.finish();
    Ok(db.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// A draft that is to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewDraft {
    pub task_id: i64,
    pub annotation_id: Option<i64>,
    pub account_id: i64,
    pub result: String,
    pub lead_time: Option<f64>,
    pub was_postponed: bool,
    pub import_id: Option<i64>,
    pub op_id: Option<String>,
}

/// Adds a draft; gives it as stored.
pub async fn insert(tx: &mut Tx, new: NewDraft, at: i64) -> Result<DraftRow> {
    tx.one(
        "INSERT INTO draft (task_id, annotation_id, account_id, result, lead_time, was_postponed, import_id, op_id,
            created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING *",
        args![
            new.task_id,
            new.annotation_id,
            new.account_id,
            new.result,
            new.lead_time,
            new.was_postponed,
            new.import_id,
            new.op_id,
            at
        ],
    )
    .await
}

/// Writes the changeable columns of `row`, with the next revision; gives it as stored.
pub async fn update(tx: &mut Tx, row: &DraftRow, at: i64) -> Result<DraftRow> {
    tx.one(
        "UPDATE draft SET result = $2, lead_time = $3, was_postponed = $4, annotation_id = $5, op_id = $6, updated_at = $7,
            revision = revision + 1
         WHERE id = $1 RETURNING *",
        args![row.id, &row.result, row.lead_time, row.was_postponed, row.annotation_id, row.op_id.as_deref(), at],
    )
    .await
}

/// Removes a draft.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM draft WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Removes the drafts on top of an annotation.
pub async fn delete_of_annotation(tx: &mut Tx, annotation_id: i64) -> Result<()> {
    tx.execute("DELETE FROM draft WHERE annotation_id = $1", args![annotation_id])
        .await?;
    Ok(())
}

/// All drafts of these tasks, by task and id, inside a write.
pub async fn of_tasks_in(tx: &mut Tx, tasks: &[i64]) -> Result<Vec<DraftRow>> {
    let (sql, args) = over("SELECT * FROM draft WHERE task_id IN ", tasks, " ORDER BY task_id, id");
    tx.all(sql, args).await
}

/// Removes these drafts.
pub async fn delete_many(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    let (sql, args) = over("DELETE FROM draft WHERE id IN ", ids, "");
    tx.execute(sql, args).await?;
    Ok(())
}

/// Puts drafts back as they were, with their ids; at most 2,000 in one call. Those that are there stay.
pub async fn put_back(tx: &mut Tx, rows: Vec<DraftRow>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = BulkInsert::new(
        "INSERT INTO draft (id, task_id, annotation_id, account_id, result, lead_time, was_postponed, import_id, op_id, revision,
            created_at, updated_at)",
        "(#1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12)",
        "ON CONFLICT DO NOTHING",
        args![],
    );
    for row in rows {
        insert.push([
            row.id.into(),
            row.task_id.into(),
            row.annotation_id.into(),
            row.account_id.into(),
            row.result.into(),
            row.lead_time.into(),
            row.was_postponed.into(),
            row.import_id.into(),
            row.op_id.into(),
            row.revision.into(),
            row.created_at.into(),
            row.updated_at.into(),
        ]);
    }
    tx.insert(insert).await
}
