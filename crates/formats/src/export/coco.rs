//! COCO: boxes, polygons and key points in one JSON file, with or without the pictures.

use std::io::{BufWriter, Seek as _, Write};

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};
use zip::ZipWriter;

use super::images::{Pictures, picture, text_options};
use super::item::{Ids, Item, items, labels, numbers, points};
use super::rectangle::hull;
use super::{Context, ExportError, Exporter, Report, Source, catalog};

pub(super) struct Coco {
    pub(super) with_images: bool,
}

impl Exporter for Coco {
    fn name(&self) -> &'static str {
        if self.with_images { "COCO_WITH_IMAGES" } else { "COCO" }
    }

    fn title(&self) -> &'static str {
        if self.with_images { "COCO with images" } else { "COCO" }
    }

    fn description(&self) -> &'static str {
        if self.with_images {
            "Boxes, polygons and key points as detection models read them, together with the pictures."
        } else {
            "Boxes, polygons and key points as detection models read them: one JSON file for the whole project."
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
        let mut file = File::new(context)?;
        for task in source() {
            let task = task?;
            for item in items(context.config, &task, Ids::Drop) {
                report.items_in += 1;
                let Some(picture) = picture(context, &item) else {
                    report.dropped("the task has no picture");
                    continue;
                };
                if self.with_images && context.download_resources && !pictures.add(context, &mut archive, &picture)? {
                    report.dropped_picture();
                }
                if file.add(&item, &picture.path, picture.size)? {
                    report.items_out += 1;
                } else {
                    report.dropped("no region of a kind that COCO knows");
                }
            }
        }
        archive.start_file("result.json", text_options())?;
        file.finish(context, &mut archive)?;
        archive.finish()?;
        Ok(report)
    }
}

impl Report {
    /// A picture that could not be copied leaves its annotations in the file.
    fn dropped_picture(&mut self) {
        let reason = "pictures that are not on this server are named, not copied";
        match self.drops.iter_mut().find(|(known, _)| known == reason) {
            Some((_, number)) => *number += 1,
            None => self.drops.push((reason.to_owned(), 1)),
        }
    }
}

/// The parts of `result.json`. Images and annotations are kept in temporary files: a project may have millions.
struct File {
    images: Spool,
    annotations: Spool,
    categories: Vec<(i64, String)>,
    keypoints: Option<(i64, Vec<KeypointLabel>)>,
    image_count: u64,
    annotation_count: u64,
}

struct KeypointLabel {
    name: String,
    model_index: Option<i64>,
}

impl File {
    fn new(context: &Context<'_>) -> Result<File, ExportError> {
        let mut categories = categories(context.config, |_| true);
        let keypoints = keypoint_labels(context.config);
        let keypoints = (!keypoints.is_empty()).then(|| {
            categories.retain(|(_, name)| !keypoints.iter().any(|label| label.name == *name));
            let id = categories.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
            (id, keypoints)
        });
        Ok(File {
            images: Spool::new()?,
            annotations: Spool::new()?,
            categories,
            keypoints,
            image_count: 0,
            annotation_count: 0,
        })
    }

    /// Adds an item; false when nothing of it could be added.
    fn add(&mut self, item: &Item<'_>, path: &str, size: Option<(u32, u32)>) -> Result<bool, ExportError> {
        let image_id = self.image_count;
        let mut shown = false;
        if let Some((width, height)) = size {
            self.image(path, json!(width), json!(height))?;
            shown = true;
        } else if item.outputs.is_empty() {
            self.image(path, Value::Null, Value::Null)?;
            return Ok(true);
        }
        let mut skeleton: Vec<(String, f64, f64)> = Vec::new();
        let mut first_size = size.map(|(width, height)| [f64::from(width), f64::from(height)]);
        for value in item.values() {
            let Some(label) = first_label(value) else { continue };
            let own_size = numbers(value, ["original_width", "original_height"]);
            let Some(size) = own_size.or(first_size) else { continue };
            if !shown {
                self.image(path, whole(size[0]), whole(size[1]))?;
                shown = true;
            }
            first_size.get_or_insert(size);
            if value.contains_key("rectanglelabels") || value.contains_key("labels") && !value.contains_key("points") {
                self.rectangle(value, &label, image_id, size)?;
            } else if value.contains_key("polygonlabels") || value.contains_key("points") {
                self.polygon(value, &label, image_id, first_size.unwrap_or(size))?;
            } else if value.contains_key("keypointlabels")
                && let Some([x, y]) = numbers(value, ["x", "y"])
            {
                skeleton.push((label, round_even(x / 100.0 * size[0]), round_even(y / 100.0 * size[1])));
            }
        }
        if !skeleton.is_empty() {
            self.skeleton(&skeleton, image_id)?;
        }
        Ok(shown)
    }

    fn image(&mut self, path: &str, width: Value, height: Value) -> Result<(), ExportError> {
        self.images.push(&json!({ "width": width, "height": height, "id": self.image_count, "file_name": path }))?;
        self.image_count += 1;
        Ok(())
    }

    fn category(&mut self, label: &str) -> i64 {
        if let Some((id, _)) = self.categories.iter().find(|(_, name)| name == label) {
            return *id;
        }
        let id = self.categories.len() as i64;
        self.categories.push((id, label.to_owned()));
        id
    }

    fn annotation(&mut self, mut annotation: Value) -> Result<(), ExportError> {
        annotation["id"] = self.annotation_count.into();
        self.annotation_count += 1;
        self.annotations.push(&annotation)
    }

    fn rectangle(&mut self, value: &Map<String, Value>, label: &str, image: u64, size: [f64; 2]) -> Result<(), ExportError> {
        let Some([x, y, width, height]) = numbers(value, ["x", "y", "width", "height"]) else { return Ok(()) };
        let rotation = value.get("rotation").and_then(Value::as_f64).unwrap_or(0.0);
        let [x, y, width, height] = hull(x, y, width, height, rotation);
        let (x, width) = (x * size[0] / 100.0, width * size[0] / 100.0);
        let (y, height) = (y * size[1] / 100.0, height * size[1] / 100.0);
        let category = self.category(label);
        self.annotation(json!({
            "id": 0, "image_id": image, "category_id": category, "segmentation": [], "bbox": [x, y, width, height],
            "ignore": 0, "iscrowd": 0, "area": width * height,
        }))
    }

    fn polygon(&mut self, value: &Map<String, Value>, label: &str, image: u64, size: [f64; 2]) -> Result<(), ExportError> {
        let Some(points) = points(value).filter(|points| !points.is_empty()) else { return Ok(()) };
        let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x / 100.0 * size[0], y / 100.0 * size[1])).collect();
        let flat: Vec<f64> = points.iter().flat_map(|(x, y)| [*x, *y]).collect();
        let category = self.category(label);
        self.annotation(json!({
            "id": 0, "image_id": image, "category_id": category, "segmentation": [flat], "bbox": bounds(&points),
            "ignore": 0, "iscrowd": 0, "area": area(&points),
        }))
    }

    /// All key points of an item are one annotation, in the order of their labels' `model_index`.
    fn skeleton(&mut self, found: &[(String, f64, f64)], image: u64) -> Result<(), ExportError> {
        let Some((category, labels)) = &self.keypoints else { return Ok(()) };
        let mut order: Vec<(i64, &str)> = Vec::new();
        for label in labels {
            if let Some(index) = label.model_index
                && !order.iter().any(|(known, _)| *known == index)
            {
                order.push((index, &label.name));
            }
        }
        if order.is_empty() {
            // The reference fails here; the order of the configuration is the obvious one.
            order = labels.iter().enumerate().map(|(index, label)| (index as i64, label.name.as_str())).collect();
        }
        order.sort_by_key(|(index, _)| *index);
        let mut keypoints = Vec::with_capacity(order.len() * 3);
        let mut visible = Vec::new();
        for (_, name) in &order {
            match found.iter().find(|(label, ..)| label == name) {
                Some((_, x, y)) => {
                    keypoints.extend([*x as i64, *y as i64, 2]);
                    visible.push((*x, *y));
                }
                None => keypoints.extend([0, 0, 0]),
            }
        }
        let bbox = if visible.is_empty() { [0.0; 4] } else { bounds(&visible) };
        let annotation = json!({
            "id": 0, "image_id": image, "category_id": category, "keypoints": keypoints, "num_keypoints": visible.len(),
            "bbox": bbox, "iscrowd": 0,
        });
        self.annotation(annotation)
    }

    fn finish(mut self, context: &Context<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        let mut categories: Vec<Value> =
            self.categories.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        if let Some((id, labels)) = &self.keypoints {
            let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
            categories.push(json!({
                "id": id, "name": "default", "supercategory": "default", "keypoints": names, "skeleton": [],
            }));
        }
        let now = chrono::DateTime::from_timestamp_micros(context.now).unwrap_or_default();
        let info = json!({
            "year": now.format("%Y").to_string().parse::<i64>().unwrap_or_default(), "version": "1.0", "description": "",
            "contributor": "Label Studio", "url": "", "date_created": now.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        });
        out.write_all(b"{\n  \"images\": [")?;
        self.images.copy_to(out)?;
        out.write_all(b"],\n  \"categories\": ")?;
        serde_json::to_writer(&mut *out, &categories)?;
        out.write_all(b",\n  \"annotations\": [")?;
        self.annotations.copy_to(out)?;
        out.write_all(b"],\n  \"info\": ")?;
        serde_json::to_writer(&mut *out, &info)?;
        out.write_all(b"\n}")?;
        Ok(())
    }
}

/// Categories: labels with a `category` first, with that id; the others by name, numbered past the ids in use.
pub(super) fn categories(config: &Config, take: impl Fn(&str) -> bool) -> Vec<(i64, String)> {
    let mut fixed: Vec<(i64, String)> = Vec::new();
    let mut rest: Vec<String> = Vec::new();
    for label in config.controls().iter().filter(|control| take(&control.tag)).flat_map(|control| &control.labels) {
        let name = label.name().to_owned();
        if fixed.iter().any(|(_, known)| *known == name) || rest.contains(&name) {
            continue;
        }
        match label.category() {
            Some(id) => fixed.push((id, name)),
            None => rest.push(name),
        }
    }
    rest.sort();
    let mut next = 0;
    for name in rest {
        while fixed.iter().any(|(id, _)| *id == next) {
            next += 1;
        }
        fixed.push((next, name));
    }
    fixed
}

fn keypoint_labels(config: &Config) -> Vec<KeypointLabel> {
    let controls = config.controls().iter().filter(|control| control.tag == "KeyPointLabels");
    controls
        .flat_map(|control| &control.labels)
        .map(|label| KeypointLabel {
            name: label.name().to_owned(),
            model_index: label.attribute("model_index").and_then(|index| index.trim().parse().ok()),
        })
        .collect()
}

/// The first entry of the first label list that is not empty.
fn first_label(value: &Map<String, Value>) -> Option<String> {
    ["rectanglelabels", "polygonlabels", "keypointlabels", "labels"]
        .iter()
        .find_map(|key| labels(value, key).first().map(|label| (*label).to_owned()))
}

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

/// Python's `round`: halves go to the even neighbour.
fn round_even(number: f64) -> f64 {
    number.round_ties_even()
}

/// x, y, width, height of the smallest box around the points.
fn bounds(points: &[(f64, f64)]) -> [f64; 4] {
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for (x, y) in points {
        left = left.min(*x);
        right = right.max(*x);
        top = top.min(*y);
        bottom = bottom.max(*y);
    }
    [left, top, right - left, bottom - top]
}

/// The shoelace formula.
fn area(points: &[(f64, f64)]) -> f64 {
    let mut sum = 0.0;
    for index in 0..points.len() {
        let (x, y) = points[index];
        let (before_x, before_y) = points[(index + points.len() - 1) % points.len()];
        sum += x * before_y - y * before_x;
    }
    sum.abs() / 2.0
}

/// A list that is kept in a temporary file.
pub(super) struct Spool {
    file: BufWriter<std::fs::File>,
    empty: bool,
}

impl Spool {
    pub(super) fn new() -> Result<Spool, ExportError> {
        Ok(Spool { file: BufWriter::new(tempfile::tempfile()?), empty: true })
    }

    pub(super) fn push(&mut self, value: &Value) -> Result<(), ExportError> {
        let separator: &[u8] = if std::mem::take(&mut self.empty) { b"\n    " } else { b",\n    " };
        self.file.write_all(separator)?;
        serde_json::to_writer(&mut self.file, value)?;
        Ok(())
    }

    pub(super) fn copy_to(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.rewind()?;
        let mut reader = std::io::BufReader::new(&*file);
        std::io::copy(&mut reader, out)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{area, categories};
    use labelkeep_labeling::Config;

    #[test]
    fn categories_with_a_number_come_first_and_the_rest_by_name() {
        let config = Config::parse(
            r#"<View><Image name="i" value="$i"/><RectangleLabels name="r" toName="i">
                <Label value="b"/><Label value="a"/><Label value="z" category="0"/></RectangleLabels></View>"#,
        )
        .expect("valid");
        let wanted = [(0, "z"), (1, "a"), (2, "b")].map(|(id, name)| (id, name.to_owned()));
        assert_eq!(categories(&config, |_| true), wanted);
    }

    #[test]
    fn the_area_of_a_triangle() {
        assert_eq!(area(&[(0.0, 0.0), (4.0, 0.0), (0.0, 3.0)]), 6.0);
    }
}
