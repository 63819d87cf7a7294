//! The exporters against the recorded answers of the reference converter.
//!
//! `reference/reference.py` makes the cases and records the answers, see there. Where ours differs on purpose, the
//! comparison says so.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use labelkeep_formats::brush;
use labelkeep_formats::export::{Context, ExportAnnotation, ExportTask, Media, Tasks, catalog, exporter, exporters};
use labelkeep_labeling::Config;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Case {
    config: String,
    sizes: BTreeMap<String, (u32, u32)>,
    tasks: Vec<TaskIn>,
    /// Formats that the reference offers, sorted; none where its listing fails.
    supported: Option<Vec<String>>,
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
            .map(|size| Box::new(Cursor::new(upload(url, *size))) as Box<dyn Read>)
    }
}

/// What `reference.py` writes for it, as far as an exporter looks into it.
fn upload(url: &str, (first, second): (u32, u32)) -> Vec<u8> {
    if url.ends_with(".wav") {
        let mut sound = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
        sound.extend(first.to_le_bytes());
        sound.extend((first * 4).to_le_bytes());
        sound.extend([4, 0, 16, 0]);
        sound.extend(b"data");
        sound.extend((second * 4).to_le_bytes());
        sound.resize(sound.len() + second as usize * 4, 0);
        return sound;
    }
    if url.ends_with(".jpg") {
        // One channel.
        return b"\xff\xd8\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0".to_vec();
    }
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".to_vec()
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
        completed_by: Some(labelkeep_formats::export::Annotator::Id(row.completed_by)),
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
        exact: false,
        interpolate: false,
        manifest: None,
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

/// The files of an archive by their names.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let name = entry.name().expect("UTF-8").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        if !name.ends_with('/') {
            files.insert(name, content);
        }
    }
    files
}

/// Files of a folder: their texts, or only their names.
fn texts<'a>(files: &'a BTreeMap<String, Vec<u8>>, folder: &str) -> BTreeMap<&'a str, &'a str> {
    let in_folder = files
        .iter()
        .filter_map(|(name, content)| Some((name.strip_prefix(folder)?, content)));
    in_folder.map(|(name, content)| (name, text(content))).collect()
}

fn names<'a>(files: &'a BTreeMap<String, Vec<u8>>, folder: &str) -> Vec<&'a str> {
    files.keys().filter_map(|name| name.strip_prefix(folder)).collect()
}

fn text(content: &[u8]) -> &str {
    std::str::from_utf8(content).expect("UTF-8")
}

fn digest(content: &[u8]) -> String {
    format!("{:x}", md5::compute(content))
}

fn undated(content: &[u8], keys: &[&str]) -> Value {
    let mut file: Value = serde_json::from_slice(content).expect("JSON");
    let info = file["info"].as_object_mut().expect("an object");
    for key in keys {
        info.remove(*key).expect(key);
    }
    file
}

fn ours(name: &str, case: &Case) -> Value {
    let out = export(name, case);
    match name {
        "JSON_MIN" => return serde_json::from_slice(&out).expect("JSON"),
        "CSV" | "TSV" | "CONLL2003" => return Value::String(text(&out).to_owned()),
        _ => {}
    }
    let files = unpacked(&out);
    if name == "DOCLANG" {
        let documents: BTreeMap<&String, Value> = files.iter().map(|(name, file)| (name, document(file))).collect();
        return json!(documents);
    }
    let images = names(&files, "images/");
    match name {
        "COCO" | "COCO_WITH_IMAGES" => {
            json!({ "result": undated(&files["result.json"], &["date_created", "year"]), "images": images })
        }
        "ASR_MANIFEST" => json!({ "manifest": text(&files["manifest.json"]), "audio": names(&files, "audio/") }),
        "BRUSH_TO_COCO" => {
            let mut result = undated(&files["result_coco.json"], &["date_created", "year"]);
            for category in result["categories"].as_array_mut().expect("a list") {
                category
                    .as_object_mut()
                    .expect("an object")
                    .remove("color")
                    .expect("a colour");
            }
            json!({ "result": result, "images": images })
        }
        "BRUSH_TO_NUMPY" | "BRUSH_TO_PNG" => {
            let masks: BTreeMap<&String, Value> = files.iter().map(|(name, file)| (name, mask(name, file))).collect();
            json!(masks)
        }
        "VOC" => json!({ "annotations": texts(&files, "Annotations/"), "images": images }),
        _ => json!({
            "notes": undated(&files["notes.json"], &["year"]), "classes": text(&files["classes.txt"]), "labels": texts(&files, "labels/"),
            "images": images,
        }),
    }
}

/// What `reference.py` records of a document's archive.
fn document(file: &[u8]) -> Value {
    let record = |(name, content): (String, Vec<u8>)| {
        let recorded = if name == "document.xml" {
            json!(text(&content))
        } else if name.ends_with(".xml") || name.ends_with(".rels") {
            canonical(text(&content))
        } else {
            Value::Null
        };
        (name, recorded)
    };
    unpacked(file).into_iter().map(record).collect()
}

fn canonical(xml: &str) -> Value {
    let tree = roxmltree::Document::parse(xml).expect("XML");
    let elements = tree.descendants().filter(roxmltree::Node::is_element);
    let record = |element: roxmltree::Node<'_, '_>| {
        let attributes: BTreeMap<&str, &str> = element
            .attributes()
            .map(|attribute| (attribute.name(), attribute.value()))
            .collect();
        json!([element.tag_name().name(), attributes])
    };
    elements.map(record).collect()
}

/// What `reference.py` records of a file of a mask.
fn mask(name: &str, file: &[u8]) -> Value {
    if name.ends_with(".npy") {
        let end = 10 + usize::from(u16::from_le_bytes([file[8], file[9]]));
        let (header, pixels) = (text(&file[10..end]), &file[end..]);
        let shape = header.split(['(', ')']).nth(1).expect("a shape");
        let size: Vec<u32> = shape.split(", ").map(|size| size.parse().expect("a size")).collect();
        return json!({ "size": size, "pixels": digest(pixels), "file": digest(file) });
    }
    let mut picture = png::Decoder::new(Cursor::new(file)).read_info().expect("a picture");
    let mut pixels = vec![0; picture.output_buffer_size().expect("a size")];
    let frame = picture.next_frame(&mut pixels).expect("pixels");
    assert_eq!(frame.color_type, png::ColorType::Grayscale);
    json!({ "size": [frame.height, frame.width], "pixels": digest(&pixels) })
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
            if let Some(theirs) = &case.supported {
                let catalog = catalog(&Config::parse(&case.config).expect("a configuration"));
                let mut names: Vec<&str> = catalog
                    .iter()
                    .filter(|format| !format.disabled)
                    .map(|format| format.name)
                    // The first seventeen are those of the reference.
                    .filter(|name| exporters()[..17].iter().any(|exporter| exporter.name() == *name))
                    .collect();
                names.sort_unstable();
                assert_eq!(names, *theirs, "{} offers", path.display());
            }
            case.tasks
                .iter()
                .flat_map(|task| &task.annotations)
                .for_each(|row| masks_pack_alike(row.result.get()));
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

/// The masks of the cases are packed by the reference: ours give the same bytes.
fn masks_pack_alike(result: &str) {
    let results: Vec<Value> = serde_json::from_str(result).expect("a list");
    for result in results
        .iter()
        .filter(|result| result["value"]["rle"].as_array().is_some_and(|rle| rle.len() > 3))
    {
        let stream: Vec<u8> = serde_json::from_value(result["value"]["rle"].clone()).expect("bytes");
        let size = |key: &str| u32::try_from(result[key].as_u64().expect("a size")).expect("a size");
        let mask = brush::decode(&stream, size("original_width"), size("original_height")).expect("a mask");
        assert_eq!(brush::encode(&mask), stream);
    }
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
