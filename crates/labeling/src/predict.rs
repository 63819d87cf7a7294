//! Short forms of predictions, as models and imports send them.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::config::{Config, Control};
use crate::json::{check_json, quoted};

/// Controls that take a plain string or number, with what they take.
const PLAIN: [(&str, Takes); 4] = [
    ("Choices", Takes::Text),
    ("Rating", Takes::Whole),
    ("Number", Takes::Whole),
    ("TextArea", Takes::Text),
];

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Text,
    Whole,
}

/// Turns the `result` of a prediction into a result array, both as JSON text.
///
/// A list is returned as it is. An object is taken as the `value` of the first control whose result type is one of
/// its keys; an object whose keys are all names of controls gives a region for each (`{"mood": "good"}`). A string or whole number goes to the first of Choices, Rating, Number and TextArea (in document order)
/// that takes it. The text must keep the rules of [`check_json`]; the outcome still has to pass
/// [`crate::check_result`].
pub fn expand_prediction(config: &Config, value: &str) -> Result<String, String> {
    check_json(value).map_err(|e| e.message)?;
    match value.trim_start().as_bytes().first() {
        Some(b'[') => Ok(value.to_owned()),
        Some(b'{') => from_object(config, value),
        Some(b'"' | b'-' | b'0'..=b'9') => from_plain(config, value),
        _ => Err("a prediction's result must be a list of regions, an object, a string or a whole number".to_owned()),
    }
}

fn from_object(config: &Config, value: &str) -> Result<String, String> {
    let parsed: Value = serde_json::from_str(value).map_err(|e| e.to_string())?;
    let control = config.controls().iter().find(|control| {
        let own_key = crate::registry::registry()
            .tag(&control.tag)
            .and_then(|t| t.result.as_ref()?.key.clone());
        parsed.get(control.result_type()).is_some() || own_key.is_some_and(|key| parsed.get(key).is_some())
    });
    let Some(control) = control else {
        if let Some(result) = from_names(config, &parsed) {
            return result;
        }
        let keys: Vec<String> = parsed
            .as_object()
            .into_iter()
            .flatten()
            .take(10)
            .map(|(k, _)| quoted(k))
            .collect();
        return Err(format!(
            "no control of the config makes a result with {}",
            keys.join(", ")
        ));
    };
    // The value keeps its text: numbers must come out as they came in.
    let raw: &RawValue = serde_json::from_str(value).map_err(|e| e.to_string())?;
    item(control, &raw)
}

/// A region for each key, when every key is the name of a control; else nothing.
fn from_names(config: &Config, parsed: &Value) -> Option<Result<String, String>> {
    let object = parsed.as_object().filter(|object| !object.is_empty())?;
    let mut items = Vec::with_capacity(object.len());
    for (name, value) in object {
        let control = config.control(name)?;
        let key = crate::registry::registry()
            .tag(&control.tag)
            .and_then(|tag| tag.result.as_ref()?.key.clone())
            .unwrap_or_else(|| control.result_type());
        let value = match value {
            Value::Object(_) => value.clone(),
            Value::Array(_) => json!({ key: value }),
            plain if matches!(control.tag.as_str(), "Rating" | "Number" | "DateTime") => json!({ key: plain }),
            plain => json!({ key: [plain] }),
        };
        items.push(json!({
            "from_name": control.name, "to_name": control.to_names.join(","), "type": control.result_type(), "value": value,
        }));
    }
    Some(Ok(Value::Array(items).to_string()))
}

fn from_plain(config: &Config, value: &str) -> Result<String, String> {
    let parsed: Value = serde_json::from_str(value).map_err(|e| e.to_string())?;
    let takes = match &parsed {
        Value::String(_) => Takes::Text,
        Value::Number(number) if number.is_i64() || number.is_u64() => Takes::Whole,
        _ => return Err("a plain prediction must be a string or a whole number".to_owned()),
    };
    let control = config
        .controls()
        .iter()
        .find(|c| PLAIN.contains(&(c.tag.as_str(), takes)));
    let Some(control) = control else {
        return Err(format!(
            "no control of the config takes the plain value {}",
            quoted(value.trim())
        ));
    };
    let value = match control.tag.as_str() {
        "Choices" => json!({"choices": [parsed]}),
        "TextArea" => json!({"text": [parsed]}),
        "Rating" => json!({"rating": parsed}),
        _ => json!({"number": parsed}),
    };
    item(control, &value)
}

fn item(control: &Control, value: &impl serde::Serialize) -> Result<String, String> {
    #[derive(serde::Serialize)]
    struct Item<'a, V> {
        from_name: &'a str,
        to_name: String,
        #[serde(rename = "type")]
        result_type: String,
        value: &'a V,
    }
    let to_name = control.to_names.join(",");
    let item = Item {
        from_name: &control.name,
        to_name,
        result_type: control.result_type(),
        value,
    };
    serde_json::to_string(&[item]).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Mode, check_result};

    const XML: &str = r#"<View><Text name="t" value="$text"/>
        <Labels name="ner" toName="t"><Label value="LOC"/></Labels>
        <Choices name="mood" toName="t"><Choice value="good"/></Choices>
        <Rating name="stars" toName="t"/></View>"#;

    #[test]
    fn short_forms_become_regions_that_pass_the_strict_check() {
        let config = Config::parse(XML).unwrap();
        let cases = [
            (
                r#""good""#,
                r#"[{"from_name":"mood","to_name":"t","type":"choices","value":{"choices":["good"]}}]"#,
            ),
            (
                "4",
                r#"[{"from_name":"stars","to_name":"t","type":"rating","value":{"rating":4}}]"#,
            ),
            (
                r#"{"start":0,"end":1.50,"labels":["LOC"]}"#,
                r#"[{"from_name":"ner","to_name":"t","type":"labels","value":{"start":0,"end":1.50,"labels":["LOC"]}}]"#,
            ),
            (
                r#"{"mood":"good","stars":3}"#,
                r#"[{"from_name":"mood","to_name":"t","type":"choices","value":{"choices":["good"]}},{"from_name":"stars","to_name":"t","type":"rating","value":{"rating":3}}]"#,
            ),
            ("[]", "[]"),
        ];
        for (short, long) in cases {
            assert_eq!(expand_prediction(&config, short).as_deref(), Ok(long));
            check_result(long, Some(&config), Mode::Strict).unwrap();
        }
    }

    #[test]
    fn what_no_control_takes_is_refused() {
        let config = Config::parse(XML).unwrap();
        for bad in ["null", "true", "1.5", "{\"foo\":1}", "{\"a\":1,\"a\":2}", "\"x", ""] {
            assert!(expand_prediction(&config, bad).is_err(), "{bad}");
        }
        let empty = Config::parse("<View></View>").unwrap();
        assert!(expand_prediction(&empty, "\"x\"").is_err());
    }
}
