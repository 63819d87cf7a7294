//! Rotated rectangles: their hull as the reference computes it, their corners, and their true hull.

use std::f64::consts::PI;

/// The axis-aligned hull (x, y, width, height) of a rectangle in **percent** that is turned clockwise by `rotation` degrees
/// about its top left corner.
///
/// The reference turns in percent space, where the two axes have different units: for pictures that are not square the
/// hull is not the true one. Training data made with it exists, so it is kept.
/// A width of zero makes the reference divide by zero; the limit of the angle is used.
pub(super) fn hull(x: f64, y: f64, width: f64, height: f64, rotation: f64) -> [f64; 4] {
    if rotation == 0.0 {
        return [x, y, width, height];
    }
    let alpha = if width == 0.0 {
        PI / 2.0
    } else {
        (height / width).atan()
    };
    let beta = PI * (rotation / 180.0);
    let radius = (width * width + height * height).sqrt() / 2.0;
    let center_x = x - radius * ((PI - alpha - beta).cos() - (PI - alpha).cos()) + width / 2.0;
    let center_y = y + radius * ((PI - alpha - beta).sin() - (PI - alpha).sin()) + height / 2.0;
    let angles = [
        alpha + beta,
        PI - alpha + beta,
        PI + alpha + beta,
        2.0 * PI - alpha + beta,
    ];
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for angle in angles {
        let (corner_x, corner_y) = (center_x + radius * angle.cos(), center_y + radius * angle.sin());
        left = left.min(corner_x);
        right = right.max(corner_x);
        top = top.min(corner_y);
        bottom = bottom.max(corner_y);
    }
    [left, top, right - left, bottom - top]
}

/// The corners in pixels of a rectangle in percent of a picture of this size, that is turned clockwise by `rotation` degrees
/// about its top left corner: from there on, clockwise.
pub(super) fn corners([x, y, width, height]: [f64; 4], rotation: f64, size: [f64; 2]) -> [(f64, f64); 4] {
    let [x, y] = [x / 100.0 * size[0], y / 100.0 * size[1]];
    let [width, height] = [width / 100.0 * size[0], height / 100.0 * size[1]];
    let (sin, cos) = (rotation.to_radians().sin(), rotation.to_radians().cos());
    [
        (x, y),
        (x + width * cos, y + width * sin),
        (x + width * cos - height * sin, y + width * sin + height * cos),
        (x - height * sin, y + height * cos),
    ]
}

/// x, y, width, height of the smallest box around the points.
pub(super) fn bounds(points: &[(f64, f64)]) -> [f64; 4] {
    let (mut left, mut top, mut right, mut bottom) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
    for (x, y) in points {
        left = left.min(*x);
        right = right.max(*x);
        top = top.min(*y);
        bottom = bottom.max(*y);
    }
    [left, top, right - left, bottom - top]
}

/// The hull in percent of a rectangle in percent, turned in pixels: the true one, whatever the sides of the picture.
pub(super) fn true_hull(rectangle: [f64; 4], rotation: f64, size: [f64; 2]) -> [f64; 4] {
    if rotation == 0.0 {
        return rectangle;
    }
    let [x, y, width, height] = bounds(&corners(rectangle, rotation, size));
    [
        x / size[0] * 100.0,
        y / size[1] * 100.0,
        width / size[0] * 100.0,
        height / size[1] * 100.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::{hull, true_hull};

    #[test]
    fn a_quarter_turn_swaps_the_sides() {
        let [x, y, width, height] = hull(50.0, 50.0, 20.0, 10.0, 90.0);
        for (value, wanted) in [(x, 40.0), (y, 50.0), (width, 10.0), (height, 20.0)] {
            assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
        }
        assert_eq!(hull(1.0, 2.0, 3.0, 4.0, 0.0), [1.0, 2.0, 3.0, 4.0]);
        assert!(hull(1.0, 2.0, 0.0, 4.0, 30.0).iter().all(|value| value.is_finite()));
    }

    #[test]
    fn the_true_hull_is_that_of_the_pixels() {
        // A quarter turn of 400 × 100 pixels about (500, 100) stands on its short side.
        let [x, y, width, height] = true_hull([50.0, 20.0, 40.0, 20.0], 90.0, [1000.0, 500.0]);
        for (value, wanted) in [(x, 40.0), (y, 20.0), (width, 10.0), (height, 80.0)] {
            assert!((value - wanted).abs() < 1e-9, "{value} is not {wanted}");
        }
    }
}
