//! The picture of an `otpauth:` address for an app's camera.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, which readers need.
const MARGIN: usize = 4;

/// The text as an SVG picture, black on white in every theme: cameras read nothing else well. `None` when the text is
/// longer than a QR code holds.
pub(super) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, modules) = (code.width(), code.to_colors());
    let size = width + 2 * MARGIN;
    let mut path = String::new();
    for (row, line) in modules.chunks(width).enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let _ = write!(path, "M{},{}h1v1h-1z", column + MARGIN, row + MARGIN);
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"240\" height=\"240\" \
         shape-rendering=\"crispEdges\" role=\"img\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}
