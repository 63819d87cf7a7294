//! Import of tasks: all of a request, or nothing.
//!
//! A thread reads and checks the items; the database takes them in chunks of some milliseconds, behind the saves of people who
//! label at the same time. Until the last chunk is in, no query shows any of them; one short write then makes them visible
//! and adds the counters. An import that fails, or that a stop of the server breaks off, is removed again; one that is a job
//! ([`job`]) goes on instead.

mod chunk;
pub(crate) mod each;
mod files;
pub mod job;
mod preannotated;
mod read;

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use labelkeep_labeling::Config;
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::uploads::UploadRow;
use labelkeep_store::{self as store, Dialect, Tx, audit, imports};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::jobs::Next;
use crate::storages::untouched;
use crate::uploads::Incoming;
use crate::{Invalid, Progress, Result, ServiceError, Services, background};
use chunk::{Chunk, Pace, Totals};
use files::Stored;
pub use labelkeep_store::imports::ImportRow;
pub(crate) use read::Members;

/// What to import.
pub enum Source {
    /// A JSON body: an object is one task, an array many.
    Json(Box<dyn Read + Send>),
    /// Uploaded files.
    Files(Vec<Incoming>),
    /// Files that have been uploaded before.
    Kept(Vec<UploadRow>),
}

/// How to import.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// Make tasks; without it files are only parsed and kept.
    pub commit_to_project: bool,
    /// Answer with the ids of the tasks.
    pub return_task_ids: bool,
    /// Data keys that become a prediction.
    pub preannotated_from_fields: Vec<String>,
    /// The files are a data set of this kind.
    pub dataset: Option<String>,
    /// Its answers become predictions of this version, not annotations.
    pub as_predictions: Option<String>,
    /// CSV, TSV and TXT files are lists of tasks; without it each file is one task by its address.
    pub files_as_tasks_list: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            commit_to_project: true,
            return_task_ids: false,
            preannotated_from_fields: Vec::new(),
            dataset: None,
            as_predictions: None,
            files_as_tasks_list: true,
        }
    }
}

/// What came in.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Tasks.
    pub task_count: u64,
    /// Annotations.
    pub annotation_count: u64,
    /// Predictions.
    pub prediction_count: u64,
    /// Seconds.
    pub duration: f64,
    /// The files that were kept.
    pub file_upload_ids: Vec<i64>,
    /// Whether a file could be read as a list of tasks.
    pub could_be_tasks_list: bool,
    /// Extension with dot → number of files; none for a JSON body.
    pub found_formats: Option<Vec<(String, u64)>>,
    /// Keys that the first tasks of all files share.
    pub data_columns: Vec<String>,
    /// Ids, when they were asked for.
    pub task_ids: Option<Vec<i64>>,
    /// What was kept although it does not fit the configuration, or was left out of a data set: text and how often.
    pub warnings: Vec<(String, u64)>,
    /// A labeling configuration for what a data set holds.
    pub proposed_config: Option<String>,
}

/// Whether there is a kind of data set of this name.
pub fn is_dataset(kind: &str) -> bool {
    labelkeep_formats::datasets::dataset(kind).is_some()
}

/// How many chunks may wait for the database.
const CHUNKS_AHEAD: usize = 2;

/// Imports tasks into a project. Runs in a task of its own: when the returned future is dropped, because the client has gone,
/// the import is taken back instead of being left half done.
pub async fn import(
    services: &Services,
    project: Granted<ProjectRow>,
    source: Source,
    options: Options,
) -> Result<Summary> {
    let progress = Progress::default();
    let _guard = progress.cancel_on_drop();
    let services = services.clone();
    let work = async move { watched(&services, project, source, options, &progress).await };
    tokio::spawn(audit::carried(work))
        .await
        .map_err(|error| ServiceError::Internal(format!("the import's task: {error}")))?
}

/// The same for somebody who looks on and stays until it is done: what is cancelled is taken back before this returns.
pub async fn watched(
    services: &Services,
    project: Granted<ProjectRow>,
    source: Source,
    options: Options,
    progress: &Progress,
) -> Result<Summary> {
    let started = Instant::now();
    let (actor, project) = project.into_parts();
    let config = crate::projects::config(services, &project)?;
    // A table that is shown as a file, not read, is media.
    if !options.files_as_tasks_list && matches!(source, Source::Files(_) | Source::Kept(_)) {
        untouched::check(&project)?;
    }
    let members = Members::load(services, &actor).await?;
    // Of files that lie elsewhere, until they have been read.
    let mut copies = Vec::new();
    let (input, files) = match source {
        Source::Json(body) => (read::Input::Json(body), Vec::new()),
        Source::Files(incoming) => {
            let files = Stored::keep_all(services, &project, &actor, incoming, options.dataset.is_some()).await?;
            (read::Input::Files(files.iter().map(Stored::input).collect()), files)
        }
        Source::Kept(rows) => {
            let mut inputs = Vec::with_capacity(rows.len());
            for row in &rows {
                let local = services.settings.files.uploads.local(&row.stored_as).await?;
                inputs.push(read::FileInput {
                    id: Some(row.id),
                    name: row.name.clone(),
                    url: crate::uploads::url(row.project_id, &row.name),
                    extension: crate::uploads::extension(&row.name),
                    path: local.path().to_owned(),
                });
                copies.push(local);
            }
            (read::Input::Files(inputs), Vec::new())
        }
    };
    let written = Written {
        origin: access::origin(&actor),
        account_id: actor.account_id,
        import_id: None,
        project_id: project.id,
        job_id: None,
        last: None,
        totals: Totals::new(options.return_task_ids),
    };
    let mut summary = match read_and_write(services, config, members, input, &options, written, progress).await {
        Ok(done) => done,
        Err(error) => {
            Stored::forget_all(services, files).await;
            return Err(error);
        }
    };
    summary.file_upload_ids = files.into_iter().filter_map(Stored::keep).collect();
    summary.duration = started.elapsed().as_secs_f64();
    Ok(summary)
}

/// Reads in a thread and writes beside it, from where `written` has come. An error leaves nothing behind, but that of a job which may
/// go on.
async fn read_and_write(
    services: &Services,
    config: Arc<Config>,
    members: Members,
    input: read::Input,
    options: &Options,
    written: Written,
    progress: &Progress,
) -> Result<Summary> {
    let (chunks, received) = mpsc::channel(CHUNKS_AHEAD);
    let pace = Pace::default();
    let reader = read::Reader::new(
        services,
        config,
        members,
        options.clone(),
        chunks,
        progress.clone(),
        pace.clone(),
    )
    .skipping(written.totals.tasks);
    let reading = background::run(move || reader.run(input));
    let written = write(services, written, received, progress, &pace).await;
    let read = reading
        .await
        .map_err(|error| ServiceError::Internal(format!("the import's reader: {error}")))?;
    let (mut summary, totals) = match (read, written) {
        (_, Ok(written)) if progress.is_cancelled() => {
            written.abandon(services).await;
            return Err(cancelled());
        }
        (Ok(summary), Ok(written)) => (summary, finish(services, options, written).await?),
        // What the reader found comes first: when it stops early, the writer only sees the end.
        (Err(error), Ok(written)) => {
            written.give_up(services, &error).await;
            return Err(error);
        }
        (_, Err(error)) => return Err(error),
    };
    if options.commit_to_project {
        summary.task_count = totals.tasks;
    }
    summary.annotation_count = totals.annotations;
    summary.prediction_count = totals.predictions;
    summary.task_ids = options.return_task_ids.then_some(totals.task_ids);
    summary.warnings.extend(totals.warnings);
    Ok(summary)
}

/// What the writer has done so far.
struct Written {
    origin: audit::Origin,
    account_id: i64,
    /// The pending import; none while nothing has been written.
    import_id: Option<i64>,
    project_id: i64,
    /// The job that goes on with it after a stop of the server.
    job_id: Option<i64>,
    /// The last chunk, which is written together with the end.
    last: Option<Chunk>,
    totals: Totals,
}

impl Written {
    /// Removes what has been written.
    async fn abandon(self, services: &Services) {
        if let Some(import_id) = self.import_id {
            remove(services, self.project_id, import_id).await;
        }
    }

    /// Removes what has been written, unless a job tries again from here.
    async fn give_up(self, services: &Services, error: &ServiceError) {
        if self.job_id.is_none() || !error.may_pass() {
            self.abandon(services).await;
        }
    }
}

/// Writes the chunks as they come, all but the last.
async fn write(
    services: &Services,
    mut written: Written,
    mut received: mpsc::Receiver<Chunk>,
    progress: &Progress,
    pace: &Pace,
) -> Result<Written> {
    while let Some(next) = received.recv().await {
        let Some(chunk) = written.last.replace(next) else {
            continue;
        };
        let outcome = if progress.is_cancelled() {
            Err(cancelled())
        } else {
            write_one(services, &mut written, chunk, progress, pace).await
        };
        if let Err(error) = outcome {
            drop(received);
            written.give_up(services, &error).await;
            return Err(error);
        }
        progress.set_done(written.totals.tasks);
    }
    Ok(written)
}

fn cancelled() -> ServiceError {
    Invalid::whole("The import was cancelled.").into()
}

async fn write_one(
    services: &Services,
    written: &mut Written,
    chunk: Chunk,
    progress: &Progress,
    pace: &Pace,
) -> Result<()> {
    let now = services.now();
    let (account_id, project_id, job_id) = (written.account_id, written.project_id, written.job_id);
    let import_id = match written.import_id {
        Some(id) => id,
        None => {
            let id = services
                .db
                .write(move |tx| Box::pin(async move { imports::begin(tx, project_id, account_id, job_id, now).await }))
                .await?;
            written.import_id = Some(id);
            id
        }
    };
    let mut totals = std::mem::replace(&mut written.totals, Totals::new(false));
    // Of bytes that are read there are so many tasks; so many there may be in all.
    let read = (progress.bytes(), progress.bytes_total());
    let pace = pace.clone();
    let (totals, next) = services
        .db
        .write_step(move |tx| {
            Box::pin(async move {
                let (begun, tasks) = (Instant::now(), chunk.tasks.len());
                let project = locked_project(tx, project_id).await?;
                chunk.insert(tx, &project, import_id, now, &mut totals).await?;
                pace.learn(tasks, begun.elapsed());
                if !imports::advance(tx, import_id, &counted(&totals), now).await? {
                    return Err(taken_back());
                }
                let next = match job_id {
                    Some(id) => job::advance(tx, id, import_id, &totals, read, now).await?,
                    None => Next::GoOn,
                };
                Ok((totals, next))
            })
        })
        .await?;
    written.totals = totals;
    if next == Next::Stop {
        progress.cancel();
    }
    Ok(())
}

/// Writes the last chunk, makes everything visible, and adds the counters: one write.
async fn finish(services: &Services, options: &Options, written: Written) -> Result<Totals> {
    let Written {
        origin,
        account_id,
        import_id,
        project_id,
        job_id,
        last,
        mut totals,
    } = written;
    if !options.commit_to_project {
        return Ok(totals);
    }
    let now = services.now();
    let outcome = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, project_id).await?;
                let import_id = match import_id {
                    Some(id) => id,
                    None => imports::begin(tx, project_id, account_id, job_id, now).await?,
                };
                if let Some(chunk) = last {
                    chunk.insert(tx, &project, import_id, now, &mut totals).await?;
                }
                settle(tx, project_id, import_id, &totals, now).await?;
                let detail = format!("{{\"tasks\":{}}}", totals.tasks);
                let object = format!("project:{project_id}");
                audit::record(tx, &origin, "task.import", &object, &detail, now).await?;
                Ok::<_, ServiceError>(totals)
            })
        })
        .await;
    if let (Err(error), Some(import_id)) = (&outcome, import_id)
        && (job_id.is_none() || !error.may_pass())
    {
        remove(services, project_id, import_id).await;
    }
    let totals = outcome?;
    if totals.tasks >= ANALYZE_AFTER {
        let db = services.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.analyze().await {
                tracing::warn!(%error, "the planner's statistics could not be refreshed");
            }
        });
    }
    Ok(totals)
}

/// Imports of so many tasks change what the planner should know.
const ANALYZE_AFTER: u64 = 1_000;

async fn settle(tx: &mut Tx, project_id: i64, import_id: i64, totals: &Totals, now: i64) -> Result<()> {
    projects::count_change(
        tx,
        project_id,
        CounterChange {
            tasks: totals.tasks as i64,
            ..totals.counters
        },
    )
    .await?;
    for (person, [annotated, kept, finished]) in &totals.people {
        projects::progress_change(tx, project_id, *person, *annotated, *kept, *finished).await?;
    }
    let counts: Vec<_> = totals.summary.iter().collect();
    for part in counts.chunks(1_000) {
        let changes = part
            .iter()
            .map(|((kind, name, label), number)| (*kind, name.as_str(), label.as_str(), **number));
        store::summary::add(tx, project_id, changes, now).await?;
    }
    if let Some(version) = &totals.last_model_version {
        projects::default_model_version(tx, project_id, version).await?;
    }
    if imports::complete(tx, import_id, &counted(totals), now).await? {
        Ok(())
    } else {
        Err(taken_back())
    }
}

/// A server that began meanwhile has removed what was pending, as it does with all that an end of the program left.
fn taken_back() -> ServiceError {
    ServiceError::Conflict(
        "A server that was started meanwhile has taken the import back: nothing of it came in. Run it again."
            .to_owned(),
    )
}

/// The numbers as the import's row keeps them.
fn counted(totals: &Totals) -> String {
    format!(
        "{{\"task_count\":{},\"annotation_count\":{},\"prediction_count\":{}}}",
        totals.tasks, totals.annotations, totals.predictions
    )
}

/// The actor's imports into the project that run now, with what they have read so far.
pub async fn running(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<imports::ImportRow>> {
    Ok(imports::running(&services.db, project.row().id, project.actor().account_id).await?)
}

/// An import of the project and how it went.
pub async fn status(services: &Services, project: &Granted<ProjectRow>, id: i64) -> Result<imports::ImportRow> {
    imports::find(&services.db, project.row().id, id)
        .await?
        .ok_or(ServiceError::NotFound("ProjectImport"))
}

/// How long an import may stand still before another replica takes it for broken off, in microseconds: an hour. A body that
/// stalls is refused after minutes.
const STANDSTILL: i64 = 3_600_000_000;

/// Removes what is left of imports that did not come to their end.
pub async fn clean_up(services: &Services) -> Result<()> {
    // An embedded database has one server: what was pending before its start will not go on. What it does itself, and what a
    // command writes beside it, is younger.
    let before = match services.db.dialect() {
        Dialect::Sqlite => services.started_at,
        Dialect::Postgres => services.now() - STANDSTILL,
    };
    for row in imports::broken_off(&services.db, before).await? {
        tracing::info!(
            import = row.id,
            project = row.project_id,
            "removing an import that did not come to its end"
        );
        // First of all it fails: should the one that writes it still be alive (a command beside the server before), it stops at
        // its next chunk instead of making half of it visible.
        let (id, now) = (row.id, services.now());
        services
            .db
            .write(move |tx| {
                Box::pin(async move { imports::fail(tx, id, "It was broken off by an end of the program.", now).await })
            })
            .await?;
        remove(services, row.project_id, row.id).await;
    }
    Ok(())
}

/// Removes the tasks of a pending import. They are invisible: what cannot be removed now is removed at the next start.
async fn remove(services: &Services, project_id: i64, import_id: i64) {
    loop {
        let removed = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let removed = imports::remove_tasks(tx, project_id, import_id, 500).await?;
                    if removed == 0 {
                        imports::settle(tx, import_id).await?;
                    }
                    Ok::<_, ServiceError>(removed)
                })
            })
            .await;
        match removed {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, import = import_id, "an import could not be removed yet");
                return;
            }
        }
    }
}

/// Reads an address that somebody has given, as a file.
pub async fn fetch(services: &Services, project: &Granted<ProjectRow>, url: &str) -> Result<Incoming> {
    use futures_util::StreamExt as _;
    let actor = project.actor();
    untouched::check(project.row())?;
    if !actor.may(labelkeep_policy::Action::Import) {
        return Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ));
    }
    crate::outbound::count_import(services, actor).await?;
    let _turn = crate::outbound::turn(services, actor).await?;
    let limits = labelkeep_net::Limits::import(services.settings.upload_max_bytes);
    let mut fetched = match services.net.fetch(url, limits).await {
        Ok(fetched) => fetched,
        Err(error) => return Err(crate::outbound::told(services, actor, error).await),
    };
    let mut receiver = crate::uploads::Receiver::open(services, &fetched.file_name, 0).await?;
    while let Some(bytes) = fetched.body.next().await {
        receiver
            .write(&bytes.map_err(|error| Invalid::whole(error.to_string()))?)
            .await?;
    }
    receiver.finish().await
}

/// Removes the tasks of these uploads and reads the files again.
pub async fn reimport(
    services: &Services,
    project: Granted<ProjectRow>,
    file_upload_ids: Vec<i64>,
    files_as_tasks_list: bool,
) -> Result<Summary> {
    let found = crate::uploads::list(services, &project, Some(&file_upload_ids)).await?;
    if let Some(id) = file_upload_ids.iter().find(|id| found.iter().all(|row| row.id != **id)) {
        let text = format!("Invalid pk \"{id}\" - object does not exist.");
        return Err(Invalid::field("file_upload_ids", text).into());
    }
    let before = store::tasks::ids_of_files(&services.db, project.row().id, &file_upload_ids).await?;
    let options = Options {
        files_as_tasks_list,
        ..Options::default()
    };
    // The new tasks first: when a file has become unreadable, the old ones are still there.
    let ids = found.iter().map(|row| row.id).collect();
    let mut summary = import(services, project.clone(), Source::Kept(found), options).await?;
    crate::tasks::delete_many(services, project, before).await?;
    summary.file_upload_ids = ids;
    Ok(summary)
}
