//! How many channels a picture has, read from its first bytes.

use std::io::Read;

/// The number of channels as picture libraries count them: a palette is one. `None` when the file says nothing that is
/// understood here.
pub(super) fn channels(mut file: impl Read) -> Option<u8> {
    let mut start = [0; 26];
    file.read_exact(&mut start).ok()?;
    if start.starts_with(b"\x89PNG\r\n\x1a\n") {
        return match start[25] {
            0 | 3 => Some(1),
            2 => Some(3),
            4 => Some(2),
            6 => Some(4),
            _ => None,
        };
    }
    if start.starts_with(b"GIF8") {
        return Some(1);
    }
    if start.starts_with(&[0xff, 0xd8]) {
        return jpeg(start[2..].chain(file));
    }
    None
}

/// The frame header of a JPEG, behind the segments before it.
fn jpeg(mut file: impl Read) -> Option<u8> {
    // Segments are at most 64 KiB long; profiles and previews of real pictures need a few hundred.
    for _ in 0..1024 {
        let mut head = [0; 4];
        file.read_exact(&mut head).ok()?;
        let [0xff, kind, high, low] = head else { return None };
        let length = u64::from(u16::from_be_bytes([high, low])).checked_sub(2)?;
        let is_frame = matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let mut frame = [0; 6];
            file.read_exact(&mut frame).ok()?;
            return Some(frame[5]);
        }
        let skipped = std::io::copy(&mut file.by_ref().take(length), &mut std::io::sink()).ok()?;
        if skipped < length {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::channels;

    #[test]
    fn channels_of_headers() {
        let png = |kind: u8| {
            [
                b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08".as_slice(),
                &[kind],
                &[0; 9],
            ]
            .concat()
        };
        assert_eq!(
            [0, 2, 3, 4, 6, 9].map(|kind| channels(&png(kind)[..])),
            [Some(1), Some(3), Some(1), Some(2), Some(4), None]
        );
        let jpeg = [
            b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".as_slice(),
            b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00",
        ]
        .concat();
        assert_eq!(channels(&jpeg[..]), Some(1));
        for end in 0..jpeg.len() - 4 {
            assert_eq!(channels(&jpeg[..end.min(31)]), None);
        }
        assert_eq!(channels(&b"BM"[..]), None);
    }
}
