//! Tasks are deleted, with all that hangs on them.

use std::collections::BTreeSet;

use labelkeep_store::annotations;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::tasks::{self as rows, TaskRow};
use labelkeep_store::{self as store, Tx, audit};

use super::weight::Weight;
use crate::access::{self, Granted};
use crate::annotations::locked_project;
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

/// How many tasks one statement names.
const REMOVED_AT_ONCE: usize = 500;
/// How many tasks one step removes: whoever saves something meanwhile waits for one, some milliseconds.
const REMOVED_IN_A_STEP: i64 = 100;

/// Removes all tasks of a project, step by step behind the saves of people; gives their number.
pub async fn delete_all(services: &Services, project: Granted<ProjectRow>) -> Result<u64> {
    let (actor, project) = project.into_parts();
    let now = services.now();
    let mut removed = 0;
    loop {
        let actor = actor.clone();
        let project_id = project.id;
        let number = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let ids = rows::ids_after(tx, project_id, 0, REMOVED_IN_A_STEP).await?;
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

/// Removes tasks and what they count for; gives how many there were. What their annotations held stays in the log.
async fn remove(tx: &mut Tx, project: &ProjectRow, ids: &[i64], account_id: i64, now: i64) -> Result<usize> {
    let tasks = rows::read_many_in(tx, project.id, ids, None).await?;
    let weighed = Weight::of(tx, project, &tasks).await?;
    for row in &weighed.annotations {
        let op_id = uuid::Uuid::now_v7().to_string();
        let entry = annotations::LogEntry {
            op_id: &op_id,
            annotation: row,
            account_id,
            kind: annotations::LogKind::Deleted,
            at: now,
        };
        annotations::log(tx, entry).await?;
    }
    weighed.weight.apply(tx, project.id, -1, now).await?;
    let ids: Vec<i64> = tasks.iter().map(|task| task.id).collect();
    rows::delete(tx, project.id, &ids).await?;
    Ok(tasks.len())
}
