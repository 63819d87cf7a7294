//! The index of texts in the results of annotations.

use labelkeep_store::Tx;
use labelkeep_store::listing::{Column, Predicate, Query};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::result_index as rows;
use labelkeep_store::text_index::CHARACTERS;

use super::{At, Indexing, WORTH_IT, ask, tests};
use crate::access::Granted;
use crate::{Result, Services};

/// So many annotations, or entries of their log, may be behind it before the job is begun again: each is read by every list.
const BEHIND: i64 = 5_000;
/// Most annotations that one write takes into the index.
pub(super) const STEP: i64 = 200;

pub(super) async fn attach(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &mut Query,
) -> Result<Vec<Indexing>> {
    let row = project.row();
    let is_asked = tests(query).any(|test| {
        test.column == Column::AnnotationsResults
            && matches!(&test.predicate, Predicate::Contains(text, false) if text.chars().count() >= CHARACTERS)
    });
    if !is_asked || row.total_annotations_number < WORTH_IT {
        return Ok(Vec::new());
    }
    let index = rows::find(&services.db, row.id).await?;
    let behind = match index {
        Some(index) => rows::behind(&services.db, index).await?,
        None => i64::MAX,
    };
    query.scope.result_index = index.filter(|_| behind < 10 * BEHIND);
    if behind < BEHIND {
        return Ok(Vec::new());
    }
    ask(services, project, "index_results", "Index the results of annotations").await?;
    // What is a little behind is found all the same.
    Ok(if query.scope.result_index.is_some() {
        Vec::new()
    } else {
        vec![Indexing {
            column: Column::AnnotationsResults.name().to_owned(),
            done: index.map_or(0, |index| index.done),
            total: row.total_annotations_number,
        }]
    })
}

/// Takes the next annotations in.
pub(super) async fn step(tx: &mut Tx, project: &ProjectRow, limit: i64) -> Result<(At, bool)> {
    rows::begin(tx, project.id).await?;
    let (done, is_end) = rows::fill(tx, project.id, limit).await?;
    let moved = At {
        done,
        total: project.total_annotations_number.max(done),
    };
    Ok((moved, is_end))
}
