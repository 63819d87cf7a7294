//! CVAT for images 1.1.

use roxmltree::Node;
use serde_json::{Value, json};

use super::elements::each;
use super::voc::parse;
use super::{Canvas, Dataset, Reading, choices};
use crate::import::ImportError;

pub(super) struct Cvat;

impl Dataset for Cvat {
    fn name(&self) -> &'static str {
        "cvat"
    }

    fn title(&self) -> &'static str {
        "CVAT for images"
    }

    fn files(&self) -> &'static str {
        "annotations.xml, and the pictures"
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let mut any = false;
        for name in reading.files(&[".xml"]) {
            let mut bytes = reading.folder.open(&name)?;
            let wanted = |root: &str, element: &str| root == "annotations" && matches!(element, "image" | "track");
            let root = each(&mut bytes, &name, 1, &wanted, &mut |text| {
                let tree = parse(&name, text)?;
                let Some(element) = tree.root_element().first_element_child() else {
                    return Ok(());
                };
                if element.has_tag_name("track") {
                    reading.report.lost("a track of a video", 1);
                    return Ok(());
                }
                picture(reading, element)
            })?;
            any |= root.is_some_and(|root| root == "annotations");
        }
        if any {
            Ok(())
        } else {
            Err(ImportError::whole("There is no XML file of <annotations>."))
        }
    }
}

fn attribute(node: Node<'_, '_>, name: &str) -> Option<f64> {
    node.attribute(name)?
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

fn points(node: Node<'_, '_>) -> Option<Vec<(f64, f64)>> {
    let pair = |text: &str| {
        let (x, y) = text.split_once(',')?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        Some((number(x)?, number(y)?))
    };
    let points: Option<Vec<(f64, f64)>> = node.attribute("points")?.split(';').map(pair).collect();
    points.filter(|points| !points.is_empty())
}

fn picture(reading: &mut Reading<'_>, image: Node<'_, '_>) -> Result<(), ImportError> {
    let name = image.attribute("name").unwrap_or_default().to_owned();
    let elements = || image.children().filter(Node::is_element);
    let size = attribute(image, "width").zip(attribute(image, "height"));
    let Some(mut canvas) = size.and_then(|(width, height)| Canvas::new(width, height)) else {
        reading
            .report
            .lost("a shape of a picture without size", elements().count() as u64);
        return reading.picture(&name, Vec::new());
    };
    for element in elements() {
        if shape(reading, &mut canvas, element).is_none() {
            reading
                .report
                .lost("a shape that is not complete, or of an unknown kind", 1);
        }
    }
    reading.picture(&name, canvas.results)
}

fn shape(reading: &mut Reading<'_>, canvas: &mut Canvas, element: Node<'_, '_>) -> Option<()> {
    let label = element.attribute("label")?;
    let number = |name| attribute(element, name);
    let rotation = number("rotation").unwrap_or(0.0);
    let notes: Vec<String> = element
        .children()
        .filter(|child| child.has_tag_name("attribute"))
        .filter_map(|child| child.text().map(|text| text.trim().to_owned()))
        .filter(|text| !text.is_empty())
        .collect();
    let id = match element.tag_name().name() {
        "box" => {
            let [left, top, right, bottom] = [number("xtl")?, number("ytl")?, number("xbr")?, number("ybr")?];
            let (width, height) = (right - left, bottom - top);
            // CVAT turns about the centre, results about the top left corner.
            let (sin, cos) = rotation.to_radians().sin_cos();
            let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
            let corner_x = x - width / 2.0 * cos + height / 2.0 * sin;
            let corner_y = y - width / 2.0 * sin - height / 2.0 * cos;
            canvas.rectangle(reading, label, [corner_x, corner_y, width, height], rotation)
        }
        "polygon" => canvas.polygon(reading, label, &points(element)?),
        "polyline" => canvas.line(reading, label, &points(element)?),
        "points" => {
            for point in points(element)? {
                canvas.point(reading, label, point, None);
            }
            format!("r{}", canvas.number)
        }
        "ellipse" => {
            let place = [number("cx")?, number("cy")?, number("rx")?, number("ry")?];
            canvas.ellipse(reading, label, place, rotation)
        }
        "mask" => {
            let mask = mask(element, canvas)?;
            canvas.mask(reading, label, &mask)
        }
        // A tag is a choice about the picture; what our own files say of a control stands in its attribute.
        "tag" => {
            canvas.number += 1;
            let id = format!("r{}", canvas.number);
            let names = if notes.is_empty() {
                vec![label.to_owned()]
            } else {
                notes
            };
            let names: Vec<String> = names
                .iter()
                .flat_map(|names| names.split(", "))
                .map(str::to_owned)
                .collect();
            let result = choices(reading, "Image", &id, &names);
            canvas.results.push(result);
            return Some(());
        }
        _ => return None,
    };
    if !notes.is_empty() {
        let place = reading.control("TextArea", "Image", None);
        let mut value = canvas
            .results
            .last()
            .and_then(|result| result.get("value"))
            .cloned()
            .unwrap_or_else(|| json!({}));
        if let Some(value) = value.as_object_mut() {
            value.retain(|key, _| !key.ends_with("labels"));
        }
        value["text"] = json!(notes);
        let mut result = place.result(&id, value);
        if let Some(Value::Object(last)) = canvas.results.last() {
            for key in ["original_width", "original_height", "image_rotation"] {
                result.insert(key.to_owned(), last.get(key).cloned().unwrap_or_default());
            }
        }
        canvas.results.push(Value::Object(result));
    }
    Some(())
}

/// Run lengths within a box, row by row, as a mask of the picture.
fn mask(element: Node<'_, '_>, canvas: &Canvas) -> Option<Vec<u8>> {
    let number = |name| {
        attribute(element, name)
            .filter(|number| *number >= 0.0)
            .map(|number| number as usize)
    };
    let [left, top, width, height] = [number("left")?, number("top")?, number("width")?, number("height")?];
    let (full_width, full_height) = (canvas.width as usize, canvas.height as usize);
    let pixels = full_width
        .checked_mul(full_height)
        .filter(|pixels| *pixels as u64 <= crate::brush::MAX_PIXELS)?;
    if left.checked_add(width)? > full_width || top.checked_add(height)? > full_height {
        return None;
    }
    let mut mask = vec![0; pixels];
    let mut at = 0_usize;
    for (index, run) in element.attribute("rle")?.split(',').enumerate() {
        let end = at
            .checked_add(run.trim().parse().ok()?)
            .filter(|end| *end <= width * height)?;
        if index % 2 == 1 {
            for place in at..end {
                mask[(top + place / width) * full_width + left + place % width] = 255;
            }
        }
        at = end;
    }
    Some(mask)
}
