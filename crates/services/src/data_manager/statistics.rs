//! The project's home: how far it is, who has done what, how long it takes, what is labeled. All of it comes from counters; those by
//! day are made from the log of annotations, behind the saves.

use std::collections::BTreeMap;
use std::time::Duration;

use labelkeep_store::Dialect;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::work::{self as rows, DayRow};

use crate::access::Granted;
use crate::tasks::Person;
use crate::{Result, ServiceError, Services, sight, summary, tasks};

const DAY: i64 = 86_400_000_000;

/// What somebody has done in a project.
#[derive(Debug)]
pub struct PersonWork {
    /// Who.
    pub person: Person,
    /// Tasks with an annotation of theirs.
    pub tasks: i64,
    /// What they have saved in all.
    pub sum: DayRow,
}

/// The statistics of a project.
#[derive(Debug)]
pub struct Statistics {
    /// The project with its counters, as the person sees them.
    pub row: ProjectRow,
    /// The last days, oldest first, those without work too. `account_id` is nobody's.
    pub days: Vec<DayRow>,
    /// By person, the most work first.
    pub people: Vec<PersonWork>,
    /// Labels of annotations by control: (label, number), the most frequent first.
    pub labels: Vec<(String, Vec<(String, i64)>)>,
    /// Mean lead time of an annotation, in seconds.
    pub seconds_per_task: Option<f64>,
}

/// The statistics of the last `days` days.
pub async fn read(services: &Services, project: &Granted<ProjectRow>, days: i64) -> Result<Statistics> {
    catch_up(services, 20).await?;
    let own = project.only_own();
    let row = sight::project(services, project).await?.into_owned();
    let work = rows::days(&services.db, row.id, own).await?;
    let today = services.now().div_euclid(DAY);
    let mut by_day: BTreeMap<i64, DayRow> = (today - days + 1..=today).map(|day| (day, nothing(0, day))).collect();
    let mut by_person: BTreeMap<i64, DayRow> = BTreeMap::new();
    let mut all = nothing(0, 0);
    for entry in &work {
        if let Some(day) = by_day.get_mut(&entry.day) {
            add(day, entry);
        }
        let person = by_person
            .entry(entry.account_id)
            .or_insert_with(|| nothing(entry.account_id, 0));
        add(person, entry);
        add(&mut all, entry);
    }
    let annotated: BTreeMap<i64, i64> = rows::annotated(&services.db, row.id)
        .await?
        .into_iter()
        .filter(|(account_id, _)| own.is_none_or(|own| own == *account_id))
        .collect();
    for account_id in annotated.keys() {
        by_person.entry(*account_id).or_insert_with(|| nothing(*account_id, 0));
    }
    let mut people = tasks::people(services, by_person.keys().copied()).await?;
    let mut people: Vec<PersonWork> = by_person
        .into_iter()
        .filter_map(|(id, sum)| {
            Some(PersonWork {
                person: people.remove(&id)?,
                tasks: annotated.get(&id).copied().unwrap_or(0),
                sum,
            })
        })
        .collect();
    people.sort_by_key(|work| (-work.tasks, work.person.id));
    let mut labels: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for count in summary::read(services, project).await? {
        if count.kind == "label" {
            labels.entry(count.name).or_default().push((count.label, count.amount));
        }
    }
    for list in labels.values_mut() {
        list.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    }
    Ok(Statistics {
        row,
        days: by_day.into_values().collect(),
        people,
        labels: labels.into_iter().collect(),
        seconds_per_task: mean(&all),
    })
}

/// Mean lead time of an annotation, in seconds.
pub fn mean(work: &DayRow) -> Option<f64> {
    (work.timed > 0).then(|| work.seconds / work.timed as f64)
}

fn nothing(account_id: i64, day: i64) -> DayRow {
    DayRow {
        account_id,
        day,
        submitted: 0,
        skipped: 0,
        updated: 0,
        seconds: 0.0,
        timed: 0,
        last_at: 0,
    }
}

fn add(sum: &mut DayRow, entry: &DayRow) {
    sum.submitted += entry.submitted;
    sum.skipped += entry.skipped;
    sum.updated += entry.updated;
    sum.seconds += entry.seconds;
    sum.timed += entry.timed;
    sum.last_at = sum.last_at.max(entry.last_at);
}

/// Entries of the log that one write counts.
const ENTRIES: i64 = 2_000;
/// How often the log is read, when nobody looks.
const PAUSE: Duration = Duration::from_secs(15);
/// On PostgreSQL an entry may become visible behind one with a higher number. So young ones wait, in microseconds.
const SETTLED: i64 = 5_000_000;

/// Counts work until the program ends.
pub async fn run(services: Services) {
    loop {
        if let Err(error) = catch_up(&services, i64::MAX).await {
            tracing::error!(%error, "work could not be counted; tried again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Counts what the log has gained, in at most so many writes.
async fn catch_up(services: &Services, steps: i64) -> Result<()> {
    let mut steps = steps;
    while steps > 0 && rows::mark(&services.db).await? < rows::last_log_id(&services.db).await? {
        steps -= 1;
        let until = match services.db.dialect() {
            Dialect::Sqlite => i64::MAX,
            Dialect::Postgres => services.now() - SETTLED,
        };
        let number = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let mark = rows::lock_mark(tx).await?;
                    let entries = rows::logged(tx, mark, ENTRIES).await?;
                    let settled: Vec<_> = entries.into_iter().take_while(|entry| entry.at <= until).collect();
                    let Some(last) = settled.last().map(|entry| entry.id) else {
                        return Ok(0);
                    };
                    let mut days: BTreeMap<(i64, i64, i64), DayRow> = BTreeMap::new();
                    for entry in &settled {
                        let day = entry.at.div_euclid(DAY);
                        let sum = days
                            .entry((entry.project_id, day, entry.account_id))
                            .or_insert_with(|| nothing(entry.account_id, day));
                        match entry.kind.as_str() {
                            "submitted" => {
                                sum.submitted += 1;
                                if let Some(seconds) = entry.lead_time.filter(|seconds| seconds.is_finite()) {
                                    sum.seconds += seconds;
                                    sum.timed += 1;
                                }
                            }
                            "skipped" => sum.skipped += 1,
                            "updated" => sum.updated += 1,
                            _ => continue,
                        }
                        sum.last_at = sum.last_at.max(entry.at);
                    }
                    days.retain(|_, sum| sum.last_at > 0);
                    let days = days
                        .into_iter()
                        .map(|((project_id, _, _), sum)| (project_id, sum))
                        .collect();
                    rows::add(tx, days, last).await?;
                    Ok::<_, ServiceError>(settled.len())
                })
            })
            .await?;
        if number == 0 {
            return Ok(());
        }
    }
    Ok(())
}
