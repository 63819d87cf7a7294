//! The pictures that people show of themselves, made anew from their pixels (SEC-157): what comes out is a small PNG of ours,
//! without places, times, names of cameras, further frames, or bytes that are something else for another program.

use thiserror::Error;

use crate::picture::{self, Bounds, Refused};

/// The most bytes of a picture that is taken.
pub const PORTRAIT_BYTES: usize = 1024 * 1024;
/// Pixels of the longer side that is kept: twice what is shown largest, for dense screens.
const SIDE: usize = 256;
/// Four bytes a pixel, three times over.
const BOUNDS: Bounds = Bounds {
    side: 1_200,
    memory: 16 * 1024 * 1024,
};

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

/// Makes the picture anew: a PNG file of at most 256 × 256 pixels.
///
/// # Errors
/// Anything but a JPEG, PNG or GIF picture within the limits.
pub fn portrait(picture: &[u8]) -> Result<Vec<u8>, PortraitError> {
    if picture.len() > PORTRAIT_BYTES {
        return Err(PortraitError::TooLarge);
    }
    let (pixels, turn) = picture::decoded(picture, BOUNDS).map_err(|refused| match refused {
        Refused::Kind => PortraitError::Kind,
        Refused::Size(width, height) => PortraitError::Pixels(width, height),
        Refused::Unreadable => PortraitError::Unreadable,
    })?;
    picture::written(&pixels.smaller(SIDE).turned(turn)).ok_or(PortraitError::Unreadable)
}

#[cfg(test)]
mod tests;
