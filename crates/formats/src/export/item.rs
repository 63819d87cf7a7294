//! Items: one for each annotation, as all formats but JSON see a task.

use std::borrow::Cow;
use std::fmt;

use labelkeep_labeling::{Config, Control};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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
#[derive(serde::Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    from_name: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    value: Members,
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

/// A text; nothing when it is something else.
#[derive(Default)]
struct Text<'a>(Option<Cow<'a, str>>);

/// An object; nothing when it is something else.
#[derive(Default)]
struct Members(Option<Map<String, Value>>);

/// Takes one kind of value, and reads past the others.
macro_rules! or_nothing {
    ($type:ty, $($wanted:tt)*) => {
        type Value = $type;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("any value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            IgnoredAny.visit_seq(list).map(|_| Default::default())
        }

        $($wanted)*
    };
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OrNothing;
        impl<'de> Visitor<'de> for OrNothing {
            or_nothing! { Text<'de>,
                fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                    Ok(Text(Some(Cow::Borrowed(text))))
                }

                fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                    Ok(Text(Some(Cow::Owned(text.to_owned()))))
                }

                fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                    IgnoredAny.visit_map(map).map(|_| Text(None))
                }
            }
        }
        deserializer.deserialize_any(OrNothing)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OrNothing;
        impl<'de> Visitor<'de> for OrNothing {
            or_nothing! { Members,
                fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                    Ok(Members(None))
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    // Room for what a box has, and for what is added to it: a map that grows is made anew each time.
                    let mut members = Map::with_capacity(10);
                    while let Some((key, value)) = map.next_entry()? {
                        members.insert(key, value);
                    }
                    Ok(Members(Some(members)))
                }
            }
        }
        deserializer.deserialize_any(OrNothing)
    }
}

impl Answer<'_> {
    /// Calls with those of an annotation; what is no object is left out.
    fn each(text: &str, mut with: impl FnMut(Answer<'_>)) {
        if let Ok(answers) = serde_json::from_str::<Vec<Answer<'_>>>(text) {
            return answers.into_iter().for_each(with);
        }
        // One that is odd (no object, a key that stands twice) must not cost the others.
        let results: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
        for result in results.iter().filter(|result| result.is_object()) {
            if let Ok(answer) = Answer::deserialize(result) {
                with(answer);
            }
        }
    }
}

fn outputs(config: &Config, annotation: &ExportAnnotation, ids: Ids, report: &mut Report) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::new();
    let everything = config.is_empty_view();
    Answer::each(annotation.result.get(), |answer| {
        let Text(Some(from_name)) = answer.from_name else {
            report.lost("a relation, or another answer of no control", 1);
            return;
        };
        let own_type = answer.kind.0.as_deref().unwrap_or_default();
        let tag = match config.control(&from_name).map(tag_of) {
            Some(tag) => tag.to_owned(),
            None if everything || own_type == "chatmessage" => own_type.to_owned(),
            // A control that the configuration no longer has.
            None => {
                report.lost("an answer of a control that the configuration does not have", 1);
                return;
            }
        };
        let Members(Some(mut value)) = answer.value else {
            return;
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
                from_name: from_name.into_owned(),
                values: vec![value],
            }),
        }
    });
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
            let mut names = Vec::new();
            Answer::each(text, |answer| {
                names.push(answer.from_name.0.map(|name| name.into_owned()))
            });
            names
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
        Answer::each(r#"[{"original_width": null, "value": null}]"#, |answer| {
            assert!(
                answer.original_width.is_some_and(|width| width.is_null()),
                "null is there"
            );
            assert!(answer.value.0.is_none());
        });
        assert!(names("{}").is_empty() && names("x").is_empty());
    }
}
