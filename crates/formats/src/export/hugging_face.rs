//! The layout of Hugging Face `datasets`: a card, lines of JSON whose columns have one type each, and a folder of media.

use std::collections::BTreeMap;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};

use super::archive::{Archive, large_text_options, text_options};
use super::catalog::picture_key;
use super::images::{Picture, Pictures};
use super::item::{Ids, Item, items};
use super::shapes::{label_names, regions};
use super::spool::Text;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct HuggingFace;

impl Exporter for HuggingFace {
    about! {
        "HF_DATASETS", "Hugging Face datasets", "zip", anything, ["datasets"],
        "A folder that load_dataset opens: a card, a line for each annotation, boxes and spans as columns, and the pictures."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let columns = columns(source)?;
        let key = picture_key(context.config);
        let has_pictures = context
            .config
            .controls()
            .iter()
            .flat_map(|control| &control.inputs)
            .any(|input| input.tag == "Image");
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut pictures = Pictures::default();
        let mut lines = Text::new()?;
        let mut folder = false;
        for task in source() {
            let task = task?;
            let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
            let picture = has_pictures
                .then(|| Picture::of(context, &key, &task, true).ok())
                .flatten();
            for item in &items(context.config, &task, Ids::Keep, &mut report) {
                report.items_in += 1;
                report.items_out += 1;
                let mut row = Map::new();
                let mut size = None;
                if let Some(picture) = &picture {
                    size = picture.size;
                    if context.download_resources && pictures.add(context, &mut archive, picture)? {
                        row.insert("file_name".to_owned(), json!(picture.path));
                        folder = true;
                    } else {
                        report.lost("a picture that is not on this server is named, not copied", 1);
                    }
                }
                for (name, kind) in &columns {
                    row.insert(name.clone(), kind.of(data.get(name)));
                }
                answers(context.config, item, size, &mut row, &mut report);
                lines.push(&serde_json::to_string(&row)?)?;
                lines.push("\n")?;
            }
        }
        // A loader of image folders wants its rows beside the pictures; rows without a file make it fail.
        let path = if folder { "metadata.jsonl" } else { "data/train.jsonl" };
        archive.start_file(path, large_text_options())?;
        lines.copy_to(&mut archive)?;
        archive.start_file("README.md", text_options())?;
        let files = if folder {
            "data_dir: \".\""
        } else {
            "data_files: \"data/train.jsonl\""
        };
        write!(
            archive,
            "---\nconfigs:\n- config_name: default\n  {files}\n---\n\n# Labels\n\nA row for each annotation.\n"
        )?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// The type of a column: readers want one for all rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
    Text,
    /// Anything: as JSON text.
    Mixed,
}

impl Kind {
    fn of_value(value: &Value) -> Option<Kind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Kind::Boolean),
            Value::Number(_) => Some(Kind::Number),
            Value::String(_) => Some(Kind::Text),
            _ => Some(Kind::Mixed),
        }
    }

    fn of(self, value: Option<&Value>) -> Value {
        match (self, value) {
            (_, None | Some(Value::Null)) => Value::Null,
            (Kind::Mixed, Some(value)) => json!(value.to_string()),
            (Kind::Number, Some(value)) => json!(value.as_f64()),
            (_, Some(value)) => value.clone(),
        }
    }
}

fn columns(source: &mut Source<'_>) -> Result<BTreeMap<String, Kind>, ExportError> {
    let mut columns: BTreeMap<String, Kind> = BTreeMap::new();
    for task in source() {
        let data: Map<String, Value> = serde_json::from_str(task?.data.get()).unwrap_or_default();
        for (name, value) in data {
            let Some(kind) = Kind::of_value(&value) else { continue };
            let known = columns.entry(name).or_insert(kind);
            if *known != kind {
                *known = Kind::Mixed;
            }
        }
    }
    // A picture's own column is made by the loader.
    for taken in ["file_name", "image"] {
        if let Some(kind) = columns.remove(taken) {
            columns.insert(format!("data_{taken}"), kind);
        }
    }
    Ok(columns)
}

fn answers(
    config: &Config,
    item: &Item<'_>,
    size: Option<(u32, u32)>,
    row: &mut Map<String, Value>,
    report: &mut Report,
) {
    row.insert("task_id".to_owned(), json!(item.task.id));
    row.insert("annotation_id".to_owned(), json!(item.annotation.map(|row| row.id)));
    let annotator = item
        .annotation
        .and_then(|row| row.completed_by.as_ref())
        .map(super::Annotator::text);
    row.insert("annotator".to_owned(), json!(annotator));
    for control in config.controls() {
        let values = || {
            item.outputs
                .iter()
                .filter(|output| control.matches(&output.from_name))
                .flat_map(|output| &output.values)
        };
        let list = |key: &str| -> Vec<&str> {
            let lists = values().filter_map(|value| value.get(key)).filter_map(Value::as_array);
            lists.flatten().filter_map(Value::as_str).collect()
        };
        let answer = match control.tag.as_str() {
            "Choices" => json!(list("choices")),
            "TextArea" => json!(list("text")),
            "Rating" | "Number" => {
                let key = control.tag.to_lowercase();
                json!(
                    values()
                        .find_map(|value| value.get(key.as_str()))
                        .and_then(Value::as_f64)
                )
            }
            "Labels" | "HyperTextLabels" | "ParagraphLabels" | "TimeSeriesLabels" => {
                let mut spans: [Vec<Value>; 3] = Default::default();
                for value in values().filter(|value| !value.contains_key("original_width")) {
                    let place = value.get("globalOffsets").and_then(Value::as_object).unwrap_or(value);
                    for label in label_names(value) {
                        spans[0].push(json!(place.get("start").and_then(Value::as_f64)));
                        spans[1].push(json!(place.get("end").and_then(Value::as_f64)));
                        spans[2].push(json!(label));
                    }
                }
                let [start, end, label] = spans;
                json!({ "start": start, "end": end, "label": label })
            }
            tag if super::shapes::marks_pictures(tag) => continue,
            _ => {
                let all: Vec<&Map<String, Value>> = values().collect();
                if all.is_empty() {
                    Value::Null
                } else {
                    json!(serde_json::to_string(&all).unwrap_or_default())
                }
            }
        };
        row.insert(control.name.clone(), answer);
    }
    if config
        .controls()
        .iter()
        .any(|control| super::shapes::marks_pictures(&control.tag))
    {
        let mut quiet = Report::default();
        let found = regions(item, size, &mut quiet);
        let (mut boxes, mut categories, mut outlines) = (Vec::new(), Vec::new(), Vec::new());
        for shape in &found.shapes {
            let Some(bounds) = shape.geometry.bounds() else {
                report.lost(shape.geometry.name(), 1);
                continue;
            };
            report.lost(
                "the shape of a brush mask",
                u64::from(matches!(shape.geometry, super::shapes::Geometry::Mask(_))),
            );
            report.lost(
                "a second label of a region",
                shape.labels.len().saturating_sub(1) as u64,
            );
            boxes.push(bounds.to_vec());
            categories.push(shape.label().map(str::to_owned));
            let points = shape.geometry.outline().unwrap_or_default();
            outlines.push(points.iter().flat_map(|(x, y)| [*x, *y]).collect::<Vec<f64>>());
        }
        row.insert(
            "objects".to_owned(),
            json!({ "bbox": boxes, "category": categories, "segmentation": outlines }),
        );
        row.insert("width".to_owned(), json!(found.size.map(|size| size[0])));
        row.insert("height".to_owned(), json!(found.size.map(|size| size[1])));
    }
}
