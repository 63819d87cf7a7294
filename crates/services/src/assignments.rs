//! Which people get which tasks, where a project's tasks are given out by hand.

use std::collections::BTreeSet;

use labelkeep_policy::{Action, Role};
use labelkeep_store::assignments as rows;
pub use labelkeep_store::assignments::AssignmentRow;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{Tx, audit};
use labelkeep_store::{listing, members};

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::data_manager::query::{Names, Reader, Wanted};
use crate::project_members::{Choice, chosen, everybody};
use crate::{Invalid, Result, ServiceError, Services};

/// For what a task is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To annotate it.
    Annotate,
    /// To review it.
    Review,
}

impl Kind {
    /// `AN`, `RE`: the code of the wire and the word of the database.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Annotate => "AN",
            Kind::Review => "RE",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Kind> {
        [Kind::Annotate, Kind::Review]
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// What giving such tasks out asks for.
    fn action(self) -> Action {
        match self {
            Kind::Annotate => Action::AssignAnnotators,
            Kind::Review => Action::AssignReviewers,
        }
    }
}

/// How many people one request names at most.
const PEOPLE: usize = 1_000;
/// Assignments that one write adds at most, so that savers of other projects do not wait long.
const AT_ONCE: usize = 20_000;
/// Tasks that an answer names at most.
const NAMED: usize = 1_000;

/// The assignments of a task: all of them for those who see the work of others, else the caller's own.
pub async fn list(services: &Services, project: &Granted<ProjectRow>, task_id: i64) -> Result<Vec<AssignmentRow>> {
    let task = access::task(services, project.actor().clone(), task_id, Action::TaskView).await?;
    if task.row().project_id != project.row().id {
        return Err(ServiceError::NotFound("Task"));
    }
    let own = (!task.may(Action::AnnotationViewOthers)).then_some(project.actor().account_id);
    Ok(rows::of_task(&services.db, task_id, own).await?)
}

/// How assignments of a task are to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// These people too.
    Add,
    /// Exactly these people.
    Replace,
}

/// Assigns a task; gives its assignments of this kind.
pub async fn assign(
    services: &Services,
    project: Granted<ProjectRow>,
    task_id: i64,
    kind: Kind,
    people: Vec<i64>,
    mode: Mode,
) -> Result<Vec<AssignmentRow>> {
    let (actor, known) = allowed(project, kind)?;
    bounded(&people)?;
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.id).await?;
                let people = able(tx, &project, kind, people).await?;
                if rows::known_tasks(tx, project.id, &[task_id]).await?.is_empty() {
                    return Err(ServiceError::NotFound("Task"));
                }
                if mode == Mode::Replace {
                    let others: Vec<i64> = rows::of_task_in(tx, task_id, kind.code())
                        .await?
                        .into_iter()
                        .map(|row| row.account_id)
                        .filter(|id| !people.contains(id))
                        .collect();
                    rows::remove(tx, task_id, Some(kind.code()), Some(&others)).await?;
                }
                rows::add(tx, project.id, &[task_id], &people, kind.code(), actor.account_id, now).await?;
                let detail = serde_json::json!({ "type": kind.code(), "users": people }).to_string();
                audit::record(tx, &origin, "task.assign", &format!("task:{task_id}"), &detail, now).await?;
                Ok(rows::of_task_in(tx, task_id, kind.code()).await?)
            })
        })
        .await
}

/// Takes assignments of a task away: of one kind or both, of these people or all.
pub async fn unassign(
    services: &Services,
    project: Granted<ProjectRow>,
    task_id: i64,
    kind: Option<Kind>,
    people: Option<Vec<i64>>,
) -> Result<()> {
    let (actor, known) = match kind {
        Some(kind) => allowed(project, kind)?,
        None => {
            let review = project.may(Action::AssignReviewers);
            if !review {
                return Err(access::forbidden());
            }
            allowed(project, Kind::Annotate)?
        }
    };
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.id).await?;
                if rows::known_tasks(tx, project.id, &[task_id]).await?.is_empty() {
                    return Err(ServiceError::NotFound("Task"));
                }
                rows::remove(tx, task_id, kind.map(Kind::code), people.as_deref()).await?;
                let detail = serde_json::json!({ "type": kind.map(Kind::code), "users": people }).to_string();
                audit::record(tx, &origin, "task.unassign", &format!("task:{task_id}"), &detail, now).await?;
                Ok(())
            })
        })
        .await
}

/// Which tasks a bulk assignment is about.
#[derive(Debug, Clone)]
pub enum Tasks {
    /// These. One of another project fails the whole (SEC-111).
    Included(Vec<i64>),
    /// All but these.
    AllBut(Vec<i64>),
    /// Those that pass these filters and are selected.
    Matching(Box<Wanted>),
}

/// What a bulk assignment has done.
#[derive(Debug, Clone, Default)]
pub struct Assigned {
    /// How many assignments are new.
    pub assignments: u64,
    /// The first of the tasks.
    pub tasks: Vec<i64>,
}

/// Assigns many tasks to these people. With all tasks of a large project it is done in steps, each whole by itself; done
/// again it goes on where it was.
pub async fn assign_many(
    services: &Services,
    project: Granted<ProjectRow>,
    kind: Kind,
    people: Vec<i64>,
    tasks: Tasks,
) -> Result<Assigned> {
    let matching = match &tasks {
        Tasks::Matching(wanted) => Some(matching(services, &project, wanted)?),
        _ => None,
    };
    let (actor, known) = allowed(project, kind)?;
    bounded(&people)?;
    if people.is_empty() {
        return Err(Invalid::field("users", "This list may not be empty.").into());
    }
    let chunk = (AT_ONCE / people.len()).max(1);
    let mut done = Assigned::default();
    let mut after = 0;
    let mut first = true;
    loop {
        let (actor, asked, people) = (actor.clone(), tasks.clone(), people.clone());
        let (now, origin, project_id) = (services.now(), access::origin(&actor), known.id);
        let found = match &matching {
            Some(query) => listing::ids_after(&services.db, query, after, i64::MAX, chunk as i64).await?,
            None => Vec::new(),
        };
        let (number, step, last) = services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    let people = able(tx, &project, kind, people).await?;
                    let step = match &asked {
                        Tasks::Included(ids) => included(tx, project.id, ids).await?,
                        Tasks::AllBut(excluded) => {
                            rows::tasks_after(tx, project.id, after, excluded, chunk as i64).await?
                        }
                        Tasks::Matching(_) => listing::still_in(tx, project.id, &found).await?,
                    };
                    let number = rows::add(tx, project.id, &step, &people, kind.code(), actor.account_id, now).await?;
                    if first {
                        let detail = serde_json::json!({ "type": kind.code(), "users": people }).to_string();
                        let object = format!("project:{}", project.id);
                        audit::record(tx, &origin, "task.assign_many", &object, &detail, now).await?;
                    }
                    let last = found.last().or(step.last()).copied();
                    let is_full = step.len().max(found.len()) == chunk;
                    Ok::<_, ServiceError>((number, step, last.filter(|_| is_full)))
                })
            })
            .await?;
        done.assignments += number;
        done.tasks
            .extend(step.iter().copied().take(NAMED - done.tasks.len().min(NAMED)));
        first = false;
        match (&tasks, last) {
            (Tasks::AllBut(_) | Tasks::Matching(_), Some(last)) => after = last,
            _ => return Ok(done),
        }
    }
}

/// The list that is meant. A line that a list would pass over is refused: more tasks than were meant would be worse than none.
fn matching(services: &Services, project: &Granted<ProjectRow>, wanted: &Wanted) -> Result<listing::Query> {
    let query = Reader::new(services, project)?.read(wanted, Names::Whole)?;
    let lines = wanted
        .filters
        .as_ref()
        .and_then(|filters| filters.get("items")?.as_array());
    if lines.map_or(0, Vec::len) != query.filters.items.len() {
        return Err(Invalid::field("filters", "Each line names a column, an operator, and a value.").into());
    }
    Ok(query)
}

/// Most tasks that a request may name.
const INCLUDED: usize = 20_000;

async fn included(tx: &mut Tx, project_id: i64, ids: &[i64]) -> Result<Vec<i64>> {
    let asked: BTreeSet<i64> = ids.iter().copied().collect();
    if asked.len() > INCLUDED {
        let text = format!("Name at most {INCLUDED} tasks, or all but some.");
        return Err(Invalid::field("selectedItems", text).into());
    }
    let asked: Vec<i64> = asked.into_iter().collect();
    let found = rows::known_tasks(tx, project_id, &asked).await?;
    if found.len() != asked.len() {
        return Err(ServiceError::NotFound("Task"));
    }
    Ok(found)
}

fn allowed(project: Granted<ProjectRow>, kind: Kind) -> Result<(access::Actor, ProjectRow)> {
    if !project.may(kind.action()) {
        return Err(access::forbidden());
    }
    Ok(project.into_parts())
}

fn bounded(people: &[i64]) -> Result<(), Invalid> {
    if people.len() > PEOPLE {
        return Err(Invalid::field("users", format!("At most {PEOPLE} people at once.")));
    }
    Ok(())
}

/// These people, when all of them belong to the project and may do what they are assigned for.
pub(crate) async fn able(tx: &mut Tx, project: &ProjectRow, kind: Kind, people: Vec<i64>) -> Result<Vec<i64>> {
    let choice = Choice {
        included: people,
        ..Choice::default()
    };
    let found = chosen(tx, project.organization_id, everybody(project, None), choice)
        .await
        .map_err(|error| match error {
            ServiceError::Invalid(_) => Invalid::field("users", "Only members of the project get its tasks.").into(),
            other => other,
        })?;
    for (account_id, role) in &found {
        let role = match (kind, role.differs_by_project()) {
            (Kind::Review, true) => members::role_in(tx, project.id, *account_id)
                .await?
                .map_or(*role, |word| Role::from_word(&word)),
            _ => *role,
        };
        if role == Role::Deactivated || (kind == Kind::Review && role == Role::Annotator) {
            let text = format!("User {account_id} may not do this in the project.");
            return Err(Invalid::field("users", text).into());
        }
    }
    Ok(found.into_iter().map(|(id, _)| id).collect())
}
