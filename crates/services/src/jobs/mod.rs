//! Jobs: work that takes longer than a request, with progress, cancellation and a result, that a restart does not end.
//!
//! A job is a row with a kind and parameters. Whatever server has time takes it, keeps its lease while it works, and writes the
//! place where the work goes on in the same transaction as each step: so a step is done once, however often the server is killed. A
//! kind of job is a line in [`work`]; everything else here knows nothing of what jobs do.

mod run;

use std::time::Duration;

use labelkeep_policy::Action;
pub use labelkeep_store::jobs::JobRow;
use labelkeep_store::jobs::{self as rows, NewJob, Progress};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{Tx, audit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::access::{self, Actor, Granted};
use crate::{Result, ServiceError, Services, data_manager, import, storages};
pub use run::{Runner, run};

/// How a job ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Everything is done; an object for whoever asked for it.
    Done(Value),
    /// Somebody wanted it to stop. What was done stays done.
    Cancelled(Value),
    /// What it was asked cannot be done, in a few words; the object says more.
    Failed(Value, String),
}

/// Does a job, from where it was left.
async fn work(services: &Services, job: &Running) -> Result<Ended> {
    match job.row.kind.as_str() {
        "index" | "index_fields" | "index_results" => data_manager::index::fill(services, job).await,
        "storage.sync" => storages::sync::read_all(services, job).await,
        "storage.export" => storages::target::write_all(services, job).await,
        "import" => import::job::work(services, job).await,
        "restore" => data_manager::trash::restore_job(services, job).await,
        _ => data_manager::actions::work(services, job).await,
    }
}

/// A job that this server does.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) row: JobRow,
}

/// What a step of a job says to whoever does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Go on.
    GoOn,
    /// Somebody wants it to stop.
    Stop,
}

/// How long a server keeps a job that it does not move, in microseconds: another one takes it then.
const LEASE: i64 = 60_000_000;

impl Running {
    /// What it was asked to do.
    pub(crate) fn parameters<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.row.parameters)
            .map_err(|error| ServiceError::Internal(format!("parameters of job {}: {error}", self.row.id)))
    }

    /// Where it goes on.
    pub(crate) fn checkpoint<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_str(&self.row.checkpoint).unwrap_or_default()
    }

    /// The project that it is about.
    pub(crate) fn project_id(&self) -> Result<i64> {
        self.row.project_id.ok_or(ServiceError::NotFound("Project"))
    }

    /// Where it comes from, for the audit trail.
    pub(crate) fn origin(&self) -> audit::Origin {
        audit::Origin {
            organization_id: Some(self.row.organization_id),
            account_id: Some(self.row.account_id),
            token_id: None,
            address: String::new(),
            claimed: None,
        }
    }
}

/// Notes in the transaction of a step how far the job has come.
pub(crate) async fn advance(
    tx: &mut Tx,
    id: i64,
    checkpoint: &impl Serialize,
    done: i64,
    total: i64,
    now: i64,
) -> Result<Next> {
    let checkpoint =
        serde_json::to_string(checkpoint).map_err(|error| ServiceError::Internal(format!("a checkpoint: {error}")))?;
    let progress = Progress {
        checkpoint,
        done,
        total,
    };
    match rows::advance(tx, id, &progress, now, now + LEASE).await? {
        Some(false) => Ok(Next::GoOn),
        Some(true) => Ok(Next::Stop),
        None => Err(ServiceError::NotFound("Job")),
    }
}

/// How often a job that moves slowly says that somebody is at it.
const BEAT: Duration = Duration::from_secs(10);

/// Keeps a job that may not move for longer than its lease; returns when somebody wants it to stop, or when it is nobody's any more.
pub(crate) async fn hold(services: &Services, id: i64) {
    loop {
        tokio::time::sleep(BEAT).await;
        let now = services.now();
        let held = services
            .db
            .write(move |tx| {
                Box::pin(async move { Ok::<_, ServiceError>(rows::hold(tx, id, now, now + LEASE).await?) })
            })
            .await;
        match held {
            Ok(Some(false)) => {}
            Ok(_) => return,
            Err(error) => tracing::warn!(job = id, %error, "a job could not be held"),
        }
    }
}

/// A job that is to be done.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its name for people.
    pub(crate) title: String,
    /// What [`work`] needs to know.
    pub(crate) parameters: Value,
}

/// Adds a job in a project and wakes who does it.
pub(crate) async fn begin(services: &Services, project: &Granted<ProjectRow>, order: Order) -> Result<JobRow> {
    let actor = project.actor();
    let new = NewJob {
        organization_id: project.row().organization_id,
        project_id: Some(project.row().id),
        account_id: actor.account_id,
        kind: order.kind.to_owned(),
        title: order.title,
        parameters: order.parameters.to_string(),
    };
    let (now, origin) = (services.now(), access::origin(actor));
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project_id = new.project_id.unwrap_or_default();
                let detail = serde_json::json!({ "kind": &new.kind, "project": project_id }).to_string();
                let row = rows::insert(tx, new, now).await?;
                audit::record(tx, &origin, "job.create", &format!("job:{}", row.id), &detail, now).await?;
                Ok::<_, ServiceError>(row)
            })
        })
        .await?;
    services.jobs.wake();
    Ok(row)
}

/// The job as it is when it has ended, or after `patience`.
pub async fn wait(services: &Services, id: i64, patience: Duration) -> Result<JobRow> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        // Before the look, so that an end between both is not missed. Another replica's job is looked after by the clock.
        let moved = services.jobs.ended();
        let row = rows::find(&services.db, id)
            .await?
            .ok_or(ServiceError::NotFound("Job"))?;
        let now = tokio::time::Instant::now();
        if row.finished_at.is_some() || now >= until {
            return Ok(row);
        }
        let again = until.min(now + Duration::from_millis(250));
        let _ = tokio::time::timeout_at(again, moved).await;
    }
}

/// A job of a project that the actor reaches, with what they are there.
pub async fn find(services: &Services, actor: Actor, id: i64, action: Action) -> Result<(Granted<ProjectRow>, JobRow)> {
    let missing = || ServiceError::NotFound("Job");
    let row = rows::find(&services.db, id).await?.ok_or_else(missing)?;
    let project = match access::project(services, actor, row.project_id.ok_or_else(missing)?, action).await {
        Err(ServiceError::NotFound(_)) => return Err(missing()),
        other => other?,
    };
    if !is_seen(&project, &row) {
        return Err(missing());
    }
    Ok((project, row))
}

/// Jobs are seen by who asked for them, and by those who manage the project.
fn is_seen(project: &Granted<ProjectRow>, row: &JobRow) -> bool {
    row.account_id == project.actor().account_id || project.may(Action::ProjectChange)
}

/// Whether the actor may stop the job. An index would only be begun again by the next list that could use it.
pub fn may_cancel(project: &Granted<ProjectRow>, row: &JobRow) -> bool {
    row.finished_at.is_none() && !row.kind.starts_with("index") && is_seen(project, row)
}

/// How long a job that has ended is listed, in microseconds: a day.
const LISTED: i64 = 86_400_000_000;

/// The jobs of a project that run or have ended within a day, newest first.
pub async fn list(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<JobRow>> {
    let mut found = rows::list(&services.db, project.row().id, services.now() - LISTED).await?;
    found.retain(|row| is_seen(project, row));
    Ok(found)
}

/// Asks a job to stop; gives it as it is now.
pub async fn cancel(services: &Services, project: &Granted<ProjectRow>, id: i64) -> Result<JobRow> {
    let (now, origin) = (services.now(), access::origin(project.actor()));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::ask_cancel(tx, id, now).await?;
                audit::record(tx, &origin, "job.cancel", &format!("job:{id}"), "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.jobs.wake();
    rows::find(&services.db, id).await?.ok_or(ServiceError::NotFound("Job"))
}

/// How long a job that has ended is kept, in microseconds: as long as the trash that it may have filled.
const KEPT: i64 = 30 * 86_400_000_000;

/// Removes jobs that ended long ago.
pub(crate) async fn tidy(services: &Services) -> Result<()> {
    let before = services.now() - KEPT;
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::purge(tx, before).await?) }))
        .await
}
