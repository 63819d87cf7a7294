//! Lists in the order of one key of task data that has a complete index: read from the index, from either end.

use std::time::{Duration, Instant};

use super::{Column, Found, Query, Selection, sql};
use crate::builder::Parts;
use crate::{Db, Result, args};

/// The order of a list that an index has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// The index.
    field_id: i64,
    as_number: bool,
    descending: bool,
}

/// Which part of the list: tasks with a value come first, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Valued,
    Missing,
}

/// The order of this list, when an index has it.
pub(super) fn order_of(query: &Query) -> Option<Order> {
    let (field, descending) = match query.order.as_slice() {
        [(Column::Data(field), descending)] => (field, *descending),
        [(Column::Data(field), descending), (Column::Id, ids), ..] if ids == descending => (field, *descending),
        _ => return None,
    };
    Some(Order {
        field_id: field.index?,
        as_number: field.as_number,
        descending,
    })
}

/// As [`super::ids`].
pub(super) async fn ids(
    db: &Db,
    query: &Query,
    order: Order,
    offset: i64,
    limit: i64,
    backwards: bool,
    within: Option<Duration>,
) -> Result<Found> {
    let end = within.map(|within| Instant::now() + within);
    let left = || end.map(|end| end.saturating_duration_since(Instant::now()));
    let bare = is_bare(db, query).await?;
    let parts = if backwards {
        [Part::Missing, Part::Valued]
    } else {
        [Part::Valued, Part::Missing]
    };
    let (mut found, mut skip) = (Vec::new(), offset);
    for part in parts {
        let missing = limit - found.len() as i64;
        if missing == 0 {
            break;
        }
        let mut statement = from(query, order, part, bare, "SELECT task_field.task_id", db);
        statement.push(
            match (order.as_number, order.descending != backwards) {
                (false, false) => " ORDER BY task_field.text_value, task_field.task_id",
                (false, true) => " ORDER BY task_field.text_value DESC, task_field.task_id DESC",
                (true, false) => " ORDER BY task_field.number_value, task_field.task_id",
                (true, true) => " ORDER BY task_field.number_value DESC, task_field.task_id DESC",
            },
            args![],
        );
        statement.push(" LIMIT ? OFFSET ?", args![missing, skip]);
        let (text, args) = statement.finish();
        let rows: Found = db.found_beside(text, args, left()).await?.into();
        let number = match (rows.ids.is_empty() && rows.is_whole, skip) {
            (true, 1..) => number(db, query, order, part, bare, left()).await?,
            _ => Some(skip),
        };
        found.extend(rows.ids);
        match number {
            Some(number) if rows.is_whole => skip -= number,
            _ => {
                return Ok(Found {
                    ids: found,
                    is_whole: false,
                });
            }
        }
    }
    Ok(Found {
        ids: found,
        is_whole: true,
    })
}

/// How many tasks of the list a part has; none when that could not be found within the time.
async fn number(
    db: &Db,
    query: &Query,
    order: Order,
    part: Part,
    bare: bool,
    within: Option<Duration>,
) -> Result<Option<i64>> {
    let (text, args) = from(query, order, part, bare, "SELECT COUNT(*)", db).finish();
    let rows: Option<Vec<(i64,)>> = db.all_beside(text, args, within).await?;
    Ok(rows.map(|rows| rows.first().map_or(0, |(number,)| *number)))
}

fn from(query: &Query, order: Order, part: Part, bare: bool, head: &'static str, db: &Db) -> Parts {
    let mut parts = Parts::new(head, args![]);
    if bare {
        parts.push(" FROM task_field WHERE task_field.field_id = ?", args![order.field_id]);
    } else {
        // Named first, and joined so, it is read first.
        parts.push(
            " FROM task_field CROSS JOIN task WHERE task_field.field_id = ? AND task.id = task_field.task_id",
            args![order.field_id],
        );
        sql::append_some(&mut parts, " AND task.project_id = ?", query, db.dialect());
    }
    parts.push(
        match (order.as_number, part) {
            (false, Part::Valued) => " AND task_field.text_value IS NOT NULL",
            (false, Part::Missing) => " AND task_field.text_value IS NULL",
            (true, Part::Valued) => " AND task_field.number_value IS NOT NULL",
            (true, Part::Missing) => " AND task_field.number_value IS NULL",
        },
        args![],
    );
    parts
}

/// Whether the index alone says which tasks the list has: nothing narrows it, and nothing is hidden. A task that is hidden a moment
/// later is left out where the rows are read.
async fn is_bare(db: &Db, query: &Query) -> Result<bool> {
    if !query.filters.items.is_empty()
        || !matches!(query.selection, Selection::All)
        || query.scope.assigned_to.is_some()
    {
        return Ok(false);
    }
    let hidden: Option<(i64,)> = db
        .optional(
            "SELECT id FROM task_import WHERE project_id = $1 AND pending LIMIT 1",
            args![query.scope.project_id],
        )
        .await?;
    Ok(hidden.is_none())
}
