//! `preannotated_from_fields`: data keys that hold a model's answers become a prediction.

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};

/// Takes the named keys out of the data and makes a prediction of them; nothing when none of them is there.
///
/// An object is used as the region's value as it is; anything else goes under the control's own key, in a list except for
/// ratings, numbers and dates.
pub(super) fn prediction(config: &Config, fields: &[String], data: &str) -> Result<Option<(String, String)>, String> {
    let mut object: Map<String, Value> = serde_json::from_str(data).map_err(|error| error.to_string())?;
    let mut regions = Vec::new();
    for field in fields {
        let Some(value) = object.remove(field) else {
            return Err(format!(
                "the data has no key \"{field}\", which preannotated_from_fields names"
            ));
        };
        let control = config.control(field);
        let kind = control.map_or_else(|| "choices".to_owned(), |control| control.tag.to_lowercase());
        let to_name = control
            .and_then(|control| control.to_names.first().cloned())
            .unwrap_or_else(|| "text".to_owned());
        let value = match value {
            Value::Object(_) => value,
            Value::Array(_) => json!({ key_of(&kind): value }),
            single if matches!(kind.as_str(), "rating" | "number" | "datetime") => json!({ key_of(&kind): single }),
            single => json!({ key_of(&kind): [single] }),
        };
        regions.push(json!({ "from_name": field, "to_name": to_name, "type": kind, "value": value }));
    }
    if regions.is_empty() {
        return Ok(None);
    }
    Ok(Some((
        Value::Object(object).to_string(),
        Value::Array(regions).to_string(),
    )))
}

fn key_of(kind: &str) -> &str {
    if kind == "textarea" { "text" } else { kind }
}
