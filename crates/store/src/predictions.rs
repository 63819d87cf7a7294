//! Predictions of models.

use labelkeep_policy::Viewer;
use serde::{Deserialize, Serialize};

use crate::builder::{BulkInsert, Parts, over};
use crate::visible::{self, numbered, visible};
use crate::{Db, Result, Tx, args, row};

row! {
    /// A prediction. Column for column the table.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    #[allow(missing_docs)] // the fields of the compatible API
    pub struct PredictionRow {
        pub id: i64,
        pub task_id: i64,
        pub project_id: i64,
        pub result: String,
        pub score: Option<f64>,
        pub model_version: Option<String>,
        pub cluster: Option<i64>,
        pub neighbors: Option<String>,
        pub mislabeling: f64,
        pub model: Option<i64>,
        pub model_run: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

row! {
    /// What lists need of a prediction, without its result.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct PredictionFacts {
        pub id: i64,
        pub task_id: i64,
        pub score: Option<f64>,
        pub model_version: Option<String>,
    }
}

/// The prediction, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<PredictionRow>> {
    db.optional(
        concat!(
            "SELECT prediction.* FROM prediction JOIN task ON task.id = prediction.task_id
                JOIN project ON project.id = task.project_id
             WHERE prediction.id = $5
                AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.pending) AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The prediction inside a write.
pub async fn read_in(tx: &mut Tx, id: i64) -> Result<Option<PredictionRow>> {
    tx.optional("SELECT * FROM prediction WHERE id = $1", args![id]).await
}

/// All predictions of these tasks, by task and id.
pub async fn of_tasks(db: &Db, tasks: &[i64]) -> Result<Vec<PredictionRow>> {
    let (sql, args) = over(
        "SELECT * FROM prediction WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    db.all(sql, args).await
}

/// The facts of all predictions of these tasks, by task and id.
pub async fn facts_of_tasks(db: &Db, tasks: &[i64]) -> Result<Vec<PredictionFacts>> {
    let (sql, args) = over(
        "SELECT id, task_id, score, model_version FROM prediction WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    db.all(sql, args).await
}

/// Predictions of a task or a whole project, by id.
pub async fn list(db: &Db, viewer: &Viewer, task: Option<i64>, project: Option<i64>) -> Result<Vec<PredictionRow>> {
    let mut parts = Parts::new(
        "SELECT prediction.* FROM prediction JOIN project ON project.id = prediction.project_id
         WHERE ",
        args![],
    );
    parts.push(visible::CONDITION, visible::repeated(viewer));
    if let Some(task) = task {
        parts.push(" AND prediction.task_id = ?", args![task]);
    }
    if let Some(project) = project {
        parts.push(" AND prediction.project_id = ?", args![project]);
    }
    parts.push(" ORDER BY prediction.id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// A prediction that is to be added.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewPrediction {
    pub task_id: i64,
    pub result: String,
    pub score: Option<f64>,
    pub model_version: Option<String>,
    pub cluster: Option<i64>,
    pub neighbors: Option<String>,
    pub mislabeling: f64,
    pub model: Option<i64>,
    pub model_run: Option<i64>,
}

/// Adds a prediction; gives it as stored.
pub async fn insert(tx: &mut Tx, project_id: i64, new: NewPrediction, at: i64) -> Result<PredictionRow> {
    tx.insert_one(bulk(project_id, vec![new], at)).await
}

/// Adds predictions, at most 3,000 in one call.
pub async fn import_many(tx: &mut Tx, project_id: i64, news: Vec<NewPrediction>, at: i64) -> Result<()> {
    tx.insert(bulk(project_id, news, at)).await
}

fn bulk(project_id: i64, news: Vec<NewPrediction>, at: i64) -> BulkInsert {
    let mut insert = BulkInsert::new(
        "INSERT INTO prediction (project_id, created_at, updated_at, task_id, result, score, model_version, cluster, neighbors,
            mislabeling, model, model_run)",
        "($1, $2, $2, #1, #2, #3, #4, #5, #6, #7, #8, #9)",
        "",
        args![project_id, at],
    );
    for new in news {
        insert.push([
            new.task_id.into(),
            new.result.into(),
            new.score.into(),
            new.model_version.into(),
            new.cluster.into(),
            new.neighbors.into(),
            new.mislabeling.into(),
            new.model.into(),
            new.model_run.into(),
        ]);
    }
    insert
}

/// Writes the changeable columns; gives the row as stored.
pub async fn update(tx: &mut Tx, row: &PredictionRow, at: i64) -> Result<PredictionRow> {
    tx.one(
        "UPDATE prediction SET result = $2, score = $3, model_version = $4, cluster = $5, neighbors = $6, mislabeling = $7,
            model = $8, model_run = $9, updated_at = $10
         WHERE id = $1 RETURNING *",
        args![
            row.id,
            &row.result,
            row.score,
            row.model_version.as_deref(),
            row.cluster,
            row.neighbors.as_deref(),
            row.mislabeling,
            row.model,
            row.model_run,
            at
        ],
    )
    .await
}

/// Removes a prediction.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM prediction WHERE id = $1", args![id]).await?;
    Ok(())
}

/// How many predictions of a version each task of the project has, and whether the task is there or in the trash. What a running import
/// brings is not counted yet.
pub async fn version_counts(tx: &mut Tx, project_id: i64, model_version: &str) -> Result<Vec<(i64, i64, bool)>> {
    tx.all(
        "SELECT prediction.task_id, COUNT(*), task.import_id >= 0 FROM prediction JOIN task ON task.id = prediction.task_id
         WHERE prediction.project_id = $1 AND prediction.model_version = $2
            AND NOT EXISTS (SELECT 1 FROM task_import WHERE task_import.id = task.import_id AND task_import.id > 0 AND task_import.pending)
         GROUP BY prediction.task_id, task.import_id",
        args![project_id, model_version],
    )
    .await
}

/// Removes the predictions of a version; gives their number.
pub async fn delete_version(tx: &mut Tx, project_id: i64, model_version: &str) -> Result<u64> {
    tx.execute(
        "DELETE FROM prediction WHERE project_id = $1 AND model_version = $2
            AND NOT EXISTS (SELECT 1 FROM task JOIN task_import ON task_import.id = task.import_id
                WHERE task.id = prediction.task_id AND task_import.id > 0 AND task_import.pending)",
        args![project_id, model_version],
    )
    .await
}

/// The newest prediction of a task by a model version, inside a write.
pub async fn of_version(tx: &mut Tx, task_id: i64, model_version: &str) -> Result<Option<PredictionRow>> {
    tx.optional(
        "SELECT * FROM prediction WHERE task_id = $1 AND model_version = $2 ORDER BY id DESC LIMIT 1",
        args![task_id, model_version],
    )
    .await
}

/// How many predictions of each version a task has, inside a write.
pub async fn versions_of_task(tx: &mut Tx, task_id: i64) -> Result<Vec<(Option<String>, i64)>> {
    tx.all(
        "SELECT model_version, COUNT(*) FROM prediction WHERE task_id = $1 GROUP BY model_version",
        args![task_id],
    )
    .await
}

/// All predictions of these tasks, by task and id, inside a write.
pub async fn of_tasks_in(tx: &mut Tx, tasks: &[i64]) -> Result<Vec<PredictionRow>> {
    let (sql, args) = over(
        "SELECT * FROM prediction WHERE task_id IN ",
        tasks,
        " ORDER BY task_id, id",
    );
    tx.all(sql, args).await
}

/// How many predictions of each version these tasks have together, inside a write.
pub async fn versions_of_tasks(tx: &mut Tx, tasks: &[i64]) -> Result<Vec<(Option<String>, i64)>> {
    let (sql, args) = over(
        "SELECT model_version, COUNT(*) FROM prediction WHERE task_id IN ",
        tasks,
        " GROUP BY model_version",
    );
    tx.all(sql, args).await
}

/// Removes all predictions of these tasks.
pub async fn delete_of_tasks(tx: &mut Tx, tasks: &[i64]) -> Result<()> {
    let (sql, args) = over("DELETE FROM prediction WHERE task_id IN ", tasks, "");
    tx.execute(sql, args).await?;
    let (sql, args) = over("UPDATE task SET total_predictions = 0 WHERE id IN ", tasks, "");
    tx.execute(sql, args).await?;
    Ok(())
}

/// Puts predictions back as they were, with their ids; at most 2,000 in one call. Those that are there stay.
pub async fn put_back(tx: &mut Tx, rows: Vec<PredictionRow>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = BulkInsert::new(
        "INSERT INTO prediction (id, task_id, project_id, result, score, model_version, cluster, neighbors, mislabeling, model,
            model_run, created_at, updated_at)",
        "(#1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12, #13)",
        "ON CONFLICT DO NOTHING",
        args![],
    );
    for row in rows {
        insert.push([
            row.id.into(),
            row.task_id.into(),
            row.project_id.into(),
            row.result.into(),
            row.score.into(),
            row.model_version.into(),
            row.cluster.into(),
            row.neighbors.into(),
            row.mislabeling.into(),
            row.model.into(),
            row.model_run.into(),
            row.created_at.into(),
            row.updated_at.into(),
        ]);
    }
    tx.insert(insert).await
}
