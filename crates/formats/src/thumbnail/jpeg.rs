//! Writes JPEG files: baseline, three colours without subsampling, with the usual tables of ITU-T T.81, annex K.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

use crate::picture::Pixels;

/// The order in which the coefficients of a block are written.
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Table K.1: steps of brightness, line by line.
const LUMINANCE: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Table K.2: steps of colour.
const CHROMINANCE: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
];

/// Per cent of these steps that are taken: a quality of 80.
const STEP: u16 = 40;

/// A table of codes: how many there are of each length from 1 on, and what they stand for.
struct Code {
    lengths: [u8; 16],
    values: &'static [u8],
}

/// Table K.3.
const DC_LUMINANCE: Code = Code {
    lengths: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Table K.4.
const DC_CHROMINANCE: Code = Code {
    lengths: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    values: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};

/// Table K.5: the number of noughts before a coefficient, and its bits.
const AC_LUMINANCE: Code = Code {
    lengths: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    values: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71,
        0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72,
        0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37,
        0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
        0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
        0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3,
        0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
        0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
        0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};

/// Table K.6.
const AC_CHROMINANCE: Code = Code {
    lengths: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    values: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
        0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1,
        0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36,
        0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,
        0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
        0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a,
        0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba,
        0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
        0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
    ],
};

/// Pixels of four channels, of which the opacity does not count, as a JPEG file; none when a side is longer than such a file says.
pub(super) fn written(pixels: &Pixels) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(pixels.width).ok()?, u16::try_from(pixels.height).ok()?);
    let steps = [LUMINANCE, CHROMINANCE].map(|table| table.map(|step| (step * STEP / 100).clamp(1, 255)));
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (number, steps) in steps.iter().enumerate() {
        let mut table = vec![number as u8];
        table.extend(ZIGZAG.iter().map(|&at| steps[at] as u8));
        segment(&mut out, 0xdb, &table);
    }
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
    segment(&mut out, 0xc0, &frame);
    let codes = [
        (0x00, DC_LUMINANCE),
        (0x10, AC_LUMINANCE),
        (0x01, DC_CHROMINANCE),
        (0x11, AC_CHROMINANCE),
    ];
    for (number, code) in &codes {
        segment(&mut out, 0xc4, &[&[*number], &code.lengths[..], code.values].concat());
    }
    segment(&mut out, 0xda, &[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    let [dc_luminance, ac_luminance, dc_chrominance, ac_chrominance] = codes.map(|(_, code)| code.words());
    let cosines = cosines();
    let mut bits = Bits {
        out,
        held: 0,
        number: 0,
    };
    let mut before = [0; 3];
    for top in (0..pixels.height).step_by(8) {
        for left in (0..pixels.width).step_by(8) {
            for (channel, block) in block(pixels, left, top).iter().enumerate() {
                let (steps, dc, ac) = match channel {
                    0 => (&steps[0], &dc_luminance, &ac_luminance),
                    _ => (&steps[1], &dc_chrominance, &ac_chrominance),
                };
                let coefficients = quantized(block, &cosines, steps);
                bits.block(&coefficients, &mut before[channel], dc, ac);
            }
        }
    }
    let mut out = bits.end();
    out.extend([0xff, 0xd9]);
    Some(out)
}

fn segment(out: &mut Vec<u8>, marker: u8, content: &[u8]) {
    out.extend([0xff, marker]);
    out.extend((content.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(content);
}

/// Brightness and colours of eight by eight pixels, about nought; what is behind the edge is as the edge.
fn block(pixels: &Pixels, left: usize, top: usize) -> [[f32; 64]; 3] {
    let mut block = [[0.0; 64]; 3];
    for at in 0..64 {
        let x = (left + at % 8).min(pixels.width - 1);
        let y = (top + at / 8).min(pixels.height - 1);
        let pixel = &pixels.bytes[(y * pixels.width + x) * 4..];
        let [red, green, blue] = [0, 1, 2].map(|channel| f32::from(pixel[channel]));
        let bright = 0.299 * red + 0.587 * green + 0.114 * blue;
        block[0][at] = bright - 128.0;
        block[1][at] = (blue - bright) / 1.772;
        block[2][at] = (red - bright) / 1.402;
    }
    block
}

/// The waves of a line of eight: wave, then place.
fn cosines() -> [[f32; 8]; 8] {
    let mut cosines = [[0.0; 8]; 8];
    for (wave, line) in cosines.iter_mut().enumerate() {
        let scale = if wave == 0 { FRAC_1_SQRT_2 } else { 1.0 } / 2.0;
        for (place, value) in line.iter_mut().enumerate() {
            *value = scale * ((2 * place + 1) as f32 * wave as f32 * PI / 16.0).cos();
        }
    }
    cosines
}

/// The waves of a block in steps, in the order in which they are written.
fn quantized(block: &[f32; 64], cosines: &[[f32; 8]; 8], steps: &[u16; 64]) -> [i32; 64] {
    let mut lines = [0.0; 64];
    for y in 0..8 {
        for wave in 0..8 {
            lines[y * 8 + wave] = (0..8).map(|x| block[y * 8 + x] * cosines[wave][x]).sum();
        }
    }
    ZIGZAG.map(|at| {
        let (down, across) = (at / 8, at % 8);
        let wave: f32 = (0..8).map(|y| lines[y * 8 + across] * cosines[down][y]).sum();
        (wave / f32::from(steps[at])).round() as i32
    })
}

impl Code {
    /// The code of each value and its length in bits.
    fn words(&self) -> [(u16, u8); 256] {
        let mut words = [(0, 0); 256];
        let (mut code, mut values) = (0_u16, self.values.iter());
        for (length, number) in (1..).zip(self.lengths) {
            for value in values.by_ref().take(number.into()) {
                words[usize::from(*value)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        words
    }
}

/// Bits as they are written.
struct Bits {
    out: Vec<u8>,
    held: u32,
    number: u32,
}

impl Bits {
    /// Writes the lowest `length` bits.
    fn write(&mut self, bits: u32, length: u8) {
        let length = u32::from(length);
        self.held = self.held << length | (bits & ((1 << length) - 1));
        self.number += length;
        while self.number >= 8 {
            self.number -= 8;
            let byte = (self.held >> self.number) as u8;
            self.out.push(byte);
            if byte == 0xff {
                // It would be the beginning of a marker.
                self.out.push(0);
            }
        }
    }

    fn word(&mut self, (code, length): (u16, u8)) {
        self.write(code.into(), length);
    }

    /// A number behind the code that says how many bits it has.
    fn amount(&mut self, value: i32, length: u8) {
        let bits = if value < 0 { value - 1 } else { value };
        self.write(bits as u32, length);
    }

    fn block(&mut self, coefficients: &[i32; 64], before: &mut i32, dc: &[(u16, u8); 256], ac: &[(u16, u8); 256]) {
        let change = coefficients[0] - *before;
        *before = coefficients[0];
        let length = size(change);
        self.word(dc[usize::from(length)]);
        self.amount(change, length);
        let mut noughts = 0;
        for &value in &coefficients[1..] {
            if value == 0 {
                noughts += 1;
                continue;
            }
            while noughts >= 16 {
                self.word(ac[0xf0]);
                noughts -= 16;
            }
            let length = size(value);
            self.word(ac[noughts << 4 | usize::from(length)]);
            self.amount(value, length);
            noughts = 0;
        }
        if noughts > 0 {
            self.word(ac[0]);
        }
    }

    /// Everything, filled up with ones.
    fn end(mut self) -> Vec<u8> {
        self.write(0x7f, 7);
        self.out
    }
}

/// Bits of a number.
fn size(value: i32) -> u8 {
    (32 - value.unsigned_abs().leading_zeros()) as u8
}
