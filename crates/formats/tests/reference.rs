//! The exporters against the recorded answers of the reference converter.
//!
//! `reference/reference.py` makes the cases and records the answers, see there. Where ours differs on purpose, the
//! comparison says so.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use labelkeep_formats::export::{Context, ExportAnnotation, ExportTask, Media, Tasks, exporter};
use labelkeep_labeling::Config;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Case {
    config: String,
    sizes: BTreeMap<String, (u32, u32)>,
    tasks: Vec<TaskIn>,
    expected: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct TaskIn {
    id: i64,
    data: Box<RawValue>,
    annotations: Vec<AnnotationIn>,
}

#[derive(Deserialize)]
struct AnnotationIn {
    id: i64,
    completed_by: i64,
    result: Box<RawValue>,
    was_cancelled: bool,
    created_at: String,
    updated_at: String,
    lead_time: Option<f64>,
}

struct Uploads<'a>(&'a BTreeMap<String, (u32, u32)>);

impl Media for Uploads<'_> {
    fn size(&self, url: &str) -> Option<(u32, u32)> {
        self.0.get(url).copied()
    }

    fn open(&self, url: &str) -> Option<Box<dyn Read>> {
        self.0
            .get(url)
            .map(|_| Box::new(Cursor::new(b"picture".to_vec())) as Box<dyn Read>)
    }
}

fn micros(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time)
        .expect("a time")
        .timestamp_micros()
}

fn task(task: &TaskIn) -> ExportTask {
    let empty = || RawValue::from_string("{}".to_owned()).expect("JSON");
    let annotations = task.annotations.iter().map(|row| ExportAnnotation {
        id: row.id,
        completed_by: Some(row.completed_by),
        result: row.result.clone(),
        was_cancelled: row.was_cancelled,
        ground_truth: false,
        created_at: micros(&row.created_at),
        updated_at: micros(&row.updated_at),
        draft_created_at: None,
        lead_time: row.lead_time,
        prediction: empty(),
        result_count: 0,
        unique_id: None,
        import_id: None,
        last_action: None,
        bulk_created: Some(false),
        task: task.id,
        project: 3,
        updated_by: None,
        parent_prediction: None,
        parent_annotation: None,
        last_created_by: None,
    });
    ExportTask {
        id: task.id,
        data: task.data.clone(),
        meta: empty(),
        created_at: 0,
        updated_at: 0,
        allow_skip: true,
        inner_id: task.id,
        total_annotations: 0,
        cancelled_annotations: 0,
        total_predictions: 0,
        project: 3,
        updated_by: None,
        file_upload: None,
        annotations: annotations.collect(),
        drafts: Vec::new(),
        predictions: Vec::new(),
    }
}

fn export(name: &str, case: &Case) -> Vec<u8> {
    let config = Config::parse(&case.config).expect("a configuration");
    let context = Context {
        config: &config,
        now: 0,
        media: &Uploads(&case.sizes),
        download_resources: true,
        formula_escape: false,
    };
    let mut out = Vec::new();
    let mut source = || -> Tasks<'_> { Box::new(case.tasks.iter().map(task).map(Ok)) };
    let report = exporter(name)
        .expect("a format")
        .export(&context, &mut source, &mut out)
        .expect("exports");
    let dropped: u64 = report.drops.iter().map(|(_, number)| number).sum();
    assert_eq!(report.items_in, report.items_out + dropped, "{name}: {report:?}");
    out
}

/// The entries of an archive by folder: texts, and the names of the pictures.
fn unpacked(bytes: &[u8]) -> (BTreeMap<String, String>, Vec<String>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let (mut texts, mut images) = (BTreeMap::new(), Vec::new());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let name = entry.name().expect("UTF-8").into_owned();
        if name.ends_with('/') {
            continue;
        }
        match name.strip_prefix("images/") {
            Some(image) => images.push(image.to_owned()),
            None => {
                let mut text = String::new();
                entry.read_to_string(&mut text).expect("text");
                texts.insert(name, text);
            }
        }
    }
    images.sort();
    (texts, images)
}

fn ours(name: &str, case: &Case) -> Value {
    let out = export(name, case);
    match name {
        "JSON_MIN" => serde_json::from_slice(&out).expect("JSON"),
        "CSV" | "TSV" => Value::String(String::from_utf8(out).expect("UTF-8")),
        "COCO" | "COCO_WITH_IMAGES" => {
            let (texts, images) = unpacked(&out);
            let mut result: Value = serde_json::from_str(&texts["result.json"]).expect("JSON");
            let info = result["info"].as_object_mut().expect("an object");
            info.remove("date_created").expect("a date");
            info.remove("year").expect("a year");
            json!({ "result": result, "images": images })
        }
        _ => {
            let (texts, images) = unpacked(&out);
            let mut notes: Value = serde_json::from_str(&texts["notes.json"]).expect("JSON");
            notes["info"]
                .as_object_mut()
                .expect("an object")
                .remove("year")
                .expect("a year");
            let labels: BTreeMap<&str, &str> = texts
                .iter()
                .filter_map(|(name, text)| Some((name.strip_prefix("labels/")?, text.as_str())))
                .collect();
            json!({ "notes": notes, "classes": texts["classes.txt"], "labels": labels, "images": images })
        }
    }
}

fn case_folders() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/cases")];
    folders.extend(std::env::var_os("LABELKEEP_FORMATS_CASES").map(PathBuf::from));
    folders
}

#[test]
fn exports_are_those_of_the_reference() {
    let mut number = 0;
    let mut differences = Vec::new();
    for folder in case_folders() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        for path in paths
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        {
            let text = std::fs::read_to_string(path).expect("a case");
            let case: Case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for (name, theirs) in &case.expected {
                number += 1;
                if let Some(difference) = difference("", &ours(name, &case), theirs) {
                    differences.push(format!("{} {name}: {difference}", path.display()));
                }
            }
        }
    }
    assert!(number > 0, "there are no cases");
    assert!(
        differences.is_empty(),
        "{} of {number} differ:\n{}",
        differences.len(),
        differences[..differences.len().min(40)].join("\n")
    );
}

/// Where two values first differ. Numbers are the same when they are within one part in 10¹² (the last digits of sine and
/// cosine are the C library's).
fn difference(place: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| difference(&format!("{place}[{index}]"), left, right)),
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) || same_keys(left, right) => left
            .iter()
            .find_map(|(key, left)| difference(&format!("{place}.{key}"), left, &right[key])),
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.as_f64().unwrap_or(f64::NAN), right.as_f64().unwrap_or(f64::NAN));
            let close = (left - right).abs() <= 1e-12 * left.abs().max(right.abs()).max(1.0);
            (!close).then(|| format!("{place}: ours {left}, theirs {right}"))
        }
        _ if ours == theirs => None,
        _ => Some(format!("{place}: ours {ours}, theirs {theirs}")),
    }
}

fn same_keys(left: &serde_json::Map<String, Value>, right: &serde_json::Map<String, Value>) -> bool {
    left.len() == right.len() && left.keys().all(|key| right.contains_key(key))
}
