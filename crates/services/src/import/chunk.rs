//! A chunk of checked tasks, and how it gets into the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use labelkeep_store::Tx;
use labelkeep_store::annotations::{self, AnnotationFacts, NewAnnotation};
use labelkeep_store::predictions::{self, NewPrediction};
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::Kind;
use labelkeep_store::tasks::{self, NewTask};

use crate::Result;
use crate::completion::{self, State};

/// A task that has been checked.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) data: String,
    pub(super) meta: Option<String>,
    pub(super) allow_skip: bool,
    /// The file from which it came.
    pub(super) file_upload_id: Option<i64>,
    pub(super) annotations: Vec<ReadyAnnotation>,
    pub(super) predictions: Vec<ReadyPrediction>,
}

/// An annotation that has been checked.
#[derive(Debug)]
pub(super) struct ReadyAnnotation {
    pub(super) result: String,
    pub(super) completed_by: i64,
    pub(super) was_cancelled: bool,
    pub(super) ground_truth: bool,
    pub(super) lead_time: Option<f64>,
    pub(super) import_id: Option<i64>,
}

/// A prediction that has been checked.
#[derive(Debug)]
pub(super) struct ReadyPrediction {
    pub(super) result: String,
    pub(super) score: Option<f64>,
    pub(super) model_version: String,
}

/// Tasks that are written together.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) tasks: Vec<Ready>,
    /// Bytes of JSON in it, for the limit of memory.
    pub(super) bytes: usize,
    /// What the project's summary gains.
    pub(super) summary: BTreeMap<(Kind, String, String), i64>,
    /// What was kept although it does not fit.
    pub(super) warnings: BTreeMap<String, u64>,
}

/// Most tasks of a chunk…
const CHUNK_TASKS: usize = 1_000;
/// …and the fewest that one is cut down to, however slow the database is.
const LEAST_TASKS: usize = 50;
/// Most bytes of a chunk.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;
/// How long the database should be busy with a chunk; whoever saves something meanwhile waits for it.
const CHUNK_TIME: Duration = Duration::from_millis(6);

impl Chunk {
    pub(super) fn is_full(&self, pace: &Pace) -> bool {
        self.tasks.len() >= pace.tasks() || self.bytes >= CHUNK_BYTES
    }
}

/// How many tasks the chunks of an import hold: what the database takes in [`CHUNK_TIME`], as those before have shown.
#[derive(Debug, Clone)]
pub(super) struct Pace(Arc<AtomicUsize>);

impl Default for Pace {
    fn default() -> Self {
        Pace(Arc::new(AtomicUsize::new(CHUNK_TASKS / 4)))
    }
}

impl Pace {
    fn tasks(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Goes half the way to what would have fitted, so that one chunk that was held up does not count for all.
    pub(super) fn learn(&self, tasks: usize, took: Duration) {
        let fitting = tasks as f64 * CHUNK_TIME.as_secs_f64() / took.as_secs_f64().max(1e-6);
        let fitting = fitting.clamp(LEAST_TASKS as f64, CHUNK_TASKS as f64) as usize;
        self.0.store(self.tasks().midpoint(fitting), Ordering::Relaxed);
    }
}

/// What an import adds up to; goes into the counters with its last write.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) tasks: u64,
    pub(super) annotations: u64,
    pub(super) predictions: u64,
    pub(super) counters: CounterChange,
    pub(super) people: BTreeMap<i64, [i64; 3]>,
    pub(super) summary: BTreeMap<(Kind, String, String), i64>,
    pub(super) warnings: BTreeMap<String, u64>,
    pub(super) last_model_version: Option<String>,
    pub(super) task_ids: Vec<i64>,
    pub(super) keep_ids: bool,
}

impl Totals {
    pub(super) fn new(keep_ids: bool) -> Self {
        Totals {
            tasks: 0,
            annotations: 0,
            predictions: 0,
            counters: CounterChange::default(),
            people: BTreeMap::new(),
            summary: BTreeMap::new(),
            warnings: BTreeMap::new(),
            last_model_version: None,
            task_ids: Vec::new(),
            keep_ids,
        }
    }
}

/// Most rows of one statement; SQLite takes 32,766 arguments, an annotation has 17.
const ROWS: usize = 1_500;

impl Chunk {
    /// Inserts tasks, annotations and predictions, and adds to the totals.
    pub(super) async fn insert(
        self,
        tx: &mut Tx,
        project: &ProjectRow,
        import_id: i64,
        now: i64,
        totals: &mut Totals,
    ) -> Result<()> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        let skips = completion::skipped_finish(&project.skip_queue);
        let overlap = project.maximum_annotations;
        let first = projects::take_inner_ids(tx, project.id, self.tasks.len() as i64).await?;
        let mut rows = Vec::with_capacity(self.tasks.len());
        let mut hanging = Vec::with_capacity(self.tasks.len());
        for task in self.tasks {
            let facts: Vec<AnnotationFacts> = task.annotations.iter().map(facts_of).collect();
            let state = State::of(overlap, skips, &facts);
            if !facts.is_empty() {
                totals.counters = totals.counters.plus(state.weight());
                for (person, share) in state.people() {
                    let sum = totals.people.entry(person).or_default();
                    sum.iter_mut().zip(share).for_each(|(sum, part)| *sum += part);
                }
            }
            rows.push(NewTask {
                data: task.data,
                meta: task.meta.unwrap_or_else(|| "{}".to_owned()),
                allow_skip: task.allow_skip,
                overlap,
                total_annotations: state.counters.total_annotations,
                cancelled_annotations: state.counters.cancelled_annotations,
                total_predictions: task.predictions.len() as i64,
                useful_annotations: state.counters.useful_annotations,
                ground_truths: state.counters.ground_truths,
                is_labeled: !facts.is_empty() && state.counters.is_labeled,
                file_upload_id: task.file_upload_id,
            });
            hanging.push((task.annotations, task.predictions));
        }
        totals.tasks += rows.len() as u64;
        let ids = tasks::insert(tx, project.id, import_id, first, rows, now).await?;
        let mut new_annotations = Vec::new();
        let mut new_predictions = Vec::new();
        for (task_id, (annotations, predictions)) in ids.iter().zip(hanging) {
            for annotation in annotations {
                // One strictly later than the other: their times decide the order of exports.
                let created_at = now + totals.annotations as i64;
                totals.annotations += 1;
                new_annotations.push(new_annotation(*task_id, annotation, created_at));
            }
            for prediction in predictions {
                totals.predictions += 1;
                totals.counters.predictions += 1;
                totals.last_model_version = Some(prediction.model_version.clone());
                new_predictions.push(new_prediction(*task_id, prediction));
            }
        }
        while !new_annotations.is_empty() {
            let rest = new_annotations.split_off(ROWS.min(new_annotations.len()));
            annotations::import_many(tx, project.id, std::mem::replace(&mut new_annotations, rest)).await?;
        }
        while !new_predictions.is_empty() {
            let rest = new_predictions.split_off(ROWS.min(new_predictions.len()));
            predictions::import_many(tx, project.id, std::mem::replace(&mut new_predictions, rest), now).await?;
        }
        for (key, number) in self.summary {
            *totals.summary.entry(key).or_default() += number;
        }
        for (text, number) in self.warnings {
            *totals.warnings.entry(text).or_default() += number;
        }
        if totals.keep_ids {
            totals.task_ids.extend(ids);
        }
        Ok(())
    }
}

fn facts_of(annotation: &ReadyAnnotation) -> AnnotationFacts {
    AnnotationFacts {
        id: 0,
        task_id: 0,
        completed_by: Some(annotation.completed_by),
        was_cancelled: annotation.was_cancelled,
        ground_truth: annotation.ground_truth,
        lead_time: annotation.lead_time,
        created_at: 0,
    }
}

fn new_annotation(task_id: i64, annotation: ReadyAnnotation, created_at: i64) -> NewAnnotation {
    NewAnnotation {
        task_id,
        completed_by: annotation.completed_by,
        result: annotation.result,
        // As upstream: imported annotations do not count their regions.
        result_count: 0,
        was_cancelled: annotation.was_cancelled,
        ground_truth: annotation.ground_truth,
        lead_time: annotation.lead_time,
        unique_id: None,
        import_id: annotation.import_id,
        prediction: "{}".to_owned(),
        parent_prediction: None,
        parent_annotation: None,
        last_action: None,
        bulk_created: Some(false),
        draft_created_at: None,
        updated_by: None,
        created_at,
    }
}

fn new_prediction(task_id: i64, prediction: ReadyPrediction) -> NewPrediction {
    NewPrediction {
        task_id,
        result: prediction.result,
        score: prediction.score,
        model_version: Some(prediction.model_version),
        cluster: None,
        neighbors: None,
        mislabeling: 0.0,
        model: None,
        model_run: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_as_large_as_the_database_is_fast() {
        let pace = Pace::default();
        for (took, tasks) in [(1, CHUNK_TASKS), (12, CHUNK_TASKS / 2), (10_000, LEAST_TASKS)] {
            // Each takes so many milliseconds a thousand tasks.
            for _ in 0..32 {
                pace.learn(pace.tasks(), Duration::from_micros(took * pace.tasks() as u64));
            }
            assert!(pace.tasks().abs_diff(tasks) <= 2, "{took} ms: {} tasks", pace.tasks());
        }
        pace.learn(0, Duration::ZERO);
        assert!(pace.tasks() >= LEAST_TASKS);
    }
}
