//! COCO of brush masks: their outlines as polygons, with polygons and boxes beside them.

use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value, json};

use super::archive::{Archive, large_text_options, text_options};
use super::catalog::Fit;
use super::contours::{Point, area, bounds, outlines};
use super::images::last_part;
use super::item::{Ids, Item, items, labels, numbers, points};
use super::masks::{Mask, annotator};
use super::python::{time, year};
use super::spool::List;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct BrushCoco;

impl Exporter for BrushCoco {
    fn name(&self) -> &'static str {
        "BRUSH_TO_COCO"
    }

    fn title(&self) -> &'static str {
        "Brush masks as COCO"
    }

    fn description(&self) -> &'static str {
        "The outlines of brush masks as polygons, as segmentation models read them, in one JSON file for the whole project."
    }

    fn tags(&self) -> &'static [&'static str] {
        &["image segmentation", "brush annotations"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn exact(&self) -> Option<&'static str> {
        Some(
            "Masks keep their holes and single pixels: run lengths instead of outlines; masks of a Labels control count too.",
        )
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).brushes()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        archive.add_directory("images/", text_options())?;
        let mut report = Report::default();
        let mut newest = None;
        let mut file = File {
            images: List::new()?,
            annotations: List::new()?,
            categories: Vec::new(),
            exact: context.exact,
        };
        let mut images = 0;
        for task in source() {
            let task = task?;
            newest = newest.max(Some(task.updated_at));
            let data: Map<String, Value> = serde_json::from_str(task.data.get()).unwrap_or_default();
            let picture = data.values().filter_map(Value::as_str).find(|url| is_picture(url));
            for item in items(context.config, &task, Ids::Drop, &mut report) {
                let image = images;
                images += 1;
                report.items_in += 1;
                match picture {
                    None => report.dropped("the task has no picture"),
                    Some(url) if file.add(&item, image, url, &mut report)? => report.items_out += 1,
                    Some(_) => report.dropped("no mask, polygon or box of a picture whose size is known"),
                }
            }
        }
        archive.start_file("result_coco.json", large_text_options())?;
        file.finish(newest.unwrap_or(context.now), &mut archive)?;
        archive.finish(&report)?;
        Ok(report)
    }
}

fn is_picture(url: &str) -> bool {
    let url = url.to_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".bmp"]
        .iter()
        .any(|extension| url.ends_with(extension))
}

/// The parts of the file. Images and annotations are kept in temporary files: a project may have millions.
struct File {
    images: List,
    annotations: List,
    /// In the order in which they were met; their numbers begin with 1.
    categories: Vec<String>,
    exact: bool,
}

impl File {
    /// Adds an item; false when nothing of it is in the file.
    fn add(&mut self, item: &Item<'_>, image: u64, url: &str, report: &mut Report) -> Result<bool, ExportError> {
        let before = self.annotations.length;
        let mut size = None;
        let annotator = annotator(item).unwrap_or_else(|| "unknown".to_owned());
        for value in item.values() {
            if size.is_none() {
                size = value.get("original_width").zip(value.get("original_height"));
            }
            let key = ["brushlabels", "polygonlabels", "rectanglelabels", "labels"]
                .into_iter()
                .find(|key| value.contains_key(*key));
            let labels = key.map(|key| labels(value, key)).unwrap_or_default();
            let shapes = match key {
                Some(key) if !labels.is_empty() => shapes(value, key, self.exact, report),
                _ => Vec::new(),
            };
            if shapes.is_empty() {
                report.lost("an answer that is no labelled mask, polygon or box", 1);
            }
            for label in labels {
                let category = self.category(label);
                for shape in &shapes {
                    let id = self.annotations.length;
                    self.annotations.push(&shape.json(id, image, category, &annotator))?;
                }
            }
        }
        let shown = self.annotations.length > before;
        if let (true, Some((width, height))) = (shown, size) {
            self.images.push(&json!({
                "id": image, "file_name": last_part(url), "path": url, "width": width, "height": height,
            }))?;
        }
        Ok(shown)
    }

    fn category(&mut self, label: &str) -> usize {
        let known = self.categories.iter().position(|known| known == label);
        let place = known.unwrap_or_else(|| {
            self.categories.push(label.to_owned());
            self.categories.len() - 1
        });
        place + 1
    }

    /// `newest`: when a task of the export was last changed; the same data give the same file.
    fn finish(self, newest: i64, out: &mut dyn Write) -> Result<(), ExportError> {
        let categories: Vec<Value> = self
            .categories
            .iter()
            .zip(1..)
            .map(|(name, id)| json!({ "id": id, "name": name, "supercategory": "", "color": color(name), "metadata": {} }))
            .collect();
        let info = json!({
            "year": year(newest), "version": "1.0", "description": "Converted from Label Studio",
            "contributor": "Label Studio Converter", "date_created": time(newest).replace('T', " ").replace('Z', ""),
        });
        out.write_all(b"{\n  \"images\": [")?;
        self.images.copy_to(out)?;
        out.write_all(b"],\n  \"annotations\": [")?;
        self.annotations.copy_to(out)?;
        out.write_all(b"],\n  \"categories\": ")?;
        serde_json::to_writer(&mut *out, &categories)?;
        out.write_all(b",\n  \"info\": ")?;
        serde_json::to_writer(&mut *out, &info)?;
        out.write_all(b"\n}")?;
        Ok(())
    }
}

/// A colour that derives from the name: the same label has the same in every export.
fn color(name: &str) -> String {
    let digest = md5::compute(name).0;
    format!("#{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2])
}

const DAMAGED: &str = "a brush mask that is damaged or too large";

/// What an annotation of the file says about a place.
struct Shape {
    segmentation: Value,
    area: Value,
    bbox: Value,
}

impl Shape {
    fn polygon(points: &[Point]) -> Shape {
        let flat: Vec<i32> = points.iter().flat_map(|(x, y)| [*x, *y]).collect();
        Shape {
            segmentation: json!([flat]),
            area: json!(area(points)),
            bbox: json!(bounds(points)),
        }
    }

    /// The whole mask as run lengths; none when it is empty.
    fn mask(mask: &Mask) -> Option<Shape> {
        let (counts, bbox, area) = run_lengths(mask)?;
        Some(Shape {
            segmentation: json!({ "size": [mask.height, mask.width], "counts": counts }),
            area: json!(area),
            bbox: json!(bbox),
        })
    }

    fn json(&self, id: u64, image: u64, category: usize, annotator: &str) -> Value {
        json!({
            "id": id, "image_id": image, "category_id": category, "segmentation": self.segmentation, "area": self.area,
            "bbox": self.bbox, "iscrowd": 0, "annotator": annotator,
        })
    }
}

/// Lengths of the stretches outside and inside, column by column, beginning with one outside; the smallest box around
/// what is inside, and how many pixels that are. `None` when nothing is.
pub(super) fn run_lengths(mask: &Mask) -> Option<(Vec<u32>, [u32; 4], u32)> {
    let (mut counts, mut run, mut inside, mut area) = (Vec::new(), 0, false, 0);
    let [mut left, mut top, mut right, mut bottom] = [u32::MAX, u32::MAX, 0, 0];
    for x in 0..mask.width {
        for y in 0..mask.height {
            let pixel = mask.pixels[y as usize * mask.width as usize + x as usize] != 0;
            if pixel != inside {
                counts.push(run);
                (run, inside) = (0, pixel);
            }
            run += 1;
            if pixel {
                area += 1;
                left = left.min(x);
                right = x;
                top = top.min(y);
                bottom = bottom.max(y);
            }
        }
    }
    counts.push(run);
    (area > 0).then(|| (counts, [left, top, right - left + 1, bottom - top + 1], area))
}

/// The places of a value whose labels stand under this key.
fn shapes(value: &Map<String, Value>, key: &str, exact: bool, report: &mut Report) -> Vec<Shape> {
    if exact && value.contains_key("rle") {
        let mask = Mask::of(value);
        if mask.is_none() {
            report.lost(DAMAGED, 1);
        }
        return mask.iter().filter_map(Shape::mask).collect();
    }
    if key == "brushlabels" && value.contains_key("rle") {
        let outlines = Mask::of(value)
            .and_then(|mask| outlines(&mask.pixels, mask.width as usize, mask.height as usize))
            .unwrap_or_else(|| {
                report.lost(DAMAGED, 1);
                Vec::new()
            });
        let (large, small): (Vec<_>, Vec<_>) = outlines.into_iter().partition(|outline| outline.len() >= 3);
        report.lost("a part of a mask that is a pixel or a line", small.len() as u64);
        return large.iter().map(|outline| Shape::polygon(outline)).collect();
    }
    let Some(size) = numbers(value, ["original_width", "original_height"]) else {
        return Vec::new();
    };
    if key == "polygonlabels" && value.contains_key("points") {
        let pixels = |part: f64, whole: f64| (part * whole / 100.0).round_ties_even() as i32;
        let points: Option<Vec<Point>> = points(value).map(|points| {
            let corner = |(x, y)| (pixels(x, size[0]), pixels(y, size[1]));
            points.into_iter().map(corner).collect()
        });
        return points.iter().map(|points| Shape::polygon(points)).collect();
    }
    let is_box = key == "labels" || value.get("type").and_then(Value::as_str) == Some("RectangleLabels");
    match numbers(value, ["x", "y", "width", "height"]) {
        Some([x, y, width, height]) if is_box => {
            let (x, width) = (x * size[0] / 100.0, width * size[0] / 100.0);
            let (y, height) = (y * size[1] / 100.0, height * size[1] / 100.0);
            vec![Shape {
                segmentation: json!([]),
                area: json!(width * height),
                bbox: json!([x, y, width, height]),
            }]
        }
        _ => Vec::new(),
    }
}
