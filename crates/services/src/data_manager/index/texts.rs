//! The index of texts in task data.

use labelkeep_store::Tx;
use labelkeep_store::listing::{self, Column, Predicate, Query, TextIndex};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::text_index::{self as rows, CHARACTERS};

use super::{At, Indexing, WORTH_IT, ask, tests};
use crate::access::Granted;
use crate::{Result, Services};

/// So many tasks may be missing before the job is begun again.
const MISSING: i64 = 2_000;
/// Most tasks that one write takes into the index.
pub(super) const STEP: i64 = 200;

pub(super) async fn attach(
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
    let (index, job) = wanted(services, project).await?;
    if let Some(index) = index.filter(|index| index.until > 0) {
        for test in tests(query) {
            if let Column::Data(field) = &mut test.column {
                field.text_index = Some(index);
            }
        }
    }
    let Some((done, total)) = job else {
        return Ok(Vec::new());
    };
    columns.dedup();
    Ok(columns
        .into_iter()
        .map(|key| Indexing {
            column: format!("data.{key}"),
            done,
            total: total.max(row.task_number),
        })
        .collect())
}

/// The index of a project that is worth one, and how far the job has come (done, total) that brings it up to date, where it is not.
pub(super) async fn wanted(
    services: &Services,
    project: &Granted<ProjectRow>,
) -> Result<(Option<TextIndex>, Option<(i64, i64)>)> {
    let row = project.row();
    let index = rows::find(&services.db, row.id).await?;
    let last = listing::last_id(&services.db, row.id).await?;
    if index.is_some_and(|index| index.until > 0 && last - index.until < MISSING) {
        return Ok((index, None));
    }
    let job = ask(services, project, "index", "Index the texts of tasks").await?;
    Ok((index, Some(job.map_or((0, 0), |job| (job.done, job.total)))))
}

/// Takes the next tasks in.
pub(super) async fn step(tx: &mut Tx, project: &ProjectRow, at: At, limit: i64) -> Result<(At, bool)> {
    rows::begin(tx, project.id).await?;
    let (number, last) = rows::fill(tx, project.id, limit).await?;
    let done = at.done + number as i64;
    let moved = At {
        done,
        total: project.task_number.max(done),
    };
    Ok((moved, last.is_none()))
}
