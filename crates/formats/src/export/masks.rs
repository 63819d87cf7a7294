//! Masks of brush regions, as the exporters see them.

use serde_json::{Map, Value};

use super::Annotator;
use super::item::{Item, numbers};
use crate::brush;

/// A mask, row by row from the top left.
pub(super) struct Mask {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<u8>,
}

impl Mask {
    /// The mask of a value that has one; `None` when it is damaged.
    pub(super) fn of(value: &Map<String, Value>) -> Option<Mask> {
        let [width, height] = numbers(value, ["original_width", "original_height"])?;
        let whole =
            |size: f64| (size.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&size)).then_some(size as u32);
        let (width, height) = (whole(width)?, whole(height)?);
        let stream: Option<Vec<u8>> = value.get("rle")?.as_array()?.iter().map(byte).collect();
        let pixels = brush::decode(&stream?, width, height).ok()?;
        Some(Mask { width, height, pixels })
    }
}

/// Only the lowest eight bits count, as in the reference.
fn byte(value: &Value) -> Option<u8> {
    value.as_i64().map(|byte| (byte & 0xff) as u8)
}

/// Who made the item, as text.
pub(super) fn annotator(item: &Item<'_>) -> Option<String> {
    item.annotation?.completed_by.as_ref().map(Annotator::text)
}
