//! Regions of a picture as shapes in pixels: what the formats beyond the reference's write.
//!
//! A region may be told in several results of one id (its place, its labels, further answers about it). Here it is one shape.

use serde_json::{Map, Value};

use super::Report;
use super::item::{Item, numbers, points};
use super::masks::Mask;
use super::rectangle::{bounds, corners};

/// Where a region lies, in pixels.
pub(super) enum Geometry {
    /// Left, top, width, height; turned clockwise about the top left corner, in degrees.
    Box([f64; 4], f64),
    /// At least one point; closed.
    Polygon(Vec<(f64, f64)>),
    /// At least one point; open.
    Line(Vec<(f64, f64)>),
    /// One point.
    Point((f64, f64)),
    /// Centre, radii; turned clockwise, in degrees.
    Ellipse([f64; 4], f64),
    /// Pixels.
    Mask(Mask),
}

/// Corners of the polygon that stands for an ellipse.
const ELLIPSE: u32 = 36;

impl Geometry {
    /// What it is, for reports.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Geometry::Box(..) => "a box",
            Geometry::Polygon(_) => "a polygon",
            Geometry::Line(_) => "a line",
            Geometry::Point(_) => "a key point",
            Geometry::Ellipse(..) => "an ellipse",
            Geometry::Mask(_) => "a brush mask",
        }
    }

    /// The outline of an area; `None` for points, lines and masks.
    pub(super) fn outline(&self) -> Option<Vec<(f64, f64)>> {
        match self {
            Geometry::Box([x, y, width, height], rotation) => {
                // In pixels, so a picture of 100 × 100 makes percent of them.
                Some(corners([*x, *y, *width, *height], *rotation, [100.0, 100.0]).to_vec())
            }
            Geometry::Polygon(points) => Some(points.clone()),
            Geometry::Ellipse([x, y, radius_x, radius_y], rotation) => {
                let (sin, cos) = rotation.to_radians().sin_cos();
                let corner = |number: u32| {
                    let (s, c) = (std::f64::consts::TAU * f64::from(number) / f64::from(ELLIPSE)).sin_cos();
                    let (along, across) = (radius_x * c, radius_y * s);
                    (x + along * cos - across * sin, y + along * sin + across * cos)
                };
                Some((0..ELLIPSE).map(corner).collect())
            }
            _ => None,
        }
    }

    /// Left, top, width and height of the smallest upright box around it; `None` for an empty mask.
    pub(super) fn bounds(&self) -> Option<[f64; 4]> {
        match self {
            Geometry::Box(rectangle, 0.0) => Some(*rectangle),
            Geometry::Line(points) => Some(bounds(points)),
            Geometry::Point(point) => Some(bounds(&[*point])),
            Geometry::Mask(mask) => {
                let mut found: Option<[usize; 4]> = None;
                let width = mask.width as usize;
                for (index, _) in mask.pixels.iter().enumerate().filter(|(_, pixel)| **pixel != 0) {
                    let (x, y) = (index % width, index / width);
                    let [left, top, right, bottom] = found.get_or_insert([x, y, x, y]);
                    (*left, *top) = ((*left).min(x), (*top).min(y));
                    (*right, *bottom) = ((*right).max(x), (*bottom).max(y));
                }
                found.map(|[left, top, right, bottom]| {
                    [
                        left as f64,
                        top as f64,
                        (right - left + 1) as f64,
                        (bottom - top + 1) as f64,
                    ]
                })
            }
            other => other.outline().map(|points| bounds(&points)),
        }
    }

    /// Calls with the index of each pixel inside, row by row, in a picture of this size.
    pub(super) fn paint(&self, width: u32, height: u32, with: &mut dyn FnMut(usize)) {
        if let Geometry::Mask(mask) = self {
            if (mask.width, mask.height) == (width, height) {
                let inside = mask.pixels.iter().enumerate().filter(|(_, pixel)| **pixel != 0);
                inside.for_each(|(index, _)| with(index));
            }
            return;
        }
        if let Some(points) = self.outline() {
            fill(&points, width, height, with);
        }
    }
}

/// The pixels whose centres lie within the outline (even-odd rule).
fn fill(points: &[(f64, f64)], width: u32, height: u32, with: &mut dyn FnMut(usize)) {
    if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return;
    }
    let [_, top, _, tall] = bounds(points);
    let first = top.floor().clamp(0.0, f64::from(height)) as u32;
    let last = (top + tall).ceil().clamp(0.0, f64::from(height)) as u32;
    let mut crossings: Vec<f64> = Vec::new();
    for row in first..last {
        let y = f64::from(row) + 0.5;
        crossings.clear();
        for (index, (x, from)) in points.iter().enumerate() {
            let (next_x, to) = points[(index + 1) % points.len()];
            if (*from <= y) != (to <= y) {
                crossings.push(x + (y - from) / (to - from) * (next_x - x));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let begin = (pair[0] - 0.5).ceil().clamp(0.0, f64::from(width)) as u32;
            let end = (pair[1] - 0.5).ceil().clamp(0.0, f64::from(width)) as u32;
            for column in begin..end {
                with(row as usize * width as usize + column as usize);
            }
        }
    }
}

/// A region of a picture.
pub(super) struct Shape<'a> {
    /// Its id, and that of the region to which it belongs.
    pub(super) id: Option<&'a str>,
    pub(super) parent: Option<&'a str>,
    /// All its labels, in order.
    pub(super) labels: Vec<&'a str>,
    pub(super) geometry: Geometry,
    /// Further answers about it, by the names of their controls.
    pub(super) answers: Vec<(&'a str, Value)>,
}

impl Shape<'_> {
    /// The first label.
    pub(super) fn label(&self) -> Option<&str> {
        self.labels.first().copied()
    }
}

/// What an item says of its picture.
pub(super) struct Regions<'a> {
    pub(super) shapes: Vec<Shape<'a>>,
    /// Answers about the whole picture, by the names of their controls.
    pub(super) answers: Vec<(&'a str, Value)>,
    /// Width and height in pixels: the picture's, else those that the first region tells.
    pub(super) size: Option<[f64; 2]>,
}

/// The regions of an item; `size`: of the picture, when it can be read. The item must have been made with its ids.
pub(super) fn regions<'a>(item: &'a Item<'_>, size: Option<(u32, u32)>, report: &mut Report) -> Regions<'a> {
    let mut size = size.map(|(width, height)| [f64::from(width), f64::from(height)]);
    let mut shapes: Vec<Shape<'a>> = Vec::new();
    let mut answers = Vec::new();
    let mut loose: Vec<(&str, &str, Value)> = Vec::new();
    for output in &item.outputs {
        for value in &output.values {
            let id = value.get("id").and_then(Value::as_str);
            let own = numbers(value, ["original_width", "original_height"]).filter(|[w, h]| *w > 0.0 && *h > 0.0);
            size = size.or(own);
            if let Some(answer) = answer(value) {
                match id {
                    Some(id) => loose.push((id, &output.from_name, answer)),
                    None => answers.push((output.from_name.as_str(), answer)),
                }
                continue;
            }
            let names = label_names(value);
            let known = id.and_then(|id| shapes.iter_mut().find(|shape| shape.id == Some(id)));
            if let Some(shape) = known {
                shape.labels.extend(names);
                continue;
            }
            let Some(geometry) = own.or(size).and_then(|size| geometry(value, size)) else {
                report.lost("an answer that is no region of a picture, or has no place or size", 1);
                continue;
            };
            shapes.push(Shape {
                id,
                parent: value.get("parentID").and_then(Value::as_str),
                labels: names,
                geometry,
                answers: Vec::new(),
            });
        }
    }
    for (id, name, answer) in loose {
        match shapes.iter_mut().find(|shape| shape.id == Some(id)) {
            Some(shape) => shape.answers.push((name, answer)),
            None => answers.push((name, answer)),
        }
    }
    Regions { shapes, answers, size }
}

/// The answer of a control that marks no place.
pub(super) fn answer(value: &Map<String, Value>) -> Option<Value> {
    let key = match value.get("type")?.as_str()? {
        "Choices" => "choices",
        "TextArea" => "text",
        "Rating" => "rating",
        "Number" => "number",
        "DateTime" => "datetime",
        "Taxonomy" => "taxonomy",
        "Pairwise" => "selected",
        "Ranker" => "ranker",
        _ => return None,
    };
    let answer = value.get(key)?;
    Some(match answer {
        Value::Array(list) if list.len() == 1 && key != "taxonomy" => list[0].clone(),
        other => other.clone(),
    })
}

/// Whether a control of this tag marks regions of pictures.
pub(super) fn marks_pictures(tag: &str) -> bool {
    [
        "Rectangle",
        "Polygon",
        "KeyPoint",
        "Ellipse",
        "Brush",
        "Bitmask",
        "Vector",
    ]
    .iter()
    .any(|shape| {
        tag.strip_prefix(shape)
            .is_some_and(|rest| rest.is_empty() || rest == "Labels")
    })
}

/// All labels of a value.
pub(super) fn label_names(value: &Map<String, Value>) -> Vec<&str> {
    let lists = value.iter().filter(|(key, _)| key.ends_with("labels"));
    lists
        .filter_map(|(_, list)| list.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn geometry(value: &Map<String, Value>, size: [f64; 2]) -> Option<Geometry> {
    let place = |(x, y): (f64, f64)| (x / 100.0 * size[0], y / 100.0 * size[1]);
    let rotation = value.get("rotation").and_then(Value::as_f64).unwrap_or(0.0);
    if value.contains_key("rle") {
        return Mask::of(value).map(Geometry::Mask);
    }
    if let Some(points) = points(value).filter(|points| !points.is_empty()) {
        let points: Vec<(f64, f64)> = points.into_iter().map(place).collect();
        let open = value.get("closed").and_then(Value::as_bool) == Some(false);
        return Some(if open {
            Geometry::Line(points)
        } else {
            Geometry::Polygon(points)
        });
    }
    if let Some(vertices) = value.get("vertices").and_then(Value::as_array) {
        let points: Option<Vec<(f64, f64)>> = vertices
            .iter()
            .map(|vertex| Some(place((vertex.get("x")?.as_f64()?, vertex.get("y")?.as_f64()?))))
            .collect();
        let points = points.filter(|points| !points.is_empty())?;
        let closed = value.get("closed").and_then(Value::as_bool) == Some(true);
        return Some(if closed {
            Geometry::Polygon(points)
        } else {
            Geometry::Line(points)
        });
    }
    let (x, y) = place(numbers(value, ["x", "y"]).map(|[x, y]| (x, y))?);
    if let Some([radius_x, radius_y]) = numbers(value, ["radiusX", "radiusY"]) {
        let (radius_x, radius_y) = place((radius_x, radius_y));
        return Some(Geometry::Ellipse([x, y, radius_x, radius_y], rotation));
    }
    match numbers(value, ["width", "height"]) {
        Some([width, height]) => {
            let (width, height) = place((width, height));
            Some(Geometry::Box([x, y, width, height], rotation))
        }
        None => Some(Geometry::Point((x, y))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Geometry, fill};

    #[test]
    fn a_filled_box_has_the_pixels_whose_centres_are_inside() {
        let mut count = 0;
        fill(
            &[(1.0, 1.0), (4.0, 1.0), (4.0, 3.0), (1.0, 3.0)],
            10,
            10,
            &mut |index| {
                count += 1;
                assert!((1..4).contains(&(index % 10)) && (1..3).contains(&(index / 10)));
            },
        );
        assert_eq!(count, 6);
        fill(&[(f64::NAN, 0.0), (1.0, 1e300), (-1e300, 5.0)], 10, 10, &mut |_| {});
        fill(&[(-1e300, -1e300), (1e300, 5.0), (3.0, 1e300)], 10, 10, &mut |index| {
            assert!(index < 100)
        });
    }

    #[test]
    fn the_outline_of_a_circle_has_about_its_area() {
        let circle = Geometry::Ellipse([50.0, 50.0, 20.0, 20.0], 0.0);
        let mut count = 0;
        circle.paint(100, 100, &mut |_| count += 1);
        assert!((1240..=1260).contains(&count), "{count}");
        assert_eq!(
            Geometry::Box([1.0, 2.0, 3.0, 4.0], 0.0).bounds(),
            Some([1.0, 2.0, 3.0, 4.0])
        );
    }
}
