//! CVAT for images 1.1: one XML file.

use std::fmt::Write as _;
use std::io::Write;

use serde_json::Value;

use super::archive::{Archive, large_text_options};
use super::pictures::{Classes, Entries, Labelled, Sized, each};
use super::shapes::{Geometry, Shape};
use super::spool::Groups;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct Cvat;

impl Exporter for Cvat {
    about! {
        "CVAT_XML", "CVAT for images", "zip", pictures, ["object detection", "image segmentation"],
        "annotations.xml as CVAT writes and reads it: boxes, polygons, lines, points, ellipses, masks, and tags of choices."
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
        let mut body = Groups::new()?;
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Needed,
            &mut |labelled, _, report| {
                let (number, is_new) = entries.number(labelled.picture);
                let mut xml = String::new();
                if is_new {
                    let (width, height) = labelled.size;
                    let name = text(&labelled.file_name);
                    let _ = writeln!(
                        xml,
                        "  <image id=\"{number}\" name=\"{name}\" width=\"{width}\" height=\"{height}\">"
                    );
                }
                regions(&mut xml, labelled, &mut classes, report);
                body.push(number, &xml)?;
                Ok(None)
            },
        )?;
        archive.start_file("annotations.xml", large_text_options())?;
        let mut head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n".to_owned();
        let _ = writeln!(
            head,
            "      <size>{}</size>\n      <mode>annotation</mode>\n      <labels>",
            body.length()
        );
        for name in &classes.names {
            let _ = writeln!(
                head,
                "        <label><name>{}</name><attributes></attributes></label>",
                text(name)
            );
        }
        head.push_str("      </labels>\n    </task>\n  </meta>\n");
        archive.write_all(head.as_bytes())?;
        body.copy_to(&mut archive, b"  </image>\n")?;
        archive.write_all(b"</annotations>\n")?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// Text and attributes of XML; characters that XML cannot hold are left out.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    out
}

fn regions(xml: &mut String, labelled: &Labelled<'_>, classes: &mut Classes, report: &mut Report) {
    for shape in &labelled.regions.shapes {
        let Some(label) = shape.label() else {
            report.lost("a region without label", 1);
            continue;
        };
        classes.id(label);
        report.lost("a second label of a region", shape.labels.len() as u64 - 1);
        one(xml, shape, label, report);
    }
    for (name, answer) in &labelled.regions.answers {
        let _ = writeln!(xml, "    <tag label=\"{}\" source=\"manual\">", text(name));
        attribute(xml, "value", answer);
        xml.push_str("    </tag>\n");
        classes.id(name);
    }
}

fn attribute(xml: &mut String, name: &str, answer: &Value) {
    let value = match answer {
        Value::String(value) => value.clone(),
        Value::Array(list) => {
            let names: Vec<String> = list
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect();
            names.join(", ")
        }
        other => other.to_string(),
    };
    let _ = writeln!(
        xml,
        "      <attribute name=\"{}\">{}</attribute>",
        text(name),
        text(&value)
    );
}

fn one(xml: &mut String, shape: &Shape<'_>, label: &str, report: &mut Report) {
    let list = |points: &[(f64, f64)]| -> String {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect();
        points.join(";")
    };
    let (tag, place) = match &shape.geometry {
        // CVAT turns about the centre: the unturned box of the same centre.
        Geometry::Box([x, y, width, height], rotation) => {
            let corners = shape.geometry.outline().unwrap_or_default();
            let (center_x, center_y) = match (corners.first(), corners.get(2)) {
                (Some(a), Some(c)) => ((a.0 + c.0) / 2.0, (a.1 + c.1) / 2.0),
                _ => (x + width / 2.0, y + height / 2.0),
            };
            let (left, top) = (center_x - width / 2.0, center_y - height / 2.0);
            let mut place = format!(
                "xtl=\"{left:.2}\" ytl=\"{top:.2}\" xbr=\"{:.2}\" ybr=\"{:.2}\"",
                left + width,
                top + height
            );
            if *rotation != 0.0 {
                let _ = write!(place, " rotation=\"{:.2}\"", rotation.rem_euclid(360.0));
            }
            ("box", place)
        }
        Geometry::Polygon(points) => ("polygon", format!("points=\"{}\"", list(points))),
        Geometry::Line(points) => ("polyline", format!("points=\"{}\"", list(points))),
        Geometry::Point(point) => ("points", format!("points=\"{}\"", list(&[*point]))),
        Geometry::Ellipse([x, y, radius_x, radius_y], rotation) => {
            let mut place = format!("cx=\"{x:.2}\" cy=\"{y:.2}\" rx=\"{radius_x:.2}\" ry=\"{radius_y:.2}\"");
            if *rotation != 0.0 {
                let _ = write!(place, " rotation=\"{:.2}\"", rotation.rem_euclid(360.0));
            }
            ("ellipse", place)
        }
        Geometry::Mask(mask) => {
            let Some([left, top, width, height]) = shape.geometry.bounds() else {
                report.lost("a brush mask", 1);
                return;
            };
            // Lengths of the stretches outside and inside, row by row within the box.
            let (mut runs, mut run, mut inside) = (Vec::new(), 0_u32, false);
            for y in 0..height as usize {
                for x in 0..width as usize {
                    let pixel = mask.pixels[(top as usize + y) * mask.width as usize + left as usize + x] != 0;
                    if pixel != inside {
                        runs.push(run.to_string());
                        (run, inside) = (0, pixel);
                    }
                    run += 1;
                }
            }
            runs.push(run.to_string());
            (
                "mask",
                format!(
                    "rle=\"{}\" left=\"{left}\" top=\"{top}\" width=\"{width}\" height=\"{height}\"",
                    runs.join(", ")
                ),
            )
        }
    };
    let _ = write!(
        xml,
        "    <{tag} label=\"{}\" source=\"manual\" occluded=\"0\" {place} z_order=\"0\">",
        text(label)
    );
    if !shape.answers.is_empty() {
        xml.push('\n');
        for (name, answer) in &shape.answers {
            attribute(xml, name, answer);
        }
        xml.push_str("    ");
    }
    let _ = writeln!(xml, "</{tag}>");
}
