//! The reading side of an import: parses, checks, and sends chunks. Runs in a thread of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read, Seek as _};
use std::path::PathBuf;
use std::sync::Arc;

use labelkeep_formats::datasets::{self, Directory};
use labelkeep_formats::import as formats;
use labelkeep_formats::import::{
    CompletedBy, FileKind, ImportError, ImportedAnnotation, ImportedPrediction, ItemKind, TaskItem,
};
use labelkeep_labeling::{Config, Mode, check_result};
use labelkeep_policy::Actor;
use labelkeep_store::people;
use labelkeep_store::summary::Kind;
use tokio::sync::mpsc;

use super::chunk::{Chunk, Pace, Ready, ReadyAnnotation, ReadyPrediction};
use super::{Options, Summary, preannotated};
use crate::uploads::Incoming;
use crate::{Invalid, Progress, Result, ServiceError, Services};

/// Errors that are listed before the rest is cut.
const LISTED_ERRORS: usize = 100;
/// Bytes of an item that its error shows.
const SHOWN_ITEM: usize = 200;

/// What is read.
pub(super) enum Input {
    Json(Box<dyn Read + Send>),
    Files(Vec<FileInput>),
}

/// A file that has its place.
pub(super) struct FileInput {
    /// Of the upload; none for what is read only.
    pub(super) id: Option<i64>,
    /// As the archive or the person called it.
    pub(super) name: String,
    pub(super) url: String,
    pub(super) extension: String,
    pub(super) path: PathBuf,
}

/// The members of the organization, by id and by e-mail address.
pub(crate) struct Members {
    importer: i64,
    ids: HashSet<i64>,
    emails: HashMap<String, i64>,
    unknown_is_importer: bool,
}

impl Members {
    pub(crate) async fn load(services: &Services, actor: &Actor) -> Result<Members> {
        Members::of(services, actor.organization_id, actor.account_id).await
    }

    /// Those of an organization, for what somebody has begun to import.
    pub(crate) async fn of(services: &Services, organization_id: i64, importer: i64) -> Result<Members> {
        let members = people::members(&services.db, organization_id).await?;
        Ok(Members {
            importer,
            ids: members.iter().map(|(id, _)| *id).collect(),
            emails: members.into_iter().map(|(id, email)| (email, id)).collect(),
            unknown_is_importer: services.settings.import_unknown_emails,
        })
    }

    fn resolve(&self, who: &CompletedBy) -> Result<i64, String> {
        match who {
            CompletedBy::Importer => Ok(self.importer),
            CompletedBy::Id(id) if self.ids.contains(id) => Ok(*id),
            CompletedBy::Id(id) => Err(format!("Unknown annotator's ID {id}")),
            CompletedBy::Email(email) => match self.emails.get(&email.to_lowercase()) {
                Some(id) => Ok(*id),
                None if self.unknown_is_importer => Ok(self.importer),
                None => Err(format!("Unknown annotator's email {email}")),
            },
        }
    }
}

/// Refuses a file whose kind is not supported, or whose content is something else than its name says (SEC-155).
pub(super) fn check_file(file: &Incoming) -> Result<(), ServiceError> {
    let mut head = vec![0; 4096];
    let mut opened = File::open(file.path())?;
    let mut length = 0;
    while length < head.len() {
        match opened.read(&mut head[length..])? {
            0 => break,
            number => length += number,
        }
    }
    head.truncate(length);
    formats::check_file(&file.name, &head).map_err(|error| Invalid::whole(error.to_string()).into())
}

/// The error with the name of its file, where there are several.
fn of_file(name: &str, error: ImportError) -> ImportError {
    match error {
        ImportError::Stopped | ImportError::Read(_) => error,
        ImportError::TooLarge(text) => ImportError::TooLarge(format!("{name}: {text}")),
        error => ImportError::whole(format!("{name}: {error}")),
    }
}

/// Counts the keys of tasks. Most have those of the one before, and are counted together.
#[derive(Default)]
struct Columns {
    keys: Vec<String>,
    tasks: i64,
}

impl Columns {
    fn add(&mut self, chunk: &mut Chunk, keys: Vec<Cow<'_, str>>) {
        if self.keys != keys {
            self.settle(chunk);
            self.keys = keys.into_iter().map(Cow::into_owned).collect();
        }
        self.tasks += 1;
    }

    /// Adds what has been counted to the chunk.
    fn settle(&mut self, chunk: &mut Chunk) {
        let tasks = std::mem::take(&mut self.tasks);
        if tasks > 0 {
            for key in &self.keys {
                let key = (Kind::Column, key.clone(), String::new());
                *chunk.summary.entry(key).or_default() += tasks;
            }
        }
    }
}

/// Reads one import.
pub(super) struct Reader {
    config: Arc<Config>,
    members: Members,
    options: Options,
    max_tasks: u64,
    chunks: mpsc::Sender<Chunk>,
    chunk: Chunk,
    items: u64,
    /// So many are in already: what was broken off goes on behind them.
    skipped: u64,
    errors: Vec<String>,
    columns: Columns,
    file: Option<i64>,
    progress: Progress,
    pace: Pace,
    /// The file that is read, by a handle that shares its place, and the bytes of the files before it.
    place: Option<(File, u64)>,
}

impl Reader {
    pub(super) fn new(
        services: &Services,
        config: Arc<Config>,
        members: Members,
        options: Options,
        chunks: mpsc::Sender<Chunk>,
        progress: Progress,
        pace: Pace,
    ) -> Self {
        Reader {
            config,
            members,
            options,
            max_tasks: services.settings.import_max_tasks,
            chunks,
            chunk: Chunk::default(),
            items: 0,
            skipped: 0,
            errors: Vec::new(),
            columns: Columns::default(),
            file: None,
            progress,
            pace,
            place: None,
        }
    }

    /// Leaves out so many items, which are in already.
    pub(super) fn skipping(mut self, tasks: u64) -> Self {
        self.skipped = tasks;
        self
    }

    /// Checks one item by itself: it and what it counts for, or what is wrong with it. Nothing is sent.
    pub(super) fn alone(&mut self, item: TaskItem) -> Result<Chunk, String> {
        self.chunk = Chunk::default();
        let mut item = item;
        let ready = self.check(&mut item)?;
        self.columns.settle(&mut self.chunk);
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.bytes = ready.data.len();
        chunk.tasks.push(ready);
        Ok(chunk)
    }

    /// Reads everything; an error means that nothing may stay.
    pub(super) fn run(mut self, input: Input) -> Result<Summary> {
        let mut summary = Summary::default();
        let read = match input {
            Input::Json(body) => {
                let mut body = BufReader::with_capacity(256 * 1024, body);
                formats::import_json(&mut body, &mut |item| self.take(item))
            }
            Input::Files(files) => match self.options.dataset.clone() {
                Some(kind) => self.dataset(&kind, files, &mut summary),
                None => self.files(files, &mut summary),
            },
        };
        match read {
            Ok(()) => {}
            Err(ImportError::Stopped) => return Err(self.failure()),
            Err(ImportError::TooLarge(text)) => return Err(ServiceError::TooLarge(text)),
            Err(error) => return Err(Invalid::whole(error.to_string()).into()),
        }
        if !self.errors.is_empty() {
            return Err(self.failure());
        }
        if self.items == 0 {
            return Err(Invalid::whole("load_tasks: No tasks added").into());
        }
        self.send()
            .map_err(|_| ServiceError::Internal("the import's writer has gone".to_owned()))?;
        summary.task_count = self.items;
        Ok(summary)
    }

    fn failure(self) -> ServiceError {
        if self.errors.is_empty() {
            return ServiceError::Internal("the import's writer has gone".to_owned());
        }
        Invalid {
            fields: vec![("non_field_errors".to_owned(), self.errors)],
        }
        .into()
    }

    /// Reads the files as one data set of a kind.
    fn dataset(&mut self, kind: &str, files: Vec<FileInput>, summary: &mut Summary) -> Result<(), ImportError> {
        let kind = datasets::dataset(kind)
            .ok_or_else(|| ImportError::whole(format!("\"{kind}\" is no kind of data set that is read here")))?;
        let mut folder = Directory::default();
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        // Pictures by their whole name, and by its last part where that is the only one.
        let mut addresses: HashMap<String, Option<String>> = HashMap::new();
        for file in files {
            *found.entry(format!(".{}", file.extension)).or_default() += 1;
            if file.id.is_some() {
                let base = file.name.rsplit('/').next().unwrap_or_default().to_owned();
                if base != file.name {
                    let only = |known: &mut Option<String>| *known = None;
                    addresses
                        .entry(base)
                        .and_modify(only)
                        .or_insert_with(|| Some(file.url.clone()));
                }
                addresses.insert(file.name.clone(), Some(file.url));
            }
            folder.add(file.name, file.path);
        }
        summary.found_formats = Some(found.into_iter().collect());
        let config = self.config.clone();
        let media = |name: &str| {
            let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
            let known = addresses.get(name).or_else(|| addresses.get(base));
            known.cloned().flatten().unwrap_or_else(|| name.to_owned())
        };
        let version = self.options.as_predictions.clone();
        let mut keys: BTreeSet<String> = BTreeSet::new();
        let mut take = |item: TaskItem| {
            if keys.is_empty() {
                keys.extend(crate::json::top_level_keys(item.data.get()));
            }
            self.take(item)
        };
        let (outcome, report, proposal) = {
            let config = config.has_controls().then_some(&*config);
            let mut reading = datasets::Reading::new(&folder, config, &media, &mut take);
            reading.model_version = version;
            let outcome = reading.read(kind);
            (outcome, reading.report, reading.proposal)
        };
        summary.data_columns = keys.into_iter().collect();
        let left_out = report.drops.into_iter().chain(report.losses);
        summary
            .warnings
            .extend(left_out.map(|(text, number)| (format!("Left out: {text}"), number)));
        summary.proposed_config = proposal.label_config();
        outcome
    }

    fn files(&mut self, files: Vec<FileInput>, summary: &mut Summary) -> Result<(), ImportError> {
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut common: Option<BTreeSet<String>> = None;
        let length = |path: &PathBuf| std::fs::metadata(path).map_or(0, |facts| facts.len());
        let (mut before, several) = (0, files.len() > 1);
        self.progress
            .set_bytes_total(files.iter().map(|file| length(&file.path)).sum());
        for file in files {
            let kind = FileKind::of(&file.extension);
            *found.entry(format!(".{}", file.extension)).or_default() += 1;
            let tabular = matches!(kind, FileKind::Csv | FileKind::Tsv | FileKind::Txt);
            summary.could_be_tasks_list |= tabular;
            let as_media = kind == FileKind::Media || (tabular && !self.options.files_as_tasks_list);
            let one_value = as_media || matches!(kind, FileKind::Txt | FileKind::Markup);
            if one_value && self.config.data_keys().len() > 1 {
                return Err(ImportError::whole(format!(
                    "Your label config has more than one data key and direct file upload supports only one data key. \
                     To import data with multiple data keys, use a JSON or CSV file. The keys are: {}.",
                    self.config.data_keys().join(", ")
                )));
            }
            self.file = file.id;
            let mut keys: Option<BTreeSet<String>> = None;
            let opened = File::open(&file.path).map_err(ImportError::from)?;
            self.place = Some((opened.try_clone()?, before));
            before += length(&file.path);
            let kind = if as_media { FileKind::Media } else { kind };
            let left_out = formats::import_file(kind, opened, &file.url, &mut |item| {
                if keys.is_none() {
                    keys = Some(crate::json::top_level_keys(item.data.get()).into_iter().collect());
                }
                self.take(item)
            })
            .map_err(|error| if several { of_file(&file.name, error) } else { error })?;
            let left_out = left_out.into_iter().map(|text| format!("Left out: {text}"));
            summary.warnings.extend(left_out.map(|text| (text, 1)));
            let keys = keys.unwrap_or_default();
            common = Some(match common {
                None => keys,
                Some(common) => {
                    let both: BTreeSet<String> = common.intersection(&keys).cloned().collect();
                    if both.is_empty() {
                        return Err(ImportError::whole(format!(
                            "You're trying to import inconsistent data: the files have no column in common \
                             (so far {}; this one {}). Import them one by one, or give them the same columns.",
                            common.into_iter().collect::<Vec<_>>().join(", "),
                            keys.into_iter().collect::<Vec<_>>().join(", "),
                        )));
                    }
                    both
                }
            });
        }
        summary.found_formats = Some(found.into_iter().collect());
        summary.data_columns = common.unwrap_or_default().into_iter().collect();
        Ok(())
    }

    /// Checks an item and puts it into the chunk. After the first error nothing is sent any more, errors are only gathered.
    fn take(&mut self, item: TaskItem) -> Result<(), ImportError> {
        let index = self.items;
        self.items += 1;
        if self.items > self.max_tasks {
            return Err(ImportError::TooLarge(format!(
                "Maximum task number is {}",
                self.max_tasks
            )));
        }
        if self.progress.is_cancelled() {
            return Err(ImportError::Stopped);
        }
        if index < self.skipped {
            return Ok(());
        }
        let mut item = item;
        match self.check(&mut item) {
            Ok(ready) if self.errors.is_empty() => {
                self.chunk.bytes += ready.data.len()
                    + ready
                        .annotations
                        .iter()
                        .map(|annotation| annotation.result.len())
                        .sum::<usize>()
                    + ready
                        .predictions
                        .iter()
                        .map(|prediction| prediction.result.len())
                        .sum::<usize>();
                self.chunk.tasks.push(ready);
                if self.chunk.is_full(&self.pace) {
                    if let Some((file, before)) = &mut self.place {
                        self.progress
                            .set_bytes(*before + file.stream_position().unwrap_or_default());
                    }
                    self.send().map_err(|()| ImportError::Stopped)?;
                }
            }
            Ok(_) => {}
            Err(message) => {
                let item: String = item.data.get().chars().take(SHOWN_ITEM).collect();
                self.errors.push(format!("Error at item {index}: {message} :: {item}"));
                if self.errors.len() > LISTED_ERRORS {
                    self.errors.truncate(LISTED_ERRORS - 1);
                    self.errors.push("...".to_owned());
                    return Err(ImportError::Stopped);
                }
            }
        }
        Ok(())
    }

    /// Takes the parts out of an item that is good; of another one the data stay, to be shown.
    fn check(&mut self, item: &mut TaskItem) -> Result<Ready, String> {
        let mut ready_predictions = Vec::with_capacity(item.predictions.len());
        let mut rest = None;
        if !self.options.preannotated_from_fields.is_empty()
            && let Some((others, result)) =
                preannotated::prediction(&self.config, &self.options.preannotated_from_fields, item.data.get())?
        {
            rest = Some(others);
            let model_version = "preannotated".to_owned();
            ready_predictions.push(ReadyPrediction {
                result,
                score: Some(1.0),
                model_version,
            });
        }
        // What stands under the placeholder will be shown under the configuration's only key.
        let data = rest.as_deref().unwrap_or(item.data.get());
        if !data.starts_with("{\"$undefined$\"") {
            self.config.check_data(data).map_err(|error| match item.source {
                ItemKind::BareData => format!("{error} [assume: item as is = task root with values] "),
                ItemKind::TaskRoot => format!("{error} [assume: item[\"data\"] = task root with values] "),
            })?;
        }
        let annotations = std::mem::take(&mut item.annotations)
            .into_iter()
            .map(|item| self.annotation(item))
            .collect::<Result<_, _>>()?;
        for prediction in std::mem::take(&mut item.predictions) {
            ready_predictions.push(self.prediction(prediction)?);
        }
        if self.errors.is_empty() {
            for prediction in &ready_predictions {
                self.count((Kind::ModelVersion, prediction.model_version.clone(), String::new()), 1);
            }
            self.columns.add(&mut self.chunk, crate::json::keys_of(data));
        }
        Ok(Ready {
            data: rest.unwrap_or_else(|| std::mem::take(&mut item.data).into_string()),
            meta: item.meta.take().map(|raw| String::from(Box::<str>::from(raw))),
            allow_skip: item.allow_skip,
            file_upload_id: self.file,
            annotations,
            predictions: ready_predictions,
        })
    }

    fn annotation(&mut self, item: ImportedAnnotation) -> Result<ReadyAnnotation, String> {
        let result = String::from(Box::<str>::from(item.result));
        let summary =
            check_result(&result, Some(&self.config), Mode::Lenient).map_err(|error| format!("annotation: {error}"))?;
        let completed_by = self.members.resolve(&item.completed_by)?;
        if self.errors.is_empty() {
            for (key, number) in crate::annotations::counts_of(&summary, Kind::Label) {
                self.count(key, number);
            }
            self.warn(summary.warnings);
        }
        Ok(ReadyAnnotation {
            result,
            completed_by,
            was_cancelled: item.was_cancelled,
            ground_truth: item.ground_truth,
            lead_time: item.lead_time,
            import_id: item.import_id,
        })
    }

    fn prediction(&mut self, item: ImportedPrediction) -> Result<ReadyPrediction, String> {
        let mut result = String::from(Box::<str>::from(item.result));
        if !result.starts_with('[') {
            result = labelkeep_labeling::expand_prediction(&self.config, &result)
                .map_err(|error| format!("prediction: {error}"))?;
        }
        let summary =
            check_result(&result, Some(&self.config), Mode::Lenient).map_err(|error| format!("prediction: {error}"))?;
        if self.errors.is_empty() {
            self.warn(summary.warnings);
        }
        let model_version = item.model_version.unwrap_or_else(|| "undefined".to_owned());
        Ok(ReadyPrediction {
            result,
            score: item.score,
            model_version,
        })
    }

    fn count(&mut self, key: (Kind, String, String), number: i64) {
        *self.chunk.summary.entry(key).or_default() += number;
    }

    fn warn(&mut self, warnings: Vec<String>) {
        for warning in warnings {
            // So many different ones help nobody; the counts of known ones go on.
            if self.chunk.warnings.len() < LISTED_ERRORS || self.chunk.warnings.contains_key(&warning) {
                *self.chunk.warnings.entry(warning).or_default() += 1;
            }
        }
    }

    fn send(&mut self) -> Result<(), ()> {
        self.columns.settle(&mut self.chunk);
        if self.chunk.tasks.is_empty() || !self.options.commit_to_project {
            self.chunk = Chunk::default();
            return Ok(());
        }
        self.chunks
            .blocking_send(std::mem::take(&mut self.chunk))
            .map_err(|_| ())
    }
}
