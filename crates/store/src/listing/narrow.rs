//! What indexes know before a list is read: where only a few tasks can pass a line of the filter, the list is read from them alone.
//! Where many can, the page is soon full in the order of the list, and no index would be faster.

use super::column::{Column, DataField};
use super::condition::arg;
use super::filter::{Candidates, Comparison, Number, Predicate, Test};
use super::{Query, Scope};
use crate::builder::{Parts, like_escape};
use crate::db::Dialect;
use crate::sqlite_functions::fold;
use crate::task_fields::head;
use crate::text_index::{CHARACTERS, trigrams};
use crate::{Db, Result, args, result_index};

/// So many tasks are few: each costs a look at its row (about 2 µs), and all of them are looked at.
pub(crate) const FEW: i64 = 3_000;

/// Asks the indexes about each line of the filter.
pub async fn narrow(db: &Db, query: &mut Query) -> Result<()> {
    let Query { scope, filters, .. } = query;
    for item in &mut filters.items {
        for test in std::iter::once(&mut item.test).chain(&mut item.child) {
            test.candidates = candidates(db, scope, test).await?;
        }
    }
    Ok(())
}

async fn candidates(db: &Db, scope: &Scope, test: &Test) -> Result<Candidates> {
    let mut statements = Vec::new();
    match (&test.column, &test.predicate) {
        (Column::Data(field), Predicate::Contains(text, false)) => match field.text_index {
            Some(index) if text.chars().count() >= CHARACTERS => {
                let folded = fold(text);
                statements.push(match db.dialect() {
                    Dialect::Sqlite => Parts::new(
                        "SELECT rowid FROM task_text WHERE task_text MATCH ? AND rowid BETWEEN ? AND ?",
                        args![trigrams(&folded), index.from, index.until],
                    ),
                    Dialect::Postgres => Parts::new(
                        "SELECT task_id FROM task_text WHERE project_id = ? AND content LIKE ?",
                        args![scope.project_id, format!("%{}%", like_escape(&folded))],
                    ),
                });
                // What is not in it yet.
                statements.push(Parts::new(
                    "SELECT id FROM task WHERE project_id = ? AND id > ?",
                    args![scope.project_id, index.until],
                ));
            }
            _ => {}
        },
        (Column::Data(field), predicate) => statements.extend(of_field(field, predicate)),
        (Column::AnnotationsIds, Predicate::Has(ids, false)) => {
            let mut parts = Parts::new("SELECT task_id FROM annotation WHERE id IN ", args![]);
            parts.push_list(ids);
            statements.push(parts);
        }
        (Column::AnnotationsResults, Predicate::Contains(text, false)) => {
            if let Some(index) = scope.result_index.filter(|_| text.chars().count() >= CHARACTERS) {
                statements.extend(result_index::candidates(db.dialect(), scope.project_id, index, text));
            }
        }
        _ => {}
    }
    if statements.is_empty() {
        return Ok(Candidates::Unknown);
    }
    let mut found = Vec::new();
    for mut statement in statements {
        statement.push(" LIMIT ?", args![FEW + 1 - found.len() as i64]);
        let (text, args) = statement.finish();
        let rows: Vec<(i64,)> = db.all_beside(text, args, None).await?.unwrap_or_default();
        found.extend(rows.into_iter().map(|(id,)| id));
        if found.len() as i64 > FEW {
            return Ok(Candidates::Many);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(Candidates::Few(found))
}

/// What the index of a field knows.
fn of_field(field: &DataField, predicate: &Predicate) -> Option<Parts> {
    let mut parts = Parts::new("SELECT task_id FROM task_field WHERE field_id = ?", args![field.index?]);
    match (field.as_number, predicate) {
        (true, Predicate::Compare(comparison, value, false)) => parts.push(
            match comparison {
                Comparison::Equal => " AND number_value = ?",
                Comparison::Less => " AND number_value < ?",
                Comparison::Greater => " AND number_value > ?",
                Comparison::LessOrEqual => " AND number_value <= ?",
                Comparison::GreaterOrEqual => " AND number_value >= ?",
            },
            vec![arg(*value)],
        ),
        (true, Predicate::Between(low, high, false)) => {
            parts.push(" AND number_value BETWEEN ? AND ?", vec![arg(*low), arg(*high)])
        }
        (true, Predicate::OneOf(values, false)) => {
            one_of(&mut parts, " number_value = ?", values, |value: &Number| arg(*value))
        }
        (true, Predicate::Empty(true)) => parts.push(" AND number_value IS NULL", args![]),
        (true, Predicate::Empty(false)) => parts.push(" AND number_value IS NOT NULL", args![]),
        (false, Predicate::Equal(text, false)) => parts.push(" AND text_value = ?", args![head(text)]),
        (false, Predicate::TextOneOf(texts, false)) => {
            one_of(&mut parts, " text_value = ?", texts, |text: &String| head(text).into())
        }
        (false, Predicate::Empty(true)) => parts.push(" AND (text_value IS NULL OR text_value = '')", args![]),
        (false, Predicate::Empty(false)) => parts.push(" AND text_value > ''", args![]),
        _ => return None,
    };
    Some(parts)
}

fn one_of<'p, T>(
    parts: &'p mut Parts,
    is: &'static str,
    values: &[T],
    arg: impl Fn(&T) -> crate::Arg,
) -> &'p mut Parts {
    parts.push(" AND (0 = 1", args![]);
    for value in values {
        parts.push(" OR", args![]).push(is, vec![arg(value)]);
    }
    parts.push(")", args![])
}
