//! The save path: submit, update, skip, delete.
//!
//! Every save appends to the annotation log under the operation id that the client made. A repeated save is answered as the
//! first one was; one that builds on an older revision is refused, and still kept in the log (promise 1 of the architecture).

use std::collections::BTreeMap;

use labelkeep_labeling::{Mode, ResultSummary, check_result};
use labelkeep_store::annotations::{self as rows, AnnotationFacts, AnnotationRow, LogEntry, LogKind, NewAnnotation};
pub use labelkeep_store::annotations::{LogFacts, LogRow};
use labelkeep_store::projects::{self, ProjectRow, WorkRules};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self, TaskRow};
use labelkeep_store::{self as store, Tx, audit, drafts, people, queue};

use crate::access::{self, Granted};
use crate::completion::{self, State};
use crate::tasks::Person;
use crate::{Invalid, Result, ServiceError, Services};

/// Identity of a save.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Made by the client, once for each logical save (`Idempotency-Key`); none from clients that do not know it.
    pub id: Option<String>,
    /// The revision on which the save builds (`If-Match`); none means that the last write wins.
    pub revision: Option<i64>,
}

impl Operation {
    fn id_or_new(&self) -> String {
        // In order of time, so that the index grows at its end.
        self.id.clone().unwrap_or_else(|| uuid::Uuid::now_v7().to_string())
    }
}

/// A new annotation.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // the fields of the compatible API
pub struct Submission {
    /// Raw JSON array.
    pub result: String,
    pub was_cancelled: bool,
    pub ground_truth: bool,
    /// Seconds.
    pub lead_time: Option<f64>,
    pub completed_by: Option<i64>,
    pub unique_id: Option<String>,
    /// The draft that becomes this annotation.
    pub draft_id: Option<i64>,
    pub draft_created_at: Option<i64>,
    pub parent_prediction: Option<i64>,
    pub parent_annotation: Option<i64>,
    pub import_id: Option<i64>,
    pub last_action: Option<String>,
    pub bulk_created: Option<bool>,
}

/// Changes of an annotation; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub result: Option<String>,
    pub was_cancelled: Option<bool>,
    pub ground_truth: Option<bool>,
    pub lead_time: Option<Option<f64>>,
    pub completed_by: Option<i64>,
    pub parent_prediction: Option<Option<i64>>,
    pub parent_annotation: Option<Option<i64>>,
    pub draft_created_at: Option<Option<i64>>,
    pub import_id: Option<Option<i64>>,
    pub last_action: Option<Option<String>>,
    pub bulk_created: Option<Option<bool>>,
}

/// An annotation as it was saved.
#[derive(Debug)]
pub struct Saved {
    /// The annotation.
    pub annotation: AnnotationRow,
    /// Its author, read where it was written.
    pub author: Option<Person>,
}

impl Saved {
    async fn of(tx: &mut Tx, annotation: AnnotationRow) -> Result<Saved> {
        let author = match annotation.completed_by {
            Some(id) => people::read_in(tx, id).await?,
            None => None,
        };
        Ok(Saved { annotation, author })
    }
}

/// What is wrong with a result, as the wire names it.
pub(crate) fn checked(result: &str) -> Result<ResultSummary, Invalid> {
    check_result(result, None, Mode::Lenient).map_err(|error| Invalid::field("result", error.to_string()))
}

/// Submits or skips a task: one transaction with log, row, counters, lock, stream and audit.
pub async fn submit(
    services: &Services,
    task: Granted<TaskRow>,
    mut submission: Submission,
    operation: Operation,
) -> Result<Saved> {
    let summary = checked(&submission.result)?;
    if !task.may_write("annotation", "completed_by") {
        submission.completed_by = None;
    }
    submission.ground_truth &= task.may_write("annotation", "ground_truth");
    let (actor, task) = task.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_for_work(tx, task.project_id).await?;
                if let Some(id) = &operation.id
                    && let Some(done) = rows::logged(tx, id).await?
                {
                    let row = repeated(tx, &done, task.id, actor.account_id).await?;
                    return Saved::of(tx, row).await;
                }
                let task = tasks::read_in(tx, task.id)
                    .await?
                    .ok_or(ServiceError::NotFound("Task"))?;
                if submission.was_cancelled && !task.allow_skip {
                    return Err(Invalid::field("detail", "This task cannot be skipped.").into());
                }
                let completed_by = submission.completed_by.unwrap_or(actor.account_id);
                check_author(tx, &actor, completed_by).await?;
                check_parents(
                    tx,
                    project.id,
                    submission.parent_prediction,
                    submission.parent_annotation,
                )
                .await?;
                let draft_created_at = match submission.draft_id.filter(|id| *id > 0) {
                    Some(id) => take_draft(tx, id, task.id, actor.account_id).await?,
                    None => submission.draft_created_at,
                };
                let prediction = shown_prediction(tx, &project, &task).await?;
                let facts = facts(tx, &task).await?;
                let new = NewAnnotation {
                    task_id: task.id,
                    completed_by,
                    result: submission.result,
                    result_count: summary.region_count as i64,
                    was_cancelled: submission.was_cancelled,
                    ground_truth: submission.ground_truth,
                    lead_time: submission.lead_time,
                    unique_id: submission.unique_id,
                    import_id: submission.import_id,
                    prediction,
                    parent_prediction: submission.parent_prediction,
                    parent_annotation: submission.parent_annotation,
                    last_action: submission.last_action,
                    bulk_created: submission.bulk_created.or(Some(false)),
                    draft_created_at,
                    updated_by: Some(actor.account_id),
                    created_at: now,
                };
                let row = rows::insert(tx, project.id, new).await.map_err(|error| {
                    if error.is_unique_violation() {
                        ServiceError::Conflict("Annotation with this unique id already exists".to_owned())
                    } else {
                        error.into()
                    }
                })?;
                let after = with(&facts, &row);
                settle(tx, &project, &task, &facts, &after, Some(&row), actor.account_id, now).await?;
                let kind = if row.was_cancelled {
                    LogKind::Skipped
                } else {
                    LogKind::Submitted
                };
                let op_id = operation.id_or_new();
                log(tx, &op_id, &row, actor.account_id, kind, now).await?;
                count_labels(tx, project.id, None, Some(&summary), now).await?;
                queue::unlock(tx, task.id, actor.account_id).await?;
                let action = if row.was_cancelled {
                    "annotation.skip"
                } else {
                    "annotation.create"
                };
                audit_annotation(tx, &actor, action, row.id, now).await?;
                Saved::of(tx, row).await
            })
        })
        .await
}

/// Changes an annotation. One that builds on an older revision is refused with both versions kept.
pub async fn update(
    services: &Services,
    annotation: Granted<AnnotationRow>,
    mut change: Change,
    operation: Operation,
) -> Result<Saved> {
    if !annotation.may_write("annotation", "completed_by") {
        change.completed_by = None;
    }
    if !annotation.may_write("annotation", "ground_truth") {
        change.ground_truth = None;
    }
    let summary = change.result.as_deref().map(checked).transpose()?;
    let (actor, known) = annotation.into_parts();
    let now = services.now();
    let outcome = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_for_work(tx, known.project_id).await?;
                if let Some(id) = &operation.id
                    && let Some(done) = rows::logged(tx, id).await?
                {
                    let row = repeated(tx, &done, known.task_id, actor.account_id).await?;
                    return Saved::of(tx, row).await.map(Ok);
                }
                let current = rows::read_in(tx, known.id)
                    .await?
                    .ok_or(ServiceError::NotFound("Annotation"))?;
                let task = tasks::read_in(tx, current.task_id)
                    .await?
                    .ok_or(ServiceError::NotFound("Task"))?;
                let mut row = merged(&current, change);
                if let Some(author) = row.completed_by.filter(|_| row.completed_by != current.completed_by) {
                    check_author(tx, &actor, author).await?;
                }
                let new = |after: Option<i64>, before: Option<i64>| after.filter(|_| after != before);
                check_parents(
                    tx,
                    project.id,
                    new(row.parent_prediction, current.parent_prediction),
                    new(row.parent_annotation, current.parent_annotation),
                )
                .await?;
                if row.was_cancelled && !current.was_cancelled && !task.allow_skip {
                    return Err(Invalid::field("detail", "This task cannot be skipped.").into());
                }
                if let Some(summary) = &summary {
                    row.result_count = summary.region_count as i64;
                }
                let op_id = operation.id_or_new();
                if operation.revision.is_some_and(|revision| revision != current.revision) {
                    log(tx, &op_id, &row, actor.account_id, LogKind::Conflict, now).await?;
                    return Ok(Err(current.revision));
                }
                let facts = facts(tx, &task).await?;
                let row = rows::update(tx, &row, actor.account_id, now).await?;
                let after = with(&facts, &row);
                settle(tx, &project, &task, &facts, &after, Some(&row), actor.account_id, now).await?;
                let kind = match (row.was_cancelled, current.was_cancelled) {
                    (true, false) => LogKind::Skipped,
                    _ => LogKind::Updated,
                };
                log(tx, &op_id, &row, actor.account_id, kind, now).await?;
                if let Some(summary) = &summary {
                    let before = check_result(&current.result, None, Mode::Lenient).ok();
                    count_labels(tx, project.id, before.as_ref(), Some(summary), now).await?;
                }
                drafts::delete_of_annotation(tx, row.id).await?;
                audit_annotation(tx, &actor, "annotation.update", row.id, now).await?;
                Saved::of(tx, row).await.map(Ok)
            })
        })
        .await?;
    outcome.map_err(|revision| {
        ServiceError::Conflict(format!(
            "The annotation has been changed since it was loaded (it is at revision {revision} now). \
             Your version is kept in its history; load the annotation again to see both."
        ))
    })
}

/// States that a history gives at once.
const HISTORY_PAGE: i64 = 100;

/// The states that an annotation went through, newest first; those before the entry `before` when it is given.
pub async fn history(
    services: &Services,
    annotation: &Granted<AnnotationRow>,
    before: Option<i64>,
) -> Result<Vec<LogFacts>> {
    Ok(rows::log_of(&services.db, annotation.row().id, before, HISTORY_PAGE).await?)
}

/// One earlier state with its result.
pub async fn state(services: &Services, annotation: &Granted<AnnotationRow>, entry: i64) -> Result<LogRow> {
    rows::log_entry(&services.db, annotation.row().id, entry)
        .await?
        .ok_or(ServiceError::NotFound("AnnotationState"))
}

/// Removes an annotation. What it held stays in the log.
pub async fn delete(services: &Services, annotation: Granted<AnnotationRow>, operation: Operation) -> Result<()> {
    let (actor, known) = annotation.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                remove(tx, &actor, &known, &operation.id_or_new(), LogKind::Deleted, now).await?;
                audit_annotation(tx, &actor, "annotation.delete", known.id, now).await?;
                Ok(())
            })
        })
        .await
}

/// Turns an annotation back into a draft of its author.
pub async fn convert_to_draft(
    services: &Services,
    annotation: Granted<AnnotationRow>,
    operation: Operation,
) -> Result<drafts::DraftRow> {
    let (actor, known) = annotation.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let op_id = operation.id_or_new();
                let row = remove(tx, &actor, &known, &op_id, LogKind::ConvertedToDraft, now).await?;
                let new = drafts::NewDraft {
                    task_id: row.task_id,
                    annotation_id: None,
                    account_id: row.completed_by.unwrap_or(actor.account_id),
                    result: row.result,
                    lead_time: row.lead_time,
                    was_postponed: false,
                    import_id: row.import_id,
                    op_id: Some(op_id),
                };
                let draft = drafts::insert(tx, new, now).await?;
                audit_annotation(tx, &actor, "annotation.convert_to_draft", known.id, now).await?;
                Ok(draft)
            })
        })
        .await
}

async fn remove(
    tx: &mut Tx,
    actor: &labelkeep_policy::Actor,
    known: &AnnotationRow,
    op_id: &str,
    kind: LogKind,
    now: i64,
) -> Result<AnnotationRow> {
    let project = locked_for_work(tx, known.project_id).await?;
    let row = rows::read_in(tx, known.id)
        .await?
        .ok_or(ServiceError::NotFound("Annotation"))?;
    let task = tasks::read_in(tx, row.task_id)
        .await?
        .ok_or(ServiceError::NotFound("Task"))?;
    let facts = facts(tx, &task).await?;
    let after: Vec<AnnotationFacts> = facts.iter().filter(|fact| fact.id != row.id).cloned().collect();
    log(tx, op_id, &row, actor.account_id, kind, now).await?;
    drafts::delete_of_annotation(tx, row.id).await?;
    rows::delete(tx, row.id).await?;
    settle(tx, &project, &task, &facts, &after, None, actor.account_id, now).await?;
    let summary = check_result(&row.result, None, Mode::Lenient).ok();
    count_labels(tx, project.id, summary.as_ref(), None, now).await?;
    Ok(row)
}

pub(crate) async fn locked_project(tx: &mut Tx, id: i64) -> Result<ProjectRow> {
    projects::lock(tx, id).await?.ok_or(ServiceError::NotFound("Project"))
}

/// The locked project, as far as labeling needs it.
pub(crate) async fn locked_for_work(tx: &mut Tx, id: i64) -> Result<WorkRules> {
    projects::lock_for_work(tx, id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))
}

/// The answer to an operation that was carried out before: what it made, as it is now.
async fn repeated(tx: &mut Tx, done: &rows::LogRow, task_id: i64, account_id: i64) -> Result<AnnotationRow> {
    if done.task_id != task_id || done.account_id != account_id {
        return Err(ServiceError::Conflict(
            "This Idempotency-Key was used for another operation. Make a new one for each save.".to_owned(),
        ));
    }
    if done.kind == LogKind::Conflict.word() {
        return Err(ServiceError::Conflict(
            "This save was refused before, as it built on an older revision.".to_owned(),
        ));
    }
    rows::read_in(tx, done.annotation_id)
        .await?
        .ok_or(ServiceError::NotFound("Annotation"))
}

/// Removes the person's draft that becomes an annotation; gives when it was begun.
async fn take_draft(tx: &mut Tx, id: i64, task_id: i64, account_id: i64) -> Result<Option<i64>> {
    let Some(draft) = drafts::read_in(tx, id).await?.filter(|draft| draft.task_id == task_id) else {
        // The draft is gone already (another tab submitted it): the work itself has come with the submission.
        return Ok(None);
    };
    if draft.account_id != account_id {
        return Err(ServiceError::Forbidden(
            "You cannot submit a draft of another person.".to_owned(),
        ));
    }
    drafts::delete(tx, id).await?;
    Ok(Some(draft.created_at))
}

/// The prediction of the project's model version, as the annotation keeps it: a JSON object, empty without one.
async fn shown_prediction(tx: &mut Tx, project: &WorkRules, task: &TaskRow) -> Result<String> {
    let Some(version) = project.model_version.as_deref().filter(|version| !version.is_empty()) else {
        return Ok("{}".to_owned());
    };
    if task.total_predictions == 0 {
        return Ok("{}".to_owned());
    }
    let prediction = store::predictions::of_version(tx, task.id, version).await?;
    Ok(prediction.map_or_else(|| "{}".to_owned(), |row| crate::predictions::as_kept_json(&row)))
}

/// Work is counted for the person who did it: somebody of the organization.
async fn check_author(tx: &mut Tx, actor: &labelkeep_policy::Actor, author: i64) -> Result<()> {
    if author == actor.account_id || people::is_member(tx, actor.organization_id, author).await? {
        return Ok(());
    }
    Err(no_such("completed_by", author).into())
}

/// What an annotation was made from belongs to the same project.
async fn check_parents(tx: &mut Tx, project_id: i64, prediction: Option<i64>, annotation: Option<i64>) -> Result<()> {
    if let Some(id) = prediction {
        let parent = store::predictions::read_in(tx, id).await?;
        parent
            .filter(|row| row.project_id == project_id)
            .ok_or_else(|| no_such("parent_prediction", id))?;
    }
    if let Some(id) = annotation {
        let parent = rows::read_in(tx, id).await?;
        parent
            .filter(|row| row.project_id == project_id)
            .ok_or_else(|| no_such("parent_annotation", id))?;
    }
    Ok(())
}

fn no_such(field: &str, id: i64) -> Invalid {
    Invalid::field(field, format!("Invalid pk \"{id}\" - object does not exist."))
}

fn merged(current: &AnnotationRow, change: Change) -> AnnotationRow {
    let mut row = current.clone();
    row.completed_by = change.completed_by.or(row.completed_by);
    row.result = change.result.unwrap_or(row.result);
    row.was_cancelled = change.was_cancelled.unwrap_or(row.was_cancelled);
    row.ground_truth = change.ground_truth.unwrap_or(row.ground_truth);
    row.lead_time = change.lead_time.unwrap_or(row.lead_time);
    row.parent_prediction = change.parent_prediction.unwrap_or(row.parent_prediction);
    row.parent_annotation = change.parent_annotation.unwrap_or(row.parent_annotation);
    row.draft_created_at = change.draft_created_at.unwrap_or(row.draft_created_at);
    row.import_id = change.import_id.unwrap_or(row.import_id);
    row.last_action = change.last_action.unwrap_or(row.last_action);
    row.bulk_created = change.bulk_created.unwrap_or(row.bulk_created);
    row
}

/// What counters need of the task's annotations. Its own counters say whether it has any.
async fn facts(tx: &mut Tx, task: &TaskRow) -> Result<Vec<AnnotationFacts>> {
    if task.total_annotations + task.cancelled_annotations == 0 {
        return Ok(Vec::new());
    }
    Ok(rows::facts_in(tx, task.id).await?)
}

fn with(facts: &[AnnotationFacts], row: &AnnotationRow) -> Vec<AnnotationFacts> {
    let mut after: Vec<AnnotationFacts> = facts.iter().filter(|fact| fact.id != row.id).cloned().collect();
    if row.ground_truth {
        // One ground truth for each task: a new one takes the mark from the others.
        after.iter_mut().for_each(|fact| fact.ground_truth = false);
    }
    after.push(AnnotationFacts {
        id: row.id,
        task_id: row.task_id,
        completed_by: row.completed_by,
        was_cancelled: row.was_cancelled,
        ground_truth: row.ground_truth,
        lead_time: row.lead_time,
        created_at: row.created_at,
    });
    after
}

#[allow(clippy::too_many_arguments)]
async fn settle(
    tx: &mut Tx,
    project: &WorkRules,
    task: &TaskRow,
    before: &[AnnotationFacts],
    after: &[AnnotationFacts],
    row: Option<&AnnotationRow>,
    updated_by: i64,
    now: i64,
) -> Result<()> {
    if let Some(row) = row.filter(|row| row.ground_truth)
        && before.iter().any(|fact| fact.ground_truth && fact.id != row.id)
    {
        rows::clear_ground_truth(tx, task.id, row.id).await?;
    }
    let skipped_finish = completion::skipped_finish(&project.skip_queue);
    let before = State::of(task.overlap, skipped_finish, before);
    let after = State::of(task.overlap, skipped_finish, after);
    completion::apply(tx, task, &before, &after, Some(updated_by), now).await?;
    Ok(())
}

/// What a result adds to a project's summary: its tuples, and its labels under `label_kind`.
pub(crate) fn counts_of(
    summary: &ResultSummary,
    label_kind: Kind,
) -> impl Iterator<Item = ((Kind, String, String), i64)> + '_ {
    let tuples = summary.tuples.iter().map(|tuple| {
        let name = format!("{}|{}|{}", tuple.from_name, tuple.to_name, tuple.result_type);
        ((Kind::Tuple, name, String::new()), tuple.count as i64)
    });
    let labels = summary.labels.iter().map(move |label| {
        (
            (label_kind, label.from_name.clone(), label.label.clone()),
            label.count as i64,
        )
    });
    tuples.chain(labels)
}

/// Adds what a result contains to the project's summary, and takes away what it contained.
pub(crate) async fn count_labels(
    tx: &mut Tx,
    project_id: i64,
    before: Option<&ResultSummary>,
    after: Option<&ResultSummary>,
    now: i64,
) -> Result<()> {
    let mut changes: BTreeMap<(Kind, String, String), i64> = BTreeMap::new();
    for (summary, sign) in [(after, 1), (before, -1)] {
        let Some(summary) = summary else { continue };
        for (key, number) in counts_of(summary, Kind::Label) {
            *changes.entry(key).or_default() += sign * number;
        }
    }
    let changes = changes
        .iter()
        .map(|((kind, name, label), number)| (*kind, name.as_str(), label.as_str(), *number));
    Ok(store::summary::add(tx, project_id, changes, now).await?)
}

async fn log(
    tx: &mut Tx,
    op_id: &str,
    annotation: &AnnotationRow,
    account_id: i64,
    kind: LogKind,
    at: i64,
) -> Result<()> {
    let entry = LogEntry {
        op_id,
        annotation,
        account_id,
        kind,
        at,
    };
    Ok(rows::log(tx, entry).await?)
}

async fn audit_annotation(tx: &mut Tx, actor: &labelkeep_policy::Actor, action: &str, id: i64, now: i64) -> Result<()> {
    Ok(audit::record(
        tx,
        &access::origin(actor),
        action,
        &format!("annotation:{id}"),
        "{}",
        now,
    )
    .await?)
}
