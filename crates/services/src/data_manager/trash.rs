//! The trash: what actions have deleted, for thirty days.
//!
//! Tasks stay where they are, hidden by a mark, so that a hundred thousand of them go and come back in seconds and everything that
//! hangs on them stays as it is. Annotations, drafts and predictions are kept as the JSON of their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use labelkeep_policy::Action;
use labelkeep_store::annotations::{self, AnnotationRow};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::trash::KeptRow;
pub use labelkeep_store::trash::TrashRow;
use labelkeep_store::trash::{self as rows};
use labelkeep_store::{Tx, audit, drafts, predictions, tasks};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pace::Pace;
use crate::access::{self, Actor, Granted};
use crate::annotations::locked_project;
use crate::completion::{self, State};
use crate::jobs::{self, Ended, JobRow, Next, Order, Running};
use crate::tasks::facts_of;
use crate::tasks::weight::Weight;
use crate::{Result, ServiceError, Services};

/// How long things stay in the trash, in microseconds: 30 days.
const KEPT: i64 = 30 * 86_400_000_000;

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tasks,
    Annotations,
    Predictions,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Tasks => "tasks",
            Kind::Annotations => "annotations",
            Kind::Predictions => "predictions",
        }
    }
}

/// Begins the entry of a job.
pub(crate) async fn begin(tx: &mut Tx, job: &JobRow, project_id: i64, kind: Kind, now: i64) -> Result<i64> {
    Ok(rows::begin(
        tx,
        project_id,
        job.account_id,
        Some(job.id),
        kind.word(),
        now,
        now + KEPT,
    )
    .await?)
}

/// Puts tasks of the locked project into the trash.
pub(crate) async fn take_tasks(
    tx: &mut Tx,
    project: &ProjectRow,
    trash_id: i64,
    ids: &[i64],
    now: i64,
) -> Result<usize> {
    let found = tasks::read_many_in(tx, project.id, ids, None).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let weighed = Weight::of(tx, project, &found).await?;
    weighed.weight.apply(tx, project.id, -1, now).await?;
    let ids: Vec<i64> = found.iter().map(|task| task.id).collect();
    rows::hide_tasks(tx, trash_id, project.id, &ids).await?;
    Ok(ids.len())
}

/// A row as the trash keeps it.
pub(crate) fn kept(kind: &str, row_id: i64, task_id: i64, row: &impl Serialize) -> Result<KeptRow> {
    let content =
        serde_json::to_string(row).map_err(|error| ServiceError::Internal(format!("a row for the trash: {error}")))?;
    Ok(KeptRow {
        kind: kind.to_owned(),
        row_id,
        task_id,
        content,
    })
}

/// What is needed to see and restore what was deleted.
fn action(row: &TrashRow) -> Action {
    match row.kind.as_str() {
        "tasks" => Action::TaskDelete,
        "annotations" => Action::AnnotationChange,
        _ => Action::PredictionChange,
    }
}

/// The entries of a project that the person could have made, newest first.
pub async fn list(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<TrashRow>> {
    let mut found = rows::list(&services.db, project.row().id).await?;
    found.retain(|row| project.may(action(row)));
    Ok(found)
}

/// An entry with its project.
pub async fn find(services: &Services, actor: Actor, id: i64) -> Result<(Granted<ProjectRow>, TrashRow)> {
    let missing = || ServiceError::NotFound("TrashEntry");
    let row = rows::find(&services.db, id).await?.ok_or_else(missing)?;
    match access::project(services, actor, row.project_id, action(&row)).await {
        Ok(project) => Ok((project, row)),
        Err(ServiceError::NotFound(_)) => Err(missing()),
        Err(other) => Err(other),
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Restore {
    trash: i64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Restored {
    after: i64,
    number: i64,
}

/// Begins to restore an entry.
pub async fn restore(services: &Services, project: &Granted<ProjectRow>, row: &TrashRow) -> Result<JobRow> {
    if row.restored_at.is_some() {
        return Err(ServiceError::Conflict("This has been restored already.".to_owned()));
    }
    let order = Order {
        kind: "restore",
        title: format!("Restore {} {}", row.items, row.kind),
        parameters: json!({ "trash": row.id }),
    };
    jobs::begin(services, project, order).await
}

/// Most tasks that one write brings back or takes away.
pub(crate) const STEP: i64 = 500;

/// Restores an entry step by step.
pub(crate) async fn restore_job(services: &Services, job: &Running) -> Result<Ended> {
    let Restore { trash } = job.parameters()?;
    let mut at: Restored = job.checkpoint();
    let (job_id, project_id, origin) = (job.row.id, job.project_id()?, job.origin());
    let mut pace = Pace::new(STEP);
    loop {
        let origin = origin.clone();
        let now = services.now();
        let limit = pace.size();
        let (number, after) = (at.number, at.after);
        let (next, step, is_end, held) = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let since = Instant::now();
                    let entry = rows::read_in(tx, trash)
                        .await?
                        .filter(|entry| entry.restored_at.is_none())
                        .ok_or(ServiceError::NotFound("TrashEntry"))?;
                    let (back, last) = if entry.kind == "tasks" {
                        tasks_back(tx, &project, trash, after, limit, now).await?
                    } else {
                        rows_back(tx, &project, trash, after, limit, now).await?
                    };
                    let is_end = last.is_none();
                    if is_end {
                        rows::restored(tx, trash, now).await?;
                        let object = format!("project:{project_id}");
                        let detail = json!({ "trash": trash, "items": number + back }).to_string();
                        audit::record(tx, &origin, "trash.restore", &object, &detail, now).await?;
                    }
                    let step = Restored {
                        after: last.unwrap_or(after),
                        number: number + back,
                    };
                    let next = jobs::advance(tx, job_id, &step, step.number, entry.items, now).await?;
                    Ok::<_, ServiceError>((next, step, is_end, since.elapsed()))
                })
            })
            .await?;
        at = step;
        pace.held(held);
        let result = json!({ "processed_items": at.number, "detail": format!("Restored {} items", at.number) });
        if is_end {
            return Ok(Ended::Done(result));
        }
        if next == Next::Stop {
            return Ok(Ended::Cancelled(result));
        }
    }
}

/// Brings tasks back; gives how many, and the last of them.
async fn tasks_back(
    tx: &mut Tx,
    project: &ProjectRow,
    trash_id: i64,
    after: i64,
    limit: i64,
    now: i64,
) -> Result<(i64, Option<i64>)> {
    let ids = rows::hidden_tasks(tx, trash_id, after, limit).await?;
    let Some(last) = ids.last().copied() else {
        return Ok((0, None));
    };
    let found = tasks::read_many_in(tx, project.id, &ids, Some(trash_id)).await?;
    let weighed = Weight::of(tx, project, &found).await?;
    let labeled: BTreeSet<i64> = weighed.labeled.iter().copied().collect();
    let (labeled, open): (Vec<i64>, Vec<i64>) = ids.iter().partition(|id| labeled.contains(id));
    rows::show_tasks(tx, trash_id, &labeled, true).await?;
    rows::show_tasks(tx, trash_id, &open, false).await?;
    rows::forget_tasks(tx, trash_id, after, last).await?;
    weighed.weight.apply(tx, project.id, 1, now).await?;
    Ok((found.len() as i64, Some(last)))
}

/// Brings annotations, drafts and predictions back.
async fn rows_back(
    tx: &mut Tx,
    project: &ProjectRow,
    trash_id: i64,
    after: i64,
    limit: i64,
    now: i64,
) -> Result<(i64, Option<i64>)> {
    // What hangs on a task takes longer than the task.
    let kept = rows::kept(tx, trash_id, after, (limit / 5).max(1)).await?;
    let Some(last) = kept.last().map(|row| row.task_id) else {
        return Ok((0, None));
    };
    let touched: Vec<i64> = kept
        .iter()
        .map(|row| row.task_id)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let there = tasks::read_many_in(tx, project.id, &touched, None).await?;
    let there: BTreeMap<i64, tasks::TaskRow> = there.into_iter().map(|task| (task.id, task)).collect();
    let (mut new_annotations, mut new_drafts, mut new_predictions) = (Vec::new(), Vec::new(), Vec::new());
    for row in kept.iter().filter(|row| there.contains_key(&row.task_id)) {
        match row.kind.as_str() {
            "annotation" => new_annotations.push(read::<AnnotationRow>(row)?),
            "draft" => new_drafts.push(read::<drafts::DraftRow>(row)?),
            _ => new_predictions.push(read::<predictions::PredictionRow>(row)?),
        }
    }
    let number = (new_annotations.len() + new_predictions.len()) as i64;
    let skips = completion::skipped_finish(&project.skip_queue);
    if !new_annotations.is_empty() {
        let ids: Vec<i64> = there.keys().copied().collect();
        let before = by_task(&annotations::of_tasks_in(tx, &ids).await?);
        let mut weight = Weight::default();
        new_annotations.iter().for_each(|row| weight.add_result(&row.result, 1));
        annotations::put_back(tx, new_annotations).await?;
        let after = by_task(&annotations::of_tasks_in(tx, &ids).await?);
        for (id, task) in &there {
            let state = |facts: &BTreeMap<i64, Vec<_>>| {
                State::of(task.overlap, skips, facts.get(id).map_or(&[], Vec::as_slice))
            };
            completion::apply(tx, task, &state(&before), &state(&after), None, now).await?;
        }
        weight.apply(tx, project.id, 1, now).await?;
    }
    drafts::put_back(tx, new_drafts).await?;
    if !new_predictions.is_empty() {
        let mut weight = Weight::default();
        for row in &new_predictions {
            weight.add_version(row.model_version.as_deref(), 1);
            tasks::count_predictions(tx, row.task_id, 1).await?;
        }
        weight.add_predictions(new_predictions.len() as i64);
        predictions::put_back(tx, new_predictions).await?;
        weight.apply(tx, project.id, 1, now).await?;
    }
    rows::forget(tx, trash_id, &touched).await?;
    Ok((number, Some(last)))
}

fn by_task(rows: &[AnnotationRow]) -> BTreeMap<i64, Vec<annotations::AnnotationFacts>> {
    let mut facts: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for row in rows {
        facts.entry(row.task_id).or_default().push(facts_of(row));
    }
    facts
}

fn read<T: for<'de> Deserialize<'de>>(row: &KeptRow) -> Result<T> {
    serde_json::from_str(&row.content)
        .map_err(|error| ServiceError::Internal(format!("{} {} in the trash: {error}", row.kind, row.row_id)))
}

/// Deletes an entry for good. What was restored of it stays.
pub async fn delete(services: &Services, actor: &Actor, row: &TrashRow) -> Result<()> {
    let (id, project_id, origin) = (row.id, row.project_id, access::origin(actor));
    purge(services, id).await?;
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let object = format!("project:{project_id}");
                let detail = json!({ "trash": id }).to_string();
                Ok(audit::record(tx, &origin, "trash.delete", &object, &detail, now).await?)
            })
        })
        .await
}

async fn purge(services: &Services, id: i64) -> Result<()> {
    loop {
        let removed = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let removed = rows::purge_tasks(tx, id, STEP).await?;
                    if removed == 0 {
                        rows::delete(tx, id).await?;
                    }
                    Ok::<_, ServiceError>(removed)
                })
            })
            .await?;
        if removed == 0 {
            return Ok(());
        }
    }
}

/// Deletes what has been in the trash for its time.
pub(crate) async fn tidy(services: &Services) -> Result<()> {
    for row in rows::expired(&services.db, services.now()).await? {
        purge(services, row.id).await?;
    }
    Ok(())
}
