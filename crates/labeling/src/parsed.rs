//! What the API derives from a configuration: `parsed_label_config` and `control_weights`.

use serde_json::{Map, Value, json};

use crate::config::{Config, Control};

impl Config {
    /// The API's `parsed_label_config`: one entry for each control.
    pub fn parsed_label_config(&self) -> Value {
        let flags = self.index_flags();
        Value::Object(
            self.controls()
                .iter()
                .map(|c| (c.name.clone(), entry(c, flags)))
                .collect(),
        )
    }

    /// The API's `control_weights`: existing numbers are kept, new controls and labels weigh 1.0, what is no longer
    /// in the configuration goes.
    pub fn control_weights(&self, existing: Option<&Value>) -> Value {
        let mut all = Map::new();
        for control in self.controls() {
            let old = existing.and_then(|e| e.get(&control.name));
            let weight = |v: Option<&Value>| match v.and_then(Value::as_f64) {
                Some(number) if number.is_finite() => json!(number),
                _ => json!(1.0),
            };
            let old_labels = old.and_then(|o| o.get("labels"));
            let labels: Map<String, Value> = control
                .labels
                .iter()
                .map(|l| (l.name().to_owned(), weight(old_labels.and_then(|o| o.get(l.name())))))
                .collect();
            let overall = weight(old.and_then(|o| o.get("overall")));
            all.insert(
                control.name.clone(),
                json!({"overall": overall, "type": control.tag, "labels": labels}),
            );
        }
        Value::Object(all)
    }
}

fn entry(control: &Control, flags: &[String]) -> Value {
    let mut entry = Map::new();
    entry.insert("type".into(), json!(control.tag));
    entry.insert("to_name".into(), json!(control.to_names));
    let regex: Map<String, Value> = flags
        .iter()
        .filter(|f| control.to_names.iter().any(|n| n.contains(f.as_str())))
        .map(|f| (f.clone(), json!(".*")))
        .collect();
    if !regex.is_empty() {
        entry.insert("regex".into(), Value::Object(regex));
    }
    if control.per_region() {
        let conditions = [
            ("tag", "whenTagName"),
            ("label", "whenLabelValue"),
            ("choice", "whenChoiceValue"),
        ];
        let given = conditions
            .iter()
            .find_map(|(kind, attribute)| Some((kind, control.attributes.get(*attribute).filter(|v| !v.is_empty())?)));
        if let Some((kind, name)) = given {
            entry.insert("conditionals".into(), json!({"type": kind, "name": name}));
        }
    }
    if control.dynamic_labels {
        entry.insert("dynamic_labels".into(), json!(true));
    }
    let inputs: Vec<Value> = control
        .inputs
        .iter()
        .map(|i| json!({"type": i.tag, "value": i.value, "valueType": i.value_type}))
        .collect();
    entry.insert("inputs".into(), Value::Array(inputs));
    entry.insert(
        "labels".into(),
        control.labels.iter().map(|l| json!(l.name())).collect(),
    );
    let attributes: Map<String, Value> = control
        .labels
        .iter()
        .map(|l| {
            (
                l.name().to_owned(),
                l.attributes.iter().map(|(n, v)| (n.clone(), json!(v))).collect(),
            )
        })
        .collect();
    entry.insert("labels_attrs".into(), Value::Object(attributes));
    Value::Object(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_keep_what_was_set_and_drop_what_is_gone() {
        let xml = r#"<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="a"/><Choice value="b"/>
            </Choices></View>"#;
        let config = Config::parse(xml).unwrap();
        let fresh = json!({"c": {"overall": 1.0, "type": "Choices", "labels": {"a": 1.0, "b": 1.0}}});
        assert_eq!(config.control_weights(None), fresh);
        let old = json!({"c": {"overall": 0.5, "labels": {"a": 0.25, "gone": 3.0, "b": "x"}}, "other": {"overall": 2}});
        let kept = json!({"c": {"overall": 0.5, "type": "Choices", "labels": {"a": 0.25, "b": 1.0}}});
        assert_eq!(config.control_weights(Some(&old)), kept);
        assert_eq!(config.control_weights(Some(&json!([]))), fresh);
    }
}
