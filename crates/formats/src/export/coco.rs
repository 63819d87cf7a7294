//! COCO: boxes, polygons and key points in one JSON file, with or without the pictures.

use std::io::Write;

use labelkeep_labeling::Config;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::archive::{Archive, large_text_options, text_options};
use super::catalog::{Fit, picture_key};
use super::categories::{Categories, Keypoints};
use super::images::{Picture, Pictures};
use super::item::{Ids, Item, items, labels, numbers, points};
use super::python::{time, year};
use super::rectangle::{bounds, corners, hull};
use super::spool::List;
use super::{Context, ExportError, Exporter, Report, Source};

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

    fn exact(&self) -> Option<&'static str> {
        Some(
            "Turned boxes are outlined by their corners, in true proportion; a box or polygon counts for each of its labels.",
        )
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).boxes()
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
        let mut newest = None;
        let mut file = File::new(context)?;
        let key = picture_key(context.config);
        for task in source() {
            let task = task?;
            newest = newest.max(Some(task.updated_at));
            let items = items(context.config, &task, Ids::Drop, &mut report);
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
                if self.with_images && context.download_resources && !pictures.add(context, &mut archive, picture)? {
                    report.lost("a picture that is not on this server is named, not copied", 1);
                }
                if file.add(&item, picture, &mut report)? {
                    report.items_out += 1;
                } else {
                    report.dropped("no answer that COCO knows: neither box, polygon nor key point");
                }
            }
        }
        archive.start_file("result.json", large_text_options())?;
        file.finish(newest.unwrap_or(context.now), &mut archive)?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// A picture as the file has it.
#[derive(Serialize)]
struct Image<'a> {
    width: Value,
    height: Value,
    id: u64,
    file_name: &'a str,
}

/// A box or a polygon as the file has it: there are millions of them, and a tree of JSON for each takes twice as long.
#[derive(Serialize)]
struct Region<'a> {
    id: u64,
    image_id: u64,
    category_id: i64,
    segmentation: &'a [Vec<f64>],
    bbox: [f64; 4],
    ignore: u8,
    iscrowd: u8,
    area: f64,
}

/// The parts of `result.json`. Images and annotations are kept in temporary files: a project may have millions.
struct File {
    images: List,
    annotations: List,
    categories: Categories,
    keypoints: Option<Keypoints>,
    exact: bool,
}

impl File {
    fn new(context: &Context<'_>) -> Result<File, ExportError> {
        let config = context.config;
        let mut categories = Categories::of(config, |_| true);
        let keypoints = Keypoints::of(config);
        if let Some(keypoints) = &keypoints {
            categories.join_pose(keypoints);
        }
        Ok(File {
            images: List::new()?,
            annotations: List::new()?,
            categories,
            keypoints,
            exact: context.exact,
        })
    }

    /// Adds an item; false when nothing of it could be added.
    fn add(&mut self, item: &Item<'_>, picture: &Picture, report: &mut Report) -> Result<bool, ExportError> {
        let image_id = self.images.length;
        let opened = picture
            .size
            .map(|(width, height)| [f64::from(width), f64::from(height)]);
        let mut shown = false;
        if let Some((width, height)) = picture.size {
            self.image(&picture.path, json!(width), json!(height))?;
            shown = true;
        } else if item.outputs.is_empty() {
            self.image(&picture.path, Value::Null, Value::Null)?;
            return Ok(true);
        }
        let mut skeleton: Vec<(String, f64, f64)> = Vec::new();
        let mut posed = false;
        // The size for polygons: the picture's, or that of the first region.
        let mut common = opened;
        let mut lost = 0;
        for value in item.values() {
            let own = numbers(value, ["original_width", "original_height"]);
            let names = region_labels(value);
            let Some(label) = names.first() else {
                lost += 1;
                continue;
            };
            let Some(size) = own.or(common) else {
                report.lost("an answer about a picture whose size is not known", 1);
                continue;
            };
            if !shown {
                self.image(&picture.path, whole(size[0]), whole(size[1]))?;
                shown = true;
            }
            let common = *common.get_or_insert(size);
            // A label that the configuration does not have becomes a class even if its shape is not known here.
            self.categories.id(label);
            let has = |key| value.contains_key(key);
            let is_box = has("rectanglelabels") || has("labels");
            let known = if is_box || has("polygonlabels") {
                let taken = if self.exact { names.len() } else { 1 };
                report.lost("a second label of a region", (names.len() - taken) as u64);
                let mut known = true;
                for label in &names[..taken] {
                    let category = self.categories.id(label);
                    known = if is_box {
                        self.rectangle(value, category, image_id, size)?
                    } else {
                        self.polygon(value, category, image_id, common)?
                    };
                }
                known
            } else if let Some([x, y]) = numbers(value, ["x", "y"]).filter(|_| has("keypointlabels")) {
                let [x, y] = [
                    (x / 100.0 * size[0]).round_ties_even(),
                    (y / 100.0 * size[1]).round_ties_even(),
                ];
                let names = labels(value, "keypointlabels");
                skeleton.extend(names.into_iter().map(|name| (name.to_owned(), x, y)));
                posed = true;
                true
            } else {
                false
            };
            lost += u64::from(!known);
        }
        report.lost("an answer that is no labelled box, polygon or key point", lost);
        if posed {
            let shown = self.skeleton(&skeleton, image_id)?;
            let hidden = skeleton.len().saturating_sub(shown);
            report.lost(
                "a key point of a label that another key point has, or that has no place in the pose",
                hidden as u64,
            );
        }
        Ok(shown)
    }

    fn image(&mut self, path: &str, width: Value, height: Value) -> Result<(), ExportError> {
        let id = self.images.length;
        self.images.push(&Image {
            width,
            height,
            id,
            file_name: path,
        })
    }

    fn rectangle(
        &mut self,
        value: &Map<String, Value>,
        category: i64,
        image: u64,
        size: [f64; 2],
    ) -> Result<bool, ExportError> {
        let Some([x, y, width, height]) = numbers(value, ["x", "y", "width", "height"]) else {
            return Ok(false);
        };
        let rotation = value.get("rotation").and_then(Value::as_f64).unwrap_or(0.0);
        if self.exact && rotation != 0.0 {
            let corners = corners([x, y, width, height], rotation, size);
            self.outline(&corners, category, image)?;
            return Ok(true);
        }
        let [x, y, width, height] = hull(x, y, width, height, rotation);
        let (x, width) = (x * size[0] / 100.0, width * size[0] / 100.0);
        let (y, height) = (y * size[1] / 100.0, height * size[1] / 100.0);
        self.region(image, category, None, [x, y, width, height], width * height)?;
        Ok(true)
    }

    fn polygon(
        &mut self,
        value: &Map<String, Value>,
        category: i64,
        image: u64,
        size: [f64; 2],
    ) -> Result<bool, ExportError> {
        let Some(points) = points(value).filter(|points| !points.is_empty()) else {
            return Ok(false);
        };
        let points: Vec<(f64, f64)> = points
            .iter()
            .map(|(x, y)| (x / 100.0 * size[0], y / 100.0 * size[1]))
            .collect();
        self.outline(&points, category, image)?;
        Ok(true)
    }

    /// An annotation of what lies within the points.
    fn outline(&mut self, points: &[(f64, f64)], category: i64, image: u64) -> Result<(), ExportError> {
        let flat: Vec<f64> = points.iter().flat_map(|(x, y)| [*x, *y]).collect();
        self.region(image, category, Some(flat), bounds(points), area(points))
    }

    fn region(
        &mut self,
        image_id: u64,
        category_id: i64,
        outline: Option<Vec<f64>>,
        bbox: [f64; 4],
        area: f64,
    ) -> Result<(), ExportError> {
        let id = self.annotations.length;
        self.annotations.push(&Region {
            id,
            image_id,
            category_id,
            segmentation: outline.as_slice(),
            bbox,
            ignore: 0,
            iscrowd: 0,
            area,
        })
    }

    /// All key points of an item are one annotation, in the order of their labels' `model_index`.
    /// Of two with the same label the later counts. The answer is how many are in the file.
    fn skeleton(&mut self, found: &[(String, f64, f64)], image: u64) -> Result<usize, ExportError> {
        let Some(labels) = &self.keypoints else { return Ok(0) };
        let order = labels.order_or_names();
        let category = order.first().and_then(|label| self.categories.get(label));
        let mut keypoints = Vec::with_capacity(order.len() * 3);
        let mut visible = Vec::new();
        for name in order {
            match found.iter().rfind(|(label, ..)| label == name) {
                Some((_, x, y)) => {
                    keypoints.extend([*x as i64, *y as i64, 2]);
                    visible.push((*x, *y));
                }
                None => keypoints.extend([0, 0, 0]),
            }
        }
        let bbox = if visible.is_empty() { [0.0; 4] } else { bounds(&visible) };
        self.annotations.push(&json!({
            "id": self.annotations.length, "image_id": image, "category_id": category, "keypoints": keypoints, "num_keypoints": visible.len(),
            "bbox": bbox, "iscrowd": 0,
        }))?;
        Ok(visible.len())
    }

    /// `newest`: when a task of the export was last changed; the same data give the same file.
    fn finish(self, newest: i64, out: &mut dyn Write) -> Result<(), ExportError> {
        let info = json!({
            "year": year(newest), "version": "1.0", "description": "", "contributor": "Label Studio", "url": "",
            "date_created": time(newest).replace('T', " ").replace('Z', ""),
        });
        out.write_all(b"{\n  \"images\": [")?;
        self.images.copy_to(out)?;
        out.write_all(b"],\n  \"categories\": ")?;
        serde_json::to_writer(&mut *out, &self.categories.json())?;
        out.write_all(b",\n  \"annotations\": [")?;
        self.annotations.copy_to(out)?;
        out.write_all(b"],\n  \"info\": ")?;
        serde_json::to_writer(&mut *out, &info)?;
        out.write_all(b"\n}")?;
        Ok(())
    }
}

/// The first label list that is not empty; the first of it is the class.
fn region_labels(value: &Map<String, Value>) -> Vec<&str> {
    ["rectanglelabels", "polygonlabels", "keypointlabels", "labels"]
        .iter()
        .map(|key| labels(value, key))
        .find(|labels| !labels.is_empty())
        .unwrap_or_default()
}

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// The shoelace formula.
fn area(points: &[(f64, f64)]) -> f64 {
    // Two sums, as the reference takes them: the difference of each pair rounds otherwise.
    let (mut forward, mut backward) = (0.0, 0.0);
    for index in 0..points.len() {
        let (x, y) = points[index];
        let (before_x, before_y) = points[(index + points.len() - 1) % points.len()];
        forward += x * before_y;
        backward += y * before_x;
    }
    (forward - backward).abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::area;

    #[test]
    fn the_area_of_a_triangle() {
        assert_eq!(area(&[(0.0, 0.0), (4.0, 0.0), (0.0, 3.0)]), 6.0);
    }
}
