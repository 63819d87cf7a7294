//! The pictures that people show of themselves, made anew from their pixels (SEC-157): what comes out is a small PNG of ours,
//! without places, times, names of cameras, further frames, or bytes that are something else for another program.

use std::io::Cursor;

use thiserror::Error;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The most bytes of a picture that is taken.
pub const PORTRAIT_BYTES: usize = 1024 * 1024;
/// The most pixels of each side that is taken.
const SIDE_MAX: usize = 1_200;
/// Pixels of the longer side that is kept: twice what is shown largest, for dense screens.
const SIDE: usize = 256;
/// Passes of a JPEG file: each goes over all pixels, and costs its sender some twenty bytes.
const SCANS: usize = 64;
/// Bytes that a decoder may take: four a pixel, twice over.
const MEMORY: u64 = 16 * 1024 * 1024;

/// Why a picture is not taken, for who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PortraitError {
    /// Too many bytes.
    #[error("The picture must have at most 1 MiB.")]
    TooLarge,
    /// Another format, whatever its name says.
    #[error("The picture must be a JPEG, PNG or GIF file.")]
    Kind,
    /// Too many pixels.
    #[error("The picture has {0} × {1} pixels; at most 1200 × 1200 are allowed.")]
    Pixels(usize, usize),
    /// Damaged, or of a form that is not known.
    #[error("The picture cannot be read.")]
    Unreadable,
}

/// Pixels of red, green, blue and opacity.
struct Pixels {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

/// Makes the picture anew: a PNG file of at most 256 × 256 pixels.
///
/// # Errors
/// Anything but a JPEG, PNG or GIF picture within the limits.
pub fn portrait(picture: &[u8]) -> Result<Vec<u8>, PortraitError> {
    if picture.len() > PORTRAIT_BYTES {
        return Err(PortraitError::TooLarge);
    }
    let pixels = match picture {
        [0xff, 0xd8, 0xff, ..] => jpeg(picture),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => png(picture),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => gif(picture),
        _ => Err(PortraitError::Kind),
    }?;
    written(&pixels.smaller()).ok_or(PortraitError::Unreadable)
}

/// Refuses sizes before anything is decoded.
fn checked(width: usize, height: usize) -> Result<(usize, usize), PortraitError> {
    if width == 0 || height == 0 {
        Err(PortraitError::Unreadable)
    } else if width > SIDE_MAX || height > SIDE_MAX {
        Err(PortraitError::Pixels(width, height))
    } else {
        Ok((width, height))
    }
}

fn jpeg(picture: &[u8]) -> Result<Pixels, PortraitError> {
    let unreadable = |_| PortraitError::Unreadable;
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .jpeg_set_max_scans(SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().map_err(unreadable)?;
    let (width, height) = decoder.dimensions().ok_or(PortraitError::Unreadable)?;
    checked(width, height)?;
    let rgb = decoder.decode().map_err(unreadable)?;
    if rgb.len() != width * height * 3 {
        return Err(PortraitError::Unreadable);
    }
    let orientation = decoder.exif().and_then(|exif| orientation(exif)).unwrap_or(1);
    let bytes = rgb
        .chunks_exact(3)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]);
    let pixels = Pixels {
        width,
        height,
        bytes: bytes.collect(),
    };
    Ok(pixels.turned(orientation))
}

fn png(picture: &[u8]) -> Result<Pixels, PortraitError> {
    let unreadable = |_| PortraitError::Unreadable;
    let limits = png::Limits { bytes: MEMORY as usize };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(picture), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(unreadable)?;
    let (width, height) = checked(reader.info().width as usize, reader.info().height as usize)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or(PortraitError::Unreadable)?];
    let frame = reader.next_frame(&mut bytes).map_err(unreadable)?;
    bytes.truncate(frame.buffer_size());
    let bytes: Vec<u8> = match frame.color_type {
        png::ColorType::Rgba => bytes,
        png::ColorType::GrayscaleAlpha => bytes
            .chunks_exact(2)
            .flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]])
            .collect(),
        _ => return Err(PortraitError::Unreadable),
    };
    if bytes.len() != width * height * 4 {
        return Err(PortraitError::Unreadable);
    }
    Ok(Pixels { width, height, bytes })
}

/// The first frame of a GIF picture.
fn gif(picture: &[u8]) -> Result<Pixels, PortraitError> {
    let unreadable = |_| PortraitError::Unreadable;
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let memory = std::num::NonZeroU64::new(MEMORY).expect("not zero");
    options.set_memory_limit(gif::MemoryLimit::Bytes(memory));
    let mut decoder = options.read_info(Cursor::new(picture)).map_err(unreadable)?;
    let (width, height) = checked(decoder.width().into(), decoder.height().into())?;
    let frame = decoder.read_next_frame().map_err(unreadable)?;
    let frame = frame.ok_or(PortraitError::Unreadable)?;
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
    Ok(Pixels { width, height, bytes })
}

/// How a camera was held: the tag 274 of EXIF, 1 to 8.
fn orientation(exif: &[u8]) -> Option<u16> {
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
    /// The picture as it was seen.
    fn turned(self, orientation: u16) -> Pixels {
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
            bytes,
        }
    }

    /// Small enough to be kept: each pixel is the average of those that it stands for.
    fn smaller(self) -> Pixels {
        let longer = self.width.max(self.height);
        if longer <= SIDE {
            return self;
        }
        let scaled = |side: usize| (side * SIDE / longer).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut bytes = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            let rows = y * self.height / height..(y + 1) * self.height / height;
            for x in 0..width {
                let columns = x * self.width / width..(x + 1) * self.width / width;
                bytes.extend_from_slice(&self.average(rows.clone(), columns));
            }
        }
        Pixels { width, height, bytes }
    }

    fn average(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> [u8; 4] {
        let number = (rows.len() * columns.len()).max(1) as u64;
        let mut sums = [0_u64; 4];
        for row in rows {
            let line = &self.bytes[(row * self.width + columns.start) * 4..(row * self.width + columns.end) * 4];
            for pixel in line.chunks_exact(4) {
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

fn written(pixels: &Pixels) -> Option<Vec<u8>> {
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

#[cfg(test)]
mod tests;
