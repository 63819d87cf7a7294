//! A task item: `{"data": …, "annotations": …, "predictions": …}`, or just the data.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::UNDEFINED;

/// Whether an item was a task, or its data alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// The item is the data.
    BareData,
    /// The item has `data`.
    TaskRoot,
}

/// A JSON object as it is written. Whoever makes one has read or written it as JSON: it is not looked through again.
#[derive(Debug, Clone, Default)]
pub struct ObjectText(String);

impl ObjectText {
    /// What has just been written as JSON.
    pub(super) fn written(text: String) -> Self {
        ObjectText(text)
    }

    /// The text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text, to keep.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl From<Box<RawValue>> for ObjectText {
    fn from(raw: Box<RawValue>) -> Self {
        ObjectText(String::from(Box::<str>::from(raw)))
    }
}

/// A task that is to be imported.
#[derive(Debug)]
pub struct TaskItem {
    /// What people see.
    pub data: ObjectText,
    /// An object or a list.
    pub meta: Option<Box<RawValue>>,
    /// In the order of the file.
    pub annotations: Vec<ImportedAnnotation>,
    /// In the order of the file.
    pub predictions: Vec<ImportedPrediction>,
    /// Whether people may skip it.
    pub allow_skip: bool,
    /// What the item was.
    pub source: ItemKind,
}

/// Whose annotation it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletedBy {
    /// The one who imports.
    Importer,
    /// A member.
    Id(i64),
    /// A member.
    Email(String),
}

/// An annotation of a task item.
#[derive(Debug)]
pub struct ImportedAnnotation {
    /// A JSON array.
    pub result: Box<RawValue>,
    /// Whose it is.
    pub completed_by: CompletedBy,
    /// Skipped.
    pub was_cancelled: bool,
    /// True unless the item says otherwise.
    pub ground_truth: bool,
    /// Seconds.
    pub lead_time: Option<f64>,
    /// The id that it had elsewhere.
    pub import_id: Option<i64>,
}

/// A prediction of a task item.
#[derive(Debug)]
pub struct ImportedPrediction {
    /// A JSON array of regions, or a simple value that the configuration expands.
    pub result: Box<RawValue>,
    /// Nothing when it was no number.
    pub score: Option<f64>,
    /// The version.
    pub model_version: Option<String>,
}

impl TaskItem {
    /// A task of one value whose key is not known yet.
    pub fn of_value(value: &str) -> TaskItem {
        let data = serde_json::json!({ UNDEFINED: value }).to_string();
        TaskItem::of_data(ObjectText::written(data))
    }

    /// A task of data alone.
    pub(super) fn of_data(data: impl Into<ObjectText>) -> TaskItem {
        TaskItem {
            data: data.into(),
            meta: None,
            annotations: Vec::new(),
            predictions: Vec::new(),
            allow_skip: true,
            source: ItemKind::BareData,
        }
    }

    /// Reads one element of a JSON import.
    pub(super) fn parse(text: &str) -> Result<TaskItem, String> {
        // Plain data, the bulk of most imports, is looked at once.
        let data: Option<&RawValue> = serde_json::Deserializer::from_str(text)
            .deserialize_map(DataOf)
            .map_err(|error| plain(&error))?;
        let Some(data) = data.filter(|data| truthy(data.get())) else {
            return Ok(TaskItem::of_data(ObjectText(text.trim().to_owned())));
        };
        if !data.get().starts_with('{') {
            return Err("\"data\" must be an object: keys with values".to_owned());
        }
        let root: Root<'_> = serde_json::from_str(text).map_err(|error| plain(&error))?;
        if let Some(meta) = root.meta
            && !matches!(meta.get().as_bytes().first(), Some(b'{' | b'[' | b'n'))
        {
            return Err("\"meta\" must be an object or a list".to_owned());
        }
        Ok(TaskItem {
            data: ObjectText(data.get().to_owned()),
            meta: root.meta.filter(|meta| meta.get() != "null").map(ToOwned::to_owned),
            annotations: root
                .annotations
                .unwrap_or_default()
                .into_iter()
                .enumerate()
                .map(|(index, annotation)| {
                    annotation
                        .read()
                        .map_err(|error| format!("annotation {index}: {error}"))
                })
                .collect::<Result<_, _>>()?,
            predictions: root
                .predictions
                .unwrap_or_default()
                .into_iter()
                .enumerate()
                .map(|(index, prediction)| {
                    prediction
                        .read()
                        .map_err(|error| format!("prediction {index}: {error}"))
                })
                .collect::<Result<_, _>>()?,
            allow_skip: root.allow_skip.unwrap_or(true),
            source: ItemKind::TaskRoot,
        })
    }
}

fn plain(error: &serde_json::Error) -> String {
    error
        .to_string()
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// As in the reference: an item whose `data` is empty is itself the data.
fn truthy(text: &str) -> bool {
    !matches!(text, "null" | "false" | "0" | "0.0" | "\"\"" | "{}" | "[]")
}

struct DataOf;

impl<'de> Visitor<'de> for DataOf {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a task: an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut data = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == "data" {
                data = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(data)
    }
}

#[derive(Deserialize)]
struct Root<'a> {
    #[serde(borrow, default)]
    meta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    annotations: Option<Vec<AnnotationIn<'a>>>,
    #[serde(borrow, default)]
    predictions: Option<Vec<PredictionIn<'a>>>,
    #[serde(default)]
    allow_skip: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "an annotation as an object")]
struct AnnotationIn<'a> {
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    completed_by: Option<&'a RawValue>,
    #[serde(default)]
    was_cancelled: Option<bool>,
    #[serde(default)]
    ground_truth: Option<bool>,
    #[serde(default)]
    lead_time: Option<f64>,
    #[serde(default)]
    id: Option<serde_json::Value>,
}

impl AnnotationIn<'_> {
    fn read(self) -> Result<ImportedAnnotation, String> {
        let result = self.result.ok_or("\"result\" is missing")?;
        if !result.get().starts_with('[') {
            return Err("\"result\" must be a list".to_owned());
        }
        Ok(ImportedAnnotation {
            result: result.to_owned(),
            completed_by: completed_by(self.completed_by)?,
            was_cancelled: self.was_cancelled.unwrap_or(false),
            ground_truth: self.ground_truth.unwrap_or(true),
            lead_time: self.lead_time,
            import_id: self.id.and_then(|id| id.as_i64()),
        })
    }
}

#[derive(Deserialize)]
struct Author {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    id: Option<i64>,
}

fn completed_by(raw: Option<&RawValue>) -> Result<CompletedBy, String> {
    let Some(text) = raw.map(RawValue::get).filter(|text| *text != "null") else {
        return Ok(CompletedBy::Importer);
    };
    if let Ok(id) = serde_json::from_str::<i64>(text) {
        return Ok(CompletedBy::Id(id));
    }
    match serde_json::from_str::<Author>(text) {
        Ok(Author { email: Some(email), .. }) => Ok(CompletedBy::Email(email)),
        Ok(Author { id: Some(id), .. }) => Ok(CompletedBy::Id(id)),
        _ => Err("\"completed_by\" must be an id, or an object with \"email\"".to_owned()),
    }
}

#[derive(Deserialize)]
#[serde(expecting = "a prediction as an object")]
struct PredictionIn<'a> {
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    score: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model_version: Option<&'a RawValue>,
}

impl PredictionIn<'_> {
    fn read(self) -> Result<ImportedPrediction, String> {
        let result = self
            .result
            .filter(|raw| raw.get() != "null")
            .ok_or("\"result\" is missing")?;
        let score = self.score.map(RawValue::get).map(|text| text.trim_matches('"'));
        let version = self.model_version.map(RawValue::get).filter(|text| *text != "null");
        Ok(ImportedPrediction {
            result: result.to_owned(),
            score: score
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|score| score.is_finite()),
            model_version: version.map(|text| serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_a_task_or_its_data() {
        let bare = TaskItem::parse(r#"{"text": "a", "annotations": "none"}"#).expect("bare data");
        assert_eq!(
            (bare.source, bare.data.get()),
            (ItemKind::BareData, r#"{"text": "a", "annotations": "none"}"#)
        );
        let task = TaskItem::parse(
            r#"{"data": {"text": 1.50}, "annotations": [{"result": [], "completed_by": {"email": "A@b"}}],
            "predictions": [{"result": "pos", "score": "0.5", "model_version": 3}]}"#,
        )
        .expect("a task");
        assert_eq!(task.data.get(), r#"{"text": 1.50}"#);
        assert!(
            task.annotations[0].ground_truth,
            "imported annotations are ground truth unless they say otherwise"
        );
        assert_eq!(task.annotations[0].completed_by, CompletedBy::Email("A@b".to_owned()));
        assert_eq!(
            (task.predictions[0].score, task.predictions[0].model_version.as_deref()),
            (Some(0.5), Some("3"))
        );
    }

    #[test]
    fn errors_say_what_is_missing() {
        for (text, part) in [
            (r#"{"data": "x"}"#, "must be an object"),
            (
                r#"{"data": {"a": 1}, "annotations": [{}]}"#,
                "annotation 0: \"result\" is missing",
            ),
            (
                r#"{"data": {"a": 1}, "annotations": [{"result": {}}]}"#,
                "must be a list",
            ),
            (r#"{"data": {"a": 1}, "meta": 3}"#, "\"meta\""),
        ] {
            let error = TaskItem::parse(text).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }
}
