//! A task is made or changed.

use std::collections::BTreeMap;

use labelkeep_store::annotations;
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self as rows, NewTask, TaskFields, TaskRow};
use labelkeep_store::{self as store, Tx, audit};

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::completion::{self, State};
use crate::{Invalid, Result, ServiceError, Services};

/// A new task.
#[derive(Debug, Clone, Default)]
pub struct NewWork {
    /// Raw JSON object.
    pub data: String,
    /// Raw JSON.
    pub meta: Option<String>,
    /// How many annotations it needs; the project's number when not given.
    pub overlap: Option<i64>,
}

/// Adds one task.
pub async fn create(services: &Services, project: Granted<ProjectRow>, work: NewWork) -> Result<TaskRow> {
    let (actor, project) = project.into_parts();
    check_overlap(work.overlap)?;
    let config = crate::projects::config(services, &project)?;
    config
        .check_data(&work.data)
        .map_err(|error| Invalid::whole(format!("{error} [assume: item[\"data\"] = task root with values]")))?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, project.id).await?;
                let inner_id = projects::take_inner_ids(tx, project.id, 1).await?;
                let keys = crate::json::top_level_keys(&work.data);
                let new = NewTask {
                    data: work.data,
                    meta: work.meta.unwrap_or_else(|| "{}".to_owned()),
                    allow_skip: true,
                    overlap: work.overlap.unwrap_or(project.maximum_annotations),
                    total_annotations: 0,
                    cancelled_annotations: 0,
                    total_predictions: 0,
                    useful_annotations: 0,
                    ground_truths: 0,
                    is_labeled: false,
                    file_upload_id: None,
                };
                let ids = rows::insert(tx, project.id, 0, inner_id, vec![new], now).await?;
                projects::count_change(
                    tx,
                    project.id,
                    CounterChange {
                        tasks: 1,
                        ..Default::default()
                    },
                )
                .await?;
                let columns = keys.iter().map(|key| (Kind::Column, key.as_str(), "", 1));
                store::summary::add(tx, project.id, columns, now).await?;
                let id = ids.first().copied().unwrap_or_default();
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "task.create",
                    &format!("task:{id}"),
                    "{}",
                    now,
                )
                .await?;
                rows::read_in(tx, id)
                    .await?
                    .ok_or_else(|| ServiceError::Internal("the new task is missing".to_owned()))
            })
        })
        .await
}

fn check_overlap(overlap: Option<i64>) -> Result<(), Invalid> {
    match overlap {
        Some(number) if number < 1 => Err(Invalid::field(
            "overlap",
            "Ensure this value is greater than or equal to 1.",
        )),
        _ => Ok(()),
    }
}

/// Changes of a task; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub data: Option<String>,
    pub meta: Option<String>,
    pub overlap: Option<i64>,
    pub allow_skip: Option<bool>,
}

/// Changes a task. `if_unchanged_since` is the `updated_at` on which the change builds.
pub async fn update(
    services: &Services,
    task: Granted<TaskRow>,
    change: Change,
    if_unchanged_since: Option<i64>,
) -> Result<TaskRow> {
    let (actor, known) = task.into_parts();
    if let Some(data) = &change.data {
        let project = store::projects::find(&services.db, &actor.viewer(), known.project_id)
            .await?
            .ok_or(ServiceError::NotFound("Project"))?;
        crate::projects::config(services, &project)?
            .check_data(data)
            .map_err(|error| Invalid::whole(format!("{error} [assume: item[\"data\"] = task root with values]")))?;
    }
    check_overlap(change.overlap)?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.project_id).await?;
                let current = rows::read_in(tx, known.id)
                    .await?
                    .ok_or(ServiceError::NotFound("Task"))?;
                if if_unchanged_since.is_some_and(|at| at != current.updated_at) {
                    return Err(ServiceError::Conflict(
                        "The task has been changed since it was loaded. Load it again.".to_owned(),
                    ));
                }
                if let Some(data) = &change.data {
                    change_columns(tx, project.id, &current.data, data, now).await?;
                }
                let fields = TaskFields {
                    data: change.data.unwrap_or(current.data.clone()),
                    meta: change.meta.unwrap_or(current.meta.clone()),
                    overlap: change.overlap.unwrap_or(current.overlap),
                    allow_skip: change.allow_skip.unwrap_or(current.allow_skip),
                };
                let overlap = fields.overlap;
                rows::update(tx, current.id, fields, actor.account_id, now).await?;
                if overlap != current.overlap {
                    let facts = annotations::facts_in(tx, current.id).await?;
                    let skips = completion::skipped_finish(&project.skip_queue);
                    let before = State::of(current.overlap, skips, &facts);
                    let after = State::of(overlap, skips, &facts);
                    completion::apply(tx, &current, &before, &after, None, now).await?;
                }
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "task.update",
                    &format!("task:{}", current.id),
                    "{}",
                    now,
                )
                .await?;
                rows::read_in(tx, current.id)
                    .await?
                    .ok_or(ServiceError::NotFound("Task"))
            })
        })
        .await
}

/// Counts the columns that a task has gained and lost.
pub(crate) async fn change_columns(tx: &mut Tx, project_id: i64, before: &str, after: &str, now: i64) -> Result<()> {
    let mut changes = BTreeMap::<String, i64>::new();
    for key in crate::json::top_level_keys(after) {
        *changes.entry(key).or_default() += 1;
    }
    for key in crate::json::top_level_keys(before) {
        *changes.entry(key).or_default() -= 1;
    }
    let changes = changes
        .iter()
        .map(|(key, number)| (Kind::Column, key.as_str(), "", *number));
    Ok(store::summary::add(tx, project_id, changes, now).await?)
}
