//! Targets: annotations are written as objects, behind the saves.
//!
//! The log of annotations says what was saved or deleted; no save waits for a store, or knows of one. What a target still has to be
//! given is in a table: it is written until it is there, with growing pauses, whatever happens to the store or to this program.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use labelkeep_blob::Bucket;
use labelkeep_store::annotations::{self, AnnotationRow};
use labelkeep_store::people;
use labelkeep_store::storages::work::{self, Outcome, WorkRow};
use labelkeep_store::storages::{self as rows, StorageRow};
use labelkeep_store::{Dialect, audit, tasks};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::begin::own;
use super::state::Sync;
use super::sync::work as with_storage;
use super::{body, opened};
use crate::access::{self, Granted};
use crate::jobs::{self, Ended, Next, Running};
use crate::{Result, ServiceError, Services};

/// How long to wait before looking for new saves.
const PAUSE: Duration = Duration::from_secs(1);
/// Numbers of the log may become visible out of order on PostgreSQL, within this time (microseconds).
const SETTLED: i64 = 5_000_000;
/// Entries of the log that one write takes.
const ENTRIES: i64 = 1_000;
/// Annotations that are taken at once.
const BATCH: i64 = 64;
/// Annotations that are written at the same time.
const AT_ONCE: usize = 8;
/// How long this program keeps what it has taken, in microseconds.
const LEASE: i64 = 300_000_000;
/// The first pause after a failure, in microseconds; it doubles up to the longest.
const AGAIN: i64 = 5_000_000;
const AGAIN_MAX: i64 = 3_600_000_000;
/// Tasks whose annotations one step of a full export writes.
const STEP: i64 = 50;

/// Gives targets what was saved, until the program ends.
pub async fn run(services: Services) {
    loop {
        if let Err(error) = pass(&services).await {
            tracing::error!(%error, "targets could not be given what was saved; tried again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Looks once at what was saved, and writes what is due.
async fn pass(services: &Services) -> Result<()> {
    let targets = rows::targets(&services.db).await?;
    if targets.is_empty() {
        return Ok(());
    }
    let settled_at = match services.db.dialect() {
        Dialect::Sqlite => i64::MAX,
        Dialect::Postgres => services.now() - SETTLED,
    };
    let last = work::last_settled(&services.db, settled_at).await?;
    stream::iter(targets)
        .for_each_concurrent(AT_ONCE, |target| async move {
            let id = target.id;
            let outcome = async {
                gather(services, &target, last, settled_at).await?;
                write_due(services, &target).await
            };
            if let Err(error) = outcome.await {
                tracing::error!(%error, storage = id, "a target could not be given what was saved; tried again");
            }
        })
        .await;
    Ok(())
}

/// Notes what the log has gained up to an entry.
async fn gather(services: &Services, target: &StorageRow, last: i64, settled_at: i64) -> Result<()> {
    let (id, project_id) = (target.id, target.project_id);
    let mut mark = target.log_mark;
    while mark < last {
        let after = mark;
        mark = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let taken = work::take(tx, id, project_id, after, ENTRIES, settled_at).await?;
                    // Saves in other projects are passed over.
                    let mark = taken.unwrap_or(last);
                    work::set_mark(tx, id, mark).await?;
                    Ok::<_, ServiceError>(mark)
                })
            })
            .await?;
    }
    Ok(())
}

/// Writes what is due, until nothing is, or the store fails.
async fn write_due(services: &Services, target: &StorageRow) -> Result<()> {
    while work::is_due(&services.db, target.id, services.now()).await? {
        let (id, now) = (target.id, services.now());
        let taken = services
            .db
            .write(move |tx| {
                Box::pin(async move { Ok::<_, ServiceError>(work::claim(tx, id, now, now + LEASE, BATCH).await?) })
            })
            .await?;
        if taken.is_empty() || !write_some(services, target, taken).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Writes annotations and notes what became of each; false when one of them failed.
async fn write_some(services: &Services, target: &StorageRow, taken: Vec<WorkRow>) -> Result<bool> {
    let bucket = opened::bucket(services, target).await;
    let writer = &Writer {
        services,
        target,
        bucket,
    };
    let outcomes: Vec<(WorkRow, Outcome)> = stream::iter(taken)
        .map(|work| async move {
            let outcome = writer.put(work.annotation_id).await.unwrap_or_else(|text| {
                let pause = AGAIN.saturating_mul(1 << work.attempts.clamp(0, 12)).min(AGAIN_MAX);
                Outcome::Failed {
                    error: text,
                    again_at: services.now() + pause,
                }
            });
            (work, outcome)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let works = outcomes
        .iter()
        .all(|(_, outcome)| !matches!(outcome, Outcome::Failed { .. }));
    let (id, now) = (target.id, services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                // A storage that was removed meanwhile has no work.
                if rows::lock(tx, id).await?.is_some() {
                    for (taken, outcome) in outcomes {
                        work::settle(tx, id, &taken, outcome, now).await?;
                    }
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    Ok(works)
}

struct Writer<'a> {
    services: &'a Services,
    target: &'a StorageRow,
    bucket: Result<Arc<dyn Bucket>>,
}

impl Writer<'_> {
    /// Brings the object of an annotation to what the annotation is now; or says why not.
    async fn put(&self, annotation_id: i64) -> Result<Outcome, String> {
        let bucket = self.bucket.as_ref().map_err(ToString::to_string)?;
        let key = bucket.key_for(&annotation_id.to_string());
        let content = self
            .content(annotation_id, bucket.writes_indented())
            .await
            .map_err(|error| {
                tracing::error!(%error, annotation = annotation_id, "an annotation could not be read for a target");
                "The server could not read the annotation. Its log says more.".to_owned()
            })?;
        let Some(content) = content else {
            if self.target.can_delete_objects == Some(true) {
                bucket.delete(&key).await.map_err(|error| error.text)?;
            }
            return Ok(Outcome::Removed);
        };
        bucket.write(&key, content).await.map_err(|error| error.text)?;
        Ok(Outcome::Written)
    }

    /// What is to be written of an annotation; none when it is gone.
    async fn content(&self, annotation_id: i64, indented: bool) -> Result<Option<Vec<u8>>> {
        let db = &self.services.db;
        let Some(annotation) = annotations::for_target(db, self.target.project_id, annotation_id).await? else {
            return Ok(None);
        };
        self.whole(annotation, indented).await.map(Some)
    }

    async fn whole(&self, annotation: AnnotationRow, indented: bool) -> Result<Vec<u8>> {
        let db = &self.services.db;
        let missing = || ServiceError::NotFound("Task");
        let task = tasks::find_for_job(db, annotation.task_id).await?.ok_or_else(missing)?;
        let project = labelkeep_store::projects::find_for_job(db, task.project_id).await?;
        let config = crate::projects::config(self.services, &project.ok_or_else(missing)?)?;
        let data = crate::tasks::shown_data(&config, &task.data);
        let author: Vec<i64> = annotation.completed_by.into_iter().collect();
        let people = people::find(db, &author).await?;
        body::of(&annotation, &task, &data, people.first(), indented)
    }
}

/// Tries at once what has failed before.
pub async fn retry(services: &Services, storage: Granted<StorageRow>) -> Result<()> {
    let (actor, row) = storage.into_parts();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                work::hurry(tx, row.id, now).await?;
                let detail = json!({ "project": row.project_id, "type": row.kind }).to_string();
                let object = format!("storage:{}", row.id);
                audit::record(tx, &access::origin(&actor), "storage.retry", &object, &detail, now).await?;
                Ok(())
            })
        })
        .await
}

/// How far a full export has come.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct At {
    /// The last task whose annotations were written.
    task: i64,
    tasks: i64,
    written: i64,
    failed: i64,
}

/// Writes all annotations of the project, from where it was left.
pub(crate) async fn write_all(services: &Services, job: &Running) -> Result<Ended> {
    with_storage(services, job, async |row| export(services, job, row).await).await
}

async fn export(services: &Services, job: &Running, target: StorageRow) -> Result<Ended> {
    let mut at: At = job.checkpoint();
    // One look says whether it can work at all: then nothing is noted as failed for nothing.
    let bucket = opened::bucket(services, &target).await?;
    if let Err(error) = bucket.check().await {
        return Err(crate::Invalid::whole(error.text).into());
    }
    let (id, job_id, project_id) = (target.id, job.row.id, target.project_id);
    let project = labelkeep_store::projects::find_for_job(&services.db, project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    loop {
        let found = work::tasks_after(&services.db, project_id, at.task, STEP).await?;
        let Some(last) = found.last().copied() else { break };
        let annotations = annotations::of_tasks(&services.db, &found).await?;
        let taken = annotations.iter().map(|row| WorkRow {
            annotation_id: row.id,
            attempts: 0,
            due_at: i64::MAX,
        });
        let taken: Vec<_> = taken.collect();
        let writer = &Writer {
            services,
            target: &target,
            bucket: Ok(bucket.clone()),
        };
        let outcomes: Vec<_> = stream::iter(taken)
            .map(|work| async move { (writer.put(work.annotation_id).await, work) })
            .buffered(AT_ONCE)
            .collect()
            .await;
        at.task = last;
        at.tasks += found.len() as i64;
        let now = services.now();
        let total = project.task_number.max(at.tasks);
        let (next, step) = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let mut at = at;
                    let row = own(tx, id, job_id).await?;
                    for (outcome, taken) in outcomes {
                        match outcome {
                            Ok(outcome) => {
                                at.written += i64::from(matches!(outcome, Outcome::Written));
                                work::settle(tx, id, &taken, outcome, now).await?;
                            }
                            Err(error) => {
                                at.failed += 1;
                                work::add(tx, id, std::iter::once(taken.annotation_id)).await?;
                                let again_at = now + AGAIN;
                                let taken = WorkRow { due_at: 0, ..taken };
                                work::settle(tx, id, &taken, Outcome::Failed { error, again_at }, now).await?;
                            }
                        }
                    }
                    let sync = Sync::of(&row).in_progress(job_id, at.written, now);
                    sync.with("total_annotations", at.written + at.failed).write(tx).await?;
                    let next = jobs::advance(tx, job_id, &at, at.tasks, total, now).await?;
                    Ok::<_, ServiceError>((next, at))
                })
            })
            .await?;
        at = step;
        if next == Next::Stop {
            return finish(services, job, id, at, true).await;
        }
    }
    finish(services, job, id, at, false).await
}

async fn finish(services: &Services, job: &Running, id: i64, at: At, is_cancelled: bool) -> Result<Ended> {
    let (job_id, now) = (job.row.id, services.now());
    let failed = format!("{} annotations could not be written; they are tried again.", at.failed);
    let stopped = "It was stopped before all were written.".to_owned();
    let text = (at.failed > 0).then_some(failed).or(is_cancelled.then_some(stopped));
    let (written, noted) = (at.written, text.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = own(tx, id, job_id).await?;
                let sync = Sync::of(&row).completed(written, noted, now);
                sync.with("total_annotations", at.written + at.failed).write(tx).await
            })
        })
        .await?;
    let detail = format!("{} annotations written. {}", at.written, text.unwrap_or_default());
    let result = json!({ "detail": detail.trim_end(), "written": at.written, "failed": at.failed });
    Ok(if is_cancelled {
        Ended::Cancelled(result)
    } else {
        Ended::Done(result)
    })
}
