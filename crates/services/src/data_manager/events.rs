//! What changes in a project while somebody looks at it. It is read from the logs that every change writes anyway, so that it does
//! not matter which replica made the change, and no save pays for it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use labelkeep_policy::Action;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{views, work as rows};

use crate::access::{self, Actor, Granted};
use crate::jobs::{self, JobRow};
use crate::{Result, Services, sight};

/// Something that changed.
#[derive(Debug)]
pub enum Event {
    /// These tasks.
    Tasks(Vec<i64>),
    /// Many tasks came, went or changed.
    Reload,
    /// The project's counters, as the person sees them.
    Counters(Box<ProjectRow>),
    /// Jobs that moved.
    Jobs(Box<Granted<ProjectRow>>, Vec<JobRow>),
    /// The list of views.
    Views,
}

/// Most tasks that one event names.
const NAMED: usize = 200;
/// Entries that are looked at again: on PostgreSQL one may become visible behind another with a higher number.
const AGAIN: i64 = 100;
/// Entries that one look reads.
const READ: i64 = 2_000;

/// Watches one project for one person.
#[derive(Debug)]
pub struct Watch {
    actor: Actor,
    project_id: i64,
    saves: Log,
    actions: Log,
    counters: Option<[i64; 7]>,
    jobs: BTreeMap<i64, (String, i64)>,
    views: (i64, i64, i64),
}

/// Where a log has been read.
#[derive(Debug, Default)]
struct Log {
    last: i64,
    seen: HashSet<i64>,
}

impl Log {
    fn from(last: i64) -> Log {
        Log {
            last,
            seen: (last - AGAIN..=last).collect(),
        }
    }

    fn begin(&self) -> i64 {
        self.last - AGAIN
    }

    /// Whether the entry is new; remembers it.
    fn is_new(&mut self, id: i64) -> bool {
        self.last = self.last.max(id);
        self.seen.insert(id)
    }

    fn tidy(&mut self) {
        let begin = self.begin();
        self.seen.retain(|id| *id > begin);
    }
}

impl Watch {
    /// Begins now.
    pub async fn begin(services: &Services, project: &Granted<ProjectRow>) -> Result<Watch> {
        let db = &services.db;
        let project_id = project.row().id;
        let running = jobs::list(services, project).await?;
        Ok(Watch {
            actor: project.actor().clone(),
            project_id,
            saves: Log::from(rows::last_log_id(db).await?),
            actions: Log::from(rows::last_audit_id(db).await?),
            counters: None,
            jobs: running
                .into_iter()
                .filter(|row| row.finished_at.is_some())
                .map(|row| (row.id, (row.state, row.done)))
                .collect(),
            views: views::mark(db, project_id).await?,
        })
    }

    /// What has changed since the last look. An error when the person no longer sees the project.
    pub async fn look(&mut self, services: &Services) -> Result<Vec<Event>> {
        let project = access::project(services, self.actor.clone(), self.project_id, Action::TaskView).await?;
        let mut events = Vec::new();
        let (mut tasks, mut reload) = (BTreeSet::new(), false);
        let own = project.only_own();
        let saves = rows::saves_after(&services.db, self.project_id, self.saves.begin(), READ).await?;
        for (id, task_id, account_id) in saves {
            if self.saves.is_new(id) && own.is_none_or(|own| own == account_id) {
                tasks.insert(task_id);
            }
        }
        self.saves.tidy();
        let actions = rows::actions_after(&services.db, self.project_id, self.actions.begin(), READ).await?;
        for (id, action, object) in actions {
            if !self.actions.is_new(id) {
                continue;
            }
            let task = object.strip_prefix("task:").and_then(|id| id.parse().ok());
            match (action.as_str(), task) {
                ("task.update" | "task.assign" | "task.unassign", Some(task)) => {
                    tasks.insert(task);
                }
                (action, _) => {
                    let topic = action.split('.').next().unwrap_or_default();
                    reload |= matches!(topic, "task" | "import" | "prediction" | "data_manager" | "trash")
                        || action.contains("import");
                }
            }
        }
        self.actions.tidy();
        let moved = self.moved_jobs(services, &project).await?;
        // A step of an action that is on its way changes tasks, too.
        reload |= moved.iter().any(|row| row.finished_at.is_some() || row.done > 0);
        if reload || tasks.len() > NAMED {
            events.push(Event::Reload);
        } else if !tasks.is_empty() {
            events.push(Event::Tasks(tasks.into_iter().collect()));
        }
        let row = sight::project(services, &project).await?.into_owned();
        let counters = counters(&row);
        if self.counters != Some(counters) {
            self.counters = Some(counters);
            events.push(Event::Counters(Box::new(row)));
        }
        if !moved.is_empty() {
            events.push(Event::Jobs(Box::new(project), moved));
        }
        let mark = views::mark(&services.db, self.project_id).await?;
        if mark != self.views {
            self.views = mark;
            events.push(Event::Views);
        }
        Ok(events)
    }

    async fn moved_jobs(&mut self, services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<JobRow>> {
        let mut moved = Vec::new();
        for row in jobs::list(services, project).await? {
            let now = (row.state.clone(), row.done);
            if self.jobs.get(&row.id) != Some(&now) {
                self.jobs.insert(row.id, now);
                moved.push(row);
            }
        }
        Ok(moved)
    }
}

fn counters(row: &ProjectRow) -> [i64; 7] {
    [
        row.task_number,
        row.finished_task_number,
        row.num_tasks_with_annotations,
        row.total_annotations_number,
        row.total_predictions_number,
        row.skipped_annotations_number,
        row.ground_truth_number,
    ]
}
