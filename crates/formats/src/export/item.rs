//! Items: one for each annotation, as all formats but JSON see a task.

use labelkeep_labeling::{Config, Control};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ExportAnnotation, ExportTask, Report};

/// The values of one control: the copied `value` of each result, with `type` = the control's tag.
pub(super) struct Output {
    pub(super) from_name: String,
    pub(super) values: Vec<Map<String, Value>>,
}

/// An annotation of a task, or a task without any.
pub(super) struct Item<'a> {
    pub(super) task: &'a ExportTask,
    pub(super) annotation: Option<&'a ExportAnnotation>,
    pub(super) outputs: Vec<Output>,
}

impl Item<'_> {
    /// All values, in the order of their controls' first appearance.
    pub(super) fn values(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.outputs.iter().flat_map(|output| output.values.iter())
    }
}

/// Relates key point and rectangle regions for YOLO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    Drop,
    Keep,
}

/// The items of a task: skipped annotations are left out; the rest newest first; a task without annotations is one item
/// without output, one whose annotations are all skipped is none.
pub(super) fn items<'a>(config: &Config, task: &'a ExportTask, ids: Ids, report: &mut Report) -> Vec<Item<'a>> {
    report.lost("a draft", task.drafts.len() as u64);
    report.lost("a prediction", task.predictions.len() as u64);
    if task.annotations.is_empty() {
        return vec![Item {
            task,
            annotation: None,
            outputs: Vec::new(),
        }];
    }
    let mut kept: Vec<&ExportAnnotation> = task
        .annotations
        .iter()
        .filter(|annotation| !annotation.was_cancelled)
        .collect();
    for _ in kept.len()..task.annotations.len() {
        report.items_in += 1;
        report.dropped("a skipped annotation");
    }
    kept.sort_by_key(|annotation| std::cmp::Reverse(annotation.created_at));
    kept.into_iter()
        .map(|annotation| Item {
            task,
            annotation: Some(annotation),
            outputs: outputs(config, annotation, ids, report),
        })
        .collect()
}

/// What exports read of a result. The rest of its keys is passed over: a map of all of them costs as much as everything else of a box.
#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "there")]
    from_name: Option<Value>,
    #[serde(default, rename = "type", deserialize_with = "there")]
    kind: Option<Value>,
    #[serde(default, deserialize_with = "there")]
    value: Option<Value>,
    #[serde(default, deserialize_with = "there")]
    original_width: Option<Value>,
    #[serde(default, deserialize_with = "there")]
    original_height: Option<Value>,
    #[serde(default, deserialize_with = "there")]
    id: Option<Value>,
    #[serde(default, rename = "parentID", deserialize_with = "there")]
    parent: Option<Value>,
}

/// What is `null` is there.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Answer {
    /// Those of an annotation; what is no object is left out.
    fn all(text: &str) -> Vec<Answer> {
        if let Ok(answers) = serde_json::from_str(text) {
            return answers;
        }
        // One that is odd (no object, a key that stands twice) must not cost the others.
        let results: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
        let objects = results.into_iter().filter(Value::is_object);
        objects
            .filter_map(|result| serde_json::from_value(result).ok())
            .collect()
    }
}

fn outputs(config: &Config, annotation: &ExportAnnotation, ids: Ids, report: &mut Report) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::new();
    let everything = config.is_empty_view();
    for answer in Answer::all(annotation.result.get()) {
        let Some(Value::String(from_name)) = answer.from_name else {
            report.lost("a relation, or another answer of no control", 1);
            continue;
        };
        let own_type = answer.kind.as_ref().and_then(Value::as_str).unwrap_or_default();
        let tag = match config.control(&from_name).map(tag_of) {
            Some(tag) => tag.to_owned(),
            None if everything || own_type == "chatmessage" => own_type.to_owned(),
            // A control that the configuration no longer has.
            None => {
                report.lost("an answer of a control that the configuration does not have", 1);
                continue;
            }
        };
        let Some(Value::Object(mut value)) = answer.value else {
            continue;
        };
        value.insert("type".to_owned(), Value::String(tag));
        for (key, size) in [
            ("original_width", answer.original_width),
            ("original_height", answer.original_height),
        ] {
            if let Some(size) = size {
                value.insert(key.to_owned(), size);
            }
        }
        if ids == Ids::Keep {
            for (key, id) in [("id", answer.id), ("parentID", answer.parent)] {
                if let Some(id) = id {
                    value.insert(key.to_owned(), id);
                }
            }
        }
        match outputs.iter_mut().find(|output| output.from_name == from_name) {
            Some(output) => output.values.push(value),
            None => outputs.push(Output {
                from_name,
                values: vec![value],
            }),
        }
    }
    outputs
}

fn tag_of(control: &Control) -> &str {
    &control.tag
}

/// The pretty value of a control: what JSON_MIN and the tables hold.
pub(super) fn pretty(output: &Output) -> Value {
    let mut last_is_plain = false;
    let mut values: Vec<Value> = Vec::with_capacity(output.values.len());
    for value in &output.values {
        let tag = value.get("type").and_then(Value::as_str).unwrap_or_default();
        last_is_plain = matches!(tag, "Choices" | "TextArea");
        let single = match tag {
            "Choices" => single(value.get("choices")),
            "TextArea" => single(value.get("text")),
            "chatmessage" => value.get("chatmessage").cloned(),
            _ => None,
        };
        values.push(single.unwrap_or_else(|| {
            let mut value = value.clone();
            value.shift_remove("type");
            Value::Object(value)
        }));
    }
    if last_is_plain && values.len() == 1 {
        return values.remove(0);
    }
    Value::Array(values)
}

/// The only element of a list, if it has exactly one.
fn single(list: Option<&Value>) -> Option<Value> {
    match list? {
        Value::Array(list) if list.len() == 1 => list.first().cloned(),
        _ => None,
    }
}

/// Numbers of a value; `None` when one is missing.
pub(super) fn numbers<const N: usize>(value: &Map<String, Value>, keys: [&str; N]) -> Option<[f64; N]> {
    let mut numbers = [0.0; N];
    for (number, key) in numbers.iter_mut().zip(keys) {
        *number = value.get(key).and_then(Value::as_f64)?;
    }
    Some(numbers)
}

/// Points of a polygon, in percent.
pub(super) fn points(value: &Map<String, Value>) -> Option<Vec<(f64, f64)>> {
    let points = value.get("points")?.as_array()?;
    points
        .iter()
        .map(|point| Some((point.get(0)?.as_f64()?, point.get(1)?.as_f64()?)))
        .collect()
}

/// The strings of a list of labels.
pub(super) fn labels<'a>(value: &'a Map<String, Value>, key: &str) -> Vec<&'a str> {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn one_odd_result_does_not_cost_the_others() {
        let names = |text: &str| -> Vec<Option<String>> {
            let answers = Answer::all(text).into_iter();
            answers
                .map(|answer| answer.from_name.and_then(|name| name.as_str().map(str::to_owned)))
                .collect()
        };
        let a = Some("a".to_owned());
        assert_eq!(
            names(r#"[{"from_name": "a", "x": {"y": [1]}}, {"from_name": 1}]"#),
            [a.clone(), None]
        );
        assert_eq!(
            names(r#"[7, {"from_name": "b", "from_name": "a"}, null, ["a"], {}]"#),
            [a, None]
        );
        let nothing = &Answer::all(r#"[{"original_width": null, "value": null}]"#)[0];
        assert!(
            nothing.original_width.as_ref().is_some_and(serde_json::Value::is_null),
            "null is there"
        );
        assert!(names("{}").is_empty() && names("x").is_empty());
    }
}
