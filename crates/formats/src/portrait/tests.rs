use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::picture::{Pixels, orientation};

/// 16 × 8 pixels, the left half red, the right half blue, by a camera that was held upright (orientation 6), with "planted-secret"
/// as its owner and "planted-comment" as a comment.
const JPEG: &str = "/9j/4AAQSkZJRgABAQAAAQABAAD/4QA+RXhpZgAATU0AKgAAAAgAAgESAAMAAAABAAYAAIKYAAIAAAAPAAAAJgAAAABwbGFudGVkLXNlY3JldAAA//4AEXBs\
    YW50ZWQtY29tbWVudP/bAEMADQkKCwoIDQsKCw4ODQ8TIBUTEhITJxweFyAuKTEwLiktLDM6Sj4zNkY3LC1AV0FGTE5SU1IyPlphWlBgSlFST//bAEMBDg4O\
    ExETJhUVJk81LTVPT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT//AABEIAAgAEAMBIgACEQEDEQH/xAAVAAEBAAAA\
    AAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAF/8QAGBEAAgMAAAAAAAAAAAAAAAAAAAZDgsH/2gAMAwEA\
    AhEDEQA/AIaGBdWlro6yRWw//9k=";

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).expect("base64")
}

fn shown(file: &[u8]) -> Pixels {
    let (pixels, _) = picture::decoded(file, BOUNDS).expect("a PNG file");
    pixels.smaller(usize::MAX)
}

fn pixel(pixels: &Pixels, x: usize, y: usize) -> [u8; 4] {
    let at = (y * pixels.width + x) * 4;
    pixels.bytes[at..at + 4].try_into().expect("four bytes")
}

/// A PNG file of one colour, with a text in it and something behind its end.
fn large(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .add_text_chunk("Author".to_owned(), "planted-secret".to_owned())
        .expect("a text");
    let mut writer = encoder.write_header().expect("a header");
    writer
        .write_image_data(&[9, 99, 199].repeat((width * height) as usize))
        .expect("pixels");
    writer.finish().expect("an end");
    file.extend_from_slice(b"<script>planted()</script>");
    file
}

#[test]
fn sec_157_a_portrait_is_made_anew_and_keeps_nothing_but_its_pixels() {
    let camera = bytes(JPEG);
    assert!(
        camera.windows(14).any(|window| window == b"planted-secret"),
        "as it came"
    );
    let ours = portrait(&camera).expect("a picture");
    assert!(ours.starts_with(b"\x89PNG") && !ours.windows(7).any(|window| window == b"planted"));
    let seen = shown(&ours);
    assert_eq!((seen.width, seen.height), (8, 16), "as it was seen");
    let (above, below) = (pixel(&seen, 4, 3), pixel(&seen, 4, 12));
    assert!(
        above[0] > 200 && above[2] < 60 && below[2] > 200 && below[0] < 60,
        "{above:?} {below:?}"
    );

    let ours = portrait(&large(1_200, 600)).expect("a picture");
    assert!(!ours.windows(7).any(|window| window == b"planted"));
    let seen = shown(&ours);
    assert_eq!(
        (seen.width, seen.height, pixel(&seen, 255, 127)),
        (256, 128, [9, 99, 199, 255])
    );
    assert_eq!(portrait(&ours).expect("its own"), ours);
}

#[test]
fn what_is_not_seen_colours_nothing() {
    let pixels = Pixels {
        width: 512,
        height: 1,
        channels: 4,
        bytes: [[200, 0, 0, 255], [0, 255, 0, 0]].concat().repeat(256),
    };
    assert_eq!(pixel(&pixels.smaller(SIDE), 7, 0), [200, 0, 0, 128]);
}

#[test]
fn sec_157_what_is_no_picture_within_the_limits_is_refused() {
    for (picture, error) in [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            PortraitError::Kind,
        ),
        (b"GIF89a".to_vec(), PortraitError::Unreadable),
        (
            [b"GIF89a".as_slice(), &[8, 0, 1, 0, 0, 0, 0]].concat(),
            PortraitError::Unreadable,
        ),
        (large(1_201, 1), PortraitError::Pixels(1_201, 1)),
        ([large(8, 8), vec![0; PORTRAIT_BYTES]].concat(), PortraitError::TooLarge),
        (large(8, 8)[..60].to_vec(), PortraitError::Unreadable),
        (bytes(JPEG)[..300].to_vec(), PortraitError::Unreadable),
    ] {
        assert_eq!(portrait(&picture).err(), Some(error), "{:?}", &picture[..6]);
    }
    // The size of a JPEG stands behind the marker SOF0: 65,535 × 65,535 pixels.
    let mut bomb = bytes(JPEG);
    let at = bomb
        .windows(2)
        .position(|window| window == [0xff, 0xc0])
        .expect("a marker");
    bomb[at + 5..at + 9].fill(0xff);
    assert!(portrait(&bomb).is_err());
}

#[test]
fn orientations_are_read_from_either_order_of_bytes() {
    let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0";
    assert_eq!(orientation(little), Some(3));
    assert_eq!(orientation(&[b"Exif\0\0".as_slice(), little].concat()), Some(3));
    for damaged in [&little[..12], b"II*\0\xff\xff\xff\xff", b"", b"MM\0*\0\0\0\x08\xff\xff"] {
        assert_eq!(orientation(damaged), None);
    }
}
