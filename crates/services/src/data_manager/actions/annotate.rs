//! Annotations are made, marked and changed for many tasks.

use std::collections::{BTreeMap, BTreeSet};

use labelkeep_labeling::{Mode, check_result};
use labelkeep_store::annotations::{self as rows, AnnotationFacts, AnnotationRow, LogEntry, LogKind, NewAnnotation};
use labelkeep_store::{Tx, predictions, tasks};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{At, Step};
use crate::completion::{self, State};
use crate::tasks::facts_of;
use crate::tasks::weight::Weight;
use crate::{Result, ServiceError};

/// A new annotation of whoever asked for the job.
fn new_annotation(step: &Step<'_>, task_id: i64, result: String) -> NewAnnotation {
    let regions = check_result(&result, None, Mode::Lenient).map_or(0, |summary| summary.region_count);
    NewAnnotation {
        task_id,
        completed_by: step.job.account_id,
        result,
        result_count: regions as i64,
        was_cancelled: false,
        ground_truth: false,
        lead_time: None,
        unique_id: None,
        import_id: None,
        prediction: "{}".to_owned(),
        parent_prediction: None,
        parent_annotation: None,
        last_action: None,
        bulk_created: Some(true),
        draft_created_at: None,
        updated_by: Some(step.job.account_id),
        created_at: step.now,
    }
}

/// Adds annotations and moves all counters.
async fn add(tx: &mut Tx, step: &Step<'_>, at: &mut At, new: Vec<NewAnnotation>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = new
        .iter()
        .map(|row| row.task_id)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let before = by_task(&rows::of_tasks_in(tx, &ids).await?);
    let mut weight = Weight::default();
    for new in new {
        weight.add_result(&new.result, 1);
        let row = rows::insert(tx, step.project.id, new).await?;
        log(tx, step, &row, LogKind::Submitted).await?;
        at.items += 1;
    }
    weight.apply(tx, step.project.id, 1, step.now).await?;
    settle(tx, step, &before, &ids).await?;
    at.changed += ids.len() as i64;
    Ok(())
}

type Facts = BTreeMap<i64, Vec<AnnotationFacts>>;

fn by_task(rows: &[AnnotationRow]) -> Facts {
    let mut facts = Facts::new();
    for row in rows {
        facts.entry(row.task_id).or_default().push(facts_of(row));
    }
    facts
}

/// Moves the counters from what they were to what the annotations say now.
async fn settle(tx: &mut Tx, step: &Step<'_>, before: &Facts, ids: &[i64]) -> Result<()> {
    let after = by_task(&rows::of_tasks_in(tx, ids).await?);
    let skips = completion::skipped_finish(&step.project.skip_queue);
    for task in tasks::read_many_in(tx, step.project.id, ids, None).await? {
        let state = |facts: &Facts| State::of(task.overlap, skips, facts.get(&task.id).map_or(&[], Vec::as_slice));
        let (before, after) = (state(before), state(&after));
        completion::apply(tx, &task, &before, &after, Some(step.job.account_id), step.now).await?;
    }
    Ok(())
}

async fn log(tx: &mut Tx, step: &Step<'_>, row: &AnnotationRow, kind: LogKind) -> Result<()> {
    let op_id = uuid::Uuid::now_v7().to_string();
    let entry = LogEntry {
        op_id: &op_id,
        annotation: row,
        account_id: step.job.account_id,
        kind,
        at: step.now,
    };
    Ok(rows::log(tx, entry).await?)
}

/// Each prediction, of these model versions if some are named, that is not an annotation already.
pub(super) async fn from_predictions(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let versions: Option<Vec<&str>> = match step.fields.get("model_version") {
        Some(Value::Array(list)) => Some(list.iter().filter_map(Value::as_str).collect()),
        _ => None,
    };
    let used: BTreeSet<i64> = rows::of_tasks_in(tx, ids)
        .await?
        .iter()
        .filter_map(|row| row.parent_prediction)
        .collect();
    let mut new = Vec::new();
    for prediction in predictions::of_tasks_in(tx, ids).await? {
        let version = prediction.model_version.as_deref().unwrap_or_default();
        if used.contains(&prediction.id) || versions.as_ref().is_some_and(|versions| !versions.contains(&version)) {
            continue;
        }
        let mut annotation = new_annotation(step, prediction.task_id, prediction.result);
        annotation.parent_prediction = Some(prediction.id);
        annotation.last_action = Some("prediction".to_owned());
        new.push(annotation);
    }
    add(tx, step, at, new).await
}

/// Copies one annotation to the tasks.
pub(super) async fn propagate(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let source = step.number("source_annotation_id").unwrap_or_default();
    let source = rows::read_in(tx, source)
        .await?
        .filter(|row| row.project_id == step.project.id)
        .ok_or(ServiceError::NotFound("Annotation"))?;
    let new = ids
        .iter()
        .filter(|id| **id != source.task_id)
        .map(|id| {
            let mut annotation = new_annotation(step, *id, source.result.clone());
            annotation.parent_annotation = Some(source.id);
            annotation.last_action = Some("propagated_annotation".to_owned());
            annotation
        })
        .collect();
    add(tx, step, at, new).await
}

/// Marks the newest annotation of each task, or that of one person, as its ground truth; or takes all marks away.
pub(super) async fn set_ground_truth(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let (of, wanted) = (step.number("annotator"), step.text("value") != "No");
    let all = rows::of_tasks_in(tx, ids).await?;
    let before = by_task(&all);
    let mut changed = BTreeSet::new();
    let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
    for row in all
        .iter()
        .filter(|row| !row.was_cancelled && of.is_none_or(|of| row.completed_by == Some(of)))
    {
        newest.insert(row.task_id, row.id);
    }
    for row in &all {
        let chosen = newest.get(&row.task_id);
        let after = match chosen {
            Some(chosen) if wanted => row.id == *chosen,
            None if wanted => row.ground_truth,
            _ => row.ground_truth && of.is_some_and(|of| row.completed_by != Some(of)),
        };
        if after != row.ground_truth {
            rows::set_ground_truth(tx, row.id, after, step.now).await?;
            changed.insert(row.task_id);
        }
    }
    let changed: Vec<i64> = changed.into_iter().collect();
    settle(tx, step, &before, &changed).await?;
    at.changed += changed.len() as i64;
    Ok(())
}

/// Renames a label of a control in all annotations.
pub(super) async fn rename_labels(tx: &mut Tx, step: &Step<'_>, at: &mut At, ids: &[i64]) -> Result<()> {
    let (control, old, new) = (
        step.text("control_tag"),
        step.text("old_label_name"),
        step.text("new_label_name"),
    );
    let mut weight = Weight::default();
    for row in rows::of_tasks_in(tx, ids).await? {
        let Some((result, number)) = renamed(&row.result, control, old, new) else {
            continue;
        };
        weight.add_result(&row.result, -1);
        weight.add_result(&result, 1);
        let row = rows::set_result(tx, row.id, &result, step.job.account_id, step.now).await?;
        log(tx, step, &row, LogKind::Updated).await?;
        at.items += number;
        at.changed += 1;
    }
    weight.apply(tx, step.project.id, 1, step.now).await
}

/// The result with the label renamed, and how often it was there; none when it was not. What is not touched keeps every character.
fn renamed(result: &str, control: &str, old: &str, new: &str) -> Option<(String, i64)> {
    let items: Vec<&RawValue> = serde_json::from_str(result).ok()?;
    let mut number = 0;
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let mut parsed: Value = serde_json::from_str(item.get()).ok()?;
        let before = number;
        if parsed.get("from_name").and_then(Value::as_str) == Some(control) {
            let kind = parsed
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some(names) = parsed
                .get_mut("value")
                .and_then(|value| value.get_mut(&kind)?.as_array_mut())
            {
                number += replaced(names, old, new);
            }
        }
        out.push(if number > before {
            parsed.to_string()
        } else {
            item.get().to_owned()
        });
    }
    (number > 0).then(|| (format!("[{}]", out.join(",")), number))
}

/// Names may stand in lists of lists (taxonomies).
fn replaced(names: &mut [Value], old: &str, new: &str) -> i64 {
    names
        .iter_mut()
        .map(|name| match name {
            Value::String(text) if text == old => {
                new.clone_into(text);
                1
            }
            Value::Array(inner) => replaced(inner, old, new),
            _ => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_label_is_renamed_where_its_control_has_it() {
        let result = r#"[{"from_name":"a","type":"choices","value":{"choices":["x","y"]}}, {"from_name":"b","type":"choices","value":{"choices":["x"],"n":1.50}}]"#;
        let (after, number) = renamed(result, "a", "x", "z").expect("renamed");
        assert_eq!(number, 1);
        assert_eq!(
            after,
            r#"[{"from_name":"a","type":"choices","value":{"choices":["z","y"]}},{"from_name":"b","type":"choices","value":{"choices":["x"],"n":1.50}}]"#
        );
        assert_eq!(renamed(result, "c", "x", "z"), None);
        let paths = r#"[{"from_name":"t","type":"taxonomy","value":{"taxonomy":[["x","y"],["x"]]}}]"#;
        assert_eq!(renamed(paths, "t", "x", "z").expect("renamed").1, 2);
    }
}
