//! When a task is finished, and how an annotation moves the counters of its task, its project and its people.
//!
//! All counters are derived from a task's annotations, before and after a change; the difference is added. So the same
//! function serves submit, update, skip, delete and import, and `check` can recompute what it must give.

use std::collections::BTreeMap;

use labelkeep_store::annotations::AnnotationFacts;
use labelkeep_store::projects::{self, CounterChange};
use labelkeep_store::tasks::{self, TaskCounters, TaskRow};
use labelkeep_store::{Result, Tx};

/// Whether skipped annotations count towards the overlap of a task, with this `skip_queue` of the project.
pub(crate) fn skipped_finish(skip_queue: &str) -> bool {
    skip_queue == "IGNORE_SKIPPED"
}

/// What a person has on one task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    annotated: bool,
    kept: bool,
    finished: bool,
}

/// What follows from a task's annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) counters: TaskCounters,
    shares: BTreeMap<i64, Share>,
}

impl State {
    /// `is_labeled`: as many different people as the overlap asks for have an annotation that counts.
    pub(crate) fn of(overlap: i64, skipped_finish: bool, facts: &[AnnotationFacts]) -> State {
        let mut shares: BTreeMap<i64, Share> = BTreeMap::new();
        let mut finishers = std::collections::BTreeSet::new();
        let mut counters = TaskCounters {
            total_annotations: 0,
            cancelled_annotations: 0,
            useful_annotations: 0,
            ground_truths: 0,
            is_labeled: false,
        };
        for fact in facts {
            if fact.was_cancelled {
                counters.cancelled_annotations += 1;
            } else {
                counters.total_annotations += 1;
                if fact.ground_truth {
                    counters.ground_truths += 1;
                } else {
                    counters.useful_annotations += 1;
                }
            }
            if !fact.was_cancelled || skipped_finish {
                finishers.insert(fact.completed_by);
            }
            if let Some(person) = fact.completed_by {
                let share = shares.entry(person).or_default();
                share.annotated = true;
                share.kept |= !fact.was_cancelled;
            }
        }
        counters.is_labeled = finishers.len() as i64 >= overlap;
        for share in shares.values_mut() {
            share.finished = counters.is_labeled;
        }
        State { counters, shares }
    }

    /// What the project's counters gain by this task.
    pub(crate) fn weight(&self) -> CounterChange {
        CounterChange {
            tasks: 0,
            finished_tasks: i64::from(self.counters.is_labeled),
            tasks_with_annotations: i64::from(self.counters.useful_annotations > 0),
            annotations: self.counters.total_annotations,
            predictions: 0,
            useful_annotations: self.counters.useful_annotations,
            ground_truths: self.counters.ground_truths,
            skipped_annotations: self.counters.cancelled_annotations,
        }
    }

    /// Each person's part: (account, annotated, kept, finished), ones or zeros.
    pub(crate) fn people(&self) -> impl Iterator<Item = (i64, [i64; 3])> + '_ {
        self.shares.iter().map(|(person, share)| {
            (
                *person,
                [
                    i64::from(share.annotated),
                    i64::from(share.kept),
                    i64::from(share.finished),
                ],
            )
        })
    }
}

fn difference(after: CounterChange, before: CounterChange) -> CounterChange {
    CounterChange {
        tasks: after.tasks - before.tasks,
        finished_tasks: after.finished_tasks - before.finished_tasks,
        tasks_with_annotations: after.tasks_with_annotations - before.tasks_with_annotations,
        annotations: after.annotations - before.annotations,
        predictions: after.predictions - before.predictions,
        useful_annotations: after.useful_annotations - before.useful_annotations,
        ground_truths: after.ground_truths - before.ground_truths,
        skipped_annotations: after.skipped_annotations - before.skipped_annotations,
    }
}

/// Writes what has changed for the task, the project and the people.
pub(crate) async fn apply(
    tx: &mut Tx,
    task: &TaskRow,
    before: &State,
    after: &State,
    updated_by: Option<i64>,
    at: i64,
) -> Result<()> {
    tasks::set_counters(tx, task.id, after.counters, updated_by, at).await?;
    apply_to_project(tx, task.project_id, before, after).await
}

/// Writes what has changed for the project and the people; for a task that comes or goes as a whole.
pub(crate) async fn apply_to_project(tx: &mut Tx, project_id: i64, before: &State, after: &State) -> Result<()> {
    projects::count_change(tx, project_id, difference(after.weight(), before.weight())).await?;
    let mut people: BTreeMap<i64, [i64; 3]> = after.people().collect();
    for (person, share) in before.people() {
        let change = people.entry(person).or_default();
        for (value, was) in change.iter_mut().zip(share) {
            *value -= was;
        }
    }
    for (person, [annotated, kept, finished]) in people {
        projects::progress_change(tx, project_id, person, annotated, kept, finished).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(person: i64, was_cancelled: bool, ground_truth: bool) -> AnnotationFacts {
        AnnotationFacts {
            id: 1,
            task_id: 1,
            completed_by: Some(person),
            was_cancelled,
            ground_truth,
            lead_time: None,
            created_at: 0,
        }
    }

    #[test]
    fn two_annotations_of_one_person_count_once_towards_the_overlap() {
        assert!(
            !State::of(2, false, &[fact(1, false, false), fact(1, false, false)])
                .counters
                .is_labeled
        );
        assert!(
            State::of(2, false, &[fact(1, false, false), fact(2, false, false)])
                .counters
                .is_labeled
        );
    }

    #[test]
    fn a_skip_finishes_only_where_skips_are_ignored() {
        assert!(!State::of(1, false, &[fact(1, true, false)]).counters.is_labeled);
        assert!(State::of(1, true, &[fact(1, true, false)]).counters.is_labeled);
    }

    #[test]
    fn a_ground_truth_is_not_useful_but_finishes() {
        let state = State::of(1, false, &[fact(1, false, true)]);
        assert!(state.counters.is_labeled);
        assert_eq!(
            (state.counters.useful_annotations, state.counters.ground_truths),
            (0, 1)
        );
    }
}
