//! Outlines of the parts of a mask: border following after Suzuki and Abe (1985), outer borders only.
//!
//! Order, starting points and the points that are left out are those of OpenCV's `findContours` with `RETR_EXTERNAL` and
//! `CHAIN_APPROX_SIMPLE`, so that training data made with it stay the same.

/// A corner, in pixels from the top left.
pub(super) type Point = (i32, i32);

/// More corners than any drawn mask has; noise that was packed to fill memory has more.
const MAX_CORNERS: usize = 1 << 22;

/// Steps to the eight neighbours, anticlockwise from the right.
const STEPS: [Point; 8] = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)];

/// A pixel that belongs to a border that was followed.
const FOLLOWED: i8 = 2;
/// The same where the border passes with nothing to its right.
const RIGHT_END: i8 = 2 | -128;

/// The outlines, the last found first. `None` when the mask has more corners than [`MAX_CORNERS`], or is not as large as
/// it says.
pub(super) fn outlines(mask: &[u8], width: usize, height: usize) -> Option<Vec<Vec<Point>>> {
    if width == 0 || width.checked_mul(height) != Some(mask.len()) {
        return None;
    }
    // A frame of empty pixels spares all questions about the edge.
    let stride = width + 2;
    let mut field = Field {
        pixels: vec![0; stride.checked_mul(height + 2)?],
        stride,
    };
    for (row, pixels) in mask.chunks_exact(width).enumerate() {
        let begin = (row + 1) * stride + 1;
        for (to, from) in field.pixels[begin..begin + width].iter_mut().zip(pixels) {
            *to = i8::from(*from != 0);
        }
    }
    let mut found = Vec::new();
    let mut corners = 0;
    for y in 1..=height {
        let row = y * stride;
        let mut before = 0;
        // The last pixel of a border in this row: behind one that goes on to the right we are inside.
        let mut last_border = row;
        for at in row + 1..=row + width {
            let mut pixel = field.pixels[at];
            if pixel == before {
                continue;
            }
            if before == 0 && pixel == 1 {
                if field.pixels[last_border] <= 0 {
                    let outline = field.follow(at, (at - row) as i32 - 1, y as i32 - 1);
                    corners += outline.len();
                    if corners > MAX_CORNERS {
                        return None;
                    }
                    found.push(outline);
                    last_border = at;
                    pixel = field.pixels[at];
                }
            } else if pixel == 0 && before >= FOLLOWED {
                last_border = at - 1;
            }
            before = pixel;
            if !(0..=1).contains(&pixel) {
                last_border = at;
            }
        }
    }
    found.reverse();
    Some(found)
}

struct Field {
    pixels: Vec<i8>,
    stride: usize,
}

impl Field {
    fn beside(&self, at: usize, direction: usize) -> usize {
        let (x, y) = STEPS[direction % 8];
        (at as isize + x as isize + y as isize * self.stride as isize) as usize
    }

    /// Follows the border that begins at this pixel, anticlockwise, and marks it.
    fn follow(&mut self, start: usize, x: i32, y: i32) -> Vec<Point> {
        // The first neighbour clockwise from the left, which is empty.
        let first = (1..8)
            .map(|turn| (12 - turn) % 8)
            .find(|direction| self.pixels[self.beside(start, *direction)] != 0);
        let Some(first) = first else {
            self.pixels[start] = RIGHT_END;
            return vec![(x, y)];
        };
        let end = self.beside(start, first);
        let mut corners = Vec::new();
        let (mut at, mut point, mut direction) = (start, (x, y), first);
        let mut came_by = first ^ 4;
        loop {
            let from = direction;
            let mut turned = from + 1;
            // There is always one: where we came from.
            while self.pixels[self.beside(at, turned)] == 0 {
                turned += 1;
            }
            let next = self.beside(at, turned);
            direction = turned % 8;
            // Whether the right neighbour was looked at and found empty.
            if direction.wrapping_sub(1) < from {
                self.pixels[at] = RIGHT_END;
            } else if self.pixels[at] == 1 {
                self.pixels[at] = FOLLOWED;
            }
            // Points between two steps in the same direction are left out.
            if direction != came_by {
                corners.push(point);
                came_by = direction;
            }
            point.0 += STEPS[direction].0;
            point.1 += STEPS[direction].1;
            if next == start && at == end {
                return corners;
            }
            at = next;
            direction = (direction + 4) % 8;
        }
    }
}

/// x, y, width and height of the pixels that the points cover.
pub(super) fn bounds(points: &[Point]) -> [i64; 4] {
    let range = |of: fn(&Point) -> i32| {
        let low = points.iter().map(of).min().unwrap_or(0);
        let high = points.iter().map(of).max().unwrap_or(low - 1);
        (i64::from(low), i64::from(high) - i64::from(low) + 1)
    };
    let ((x, width), (y, height)) = (range(|point| point.0), range(|point| point.1));
    [x, y, width, height]
}

/// The area within the line through the points, in whole pixels, cut towards zero.
pub(super) fn area(points: &[Point]) -> i64 {
    let mut before = points.last().copied().unwrap_or_default();
    let mut sum = 0.0;
    for point in points {
        sum += f64::from(before.0) * f64::from(point.1) - f64::from(before.1) * f64::from(point.0);
        before = *point;
    }
    (sum * 0.5).abs() as i64
}

#[cfg(test)]
mod tests {
    use super::{area, bounds, outlines};

    fn drawn(rows: &[&str]) -> Vec<Vec<(i32, i32)>> {
        let mask: Vec<u8> = rows.concat().bytes().map(|c| if c == b'#' { 255 } else { 0 }).collect();
        outlines(&mask, rows[0].len(), rows.len()).expect("a mask")
    }

    #[test]
    fn outer_borders_only_and_the_last_found_first() {
        let found = drawn(&["#####..#", "#...#...", "#.#.#.##", "#...#.##", "#####..."]);
        assert_eq!(
            found,
            [
                vec![(6, 2), (6, 3), (7, 3), (7, 2)],
                vec![(7, 0)],
                vec![(0, 0), (0, 4), (4, 4), (4, 0)],
            ]
        );
        assert_eq!((bounds(&found[2]), area(&found[2])), ([0, 0, 5, 5], 16));
        assert!(outlines(&[], 0, 0).is_none() && outlines(&[1], 2, 2).is_none());
        assert_eq!((bounds(&[]), area(&[])), ([0, 0, 0, 0], 0));
    }

    proptest::proptest! {
        #[test]
        fn every_corner_is_a_pixel_of_the_mask(mask in proptest::collection::vec(0_u8..2, 1..200), width in 1_usize..20) {
            let height = mask.len() / width;
            let mask = &mask[..width * height];
            if let Some(found) = outlines(mask, width, height) {
                for (x, y) in found.iter().flatten() {
                    proptest::prop_assert!(mask[*y as usize * width + *x as usize] == 1);
                }
            } else {
                proptest::prop_assert!(mask.is_empty());
            }
        }
    }
}
