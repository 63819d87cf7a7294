//! What somebody sees of a project (SEC-117): counters and settings as far as their role there goes.
//!
//! Who may not see the work of others is shown the project as if they worked in it alone: every counter of
//! annotations is their own, and where tasks are given out by hand the project has the tasks that are assigned to them.

use std::borrow::Cow;
use std::collections::HashMap;

use labelkeep_policy::{Action, Actor, Role, properties};
use labelkeep_store::projects::{self as rows, ProgressRow, ProjectRow};
use labelkeep_store::{assignments, members};

use crate::access::Granted;
use crate::{Result, Services};

/// A project as somebody sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its row, without what they may not see.
    pub row: ProjectRow,
    /// What they are there.
    pub role: Role,
    /// What the queue has for them in all, and what of it is done: `queue_total`, `queue_done`.
    pub progress: (i64, i64),
}

/// The row of a project as the one who was granted it sees it. It costs something only where that is less than all.
pub async fn project<'a>(services: &Services, project: &'a Granted<ProjectRow>) -> Result<Cow<'a, ProjectRow>> {
    if project.only_own().is_none() && project.assigned_only().is_none() {
        return Ok(Cow::Borrowed(project.row()));
    }
    let mut seen = projects(services, project.actor(), vec![project.row().clone()]).await?;
    let seen = seen.pop().map(|seen| seen.row);
    seen.map(Cow::Owned)
        .ok_or_else(|| crate::ServiceError::Internal("a project was lost".to_owned()))
}

/// These projects, which the actor sees, as they see them; in the same order.
pub async fn projects(services: &Services, actor: &Actor, projects: Vec<ProjectRow>) -> Result<Vec<Seen>> {
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = projects.iter().map(|row| row.id).collect();
    let roles: HashMap<i64, String> = if actor.role.differs_by_project() {
        members::roles(&services.db, &ids, actor.account_id)
            .await?
            .into_iter()
            .collect()
    } else {
        HashMap::new()
    };
    let progress: HashMap<i64, ProgressRow> = rows::progress(&services.db, actor.account_id, &ids)
        .await?
        .into_iter()
        .map(|row| (row.project_id, row))
        .collect();
    let by_hand: Vec<i64> = projects
        .iter()
        .filter(|row| row.assignment == "manual")
        .map(|row| row.id)
        .collect();
    let assigned: HashMap<i64, i64> = if by_hand.is_empty() {
        HashMap::new()
    } else {
        assignments::counts(&services.db, actor.account_id, &by_hand)
            .await?
            .into_iter()
            .collect()
    };
    Ok(projects
        .into_iter()
        .map(|row| {
            let role = roles
                .get(&row.id)
                .map(|word| Role::from_word(word))
                .filter(|role| role.differs_by_project())
                .unwrap_or(actor.role);
            let own = progress.get(&row.id).cloned().unwrap_or_default();
            let assigned = (row.assignment == "manual").then(|| assigned.get(&row.id).copied().unwrap_or(0));
            let progress = queue(&row, &own, assigned);
            Seen {
                row: narrowed(actor, role, row, &own, assigned),
                role,
                progress,
            }
        })
        .collect())
}

/// What is left and what is done for the person: open tasks that are not theirs and all that are, or those that
/// are assigned to them.
fn queue(project: &ProjectRow, own: &ProgressRow, assigned: Option<i64>) -> (i64, i64) {
    let done = if project.skip_queue == "REQUEUE_FOR_ME" {
        own.annotated_tasks_kept
    } else {
        own.annotated_tasks
    };
    match assigned {
        Some(assigned) => (assigned.max(done), done),
        None => (
            project.task_number - project.finished_task_number + own.annotated_tasks_finished,
            done,
        ),
    }
}

fn narrowed(actor: &Actor, role: Role, mut row: ProjectRow, own: &ProgressRow, assigned: Option<i64>) -> ProjectRow {
    let reads = |name| properties::readable("project", name).is_none_or(|action| actor.may_as(role, action));
    if !reads("task_data_login") {
        row.task_data_login = None;
    }
    if !reads("task_data_password_is_set") {
        row.task_data_password = None;
    }
    if !actor.may_as(role, Action::AnnotationViewOthers) {
        row.finished_task_number = own.annotated_tasks_kept;
        row.num_tasks_with_annotations = own.annotated_tasks_kept;
        row.total_annotations_number = own.annotated_tasks_kept;
        row.useful_annotation_number = own.annotated_tasks_kept;
        row.skipped_annotations_number = own.annotated_tasks - own.annotated_tasks_kept;
        row.ground_truth_number = 0;
    }
    if role == Role::Annotator
        && let Some(assigned) = assigned
    {
        row.task_number = assigned;
    }
    row
}
