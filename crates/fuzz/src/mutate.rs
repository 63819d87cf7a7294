//! Small changes to bytes, from a seed: the same seed makes the same changes.

/// A generator of numbers (SplitMix64). Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`; 0 for 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }
}

/// Bytes and words that parsers stumble over.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"-0",
    b"1e999",
    b"-1e-999",
    b"18446744073709551616",
    b"9223372036854775807",
    b"-9223372036854775809",
    b"4294967296",
    b"2147483648",
    b"0.1",
    b"NaN",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"[[[[",
    b"{\"a\":",
    b"__proto__",
    b"../",
    b"%00",
    b"%2e",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xa8",
    b"\xc3\x28",
    b" ",
    b"\t",
    b"<",
    b">",
    b"&",
    b"'",
];

/// Longest input that is made.
const LONGEST: usize = 64 * 1024;

/// The input with one to six changes; `other` is another input to take pieces from.
pub(crate) fn mutated(numbers: &mut Numbers, input: &[u8], other: &[u8], words: &[&str]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(10) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
            2 => bytes.insert(at, numbers.below(256) as u8),
            3 => {
                let end = (at + 1 + numbers.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let word = WORDS[numbers.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            5 | 6 if !words.is_empty() => {
                let word = words[numbers.below(words.len())].as_bytes();
                bytes.splice(at..at, word.iter().copied());
            }
            7 => {
                // A piece again, sometimes very often: depth and length.
                let end = (at + 1 + numbers.below(16)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let times = if numbers.below(40) == 0 {
                    2_000
                } else {
                    1 + numbers.below(4)
                };
                bytes.splice(at..at, piece.repeat(times));
            }
            8 if !other.is_empty() => {
                let from = numbers.below(other.len());
                let to = (from + 1 + numbers.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let end = (at + numbers.below(24)).min(bytes.len());
                if at < end {
                    bytes[at..end].reverse();
                }
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}
