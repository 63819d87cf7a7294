//! PNG for pictures of flat areas: masks, and numbers of segments.
//!
//! Of a mask nearly every row is like the one above it, so that all that is to be written is runs of zeros. An encoder for any picture
//! looks at each byte of them several times (its filter, its copy, its search for repetitions: 5 ms for 12 megapixels); this one compares
//! rows and counts. Its code is one for all pictures, made for runs: a run of 258 bytes takes two bits.

use std::io::Write;

use flate2::Crc;

use super::ExportError;

/// What the bytes of a pixel are.
pub(super) enum Colors<'a> {
    /// One byte: how bright it is.
    Gray,
    /// Three bytes: red, green, blue.
    Rgb,
    /// One byte: the number of a colour among these, of three bytes each.
    Palette(&'a [u8]),
}

/// Writes a picture, row by row from the top left.
///
/// # Errors
/// Pixels that are not as many as the picture has, and what `out` says.
pub(super) fn write(
    out: &mut dyn Write,
    (width, height): (u32, u32),
    colors: &Colors<'_>,
    pixels: &[u8],
) -> Result<(), ExportError> {
    let (kind, bytes) = match colors {
        Colors::Gray => (0, 1),
        Colors::Rgb => (2, 3),
        Colors::Palette(_) => (3, 1),
    };
    let row = width as usize * bytes;
    if row == 0 || height == 0 || pixels.len() != row * height as usize {
        return Err(std::io::Error::other("a picture without pixels, or with others than it says").into());
    }
    out.write_all(b"\x89PNG\r\n\x1a\n")?;
    let mut head = Vec::with_capacity(13);
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    // Eight bits of each; the only compression and filter method there are; not interlaced.
    head.extend([8, kind, 0, 0, 0]);
    chunk(out, b"IHDR", &head)?;
    if let Colors::Palette(colors) = colors {
        chunk(out, b"PLTE", colors)?;
    }
    chunk(out, b"IDAT", &compressed(pixels, row))?;
    chunk(out, b"IEND", &[])
}

fn chunk(out: &mut dyn Write, name: &[u8; 4], data: &[u8]) -> Result<(), ExportError> {
    let length = u32::try_from(data.len()).map_err(|_| std::io::Error::other("a picture of more than 4 GiB"))?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(name)?;
    out.write_all(data)?;
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(data);
    Ok(out.write_all(&crc.sum().to_be_bytes())?)
}

/// Filter of a row whose bytes are differences to the row above.
const UP: u8 = 2;
/// Bytes that are compared at once.
const STEP: usize = 64;

/// The rows as a zlib stream.
fn compressed(pixels: &[u8], row: usize) -> Vec<u8> {
    let blank = vec![0; row];
    let mut above = &blank[..];
    let mut stream = Stream::new();
    for own in pixels.chunks_exact(row) {
        if own == &blank[..] {
            // As it is (filter 0): with the number of its filter it is zeros, like what comes before and behind it.
            stream.put(0, row as u64 + 1);
        } else {
            stream.put(UP, 1);
            if own == above {
                stream.put(0, row as u64);
            } else {
                differences(&mut stream, own, above);
            }
        }
        above = own;
    }
    stream.end()
}

fn differences(stream: &mut Stream, own: &[u8], above: &[u8]) {
    for (own, above) in own.chunks(STEP).zip(above.chunks(STEP)) {
        if own == above {
            stream.put(0, own.len() as u64);
            continue;
        }
        for (own, above) in own.iter().zip(above) {
            stream.put(own.wrapping_sub(*above), 1);
        }
    }
}

/// Length of the code of a byte, in bits. With the codes below and the 28 others of seven bits these fill the space of codes.
fn bits_of_byte(byte: usize) -> u8 {
    match byte {
        0 => 3,
        2 => 4,
        1 | 255 => 6,
        _ => 12,
    }
}

/// Bytes that the longest repetition has.
const LONGEST: u64 = 258;
/// The symbol that ends the data.
const END: usize = 256;
/// The symbol of the longest repetition.
const LONGEST_SYMBOL: usize = 285;
/// Symbols of bytes, of the end and of repetitions.
const SYMBOLS: usize = 286;

fn lengths() -> [u8; SYMBOLS] {
    std::array::from_fn(|symbol| match symbol {
        0..END => bits_of_byte(symbol),
        END => 10,
        LONGEST_SYMBOL => 1,
        _ => 7,
    })
}

/// The codes of these lengths, shorter ones first (RFC 1951, 3.2.2), with their bits turned round: the stream begins with the lowest.
fn codes<const N: usize>(lengths: &[u8; N]) -> [u16; N] {
    let mut codes = [0; N];
    let mut next = 0_u16;
    for length in 1..=15 {
        next <<= 1;
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, own)| **own == length) {
            *code = next.reverse_bits() >> (16 - length);
            next += 1;
        }
    }
    codes
}

/// The order in which a block tells the lengths of the codes for lengths.
const ORDER: [usize; 18] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];

/// A zlib stream with one block.
struct Stream {
    out: Vec<u8>,
    /// Bits that are no whole byte yet, in the lowest places.
    held: u64,
    number: u32,
    codes: [u16; SYMBOLS],
    lengths: [u8; SYMBOLS],
    /// The byte that goes on, and how often it has come.
    byte: u8,
    times: u64,
    /// Adler-32 of what has been put.
    sums: [u64; 2],
}

impl Stream {
    fn new() -> Stream {
        let lengths = lengths();
        let mut stream = Stream {
            // Deflate with a window of 32 KiB.
            out: vec![0x78, 0x01],
            held: 0,
            number: 0,
            codes: codes(&lengths),
            lengths,
            byte: 0,
            times: 0,
            sums: [1, 0],
        };
        stream.head();
        stream
    }

    /// The last block, with codes of its own; one distance, of one byte.
    fn head(&mut self) {
        self.bits(1, 1);
        self.bits(2, 2);
        self.bits((SYMBOLS - 257) as u64, 5);
        self.bits(0, 5);
        self.bits(ORDER.len() as u64 - 4, 4);
        // Lengths of the codes for the lengths that there are.
        let mut own = [0_u8; 19];
        for (length, bits) in [(12, 1), (7, 2), (6, 4), (1, 4), (3, 4), (4, 5), (10, 5)] {
            own[length] = bits;
        }
        for length in ORDER {
            self.bits(u64::from(own[length]), 3);
        }
        let told = codes(&own);
        let lengths = self.lengths;
        for length in lengths.iter().chain(&[1]).map(|length| usize::from(*length)) {
            self.bits(u64::from(told[length]), u32::from(own[length]));
        }
    }

    fn bits(&mut self, bits: u64, number: u32) {
        self.held |= bits << self.number;
        self.number += number;
        while self.number >= 8 {
            self.out.push(self.held as u8);
            self.held >>= 8;
            self.number -= 8;
        }
    }

    fn symbol(&mut self, symbol: usize) {
        self.bits(u64::from(self.codes[symbol]), u32::from(self.lengths[symbol]));
    }

    /// A byte, so many times.
    fn put(&mut self, byte: u8, times: u64) {
        if byte != self.byte {
            self.flush();
            self.byte = byte;
        }
        self.times += times;
    }

    /// Writes the byte that went on until now.
    fn flush(&mut self) {
        let (byte, mut times) = (self.byte, self.times);
        self.times = 0;
        if times == 0 {
            return;
        }
        self.sum(u64::from(byte), times);
        // The first is written, the others repeat the one before.
        self.symbol(usize::from(byte));
        times -= 1;
        while times >= LONGEST {
            // Its code and that of the distance, which is a zero.
            self.bits(u64::from(self.codes[LONGEST_SYMBOL]), 2);
            times -= LONGEST;
        }
        if times >= 3 {
            let (symbol, more, bits) = repetition(times);
            self.symbol(symbol);
            self.bits(more, bits);
            self.bits(0, 1);
        } else {
            for _ in 0..times {
                self.symbol(usize::from(byte));
            }
        }
    }

    fn sum(&mut self, byte: u64, times: u64) {
        const MODULUS: u64 = 65_521;
        let mut left = times;
        while left > 0 {
            // So that nothing grows beyond its 64 bits.
            let part = left.min(1 << 20);
            let [one, two] = self.sums;
            self.sums = [
                (one + byte * part) % MODULUS,
                (two + one * part + byte * (part * (part + 1) / 2)) % MODULUS,
            ];
            left -= part;
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.flush();
        self.symbol(END);
        if self.number > 0 {
            self.bits(0, 8 - self.number);
        }
        let [one, two] = self.sums;
        self.out.extend(((two << 16 | one) as u32).to_be_bytes());
        self.out
    }
}

/// The symbol of a repetition of 3 to 257 bytes, and what it says besides, in so many bits (RFC 1951, 3.2.5).
fn repetition(length: u64) -> (usize, u64, u32) {
    let from = length - 3;
    if from < 8 {
        return (257 + from as usize, 0, 0);
    }
    // Of each power of two there are four symbols.
    let bits = from.ilog2() - 2;
    let symbol = 257 + 4 * bits as usize + (from >> bits) as usize;
    (symbol, from & ((1 << bits) - 1), bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq};

    use super::{Colors, codes, lengths, repetition, write};

    fn read(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().expect("a head");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a picture");
        pixels.truncate(info.buffer_size());
        (info.width, info.height, pixels)
    }

    fn back(size: (u32, u32), colors: &Colors<'_>, pixels: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, size, colors, pixels).expect("written");
        let (width, height, pixels) = read(&out);
        assert_eq!((width, height), size);
        pixels
    }

    #[test]
    fn the_codes_fill_their_space() {
        let lengths = lengths();
        let space: u32 = lengths.iter().map(|length| 1 << (15 - length)).sum();
        assert_eq!(space, 1 << 15, "neither too many codes nor too few");
        assert_eq!(
            (codes(&lengths)[285], lengths[285]),
            (0, 1),
            "two bits of zero are the longest repetition"
        );
        for (length, wanted) in [
            (3, (257, 0, 0)),
            (10, (264, 0, 0)),
            (11, (265, 0, 1)),
            (12, (265, 1, 1)),
            (130, (280, 15, 4)),
            (131, (281, 0, 5)),
            (257, (284, 30, 5)),
        ] {
            assert_eq!(repetition(length), wanted, "{length}");
        }
    }

    #[test]
    fn masks_are_small_and_come_back() {
        let (width, height) = (4_000_u32, 300_u32);
        let inside = |x: u32, y: u32| (x as i64 - 2_000).pow(2) + 40 * (y as i64 - 150).pow(2) < 800_000;
        let pixels: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| if inside(x, y) { 255 } else { 0 }))
            .collect();
        let mut out = Vec::new();
        write(&mut out, (width, height), &Colors::Gray, &pixels).expect("written");
        assert!(out.len() < 6_000, "{} bytes", out.len());
        assert!(read(&out).2 == pixels);
        for wrong in [(0, 0), (1, 0), (4_000, 299)] {
            assert!(write(&mut Vec::new(), wrong, &Colors::Gray, &pixels).is_err());
        }
    }

    proptest::proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Areas of all lengths and values, beside pixels that are like nothing.
        #[test]
        fn what_is_written_is_read(
            width in 1..700_u32, height in 1..6_u32,
            areas in proptest::collection::vec((0..4_000_usize, 1..1_100_usize, proptest::num::u8::ANY), 0..8),
            noise in proptest::collection::vec((0..4_000_usize, proptest::num::u8::ANY), 0..20),
        ) {
            for (colors, bytes) in [(Colors::Gray, 1), (Colors::Palette(&[7; 768]), 1), (Colors::Rgb, 3)] {
                let mut pixels = vec![0; (width * height * bytes) as usize];
                for (from, length, value) in &areas {
                    for pixel in pixels.iter_mut().skip(*from).take(*length) {
                        *pixel = *value;
                    }
                }
                for (place, value) in &noise {
                    if let Some(pixel) = pixels.get_mut(*place) {
                        *pixel = *value;
                    }
                }
                prop_assert_eq!(back((width, height), &colors, &pixels), pixels);
            }
        }
    }
}
