//! Sources: what lies in a bucket becomes tasks.
//!
//! A sync goes through the list of the bucket in the order of keys and lays it beside the list of known objects, a page at a time, so
//! that memory does not grow with the bucket. What is new is read and checked; a bad object is noted with its reason and harms no other
//! one. Each step writes its tasks, its objects and the place where the next one begins in one transaction: a sync that is broken off
//! goes on there, and makes nothing twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use labelkeep_blob::{Bucket, Fault, Object, Position};
use labelkeep_formats::import::FileKind;
use labelkeep_store::audit;
use labelkeep_store::storages::objects::{self, KnownObject, ReadObject, TaskLink};
use labelkeep_store::storages::{self as rows, StorageRow};
use serde::Deserialize;
use serde_json::json;

use super::begin::{claim, own};
use super::change::Filter;
use super::known::Known;
use super::progress::At;
use super::state::Sync;
use super::{opened, untouched};
use crate::import::Members;
use crate::import::each::{self, Checker, Parsed};
use crate::jobs::{self, Ended, Next, Running};
use crate::{Invalid, Result, ServiceError, Services};

/// Objects of one page of the list.
const PAGE: usize = 1_000;
/// Tasks that one write takes: some 20 ms.
const STEP_TASKS: usize = 1_000;
/// Bytes of JSON that one write takes.
const STEP_BYTES: usize = 2 * 1024 * 1024;
/// The largest object that is read as tasks, in bytes.
pub(super) const OBJECT_MAX: u64 = 128 * 1024 * 1024;
/// How often an object is read when the connection is cut.
const READS: u32 = 3;
/// Objects that are read at the same time.
const AT_ONCE: usize = 8;
/// Bytes of objects that are in memory at the same time, beside one that is larger.
const AHEAD_BYTES: u64 = 16 * 1024 * 1024;
/// The least that is read of an object, in bytes, whatever the list said of its size.
const OBJECT_MIN: u64 = 64 * 1024;
/// Pages of a list that may follow each other without going on.
const STILL: u32 = 100;
/// Longest key, in bytes: what databases take into an index.
pub(super) const KEY_MAX: usize = 2_000;
/// How often a sync that finds nothing new says how far it has come.
const PING: Duration = Duration::from_secs(5);

/// Does the work of a storage's job; when it cannot go on, the storage says why.
pub(super) async fn work<'a>(
    services: &'a Services,
    job: &'a Running,
    doing: impl AsyncFnOnce(StorageRow) -> Result<Ended>,
) -> Result<Ended> {
    let asked: Asked = job.parameters()?;
    let (id, job_id) = (asked.storage, job.row.id);
    claim(services, job, id).await?;
    let row = rows::find_for_job(&services.db, id)
        .await?
        .ok_or(ServiceError::NotFound("Storage"))?;
    let error = match doing(row).await {
        // A fault of ours is tried again by who does jobs, and the storage goes on to be in progress.
        Err(error) if error.may_pass() => return Err(error),
        Err(error) => error,
        ended => return ended,
    };
    let text = match &error {
        ServiceError::Invalid(invalid) => {
            let texts: Vec<_> = invalid
                .fields
                .iter()
                .flat_map(|(_, texts)| texts.iter().cloned())
                .collect();
            texts.join(" ")
        }
        other => other.to_string(),
    };
    let now = services.now();
    let noted: Result<()> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = own(tx, id, job_id).await?;
                Sync::of(&row).failed(text, now).write(tx).await
            })
        })
        .await;
    match noted {
        // It was removed meanwhile.
        Ok(()) | Err(ServiceError::NotFound(_)) => Err(error),
        Err(fault) => Err(fault),
    }
}

/// What a job of a storage is asked to do.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) storage: i64,
}

/// Reads a source, from where it was left.
pub(crate) async fn read_all(services: &Services, job: &Running) -> Result<Ended> {
    work(services, job, async |row| read(services, job, &row).await).await
}

/// A part of an object that goes into one write.
struct Piece {
    object: Object,
    parsed: Parsed,
    /// Its first task's place in the object.
    first: usize,
    /// Whether tasks are numbered: the object can hold many.
    is_numbered: bool,
    /// Whether the object is in with it; its tasks then.
    ends: Option<usize>,
    problem: Option<String>,
}

struct Reading<'a> {
    services: &'a Services,
    job: &'a Running,
    storage: &'a StorageRow,
    bucket: Arc<dyn Bucket>,
    checker: Checker,
    at: At,
    waiting: VecDeque<Piece>,
    /// Tasks of what waits.
    tasks: usize,
    /// Their bytes of JSON.
    bytes: usize,
    changed: Vec<String>,
    /// What content objects have of which only an event told: (key, ETag).
    learned: Vec<(String, String)>,
    /// Objects of which no tasks are there, and that the store has no more.
    gone: Vec<String>,
    /// When it was last written how far the sync has come.
    written: Instant,
}

async fn read(services: &Services, job: &Running, storage: &StorageRow) -> Result<Ended> {
    let project = labelkeep_store::projects::find_for_job(&services.db, storage.project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    if !storage.use_blob_urls {
        untouched::check(&project)?;
    }
    let config = crate::projects::config(services, &project)?;
    let members = Members::of(services, storage.organization_id, job.row.account_id).await?;
    let filter = Filter::new(storage.regex_filter.as_deref())?;
    let mut reading = Reading {
        services,
        job,
        storage,
        bucket: opened::bucket(services, storage).await?,
        checker: Checker::new(services, config, members),
        at: job.checkpoint(),
        waiting: VecDeque::new(),
        tasks: 0,
        bytes: 0,
        changed: Vec::new(),
        learned: Vec::new(),
        gone: Vec::new(),
        written: Instant::now(),
    };
    if !reading.at.has_begun {
        reading.at = At::of(services, storage).await?;
    }
    let mut still = 0;
    loop {
        let from = reading.at.position.clone();
        let page = reading
            .bucket
            .list(&from, storage.recursive_scan, PAGE)
            .await
            .map_err(|error| Invalid::whole(error.text))?;
        let mut found = page.objects;
        if let Some(last) = found.last() {
            reading.at.last_key.clone_from(&last.key);
        }
        found.retain(|object| filter.takes(&object.key));
        // No key is behind this one.
        let until = page.next.as_ref().map_or("\u{10FFFF}", |next| next.after.as_str());
        let stopped = reading.take(&from.after, until, found).await? == Next::Stop;
        match page.next {
            Some(next) if !stopped => {
                // A store that always has another page would keep the job for hours.
                still = if next.after > from.after { 0 } else { still + 1 };
                if still > STILL {
                    return Err(Invalid::whole("The storage's list does not come to an end").into());
                }
                // Where nothing is new, nothing is written but now and then how far it has come.
                if !reading.has_news() {
                    reading.at.position = next;
                } else if reading.step(Some(next)).await? == Next::Stop {
                    return reading.end(true).await;
                }
            }
            _ => return reading.end(stopped).await,
        }
    }
}

impl Reading<'_> {
    /// Whether there is something to write, or it is time to say how far the sync has come.
    fn has_news(&self) -> bool {
        let is_empty =
            self.waiting.is_empty() && self.changed.is_empty() && self.gone.is_empty() && self.learned.is_empty();
        !is_empty || self.written.elapsed() > PING
    }

    /// Takes the objects of a page, behind one key and up to another: what is new is read, in the order of keys.
    async fn take(&mut self, after: &str, until: &str, mut found: Vec<Object>) -> Result<Next> {
        self.at.seen += found.len() as i64;
        let all = found.len();
        found.retain(|object| object.key.len() <= KEY_MAX);
        self.at.failed += (all - found.len()) as i64;
        // Keys are compared as bytes, by both databases and by stores.
        let mut known = Known::new(self.services, self.storage.id, after, until);
        let mut fresh = Vec::new();
        for object in found {
            while let Some(other) = known.next_if(|other| other.object_key < object.key).await? {
                self.lacks(other);
            }
            match known.next_if(|other| other.object_key == object.key).await? {
                Some(other) if other.is_done => {
                    self.at.existed += 1;
                    if other.etag.is_empty() {
                        self.learned.push((object.key, object.etag));
                    } else if other.etag != object.etag {
                        self.at.changed += 1;
                        if !other.has_changed {
                            self.changed.push(object.key);
                        }
                    }
                }
                _ => fresh.push(object),
            }
        }
        while let Some(other) = known.next_if(|_| true).await? {
            self.lacks(other);
            if self.gone.len() >= STEP_TASKS && self.step(None).await? == Next::Stop {
                return Ok(Next::Stop);
            }
        }
        if self.storage.use_blob_urls {
            for object in fresh {
                let address = self.bucket.address(&object.key);
                let outcome = self.checker.address(&address);
                if self.put(object, outcome, false).await? == Next::Stop {
                    return Ok(Next::Stop);
                }
            }
            return Ok(Next::GoOn);
        }
        self.contents(fresh).await
    }

    /// Takes note of a known object that the store has no more: what tasks came of stays known.
    fn lacks(&mut self, other: KnownObject) {
        self.gone.extend((!other.is_done).then_some(other.object_key));
    }

    /// Reads objects as tasks.
    async fn contents(&mut self, fresh: Vec<Object>) -> Result<Next> {
        let mut fresh = VecDeque::from(fresh);
        while !fresh.is_empty() {
            let mut ahead = 0;
            let mut group = Vec::new();
            while let Some(object) = fresh.pop_front_if(|object| group.is_empty() || ahead + object.size <= AHEAD_BYTES)
            {
                ahead += object.size;
                group.push(object);
            }
            let bucket = self.bucket.clone();
            let mut contents = stream::iter(group)
                .map(|object| {
                    let bucket = bucket.clone();
                    async move {
                        let content = content(&*bucket, &object).await;
                        (object, content)
                    }
                })
                .buffered(AT_ONCE);
            while let Some((object, content)) = contents.next().await {
                let kind = kind(&object.key);
                let outcome = content?.and_then(|bytes| self.checker.content(&bytes, kind));
                if self.put(object, outcome, true).await? == Next::Stop {
                    return Ok(Next::Stop);
                }
            }
        }
        Ok(Next::GoOn)
    }

    /// Takes what came of an object, and writes when there is enough.
    async fn put(&mut self, object: Object, outcome: Result<Parsed, String>, is_numbered: bool) -> Result<Next> {
        let (mut parsed, problem) = match outcome {
            Ok(parsed) => (parsed, None),
            Err(text) => (Parsed::default(), Some(text)),
        };
        let total = parsed.len();
        // What a sync that was broken off has made of the first object is there already.
        let is_begun = self.at.begun.as_ref() == Some(&object.key);
        let mut first = if is_begun { self.at.rows.min(total) } else { 0 };
        if first > 0 {
            parsed = parsed.split_off(first);
        }
        loop {
            let rest = parsed.split_off(STEP_TASKS.min(fitting(&parsed)));
            let ends = (rest.len() == 0).then_some(total);
            let number = parsed.len();
            self.tasks += number;
            self.bytes += parsed.bytes();
            self.waiting.push_back(Piece {
                object: object.clone(),
                parsed,
                first,
                is_numbered,
                ends,
                problem: problem.clone(),
            });
            let is_full = self.tasks >= STEP_TASKS || self.bytes >= STEP_BYTES || ends.is_none();
            if is_full && self.step(None).await? == Next::Stop {
                return Ok(Next::Stop);
            }
            if ends.is_some() {
                return Ok(Next::GoOn);
            }
            first += number;
            parsed = rest;
        }
    }

    /// Writes what waits, and where the sync goes on: behind what is in, or at `next`, when a whole page is.
    async fn step(&mut self, next: Option<Position>) -> Result<Next> {
        let pieces: Vec<Piece> = self.waiting.drain(..).collect();
        (self.tasks, self.bytes) = (0, 0);
        let (changed, gone) = (std::mem::take(&mut self.changed), std::mem::take(&mut self.gone));
        let learned = std::mem::take(&mut self.learned);
        let mut read = Vec::new();
        let mut links: Vec<(String, Option<i64>)> = Vec::new();
        let mut parts = Vec::new();
        for piece in pieces {
            let number = piece.parsed.len();
            for place in 0..number {
                let row = piece.is_numbered.then_some((piece.first + place) as i64);
                links.push((piece.object.key.clone(), row));
            }
            self.at.made += number as i64;
            match piece.ends {
                Some(tasks) => {
                    self.at.failed += i64::from(piece.problem.is_some());
                    self.at.position = Position {
                        after: piece.object.key.clone(),
                        token: None,
                    };
                    self.at.begun = None;
                    read.push(ReadObject {
                        key: piece.object.key,
                        etag: piece.object.etag,
                        tasks: tasks as i64,
                        problem: piece.problem,
                    });
                }
                None => {
                    self.at.rows = piece.first + number;
                    self.at.begun = Some(piece.object.key.clone());
                }
            }
            parts.push(piece.parsed);
        }
        if let Some(next) = next {
            self.at.position = next;
        }
        self.written = Instant::now();
        let (now, at, stopped) = (self.services.now(), self.at.clone(), self.at.stopped()?);
        let (id, project_id, job) = (self.storage.id, self.storage.project_id, self.job);
        let (job_id, account_id) = (job.row.id, job.row.account_id);
        self.services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    // A storage that was removed meanwhile gets no more tasks.
                    let row = own(tx, id, job_id).await?;
                    let ids = each::insert(tx, project_id, account_id, parts, now).await?;
                    let links = links
                        .into_iter()
                        .zip(ids)
                        .map(|((object_key, row_index), task_id)| TaskLink {
                            task_id,
                            object_key,
                            row_index,
                        });
                    objects::link(tx, id, links.collect()).await?;
                    objects::put(tx, id, read).await?;
                    objects::set_changed(tx, id, changed).await?;
                    objects::set_etags(tx, id, learned).await?;
                    objects::forget(tx, id, gone).await?;
                    rows::set_resume(tx, id, row.last_key.clone(), Some(stopped)).await?;
                    let sync = Sync::of(&row).in_progress(job_id, at.made, now);
                    sync.with("tasks_existed", at.existed).write(tx).await?;
                    jobs::advance(tx, job_id, &at, at.seen, 0, now).await
                })
            })
            .await
    }

    /// Writes the rest, and how it went.
    async fn end(mut self, is_cancelled: bool) -> Result<Ended> {
        self.step(None).await?;
        let (now, at, id, origin) = (self.services.now(), self.at, self.storage.id, self.job.origin());
        let mut notes = Vec::new();
        if at.failed > 0 {
            notes.push(format!(
                "Objects of which no tasks could be made: {}. They are read again by the next sync.",
                at.failed
            ));
        }
        if at.changed > 0 {
            notes.push(format!(
                "Objects that have changed since their tasks were made: {}. The tasks stay as they are.",
                at.changed
            ));
        }
        if at.goes_on {
            notes.push(
                "It went on where the last one stopped; what came before that since is found by the next one."
                    .to_owned(),
            );
        }
        if is_cancelled {
            notes.push("The sync was stopped; the next one goes on.".to_owned());
        }
        let text = (at.failed > 0 || is_cancelled).then(|| notes.join("\n"));
        let (project_id, job_id) = (self.storage.project_id, self.job.row.id);
        self.services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let row = own(tx, id, job_id).await?;
                    if !is_cancelled {
                        let last_key = row.last_key.clone().unwrap_or_default().max(at.last_key);
                        rows::set_resume(tx, id, Some(last_key), None).await?;
                    }
                    let sync = Sync::of(&row).completed(at.made, text, now);
                    let sync = sync
                        .with("tasks_existed", at.existed)
                        .with("tasks_failed_validation", at.failed);
                    sync.with("objects_changed", at.changed).write(tx).await?;
                    if at.made > 0 {
                        let detail = json!({ "tasks": at.made, "storage": id }).to_string();
                        let object = format!("project:{project_id}");
                        audit::record(tx, &origin, "task.import", &object, &detail, now).await?;
                    }
                    Ok::<_, ServiceError>(())
                })
            })
            .await?;
        let mut detail = format!("{} new tasks; {} objects were known", at.made, at.existed);
        for note in notes {
            detail.push('\n');
            detail.push_str(&note);
        }
        let result = json!({ "detail": detail, "tasks": at.made, "existed": at.existed, "failed": at.failed });
        Ok(if is_cancelled {
            Ended::Cancelled(result)
        } else {
            Ended::Done(result)
        })
    }
}

/// How many of the tasks one write takes by their bytes: at least one.
fn fitting(parsed: &Parsed) -> usize {
    let average = parsed.bytes() / parsed.len().max(1);
    (STEP_BYTES / average.max(1)).max(1)
}

/// How the tasks lie in an object, by the end of its key.
pub(super) fn kind(key: &str) -> FileKind {
    FileKind::of(extension(key).unwrap_or("json"))
}

/// What comes after the last dot of a key's last part.
fn extension(key: &str) -> Option<&str> {
    let name = key.rsplit('/').next().unwrap_or(key);
    name.rsplit_once('.').map(|(_, extension)| extension)
}

/// The bytes of an object that holds tasks; inside, what is wrong with the object. An error ends the sync: the store itself fails.
pub(super) async fn content(bucket: &dyn Bucket, object: &Object) -> Result<Result<Vec<u8>, String>> {
    if !matches!(extension(&object.key), None | Some("json" | "jsonl" | "parquet")) {
        return Ok(Err(format!(
            "File \"{}\" is not a JSON/JSONL/Parquet file. Only .json, .jsonl, and .parquet files can be processed. Switch to files as tasks if each \
             object is to be one task.",
            object.key
        )));
    }
    if object.size > OBJECT_MAX {
        return Ok(Err(format!(
            "The object is larger than {OBJECT_MAX} bytes. Split it into several."
        )));
    }
    // Memory is planned by what the list says of sizes; a store that says too little would have eight large ones in it at once.
    let most = object.size.max(OBJECT_MIN);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let read = async { bucket.read(&object.key, None).await?.bytes(most).await };
        match read.await {
            Ok(bytes) => return Ok(Ok(bytes)),
            // A connection that was cut in the middle.
            Err(error) if error.may_pass() && attempts < READS => {}
            // The store itself, or the keys: that is no fault of the object.
            Err(error) if error.may_pass() || error.fault == Fault::Keys => {
                return Err(Invalid::whole(error.text).into());
            }
            Err(error) => return Ok(Err(error.text)),
        }
    }
}
