//! What indexes know before a list is read: where only a few tasks can pass a line of the filter, the list is read from them alone.
//! Where many can, the page is soon full in the order of the list, and no index would be faster.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::column::{Column, DataField};
use super::condition::arg;
use super::filter::{Candidates, Comparison, Number, Predicate, Test};
use super::{Query, Scope};
use crate::builder::{Parts, like_escape};
use crate::db::{Dialect, Few};
use crate::sqlite_functions::fold;
use crate::task_fields::head;
use crate::text_index::{CHARACTERS, trigrams};
use crate::{Db, Result, args, result_index};

/// So many tasks are few: each costs a look at its row (about 2 µs), and all of them are looked at.
pub(crate) const FEW: i64 = 3_000;

/// How long an index is asked; where it takes longer, it says nothing.
const LOOK: Duration = Duration::from_millis(20);

/// Which lines of filters many tasks can pass: indexes have said so a moment ago, and are not asked again for each page. It says
/// nothing of which tasks pass, so that a list is right also when it is no longer true.
#[derive(Debug, Default)]
pub struct Looks(Mutex<HashMap<String, Instant>>);

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(30);
/// Answers that are kept.
const REMEMBERED: usize = 512;

impl Looks {
    fn says_many(&self, line: &str) -> bool {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.get(line).is_some_and(|at| at.elapsed() < KEPT)
    }

    fn keep(&self, line: String) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= REMEMBERED {
            looks.retain(|_, at| at.elapsed() < KEPT);
        }
        if looks.len() < REMEMBERED {
            looks.insert(line, Instant::now());
        }
    }
}

/// Asks the indexes about each line of the filter.
pub async fn narrow(db: &Db, query: &mut Query, looks: &Looks) -> Result<()> {
    let Query { scope, filters, .. } = query;
    for item in &mut filters.items {
        for test in std::iter::once(&mut item.test).chain(&mut item.child) {
            let line = format!(
                "{} {:?} {:?} {:?}",
                scope.project_id, scope.only_own, test.column, test.predicate
            );
            test.candidates = if looks.says_many(&line) {
                Candidates::Many
            } else {
                candidates(db, scope, test).await?
            };
            if test.candidates == Candidates::Many {
                looks.keep(line);
            }
        }
    }
    Ok(())
}

async fn candidates(db: &Db, scope: &Scope, test: &Test) -> Result<Candidates> {
    if asks_for_uploads(test) && !any_upload(db, scope, test).await? {
        return Ok(Candidates::Few(Vec::new()));
    }
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
        _ => statements.extend(of_counters(scope, test)),
    }
    if statements.is_empty() {
        return Ok(Candidates::Unknown);
    }
    let mut found = Vec::new();
    for statement in statements {
        match db.few_beside(statement, FEW - found.len() as i64, LOOK).await? {
            Few::These(ids) => found.extend(ids),
            Few::More => return Ok(Candidates::Many),
            Few::TooSlow => return Ok(Candidates::Unknown),
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(Candidates::Few(found))
}

/// What rows that few tasks may have say about questions that only such tasks pass: predictions, drafts, skipped annotations, open
/// tasks of a project that is nearly done.
fn of_counters(scope: &Scope, test: &Test) -> Option<Parts> {
    let project_id = scope.project_id;
    let own = scope.only_own.is_some();
    let (column, predicate) = (&test.column, &test.predicate);
    Some(match column {
        Column::TotalPredictions if above_zero(predicate) => {
            Parts::new("SELECT task_id FROM prediction WHERE project_id = ?", args![project_id])
        }
        Column::PredictionsScore
            if matches!(
                predicate,
                Predicate::Compare(_, _, false)
                    | Predicate::Between(_, _, false)
                    | Predicate::OneOf(_, false)
                    | Predicate::Empty(false)
            ) =>
        {
            Parts::new("SELECT task_id FROM prediction WHERE project_id = ?", args![project_id])
        }
        Column::PredictionsResults
            if matches!(
                predicate,
                Predicate::Contains(_, false)
                    | Predicate::Equal(_, false)
                    | Predicate::Matches(_)
                    | Predicate::Empty(false)
            ) =>
        {
            Parts::new("SELECT task_id FROM prediction WHERE project_id = ?", args![project_id])
        }
        Column::PredictionsModelVersions => match predicate {
            Predicate::HasVersion(versions, false) => {
                let mut parts = Parts::new("SELECT task_id FROM prediction WHERE project_id = ?", args![project_id]);
                one_of(
                    &mut parts,
                    " instr(model_version, ?) > 0",
                    versions,
                    |version: &String| version.into(),
                );
                parts
            }
            Predicate::Empty(false) => {
                Parts::new("SELECT task_id FROM prediction WHERE project_id = ?", args![project_id])
            }
            _ => return None,
        },
        Column::CancelledAnnotations if !own && above_zero(predicate) => Parts::new(
            "SELECT task_id FROM annotation WHERE project_id = ? AND was_cancelled",
            args![project_id],
        ),
        Column::TotalAnnotations if !own => match predicate {
            Predicate::Compare(Comparison::Greater, value, false) if at_least(*value, 0) => Parts::new(
                "SELECT id FROM task WHERE project_id = ? AND total_annotations > ?",
                vec![project_id.into(), arg(*value)],
            ),
            Predicate::Compare(Comparison::GreaterOrEqual, value, false) if at_least(*value, 1) => Parts::new(
                "SELECT id FROM task WHERE project_id = ? AND total_annotations >= ?",
                vec![project_id.into(), arg(*value)],
            ),
            Predicate::Compare(Comparison::Equal, value, false) => Parts::new(
                "SELECT id FROM task WHERE project_id = ? AND total_annotations = ?",
                vec![project_id.into(), arg(*value)],
            ),
            Predicate::Between(low, high, false) => Parts::new(
                "SELECT id FROM task WHERE project_id = ? AND total_annotations BETWEEN ? AND ?",
                vec![project_id.into(), arg(*low), arg(*high)],
            ),
            Predicate::Empty(false) => Parts::new(
                "SELECT id FROM task WHERE project_id = ? AND total_annotations > 0",
                args![project_id],
            ),
            _ => return None,
        },
        Column::IsLabeled if !own && *predicate == Predicate::Is(false) => Parts::new(
            "SELECT id FROM task WHERE project_id = ? AND is_labeled = FALSE",
            args![project_id],
        ),
        // Those of other projects are few, too, when all are.
        Column::DraftExists if *predicate == Predicate::Is(true) => Parts::new("SELECT task_id FROM draft", args![]),
        _ => return None,
    })
}

/// Whether zero does not pass: a question to a counter, which is never below.
fn above_zero(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Compare(Comparison::Greater, value, false) => at_least(*value, 0),
        Predicate::Compare(Comparison::GreaterOrEqual | Comparison::Equal, value, false) => at_least(*value, 1),
        Predicate::Between(low, _, false) => at_least(*low, 1),
        Predicate::OneOf(values, false) => values.iter().all(|value| at_least(*value, 1)),
        Predicate::Empty(false) => true,
        _ => false,
    }
}

fn at_least(number: Number, least: i64) -> bool {
    match number {
        Number::Whole(number) => number >= least,
        Number::Real(number) => number >= least as f64,
    }
}

/// Whether only tasks that came from an uploaded file pass.
fn asks_for_uploads(test: &Test) -> bool {
    test.column == Column::FileUpload
        && matches!(
            test.predicate,
            Predicate::Contains(_, false)
                | Predicate::Equal(_, false)
                | Predicate::TextOneOf(_, false)
                | Predicate::Matches(_)
                | Predicate::Empty(false)
        )
}

/// Whether an uploaded file of the project has a name that passes.
async fn any_upload(db: &Db, scope: &Scope, test: &Test) -> Result<bool> {
    let mut parts = Parts::new(
        "SELECT id FROM file_upload WHERE project_id = ?",
        args![scope.project_id],
    );
    match &test.predicate {
        Predicate::Contains(text, _) => parts.push(" AND instr(labelkeep_fold(name), ?) > 0", args![fold(text)]),
        Predicate::Equal(text, _) => parts.push(" AND name = ?", args![text]),
        Predicate::TextOneOf(texts, _) => one_of(&mut parts, " name = ?", texts, |text: &String| text.into()),
        Predicate::Matches(pattern) => parts.push(" AND labelkeep_matches(name, ?)", args![pattern]),
        _ => &mut parts,
    };
    parts.push(" LIMIT 1", args![]);
    let (text, args) = parts.finish();
    let found: Option<Vec<(i64,)>> = db.all_beside(text, args, Some(LOOK)).await?;
    Ok(found.is_none_or(|rows| !rows.is_empty()))
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
