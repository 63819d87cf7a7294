//! COCO as its two other tasks want it: key points of instances, and panoptic segmentation.

use std::io::Write;

use serde_json::{Value, json};

use super::archive::{Archive, large_text_options, stored_options, text_options};
use super::categories::Keypoints;
use super::flat_png::{self, Colors};
use super::pictures::{Classes, Entries, Labelled, Sized, each};
use super::shapes::{Geometry, Shape};
use super::spool::List;
use super::{Context, ExportError, Exporter, Report, Source};

/// Boxes with the key points that belong to them.
pub(super) struct CocoKeypoints;
/// A picture of segment numbers for each picture.
pub(super) struct CocoPanoptic;

/// The first lines of a file.
fn head(out: &mut dyn Write, images: List, categories: &[Value]) -> Result<(), ExportError> {
    out.write_all(
        b"{\n  \"info\": {\"description\": \"\", \"version\": \"1.0\"},\n  \"licenses\": [],\n  \"images\": [",
    )?;
    images.copy_to(out)?;
    out.write_all(b"\n  ],\n  \"categories\": ")?;
    serde_json::to_writer(&mut *out, categories)?;
    out.write_all(b",\n  \"annotations\": [")?;
    Ok(())
}

fn image(labelled: &Labelled<'_>, id: u64) -> Value {
    json!({ "id": id, "file_name": labelled.file_name, "width": labelled.size.0, "height": labelled.size.1 })
}

impl Exporter for CocoKeypoints {
    about! {
        "COCO_KEYPOINTS", "COCO key points", "zip", poses, ["pose estimation"],
        "COCO person_keypoints: an annotation for each box with the key points that belong to it, and their number."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let joints = Keypoints::of(context.config).map_or_else(Vec::new, |joints| joints.order_or_names().to_vec());
        let mut classes = Classes::of(context.config, false);
        classes.names.retain(|name| !joints.contains(name));
        let mut entries = Entries::default();
        let (mut images, mut annotations) = (List::new()?, List::new()?);
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Needed,
            &mut |labelled, _, report| {
                let (number, is_new) = entries.number(labelled.picture);
                let number = number + 1;
                if is_new {
                    images.push(&image(labelled, number))?;
                }
                let shapes = &labelled.regions.shapes;
                let mut used = 0;
                for shape in shapes.iter().filter(|shape| !is_point(shape)) {
                    let (Some(label), Some([x, y, width, height])) = (shape.label(), shape.geometry.bounds()) else {
                        report.lost("a region without label", 1);
                        continue;
                    };
                    let mut keypoints = Vec::with_capacity(joints.len() * 3);
                    let mut visible = 0;
                    for joint in &joints {
                        let own = shapes.iter().find(|point| {
                            point.label() == Some(joint) && shape.id.is_some() && point.parent == shape.id
                        });
                        match own.map(|point| &point.geometry) {
                            Some(Geometry::Point((x, y))) => {
                                visible += 1;
                                keypoints.extend([json!(x), json!(y), json!(2)]);
                            }
                            _ => keypoints.extend([json!(0), json!(0), json!(0)]),
                        }
                    }
                    used += visible;
                    report.lost("a second label of a region", shape.labels.len() as u64 - 1);
                    let segmentation: Vec<Vec<f64>> = match &shape.geometry {
                        Geometry::Mask(_) | Geometry::Line(_) => {
                            report.lost(shape.geometry.name(), 1);
                            Vec::new()
                        }
                        Geometry::Box(_, 0.0) => Vec::new(),
                        geometry => vec![flat(&geometry.outline().unwrap_or_default())],
                    };
                    annotations.push(&json!({
                    "id": annotations.length + 1, "image_id": number, "category_id": classes.id(label) + 1, "segmentation": segmentation,
                    "bbox": [x, y, width, height], "area": width * height, "iscrowd": 0, "keypoints": keypoints, "num_keypoints": visible,
                }))?;
                }
                let points = shapes.iter().filter(|shape| is_point(shape)).count();
                report.lost(
                    "a key point that belongs to no box, or whose label another has",
                    (points - used) as u64,
                );
                Ok(None)
            },
        )?;
        let categories: Vec<Value> = (1..)
            .zip(&classes.names)
            .map(|(id, name)| json!({ "id": id, "name": name, "supercategory": name, "keypoints": joints, "skeleton": [] }))
            .collect();
        archive.start_file("annotations/person_keypoints_default.json", large_text_options())?;
        head(&mut archive, images, &categories)?;
        annotations.copy_to(&mut archive)?;
        archive.write_all(b"\n  ]\n}\n")?;
        archive.finish(&report)?;
        Ok(report)
    }
}

fn is_point(shape: &Shape<'_>) -> bool {
    matches!(shape.geometry, Geometry::Point(_))
}

fn flat(points: &[(f64, f64)]) -> Vec<f64> {
    points.iter().flat_map(|(x, y)| [*x, *y]).collect()
}

impl Exporter for CocoPanoptic {
    about! {
        "COCO_PANOPTIC", "COCO panoptic", "zip", pictures, ["image segmentation", "panoptic segmentation"],
        "COCO panoptic: a PNG for each picture whose colours number its segments, and one JSON file that says what they are."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut classes = Classes::of(context.config, false);
        let mut entries = Entries::default();
        let (mut images, mut annotations) = (List::new()?, List::new()?);
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Needed,
            &mut |labelled, archive, report| {
                let (width, height) = labelled.size;
                if u64::from(width) * u64::from(height) > crate::brush::MAX_PIXELS {
                    return Ok(Some(TOO_LARGE));
                }
                let (number, is_new) = entries.number(labelled.picture);
                if !is_new {
                    // Each pixel has one segment: two annotations cannot be told in one picture.
                    return Ok(Some("an older annotation of the same picture"));
                }
                let number = number + 1;
                let segments = segments(labelled, &mut classes, report);
                images.push(&image(labelled, number))?;
                let file = format!("{}.png", labelled.stem);
                annotations.push(&json!({ "image_id": number, "file_name": file, "segments_info": segments.about }))?;
                archive.start_file(format!("annotations/panoptic_default/{file}"), stored_options())?;
                let pixels: Vec<u8> = segments
                    .ids
                    .iter()
                    .flat_map(|id| [*id as u8, (*id >> 8) as u8, (*id >> 16) as u8])
                    .collect();
                flat_png::write(archive, labelled.size, &Colors::Rgb, &pixels)?;
                Ok(None)
            },
        )?;
        let categories: Vec<Value> = (1..)
            .zip(&classes.names)
            .map(|(id, name)| json!({ "id": id, "name": name, "supercategory": name, "isthing": 1 }))
            .collect();
        archive.start_file("annotations/panoptic_default.json", text_options().large_file(true))?;
        head(&mut archive, images, &categories)?;
        annotations.copy_to(&mut archive)?;
        archive.write_all(b"\n  ]\n}\n")?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// A number for each pixel (0: nothing), and what the numbers are.
pub(super) struct Segments {
    pub(super) ids: Vec<u32>,
    about: Vec<Value>,
    /// The class of each number, from 1.
    pub(super) classes: Vec<usize>,
}

/// Why a picture is not painted.
pub(super) const TOO_LARGE: &str = "a picture of more than 134,217,728 pixels";

/// Paints the regions one over the other; a later one has the pixels. Callers leave out what is [`TOO_LARGE`].
pub(super) fn segments(labelled: &Labelled<'_>, classes: &mut Classes, report: &mut Report) -> Segments {
    let (width, height) = labelled.size;
    let mut ids = vec![0_u32; width as usize * height as usize];
    let mut painted = Vec::new();
    for shape in &labelled.regions.shapes {
        let Some(label) = shape.label() else {
            report.lost("a region without label", 1);
            continue;
        };
        let id = painted.len() as u32 + 1;
        let mut any = false;
        shape.geometry.paint(width, height, &mut |index| {
            if let Some(pixel) = ids.get_mut(index) {
                *pixel = id;
                any = true;
            }
        });
        if any {
            report.lost("a second label of a region", shape.labels.len() as u64 - 1);
            painted.push(classes.id(label));
        } else {
            report.lost(shape.geometry.name(), 1);
        }
    }
    report.lost(
        "an answer about the whole picture",
        labelled.regions.answers.len() as u64,
    );
    let mut boxes: Vec<Option<[u32; 4]>> = vec![None; painted.len()];
    let mut areas = vec![0_u64; painted.len()];
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| **id > 0) {
        let (x, y) = ((index % width as usize) as u32, (index / width as usize) as u32);
        let place = *id as usize - 1;
        areas[place] += 1;
        let [left, top, right, bottom] = boxes[place].get_or_insert([x, y, x, y]);
        (*left, *top, *right, *bottom) = ((*left).min(x), (*top).min(y), (*right).max(x), (*bottom).max(y));
    }
    let hidden = areas.iter().filter(|area| **area == 0).count();
    report.lost("a region under later ones", hidden as u64);
    let about = painted
        .iter()
        .zip(areas)
        .zip(boxes)
        .enumerate()
        .filter_map(|(place, ((class, area), bounds))| {
            let [left, top, right, bottom] = bounds?;
            Some(json!({
                "id": place + 1, "category_id": class + 1, "area": area, "bbox": [left, top, right - left + 1, bottom - top + 1],
                "iscrowd": 0,
            }))
        })
        .collect();
    Segments {
        ids,
        about,
        classes: painted,
    }
}
