//! Drafts: work that is saved by itself before it is submitted.

use labelkeep_labeling::{Mode, check_result};
use labelkeep_store::drafts::{self as rows, DraftRow, NewDraft};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::TaskRow;
use labelkeep_store::{self as store, Tx, annotations};

use crate::access::Granted;
use crate::annotations::{Operation, checked};
use crate::{Invalid, Result, ServiceError, Services};

/// A new draft.
#[derive(Debug, Clone, Default)]
pub struct NewWork {
    /// The annotation on top of which it lies; none for a new annotation.
    pub annotation_id: Option<i64>,
    /// Raw JSON array.
    pub result: String,
    /// Seconds.
    pub lead_time: Option<f64>,
    /// The person moved on and comes back to it at the end of the queue.
    pub was_postponed: bool,
}

/// Changes of a draft; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub result: Option<String>,
    pub lead_time: Option<Option<f64>>,
    pub was_postponed: Option<bool>,
    /// `Some(None)` detaches the draft from its annotation.
    pub annotation_id: Option<Option<i64>>,
}

/// The drafts of a task that the caller sees.
pub async fn list(services: &Services, task: &Granted<TaskRow>) -> Result<Vec<DraftRow>> {
    let mut found = rows::of_tasks(&services.db, &[task.row().id]).await?;
    if let Some(account_id) = task.only_own() {
        found.retain(|row| row.account_id == account_id);
    }
    Ok(found)
}

/// Keeps a draft. A repeated operation gives the draft that the first one made.
pub async fn create(
    services: &Services,
    task: Granted<TaskRow>,
    work: NewWork,
    operation: Operation,
) -> Result<DraftRow> {
    checked(&work.result)?;
    let (actor, task) = task.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(op_id) = &operation.id
                    && let Some(done) = rows::of_operation(tx, actor.account_id, task.id, op_id).await?
                {
                    return Ok(done);
                }
                if let Some(annotation_id) = work.annotation_id
                    && !is_of_task(tx, annotation_id, task.id).await?
                {
                    return Err(ServiceError::NotFound("Annotation"));
                }
                let new = NewDraft {
                    task_id: task.id,
                    annotation_id: work.annotation_id,
                    account_id: actor.account_id,
                    result: work.result,
                    lead_time: work.lead_time,
                    was_postponed: work.was_postponed,
                    import_id: None,
                    op_id: operation.id,
                };
                let row = rows::insert(tx, new, now).await?;
                count_labels(tx, task.project_id, None, Some(&row), now).await?;
                Ok(row)
            })
        })
        .await
}

/// Changes a draft of the actor's own.
pub async fn update(
    services: &Services,
    draft: Granted<DraftRow>,
    change: Change,
    operation: Operation,
) -> Result<DraftRow> {
    if let Some(result) = &change.result {
        checked(result)?;
    }
    let (actor, known) = draft.into_parts();
    own(&known, actor.account_id)?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let current = rows::read_in(tx, known.id).await?.ok_or(ServiceError::NotFound("AnnotationDraft"))?;
                if operation.id.is_some() && operation.id == current.op_id {
                    return Ok(current);
                }
                if let Some(revision) = operation.revision.filter(|revision| *revision != current.revision) {
                    return Err(ServiceError::Conflict(format!(
                        "The draft has been saved from another place since (it is at revision {}, yours builds on {revision}). \
                         Load it again, or save yours as a new draft.",
                        current.revision
                    )));
                }
                let mut row = current.clone();
                row.result = change.result.unwrap_or(row.result);
                row.lead_time = change.lead_time.unwrap_or(row.lead_time);
                row.was_postponed = change.was_postponed.unwrap_or(row.was_postponed);
                row.annotation_id = change.annotation_id.unwrap_or(row.annotation_id);
                if let Some(id) = row.annotation_id.filter(|_| row.annotation_id != current.annotation_id)
                    && !is_of_task(tx, id, row.task_id).await?
                {
                    let text = format!("Invalid pk \"{id}\" - object does not exist.");
                    return Err(Invalid::field("annotation", text).into());
                }
                row.op_id = operation.id;
                let row = rows::update(tx, &row, now).await?;
                let project_id = project_of(tx, row.task_id).await?;
                count_labels(tx, project_id, Some(&current), Some(&row), now).await?;
                Ok(row)
            })
        })
        .await
}

/// Removes a draft of the actor's own.
pub async fn delete(services: &Services, draft: Granted<DraftRow>) -> Result<()> {
    let (actor, known) = draft.into_parts();
    own(&known, actor.account_id)?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = rows::read_in(tx, known.id).await? else {
                    return Ok(());
                };
                rows::delete(tx, row.id).await?;
                let project_id = project_of(tx, row.task_id).await?;
                count_labels(tx, project_id, Some(&row), None, now).await
            })
        })
        .await
}

fn own(draft: &DraftRow, account_id: i64) -> Result<()> {
    if draft.account_id == account_id {
        Ok(())
    } else {
        Err(ServiceError::Forbidden(
            "A draft can be changed by its author only.".to_owned(),
        ))
    }
}

async fn is_of_task(tx: &mut Tx, annotation_id: i64, task_id: i64) -> Result<bool> {
    let annotation = annotations::read_in(tx, annotation_id).await?;
    Ok(annotation.is_some_and(|row| row.task_id == task_id))
}

async fn project_of(tx: &mut Tx, task_id: i64) -> Result<i64> {
    Ok(store::tasks::read_in(tx, task_id)
        .await?
        .ok_or(ServiceError::NotFound("Task"))?
        .project_id)
}

async fn count_labels(
    tx: &mut Tx,
    project_id: i64,
    before: Option<&DraftRow>,
    after: Option<&DraftRow>,
    now: i64,
) -> Result<()> {
    let mut changes = std::collections::BTreeMap::new();
    for (draft, sign) in [(after, 1), (before, -1)] {
        let Some(summary) = draft.and_then(|draft| check_result(&draft.result, None, Mode::Lenient).ok()) else {
            continue;
        };
        for label in summary.labels {
            *changes.entry((label.from_name, label.label)).or_insert(0) += sign * label.count as i64;
        }
    }
    let changes = changes
        .iter()
        .map(|((control, label), number)| (Kind::DraftLabel, control.as_str(), label.as_str(), *number));
    Ok(store::summary::add(tx, project_id, changes, now).await?)
}
