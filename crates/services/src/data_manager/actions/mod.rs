//! What can be done to the tasks of a list. Each action is a row of [`ACTIONS`]; all of them run as jobs, step by step in the order of
//! ids, so that people who label meanwhile hardly wait, and a stop of the server breaks nothing off.

mod annotate;
mod copies;
mod delete;
mod fields;
pub mod forms;
mod tasks;

use std::collections::VecDeque;
use std::time::Instant;

use labelkeep_policy::Action;
use labelkeep_store::jobs::JobRow;
use labelkeep_store::listing::{self, Query};
use labelkeep_store::projects::{self, ProjectRow};
use labelkeep_store::{Tx, audit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::pace::Pace;
use super::query::{Names, Reader, Wanted};
use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::jobs::{self, Ended, Next, Order, Running};
use crate::{Invalid, Result, ServiceError, Services};

/// An action.
#[derive(Debug)]
pub struct About {
    /// Its name on the wire.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Where it stands in the list.
    pub order: i64,
    /// What it needs, as the wire says it.
    pub permission: &'static [&'static str],
    /// What it needs: all of them.
    pub needs: &'static [Action],
    /// What the dialog says.
    pub text: &'static str,
    /// Whether the dialog asks something.
    pub has_form: bool,
    /// Whether what it deletes can be restored from the trash.
    pub deletes: bool,
    /// Whether the page is loaded again behind it.
    pub reload: bool,
}

macro_rules! actions {
    ($($id:literal $title:literal $order:literal [$($permission:literal),+] [$($need:ident),+] form: $form:literal, deletes: $deletes:literal, reload: $reload:literal, $text:literal;)+) => {
        /// All actions, in the order of the menu.
        pub const ACTIONS: &[About] = &[$(About {
            id: $id, title: $title, order: $order, permission: &[$($permission),+], needs: &[$(Action::$need),+],
            text: $text, has_form: $form, deletes: $deletes, reload: $reload,
        }),+];
    };
}

actions! {
    "assign_annotators" "Assign Annotators" 10 ["tasks.change"] [AssignAnnotators] form: true, deletes: false, reload: false,
        "Choose who labels the selected tasks.";
    "unassign_annotators" "Unassign Annotators" 11 ["tasks.change"] [AssignAnnotators] form: true, deletes: false, reload: false,
        "Choose who labels the selected tasks no longer. Their annotations stay.";
    "assign_reviewers" "Assign Reviewers" 12 ["tasks.change"] [AssignReviewers] form: true, deletes: false, reload: false,
        "Choose who reviews the selected tasks.";
    "unassign_reviewers" "Unassign Reviewers" 13 ["tasks.change"] [AssignReviewers] form: true, deletes: false, reload: false,
        "Choose who reviews the selected tasks no longer.";
    "set_overlap" "Set Overlap" 20 ["tasks.change"] [TaskChange] form: true, deletes: false, reload: false,
        "Choose how many people should annotate each of the selected tasks.";
    "set_ground_truth" "Set Ground Truth" 21 ["annotations.change"] [TaskChange, AnnotationChange] form: true, deletes: false, reload: false,
        "Make an annotation of each selected task its ground truth, or take the mark away.";
    "add_to_project" "Copy to Another Project" 30 ["tasks.view"] [TaskView, Export] form: true, deletes: false, reload: false,
        "Add copies of the selected tasks to another project.";
    "export_selection" "Export" 31 ["tasks.view"] [Export] form: true, deletes: false, reload: false,
        "Download the selected tasks.";
    "predictions_to_annotations" "Create Annotations From Predictions" 91 ["tasks.change"] [TaskChange, Annotate] form: true, deletes: false, reload: false,
        "Create annotations from predictions of the selected tasks. Your account becomes their author.";
    "propagate_annotations" "Propagate Annotation" 92 ["tasks.change"] [TaskChange, Annotate] form: true, deletes: false, reload: false,
        "Copy one annotation to all selected tasks.";
    "rename_labels" "Rename Labels" 93 ["tasks.change"] [TaskChange, AnnotationChange] form: true, deletes: false, reload: false,
        "Rename a label in the annotations of the selected tasks. Change the labeling configuration, too.";
    "cache_labels" "Cache Labels" 94 ["projects.change"] [TaskChange] form: true, deletes: false, reload: true,
        "Write the labels of annotations into the data of their tasks, to filter and order by them.";
    "remove_duplicates" "Remove Duplicated Tasks" 95 ["projects.change", "tasks.delete"] [TaskChange, TaskDelete] form: false, deletes: true, reload: true,
        "Remove tasks whose data another task has, too. Their annotations move to the one that stays. The removed tasks can be restored for 30 days.";
    "add_data_field" "Add Or Change Data Field" 96 ["projects.change"] [TaskChange] form: true, deletes: false, reload: true,
        "Set a field in the data of the selected tasks.";
    "delete_tasks" "Delete Tasks" 100 ["tasks.delete"] [TaskDelete] form: false, deletes: true, reload: true,
        "You are going to delete the selected tasks with their annotations. They can be restored for 30 days.";
    "delete_tasks_annotations" "Delete Annotations" 101 ["tasks.change", "annotations.delete"] [TaskChange, AnnotationChange] form: true, deletes: true, reload: false,
        "You are going to delete annotations and drafts of the selected tasks. They can be restored for 30 days.";
    "delete_tasks_predictions" "Delete Predictions" 102 ["predictions.any"] [PredictionChange] form: false, deletes: true, reload: false,
        "You are going to delete all predictions of the selected tasks. They can be restored for 30 days.";
}

impl About {
    fn allows(&self, project: &Granted<ProjectRow>) -> bool {
        self.needs.iter().all(|action| project.may(*action)) && project.only_own().is_none()
    }
}

/// The actions that the person may run.
pub fn list(project: &Granted<ProjectRow>) -> Vec<&'static About> {
    ACTIONS.iter().filter(|about| about.allows(project)).collect()
}

/// The action of this id, for somebody who may run it.
pub fn find(project: &Granted<ProjectRow>, id: &str) -> Result<&'static About> {
    let about = ACTIONS
        .iter()
        .find(|about| about.id == id)
        .ok_or_else(|| Invalid::field("id", format!("Can't find '{id}' in registered actions")))?;
    if about.allows(project) {
        Ok(about)
    } else {
        Err(access::forbidden())
    }
}

/// What a job of an action needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Parameters {
    /// Which tasks.
    wanted: Value,
    /// What the dialog asked.
    fields: Map<String, Value>,
    /// The one whose assigned tasks alone are meant.
    assigned_to: Option<i64>,
}

/// How far an action has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct At {
    /// The last task that was looked at.
    after: i64,
    /// The last task of the project when it began.
    until: i64,
    /// How many tasks the list had then.
    total: i64,
    /// How many were looked at.
    done: i64,
    /// How many were changed.
    changed: i64,
    /// What was made, changed or deleted in them.
    items: i64,
    /// Where what was deleted lies.
    trash: Option<i64>,
}

/// Begins an action over the tasks of a list.
pub async fn begin(
    services: &Services,
    project: &Granted<ProjectRow>,
    about: &'static About,
    wanted: &Wanted,
    fields: Map<String, Value>,
) -> Result<JobRow> {
    Reader::new(services, project)?.read(wanted, Names::Lenient)?;
    let fields = fields::checked(services, project, about.id, fields).await?;
    let parameters = Parameters {
        wanted: wanted.to_json(),
        fields,
        assigned_to: project.assigned_only(),
    };
    let order = Order {
        kind: about.id,
        title: about.title.to_owned(),
        parameters: serde_json::to_value(parameters).map_err(|error| ServiceError::Internal(error.to_string()))?,
    };
    jobs::begin(services, project, order).await
}

/// One step of an action: a write over some tasks.
struct Step<'a> {
    project: &'a ProjectRow,
    job: &'a JobRow,
    fields: &'a Map<String, Value>,
    now: i64,
}

impl Step<'_> {
    fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Value::as_i64)
    }

    fn numbers(&self, name: &str) -> Vec<i64> {
        let list = self.fields.get(name).and_then(Value::as_array);
        list.map(|list| list.iter().filter_map(Value::as_i64).collect())
            .unwrap_or_default()
    }
}

/// Most tasks of one step.
const STEP: i64 = 500;
/// Tasks whose ids are read at once: no index gives those that a filter leaves in the order of ids, so that the database may look
/// through all of them for each reading. What has been deleted until a step comes to it is left out there.
const AHEAD: i64 = 40 * STEP;

/// Does the job of an action.
pub(crate) async fn work(services: &Services, job: &Running) -> Result<Ended> {
    let parameters: Parameters = job.parameters()?;
    let project_id = job.project_id()?;
    let project = projects::find_for_job(&services.db, project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let wanted = Wanted::of(&parameters.wanted)?;
    let reader = Reader::of(services, &project, None, parameters.assigned_to)?;
    let query = reader.read(&wanted, Names::Lenient)?;
    if job.row.kind == "export_selection" {
        return Ok(Ended::Done(export_link(&job.row, &project, &parameters)));
    }
    let mut at: At = job.checkpoint();
    if at.until == 0 {
        at.until = listing::last_id(&services.db, project_id).await?;
        let totals = listing::totals(&services.db, &query, None).await?;
        at.total = totals.map_or(0, |totals| totals.tasks);
    }
    if job.row.kind == "remove_duplicates" {
        return copies::remove_duplicates(services, job, &project, &query, at).await;
    }
    let mut pace = Pace::new(STEP);
    let mut ahead: VecDeque<i64> = VecDeque::new();
    loop {
        if ahead.is_empty() {
            ahead = next_ids(services, &query, &at, AHEAD).await?.into();
        }
        let size = usize::try_from(pace.size()).unwrap_or(1).min(ahead.len());
        let ids: Vec<i64> = ahead.drain(..size).collect();
        let Some(last) = ids.last().copied() else {
            return Ok(Ended::Done(finish(services, job, at).await?));
        };
        let (row, fields, origin) = (job.row.clone(), parameters.fields.clone(), job.origin());
        let mut moved = at.clone();
        let now = services.now();
        let (next, moved, held) = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let since = Instant::now();
                    let there = listing::still_in(tx, project_id, &ids).await?;
                    let step = Step {
                        project: &project,
                        job: &row,
                        fields: &fields,
                        now,
                    };
                    let first = moved.done == 0;
                    one_step(tx, &step, &mut moved, &there).await?;
                    moved.after = last;
                    moved.done += ids.len() as i64;
                    if first {
                        let detail = json!({ "action": &row.kind, "job": row.id, "tasks": moved.total }).to_string();
                        let object = format!("project:{project_id}");
                        audit::record(tx, &origin, "data_manager.action", &object, &detail, now).await?;
                    }
                    let total = moved.total.max(moved.done);
                    let next = jobs::advance(tx, row.id, &moved, moved.done, total, now).await?;
                    Ok::<_, ServiceError>((next, moved, since.elapsed()))
                })
            })
            .await?;
        at = moved;
        pace.held(held);
        if next == Next::Stop {
            return Ok(Ended::Cancelled(finish(services, job, at).await?));
        }
    }
}

/// The next tasks of the list.
async fn next_ids(services: &Services, query: &Query, at: &At, limit: i64) -> Result<Vec<i64>> {
    super::list::ids_after(services, query, at.after, at.until, limit).await
}

async fn one_step(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    match step.job.kind.as_str() {
        "delete_tasks" => delete::tasks(tx, step, at, ids).await,
        "delete_tasks_annotations" => delete::annotations(tx, step, at, ids).await,
        "delete_tasks_predictions" => delete::predictions(tx, step, at, ids).await,
        "predictions_to_annotations" => annotate::from_predictions(tx, step, at, ids).await,
        "propagate_annotations" => annotate::propagate(tx, step, at, ids).await,
        "set_ground_truth" => annotate::set_ground_truth(tx, step, at, ids).await,
        "rename_labels" => annotate::rename_labels(tx, step, at, ids).await,
        "set_overlap" => tasks::set_overlap(tx, step, at, ids).await,
        "assign_annotators" | "assign_reviewers" => tasks::assign(tx, step, at, ids).await,
        "unassign_annotators" | "unassign_reviewers" => tasks::unassign(tx, step, at, ids).await,
        "cache_labels" => tasks::cache_labels(tx, step, at, ids).await,
        "add_data_field" => tasks::add_data_field(tx, step, at, ids).await,
        "add_to_project" => copies::add_to_project(tx, step, at, ids).await,
        other => Err(ServiceError::Internal(format!("nobody does jobs of the kind {other}"))),
    }
}

/// What the action answers, as clients know it.
async fn finish(services: &Services, job: &Running, at: At) -> Result<Value> {
    let project_id = job.project_id()?;
    let items = at.items;
    let mut result = match job.row.kind.as_str() {
        "delete_tasks" => {
            let project = projects::find_for_job(&services.db, project_id).await?;
            let is_empty = project.is_none_or(|project| project.task_number == 0);
            if is_empty {
                delete::views(services, project_id).await?;
            }
            json!({ "processed_items": items, "reload": is_empty, "detail": format!("Deleted {items} tasks") })
        }
        "delete_tasks_annotations" => {
            json!({ "processed_items": items, "detail": format!("Deleted {items} annotations") })
        }
        "delete_tasks_predictions" => {
            json!({ "processed_items": items, "detail": format!("Deleted {items} predictions") })
        }
        "predictions_to_annotations" | "propagate_annotations" => {
            json!({ "detail": format!("Created {items} annotations") })
        }
        "rename_labels" => json!({ "detail": format!("Updated {items} labels in {}", at.changed) }),
        "remove_duplicates" => json!({ "detail": format!("Removed {items} tasks"), "processed_items": items }),
        "add_to_project" => json!({ "detail": format!("Added {items} tasks"), "processed_items": items }),
        _ => json!({ "detail": format!("Updated {} tasks", at.changed), "processed_items": at.changed }),
    };
    if let (Some(trash), Value::Object(result)) = (at.trash.filter(|_| items > 0), &mut result) {
        result.insert("trash".to_owned(), trash.into());
    }
    Ok(result)
}

/// Where the selected tasks can be downloaded, as long as the job is known.
fn export_link(job: &JobRow, project: &ProjectRow, parameters: &Parameters) -> Value {
    let format = parameters
        .fields
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or("JSON");
    let link = format!(
        "/api/projects/{}/export?exportType={format}&download_all_tasks=true&selection={}",
        project.id, job.id
    );
    json!({ "detail": "The file is made while it is downloaded.", "download": link })
}

/// The ids of the tasks of an export that somebody has asked for here.
pub async fn exported(services: &Services, project: &Granted<ProjectRow>, job_id: i64) -> Result<Vec<i64>> {
    let missing = || Invalid::field("selection", format!("Invalid pk \"{job_id}\" - object does not exist."));
    let job = labelkeep_store::jobs::find(&services.db, job_id)
        .await?
        .filter(|job| job.kind == "export_selection" && job.project_id == Some(project.row().id))
        .filter(|job| job.account_id == project.actor().account_id)
        .ok_or_else(missing)?;
    let parameters: Parameters = serde_json::from_str(&job.parameters).map_err(|_| missing())?;
    let query = Reader::new(services, project)?.read(&Wanted::of(&parameters.wanted)?, Names::Lenient)?;
    Ok(listing::ids_after(&services.db, &query, 0, i64::MAX, i64::MAX).await?)
}
