//! Pages of tasks, and one task with all that hangs on it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use labelkeep_store::annotations::{self, AnnotationFacts, AnnotationRow};
use labelkeep_store::drafts::{self, DraftRow};
use labelkeep_store::people;
pub use labelkeep_store::people::PersonRow as Person;
use labelkeep_store::predictions::{self, PredictionFacts, PredictionRow};
use labelkeep_store::projects::{self, ProjectRow};
use labelkeep_store::tasks::{self as rows, ListedTask, Stretch, TaskRow};

use crate::access::Granted;
use crate::{Result, ServiceError, Services};

/// People by id.
pub type People = HashMap<i64, Person>;

/// A page of tasks with what lists show of their annotations.
#[derive(Debug, Default)]
pub struct Page {
    /// The tasks in order, each with its parts.
    pub tasks: Vec<TaskWithParts>,
    /// Everyone who is named in them.
    pub people: People,
}

/// A task and what hangs on it.
#[derive(Debug)]
pub struct TaskWithParts {
    /// The task.
    pub listed: ListedTask,
    /// Facts of its annotations, oldest first.
    pub facts: Vec<AnnotationFacts>,
    /// Facts of its predictions, oldest first.
    pub prediction_facts: Vec<PredictionFacts>,
    /// Whole annotations, when they were asked for.
    pub annotations: Vec<AnnotationRow>,
    /// Whole predictions, when they were asked for.
    pub predictions: Vec<PredictionRow>,
    /// Drafts, when they were asked for.
    pub drafts: Vec<DraftRow>,
    /// Whether somebody has a draft.
    pub draft_exists: bool,
}

/// How much of each task is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Facts without results: enough for counters and columns.
    Facts,
    /// Everything.
    Whole,
}

/// Tasks `offset .. offset + limit` of a project, in id order.
pub async fn page(
    services: &Services,
    project: &Granted<ProjectRow>,
    offset: i64,
    limit: i64,
    descending: bool,
    depth: Depth,
) -> Result<Page> {
    let row = project.row();
    let listed = match project.assigned_only() {
        Some(account_id) => rows::page_assigned(&services.db, row.id, account_id, offset, limit, descending).await?,
        None => {
            let stretch = Stretch {
                offset,
                limit,
                total: row.task_number,
                last_inner_id: row.last_inner_id,
                descending,
            };
            rows::page(&services.db, row.id, stretch).await?
        }
    };
    with_parts(services, listed, depth, project.only_own()).await
}

/// One task with everything.
pub async fn detail(services: &Services, task: &Granted<TaskRow>) -> Result<Page> {
    let row = task.row().clone();
    let file_upload = match row.file_upload_id {
        Some(id) => rows::file_name(&services.db, id).await?,
        None => None,
    };
    let storage_filename = rows::object_name(&services.db, row.id).await?;
    let listed = ListedTask {
        task: row,
        file_upload,
        storage_filename,
    };
    with_parts(services, vec![listed], Depth::Whole, task.only_own()).await
}

/// `only` is the one whose work is shown, when not everybody's is.
pub(crate) async fn with_parts(
    services: &Services,
    listed: Vec<ListedTask>,
    depth: Depth,
    only: Option<i64>,
) -> Result<Page> {
    let shown = |author: Option<i64>| only.is_none() || author == only;
    let db = &services.db;
    let mut named = BTreeSet::new();
    // Only tasks whose counters say so have something to read.
    let annotated: Vec<i64> = ids_where(&listed, |task| task.total_annotations + task.cancelled_annotations > 0);
    let predicted: Vec<i64> = ids_where(&listed, |task| task.total_predictions > 0);
    let all: Vec<i64> = ids_where(&listed, |_| true);

    let mut tasks: Vec<TaskWithParts> = listed
        .into_iter()
        .map(|listed| TaskWithParts {
            listed,
            facts: Vec::new(),
            prediction_facts: Vec::new(),
            annotations: Vec::new(),
            predictions: Vec::new(),
            drafts: Vec::new(),
            draft_exists: false,
        })
        .collect();
    let place: HashMap<i64, usize> = tasks
        .iter()
        .enumerate()
        .map(|(index, part)| (part.listed.task.id, index))
        .collect();

    if depth == Depth::Whole {
        if !annotated.is_empty() {
            for row in annotations::of_tasks(db, &annotated)
                .await?
                .into_iter()
                .filter(|row| shown(row.completed_by))
            {
                named.extend(row.completed_by);
                let part = &mut tasks[place[&row.task_id]];
                part.facts.push(facts_of(&row));
                part.annotations.push(row);
            }
        }
        if !predicted.is_empty() {
            for row in predictions::of_tasks(db, &predicted).await? {
                let part = &mut tasks[place[&row.task_id]];
                part.prediction_facts.push(PredictionFacts {
                    id: row.id,
                    task_id: row.task_id,
                    score: row.score,
                    model_version: row.model_version.clone(),
                });
                part.predictions.push(row);
            }
        }
        if !all.is_empty() {
            for row in drafts::of_tasks(db, &all)
                .await?
                .into_iter()
                .filter(|row| shown(Some(row.account_id)))
            {
                named.insert(row.account_id);
                let part = &mut tasks[place[&row.task_id]];
                part.draft_exists = true;
                part.drafts.push(row);
            }
        }
    } else {
        if !annotated.is_empty() {
            for fact in annotations::facts_of_tasks(db, &annotated)
                .await?
                .into_iter()
                .filter(|fact| shown(fact.completed_by))
            {
                named.extend(fact.completed_by);
                tasks[place[&fact.task_id]].facts.push(fact);
            }
        }
        if !predicted.is_empty() {
            for fact in predictions::facts_of_tasks(db, &predicted).await? {
                tasks[place[&fact.task_id]].prediction_facts.push(fact);
            }
        }
        if !all.is_empty() {
            for id in drafts::existing(db, &all, only).await? {
                tasks[place[&id]].draft_exists = true;
            }
        }
    }
    if let Some(account_id) = only {
        tasks.iter_mut().for_each(|part| narrow(part, account_id));
    }
    for part in &tasks {
        named.extend(part.listed.task.updated_by);
    }
    let people = people(services, named).await?;
    Ok(Page { tasks, people })
}

/// The task as if the person worked on it alone (SEC-117): its parts are theirs already, now its counters.
fn narrow(part: &mut TaskWithParts, account_id: i64) {
    let task = &mut part.listed.task;
    task.cancelled_annotations = part.facts.iter().filter(|fact| fact.was_cancelled).count() as i64;
    task.total_annotations = part.facts.len() as i64 - task.cancelled_annotations;
    task.is_labeled = task.total_annotations > 0;
    task.updated_by = task.updated_by.filter(|id| *id == account_id);
    for annotation in &mut part.annotations {
        narrow_annotation(annotation, account_id);
    }
}

/// An annotation without the names of others.
pub fn narrow_annotation(row: &mut AnnotationRow, account_id: i64) {
    row.updated_by = row.updated_by.filter(|id| *id == account_id);
    row.last_created_by = row.last_created_by.filter(|id| *id == account_id);
}

fn ids_where(listed: &[ListedTask], keep: impl Fn(&TaskRow) -> bool) -> Vec<i64> {
    listed
        .iter()
        .filter(|row| keep(&row.task))
        .map(|row| row.task.id)
        .collect()
}

pub(crate) fn facts_of(row: &AnnotationRow) -> AnnotationFacts {
    AnnotationFacts {
        id: row.id,
        task_id: row.task_id,
        completed_by: row.completed_by,
        was_cancelled: row.was_cancelled,
        ground_truth: row.ground_truth,
        lead_time: row.lead_time,
        created_at: row.created_at,
    }
}

/// The task before or behind one in the list.
pub async fn neighbour(
    services: &Services,
    project: &Granted<ProjectRow>,
    task: i64,
    behind: bool,
) -> Result<Option<i64>> {
    Ok(rows::neighbour(&services.db, project.row().id, task, behind, project.assigned_only()).await?)
}

/// These people, by id.
pub async fn people(services: &Services, ids: impl IntoIterator<Item = i64>) -> Result<People> {
    let ids: Vec<i64> = ids.into_iter().collect();
    Ok(people::find(&services.db, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect())
}

/// The annotations of a task that are not skipped, by id.
pub async fn annotations(services: &Services, task: &Granted<TaskRow>) -> Result<Vec<AnnotationRow>> {
    let mut rows = annotations::of_task(&services.db, task.row().id).await?;
    rows.retain(|row| !row.was_cancelled);
    if let Some(account_id) = task.only_own() {
        rows.retain(|row| row.completed_by == Some(account_id));
        rows.iter_mut().for_each(|row| narrow_annotation(row, account_id));
    }
    Ok(rows)
}

/// The project of a task.
pub async fn project_of(services: &Services, task: &Granted<TaskRow>) -> Result<ProjectRow> {
    projects::find(&services.db, &task.actor().viewer(), task.row().project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))
}

/// Task data as people see it: what was imported before its key was known stands under the key that the
/// configuration asks for.
pub fn shown_data<'a>(config: &labelkeep_labeling::Config, data: &'a str) -> Cow<'a, str> {
    const PLACEHOLDER: &str = "\"$undefined$\"";
    let (true, Some(key)) = (data.contains(PLACEHOLDER), config.data_keys().first()) else {
        return Cow::Borrowed(data);
    };
    let keys = crate::json::top_level_keys(data);
    if !keys.iter().any(|name| name == "$undefined$") || keys.contains(key) {
        return Cow::Borrowed(data);
    }
    let name = serde_json::Value::from(key.as_str()).to_string();
    Cow::Owned(data.replacen(PLACEHOLDER, &name, 1))
}
