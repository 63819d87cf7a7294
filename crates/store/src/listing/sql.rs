//! From a query to SQL. Every text here is a constant; every value of the query becomes an argument.

use super::column::Column;
use super::condition::Writer;
use super::filter::Conjunction;
use super::{Query, Selection};
use crate::args;
use crate::builder::Parts;
use crate::db::Dialect;
use crate::tasks::VISIBLE;

/// `head`, which says what of the tasks is wanted, and the conditions of the query.
pub(super) fn select(mut head: Parts, query: &Query, dialect: Dialect) -> Parts {
    let scope = from(&mut head, query, dialect);
    append_select(&mut head, scope, query, dialect);
    head
}

/// The same, for a statement that is done when it has found some tasks: an index that would first gather very many is not asked.
pub(super) fn select_some(mut head: Parts, query: &Query, dialect: Dialect) -> Parts {
    let scope = from(&mut head, query, dialect);
    append_some(&mut head, scope, query, dialect);
    head
}

/// From where the tasks are read, up to the project's placeholder. Where no index narrows the list, and nearly all rows between the
/// project's first and last task are its own, SQLite reads these rows as they lie: looking each up costs a third more.
fn from(parts: &mut Parts, query: &Query, dialect: Dialect) -> &'static str {
    match query.span.filter(|_| dialect == Dialect::Sqlite && query.reads_all()) {
        Some((first, last)) => {
            parts.push(
                " FROM task NOT INDEXED WHERE task.id BETWEEN ? AND ?",
                args![first, last],
            );
            " AND task.project_id = ?"
        }
        None => " FROM task WHERE task.project_id = ?",
    }
}

/// [`select`] inside another statement.
pub(super) fn append_select(parts: &mut Parts, head: &'static str, query: &Query, dialect: Dialect) {
    append(parts, head, query, dialect, false);
}

/// [`select_some`] inside another statement.
pub(super) fn append_some(parts: &mut Parts, head: &'static str, query: &Query, dialect: Dialect) {
    append(parts, head, query, dialect, true);
}

fn append(parts: &mut Parts, head: &'static str, query: &Query, dialect: Dialect, only_some: bool) {
    let project_id = query.scope.project_id;
    parts.push(head, args![project_id]);
    parts.push(VISIBLE, args![project_id]);
    if let Some(account_id) = query.scope.assigned_to {
        parts.push(
            " AND EXISTS (SELECT 1 FROM task_assignment WHERE task_assignment.task_id = task.id
                AND task_assignment.account_id = ? AND task_assignment.kind = 'AN')",
            args![account_id],
        );
    }
    match &query.selection {
        Selection::All => {}
        Selection::Only(ids) => {
            parts.push(" AND task.id IN ", args![]).push_list(ids);
        }
        Selection::AllBut(ids) => {
            parts.push(" AND task.id NOT IN ", args![]).push_list(ids);
        }
    }
    let filters = &query.filters;
    for (index, item) in filters.items.iter().enumerate() {
        parts.push(
            match (index, filters.conjunction) {
                (0, Conjunction::Or) => " AND ((",
                (_, Conjunction::Or) => " OR (",
                (_, Conjunction::And) => " AND (",
            },
            args![],
        );
        let writer = &mut Writer {
            parts,
            scope: &query.scope,
            dialect,
            only_some,
        };
        writer.line(&item.test);
        if let Some(child) = &item.child {
            writer.push(" AND ", args![]);
            writer.line(child);
        }
        parts.push(")", args![]);
    }
    if filters.conjunction == Conjunction::Or && !filters.items.is_empty() {
        parts.push(")", args![]);
    }
}

/// The order of the list, or its reverse.
pub(super) fn order(parts: &mut Parts, query: &Query, dialect: Dialect, backwards: bool) {
    parts.push(" ORDER BY ", args![]);
    let mut ids_descend = backwards;
    for (index, (column, descending)) in query.order.iter().enumerate() {
        let descends = *descending != backwards;
        if index == 0 {
            ids_descend = descends;
        }
        if *column == Column::Id {
            // Nothing is equal behind it.
            ids_descend = descends;
            break;
        }
        let mut writer = Writer {
            parts,
            scope: &query.scope,
            dialect,
            only_some: true,
        };
        writer.key(column);
        // Nulls come last, in both directions; read from the end they come first. An index has them at one end: where there are
        // none, it must not be asked for them.
        writer.push(
            match (descends, backwards) {
                (false, _) if column.is_always_there() => ", ",
                (true, _) if column.is_always_there() => " DESC, ",
                (false, false) => " NULLS LAST, ",
                (true, false) => " DESC NULLS LAST, ",
                (false, true) => " NULLS FIRST, ",
                (true, true) => " DESC NULLS FIRST, ",
            },
            args![],
        );
    }
    parts.push(if ids_descend { "task.id DESC" } else { "task.id" }, args![]);
}
