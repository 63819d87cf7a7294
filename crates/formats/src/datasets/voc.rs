//! Pascal VOC: an XML file for each picture.

use roxmltree::Node;

use super::{Canvas, Dataset, Reading, SMALL};
use crate::import::ImportError;

pub(super) struct Voc;

/// Most nodes of a file: thousands of objects have fewer.
pub(super) const NODES: u32 = 10_000_000;

impl Dataset for Voc {
    fn name(&self) -> &'static str {
        "voc"
    }

    fn title(&self) -> &'static str {
        "Pascal VOC"
    }

    fn files(&self) -> &'static str {
        "an XML file for each picture, and the pictures"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let mut any = false;
        for name in reading.files(&[".xml"]) {
            let text = reading.text(&name, SMALL)?;
            let tree = parse(&name, &text)?;
            if !tree.root_element().has_tag_name("annotation") {
                continue;
            }
            any = true;
            one(reading, &name, tree.root_element())?;
        }
        if any {
            Ok(())
        } else {
            Err(ImportError::whole("There is no XML file of <annotation>."))
        }
    }
}

/// The tree of a file; document types are not taken: nothing is ever resolved.
pub(super) fn parse<'a>(name: &str, text: &'a str) -> Result<roxmltree::Document<'a>, ImportError> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..Default::default()
    };
    roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| ImportError::whole(format!("{name}: {error}")))
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found = node.children().find(|child| child.has_tag_name(name))?;
    Some(found.text().unwrap_or_default().trim().to_owned())
}

fn number_of(node: Node<'_, '_>, name: &str) -> Option<f64> {
    text_of(node, name)?
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

fn one(reading: &mut Reading<'_>, name: &str, root: Node<'_, '_>) -> Result<(), ImportError> {
    let picture = text_of(root, "filename").filter(|name| !name.is_empty());
    let picture = picture.unwrap_or_else(|| format!("{}.jpg", super::stem(name)));
    let size = root.children().find(|child| child.has_tag_name("size"));
    let size = size.and_then(|size| Canvas::new(number_of(size, "width")?, number_of(size, "height")?));
    let objects = root.children().filter(|child| child.has_tag_name("object"));
    let Some(mut canvas) = size else {
        reading
            .report
            .lost("an object of a picture without size", objects.count() as u64);
        return reading.picture(&picture, Vec::new());
    };
    for object in objects {
        let label = text_of(object, "name").unwrap_or_default();
        let place = object.children().find(|child| child.has_tag_name("bndbox"));
        let place = place.and_then(|place| {
            Some([
                number_of(place, "xmin")?,
                number_of(place, "ymin")?,
                number_of(place, "xmax")?,
                number_of(place, "ymax")?,
            ])
        });
        match place {
            Some([left, top, right, bottom]) if !label.is_empty() => {
                canvas.rectangle(reading, &label, [left, top, right - left, bottom - top], 0.0);
            }
            _ => reading.report.lost("an object without name or box", 1),
        }
        let parts = object.children().filter(|child| child.has_tag_name("part")).count();
        reading.report.lost("a part of an object", parts as u64);
    }
    reading.picture(&picture, canvas.results)
}
