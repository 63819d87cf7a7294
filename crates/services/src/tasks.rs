//! Tasks: pages of them, one with all that hangs on it, and their changes.

use std::collections::{BTreeSet, HashMap};

use labelkeep_store::annotations::{self, AnnotationFacts, AnnotationRow};
use labelkeep_store::drafts::{self, DraftRow};
use labelkeep_store::people;
pub use labelkeep_store::people::PersonRow as Person;
use labelkeep_store::predictions::{self, PredictionFacts, PredictionRow};
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self as rows, ListedTask, NewTask, Stretch, TaskFields, TaskRow};
use labelkeep_store::{self as store, Tx, audit};

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::completion::{self, State};
use crate::{Invalid, Result, ServiceError, Services};

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
    with_parts(
        services,
        vec![ListedTask { task: row, file_upload }],
        Depth::Whole,
        task.only_own(),
    )
    .await
}

/// `only` is the one whose work is shown, when not everybody's is.
async fn with_parts(services: &Services, listed: Vec<ListedTask>, depth: Depth, only: Option<i64>) -> Result<Page> {
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

fn facts_of(row: &AnnotationRow) -> AnnotationFacts {
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
                    let skips = completion::skipped_finish(&project);
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

async fn change_columns(tx: &mut Tx, project_id: i64, before: &str, after: &str, now: i64) -> Result<()> {
    let mut changes = std::collections::BTreeMap::<String, i64>::new();
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
pub(crate) async fn remove(tx: &mut Tx, project: &ProjectRow, ids: &[i64], account_id: i64, now: i64) -> Result<usize> {
    let skips = completion::skipped_finish(project);
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

/// The project of a task.
pub async fn project_of(services: &Services, task: &Granted<TaskRow>) -> Result<ProjectRow> {
    projects::find(&services.db, &task.actor().viewer(), task.row().project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))
}

/// Task data as people see it: what was imported before its key was known stands under the key that the
/// configuration asks for.
pub fn shown_data<'a>(config: &labelkeep_labeling::Config, data: &'a str) -> std::borrow::Cow<'a, str> {
    const PLACEHOLDER: &str = "\"$undefined$\"";
    let (true, Some(key)) = (data.contains(PLACEHOLDER), config.data_keys().first()) else {
        return std::borrow::Cow::Borrowed(data);
    };
    let keys = crate::json::top_level_keys(data);
    if !keys.iter().any(|name| name == "$undefined$") || keys.contains(key) {
        return std::borrow::Cow::Borrowed(data);
    }
    let name = serde_json::Value::from(key.as_str()).to_string();
    std::borrow::Cow::Owned(data.replacen(PLACEHOLDER, &name, 1))
}
