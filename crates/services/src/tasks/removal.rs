//! Tasks are deleted, with all that hangs on them.

use std::collections::BTreeSet;

use labelkeep_store::annotations;
use labelkeep_store::predictions;
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self as rows, TaskRow};
use labelkeep_store::{self as store, Tx, audit};

use super::read::facts_of;
use super::write::change_columns;
use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::completion::{self, State};
use crate::{Result, ServiceError, Services};

/// Removes a task with its annotations, drafts and predictions. The annotations stay in the log.
pub async fn delete(services: &Services, task: Granted<TaskRow>) -> Result<()> {
    let (actor, known) = task.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.project_id).await?;
                remove(tx, &project, &[known.id], actor.account_id, now).await?;
                audit::record(
                    tx,
                    &access::origin(&actor),
                    "task.delete",
                    &format!("task:{}", known.id),
                    "{}",
                    now,
                )
                .await?;
                Ok(())
            })
        })
        .await
}

/// Removes these tasks of a project, all or none; gives their number. An id of another project fails the whole (SEC-111).
pub async fn delete_many(services: &Services, project: Granted<ProjectRow>, ids: Vec<i64>) -> Result<u64> {
    let (actor, project) = project.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, project.id).await?;
                let ids: Vec<i64> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
                for chunk in ids.chunks(REMOVED_AT_ONCE) {
                    if remove(tx, &project, chunk, actor.account_id, now).await? != chunk.len() {
                        return Err(ServiceError::NotFound("Task"));
                    }
                }
                let object = format!("project:{}", project.id);
                let detail = format!("{{\"tasks\":{}}}", ids.len());
                audit::record(tx, &access::origin(&actor), "task.delete_many", &object, &detail, now).await?;
                Ok(ids.len() as u64)
            })
        })
        .await
}

/// How many tasks one write removes, so that savers of other projects wait some 20 ms at most.
const REMOVED_AT_ONCE: usize = 500;

/// Removes all tasks of a project, a chunk a write; gives their number.
pub async fn delete_all(services: &Services, project: Granted<ProjectRow>) -> Result<u64> {
    let (actor, project) = project.into_parts();
    let now = services.now();
    let mut removed = 0;
    loop {
        let actor = actor.clone();
        let project_id = project.id;
        let number = services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let ids = rows::ids_after(tx, project_id, 0, REMOVED_AT_ONCE as i64).await?;
                    let number = remove(tx, &project, &ids, actor.account_id, now).await?;
                    if number == 0 {
                        let object = format!("project:{project_id}");
                        audit::record(tx, &access::origin(&actor), "task.delete_all", &object, "{}", now).await?;
                        store::summary::clear(tx, project_id).await?;
                    }
                    Ok::<_, ServiceError>(number)
                })
            })
            .await?;
        if number == 0 {
            return Ok(removed);
        }
        removed += number as u64;
    }
}

/// Removes tasks and what they count for; gives how many there were.
async fn remove(tx: &mut Tx, project: &ProjectRow, ids: &[i64], account_id: i64, now: i64) -> Result<usize> {
    let skips = completion::skipped_finish(&project.skip_queue);
    let mut removed = 0;
    for id in ids {
        let Some(task) = rows::read_in(tx, *id)
            .await?
            .filter(|task| task.project_id == project.id)
        else {
            continue;
        };
        removed += 1;
        let mut facts = Vec::new();
        if task.total_annotations + task.cancelled_annotations > 0 {
            for row in annotations::of_task_in(tx, task.id).await? {
                facts.push(facts_of(&row));
                let op_id = uuid::Uuid::new_v4().to_string();
                let kind = annotations::LogKind::Deleted;
                annotations::log(
                    tx,
                    annotations::LogEntry {
                        op_id: &op_id,
                        annotation: &row,
                        account_id,
                        kind,
                        at: now,
                    },
                )
                .await?;
                let summary =
                    labelkeep_labeling::check_result(&row.result, None, labelkeep_labeling::Mode::Lenient).ok();
                crate::annotations::count_labels(tx, project.id, summary.as_ref(), None, now).await?;
            }
        }
        if task.total_predictions > 0 {
            for (version, number) in predictions::versions_of_task(tx, task.id).await? {
                let version = version.unwrap_or_default();
                store::summary::add(
                    tx,
                    project.id,
                    [(Kind::ModelVersion, version.as_str(), "", -number)],
                    now,
                )
                .await?;
            }
        }
        let before = State::of(task.overlap, skips, &facts);
        let none = State::of(i64::MAX, skips, &[]);
        completion::apply_to_project(tx, project.id, &before, &none).await?;
        let change = CounterChange {
            tasks: -1,
            predictions: -task.total_predictions,
            ..Default::default()
        };
        projects::count_change(tx, project.id, change).await?;
        change_columns(tx, project.id, &task.data, "{}", now).await?;
    }
    rows::delete(tx, project.id, ids).await?;
    Ok(removed)
}
