//! Indexes of what lists are filtered and ordered by: each is asked for by the first list that could use it, and filled by a job. Until
//! then lists are read and sorted as they are, with the same answers.
//!
//! [`texts`] finds texts in task data, [`fields`] puts tasks in the order of one of its keys, [`results`] finds texts in the results
//! of annotations.

mod fields;
mod results;
mod texts;

use std::time::Instant;

use labelkeep_store::jobs as job_rows;
use labelkeep_store::listing::{self, Query, Test};
use labelkeep_store::projects::ProjectRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pace::Pace;
use crate::access::Granted;
use crate::jobs::{self, Ended, Next, Order, Running};
use crate::{Result, ServiceError, Services};

/// Projects with fewer tasks, or annotations, are read faster than an index pays for itself.
const WORTH_IT: i64 = 5_000;

/// An index that is being built.
#[derive(Debug, Clone)]
pub struct Indexing {
    /// The column that waits for it.
    pub column: String,
    /// Tasks (annotations, for their results) that are in it.
    pub done: i64,
    /// Of how many.
    pub total: i64,
}

/// Lets a query use the indexes of its project, sees that there are those that it could use, and asks them which few tasks can pass.
/// Gives what is being built.
pub(crate) async fn attach(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &mut Query,
) -> Result<Vec<Indexing>> {
    let mut indexing = texts::attach(services, project, query).await?;
    indexing.extend(fields::attach(services, project, query).await?);
    indexing.extend(results::attach(services, project, query).await?);
    listing::narrow(&services.db, query, &services.looks).await?;
    let row = project.row();
    if row.task_number >= WORTH_IT && query.may_read_a_span(&services.db) {
        let (db, id) = (&services.db, row.id);
        let (first, last) = (listing::first_id(db, id).await?, listing::last_id(db, id).await?);
        query.span = (last - first < 2 * row.task_number).then_some((first, last));
    }
    Ok(indexing)
}

/// Sees that the texts of a project get an index, where it is large enough for one.
pub(crate) async fn want_texts(services: &Services, project: &Granted<ProjectRow>) -> Result<()> {
    if project.row().task_number >= WORTH_IT {
        texts::wanted(services, project).await?;
    }
    Ok(())
}

fn tests(query: &mut Query) -> impl Iterator<Item = &mut Test> {
    let lines = query.filters.items.iter_mut();
    lines.flat_map(|item| std::iter::once(&mut item.test).chain(&mut item.child))
}

/// Sees that a job of this kind runs; gives it, when there was one.
async fn ask(
    services: &Services,
    project: &Granted<ProjectRow>,
    kind: &'static str,
    title: &str,
) -> Result<Option<job_rows::JobRow>> {
    let known = job_rows::unfinished(&services.db, project.row().id, kind).await?;
    if known.is_none() {
        let order = Order {
            kind,
            title: title.to_owned(),
            parameters: json!({}),
        };
        jobs::begin(services, project, order).await?;
    }
    Ok(known)
}

/// Fills an index step by step.
pub(crate) async fn fill(services: &Services, job: &Running) -> Result<Ended> {
    let (job_id, project_id, kind) = (job.row.id, job.project_id()?, job.row.kind.clone());
    let mut at: At = job.checkpoint();
    let mut pace = Pace::new(match kind.as_str() {
        "index_fields" => fields::STEP,
        "index_results" => results::STEP,
        _ => texts::STEP,
    });
    loop {
        let (now, before, of_job) = (services.now(), at, kind.clone());
        let limit = pace.size();
        let (next, moved, is_end, held) = services
            .db
            .write_step(move |tx| {
                Box::pin(async move {
                    let project = crate::annotations::locked_project(tx, project_id).await?;
                    let since = Instant::now();
                    let (moved, is_end) = match of_job.as_str() {
                        "index_fields" => fields::step(tx, &project, before, limit).await?,
                        "index_results" => results::step(tx, &project, limit).await?,
                        _ => texts::step(tx, &project, before, limit).await?,
                    };
                    let next = jobs::advance(tx, job_id, &moved, moved.done, moved.total, now).await?;
                    Ok::<_, ServiceError>((next, moved, is_end, since.elapsed()))
                })
            })
            .await?;
        at = moved;
        pace.held(held);
        let of = if kind == "index_results" {
            "annotations"
        } else {
            "tasks"
        };
        let result = json!({ "detail": format!("Indexed {} {of}", at.done) });
        if is_end {
            services.db.analyze_indexes().await?;
            return Ok(Ended::Done(result));
        }
        if next == Next::Stop {
            return Ok(Ended::Cancelled(result));
        }
    }
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct At {
    done: i64,
    total: i64,
}
