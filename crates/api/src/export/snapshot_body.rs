//! What a snapshot is to hold, as clients write it.

use labelkeep_services::export::{Kept, Selection};
use serde_json::{Map, Value, json};

use crate::{ApiError, ApiResult};

/// The three groups of options, and the number of the view that they name. A key that is not known is ignored; what is wrong is named
/// by group and key.
pub(super) fn selection(
    tasks: Option<&Value>,
    annotations: Option<&Value>,
    serialization: Option<&Value>,
) -> ApiResult<(Selection, Option<i64>)> {
    let mut errors = Map::new();
    let mut group = Group::of("task_filter_options", tasks, &mut errors);
    let mut selection = Selection {
        skipped: group.choice("skipped"),
        finished: group.choice("finished"),
        annotated: group.choice("annotated"),
        only_with_annotations: group.boolean("only_with_annotations").unwrap_or(false),
        ..Selection::default()
    };
    let view = group.view();
    group.end();
    let given = annotations.is_some_and(Value::is_object);
    let mut group = Group::of("annotation_filter_options", annotations, &mut errors);
    let kept = Kept {
        usual: group.boolean("usual").unwrap_or(true),
        ground_truth: group.boolean("ground_truth").unwrap_or(false),
        skipped: group.boolean("skipped").unwrap_or(false),
    };
    selection.annotations = given.then_some(kept);
    group.end();
    let mut group = Group::of("serialization_options", serialization, &mut errors);
    selection.expand_drafts = group.expanded("drafts");
    selection.expand_predictions = group.expanded("predictions");
    selection.expand_annotators = group.expanded("annotations__completed_by");
    selection.interpolate = group.boolean("interpolate_key_frames").unwrap_or(false);
    group.boolean("include_annotation_history");
    group.end();
    if errors.is_empty() {
        Ok((selection, view))
    } else {
        Err(ApiError::validation(Value::Object(errors)))
    }
}

/// There is no such view in the project, or it is somebody else's.
pub(super) fn no_view(id: i64) -> ApiError {
    let text = format!("Invalid pk \"{id}\" - object does not exist.");
    ApiError::validation(json!({ "task_filter_options": { "view": [text] } }))
}

/// One group, and what is wrong in it.
struct Group<'a> {
    name: &'static str,
    fields: Option<&'a Map<String, Value>>,
    wrong: Map<String, Value>,
    errors: &'a mut Map<String, Value>,
}

impl<'a> Group<'a> {
    fn of(name: &'static str, value: Option<&'a Value>, errors: &'a mut Map<String, Value>) -> Group<'a> {
        let mut wrong = Map::new();
        if let Some(value) = value
            && !value.is_null()
            && !value.is_object()
        {
            let text = "Invalid data. Expected a dictionary.";
            wrong.insert("non_field_errors".to_owned(), json!([text]));
        }
        Group {
            name,
            fields: value.and_then(Value::as_object),
            wrong,
            errors,
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.fields?.get(key).filter(|value| !value.is_null())
    }

    fn is_wrong(&mut self, key: &str, text: String) {
        self.wrong.insert(key.to_owned(), json!([text]));
    }

    /// `only`, `exclude`, or nothing.
    fn choice(&mut self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::String(text) if text == "only" => Some(true),
            Value::String(text) if text == "exclude" => Some(false),
            Value::String(text) => {
                self.is_wrong(key, format!("\"{text}\" is not a valid choice."));
                None
            }
            other => {
                self.is_wrong(key, format!("\"{other}\" is not a valid choice."));
                None
            }
        }
    }

    fn boolean(&mut self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(value) => Some(*value),
            _ => {
                self.is_wrong(key, "Must be a valid boolean.".to_owned());
                None
            }
        }
    }

    /// `{"only_id": false}`: whole objects instead of their numbers.
    fn expanded(&mut self, key: &str) -> bool {
        let Some(value) = self.get(key) else { return false };
        match (value.as_object(), value.get("only_id")) {
            (Some(_), None | Some(Value::Bool(false) | Value::Null)) => true,
            (Some(_), Some(Value::Bool(true))) => false,
            _ => {
                self.is_wrong(key, "Must be {\"only_id\": true} or {\"only_id\": false}.".to_owned());
                false
            }
        }
    }

    /// The number of a view.
    fn view(&mut self) -> Option<i64> {
        let value = self.get("view")?;
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.is_wrong("view", "Incorrect type. Expected pk value.".to_owned());
        }
        number
    }

    fn end(self) {
        if !self.wrong.is_empty() {
            self.errors.insert(self.name.to_owned(), Value::Object(self.wrong));
        }
    }
}
