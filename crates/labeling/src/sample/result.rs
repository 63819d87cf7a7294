//! A sample result: what a person could have answered on the sample task.

use serde_json::{Map, Value, json};

use super::values::{HTML, PICTURE};
use super::{get, task_in_comment};
use crate::config::{Config, Control, Object};

/// Controls that draw on a picture without labels of their own.
const BARE_TOOLS: [&str; 5] = ["Rectangle", "Ellipse", "Polygon", "KeyPoint", "Vector"];

pub(super) fn sample(config: &Config) -> Value {
    let task = config.sample_task();
    let own_data = config
        .tree()
        .trailing_comment
        .as_deref()
        .and_then(task_in_comment)
        .is_none();
    let maker = Maker {
        config,
        data: &task["data"],
        own_data,
    };
    let items = config
        .controls()
        .iter()
        .enumerate()
        .filter_map(|(i, control)| maker.item(i, control));
    Value::Array(items.collect())
}

struct Maker<'a> {
    config: &'a Config,
    data: &'a Value,
    /// The data are ours, so their inner structure is known.
    own_data: bool,
}

impl Maker<'_> {
    fn item(&self, index: usize, control: &Control) -> Option<Value> {
        if control.per_region() || control.pattern.is_some() {
            return None;
        }
        let object = self.config.object(control.to_names.first()?)?;
        let result_type = control.result_type();
        let mut region = index;
        let mut value = match (control.tag.as_str(), object.tag.as_str()) {
            // Labels beside a bare tool share its region.
            ("Labels", "Image") => {
                let tool = self.tool_for(control)?;
                region = tool;
                self.geometry(&self.config.controls()[tool].tag, object)?
            }
            (tag, _) if self.answer(tag, control, object).is_some() => self.answer(tag, control, object)?,
            (tag, _) => self.geometry(tag, object)?,
        };
        if control.tag.ends_with("Labels") {
            let names: Vec<&str> = control.labels.first().map(|l| l.name()).into_iter().collect();
            value.insert(result_type.clone(), json!(names));
        }
        let pairwise = control.tag == "Pairwise";
        let to_name = if pairwise {
            control.name.clone()
        } else {
            object.name.clone()
        };
        let mut item = Map::new();
        item.insert("id".into(), json!(format!("sample-{}", region + 1)));
        item.insert("from_name".into(), json!(control.name));
        item.insert("to_name".into(), json!(to_name));
        item.insert("type".into(), json!(result_type));
        item.insert("origin".into(), json!("manual"));
        if object.tag == "Image"
            && value.contains_key("x") | value.contains_key("points") | value.contains_key("vertices")
        {
            item.insert("original_width".into(), json!(PICTURE.0));
            item.insert("original_height".into(), json!(PICTURE.1));
            item.insert("image_rotation".into(), json!(0));
        }
        if control.per_item() || object.value_list {
            item.insert("item_index".into(), json!(0));
        }
        item.insert("value".into(), Value::Object(value));
        Some(Value::Object(item))
    }

    /// The first bare tool on the same picture.
    fn tool_for(&self, labels: &Control) -> Option<usize> {
        let shares = |c: &Control| c.to_names.iter().any(|n| labels.to_names.contains(n));
        self.config
            .controls()
            .iter()
            .position(|c| BARE_TOOLS.contains(&c.tag.as_str()) && shares(c))
    }

    /// The value of a classification.
    fn answer(&self, tag: &str, control: &Control, object: &Object) -> Option<Map<String, Value>> {
        let first = || control.labels.first().map(|l| l.name().to_owned());
        let attribute = |name: &str| control.attributes.get(name).map(String::as_str);
        let number = |name: &str| {
            attribute(name)
                .and_then(|v| v.trim().parse::<f64>().ok())
                .filter(|n| n.is_finite())
        };
        let value = match tag {
            "Choices" if attribute("allowNested") == Some("true") => json!({"choices": [[first()?]]}),
            "Choices" => json!({"choices": [first()?]}),
            "Taxonomy" if attribute("labeling") == Some("true") => return None,
            "Taxonomy" => json!({"taxonomy": [[first()?]]}),
            "TextArea" => json!({"text": ["A sample answer."]}),
            "Number" => json!({"number": number("min").unwrap_or(1.0)}),
            "Rating" => json!({"rating": number("maxRating").unwrap_or(5.0).clamp(1.0, 4.0) as u64}),
            "DateTime" if attribute("format").is_none() => json!({"datetime": match attribute("only") {
                Some("time") => "09:30",
                Some("year") => "2024",
                Some(only) if only.contains("date") => "2024-05-01",
                None => "2024-05-01T09:30",
                Some(_) => return None,
            }}),
            "Pairwise" => json!({"selected": "left"}),
            "Ranker" if self.own_data && !control.labels.is_empty() | object.value_key.is_some() => {
                json!({"ranker": {"rank": ["b", "a", "c"]}})
            }
            _ => return None,
        };
        value.as_object().cloned()
    }

    /// The geometry of a region.
    fn geometry(&self, tag: &str, object: &Object) -> Option<Map<String, Value>> {
        let key = object.value_key.as_deref();
        let value = match (tag.trim_end_matches("Labels"), object.tag.as_str()) {
            ("Rectangle", _) => json!({"x": 17, "y": 43, "width": 23, "height": 35, "rotation": 0}),
            ("Ellipse", _) => json!({"x": 67, "y": 60, "radiusX": 8, "radiusY": 13, "rotation": 0}),
            ("Polygon", _) => json!({"points": [[15, 57], [27, 44], [40, 57]], "closed": true}),
            ("KeyPoint", _) => json!({"x": 81, "y": 19, "width": 0.5}),
            ("Vector", _) => json!({"closed": false, "vertices": [
                {"id": "v1", "x": 0, "y": 62, "prevPointId": null, "isBezier": false},
                {"id": "v2", "x": 25, "y": 31, "prevPointId": "v1", "isBezier": false},
            ]}),
            ("VideoRectangle", _) => json!({"framesCount": 48, "duration": 2, "sequence": [
                {"frame": 1, "time": 0.0417, "enabled": true, "x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0},
                {"frame": 24, "time": 1, "enabled": false, "x": 30, "y": 10, "width": 20, "height": 20, "rotation": 0},
            ]}),
            ("Timeline", _) => json!({"ranges": [{"start": 5, "end": 20}]}),
            ("TimeSeries", _) if !object.attributes.contains_key("timeFormat") => {
                json!({"start": 10, "end": 20, "instant": false})
            }
            ("" | "HyperText", "HyperText") if self.own_data && get(self.data, key?)? == HTML => json!({
                "start": "/p[1]/b[1]/text()[1]", "end": "/p[1]/b[1]/text()[1]", "startOffset": 0, "endOffset": 14,
                "globalOffsets": {"start": 4, "end": 18}, "text": "old lighthouse",
            }),
            ("" | "Paragraph", "Paragraphs" | "Dialog") if self.own_data => {
                json!({"start": "0", "end": "0", "startOffset": 8, "endOffset": 14, "text": "parcel"})
            }
            ("", "Audio" | "AudioPlus") => json!({"start": 0.1, "end": 0.3, "channel": 0}),
            ("", "Text") => {
                let text = get(self.data, key?)?.as_str()?;
                let word = text.split_whitespace().next()?;
                let start = text[..text.find(word)?].chars().count();
                json!({"start": start, "end": start + word.chars().count(), "text": word})
            }
            _ => return None,
        };
        value.as_object().cloned()
    }
}
