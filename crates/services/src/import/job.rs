//! An import of files, or of a JSON body, as a job: whoever asked for it may go away, and it goes on after a stop of the server.
//!
//! Each chunk is written together with what has been added up so far; after a stop the files are read again from their beginning, and
//! what is in already is passed over. Until the end nothing of it is seen, and what is cancelled is taken back.

use std::collections::BTreeMap;

use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::{Tx, imports};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chunk::Totals;
use super::files::{HandedOver, Stored};
use super::read::{self, Members};
use super::{Options, Summary, Written, read_and_write};
use crate::access::Granted;
use crate::jobs::{self, Ended, JobRow, Next, Order, Running};
use crate::storages::untouched;
use crate::uploads::Incoming;
use crate::{Progress, Result, ServiceError, Services};

/// What the job is asked to do.
#[derive(Debug, Serialize, Deserialize)]
struct Parameters {
    files: Vec<HandedOver>,
    options: Options,
}

/// How far it has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    import_id: Option<i64>,
    tasks: u64,
    annotations: u64,
    predictions: u64,
    counters: [i64; 8],
    people: BTreeMap<i64, [i64; 3]>,
    summary: Vec<(Kind, String, String, i64)>,
    warnings: BTreeMap<String, u64>,
    last_model_version: Option<String>,
}

impl Checkpoint {
    fn of(import_id: i64, totals: &Totals) -> Checkpoint {
        let CounterChange {
            tasks,
            finished_tasks,
            tasks_with_annotations,
            annotations,
            predictions,
            useful_annotations,
            ground_truths,
            skipped_annotations,
        } = totals.counters;
        Checkpoint {
            import_id: Some(import_id),
            tasks: totals.tasks,
            annotations: totals.annotations,
            predictions: totals.predictions,
            counters: [
                tasks,
                finished_tasks,
                tasks_with_annotations,
                annotations,
                predictions,
                useful_annotations,
                ground_truths,
                skipped_annotations,
            ],
            people: totals.people.clone(),
            summary: totals
                .summary
                .iter()
                .map(|((kind, name, label), number)| (*kind, name.clone(), label.clone(), *number))
                .collect(),
            warnings: totals.warnings.clone(),
            last_model_version: totals.last_model_version.clone(),
        }
    }

    fn totals(self) -> Totals {
        let [
            tasks,
            finished_tasks,
            tasks_with_annotations,
            annotations,
            predictions,
            useful_annotations,
            ground_truths,
            skipped_annotations,
        ] = self.counters;
        Totals {
            tasks: self.tasks,
            annotations: self.annotations,
            predictions: self.predictions,
            counters: CounterChange {
                tasks,
                finished_tasks,
                tasks_with_annotations,
                annotations,
                predictions,
                useful_annotations,
                ground_truths,
                skipped_annotations,
            },
            people: self.people,
            summary: self
                .summary
                .into_iter()
                .map(|(kind, name, label, number)| ((kind, name, label), number))
                .collect(),
            warnings: self.warnings,
            last_model_version: self.last_model_version,
            ..Totals::new(false)
        }
    }
}

/// Begins an import of files as a job.
///
/// # Errors
/// Files that are not taken: none of them stays then.
pub async fn begin(
    services: &Services,
    project: &Granted<ProjectRow>,
    incoming: Vec<Incoming>,
    options: Options,
) -> Result<JobRow> {
    // A table that is shown as a file, not read, is media.
    if !options.files_as_tasks_list {
        untouched::check(project.row())?;
    }
    let title = match &incoming[..] {
        [only] => format!("Import of {}", crate::names::plain(&only.name)),
        several => format!("Import of {} files", several.len()),
    };
    let dataset = options.dataset.is_some();
    let files = Stored::keep_all(services, project.row(), project.actor(), incoming, dataset).await?;
    begin_with(services, project, title, files, options).await
}

/// Begins the import of a JSON body that was received as a file. It is no upload, and goes when it has been read.
pub async fn begin_body(
    services: &Services,
    project: &Granted<ProjectRow>,
    body: Incoming,
    options: Options,
) -> Result<JobRow> {
    let title = "Import of tasks".to_owned();
    begin_with(services, project, title, vec![Stored::body(body)], options).await
}

async fn begin_with(
    services: &Services,
    project: &Granted<ProjectRow>,
    title: String,
    files: Vec<Stored>,
    options: Options,
) -> Result<JobRow> {
    let parameters = Parameters {
        files: files.iter().map(Stored::hand_over).collect(),
        options,
    };
    let parameters = serde_json::to_value(&parameters).map_err(|error| ServiceError::Internal(error.to_string()));
    let shared = Stored::share(services, &files).await;
    let begun = match shared.and(parameters) {
        Ok(parameters) => {
            let order = Order {
                kind: "import",
                title,
                parameters,
            };
            jobs::begin(services, project, order).await
        }
        Err(error) => Err(error),
    };
    match begun {
        Ok(job) => {
            files.into_iter().for_each(|file| file.stay(services));
            Ok(job)
        }
        Err(error) => {
            Stored::forget_all(services, files).await;
            Err(error)
        }
    }
}

/// Notes in the transaction of a chunk how far the job has come. `read` is how many bytes of how many have been read: the number of
/// tasks to come is estimated by it.
pub(super) async fn advance(
    tx: &mut Tx,
    job_id: i64,
    import_id: i64,
    totals: &Totals,
    read: (u64, u64),
    now: i64,
) -> Result<Next> {
    let done = totals.tasks;
    let total = match read {
        (0, _) | (_, 0) => 0,
        (bytes, of) => (done as f64 * of as f64 / bytes as f64).max(done as f64) as i64,
    };
    let checkpoint = Checkpoint::of(import_id, totals);
    jobs::advance(tx, job_id, &checkpoint, done as i64, total, now).await
}

/// Does the job, from where it was left.
pub(crate) async fn work(services: &Services, job: &Running) -> Result<Ended> {
    let Parameters { files, options } = job.parameters()?;
    let project_id = job.project_id()?;
    let project = projects::find_for_job(&services.db, project_id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    let checkpoint: Checkpoint = job.checkpoint();
    if let Some(id) = checkpoint.import_id
        && let Some(row) = imports::find(&services.db, project_id, id).await?
        && row.status == "completed"
    {
        // Its end was written, and the server stopped before the job's.
        HandedOver::forget(services, &files, false).await?;
        return Ok(Ended::Done(serde_json::from_str(&row.summary).unwrap_or_default()));
    }
    let config = crate::projects::config(services, &project)?;
    let members = Members::of(services, project.organization_id, job.row.account_id).await?;
    let written = Written {
        origin: job.origin(),
        account_id: job.row.account_id,
        import_id: checkpoint.import_id,
        project_id,
        job_id: Some(job.row.id),
        last: None,
        totals: checkpoint.totals(),
    };
    if job.row.cancel_asked {
        written.abandon(services).await;
        HandedOver::forget(services, &files, true).await?;
        return Ok(Ended::Cancelled(json!({ "task_count": 0 })));
    }
    let (mut inputs, mut copies) = (Vec::with_capacity(files.len()), Vec::with_capacity(files.len()));
    for file in &files {
        let (input, copy) = file.input(services).await?;
        inputs.push(input);
        copies.push(copy);
    }
    let input = read::Input::Files(inputs);
    let progress = Progress::default();
    let work = read_and_write(services, config, members, input, &options, written, &progress);
    tokio::pin!(work);
    let outcome = tokio::select! {
        outcome = &mut work => outcome,
        // It takes back what it has done.
        () = jobs::hold(services, job.row.id) => {
            progress.cancel();
            work.await
        }
    };
    match outcome {
        Ok(mut summary) => {
            summary.file_upload_ids = files.iter().filter_map(|file| file.upload).collect();
            HandedOver::forget(services, &files, false).await?;
            Ok(Ended::Done(told(&summary)))
        }
        Err(error) if error.may_pass() => Err(error),
        Err(error) => {
            HandedOver::forget(services, &files, true).await?;
            if progress.is_cancelled() {
                return Ok(Ended::Cancelled(json!({ "task_count": 0 })));
            }
            let lines = match &error {
                ServiceError::Invalid(invalid) => invalid.fields.iter().flat_map(|(_, texts)| texts.clone()).collect(),
                other => vec![other.to_string()],
            };
            let first = lines.first().cloned().unwrap_or_default();
            Ok(Ended::Failed(json!({ "errors": lines }), first))
        }
    }
}

/// The summary under the names of the API.
fn told(summary: &Summary) -> Value {
    let warnings: Vec<Value> = summary
        .warnings
        .iter()
        .map(|(text, count)| json!({ "text": text, "count": count }))
        .collect();
    json!({
        "task_count": summary.task_count,
        "annotation_count": summary.annotation_count,
        "prediction_count": summary.prediction_count,
        "file_upload_ids": summary.file_upload_ids,
        "could_be_tasks_list": summary.could_be_tasks_list,
        "data_columns": summary.data_columns,
        "warnings": warnings,
        "proposed_config": summary.proposed_config,
    })
}
