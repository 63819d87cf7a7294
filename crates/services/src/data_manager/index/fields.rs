//! Indexes of single keys of task data, for lists that are ordered by one, or filtered by its value.

use labelkeep_store::Tx;
use labelkeep_store::listing::{Column, DataField, Predicate, Query};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::summary;
use labelkeep_store::task_fields::{self as rows, FieldIndex};

use super::{At, Indexing, WORTH_IT, ask};
use crate::access::Granted;
use crate::annotations::locked_project;
use crate::{Result, ServiceError, Services};

/// Most keys of a project that have an index: every write of task data keeps each of them.
const MOST: i64 = 12;
/// Most tasks that one write takes into an index.
pub(super) const STEP: i64 = 500;

pub(super) async fn attach(
    services: &Services,
    project: &Granted<ProjectRow>,
    query: &mut Query,
) -> Result<Vec<Indexing>> {
    let row = project.row();
    if row.task_number < WORTH_IT || fields(query).next().is_none() {
        return Ok(Vec::new());
    }
    let mut known = rows::of_project(&services.db, row.id).await?;
    let mut missing: Vec<(String, bool)> = Vec::new();
    for field in fields(query) {
        match known.iter().find(|index| is_of(index, field)) {
            Some(index) => field.index = index.is_complete.then_some(index.id),
            None => missing.push((field.key.clone(), field.or_undefined)),
        }
    }
    if !missing.is_empty() && (known.len() as i64) < MOST {
        missing.sort();
        missing.dedup();
        begin(services, row.id, missing).await?;
        known = rows::of_project(&services.db, row.id).await?;
    }
    let mut indexing = Vec::new();
    for field in fields(query) {
        let column = format!("data.{}", field.key);
        if let Some(index) = known.iter().find(|index| is_of(index, field) && !index.is_complete)
            && indexing.iter().all(|known: &Indexing| known.column != column)
        {
            indexing.push(Indexing {
                column,
                done: index.done,
                total: row.task_number.max(index.done),
            });
        }
    }
    if !indexing.is_empty() {
        ask(services, project, "index_fields", "Index fields of task data").await?;
    }
    Ok(indexing)
}

/// The keys whose index the query could use.
fn fields(query: &mut Query) -> impl Iterator<Item = &mut DataField> {
    let order = query.order.first_mut().into_iter().map(|(column, _)| column);
    let lines = query.filters.items.iter_mut();
    let tested = lines
        .flat_map(|item| std::iter::once(&mut item.test).chain(&mut item.child))
        .filter(|test| {
            matches!(
                test.predicate,
                Predicate::Compare(_, _, false)
                    | Predicate::Between(_, _, false)
                    | Predicate::OneOf(_, false)
                    | Predicate::Equal(_, false)
                    | Predicate::TextOneOf(_, false)
                    | Predicate::Empty(_)
            )
        })
        .map(|test| &mut test.column);
    order.chain(tested).filter_map(|column| match column {
        Column::Data(field) => Some(field),
        _ => None,
    })
}

fn is_of(index: &FieldIndex, field: &DataField) -> bool {
    index.name == field.key && index.or_undefined == field.or_undefined
}

/// Begins indexes of keys that tasks have.
async fn begin(services: &Services, project_id: i64, keys: Vec<(String, bool)>) -> Result<()> {
    let columns = summary::read(&services.db, project_id).await?;
    let keys: Vec<(String, bool)> = keys
        .into_iter()
        .filter(|(key, or_undefined)| {
            let first = key.split("__").next().unwrap_or_default();
            *or_undefined
                || columns
                    .iter()
                    .any(|row| row.kind == "column" && (row.name == *key || row.name == first))
        })
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, project_id).await?;
                for (key, or_undefined) in keys {
                    rows::begin(tx, project_id, &key, or_undefined, MOST, now).await?;
                }
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Takes the next tasks into the first index that is not complete.
pub(super) async fn step(tx: &mut Tx, project: &ProjectRow, at: At, limit: i64) -> Result<(At, bool)> {
    let Some(index) = rows::unfinished(tx, project.id).await? else {
        return Ok((at, true));
    };
    // A further key may have come since the step before.
    let left = rows::left(tx, project.id, project.task_number).await?;
    let number = rows::fill(tx, project.id, &index, limit).await?;
    let done = at.done + number;
    let moved = At {
        done,
        total: done.max(at.done + left),
    };
    Ok((moved, false))
}
