//! Lists of tasks as the data manager shows them: filters, order and selection over an allow-list of columns, on both databases
//! with the same answers.
//!
//! [`column`] says which columns there are and what each holds, [`filter`] what may be asked of them. [`sql`] and [`condition`]
//! alone make SQL of it: constant texts and placeholders (SEC-206); [`narrow`] asks indexes first which few tasks can pass, and
//! [`by_field`] reads lists from the index of the key that orders them. What a person may see narrows the columns themselves
//! ([`Scope`]): whoever sees only their own work filters and orders by their own counters.

mod by_field;
pub mod column;
mod condition;
pub mod filter;
mod narrow;
mod sql;

use std::time::Duration;

pub use column::{Column, DataField, Kind, TextIndex};
pub use filter::{Candidates, Comparison, Conjunction, Filters, Item, Number, Predicate, Test};
pub use narrow::{Looks, narrow};

use crate::builder::{Parts, for_each};
use crate::db::Dialect;
use crate::result_index::ResultIndex;
use crate::tasks::{LISTED, ListedTask, VISIBLE};
use crate::{Db, Result, Tx, args, db};

/// Whose list it is.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The project.
    pub project_id: i64,
    /// The one whose work alone is seen; none: everybody's.
    pub only_own: Option<i64>,
    /// The one whose assigned tasks alone are shown; none: all tasks.
    pub assigned_to: Option<i64>,
    /// Predictions of this version make the score; none: all of them.
    pub model_version: Option<String>,
    /// How far the index of annotation results reaches, when the project has one.
    pub result_index: Option<ResultIndex>,
}

/// Which of the tasks that the filters leave.
#[derive(Debug, Clone, Default)]
pub enum Selection {
    /// All.
    #[default]
    All,
    /// These.
    Only(Vec<i64>),
    /// All but these.
    AllBut(Vec<i64>),
}

/// Which tasks, in which order.
#[derive(Debug, Clone)]
pub struct Query {
    /// Whose list it is.
    pub scope: Scope,
    /// What the tasks must be.
    pub filters: Filters,
    /// What of them is selected.
    pub selection: Selection,
    /// Columns, each with whether the largest comes first. Nulls come last. The id decides among equals, in the direction of the
    /// first column.
    pub order: Vec<(Column, bool)>,
    /// The project's first and last task, when nearly all that lie between them are its own.
    pub span: Option<(i64, i64)>,
}

impl Query {
    /// Whether no index says which tasks pass, or gives them in order: all have to be looked at, until there are enough.
    fn reads_all(&self) -> bool {
        let indexed = |column: &Column| matches!(column, Column::Id | Column::InnerId | Column::TotalAnnotations);
        let filters = &self.filters;
        let tested = filters.items.iter().any(|item| indexed(&item.test.column));
        let ordered = self
            .order
            .first()
            .is_some_and(|(column, _)| indexed(column) && *column != Column::Id);
        let whole = filters.items.is_empty() && self.order_of_ids().is_some();
        !whole
            && !tested
            && !ordered
            && !self.is_narrowed()
            && matches!(self.selection, Selection::All | Selection::AllBut(_))
    }

    /// Whether it helps to know the project's first and last task.
    pub fn may_read_a_span(&self, db: &Db) -> bool {
        db.dialect() == Dialect::Sqlite && self.reads_all()
    }

    /// Whether nothing narrows the list: its counters are those of the project.
    pub fn is_whole(&self) -> bool {
        self.filters.items.is_empty()
            && matches!(self.selection, Selection::All)
            && self.scope.only_own.is_none()
            && self.scope.assigned_to.is_none()
    }

    /// Whether it is known of a few tasks that no others can pass.
    fn is_narrowed(&self) -> bool {
        let few = |test: &Test| matches!(test.candidates, Candidates::Few(_));
        let known = |item: &Item| few(&item.test) || item.child.as_ref().is_some_and(few);
        match self.filters.conjunction {
            Conjunction::And => self.filters.items.iter().any(known),
            Conjunction::Or => !self.filters.items.is_empty() && self.filters.items.iter().all(known),
        }
    }

    /// The direction of the ids, when nothing else orders the list.
    pub fn order_of_ids(&self) -> Option<bool> {
        match self.order.as_slice() {
            [] => Some(false),
            [(Column::Id, descending), ..] => Some(*descending),
            _ => None,
        }
    }
}

/// What a list adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Tasks.
    pub tasks: i64,
    /// Their annotations that are not skipped.
    pub annotations: i64,
    /// Their predictions.
    pub predictions: i64,
}

/// Tasks of a stretch of the list, as far as they were found.
#[derive(Debug, Default)]
pub struct Found {
    /// The first of them.
    pub ids: Vec<i64>,
    /// Whether there are no others in the stretch.
    pub is_whole: bool,
}

impl From<db::Found<(i64,)>> for Found {
    fn from(found: db::Found<(i64,)>) -> Found {
        Found {
            ids: found.rows.into_iter().map(|(id,)| id).collect(),
            is_whole: found.is_whole,
        }
    }
}

/// The ids at `offset .. offset + limit` of the list; from its end, when `backwards`, in the order of the list still. What takes
/// longer than `within` is broken off; what was found until then is the beginning of the stretch.
pub async fn ids(
    db: &Db,
    query: &Query,
    offset: i64,
    limit: i64,
    backwards: bool,
    within: Option<Duration>,
) -> Result<Found> {
    let mut found = match indexed_order(query) {
        Some(order) => by_field::ids(db, query, order, offset, limit, backwards, within).await?,
        None => sorted_ids(db, query, offset, limit, backwards, within).await?,
    };
    if backwards {
        found.ids.reverse();
        if !found.is_whole {
            // The end of the stretch is no beginning of it.
            found.ids.clear();
        }
    }
    Ok(found)
}

/// The order of the list, when it is read from the index of the key that orders it.
fn indexed_order(query: &Query) -> Option<by_field::Order> {
    by_field::order_of(query).filter(|_| !query.is_narrowed())
}

async fn sorted_ids(
    db: &Db,
    query: &Query,
    offset: i64,
    limit: i64,
    backwards: bool,
    within: Option<Duration>,
) -> Result<Found> {
    let mut parts = sql::select_some(Parts::new("SELECT task.id", args![]), query, db.dialect());
    sql::order(&mut parts, query, db.dialect(), backwards);
    parts.push(" LIMIT ? OFFSET ?", args![limit, offset]);
    let (text, args) = parts.finish();
    Ok(db.found_beside(text, args, within).await?.into())
}

/// The ids of the whole list and what it adds up to; none when it has more than `most` tasks.
pub async fn whole(db: &Db, query: &Query, most: i64) -> Result<Option<(Vec<i64>, Totals)>> {
    if indexed_order(query).is_some() {
        let found = ids(db, query, 0, most + 1, false, None).await?;
        let totals = totals(db, query, None).await?.unwrap_or_default();
        return Ok((found.ids.len() as i64 <= most).then_some((found.ids, totals)));
    }
    let head = match query.scope.only_own {
        None => Parts::new("SELECT task.id, task.total_annotations, task.total_predictions", args![]),
        Some(account_id) => Parts::new(
            "SELECT task.id, (SELECT COUNT(*) FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?
                AND NOT annotation.was_cancelled), task.total_predictions",
            args![account_id],
        ),
    };
    let mut parts = sql::select(head, query, db.dialect());
    sql::order(&mut parts, query, db.dialect(), false);
    parts.push(" LIMIT ?", args![most + 1]);
    let (text, args) = parts.finish();
    let rows: Vec<(i64, i64, i64)> = db.all_beside(text, args, None).await?.unwrap_or_default();
    if rows.len() as i64 > most {
        return Ok(None);
    }
    let totals = rows
        .iter()
        .fold(Totals::default(), |sum, (_, annotations, predictions)| Totals {
            tasks: sum.tasks + 1,
            annotations: sum.annotations + annotations,
            predictions: sum.predictions + predictions,
        });
    Ok(Some((rows.into_iter().map(|(id, ..)| id).collect(), totals)))
}

/// What the list adds up to; none when that could not be found within the time.
pub async fn totals(db: &Db, query: &Query, within: Option<Duration>) -> Result<Option<Totals>> {
    let dialect = db.dialect();
    let head = match query.scope.only_own {
        None => {
            "SELECT COUNT(*), CAST(COALESCE(SUM(task.total_annotations), 0) AS BIGINT),
            CAST(COALESCE(SUM(task.total_predictions), 0) AS BIGINT)"
        }
        Some(_) => "SELECT COUNT(*), CAST(0 AS BIGINT), CAST(COALESCE(SUM(task.total_predictions), 0) AS BIGINT)",
    };
    let (text, args) = sql::select(Parts::new(head, args![]), query, dialect).finish();
    let rows: Option<Vec<(i64, i64, i64)>> = db.all_beside(text, args, within).await?;
    let Some((tasks, mut annotations, predictions)) = rows.and_then(|rows| rows.into_iter().next()) else {
        return Ok(None);
    };
    if let Some(account_id) = query.scope.only_own {
        let mut parts = Parts::new(
            "SELECT COUNT(*) FROM annotation WHERE annotation.completed_by = ? AND NOT annotation.was_cancelled
                AND annotation.task_id IN (",
            args![account_id],
        );
        sql::append_select(
            &mut parts,
            "SELECT task.id FROM task WHERE task.project_id = ?",
            query,
            dialect,
        );
        parts.push(")", args![]);
        let (text, args) = parts.finish();
        let rows: Option<Vec<(i64,)>> = db.all_beside(text, args, within).await?;
        match rows.and_then(|rows| rows.into_iter().next()) {
            Some((number,)) => annotations = number,
            None => return Ok(None),
        }
    }
    Ok(Some(Totals {
        tasks,
        annotations,
        predictions,
    }))
}

/// Up to `limit` ids behind `after` and up to `until`, in the order of ids, whatever the order of the list: how work on a list is
/// done step by step.
pub async fn ids_after(db: &Db, query: &Query, after: i64, until: i64, limit: i64) -> Result<Vec<i64>> {
    let mut parts = sql::select(Parts::new("SELECT task.id", args![]), query, db.dialect());
    parts.push(
        " AND task.id > ? AND task.id <= ? ORDER BY task.id LIMIT ?",
        args![after, until, limit],
    );
    let (text, args) = parts.finish();
    let rows: Vec<(i64,)> = db.all_beside(text, args, None).await?.unwrap_or_default();
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The first task of the list that the person may label now: open, without anything of theirs, and none of `excluded`.
pub async fn next_to_label(db: &Db, query: &Query, account_id: i64, excluded: &[i64]) -> Result<Option<i64>> {
    let mut parts = sql::select_some(Parts::new("SELECT task.id", args![]), query, db.dialect());
    parts.push(
        concat!(
            " AND task.is_labeled = FALSE
              AND NOT EXISTS (SELECT 1 FROM annotation WHERE annotation.task_id = task.id AND annotation.completed_by = ?",
            for_each!(),
            " AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.account_id = ? AND draft.task_id = task.id AND draft.was_postponed",
            for_each!(),
        ),
        args![account_id, account_id],
    );
    if !excluded.is_empty() {
        parts.push(" AND task.id NOT IN ", args![]).push_list(excluded);
    }
    sql::order(&mut parts, query, db.dialect(), false);
    parts.push(" LIMIT 1", args![]);
    let (text, args) = parts.finish();
    let rows: Vec<(i64,)> = db.all_beside(text, args, None).await?.unwrap_or_default();
    Ok(rows.first().map(|(id,)| *id))
}

/// The lowest id of the project's tasks now; 0 when it has none.
pub async fn first_id(db: &Db, project_id: i64) -> Result<i64> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM task WHERE project_id = $1 ORDER BY id LIMIT 1",
            args![project_id],
        )
        .await?;
    Ok(row.map_or(0, |(id,)| id))
}

/// The highest id of the project's tasks now; 0 when it has none.
pub async fn last_id(db: &Db, project_id: i64) -> Result<i64> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM task WHERE project_id = $1 ORDER BY id DESC LIMIT 1",
            args![project_id],
        )
        .await?;
    Ok(row.map_or(0, |(id,)| id))
}

/// These tasks of the project, in this order; those that are gone are left out.
pub async fn rows(db: &Db, project_id: i64, ids: &[i64]) -> Result<Vec<ListedTask>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Parts::new(LISTED, args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    parts.push(" AND task.id IN ", args![]).push_list(ids);
    let (text, args) = parts.finish();
    let found: Vec<ListedTask> = db.all(text, args).await?;
    let mut found: std::collections::HashMap<i64, ListedTask> =
        found.into_iter().map(|row| (row.task.id, row)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Which of these tasks the list holds, inside a write.
pub async fn still_in(tx: &mut Tx, project_id: i64, ids: &[i64]) -> Result<Vec<i64>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Parts::new("SELECT task.id FROM task WHERE task.project_id = ?", args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    parts.push(" AND task.id IN ", args![]).push_list(ids);
    parts.push(" ORDER BY task.id", args![]);
    let (text, args) = parts.finish();
    let rows: Vec<(i64,)> = tx.all(text, args).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How text is put in order: by code points on both databases.
pub(crate) fn by_code_points(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " COLLATE \"C\"",
    }
}
