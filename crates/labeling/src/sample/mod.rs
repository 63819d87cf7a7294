//! A sample task and a sample result for a configuration, for previews before there is data.

mod result;
mod values;

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::data::reference;
use crate::registry::{Kind, registry};
use crate::tree::Node;

/// How many elements lists made for a path such as `$items[0].text` get.
const LIST_LENGTH: usize = 2;

impl Config {
    /// A task that the configuration can show: `{"data": {…}}`.
    ///
    /// A comment after the root element that holds a JSON object gives the task (`{"data": …}`, or the data alone);
    /// otherwise every field gets a value of our own that suits its tag.
    pub fn sample_task(&self) -> Value {
        if let Some(task) = self.tree().trailing_comment.as_deref().and_then(task_in_comment) {
            return task;
        }
        let mut data = Value::Object(Map::new());
        let nodes = &self.tree().nodes;
        let is_object = |n: &&Node| registry().tag(&n.tag).is_some_and(|t| t.kind == Kind::Object);
        // Objects come first: their tag says best what a field holds.
        for node in nodes
            .iter()
            .filter(is_object)
            .chain(nodes.iter().filter(|n| !is_object(n)))
        {
            for (attribute, value) in &node.attributes {
                if let Some(path) = reference(value)
                    && let Some(sample) = values::sample(node, attribute)
                {
                    put(&mut data, &steps(&path), &sample);
                }
            }
        }
        for path in nodes.iter().filter_map(|n| n.get("on").and_then(reference)) {
            put(&mut data, &steps(&path), &json!([{}, {}]));
        }
        json!({"data": data})
    }

    /// A result that an annotator could have made on [`Config::sample_task`]: one region or answer for each control
    /// that labels whole objects. It passes the strict check.
    pub fn sample_result(&self) -> Value {
        result::sample(self)
    }
}

fn task_in_comment(comment: &str) -> Option<Value> {
    crate::json::check_json(comment).ok()?;
    let parsed: Value = serde_json::from_str(comment).ok()?;
    if parsed.get("data").is_some_and(Value::is_object) {
        return Some(parsed);
    }
    parsed.is_object().then(|| json!({"data": parsed}))
}

/// One step into nested data.
enum Step {
    Key(String),
    Index,
}

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|p| !p.is_empty()) {
        let mut pieces = part.split('[');
        if let Some(key) = pieces.next().filter(|k| !k.is_empty()) {
            steps.push(Step::Key(key.to_owned()));
        }
        steps.extend(pieces.map(|_| Step::Index));
    }
    steps
}

/// Writes a value at a path, making objects and lists on the way; what is there already stays.
fn put(data: &mut Value, path: &[Step], value: &Value) {
    let Some((step, rest)) = path.split_first() else {
        if data.is_null() {
            *data = value.clone();
        }
        return;
    };
    match step {
        Step::Key(key) => {
            if data.is_null() {
                *data = Value::Object(Map::new());
            }
            if let Value::Object(map) = data {
                put(map.entry(key.clone()).or_insert(Value::Null), rest, value);
            }
        }
        Step::Index => {
            if data.is_null() {
                *data = Value::Array(vec![Value::Null; LIST_LENGTH]);
            }
            if let Value::Array(list) = data {
                list.iter_mut().for_each(|element| put(element, rest, value));
            }
        }
    }
}

/// The value at a field's path; the first element of lists.
fn get<'a>(data: &'a Value, path: &str) -> Option<&'a Value> {
    steps(path).iter().try_fold(data, |at, step| match step {
        Step::Key(key) => at.get(key),
        Step::Index => at.get(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Mode, check_result};

    fn config(xml: &str) -> Config {
        Config::parse(xml).unwrap()
    }

    #[test]
    fn every_field_gets_a_value_that_passes_the_data_check() {
        let all = config(
            r#"<View><Text name="t" value="$a.text"/><Image name="i" value="$image"/><Image name="m" valueList="$pages"/>
            <Audio name="au" value="$sound"/><Video name="v" value="$film" frameRate="$fps"/>
            <Paragraphs name="p" value="$talk" audioUrl="$voice"/><TimeSeries name="ts" value="$series"/>
            <HyperText name="h" value="$html"/><Table name="tb" value="$table"/><List name="l" value="$items"/>
            <Pdf name="pdf" value="$pdf"/><Header value="Hello $title"/>
            <Choices name="c" toName="t" value="$options"/>
            <Repeater on="$rows"><Text name="r_{{idx}}" value="$rows[{{idx}}].text"/></Repeater></View>"#,
        );
        let task = all.sample_task();
        let data = &task["data"];
        all.check_data(&data.to_string()).unwrap();
        assert!(data["a"]["text"].is_string());
        assert!(data["pages"].as_array().is_some_and(|p| p.len() > 1));
        assert!(data["rows"][1]["text"].is_string());
        assert!(data["title"].is_string());
        assert!(data["fps"].is_number());
        assert!(data["options"][0]["value"].is_string());
    }

    #[test]
    fn a_comment_after_the_root_gives_the_task() {
        let own = config("<View><Text name=\"t\" value=\"$text\"/></View>\n<!-- {\"data\": {\"text\": \"mine\"}} -->");
        assert_eq!(own.sample_task(), json!({"data": {"text": "mine"}}));
        let bare = config("<View><Text name=\"t\" value=\"$text\"/></View><!-- {\"text\": \"mine\"} -->");
        assert_eq!(bare.sample_task(), json!({"data": {"text": "mine"}}));
        let broken = config("<View><Text name=\"t\" value=\"$text\"/></View><!-- {\"text\": -->");
        assert!(broken.sample_task()["data"]["text"].is_string());
    }

    #[test]
    fn sample_results_pass_the_strict_check() {
        let fixture: Value = serde_json::from_str(include_str!("../../../../schema/results/all-types.json")).unwrap();
        let everything = config(fixture["config"].as_str().unwrap());
        let result = everything.sample_result();
        check_result(&result.to_string(), Some(&everything), Mode::Strict).unwrap();
        let made: Vec<&str> = result
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|i| i["from_name"].as_str())
            .collect();
        for name in [
            "box", "lab", "poly", "ner", "mood", "rate", "num", "dt", "ta", "tax", "pw", "rank", "hl", "pl",
        ] {
            assert!(made.contains(&name), "{name} is missing in {made:?}");
        }
        assert_eq!(config("<View></View>").sample_result(), json!([]));
    }
}
