//! Pascal VOC: an XML file of boxes for each picture.

use std::fmt::Write as _;
use std::io::Write;

use labelkeep_labeling::Config;
use serde_json::{Map, Value};

use super::archive::{Archive, text_options};
use super::catalog::{Fit, picture_key};
use super::channels::channels;
use super::images::{Origin, Picture, Pictures, last_part};
use super::item::{Ids, Item, items, labels, numbers};
use super::python::number;
use super::rectangle::true_hull;
use super::spool::Files;
use super::{Annotator, Context, ExportError, Exporter, Report, Source};

pub(super) struct Voc;

impl Exporter for Voc {
    fn name(&self) -> &'static str {
        "VOC"
    }

    fn title(&self) -> &'static str {
        "Pascal VOC"
    }

    fn description(&self) -> &'static str {
        "An XML file of boxes for each picture, as older detection models read them, together with the pictures."
    }

    fn tags(&self) -> &'static [&'static str] {
        &["image segmentation", "object detection"]
    }

    fn extension(&self) -> &'static str {
        "zip"
    }

    fn exact(&self) -> Option<&'static str> {
        Some("A turned box becomes the smallest upright box around it, instead of being turned back.")
    }

    fn supports(&self, config: &Config) -> bool {
        Fit::of(config).picture_boxes()
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
        // The last item of a name counts, so the files are written when all are known.
        let mut files = Files::new()?;
        let key = picture_key(context.config);
        for task in source() {
            let task = task?;
            let found = items(context.config, &task, Ids::Drop, &mut report);
            if found.is_empty() {
                continue;
            }
            let picture = Picture::of(context, &key, &task, context.download_resources);
            let mut depth = None;
            for item in found {
                report.items_in += 1;
                let picture = match &picture {
                    Ok(picture) => picture,
                    Err(reason) => {
                        report.dropped(reason);
                        continue;
                    }
                };
                if context.download_resources && !pictures.add(context, &mut archive, picture)? {
                    report.lost("a picture that is not on this server is named, not copied", 1);
                }
                let Some(first) = item.values().next() else {
                    report.dropped("no answer");
                    continue;
                };
                let Some(size) = numbers(first, ["original_width", "original_height"]) else {
                    report.dropped("the first answer does not know the size of the picture");
                    continue;
                };
                let depth = *depth.get_or_insert_with(|| depth_of(context, picture));
                let about = About {
                    picture,
                    first,
                    size,
                    depth,
                    exact: context.exact,
                };
                let text = document(&item, &about, &mut report);
                if files.put(&picture.stem(), &text)? {
                    report.dropped("another annotation of a picture of this name has its place");
                } else {
                    report.items_out += 1;
                }
            }
        }
        archive.add_directory("Annotations/", text_options())?;
        files.each(|name, text| {
            archive.start_file(format!("Annotations/{name}.xml"), text_options())?;
            Ok(archive.write_all(text)?)
        })?;
        archive.finish(&report)?;
        Ok(report)
    }
}

/// Channels of a picture of ours; of others the usual three are assumed.
fn depth_of(context: &Context<'_>, picture: &Picture) -> u8 {
    (picture.origin == Origin::Upload)
        .then(|| context.media.open(&picture.url))
        .flatten()
        .and_then(channels)
        .unwrap_or(3)
}

/// What a file says of its picture.
struct About<'a> {
    picture: &'a Picture,
    /// The value that knows its size, as it is written there and in numbers.
    first: &'a Map<String, Value>,
    size: [f64; 2],
    depth: u8,
    exact: bool,
}

fn document(item: &Item<'_>, about: &About<'_>, report: &mut Report) -> String {
    let About {
        picture,
        first,
        size,
        depth,
        exact,
    } = *about;
    let annotator = item
        .annotation
        .and_then(|annotation| annotation.completed_by.as_ref())
        .map(Annotator::text)
        .unwrap_or_default();
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotation>\n".to_owned();
    leaf(&mut xml, "folder", "images");
    leaf(&mut xml, "filename", last_part(&picture.path));
    xml.push_str("<source>\n");
    leaf(&mut xml, "database", "MyDatabase");
    leaf(&mut xml, "annotation", "COCO2017");
    leaf(&mut xml, "image", "flickr");
    leaf(&mut xml, "flickrid", "NULL");
    leaf(&mut xml, "annotator", &annotator);
    xml.push_str("</source>\n<owner>\n");
    leaf(&mut xml, "flickrid", "NULL");
    leaf(&mut xml, "name", "Label Studio");
    xml.push_str("</owner>\n<size>\n");
    leaf(&mut xml, "width", &number(&first["original_width"]));
    leaf(&mut xml, "height", &number(&first["original_height"]));
    leaf(&mut xml, "depth", &depth.to_string());
    xml.push_str("</size>\n");
    leaf(&mut xml, "segmented", "0");
    let (mut lost, mut more) = (0, 0);
    for value in item.values() {
        let key = if value.contains_key("rectanglelabels") {
            "rectanglelabels"
        } else {
            "labels"
        };
        let labels = labels(value, key);
        let (Some(label), Some(mut parts)) = (labels.first(), numbers(value, ["x", "y", "width", "height"])) else {
            lost += 1;
            continue;
        };
        more += labels.len() as u64 - 1;
        let rotation = numbers(value, ["rotation"]).map_or(0.0, |[rotation]| rotation);
        if exact {
            parts = true_hull(parts, rotation, size);
        }
        object(&mut xml, label, parts, size);
    }
    report.lost("an answer that is no labelled box", lost);
    report.lost("a second label of a box", more);
    xml.push_str("</annotation>\n");
    xml
}

/// A box in whole pixels, cut towards zero.
fn object(xml: &mut String, label: &str, [x, y, width, height]: [f64; 4], size: [f64; 2]) {
    let pixels = |part: f64, whole: f64| (part / 100.0 * whole) as i64;
    let (left, top) = (pixels(x, size[0]), pixels(y, size[1]));
    xml.push_str("<object>\n");
    leaf(xml, "name", label);
    leaf(xml, "pose", "Unspecified");
    leaf(xml, "truncated", "0");
    leaf(xml, "difficult", "0");
    xml.push_str("<bndbox>\n");
    leaf(xml, "xmin", &left.to_string());
    leaf(xml, "ymin", &top.to_string());
    leaf(xml, "xmax", &left.saturating_add(pixels(width, size[0])).to_string());
    leaf(xml, "ymax", &top.saturating_add(pixels(height, size[1])).to_string());
    xml.push_str("</bndbox>\n</object>\n");
}

/// An element that holds text. Characters that XML cannot hold are left out.
fn leaf(xml: &mut String, tag: &str, text: &str) {
    let _ = write!(xml, "<{tag}>");
    for character in text.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' => xml.push(character),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {}
            _ => xml.push(character),
        }
    }
    let _ = writeln!(xml, "</{tag}>");
}
