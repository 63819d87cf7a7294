//! YOLO: a text file of boxes and polygons for each picture, with or without the pictures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};
use zip::ZipWriter;

use super::coco::categories;
use super::images::{Archive, Pictures, picture, text_options};
use super::item::{Ids, Item, items, labels, numbers, points};
use super::python::float;
use super::{Context, ExportError, Exporter, Report, Source, catalog};
use crate::clean_file_name;

pub(super) struct Yolo {
    pub(super) with_images: bool,
}

/// Longest name of a label file, without `.txt`.
const NAME: usize = 251;

impl Exporter for Yolo {
    fn name(&self) -> &'static str {
        if self.with_images { "YOLO_WITH_IMAGES" } else { "YOLO" }
    }

    fn title(&self) -> &'static str {
        if self.with_images { "YOLO with images" } else { "YOLO" }
    }

    fn description(&self) -> &'static str {
        if self.with_images {
            "A text file of boxes for each picture, as YOLO models read them, together with the pictures."
        } else {
            "A text file of boxes for each picture, as YOLO models read them: class, centre and size as parts of the picture."
        }
    }

    fn tags(&self) -> &'static [&'static str] {
        &["image segmentation", "object detection"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn supports(&self, config: &Config) -> bool {
        catalog::boxes_fit(config)
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = ZipWriter::new_stream(out);
        archive.add_directory("images/", text_options())?;
        let mut pictures = Pictures::default();
        let mut report = Report::default();
        let mut classes = Classes::of(context.config);
        // The last item of a name counts, so files are written when all are known: a few hundred bytes each.
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Keep) {
                report.items_in += 1;
                let Some(picture) = picture(context, &item) else {
                    report.dropped("the task has no picture");
                    continue;
                };
                if self.with_images && context.download_resources {
                    pictures.add(context, &mut archive, &picture)?;
                }
                let name = file_name(&picture.path);
                if item.outputs.is_empty() {
                    files.entry(name).or_default();
                    report.items_out += 1;
                    continue;
                }
                let lines = classes.lines(&item);
                if files.insert(name, lines).is_some() {
                    report.dropped("an older annotation of the same picture took its place");
                } else {
                    report.items_out += 1;
                }
            }
        }
        write_files(&mut archive, &files)?;
        classes.finish(context, &mut archive)?;
        archive.finish()?;
        Ok(report)
    }
}

fn file_name(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let stem = clean_file_name(stem);
    let mut end = stem.len().min(NAME);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    stem[..end].to_owned()
}

fn write_files(archive: &mut Archive<'_>, files: &BTreeMap<String, String>) -> Result<(), ExportError> {
    archive.add_directory("labels/", text_options())?;
    for (name, lines) in files {
        archive.start_file(format!("labels/{name}.txt"), text_options())?;
        archive.write_all(lines.as_bytes())?;
    }
    Ok(())
}

/// The classes and, for poses, the key points of each.
struct Classes {
    categories: Vec<(i64, String)>,
    /// Labels of key points in the order of their `model_index`; empty without key points.
    keypoints: Vec<String>,
}

impl Classes {
    fn of(config: &Config) -> Classes {
        let mut keypoints: Vec<(i64, String)> = config
            .controls()
            .iter()
            .filter(|control| control.tag == "KeyPointLabels")
            .flat_map(|control| &control.labels)
            .enumerate()
            .map(|(index, label)| {
                let index = label.attribute("model_index").and_then(|index| index.parse().ok()).unwrap_or(index as i64);
                (index, label.name().to_owned())
            })
            .collect();
        keypoints.sort();
        if keypoints.is_empty() {
            return Classes { categories: categories(config, |_| true), keypoints: Vec::new() };
        }
        let boxes = config.controls().iter().filter(|control| control.tag == "RectangleLabels");
        let categories = boxes
            .flat_map(|control| &control.labels)
            .enumerate()
            .map(|(index, label)| (index as i64, label.name().to_owned()))
            .collect();
        Classes { categories, keypoints: keypoints.into_iter().map(|(_, name)| name).collect() }
    }

    fn id(&mut self, label: &str) -> i64 {
        if let Some((id, _)) = self.categories.iter().find(|(_, name)| name == label) {
            return *id;
        }
        let id = self.categories.len() as i64;
        self.categories.push((id, label.to_owned()));
        id
    }

    fn lines(&mut self, item: &Item<'_>) -> String {
        if !self.keypoints.is_empty() {
            return self.pose_lines(item);
        }
        let mut lines = String::new();
        for value in item.values() {
            let found = ["rectanglelabels", "polygonlabels", "labels"]
                .iter()
                .map(|key| labels(value, key))
                .find(|labels| !labels.is_empty())
                .unwrap_or_default();
            for label in found {
                let Some(shape) = shape(value) else { continue };
                let _ = writeln!(lines, "{}{shape}", self.id(label));
            }
        }
        lines
    }

    /// A line for each box, followed by its key points; 0.0 0.0 0 where one is missing.
    fn pose_lines(&mut self, item: &Item<'_>) -> String {
        let mut lines = Vec::new();
        for value in item.values() {
            let Some(label) = labels(value, "rectanglelabels").first().map(|label| (*label).to_owned()) else { continue };
            let Some([x, y, width, height]) = numbers(value, ["x", "y", "width", "height"]) else { continue };
            let mut line = format!(
                "{} {} {} {} {}",
                self.id(&label),
                float(x / 100.0 + width / 100.0 / 2.0),
                float(y / 100.0 + height / 100.0 / 2.0),
                float(width / 100.0),
                float(height / 100.0)
            );
            let id = value.get("id").and_then(Value::as_str);
            for name in &self.keypoints {
                let point = item.values().find(|point| {
                    labels(point, "keypointlabels").first() == Some(&name.as_str())
                        && id.is_some()
                        && point.get("parentID").and_then(Value::as_str) == id
                });
                match point.and_then(|point| numbers(point, ["x", "y"])) {
                    Some([x, y]) => {
                        let _ = write!(line, " {} {} 2", float(x / 100.0), float(y / 100.0));
                    }
                    None => line.push_str(" 0.0 0.0 0"),
                }
            }
            lines.push(line);
        }
        lines.join("\n")
    }

    fn finish(&self, context: &Context<'_>, archive: &mut Archive<'_>) -> Result<(), ExportError> {
        archive.start_file("classes.txt", text_options())?;
        for (_, name) in &self.categories {
            // A class is a line: a line break in a label would make two of it.
            writeln!(archive, "{}", name.replace(['\n', '\r'], " "))?;
        }
        let categories: Vec<Value> = self
            .categories
            .iter()
            .map(|(id, name)| {
                let mut category = json!({ "id": id, "name": name });
                if !self.keypoints.is_empty() {
                    category["keypoints"] = json!(self.keypoints);
                }
                category
            })
            .collect();
        let year = chrono::DateTime::from_timestamp_micros(context.now).unwrap_or_default().format("%Y").to_string();
        let notes = json!({
            "categories": categories,
            "info": { "year": year.parse::<i64>().unwrap_or_default(), "version": "1.0", "contributor": "Label Studio" },
        });
        archive.start_file("notes.json", text_options())?;
        serde_json::to_writer_pretty(&mut *archive, &notes)?;
        Ok(())
    }
}

/// The numbers of a line, each with a blank before it: parts of the picture's width and height.
fn shape(value: &Map<String, Value>) -> Option<String> {
    let mut line = String::new();
    let is_box = ["rectanglelabels", "rectangle"].iter().any(|key| value.contains_key(*key))
        || value.contains_key("labels") && !value.contains_key("points");
    if is_box {
        let [x, y, width, height] = numbers(value, ["x", "y", "width", "height"])?;
        let parts = [(x + width / 2.0) / 100.0, (y + height / 2.0) / 100.0, width / 100.0, height / 100.0];
        for part in parts {
            let _ = write!(line, " {}", float(part));
        }
        return Some(line);
    }
    for (x, y) in points(value)? {
        let _ = write!(line, " {} {}", float(x / 100.0), float(y / 100.0));
    }
    (!line.is_empty()).then_some(line)
}
