//! The index of texts in task data: asked for by the first filter that could use it, filled by a job.

use labelkeep_store::jobs as job_rows;
use labelkeep_store::listing::{self, Column, Predicate, Query, Test};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::text_index as rows;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::Granted;
use crate::annotations::locked_project;
use crate::jobs::{self, Ended, Next, Order, Running};
use crate::{Result, ServiceError, Services};

/// Projects with fewer tasks are read faster than an index pays for itself.
const WORTH_IT: i64 = 5_000;
/// So many tasks may be missing before the job is begun again.
const MISSING: i64 = 2_000;
/// Tasks that one write takes into the index: some 15 ms.
const STEP: i64 = 200;
/// Shorter texts have no trigram.
const CHARACTERS: usize = 3;

/// An index that is being built.
#[derive(Debug, Clone)]
pub struct Indexing {
    /// The column that waits for it.
    pub column: String,
    /// Tasks that are in it.
    pub done: i64,
    /// Of how many.
    pub total: i64,
}

/// Lets a query use the index of its project, and sees that there is one. Gives what is being built.
pub(crate) async fn attach(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &mut Query,
) -> Result<Vec<Indexing>> {
    let mut columns: Vec<String> = Vec::new();
    for test in tests(query) {
        if let (Column::Data(field), Predicate::Contains(text, false)) = (&test.column, &test.predicate)
            && text.chars().count() >= CHARACTERS
        {
            columns.push(field.key.clone());
        }
    }
    let row = project.row();
    if columns.is_empty() || row.task_number < WORTH_IT {
        return Ok(Vec::new());
    }
    let index = rows::find(&services.db, row.id).await?;
    let last = listing::last_id(&services.db, row.id).await?;
    if let Some(index) = index.filter(|index| index.until > 0) {
        for test in tests(query) {
            if let Column::Data(field) = &mut test.column {
                field.text_index = Some(index);
            }
        }
        if last - index.until < MISSING {
            return Ok(Vec::new());
        }
    }
    let (done, total) = ask(services, project).await?;
    columns.dedup();
    Ok(columns
        .into_iter()
        .map(|key| Indexing {
            column: format!("data.{key}"),
            done,
            total,
        })
        .collect())
}

fn tests(query: &mut Query) -> impl Iterator<Item = &mut Test> {
    let lines = query.filters.items.iter_mut();
    lines.flat_map(|item| std::iter::once(&mut item.test).chain(&mut item.child))
}

/// Sees that a job fills the index; gives how far it is.
async fn ask(services: &Services, project: &Granted<ProjectRow>) -> Result<(i64, i64)> {
    let total = project.row().task_number;
    let known = job_rows::unfinished(&services.db, project.row().id, "index").await?;
    if let Some(job) = known {
        return Ok((job.done, job.total.max(total)));
    }
    let order = Order {
        kind: "index",
        title: "Index the texts of tasks".to_owned(),
        parameters: json!({}),
    };
    jobs::begin(services, project, order).await?;
    Ok((0, total))
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    done: i64,
    total: i64,
}

/// Fills the index step by step.
pub(crate) async fn fill(services: &Services, job: &Running) -> Result<Ended> {
    let (job_id, project_id) = (job.row.id, job.project_id()?);
    let mut at: At = job.checkpoint();
    loop {
        let now = services.now();
        let done = at.done;
        let (next, step, is_end) = services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let project = locked_project(tx, project_id).await?;
                    rows::begin(tx, project_id).await?;
                    let (number, last) = rows::fill(tx, project_id, STEP).await?;
                    let step = At {
                        done: done + number as i64,
                        total: project.task_number.max(done + number as i64),
                    };
                    let next = jobs::advance(tx, job_id, &step, step.done, step.total, now).await?;
                    Ok::<_, ServiceError>((next, step, last.is_none()))
                })
            })
            .await?;
        at = step;
        if is_end || next == Next::Stop {
            let result = json!({ "detail": format!("Indexed {} tasks", at.done) });
            return Ok(if is_end {
                Ended::Done(result)
            } else {
                Ended::Cancelled(result)
            });
        }
    }
}
