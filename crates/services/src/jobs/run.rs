//! The loop that takes jobs and does them.

use std::time::Duration;

use labelkeep_store::Dialect;
use labelkeep_store::jobs as rows;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::{Ended, LEASE, Running, work};
use crate::{Result, ServiceError, Services, notifications};

/// Wakes who does jobs, and who waits for them.
#[derive(Debug, Default)]
pub struct Runner {
    begun: Notify,
    ended: std::sync::Arc<Notify>,
}

impl Runner {
    pub(super) fn wake(&self) {
        self.begun.notify_one();
    }

    /// Resolves when a job has ended here.
    pub(super) fn ended(&self) -> OwnedNotified {
        self.ended.clone().notified_owned()
    }
}

/// How long to wait before looking for jobs of other replicas, and for those whose time has come again.
const LOOK: Duration = Duration::from_secs(2);
/// Jobs that one server does at the same time.
const AT_ONCE: usize = 2;
/// How often a job that fails by a fault is tried.
const ATTEMPTS: i64 = 5;
/// How long a job may take from when it was begun, in microseconds: ten hours. What it has done by then stays done.
const MOST: i64 = 36_000_000_000;
/// How long it waits before it is tried again, in microseconds, times the attempts so far.
const AGAIN: i64 = 5_000_000;

/// Does jobs until the program ends.
pub async fn run(services: Services) {
    if services.db.dialect() == Dialect::Sqlite
        && let Err(error) = release(&services).await
    {
        tracing::error!(%error, "jobs that a stop of the server broke off wait for their lease to run out");
    }
    let workers = (0..AT_ONCE).map(|_| keep_working(services.clone()));
    futures_util::future::join_all(workers).await;
}

/// One server works on an embedded database: what it did when it was stopped can go on at once.
async fn release(services: &Services) -> Result<()> {
    let now = services.now();
    services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::release(tx, now).await?) }))
        .await
}

async fn keep_working(services: Services) {
    loop {
        match next(&services).await {
            Ok(true) => {}
            Ok(false) => {
                let _ = tokio::time::timeout(LOOK, services.jobs.begun.notified()).await;
            }
            Err(error) => {
                tracing::error!(%error, "jobs could not be looked for");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Takes a job and does it; false when there is none.
async fn next(services: &Services) -> Result<bool> {
    let now = services.now();
    if !rows::is_due(&services.db, now).await? {
        return Ok(false);
    }
    let claimed = services
        .db
        .write(move |tx| Box::pin(async move { Ok::<_, ServiceError>(rows::claim(tx, now, now + LEASE).await?) }))
        .await?;
    let Some(row) = claimed else { return Ok(false) };
    let (id, kind, attempts, told) = (row.id, row.kind.clone(), row.attempts, row.clone());
    let left = MOST - (now - row.started_at.unwrap_or(now));
    let outcome = do_within(services, Running { row }, left).await;
    let end = match outcome {
        Ok(Ended::Done(result)) => End::Finished("done", Some(result), None),
        Ok(Ended::Cancelled(result)) => End::Finished("cancelled", Some(result), None),
        Ok(Ended::Failed(result, text)) => End::Finished("failed", Some(result), Some(text)),
        Err(error) if error.may_pass() => {
            tracing::error!(job = id, kind, %error, "a job failed");
            if attempts < ATTEMPTS {
                End::Again(now + AGAIN * attempts)
            } else {
                let text = "The server could not do this. Its log says more.";
                End::Finished("failed", None, Some(text.to_owned()))
            }
        }
        Err(error) => End::Finished("failed", None, Some(error.to_string())),
    };
    let (at, own) = (services.now(), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                match end {
                    End::Finished(state, result, error) => {
                        let text = result.as_ref().map(Value::to_string);
                        rows::finish(tx, id, state, text.as_deref(), error.as_deref(), at).await?;
                        notifications::job_ended(&own, tx, &told, (state, result.as_ref(), error.as_deref()), at)
                            .await?;
                    }
                    End::Again(again_at) => rows::put_off(tx, id, "", again_at.max(at)).await?,
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.jobs.ended.notify_waiters();
    Ok(true)
}

/// Does a job in a task of its own: a panic ends the job, not the loop. One whose time is over is broken off between two steps.
async fn do_within(services: &Services, running: Running, micros: i64) -> Result<Ended> {
    let too_long = || {
        let hours = MOST / 3_600_000_000;
        ServiceError::Nothing(format!(
            "It took longer than {hours} hours and was ended. What was done stays done."
        ))
    };
    let Ok(left @ 1..) = u64::try_from(micros) else {
        return Err(too_long());
    };
    let own = services.clone();
    let mut task = tokio::spawn(async move { work(&own, &running).await });
    match tokio::time::timeout(Duration::from_micros(left), &mut task).await {
        Ok(outcome) => {
            outcome.unwrap_or_else(|error| Err(ServiceError::Internal(format!("the job broke off: {error}"))))
        }
        Err(_) => {
            task.abort();
            Err(too_long())
        }
    }
}

enum End {
    Finished(&'static str, Option<Value>, Option<String>),
    Again(i64),
}
