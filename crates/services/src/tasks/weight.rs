//! What a set of tasks counts for in its project: counters, people's progress, the summary. Tasks that go take it with them; tasks
//! that come back bring it.

use std::collections::{BTreeMap, HashMap};

use labelkeep_labeling::{Mode, check_result};
use labelkeep_store::Tx;
use labelkeep_store::annotations::{self, AnnotationRow};
use labelkeep_store::predictions;
use labelkeep_store::projects::{self, CounterChange, ProjectRow};
use labelkeep_store::summary::{self, Kind};
use labelkeep_store::tasks::TaskRow;

use super::read::facts_of;
use crate::Result;
use crate::completion::{self, State};

/// What tasks count for.
#[derive(Debug, Default)]
pub(crate) struct Weight {
    counters: CounterChange,
    people: BTreeMap<i64, [i64; 3]>,
    summary: BTreeMap<(Kind, String, String), i64>,
}

/// Tasks with what they count for.
pub(crate) struct Weighed {
    pub(crate) weight: Weight,
    /// Their annotations, by task and id.
    pub(crate) annotations: Vec<AnnotationRow>,
    /// Which of them are labeled.
    pub(crate) labeled: Vec<i64>,
}

impl Weight {
    /// Weighs these tasks of the locked project.
    pub(crate) async fn of(tx: &mut Tx, project: &ProjectRow, tasks: &[TaskRow]) -> Result<Weighed> {
        let skips = completion::skipped_finish(&project.skip_queue);
        let mut weight = Weight::default();
        let with = |keep: fn(&TaskRow) -> bool| -> Vec<i64> {
            tasks.iter().filter(|task| keep(task)).map(|task| task.id).collect()
        };
        let annotated = with(|task| task.total_annotations + task.cancelled_annotations > 0);
        let predicted = with(|task| task.total_predictions > 0);
        let annotations = if annotated.is_empty() {
            Vec::new()
        } else {
            annotations::of_tasks_in(tx, &annotated).await?
        };
        let mut facts: HashMap<i64, Vec<_>> = HashMap::new();
        for row in &annotations {
            facts.entry(row.task_id).or_default().push(facts_of(row));
            weight.add_result(&row.result, 1);
        }
        if !predicted.is_empty() {
            for (version, number) in predictions::versions_of_tasks(tx, &predicted).await? {
                weight.add_version(version.as_deref(), number);
            }
        }
        let mut labeled = Vec::new();
        for task in tasks {
            let state = State::of(task.overlap, skips, facts.get(&task.id).map_or(&[], Vec::as_slice));
            if state.counters.is_labeled {
                labeled.push(task.id);
            }
            weight.counters = weight.counters.plus(state.weight());
            weight.counters.tasks += 1;
            weight.counters.predictions += task.total_predictions;
            for (person, share) in state.people() {
                let sum = weight.people.entry(person).or_default();
                sum.iter_mut().zip(share).for_each(|(sum, part)| *sum += part);
            }
            for key in crate::json::top_level_keys(&task.data) {
                *weight.summary.entry((Kind::Column, key, String::new())).or_default() += 1;
            }
        }
        Ok(Weighed {
            weight,
            annotations,
            labeled,
        })
    }

    /// Adds what a result names, so many times.
    pub(crate) fn add_result(&mut self, result: &str, times: i64) {
        if let Ok(summary) = check_result(result, None, Mode::Lenient) {
            for (key, number) in crate::annotations::counts_of(&summary, Kind::Label) {
                *self.summary.entry(key).or_default() += number * times;
            }
        }
    }

    /// Adds predictions of a version.
    pub(crate) fn add_version(&mut self, version: Option<&str>, number: i64) {
        let key = (
            Kind::ModelVersion,
            version.unwrap_or_default().to_owned(),
            String::new(),
        );
        *self.summary.entry(key).or_default() += number;
    }

    /// Adds a number of predictions to the counters.
    pub(crate) fn add_predictions(&mut self, number: i64) {
        self.counters.predictions += number;
    }

    /// Moves the project's counters: `times` is 1 when the tasks come, −1 when they go.
    pub(crate) async fn apply(&self, tx: &mut Tx, project_id: i64, times: i64, now: i64) -> Result<()> {
        projects::count_change(tx, project_id, self.counters.times(times)).await?;
        for (person, [annotated, kept, finished]) in &self.people {
            projects::progress_change(
                tx,
                project_id,
                *person,
                annotated * times,
                kept * times,
                finished * times,
            )
            .await?;
        }
        let changes = self
            .summary
            .iter()
            .map(|((kind, name, label), number)| (*kind, name.as_str(), label.as_str(), number * times));
        Ok(summary::add(tx, project_id, changes, now).await?)
    }
}
