//! Tasks themselves are changed: overlap, assignments, fields of their data.

use std::collections::BTreeMap;

use labelkeep_labeling::{Mode, check_result};
use labelkeep_store::{Tx, annotations, assignments as assignment_rows, predictions, tasks as rows};
use serde_json::Value;

use super::{At, Step};
use crate::assignments::{self, Kind};
use crate::completion::{self, State};
use crate::tasks::{change_columns, facts_of};
use crate::{Invalid, Result};

/// How many people should annotate each task; what is finished follows.
pub(super) async fn set_overlap(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let overlap = step.number("overlap").unwrap_or(1);
    let skips = completion::skipped_finish(&step.project.skip_queue);
    let mut facts: BTreeMap<i64, Vec<_>> = BTreeMap::new();
    for row in annotations::of_tasks_in(tx, ids).await? {
        facts.entry(row.task_id).or_default().push(facts_of(&row));
    }
    for task in rows::read_many_in(tx, step.project.id, ids, None).await? {
        if task.overlap == overlap {
            continue;
        }
        rows::set_task_overlap(tx, task.id, overlap).await?;
        let facts = facts.get(&task.id).map_or(&[][..], Vec::as_slice);
        let (before, after) = (State::of(task.overlap, skips, facts), State::of(overlap, skips, facts));
        completion::apply(tx, &task, &before, &after, Some(step.job.account_id), step.now).await?;
        at.changed += 1;
    }
    Ok(())
}

fn kind(step: &Step<'_>) -> Kind {
    if step.job.kind.ends_with("reviewers") {
        Kind::Review
    } else {
        Kind::Annotate
    }
}

pub(super) async fn assign(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let kind = kind(step);
    let people = assignments::able(tx, step.project, kind, step.numbers("users")).await?;
    let account_id = step.job.account_id;
    let added = assignment_rows::add(tx, step.project.id, ids, &people, kind.code(), account_id, step.now).await?;
    at.items += added as i64;
    at.changed += ids.len() as i64;
    Ok(())
}

pub(super) async fn unassign(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let (kind, people) = (kind(step), step.numbers("users"));
    let people = (!people.is_empty()).then_some(people);
    for id in ids {
        let removed = assignment_rows::remove(tx, *id, Some(kind.code()), people.as_deref()).await?;
        at.items += removed as i64;
        at.changed += i64::from(removed > 0);
    }
    Ok(())
}

/// Writes the labels of annotations or predictions into the data of their tasks.
pub(super) async fn cache_labels(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let from_predictions = step.text("source").eq_ignore_ascii_case("predictions");
    let custom = step.text("custom_control_tag");
    let control = if custom.is_empty() {
        step.text("control_tag")
    } else {
        custom
    };
    let all = control.is_empty() || control == "ALL";
    let counters = step.text("with_counters") != "No";
    let name = if all { "all" } else { control };
    let key = if from_predictions {
        format!("cache_predictions_{name}")
    } else {
        format!("cache_{name}")
    };
    let mut found: BTreeMap<i64, BTreeMap<String, u64>> = ids.iter().map(|id| (*id, BTreeMap::new())).collect();
    let results: Vec<(i64, String)> = if from_predictions {
        let rows = predictions::of_tasks_in(tx, ids).await?;
        rows.into_iter().map(|row| (row.task_id, row.result)).collect()
    } else {
        let rows = annotations::of_tasks_in(tx, ids).await?;
        rows.into_iter()
            .filter(|row| !row.was_cancelled)
            .map(|row| (row.task_id, row.result))
            .collect()
    };
    for (task_id, result) in results {
        let Ok(summary) = check_result(&result, None, Mode::Lenient) else {
            continue;
        };
        let labels = found.entry(task_id).or_default();
        for label in summary
            .labels
            .into_iter()
            .filter(|label| all || label.from_name == control)
        {
            *labels.entry(label.label).or_default() += label.count;
        }
    }
    for task in rows::read_many_in(tx, step.project.id, ids, None).await? {
        let labels = found.remove(&task.id).unwrap_or_default();
        let parts: Vec<String> = labels
            .into_iter()
            .map(|(label, number)| if counters { format!("{label}: {number}") } else { label })
            .collect();
        set(tx, step, at, &task, &key, &Value::from(parts.join(", "))).await?;
    }
    Ok(())
}

/// Sets a key of the data, and counts it.
async fn set(tx: &mut Tx, step: &Step<'_>, at: &mut At, task: &rows::TaskRow, key: &str, value: &Value) -> Result<()> {
    let data = crate::json::with_key(&task.data, key, &value.to_string());
    if data == task.data {
        return Ok(());
    }
    rows::set_data(tx, task.id, &data, step.job.account_id, step.now).await?;
    change_columns(tx, step.project.id, &task.data, &data, step.now).await?;
    at.changed += 1;
    Ok(())
}

/// What is written into a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    /// The same for all.
    Value(Value),
    /// Numbers from this one on.
    Range(i64),
    /// A permutation of the numbers below the number of tasks.
    Sample,
    /// A whole number between these, both included.
    Random(i64, i64),
    /// One of these, each with how likely it is.
    Choices(Vec<Value>, Vec<f64>),
    /// In the text that is there, one text for another.
    Replace(String, String),
}

impl Written {
    /// `value_type` and `value` of the dialog.
    pub(super) fn of(kind: &str, value: &str) -> Result<Written, Invalid> {
        let wrong = |text: &str| Invalid::field("value", text);
        match kind {
            "String" => Ok(Written::Value(Value::from(value))),
            "Number" => value
                .trim()
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| value.trim().parse::<f64>().map(Value::from))
                .ok()
                .filter(|value| !value.is_null())
                .map(Written::Value)
                .ok_or_else(|| wrong("A valid number is required.")),
            "Expression" => {
                let (name, rest) = value.trim().split_once('(').ok_or_else(|| wrong(EXPRESSIONS))?;
                let arguments = rest.strip_suffix(')').ok_or_else(|| wrong(EXPRESSIONS))?;
                let arguments: Vec<Value> =
                    serde_json::from_str(&format!("[{arguments}]")).map_err(|_| wrong(EXPRESSIONS))?;
                expression(name.trim(), &arguments).ok_or_else(|| wrong(EXPRESSIONS))
            }
            other => Err(Invalid::field(
                "value_type",
                format!("\"{other}\" is not a valid choice."),
            )),
        }
    }

    /// What task number `place` of `total` gets; `old` is what it has.
    fn value(&self, place: i64, total: i64, job_id: i64, old: Option<&str>) -> Option<Value> {
        match self {
            Written::Value(value) => Some(value.clone()),
            Written::Range(start) => Some(Value::from(start.saturating_add(place))),
            Written::Sample => Some(Value::from(permuted(place, total, job_id))),
            Written::Random(low, high) => {
                let span = (*high as i128 - *low as i128 + 1) as u128;
                Some(Value::from((*low as i128 + (random() % span) as i128) as i64))
            }
            Written::Choices(values, weights) => {
                let mut left = (random() % (1 << 53)) as f64 / (1_u64 << 53) as f64 * weights.iter().sum::<f64>();
                let chosen = weights.iter().position(|weight| {
                    left -= weight;
                    left < 0.0
                });
                values.get(chosen.unwrap_or(values.len() - 1)).cloned()
            }
            Written::Replace(from, to) => {
                let old: Value = serde_json::from_str(old?).ok()?;
                Some(Value::from(old.as_str()?.replace(from, to)))
            }
        }
    }
}

const EXPRESSIONS: &str =
    "Expected range(1), sample(), random(1, 6), choices([\"a\", \"b\"], [0.2, 0.8]) or replace(\"old\", \"new\").";

fn expression(name: &str, arguments: &[Value]) -> Option<Written> {
    match (name, arguments) {
        ("range", [start]) => Some(Written::Range(start.as_i64()?)),
        ("sample", []) => Some(Written::Sample),
        ("random", [low, high]) => {
            let (low, high) = (low.as_i64()?, high.as_i64()?);
            (low <= high).then_some(Written::Random(low, high))
        }
        ("choices", [Value::Array(values)]) if !values.is_empty() => {
            Some(Written::Choices(values.clone(), vec![1.0; values.len()]))
        }
        ("choices", [Value::Array(values), Value::Array(weights)]) => {
            let weights: Vec<f64> = weights.iter().map(Value::as_f64).collect::<Option<_>>()?;
            let fit = !values.is_empty() && weights.len() == values.len();
            let sane = weights.iter().all(|weight| *weight >= 0.0) && weights.iter().sum::<f64>() > 0.0;
            (fit && sane).then(|| Written::Choices(values.clone(), weights))
        }
        ("replace", [Value::String(from), Value::String(to)]) if !from.is_empty() => {
            Some(Written::Replace(from.clone(), to.clone()))
        }
        _ => None,
    }
}

fn random() -> u128 {
    // 122 random bits, of which the six fixed ones are left out.
    uuid::Uuid::new_v4().as_u128() & ((1 << 62) - 1)
}

/// A number of a permutation that needs no memory: multiplied with what shares no factor with the total.
fn permuted(place: i64, total: i64, seed: i64) -> i64 {
    fn divisor(one: i128, other: i128) -> i128 {
        if other == 0 { one } else { divisor(other, one % other) }
    }
    let total = i128::from(total.max(1));
    let mut factor = (i128::from(seed) * 2_654_435_761 + total * 618 / 1000)
        .rem_euclid(total)
        .max(1);
    while divisor(factor, total) != 1 {
        factor += 1;
    }
    ((i128::from(place) * factor + i128::from(seed)).rem_euclid(total)) as i64
}

/// Sets a field of the data.
pub(super) async fn add_data_field(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let key = step.text("value_name");
    let written = Written::of(step.text("value_type"), step.text("value"))?;
    for (place, task) in (at.done..).zip(rows::read_many_in(tx, step.project.id, ids, None).await?) {
        let old = crate::json::raw_of(&task.data, key);
        if let Some(value) = written.value(place, at.total, step.job.id, old) {
            set(tx, step, at, &task, key, &value).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn expressions_say_what_each_task_gets() {
        let of = |text: &str| Written::of("Expression", text);
        assert_eq!(of("range(5)").expect("one").value(2, 9, 1, None), Some(json!(7)));
        assert_eq!(
            of("replace(\"a\", \"b\")").expect("one").value(0, 1, 1, Some("\"aa\"")),
            Some(json!("bb"))
        );
        let mut sample: Vec<i64> = (0..97)
            .filter_map(|place| of("sample()").ok()?.value(place, 97, 3, None)?.as_i64())
            .collect();
        assert_ne!(sample, (0..97).collect::<Vec<_>>());
        sample.sort_unstable();
        assert_eq!(sample, (0..97).collect::<Vec<_>>());
        for _ in 0..50 {
            let number = of("random(1, 3)")
                .expect("one")
                .value(0, 1, 1, None)
                .and_then(|value| value.as_i64())
                .expect("a number");
            assert!((1..=3).contains(&number));
            assert_eq!(
                of("choices([\"a\", \"b\"], [0, 1])").expect("one").value(0, 1, 1, None),
                Some(json!("b"))
            );
        }
        for wrong in [
            "",
            "range",
            "range()",
            "random(3, 1)",
            "choices([])",
            "choices([1], [-1])",
            "exec(1)",
            "range(x)",
            "choices([1], [1, 2])",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(Written::of("Number", "x").is_err() && Written::of("Number", "1.5").is_ok());
    }
}
