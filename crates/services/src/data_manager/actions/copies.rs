//! Tasks with the same data, and copies of tasks.

use std::collections::{BTreeMap, HashMap};

use labelkeep_crypt::canonical;
use labelkeep_store::annotations::{self, AnnotationFacts, NewAnnotation};
use labelkeep_store::listing::{self, Query};
use labelkeep_store::projects::{self, ProjectRow};
use labelkeep_store::tasks::{self as rows, NewTask, TaskRow};
use labelkeep_store::{Tx, audit};
use serde_json::{Value, json};

use super::{At, STEP, Step, finish, next_ids};
use crate::annotations::locked_project;
use crate::completion::{self, State};
use crate::data_manager::trash::{self, Kind};
use crate::jobs::{self, Ended, Next, Running};
use crate::tasks::facts_of;
use crate::tasks::weight::Weight;
use crate::{Result, ServiceError, Services};

/// Removes tasks whose data another one has, too. Of equal ones the first stays that has annotations, else the first; it gets the
/// annotations of the others. Done again it finds what is left to do.
pub(super) async fn remove_duplicates(
    services: &Services,
    job: &Running,
    project: &ProjectRow,
    query: &Query,
    mut at: At,
) -> Result<Ended> {
    // Who is equal to whom: a hash for each task, so that a million of them fit into memory.
    let mut groups: HashMap<u128, Vec<(i64, bool)>> = HashMap::new();
    let mut place = At {
        until: at.until,
        ..At::default()
    };
    loop {
        let ids = next_ids(services, query, &place, STEP).await?;
        let Some(last) = ids.last().copied() else { break };
        for row in listing::rows(&services.db, project.id, &ids).await? {
            let annotated = row.task.total_annotations + row.task.cancelled_annotations > 0;
            groups
                .entry(hash(&row.task.data))
                .or_default()
                .push((row.task.id, annotated));
        }
        place.after = last;
    }
    let mut work: Vec<(i64, Vec<i64>)> = groups
        .into_values()
        .filter(|tasks| tasks.len() > 1)
        .map(|tasks| {
            let stays = tasks.iter().find(|(_, annotated)| *annotated).unwrap_or(&tasks[0]).0;
            (
                stays,
                tasks.into_iter().map(|(id, _)| id).filter(|id| *id != stays).collect(),
            )
        })
        .collect();
    work.sort_unstable();
    at.total = work.iter().map(|(_, others)| others.len() as i64).sum();
    let (project_id, origin) = (project.id, job.origin());
    // Some groups a write.
    while !work.is_empty() {
        let mut number = 0;
        let mut step = Vec::new();
        while let Some((stays, mut others)) = work.pop() {
            if others.len() > STEP as usize {
                let rest = others.split_off(STEP as usize);
                work.push((stays, rest));
            }
            number += others.len();
            step.push((stays, others));
            if number >= STEP as usize / 2 {
                break;
            }
        }
        let (mut moved, row, origin) = (at.clone(), job.row.clone(), origin.clone());
        let now = services.now();
        let (next, moved) = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let trash_id = match moved.trash {
                        Some(id) => id,
                        None => trash::begin(tx, &row, project_id, Kind::Tasks, now).await?,
                    };
                    moved.trash = Some(trash_id);
                    for (stays, others) in step {
                        moved.items += merge(tx, &project, trash_id, stays, &others, now).await?;
                        moved.done += others.len() as i64;
                    }
                    let object = format!("project:{project_id}");
                    let detail = json!({ "action": &row.kind, "job": row.id, "trash": trash_id }).to_string();
                    audit::record(tx, &origin, "data_manager.action", &object, &detail, now).await?;
                    let next = jobs::advance(tx, row.id, &moved, moved.done, moved.total, now).await?;
                    Ok::<_, ServiceError>((next, moved))
                })
            })
            .await?;
        at = moved;
        if next == Next::Stop {
            return Ok(Ended::Cancelled(finish(services, job, at).await?));
        }
    }
    Ok(Ended::Done(finish(services, job, at).await?))
}

/// The same for data that says the same: the order of keys and blanks do not count.
fn hash(data: &str) -> u128 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut text = String::with_capacity(data.len());
    match serde_json::from_str::<Value>(data) {
        Ok(value) => canonical::push(&mut text, &value),
        Err(_) => text.push_str(data),
    }
    // Two hashes of 64 bits with different beginnings.
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        text.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// Gives the annotations of the others to the one that stays, and puts the others into the trash; gives their number.
async fn merge(tx: &mut Tx, project: &ProjectRow, trash_id: i64, stays: i64, others: &[i64], now: i64) -> Result<i64> {
    let mut ids = others.to_vec();
    ids.push(stays);
    let found = rows::read_many_in(tx, project.id, &ids, None).await?;
    let Some(kept) = found.iter().find(|task| task.id == stays) else {
        return Ok(0);
    };
    // What has been changed since the tasks were compared is no duplicate any more.
    let same = hash(&kept.data);
    let others: Vec<&TaskRow> = found
        .iter()
        .filter(|task| task.id != stays && hash(&task.data) == same)
        .collect();
    let ids: Vec<i64> = others.iter().map(|task| task.id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    let skips = completion::skipped_finish(&project.skip_queue);
    let state = |task: &TaskRow, facts: &[AnnotationFacts]| State::of(task.overlap, skips, facts);
    let mut of_task: BTreeMap<i64, Vec<AnnotationFacts>> = BTreeMap::new();
    let mut all = ids.clone();
    all.push(stays);
    for row in annotations::of_tasks_in(tx, &all).await? {
        of_task.entry(row.task_id).or_default().push(facts_of(&row));
    }
    let none = Vec::new();
    if ids.iter().any(|id| of_task.contains_key(id)) {
        annotations::move_to(tx, &ids, stays).await?;
        for task in &others {
            let facts = of_task.get(&task.id).unwrap_or(&none);
            completion::apply(tx, task, &state(task, facts), &state(task, &[]), None, now).await?;
        }
        let before = state(kept, of_task.get(&stays).unwrap_or(&none));
        let after: Vec<AnnotationFacts> = of_task.into_values().flatten().collect();
        completion::apply(tx, kept, &before, &state(kept, &after), None, now).await?;
    }
    Ok(trash::take_tasks(tx, project, trash_id, &ids, now).await? as i64)
}

/// Adds copies of the tasks to another project, with their annotations if they are wanted.
pub(super) async fn add_to_project(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let target = step.number("project").unwrap_or_default();
    let with_annotations = step.text("with_annotations") == "Yes";
    let target = projects::lock(tx, target)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let skips = completion::skipped_finish(&target.skip_queue);
    let tasks = rows::read_many_in(tx, step.project.id, ids, None).await?;
    let mut of_task: BTreeMap<i64, Vec<annotations::AnnotationRow>> = BTreeMap::new();
    if with_annotations {
        for row in annotations::of_tasks_in(tx, ids).await? {
            of_task.entry(row.task_id).or_default().push(row);
        }
    }
    let first = projects::take_inner_ids(tx, target.id, tasks.len() as i64).await?;
    let mut new = Vec::with_capacity(tasks.len());
    for task in &tasks {
        let facts: Vec<AnnotationFacts> = of_task.get(&task.id).into_iter().flatten().map(facts_of).collect();
        let counters = State::of(target.maximum_annotations, skips, &facts).counters;
        new.push(NewTask {
            data: task.data.clone(),
            meta: task.meta.clone(),
            allow_skip: task.allow_skip,
            overlap: target.maximum_annotations,
            total_annotations: counters.total_annotations,
            cancelled_annotations: counters.cancelled_annotations,
            total_predictions: 0,
            useful_annotations: counters.useful_annotations,
            ground_truths: counters.ground_truths,
            is_labeled: counters.is_labeled,
            file_upload_id: None,
        });
    }
    let new_ids = rows::insert(tx, target.id, 0, first, new, step.now).await?;
    for (task, new_id) in tasks.iter().zip(&new_ids) {
        let copied: Vec<NewAnnotation> = of_task
            .remove(&task.id)
            .unwrap_or_default()
            .into_iter()
            .map(|row| NewAnnotation {
                task_id: *new_id,
                completed_by: row.completed_by.unwrap_or(step.job.account_id),
                result: row.result,
                result_count: row.result_count,
                was_cancelled: row.was_cancelled,
                ground_truth: row.ground_truth,
                lead_time: row.lead_time,
                unique_id: None,
                import_id: None,
                prediction: "{}".to_owned(),
                parent_prediction: None,
                parent_annotation: None,
                last_action: None,
                bulk_created: Some(true),
                draft_created_at: None,
                updated_by: row.updated_by,
                created_at: row.created_at,
            })
            .collect();
        if !copied.is_empty() {
            annotations::import_many(tx, target.id, copied).await?;
        }
    }
    let made = rows::read_many_in(tx, target.id, &new_ids, None).await?;
    let weighed = Weight::of(tx, &target, &made).await?;
    weighed.weight.apply(tx, target.id, 1, step.now).await?;
    at.items += made.len() as i64;
    at.changed += made.len() as i64;
    Ok(())
}
