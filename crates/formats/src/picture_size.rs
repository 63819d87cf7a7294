//! Width and height of a picture, read from its first bytes.

use std::io::Read;

/// Bytes that are looked at; profiles and previews of real JPEGs stand before their size.
const HEAD: u64 = 1024 * 1024;

/// Pixels across and down; `None` for files that are not understood here.
pub fn of(file: impl Read) -> Option<(u32, u32)> {
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).ok()?;
    let four = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let little = |at: usize| Some(u32::from(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?)));
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((four(16)?, four(20)?));
    }
    if head.starts_with(b"GIF8") {
        return Some((little(6)?, little(8)?));
    }
    if head.starts_with(b"BM") {
        let signed = |at: usize| Some(i32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?).unsigned_abs());
        return Some((signed(18)?, signed(22)?));
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        let three = |at: usize| {
            Some(u32::from_le_bytes([
                *head.get(at)?,
                *head.get(at + 1)?,
                *head.get(at + 2)?,
                0,
            ]))
        };
        return match head.get(12..16)? {
            b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
            b"VP8 " => Some((little(26)? & 0x3fff, little(28)? & 0x3fff)),
            b"VP8L" => {
                let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
                Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
            }
            _ => None,
        };
    }
    if head.starts_with(&[0xff, 0xd8]) {
        let mut at = 2;
        loop {
            let [0xff, kind, high, low] = *head.get(at..at + 4)? else {
                return None;
            };
            if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
                let two = |at: usize| Some(u32::from(u16::from_be_bytes(head.get(at..at + 2)?.try_into().ok()?)));
                return Some((two(at + 7)?, two(at + 5)?));
            }
            at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
        }
    }
    None
}
