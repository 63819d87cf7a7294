//! The next task: candidates, order, lock, history. The rules are those of Label Studio 1.23.2.

use labelkeep_store::Tx;
use labelkeep_store::projects::{ProjectRow, WorkRules};
use labelkeep_store::queue::{self as rows, Order, Request};
use labelkeep_store::tasks::{self, TaskRow};

use crate::access::{self, Granted};
use crate::annotations::locked_for_work;
use crate::{Result, ServiceError, Services};

/// What the queue gives.
#[derive(Debug, Clone)]
pub struct Next {
    /// The task, as it was when it was reserved.
    pub task: Granted<TaskRow>,
    /// Why this one, as the wire says it: names joined by " & ".
    pub queue: String,
    /// Identity of the reservation.
    pub lock_id: String,
    /// False for a task that the person had postponed: it cannot be put off again.
    pub may_postpone: bool,
}

/// How many entries of the stream's history are given.
const HISTORY: i64 = 100;

/// How long a task that was fetched ahead stays reserved, in seconds. It becomes a full reservation when it is opened.
const AHEAD_SECONDS: i64 = 600;
/// Most tasks that one person may have fetched ahead.
const AHEAD: usize = 10;

/// Hands the person their next task and reserves it, or says that there is none.
///
/// With `excluded`, the tasks that the person's browser holds already, it fetches ahead: another task, reserved for a
/// short time, so that labeling goes on while the connection is slow or gone.
pub async fn next(services: &Services, project: Granted<ProjectRow>, mut excluded: Vec<i64>) -> Result<Next> {
    let (project_id, account_id) = (project.row().id, project.actor().account_id);
    let now = services.now();
    excluded.truncate(AHEAD);
    let seconds = if excluded.is_empty() {
        services.settings.task_lock_seconds
    } else {
        AHEAD_SECONDS
    };
    let expires_at = now + seconds.saturating_mul(1_000_000);
    // A reservation that a power cut takes back is made again by the next request.
    let next = services
        .db
        .write_unsynced(move |tx| {
            Box::pin(async move {
                let project = locked_for_work(tx, project_id).await?;
                let request = Request {
                    project_id,
                    account_id,
                    now,
                    skipped_count: project.skip_queue != "REQUEUE_FOR_OTHERS",
                    ground_truth_only: false,
                    overlap_only: false,
                    excluded: &excluded,
                };
                let Some((task_id, queue, may_postpone)) = choose(tx, &project, request).await? else {
                    return Ok::<_, ServiceError>(None);
                };
                let task = tasks::read_in(tx, task_id)
                    .await?
                    .ok_or(ServiceError::NotFound("Task"))?;
                let lock_id = uuid::Uuid::new_v4().to_string();
                let lock_id = rows::lock(tx, request, task_id, &lock_id, expires_at).await?;
                rows::remember(tx, request, task_id).await?;
                Ok(Some((task, queue, lock_id, may_postpone)))
            })
        })
        .await?;
    let Some((task, queue, lock_id, may_postpone)) = next else {
        let email = &project.actor().email;
        return Err(ServiceError::Nothing(format!("There are no tasks for {email}")));
    };
    Ok(Next {
        task: access::handed(services, project, task).await?,
        queue,
        lock_id,
        may_postpone,
    })
}

/// Reserves a task that the person has chosen by a list, as the queue reserves those that it chooses.
pub async fn take(services: &Services, task: Granted<TaskRow>) -> Result<Next> {
    let (id, project_id, account_id) = (task.row().id, task.row().project_id, task.actor().account_id);
    let now = services.now();
    let expires_at = now + services.settings.task_lock_seconds.saturating_mul(1_000_000);
    let lock_id = services
        .db
        .write_unsynced(move |tx| {
            Box::pin(async move {
                let request = Request {
                    project_id,
                    account_id,
                    now,
                    skipped_count: false,
                    ground_truth_only: false,
                    overlap_only: false,
                    excluded: &[],
                };
                let lock_id = uuid::Uuid::new_v4().to_string();
                let lock_id = rows::lock(tx, request, id, &lock_id, expires_at).await?;
                rows::remember(tx, request, id).await?;
                Ok::<_, ServiceError>(lock_id)
            })
        })
        .await?;
    Ok(Next {
        task,
        queue: "Data manager order".to_owned(),
        lock_id,
        may_postpone: true,
    })
}

type Choice = Option<(i64, String, bool)>;

async fn choose(tx: &mut Tx, project: &WorkRules, request: Request<'_>) -> Result<Choice> {
    if project.assignment == "manual" {
        return choose_assigned(tx, project, request).await;
    }
    let named = |id: Option<i64>, name: &str| id.map(|id| (id, name.to_owned(), true));
    if let Some(choice) = named(rows::held(tx, request).await?, "Task lock") {
        return Ok(Some(choice));
    }
    if project.annotator_evaluation_enabled {
        let request = Request {
            ground_truth_only: true,
            ..request
        };
        let found = rows::next(tx, request, Order::First, "").await?;
        if let Some(choice) = named(found, "Onboarding ground truth queue") {
            return Ok(Some(choice));
        }
    }
    let mut names = Vec::new();
    let mut request = request;
    if project.show_overlap_first {
        let narrowed = Request {
            overlap_only: true,
            ..request
        };
        if rows::next(tx, narrowed, Order::First, "").await?.is_some() {
            request = narrowed;
            names.push("Show overlap first");
        }
    }
    if project.maximum_annotations > 1 {
        let found = rows::next(tx, request, Order::BegunByOthers, "").await?;
        if let Some(id) = found {
            names.push("Breadth first queue");
            return Ok(Some((id, names.join(" & "), true)));
        }
    }
    let (found, name) = match project.sampling.as_str() {
        "Uniform sampling" => (uniform(tx, request).await?, "Uniform random queue"),
        "Uncertainty sampling" => {
            let version = project.model_version.as_deref().unwrap_or_default();
            let name = "Active learning or random queue";
            match rows::next(tx, request, Order::LeastSure, version).await? {
                Some(id) => (Some(id), name),
                None => (uniform(tx, request).await?, name),
            }
        }
        _ => (in_sequence(tx, request).await?, "Sequence queue"),
    };
    if let Some(id) = found {
        names.push(name);
        return Ok(Some((id, names.join(" & "), true)));
    }
    if !request.excluded.is_empty() {
        // What comes back at the end of the queue is not fetched ahead: the person decides about it first.
        return Ok(None);
    }
    if let Some(id) = rows::postponed(tx, request.project_id, request.account_id).await? {
        return Ok(Some((id, "Postponed draft queue".to_owned(), false)));
    }
    if project.skip_queue == "REQUEUE_FOR_ME"
        && let Some(id) = rows::skipped(tx, request.project_id, request.account_id).await?
    {
        return Ok(Some((id, "Skipped queue".to_owned(), true)));
    }
    Ok(None)
}

/// Where tasks are given out by hand: what is assigned to the person, until it is done. Overlap, reservations of others and
/// sampling do not count.
async fn choose_assigned(tx: &mut Tx, project: &WorkRules, request: Request<'_>) -> Result<Choice> {
    let name = "Manually assigned queue";
    let (project_id, account_id) = (request.project_id, request.account_id);
    if let Some(id) = rows::next_assigned(tx, request).await? {
        if request.excluded.is_empty() {
            rows::set_cursor(tx, project_id, account_id, id).await?;
        }
        return Ok(Some((id, name.to_owned(), true)));
    }
    if !request.excluded.is_empty() {
        return Ok(None);
    }
    if let Some(id) = rows::postponed_assigned(tx, project_id, account_id).await? {
        return Ok(Some((id, format!("{name} & Postponed draft queue"), false)));
    }
    if project.skip_queue == "REQUEUE_FOR_ME"
        && let Some(id) = rows::skipped_assigned(tx, project_id, account_id).await?
    {
        return Ok(Some((id, format!("{name} & Skipped queue"), true)));
    }
    Ok(None)
}

/// The first candidate behind the last one that the person was given; at the end once more from the start, where tasks
/// may have become free. Without the cursor somebody who is far ahead of the others would read over all they have done.
async fn in_sequence(tx: &mut Tx, request: Request<'_>) -> Result<Option<i64>> {
    let mut found = rows::next(tx, request, Order::BehindCursor, "").await?;
    if found.is_none() {
        found = rows::next(tx, request, Order::First, "").await?;
    }
    if let Some(id) = found {
        rows::set_cursor(tx, request.project_id, request.account_id, id).await?;
    }
    Ok(found)
}

/// The first candidate behind a random place among the open tasks: one index seek instead of a sample of fifty.
async fn uniform(tx: &mut Tx, request: Request<'_>) -> Result<Option<i64>> {
    let Some((lowest, highest)) = rows::open_range(tx, request.project_id).await? else {
        return Ok(None);
    };
    let place = lowest + (uuid::Uuid::new_v4().as_u128() % (highest - lowest + 1).unsigned_abs() as u128) as i64;
    match rows::next(tx, request, Order::From(place), "").await? {
        Some(id) => Ok(Some(id)),
        None => Ok(rows::next(tx, request, Order::First, "").await?),
    }
}

/// The person's stream, in order of the first visit: (task, annotation).
pub async fn history(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<(i64, Option<i64>)>> {
    Ok(rows::history(&services.db, project.row().id, project.actor().account_id, HISTORY).await?)
}
