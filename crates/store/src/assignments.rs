//! Tasks that are assigned to people.

use crate::builder::{Parts, over};
use crate::{Db, Result, Tx, args, row};

row! {
    /// An assignment. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct AssignmentRow {
        pub id: i64,
        pub project_id: i64,
        pub task_id: i64,
        pub account_id: i64,
        /// AN (annotator) | RE (reviewer)
        pub kind: String,
        pub created_by: i64,
        pub created_at: i64,
    }
}

/// The assignments of a task; only those of `account_id` when it is given.
pub async fn of_task(db: &Db, task_id: i64, account_id: Option<i64>) -> Result<Vec<AssignmentRow>> {
    db.all(
        "SELECT * FROM task_assignment WHERE task_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR account_id = $2) ORDER BY id",
        args![task_id, account_id],
    )
    .await
}

/// The assignments of a task of one kind, inside a write.
pub async fn of_task_in(tx: &mut Tx, task_id: i64, kind: &str) -> Result<Vec<AssignmentRow>> {
    tx.all(
        "SELECT * FROM task_assignment WHERE task_id = $1 AND kind = $2 ORDER BY id",
        args![task_id, kind],
    )
    .await
}

/// Assigns each of these tasks to each of these people; what is assigned already stays. Gives how many are new.
pub async fn add(
    tx: &mut Tx,
    project_id: i64,
    tasks: &[i64],
    people: &[i64],
    kind: &str,
    by: i64,
    at: i64,
) -> Result<u64> {
    let mut parts = Parts::new(
        "INSERT INTO task_assignment (project_id, task_id, account_id, kind, created_by, created_at)
         SELECT task.project_id, task.id, account.id, ?, ?, ? FROM task, account WHERE task.project_id = ? AND task.id IN ",
        args![kind, by, at, project_id],
    );
    parts
        .push_list(tasks)
        .push(" AND account.id IN ", args![])
        .push_list(people)
        .push(
            " ORDER BY task.id, account.id ON CONFLICT (task_id, account_id, kind) DO NOTHING",
            args![],
        );
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}

/// Takes assignments of a task away: of one kind or of both, of these people or of all.
pub async fn remove(tx: &mut Tx, task_id: i64, kind: Option<&str>, people: Option<&[i64]>) -> Result<u64> {
    let mut parts = Parts::new(
        "DELETE FROM task_assignment WHERE task_id = ? AND (CAST(? AS TEXT) IS NULL OR kind = ?)",
        args![task_id, kind, kind],
    );
    if let Some(people) = people {
        parts.push(" AND account_id IN ", args![]).push_list(people);
    }
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}

/// Which of these ids are tasks of the project that can be seen.
pub async fn known_tasks(tx: &mut Tx, project_id: i64, tasks: &[i64]) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT task.id FROM task WHERE task.project_id = ?
            AND task.import_id NOT IN (SELECT id FROM task_import WHERE project_id = ? AND pending) AND task.id IN ",
        args![project_id, project_id],
    );
    parts.push_list(tasks).push(" ORDER BY task.id", args![]);
    let (sql, args) = parts.finish();
    Ok(tx.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// Up to `limit` tasks behind `after` that are not excluded.
pub async fn tasks_after(tx: &mut Tx, project_id: i64, after: i64, excluded: &[i64], limit: i64) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT task.id FROM task WHERE task.project_id = ? AND task.id > ?
            AND task.import_id NOT IN (SELECT id FROM task_import WHERE project_id = ? AND pending) AND task.id NOT IN ",
        args![project_id, after, project_id],
    );
    parts
        .push_list(excluded)
        .push(" ORDER BY task.id LIMIT ?", args![limit]);
    let (sql, args) = parts.finish();
    Ok(tx.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// How many tasks of each of these projects are assigned to the person for annotation: (project, number).
pub async fn counts(db: &Db, account_id: i64, projects: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut parts = Parts::new(
        "SELECT project_id, COUNT(*) FROM task_assignment WHERE account_id = ? AND kind = 'AN' AND project_id IN ",
        args![account_id],
    );
    parts.push_list(projects).push(" GROUP BY project_id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// How a project's tasks reach people.
pub async fn set_mode(tx: &mut Tx, project_id: i64, mode: &str) -> Result<()> {
    tx.execute(
        "UPDATE project SET assignment = $2 WHERE id = $1",
        args![project_id, mode],
    )
    .await?;
    Ok(())
}

/// To which annotators these tasks are assigned: (task, account), in the order of tasks.
pub async fn annotators(db: &Db, tasks: &[i64]) -> Result<Vec<(i64, i64)>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = over(
        "SELECT task_id, account_id FROM task_assignment WHERE kind = 'AN' AND task_id IN ",
        tasks,
        " ORDER BY task_id, account_id",
    );
    db.all(sql, args).await
}
