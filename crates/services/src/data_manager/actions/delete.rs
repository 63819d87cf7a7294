//! Tasks, annotations and predictions go to the trash.

use std::collections::BTreeMap;

use labelkeep_store::annotations::{self as annotation_rows, LogEntry, LogKind};
use labelkeep_store::{
    Tx, drafts, predictions as prediction_rows, tasks as task_rows, trash as trash_rows, views as view_rows,
};

use super::{At, Step};
use crate::completion::{self, State};
use crate::data_manager::trash::{self, Kind, kept};
use crate::tasks::facts_of;
use crate::tasks::weight::Weight;
use crate::{Result, ServiceError, Services};

async fn trash_of(tx: &mut Tx, step: &Step<'_>, at: &mut At, kind: Kind) -> Result<i64> {
    if let Some(id) = at.trash {
        return Ok(id);
    }
    let id = trash::begin(tx, step.job, step.project.id, kind, step.now).await?;
    at.trash = Some(id);
    Ok(id)
}

pub(super) async fn tasks(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let trash_id = trash_of(tx, step, at, Kind::Tasks).await?;
    at.items += trash::take_tasks(tx, step.project, trash_id, ids, step.now).await? as i64;
    Ok(())
}

/// Without tasks there is nothing that views could show.
pub(super) async fn views(services: &Services, project_id: i64) -> Result<()> {
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(view_rows::delete_all(tx, project_id).await?) }))
        .await
}

/// Annotations and drafts: all of them, or those of one person.
pub(super) async fn annotations(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let of = step.number("annotator");
    let all = annotation_rows::of_tasks_in(tx, ids).await?;
    let (gone, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| of.is_none() || row.completed_by == of);
    let gone_ids: Vec<i64> = gone.iter().map(|row| row.id).collect();
    let mut gone_drafts = drafts::of_tasks_in(tx, ids).await?;
    gone_drafts.retain(|draft| {
        of.is_none_or(|of| draft.account_id == of) || draft.annotation_id.is_some_and(|id| gone_ids.contains(&id))
    });
    if gone.is_empty() && gone_drafts.is_empty() {
        return Ok(());
    }
    let trash_id = trash_of(tx, step, at, Kind::Annotations).await?;
    let mut rows = Vec::with_capacity(gone.len() + gone_drafts.len());
    for row in &gone {
        rows.push(kept("annotation", row.id, row.task_id, row)?);
    }
    for row in &gone_drafts {
        rows.push(kept("draft", row.id, row.task_id, row)?);
    }
    trash_rows::keep(tx, trash_id, rows).await?;
    let mut weight = Weight::default();
    for row in &gone {
        let op_id = uuid::Uuid::now_v7().to_string();
        let entry = LogEntry {
            op_id: &op_id,
            annotation: row,
            account_id: step.job.account_id,
            kind: LogKind::Deleted,
            at: step.now,
        };
        annotation_rows::log(tx, entry).await?;
        weight.add_result(&row.result, 1);
    }
    drafts::delete_many(tx, &gone_drafts.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    annotation_rows::delete_many(tx, &gone_ids).await?;
    weight.apply(tx, step.project.id, -1, step.now).await?;
    // Before and after, by task.
    let mut facts: BTreeMap<i64, (Vec<_>, Vec<_>)> = BTreeMap::new();
    for row in &gone {
        facts.entry(row.task_id).or_default().0.push(facts_of(row));
    }
    for row in rest
        .iter()
        .filter(|row| gone.iter().any(|gone| gone.task_id == row.task_id))
    {
        let (before, after) = facts.entry(row.task_id).or_default();
        before.push(facts_of(row));
        after.push(facts_of(row));
    }
    let skips = completion::skipped_finish(&step.project.skip_queue);
    let changed: Vec<i64> = facts.keys().copied().collect();
    for task in task_rows::read_many_in(tx, step.project.id, &changed, None).await? {
        let (before, after) = &facts[&task.id];
        let (before, after) = (
            State::of(task.overlap, skips, before),
            State::of(task.overlap, skips, after),
        );
        completion::apply(tx, &task, &before, &after, Some(step.job.account_id), step.now).await?;
    }
    at.items += gone.len() as i64;
    at.changed += changed.len() as i64;
    Ok(())
}

pub(super) async fn predictions(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let gone = prediction_rows::of_tasks_in(tx, ids).await?;
    if gone.is_empty() {
        return Ok(());
    }
    let trash_id = trash_of(tx, step, at, Kind::Predictions).await?;
    let mut rows = Vec::with_capacity(gone.len());
    let mut weight = Weight::default();
    for row in &gone {
        rows.push(kept("prediction", row.id, row.task_id, row)?);
        weight.add_version(row.model_version.as_deref(), 1);
    }
    weight.add_predictions(gone.len() as i64);
    trash_rows::keep(tx, trash_id, rows).await?;
    prediction_rows::delete_of_tasks(tx, ids).await?;
    weight.apply(tx, step.project.id, -1, step.now).await?;
    at.items += gone.len() as i64;
    Ok(())
}
