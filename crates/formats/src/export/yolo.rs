//! YOLO: a text file of boxes, turned boxes or polygons for each picture, with or without the pictures.

use std::fmt::Write as _;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};

use super::archive::{Archive, text_options};
use super::catalog::{Fit, picture_key};
use super::categories::{Categories, Keypoints};
use super::images::{Origin, Picture, Pictures};
use super::item::{Ids, Item, items, labels, numbers, points};
use super::python::{float, year};
use super::rectangle::{corners, true_hull};
use super::spool::Files;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Yolo {
    /// Boxes by their four corners, so that they may be turned.
    pub(super) turned: bool,
    pub(super) with_images: bool,
}

impl Exporter for Yolo {
    fn name(&self) -> &'static str {
        match (self.turned, self.with_images) {
            (false, false) => "YOLO",
            (false, true) => "YOLO_WITH_IMAGES",
            (true, false) => "YOLO_OBB",
            (true, true) => "YOLO_OBB_WITH_IMAGES",
        }
    }

    fn title(&self) -> &'static str {
        match (self.turned, self.with_images) {
            (false, false) => "YOLO",
            (false, true) => "YOLO with images",
            (true, false) => "YOLO OBB",
            (true, true) => "YOLO OBB with images",
        }
    }

    fn description(&self) -> &'static str {
        match (self.turned, self.with_images) {
            (false, false) => {
                "A text file of boxes for each picture, as YOLO models read them: class, centre and size as parts of the picture."
            }
            (false, true) => {
                "A text file of boxes for each picture, as YOLO models read them, together with the pictures."
            }
            (true, false) => {
                "A text file of turned boxes for each picture, as YOLO models read them: class and four corners as parts of the picture."
            }
            (true, true) => {
                "A text file of turned boxes for each picture, as YOLO models read them, together with the pictures."
            }
        }
    }

    fn tags(&self) -> &'static [&'static str] {
        &["image segmentation", "object detection"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn exact(&self) -> Option<&'static str> {
        Some(if self.turned {
            "Boxes without an angle count as not turned, instead of being left out."
        } else {
            "A turned box becomes the smallest upright box around it, instead of being turned back."
        })
    }

    fn supports(&self, config: &Config) -> bool {
        let fit = Fit::of(config);
        if self.turned { fit.turned_boxes() } else { fit.boxes() }
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        archive.add_directory("images/", text_options())?;
        let mut pictures = Pictures::default();
        let mut report = Report::default();
        let mut classes = Classes::of(context, self.turned);
        let mut newest = None;
        // The last item of a name counts, so the files are written when all are known.
        let mut files = Files::new()?;
        let key = picture_key(context.config);
        for task in source() {
            let task = task?;
            newest = newest.max(Some(task.updated_at));
            let items = items(context.config, &task, classes.ids(), &mut report);
            if items.is_empty() {
                continue;
            }
            let picture = Picture::of(context, &key, &task, self.with_images);
            for item in items {
                report.items_in += 1;
                let picture = match &picture {
                    Ok(picture) => picture,
                    Err(reason) => {
                        report.dropped(reason);
                        continue;
                    }
                };
                if self.with_images && picture.origin == Origin::Bucket {
                    report.dropped("the picture lies in a bucket that the export cannot read");
                    continue;
                }
                if self.with_images && context.download_resources && !pictures.add(context, &mut archive, picture)? {
                    report.lost("a picture that is not on this server is named, not copied", 1);
                }
                let name = picture.stem();
                if item.outputs.is_empty() {
                    if files.contains(&name) {
                        report.dropped("another annotation of a picture of this name has its place");
                    } else {
                        files.put(&name, "")?;
                        report.items_out += 1;
                    }
                    continue;
                }
                let lines = classes.lines(&item, &mut report);
                if files.put(&name, &lines)? {
                    report.dropped("another annotation of a picture of this name has its place");
                } else {
                    report.items_out += 1;
                }
            }
        }
        archive.add_directory("labels/", text_options())?;
        files.each(|name, text| {
            archive.start_file(format!("labels/{name}.txt"), text_options())?;
            Ok(archive.write_all(text)?)
        })?;
        classes.finish(&mut archive, year(newest.unwrap_or(context.now)))?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// The classes and, for poses, the key points of each.
struct Classes {
    categories: Categories,
    keypoints: Option<Keypoints>,
    turned: bool,
    exact: bool,
}

impl Classes {
    fn of(context: &Context<'_>, turned: bool) -> Classes {
        let config = context.config;
        let keypoints = Keypoints::of(config);
        let categories = match keypoints {
            Some(_) => Categories::in_order(config, |tag| tag == "RectangleLabels"),
            None => Categories::of(config, |_| true),
        };
        Classes {
            categories,
            keypoints,
            turned,
            exact: context.exact,
        }
    }

    fn ids(&self) -> Ids {
        if self.keypoints.is_some() { Ids::Keep } else { Ids::Drop }
    }

    fn lines(&mut self, item: &Item<'_>, report: &mut Report) -> String {
        if let Some(keypoints) = &self.keypoints {
            return pose_lines(&self.categories, keypoints, item, report);
        }
        let mut lines = String::new();
        let mut lost = 0;
        for value in item.values() {
            let found: Vec<&str> = ["rectanglelabels", "polygonlabels", "labels"]
                .iter()
                .flat_map(|key| labels(value, key))
                .collect();
            let shape = if self.turned {
                turned_shape(value, self.exact)
            } else {
                shape(value, self.exact)
            };
            lost += u64::from(found.is_empty() || shape.is_none());
            for label in found {
                let id = self.categories.id(label);
                if let Some(shape) = &shape {
                    let _ = writeln!(lines, "{id}{shape}");
                }
            }
        }
        report.lost(NOT_A_SHAPE, lost);
        lines
    }

    fn finish(&self, archive: &mut Archive<'_>, year: i64) -> Result<(), ExportError> {
        archive.start_file("classes.txt", text_options())?;
        for (_, name) in self.categories.iter() {
            // A class is a line: a line break in a label would make two of it.
            writeln!(archive, "{}", name.replace(['\n', '\r'], " "))?;
        }
        let mut categories = self.categories.json();
        if let Some(keypoints) = &self.keypoints {
            for category in &mut categories {
                category["keypoints"] = json!(keypoints.names);
            }
        }
        let notes = json!({
            "categories": categories,
            "info": { "year": year, "version": "1.0", "contributor": "Label Studio" },
        });
        archive.start_file("notes.json", text_options())?;
        serde_json::to_writer_pretty(&mut *archive, &notes)?;
        Ok(())
    }
}

const NOT_A_SHAPE: &str = "an answer that is no labelled box or polygon";

/// A line for each box, followed by its key points; `0.0 0.0 0` where one is missing.
fn pose_lines(categories: &Categories, keypoints: &Keypoints, item: &Item<'_>, report: &mut Report) -> String {
    let mut lines = Vec::new();
    let mut lost = 0;
    for value in item.values() {
        let label = labels(value, "rectanglelabels")
            .first()
            .and_then(|label| categories.get(label));
        let (Some(id), Some([x, y, width, height])) = (label, numbers(value, ["x", "y", "width", "height"])) else {
            lost += u64::from(!value.contains_key("keypointlabels"));
            continue;
        };
        let mut line = format!(
            "{id} {} {} {} {}",
            float(x / 100.0 + width / 100.0 / 2.0),
            float(y / 100.0 + height / 100.0 / 2.0),
            float(width / 100.0),
            float(height / 100.0)
        );
        let region = value.get("id").and_then(Value::as_str);
        for name in &keypoints.order {
            let point = item.values().filter(|point| {
                labels(point, "keypointlabels").first() == Some(&name.as_str())
                    && region.is_some()
                    && point.get("parentID").and_then(Value::as_str) == region
            });
            match point.last().and_then(|point| numbers(point, ["x", "y"])) {
                Some([x, y]) => {
                    let _ = write!(line, " {} {} 2", float(x / 100.0), float(y / 100.0));
                }
                None => line.push_str(" 0.0 0.0 0"),
            }
        }
        lines.push(line);
    }
    report.lost(NOT_A_SHAPE, lost);
    lines.join("\n")
}

/// The numbers of a line, each with a blank before it: parts of the picture's width and height.
fn shape(value: &Map<String, Value>, exact: bool) -> Option<String> {
    if !is_box(value) {
        return polygon(value);
    }
    let mut rectangle = numbers(value, ["x", "y", "width", "height"])?;
    let turned = numbers(value, ["rotation", "original_width", "original_height"]);
    if let (true, Some([rotation, width, height])) = (exact, turned) {
        rectangle = true_hull(rectangle, rotation, [width, height]);
    }
    let [x, y, width, height] = rectangle;
    let parts = [
        (x + width / 2.0) / 100.0,
        (y + height / 2.0) / 100.0,
        width / 100.0,
        height / 100.0,
    ];
    parts.iter().all(|part| part.is_finite()).then(|| line(parts))
}

/// The same for turned boxes: the four corners from the top left on, clockwise. Turning needs pixels, and an angle even if
/// it is zero.
fn turned_shape(value: &Map<String, Value>, exact: bool) -> Option<String> {
    if !is_box(value) {
        return polygon(value);
    }
    let rectangle = numbers(value, ["x", "y", "width", "height"])?;
    let rotation = value.get("rotation").and_then(Value::as_f64);
    let rotation = if exact { rotation.unwrap_or(0.0) } else { rotation? };
    let size = numbers(value, ["original_width", "original_height"])?;
    let parts = corners(rectangle, rotation, size).map(|(x, y)| [x / size[0], y / size[1]]);
    // A picture without width or height.
    let known = parts.iter().flatten().all(|part| part.is_finite());
    known.then(|| line(parts.into_iter().flatten()))
}

fn is_box(value: &Map<String, Value>) -> bool {
    ["rectanglelabels", "rectangle", "labels"]
        .iter()
        .any(|key| value.contains_key(*key))
}

fn polygon(value: &Map<String, Value>) -> Option<String> {
    let points = points(value).filter(|points| !points.is_empty())?;
    Some(line(points.into_iter().flat_map(|(x, y)| [x / 100.0, y / 100.0])))
}

fn line(numbers: impl IntoIterator<Item = f64>) -> String {
    numbers
        .into_iter()
        .map(|number| format!(" {}", float(number)))
        .collect()
}
