//! Ultralytics: segmentation, pose and classification, each with the `data.yaml` that its training reads.

use std::fmt::Write as _;
use std::io::Write;

use serde_json::Value;

use super::archive::{Archive, stored_options, text_options};
use super::images::Origin;
use super::images::entry_name;
use super::pictures::{Classes, Labelled, Sized, each};
use super::python::float;
use super::shapes::{Geometry, Shape};
use super::{Context, ExportError, Exporter, Report, Source};

/// A line of polygon corners for each region.
pub(super) struct Segment;
/// A line of a box and its key points for each region.
pub(super) struct Pose;
/// A folder of pictures for each class.
pub(super) struct Classify;

impl Exporter for Segment {
    about! {
        "YOLO_SEGMENT", "YOLO segmentation", "zip", pictures, ["image segmentation"],
        "Ultralytics segmentation: a line of corners for each polygon, box or ellipse, with data.yaml."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        lines(
            context,
            source,
            out,
            Classes::of(context.config, false),
            &mut segment,
            &|_| String::new(),
        )
    }
}

impl Exporter for Pose {
    about! {
        "YOLO_POSE", "YOLO pose", "zip", pictures, ["pose estimation"],
        "Ultralytics pose: a line for each box with the key points that belong to it, with data.yaml."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let joints = joints(context);
        let mut classes = Classes::of(context.config, false);
        classes.names.retain(|name| !joints.contains(name));
        let names = joints.clone();
        let about = move |_: &Classes| {
            let mut yaml = format!("kpt_shape: [{}, 3]\n", names.len().max(1));
            let quoted: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            let _ = writeln!(yaml, "kpt_names:\n  0: [{}]", quoted.join(", "));
            yaml
        };
        lines(
            context,
            source,
            out,
            classes,
            &mut |labelled, classes, report| poses(labelled, classes, &joints, report),
            &about,
        )
    }
}

type Lines<'a> = dyn FnMut(&Labelled<'_>, &mut Classes, &mut Report) -> String + 'a;

fn lines(
    context: &Context<'_>,
    source: &mut Source<'_>,
    out: &mut dyn Write,
    mut classes: Classes,
    of: &mut Lines<'_>,
    yaml: &dyn Fn(&Classes) -> String,
) -> Result<Report, ExportError> {
    let mut archive = Archive::new(out, context)?;
    let mut report = Report::default();
    each(
        context,
        source,
        &mut archive,
        &mut report,
        Sized::Needed,
        &mut |labelled, archive, report| {
            let text = of(labelled, &mut classes, report);
            archive.start_file(format!("labels/{}.txt", labelled.stem), text_options())?;
            archive.write_all(text.as_bytes())?;
            Ok(None)
        },
    )?;
    archive.start_file("data.yaml", text_options())?;
    let mut text = "path: .\ntrain: images\nval: images\n".to_owned();
    text.push_str(&yaml(&classes));
    text.push_str("names:\n");
    for (number, name) in classes.names.iter().enumerate() {
        let _ = writeln!(text, "  {number}: {}", quoted(name));
    }
    archive.write_all(text.as_bytes())?;
    archive.finish(&report)?;
    Ok(report)
}

/// A YAML string in double quotes, which are those of JSON.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn parts(points: &[(f64, f64)], (width, height): (u32, u32)) -> String {
    let mut line = String::new();
    for (x, y) in points {
        let within = |value: f64, size: u32| (value / f64::from(size)).clamp(0.0, 1.0);
        let _ = write!(line, " {} {}", float(within(*x, width)), float(within(*y, height)));
    }
    line
}

fn segment(labelled: &Labelled<'_>, classes: &mut Classes, report: &mut Report) -> String {
    let mut text = String::new();
    for shape in &labelled.regions.shapes {
        let outline = match &shape.geometry {
            // Its outer outlines would need more than one line.
            Geometry::Mask(_) => None,
            geometry => geometry.outline().filter(|points| points.len() >= 3),
        };
        match (shape.label(), outline) {
            (None, _) => report.lost("a region without label", 1),
            (_, None) => report.lost(shape.geometry.name(), 1),
            (_, Some(points)) => {
                for label in &shape.labels {
                    let _ = writeln!(text, "{}{}", classes.id(label), parts(&points, labelled.size));
                }
            }
        }
    }
    report.lost(
        "an answer about the whole picture",
        labelled.regions.answers.len() as u64,
    );
    text
}

/// The names of the key points: by `model_index`, else in the order of the configuration.
fn joints(context: &Context<'_>) -> Vec<String> {
    super::categories::Keypoints::of(context.config).map_or_else(Vec::new, |joints| joints.order_or_names().to_vec())
}

fn poses(labelled: &Labelled<'_>, classes: &mut Classes, joints: &[String], report: &mut Report) -> String {
    let mut text = String::new();
    let shapes = &labelled.regions.shapes;
    let mut used = 0;
    let is_point = |shape: &&Shape<'_>| matches!(shape.geometry, Geometry::Point(_));
    for shape in shapes.iter().filter(|shape| !is_point(shape)) {
        let (Some(label), Some([x, y, width, height])) = (shape.label(), shape.geometry.bounds()) else {
            report.lost("a region without label", 1);
            continue;
        };
        let center = [(x + width / 2.0, y + height / 2.0)];
        let _ = write!(text, "{}{}", classes.id(label), parts(&center, labelled.size));
        let _ = write!(text, "{}", parts(&[(width, height)], labelled.size));
        for joint in joints {
            let own = shapes.iter().find(|point| {
                is_point(point) && point.label() == Some(joint) && shape.id.is_some() && point.parent == shape.id
            });
            match own.map(|point| &point.geometry) {
                Some(Geometry::Point(place)) => {
                    used += 1;
                    let _ = write!(text, "{} 2", parts(&[*place], labelled.size));
                }
                _ => text.push_str(" 0.0 0.0 0"),
            }
        }
        if joints.is_empty() {
            text.push_str(" 0.0 0.0 0");
        }
        text.push('\n');
    }
    let points = shapes.iter().filter(is_point).count();
    report.lost(
        "a key point that belongs to no box, or whose label another has",
        (points - used) as u64,
    );
    text
}

impl Exporter for Classify {
    about! {
        "YOLO_CLASSIFY", "YOLO classification", "zip", picture_choices, ["image classification"],
        "Ultralytics classification: a folder of pictures for each choice, and a list of all pictures with their choices."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut classes = Classes::of(context.config, true);
        let mut list = super::spool::Text::new()?;
        list.push("file_name,class\n")?;
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Unknown,
            &mut |labelled, archive, report| {
                let choices: Vec<&str> = labelled
                    .regions
                    .answers
                    .iter()
                    .flat_map(|(_, answer)| match answer {
                        Value::String(choice) => vec![choice.as_str()],
                        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                        _ => Vec::new(),
                    })
                    .filter(|choice| classes.names.iter().any(|name| name == choice))
                    .collect();
                report.lost("a region of a picture", labelled.regions.shapes.len() as u64);
                for choice in &choices {
                    classes.id(choice);
                    let extension = labelled
                        .file_name
                        .rsplit_once('.')
                        .map_or("jpg", |(_, extension)| extension);
                    let path = format!("train/{}/{}.{extension}", entry_name(choice), labelled.stem);
                    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
                    if context.download_resources && labelled.picture.origin == Origin::Upload {
                        if let Some(mut bytes) = context.media.open(&labelled.picture.url) {
                            archive.start_file(path.as_str(), stored_options())?;
                            std::io::copy(&mut bytes, archive)?;
                        }
                        list.push(&format!("{},{}\n", cell(&path), cell(choice)))?;
                    } else {
                        report.lost("a picture that is not on this server is named, not copied", 1);
                        list.push(&format!("{},{}\n", cell(&labelled.picture.url), cell(choice)))?;
                    }
                }
                Ok(choices.is_empty().then_some("a picture without choices"))
            },
        )?;
        archive.start_file("classes.csv", text_options())?;
        list.copy_to(&mut archive)?;
        archive.finish(&report)?;
        Ok(report)
    }
}
