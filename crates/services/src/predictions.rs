//! Predictions of models: kept beside annotations, shown to start from.

use labelkeep_labeling::Config;
use labelkeep_policy::Actor;
use labelkeep_store::predictions::{self as rows, NewPrediction, PredictionRow};
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self, TaskRow};
use labelkeep_store::{self as store, Tx, audit};

use crate::access::{self, Granted};
use crate::annotations::{checked, locked_project};
use crate::{Invalid, Result, ServiceError, Services};

/// A new prediction.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // the fields of the compatible API
pub struct NewWork {
    /// Raw JSON: an array of regions, or a simple value that is expanded by the configuration.
    pub result: String,
    pub score: Option<f64>,
    pub model_version: Option<String>,
    pub cluster: Option<i64>,
    /// Raw JSON.
    pub neighbors: Option<String>,
    pub mislabeling: f64,
    pub model: Option<i64>,
    pub model_run: Option<i64>,
}

/// Changes of a prediction; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub result: Option<String>,
    pub score: Option<Option<f64>>,
    pub model_version: Option<Option<String>>,
    pub cluster: Option<Option<i64>>,
    pub neighbors: Option<Option<String>>,
    pub mislabeling: Option<f64>,
    pub model: Option<Option<i64>>,
    pub model_run: Option<Option<i64>>,
}

/// A prediction's result as regions: a simple value is expanded, and the shape is checked.
pub(crate) fn as_regions(config: &Config, result: &str) -> Result<String, Invalid> {
    let result = if result.trim_start().starts_with('[') {
        result.to_owned()
    } else {
        labelkeep_labeling::expand_prediction(config, result)
            .map_err(|error| Invalid::field("result", error.to_string()))?
    };
    checked(&result)?;
    Ok(result)
}

/// Predictions of a task or of a project, as far as the actor may see them.
pub async fn list(
    services: &Services,
    actor: &Actor,
    task: Option<i64>,
    project: Option<i64>,
) -> Result<Vec<PredictionRow>> {
    if !actor.may(labelkeep_policy::Action::PredictionView) {
        return Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ));
    }
    let mut found = rows::list(&services.db, &actor.viewer(), task, project).await?;
    found.retain(|row| actor.scope.reaches(row.project_id));
    let tasks: Vec<i64> = found.iter().map(|row| row.task_id).collect();
    if let Some(shown) = access::shown_tasks(services, actor, &tasks).await? {
        found.retain(|row| shown.contains(&row.task_id));
    }
    Ok(found)
}

/// Adds a prediction to a task.
pub async fn create(services: &Services, task: Granted<TaskRow>, work: NewWork) -> Result<PredictionRow> {
    let mut rows = create_many(services, vec![(task, work)]).await?;
    rows.pop()
        .ok_or_else(|| ServiceError::Internal("no prediction came back".to_owned()))
}

/// Adds predictions to tasks, all or none.
pub async fn create_many(services: &Services, work: Vec<(Granted<TaskRow>, NewWork)>) -> Result<Vec<PredictionRow>> {
    let now = services.now();
    let mut ready = Vec::with_capacity(work.len());
    let mut actor = None;
    for (task, work) in work {
        let project = store::projects::find(&services.db, &task.actor().viewer(), task.row().project_id)
            .await?
            .ok_or(ServiceError::NotFound("Project"))?;
        let config = crate::projects::config(services, &project)?;
        let result = as_regions(&config, &work.result)?;
        actor = Some(task.actor().clone());
        let new = NewPrediction {
            task_id: task.row().id,
            result,
            score: work.score,
            model_version: work.model_version,
            cluster: work.cluster,
            neighbors: work.neighbors,
            mislabeling: work.mislabeling,
            model: work.model,
            model_run: work.model_run,
        };
        ready.push((project.id, new));
    }
    let Some(actor) = actor else { return Ok(Vec::new()) };
    // One order of project locks for all writers.
    ready.sort_by_key(|(project, new)| (*project, new.task_id));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut made = Vec::with_capacity(ready.len());
                let mut locked = None;
                for (project_id, new) in ready {
                    if locked != Some(project_id) {
                        locked_project(tx, project_id).await?;
                        locked = Some(project_id);
                    }
                    let row = rows::insert(tx, project_id, new, now).await?;
                    count(tx, project_id, row.task_id, row.model_version.as_deref(), 1, now).await?;
                    made.push(row);
                }
                let object = format!("predictions:{}", made.len());
                audit::record(tx, &access::origin(&actor), "prediction.create", &object, "{}", now).await?;
                Ok(made)
            })
        })
        .await
}

/// Changes a prediction.
pub async fn update(services: &Services, prediction: Granted<PredictionRow>, change: Change) -> Result<PredictionRow> {
    let (actor, known) = prediction.into_parts();
    let project = store::projects::find(&services.db, &actor.viewer(), known.project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let config = crate::projects::config(services, &project)?;
    let result = change
        .result
        .as_deref()
        .map(|result| as_regions(&config, result))
        .transpose()?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, known.project_id).await?;
                let current = rows::read_in(tx, known.id)
                    .await?
                    .ok_or(ServiceError::NotFound("Prediction"))?;
                let mut row = current.clone();
                row.result = result.unwrap_or(row.result);
                row.score = change.score.unwrap_or(row.score);
                row.model_version = change.model_version.unwrap_or(row.model_version);
                row.cluster = change.cluster.unwrap_or(row.cluster);
                row.neighbors = change.neighbors.unwrap_or(row.neighbors);
                row.mislabeling = change.mislabeling.unwrap_or(row.mislabeling);
                row.model = change.model.unwrap_or(row.model);
                row.model_run = change.model_run.unwrap_or(row.model_run);
                let row = rows::update(tx, &row, now).await?;
                if row.model_version != current.model_version {
                    let name = |row: &PredictionRow| row.model_version.clone().unwrap_or_default();
                    let changes = [(name(&current), -1), (name(&row), 1)];
                    for (version, number) in &changes {
                        store::summary::add(
                            tx,
                            row.project_id,
                            [(Kind::ModelVersion, version.as_str(), "", *number)],
                            now,
                        )
                        .await?;
                    }
                }
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "prediction.update",
                    &format!("prediction:{}", row.id),
                    "{}",
                    now,
                )
                .await?;
                Ok(row)
            })
        })
        .await
}

/// Removes a prediction.
pub async fn delete(services: &Services, prediction: Granted<PredictionRow>) -> Result<()> {
    let (actor, known) = prediction.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, known.project_id).await?;
                let Some(row) = rows::read_in(tx, known.id).await? else {
                    return Ok(());
                };
                rows::delete(tx, row.id).await?;
                count(tx, row.project_id, row.task_id, row.model_version.as_deref(), -1, now).await?;
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "prediction.delete",
                    &format!("prediction:{}", row.id),
                    "{}",
                    now,
                )
                .await?;
                Ok(())
            })
        })
        .await
}

/// Removes all predictions of a model version from a project; gives their number.
pub async fn delete_version(services: &Services, project: Granted<ProjectRow>, version: String) -> Result<u64> {
    let (actor, project) = project.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, project.id).await?;
                // What is in the trash counts for its task alone.
                let mut number = 0;
                for (task_id, of_task, is_there) in rows::version_counts(tx, project.id, &version).await? {
                    tasks::count_predictions(tx, task_id, -of_task).await?;
                    number -= of_task * i64::from(is_there);
                }
                let deleted = rows::delete_version(tx, project.id, &version).await?;
                projects::count_change(
                    tx,
                    project.id,
                    CounterChange {
                        predictions: number,
                        ..Default::default()
                    },
                )
                .await?;
                store::summary::add(
                    tx,
                    project.id,
                    [(Kind::ModelVersion, version.as_str(), "", number)],
                    now,
                )
                .await?;
                let object = format!("project:{}", project.id);
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "prediction.delete_version",
                    &object,
                    "{}",
                    now,
                )
                .await?;
                Ok(deleted)
            })
        })
        .await
}

async fn count(tx: &mut Tx, project_id: i64, task_id: i64, version: Option<&str>, number: i64, now: i64) -> Result<()> {
    tasks::count_predictions(tx, task_id, number).await?;
    projects::count_change(
        tx,
        project_id,
        CounterChange {
            predictions: number,
            ..Default::default()
        },
    )
    .await?;
    let version = version.unwrap_or_default();
    Ok(store::summary::add(tx, project_id, [(Kind::ModelVersion, version, "", number)], now).await?)
}

/// The copy of a prediction that an annotation keeps of what its author was shown.
pub(crate) fn as_kept_json(row: &PredictionRow) -> String {
    let raw = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).ok();
    #[derive(serde::Serialize)]
    struct Kept<'a> {
        id: i64,
        model: Option<i64>,
        result: Option<Box<serde_json::value::RawValue>>,
        score: Option<f64>,
        cluster: Option<i64>,
        neighbors: Option<Box<serde_json::value::RawValue>>,
        mislabeling: f64,
        model_version: Option<&'a str>,
        model_run: Option<i64>,
        task: i64,
        project: i64,
    }
    let kept = Kept {
        id: row.id,
        model: row.model,
        result: raw(&row.result),
        score: row.score,
        cluster: row.cluster,
        neighbors: row.neighbors.as_deref().and_then(raw),
        mislabeling: row.mislabeling,
        model_version: row.model_version.as_deref(),
        model_run: row.model_run,
        task: row.task_id,
        project: row.project_id,
    };
    serde_json::to_string(&kept).unwrap_or_else(|_| "{}".to_owned())
}
