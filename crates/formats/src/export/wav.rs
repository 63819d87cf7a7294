//! How long a WAV file is, read from its first bytes.

use std::io::Read;

/// Seconds: the frames that the file says it has, by its frame rate. `None` for other files, and for WAV files whose
/// frames are packed.
pub(super) fn seconds(mut file: impl Read) -> Option<f64> {
    let mut start = [0; 12];
    file.read_exact(&mut start).ok()?;
    if !start.starts_with(b"RIFF") || !start.ends_with(b"WAVE") {
        return None;
    }
    // Frames in a second, bytes in a frame.
    let mut format: Option<(u32, u32)> = None;
    // Real files have a handful of chunks before their data.
    for _ in 0..1024 {
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let mut rest = u64::from(length) + u64::from(length % 2);
        match &head[..4] {
            b"fmt " => {
                let mut chunk = [0; 16];
                file.read_exact(&mut chunk).ok()?;
                rest = rest.checked_sub(16)?;
                format = frames(&chunk);
            }
            b"data" => {
                let (rate, size) = format?;
                return Some(f64::from(length / size) / f64::from(rate));
            }
            _ => {}
        }
        let skipped = std::io::copy(&mut file.by_ref().take(rest), &mut std::io::sink()).ok()?;
        if skipped < rest {
            return None;
        }
    }
    None
}

fn frames(chunk: &[u8; 16]) -> Option<(u32, u32)> {
    let short = |at: usize| u32::from(u16::from_le_bytes([chunk[at], chunk[at + 1]]));
    // Whole numbers, floats, A-law, µ-law, and the form that names one of these further on.
    let plain = matches!(short(0), 1 | 3 | 6 | 7 | 0xfffe);
    let rate = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
    let size = short(2) * short(14).div_ceil(8);
    (plain && rate > 0 && size > 0).then_some((rate, size))
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn the_length_is_that_of_the_header() {
        let mut sound = b"RIFF\x00\x00\x00\x00WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x02\0".to_vec();
        sound.extend(8000_u32.to_le_bytes());
        sound.extend(32_000_u32.to_le_bytes());
        sound.extend([4, 0, 16, 0]);
        sound.extend(b"data");
        sound.extend(16_000_u32.to_le_bytes());
        assert_eq!(seconds(&sound[..]), Some(0.5));
        for end in 0..sound.len() {
            assert_eq!(seconds(&sound[..end]), None);
        }
        for at in 0..sound.len() {
            for value in [0, 255] {
                let mut damaged = sound.clone();
                damaged[at] = value;
                let _ = seconds(&damaged[..]);
            }
        }
        assert_eq!(seconds(&b"ID3\x03 and so on, which is no WAV file"[..]), None);
    }
}
