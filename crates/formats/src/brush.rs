//! The stream in which brush regions carry their mask: run lengths of the bytes of an RGBA picture, packed bit by bit.
//!
//! The first 32 bits are the number of bytes of the picture, 5 bits the size of a word less one, four times 4 bits the
//! possible sizes of a length less one. Then come stretches: one bit says whether a word is repeated, two bits which size
//! the length has, then the length less one, then the word, or as many words as the length says. All numbers begin with
//! their highest bit. Only the fourth channel (alpha) means something: it is the mask.
//!
//! Streams come from outside. Nothing is reserved by what a stream says of itself: the mask grows as it is read, and never
//! beyond [`MAX_PIXELS`].

/// Pixels of the largest mask that is read: 16,384 × 8,192.
pub const MAX_PIXELS: u64 = 1 << 27;

/// Why a stream is no mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrushError {
    /// Width times height is zero or beyond [`MAX_PIXELS`].
    #[error("a mask of {0} × {1} pixels is not read")]
    Size(u32, u32),
    /// The stream is of a picture of another size.
    #[error("the mask is of another size than the picture")]
    OtherSize,
    /// The stream ends before the picture is complete.
    #[error("the mask breaks off")]
    Truncated,
    /// A word does not fit into a byte.
    #[error("the mask holds values beyond 255")]
    Word,
}

/// The mask of a stream: a byte for each pixel, row by row from the top left; 0 is outside.
pub fn decode(stream: &[u8], width: u32, height: u32) -> Result<Vec<u8>, BrushError> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(BrushError::Size(width, height));
    }
    let mut bits = Bits::new(stream);
    let total = u64::from(bits.read(32)?);
    if total != pixels * 4 {
        return Err(BrushError::OtherSize);
    }
    let word_size = bits.read(5)? + 1;
    let mut sizes = [0; 4];
    for size in &mut sizes {
        *size = bits.read(4)? + 1;
    }
    let mut mask = Vec::new();
    let mut at: u64 = 0;
    while at < total {
        let repeated = bits.read(1)? == 1;
        let size = sizes[bits.read(2)? as usize & 3];
        // A stretch that goes beyond the end is cut there.
        let end = (at + u64::from(bits.read(size)?) + 1).min(total);
        if repeated {
            let word = byte(bits.read(word_size)?)?;
            // Of each four bytes the last is the pixel's.
            let number = (end / 4 - at / 4) as usize;
            mask.resize(mask.len() + number, word);
            at = end;
        } else {
            while at < end {
                let word = byte(bits.read(word_size)?)?;
                if at % 4 == 3 {
                    mask.push(word);
                }
                at += 1;
            }
        }
    }
    Ok(mask)
}

fn byte(word: u32) -> Result<u8, BrushError> {
    u8::try_from(word).map_err(|_| BrushError::Word)
}

/// Bits of a length: what the packers in use write.
const SIZES: [u32; 4] = [3, 4, 8, 16];

/// The stream of a mask: all four channels of a pixel are its value. The bytes are those of the reference.
///
/// A mask beyond [`MAX_PIXELS`] is cut off there.
pub fn encode(mask: &[u8]) -> Vec<u8> {
    let mask = &mask[..mask.len().min(MAX_PIXELS as usize)];
    let mut out = Writer::default();
    out.write(mask.len() as u64 * 4, 32);
    out.write(7, 5);
    for size in SIZES {
        out.write(u64::from(size) - 1, 4);
    }
    let mut rest = mask;
    while let Some(value) = rest.first() {
        let run = rest.iter().position(|other| other != value).unwrap_or(rest.len());
        rest = &rest[run..];
        let mut length = run as u64 * 4;
        while length > 0 {
            let part = length.min(1 << 16);
            length -= part;
            let index = SIZES.iter().position(|size| part <= 1 << size).unwrap_or(3);
            out.write(1, 1);
            out.write(index as u64, 2);
            out.write(part - 1, SIZES[index]);
            out.write(u64::from(*value), 8);
        }
    }
    out.finish()
}

struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// Bits that were taken and not read yet, in the lowest places.
    held: u64,
    number: u32,
}

impl Bits<'_> {
    fn new(bytes: &[u8]) -> Bits<'_> {
        Bits {
            bytes: bytes.iter(),
            held: 0,
            number: 0,
        }
    }

    /// The next `size` bits, at most 32.
    fn read(&mut self, size: u32) -> Result<u32, BrushError> {
        while self.number < size {
            let byte = self.bytes.next().ok_or(BrushError::Truncated)?;
            self.held = self.held << 8 | u64::from(*byte);
            self.number += 8;
        }
        self.number -= size;
        Ok((self.held >> self.number & ((1 << size) - 1)) as u32)
    }
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    held: u64,
    number: u32,
}

impl Writer {
    fn write(&mut self, value: u64, size: u32) {
        self.held = self.held << size | value;
        self.number += size;
        while self.number >= 8 {
            self.number -= 8;
            self.bytes.push((self.held >> self.number & 0xff) as u8);
        }
    }

    /// Fills the last byte; the reference adds a byte of zeros when there is nothing to fill.
    fn finish(mut self) -> Vec<u8> {
        self.write(0, 8 - self.number % 8);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{BrushError, MAX_PIXELS, decode, encode};
    use proptest::prelude::*;

    #[test]
    fn the_end_of_a_stream_is_missed_and_never_panics() {
        let stream = encode(&[255; 100]);
        for end in 0..stream.len() - 1 {
            assert_eq!(decode(&stream[..end], 10, 10), Err(BrushError::Truncated));
        }
        assert_eq!(decode(&stream, 10, 11), Err(BrushError::OtherSize));
        assert_eq!(decode(&stream, 0, 10), Err(BrushError::Size(0, 10)));
        assert_eq!(
            decode(&stream, u32::MAX, u32::MAX),
            Err(BrushError::Size(u32::MAX, u32::MAX))
        );
    }

    #[test]
    fn literal_stretches_and_wide_words_are_read() {
        // 4 bytes, words of 8 bits, lengths of 3, 4, 8 and 16 bits; four words as they are: 1, 2, 3, 4.
        let bits = [
            format!("{:032b}{:05b}{:04b}{:04b}{:04b}{:04b}", 4, 7, 2, 3, 7, 15),
            format!("000{:03b}{:08b}{:08b}{:08b}{:08b}", 3, 1, 2, 3, 4),
        ]
        .concat();
        assert_eq!(decode(&packed(&bits), 1, 1), Ok(vec![4]));
        let wide = format!(
            "{:032b}{:05b}{:04b}{:04b}{:04b}{:04b}100{:03b}{:016b}",
            4, 15, 2, 3, 7, 15, 3, 256
        );
        assert_eq!(decode(&packed(&wide), 1, 1), Err(BrushError::Word));
    }

    fn packed(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().map(|bit| bit - b'0').collect();
        bits.chunks(8)
            .map(|byte| byte.iter().enumerate().map(|(at, bit)| bit << (7 - at)).sum())
            .collect()
    }

    #[test]
    fn a_small_stream_reserves_no_large_memory() {
        // It promises the largest mask and breaks off: what was reserved is what was read.
        let mut stream = encode(&[]);
        stream[..4].copy_from_slice(&(MAX_PIXELS as u32 * 4).to_be_bytes());
        assert_eq!(decode(&stream, 1 << 14, 1 << 13), Err(BrushError::Truncated));
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(
            runs in prop::collection::vec((0_u8..=255, prop_oneof![1_usize..6, 60..70_usize, 16_000..40_000_usize]), 1..20)
        ) {
            let mask: Vec<u8> = runs.iter().flat_map(|(value, length)| std::iter::repeat_n(*value, *length)).collect();
            prop_assert_eq!(decode(&encode(&mask), mask.len() as u32, 1), Ok(mask));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(0_u8..=255, 0..80), width in 0_u32..9, height in 0_u32..9) {
            let mut bytes = bytes;
            if bytes.len() >= 4 && width > 4 {
                // As many streams as not promise the right size.
                bytes[..4].copy_from_slice(&(width * height * 4).to_be_bytes());
            }
            if let Ok(mask) = decode(&bytes, width, height) {
                prop_assert_eq!(mask.len() as u32, width * height);
            }
        }
    }
}
