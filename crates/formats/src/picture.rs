//! Pictures of people's files, decoded within bounds (SEC-157): what they say of their size is checked before anything is decoded.

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Passes of a JPEG file: each goes over all pixels, and costs its sender some twenty bytes.
const SCANS: usize = 64;

/// What is decoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The most pixels of each side.
    pub(crate) side: usize,
    /// The most bytes that a decoder may take for pixels and for what comes before them.
    pub(crate) memory: usize,
}

/// Why a picture is not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Another format, whatever its name says.
    Kind,
    /// Too many pixels.
    Size(usize, usize),
    /// Damaged, or of a form that is not known.
    Unreadable,
}

/// Pixels, line by line: grey (one byte a pixel), grey and opacity, red, green and blue, or these and opacity (four).
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) channels: usize,
    pub(crate) bytes: Vec<u8>,
}

/// Decodes a JPEG, PNG or GIF picture; of the last the first frame. The number says how a camera was held, 1 to 8.
pub(crate) fn decoded(picture: &[u8], bounds: Bounds) -> Result<(Pixels, u16), Refused> {
    match picture {
        [0xff, 0xd8, 0xff, ..] => jpeg(picture, bounds),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => png(picture, bounds).map(|pixels| (pixels, 1)),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => gif(picture, bounds).map(|pixels| (pixels, 1)),
        _ => Err(Refused::Kind),
    }
}

impl Bounds {
    /// Refuses sizes before anything is decoded; `bytes` are taken for each pixel.
    fn check(self, width: usize, height: usize, bytes: usize) -> Result<(), Refused> {
        if width == 0 || height == 0 {
            return Err(Refused::Unreadable);
        }
        let taken = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(bytes));
        if width > self.side || height > self.side || taken.is_none_or(|taken| taken > self.memory) {
            return Err(Refused::Size(width, height));
        }
        Ok(())
    }
}

fn jpeg(picture: &[u8], bounds: Bounds) -> Result<(Pixels, u16), Refused> {
    let unreadable = |_| Refused::Unreadable;
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .jpeg_set_max_scans(SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().map_err(unreadable)?;
    let (width, height) = decoder.dimensions().ok_or(Refused::Unreadable)?;
    // Of several passes the coefficients of all colours are kept, two bytes each.
    let bytes = if is_in_passes(picture) { 3 + 6 } else { 3 };
    bounds.check(width, height, bytes)?;
    let rgb = decoder.decode().map_err(unreadable)?;
    if rgb.len() != width * height * 3 {
        return Err(Refused::Unreadable);
    }
    let turn = decoder.exif().and_then(|exif| orientation(exif)).unwrap_or(1);
    let pixels = Pixels {
        width,
        height,
        channels: 3,
        bytes: rgb,
    };
    Ok((pixels, turn))
}

/// Whether a JPEG file says before its first pass that it has several: the marker SOF2 or a later one stands in place of SOF0. One
/// that cannot be told counts as such.
fn is_in_passes(picture: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker]) = picture.get(at..at + 2).and_then(|bytes| bytes.first_chunk::<2>()) {
        match marker {
            0xc0 | 0xc1 => return false,
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            _ if (0xc2..=0xcf).contains(&marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return true,
            _ => {
                let Some(&[high, low]) = picture.get(at + 2..at + 4).and_then(|bytes| bytes.first_chunk::<2>()) else {
                    return true;
                };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
            }
        }
    }
    true
}

fn png(picture: &[u8], bounds: Bounds) -> Result<Pixels, Refused> {
    let unreadable = |_| Refused::Unreadable;
    let limits = png::Limits { bytes: bounds.memory };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(picture), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(unreadable)?;
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    bounds.check(width, height, 4)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or(Refused::Unreadable)?];
    let frame = reader.next_frame(&mut bytes).map_err(unreadable)?;
    bytes.truncate(frame.buffer_size());
    let channels = frame.color_type.samples();
    if bytes.len() != width * height * channels {
        return Err(Refused::Unreadable);
    }
    Ok(Pixels {
        width,
        height,
        channels,
        bytes,
    })
}

/// The first frame of a GIF picture.
fn gif(picture: &[u8], bounds: Bounds) -> Result<Pixels, Refused> {
    let unreadable = |_| Refused::Unreadable;
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let memory = std::num::NonZeroU64::new(bounds.memory as u64).ok_or(Refused::Unreadable)?;
    options.set_memory_limit(gif::MemoryLimit::Bytes(memory));
    let mut decoder = options.read_info(Cursor::new(picture)).map_err(unreadable)?;
    let (width, height) = (decoder.width().into(), decoder.height().into());
    // The frame, and the picture that it is a part of.
    bounds.check(width, height, 8)?;
    let frame = decoder.read_next_frame().map_err(unreadable)?;
    let frame = frame.ok_or(Refused::Unreadable)?;
    let (left, top): (usize, usize) = (frame.left.into(), frame.top.into());
    let row = usize::from(frame.width) * 4;
    let mut bytes = vec![0; width * height * 4];
    if row > 0 {
        // What reaches out of the picture is not shown.
        let shown = usize::from(frame.width).min(width.saturating_sub(left)) * 4;
        for (line, pixels) in frame
            .buffer
            .chunks_exact(row)
            .enumerate()
            .take(height.saturating_sub(top))
        {
            let begin = ((top + line) * width + left.min(width)) * 4;
            bytes[begin..begin + shown].copy_from_slice(&pixels[..shown]);
        }
    }
    Ok(Pixels {
        width,
        height,
        channels: 4,
        bytes,
    })
}

/// How a camera was held: the tag 274 of EXIF, 1 to 8.
pub(crate) fn orientation(exif: &[u8]) -> Option<u16> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| -> Option<usize> {
        let (one, other) = (usize::from(short(at)?), usize::from(short(at + 2)?));
        Some(if is_little {
            other << 16 | one
        } else {
            one << 16 | other
        })
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map(|entry| directory.saturating_add(2 + entry * 12))
        .take_while(|at| at.saturating_add(12) <= tiff.len())
        .find(|&at| short(at) == Some(274))
        .and_then(|at| short(at + 8))
        .filter(|value| (1..=8).contains(value))
}

impl Pixels {
    /// Red, green, blue and opacity of a pixel.
    fn rgba(pixel: &[u8]) -> [u8; 4] {
        match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, opacity] => [grey, grey, grey, opacity],
            [red, green, blue] => [red, green, blue, 255],
            [red, green, blue, opacity] => [red, green, blue, opacity],
            _ => [0; 4],
        }
    }

    /// The picture as it was seen. It has four channels.
    pub(crate) fn turned(self, orientation: u16) -> Pixels {
        let (width, height) = (self.width, self.height);
        if orientation == 1 {
            return self;
        }
        let (new_width, new_height) = if orientation >= 5 {
            (height, width)
        } else {
            (width, height)
        };
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (from_x, from_y) = match orientation {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    _ => (width - 1 - y, x),
                };
                let at = (from_y * width + from_x) * 4;
                bytes.extend_from_slice(&self.bytes[at..at + 4]);
            }
        }
        Pixels {
            width: new_width,
            height: new_height,
            channels: 4,
            bytes,
        }
    }

    /// With at most `side` pixels at the longer side, and four channels: each pixel is the average of those that it stands for.
    pub(crate) fn smaller(self, side: usize) -> Pixels {
        let longer = self.width.max(self.height);
        if longer <= side {
            let pixels = self.bytes.chunks_exact(self.channels.max(1));
            return Pixels {
                width: self.width,
                height: self.height,
                channels: 4,
                bytes: pixels.flat_map(Pixels::rgba).collect(),
            };
        }
        let scaled = |length: usize| (length * side / longer).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut bytes = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            let rows = y * self.height / height..(y + 1) * self.height / height;
            for x in 0..width {
                let columns = x * self.width / width..(x + 1) * self.width / width;
                bytes.extend_from_slice(&self.average(rows.clone(), columns));
            }
        }
        Pixels {
            width,
            height,
            channels: 4,
            bytes,
        }
    }

    fn average(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> [u8; 4] {
        let number = (rows.len() * columns.len()).max(1) as u64;
        let mut sums = [0_u64; 4];
        for row in rows {
            let line = row * self.width;
            let line = &self.bytes[(line + columns.start) * self.channels..(line + columns.end) * self.channels];
            for pixel in line.chunks_exact(self.channels) {
                let pixel = Pixels::rgba(pixel);
                // What is not seen colours nothing.
                let opacity = u64::from(pixel[3]);
                for channel in 0..3 {
                    sums[channel] += u64::from(pixel[channel]) * opacity;
                }
                sums[3] += opacity;
            }
        }
        let seen = sums[3].max(1);
        let channel = |sum: u64| ((sum + seen / 2) / seen).min(255) as u8;
        let opacity = ((sums[3] + number / 2) / number).min(255) as u8;
        [channel(sums[0]), channel(sums[1]), channel(sums[2]), opacity]
    }
}

/// Pixels of four channels as a PNG file.
pub(crate) fn written(pixels: &Pixels) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let (width, height) = (u32::try_from(pixels.width).ok()?, u32::try_from(pixels.height).ok()?);
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels.bytes).ok()?;
    writer.finish().ok()?;
    Some(file)
}
