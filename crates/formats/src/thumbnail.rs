//! Small pictures of large ones, for lists (SEC-157): made from their pixels within bounds of memory, without anything else that is
//! in their files.

use image::codecs::jpeg::JpegEncoder;

use crate::picture::{self, Bounds, Pixels};

/// The most bytes of a picture of which a thumbnail is made.
pub const THUMBNAIL_BYTES: u64 = 48 * 1024 * 1024;

/// A JPEG file of 33 megapixels, or a PNG file of 25; of a JPEG file in several passes 11.
const BOUNDS: Bounds = Bounds {
    side: 16_384,
    memory: 100_000_000,
};

/// A small picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The bytes of its file.
    pub bytes: Vec<u8>,
    /// `image/jpeg`; `image/png` where something shines through.
    pub content_type: &'static str,
}

/// The picture with at most `side` pixels at its longer side, as it was held; none of what is no JPEG, PNG or GIF picture within the
/// bounds.
pub fn thumbnail(picture: &[u8], side: usize) -> Option<Thumbnail> {
    if picture.len() as u64 > THUMBNAIL_BYTES {
        return None;
    }
    let (pixels, turn) = picture::decoded(picture, BOUNDS).ok()?;
    let pixels = pixels.smaller(side).turned(turn);
    let (bytes, content_type) = if is_opaque(&pixels) {
        (jpeg(&pixels)?, "image/jpeg")
    } else {
        (picture::written(&pixels)?, "image/png")
    };
    Some(Thumbnail { bytes, content_type })
}

/// Of a hundred.
const QUALITY: u8 = 80;

fn jpeg(pixels: &Pixels) -> Option<Vec<u8>> {
    let colours: Vec<u8> = pixels
        .bytes
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let (width, height) = (u32::try_from(pixels.width).ok()?, u32::try_from(pixels.height).ok()?);
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY)
        .encode(&colours, width, height, image::ExtendedColorType::Rgb8)
        .ok()?;
    Some(file)
}

fn is_opaque(pixels: &Pixels) -> bool {
    pixels.bytes.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG file of so many channels, whose pixels get lighter from left to right and, in red, from top to bottom.
    fn file(width: u32, height: u32, color: png::ColorType) -> Vec<u8> {
        let channels = color.samples();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        let mut pixels = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let across = (x * 255 / width) as u8;
                let down = (y * 255 / height) as u8;
                pixels.extend_from_slice(&[down, across, 40, across][..channels]);
            }
        }
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&pixels).expect("pixels");
        writer.finish().expect("an end");
        file
    }

    /// The pixels of one of ours.
    fn shown(made: &Thumbnail) -> Pixels {
        let (pixels, turn) = picture::decoded(&made.bytes, BOUNDS).expect("a picture");
        assert_eq!(turn, 1);
        pixels
    }

    #[test]
    fn a_picture_becomes_a_small_one_of_the_same_look() {
        let made = thumbnail(&file(1_501, 1_003, png::ColorType::Rgb), 240).expect("a picture");
        assert_eq!(made.content_type, "image/jpeg");
        let seen = shown(&made);
        assert_eq!((seen.width, seen.height), (240, 160));
        for (x, y) in [(0, 0), (239, 0), (0, 159), (239, 159), (120, 80), (37, 101)] {
            let pixel = &seen.bytes[(y * seen.width + x) * 3..][..3];
            let expected = [(y * 255 / 160) as i32, (x * 255 / 240) as i32, 40];
            for (ours, expected) in pixel.iter().zip(expected) {
                assert!((i32::from(*ours) - expected).abs() < 10, "{x} {y}: {pixel:?}");
            }
        }
        assert!(made.bytes.len() < 8_000, "{} bytes", made.bytes.len());
    }

    #[test]
    fn what_shines_through_stays_so_and_small_ones_keep_their_size() {
        let made = thumbnail(&file(9, 5, png::ColorType::Rgba), 240).expect("a picture");
        assert_eq!(made.content_type, "image/png");
        let seen = shown(&made);
        assert_eq!((seen.width, seen.height, seen.bytes[3]), (9, 5, 0));
        let grey = thumbnail(&file(17, 3, png::ColorType::Grayscale), 240).expect("a picture");
        let seen = shown(&grey);
        assert_eq!((seen.width, seen.height), (17, 3));
    }

    #[test]
    fn sec_157_a_picture_of_a_hundred_megapixels_is_not_decoded() {
        // The header alone says so: there is not a single pixel behind it.
        let mut bomb = file(8, 8, png::ColorType::Rgb);
        bomb.splice(16..24, [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        assert_eq!(thumbnail(&bomb, 240), None);
        for other in [&b"<svg/>"[..], b"", b"GIF89a", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0"] {
            assert_eq!(thumbnail(other, 240), None);
        }
    }
}
