//! What dialogs ask, checked before an action begins. Numbers may come as texts: forms send them so.

use labelkeep_policy::Action;
use labelkeep_store::projects::ProjectRow;
use serde_json::{Map, Value, json};

use super::tasks::Written;
use crate::access::{self, Granted};
use crate::{Invalid, Result, Services};

/// The fields that the action reads, in the shape in which its job reads them.
pub(super) async fn checked(
    services: &Services,
    project: &Granted<ProjectRow>,
    action: &str,
    given: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let given = Given(given);
    let mut out = Map::new();
    let mut keep = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    match action {
        "assign_annotators" | "assign_reviewers" => {
            let users = given.numbers("users")?;
            if users.is_empty() {
                return Err(Invalid::field("users", "This list may not be empty.").into());
            }
            keep("users", json!(users));
        }
        "unassign_annotators" | "unassign_reviewers" => keep("users", json!(given.numbers("users")?)),
        "set_overlap" => {
            let overlap = given.required_number("overlap")?;
            if !(1..=1_000).contains(&overlap) {
                return Err(Invalid::field("overlap", "Ensure this value is between 1 and 1000.").into());
            }
            keep("overlap", overlap.into());
        }
        "set_ground_truth" => {
            keep("annotator", given.number("annotator")?.into());
            keep("value", given.one_of("value", &["Yes", "No"])?.into());
        }
        "delete_tasks_annotations" => keep("annotator", given.number("annotator")?.into()),
        "predictions_to_annotations" => {
            if let Some(versions) = given.texts("model_version")? {
                keep("model_version", versions.into());
            }
        }
        "propagate_annotations" => {
            let id = given.required_number("source_annotation_id")?;
            let source = access::annotation(services, project.actor().clone(), id, Action::AnnotationView).await?;
            if source.row().project_id != project.row().id {
                return Err(Invalid::field("source_annotation_id", "It is an annotation of another project.").into());
            }
            keep("source_annotation_id", id.into());
        }
        "rename_labels" => {
            for name in ["control_tag", "old_label_name", "new_label_name"] {
                keep(name, given.required_text(name)?.into());
            }
        }
        "cache_labels" => {
            keep(
                "control_tag",
                given.text("control_tag")?.unwrap_or("ALL".to_owned()).into(),
            );
            keep(
                "custom_control_tag",
                given.text("custom_control_tag")?.unwrap_or_default().into(),
            );
            keep("with_counters", given.one_of("with_counters", &["Yes", "No"])?.into());
            let source = given.text("source")?.unwrap_or_default().to_ascii_lowercase();
            keep(
                "source",
                if source.starts_with("pred") {
                    "predictions"
                } else {
                    "annotations"
                }
                .into(),
            );
        }
        "add_data_field" => {
            let (kind, value) = (
                given.text("value_type")?.unwrap_or("String".to_owned()),
                given.text("value")?.unwrap_or_default(),
            );
            Written::of(&kind, &value)?;
            keep("value_name", given.required_text("value_name")?.into());
            keep("value_type", kind.into());
            keep("value", value.into());
        }
        "add_to_project" => {
            let id = given.required_number("project")?;
            let target = access::project(services, project.actor().clone(), id, Action::Import).await?;
            if target.row().id == project.row().id {
                return Err(Invalid::field("project", "Choose another project.").into());
            }
            keep("project", id.into());
            keep(
                "with_annotations",
                given.one_of("with_annotations", &["No", "Yes"])?.into(),
            );
        }
        "export_selection" => {
            let format = given.text("format")?.unwrap_or("JSON".to_owned());
            let known = crate::export::catalog(services, project)?;
            if known.iter().all(|info| info.name != format) {
                let text = format!("{format} is not supported export format");
                return Err(Invalid::field("format", text).into());
            }
            keep("format", format.into());
        }
        _ => {}
    }
    Ok(out)
}

struct Given(Map<String, Value>);

impl Given {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Invalid> {
        let wrong = || Invalid::field(name, "A valid integer is required.");
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| wrong()),
            Some(value) => value.as_i64().map(Some).ok_or_else(wrong),
        }
    }

    fn required_number(&self, name: &str) -> Result<i64, Invalid> {
        self.number(name)?
            .ok_or_else(|| Invalid::field(name, "This field is required."))
    }

    /// One, or a list.
    fn numbers(&self, name: &str) -> Result<Vec<i64>, Invalid> {
        let wrong = || Invalid::field(name, "Expected ids.");
        let one = |value: &Value| match value {
            Value::String(text) => text.trim().parse().map_err(|_| wrong()),
            value => value.as_i64().ok_or_else(wrong),
        };
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= 1_000 => list.iter().map(one).collect(),
            Some(Value::Array(_)) => Err(Invalid::field(name, "At most 1000 people at once.")),
            Some(value) => Ok(vec![one(value)?]),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, Invalid> {
        let text = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            Some(_) => return Err(Invalid::field(name, "Not a valid string.")),
        };
        if text.contains('\0') || text.chars().count() > 10_000 {
            return Err(Invalid::field(name, "Not a valid string."));
        }
        Ok(Some(text))
    }

    fn required_text(&self, name: &str) -> Result<String, Invalid> {
        self.text(name)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Invalid::field(name, "This field is required."))
    }

    /// One text, or a list; nothing when it is empty.
    fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Invalid> {
        match self.get(name) {
            Some(Value::Array(list)) if !list.is_empty() => list
                .iter()
                .map(|value| {
                    value
                        .as_str()
                        .map(str::to_owned)
                        .ok_or_else(|| Invalid::field(name, "Expected texts."))
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(Value::Array(_)) => Ok(None),
            _ => Ok(self.text(name)?.filter(|text| !text.is_empty()).map(|text| vec![text])),
        }
    }

    /// One of these words; the first when nothing is said.
    fn one_of(&self, name: &str, words: &[&'static str]) -> Result<&'static str, Invalid> {
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else {
            return Ok(words[0]);
        };
        words
            .iter()
            .find(|word| word.eq_ignore_ascii_case(&text))
            .copied()
            .ok_or_else(|| Invalid::field(name, format!("\"{text}\" is not a valid choice.")))
    }
}
