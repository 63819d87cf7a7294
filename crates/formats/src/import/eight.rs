//! Texts looked at eight bytes at a time.

/// A byte in each of eight places.
pub(super) const fn in_each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The top bit of each place.
const TOPS: u64 = in_each(0x80);

/// The tops of the places that hold one of the bytes. Above the first there may be more, of what is subtracted.
#[inline]
fn places<const N: usize>(word: u64, bytes: [u64; N]) -> u64 {
    bytes.iter().fold(0, |found, byte| {
        let differs = word ^ byte;
        found | differs.wrapping_sub(in_each(0x01)) & !differs & TOPS
    })
}

/// The place of the first top that is set.
#[inline]
fn first(found: u64) -> usize {
    found.trailing_zeros() as usize / 8
}

/// The place of the first of some bytes among the first sixteen of a text: most cells of a table end there, and the ways to find an end in
/// a long text cost more than such a cell. A rest of less than eight bytes is not looked at.
#[inline]
pub(super) fn find_near<const N: usize>(text: &[u8], bytes: [u64; N]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    words.iter().take(2).enumerate().find_map(|(number, word)| {
        let found = places(u64::from_le_bytes(*word), bytes);
        (found != 0).then(|| 8 * number + first(found))
    })
}

/// Whether JSON writes a byte of a text otherwise.
#[inline]
pub(super) fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The place of the first such byte.
#[inline]
pub(super) fn find_escaped(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let small = word.wrapping_sub(in_each(0x20)) & !word & TOPS;
        let found = small | places(word, [b'"', b'\\'].map(in_each));
        if found != 0 {
            return Some(8 * number + first(found));
        }
    }
    let place = rest.iter().position(|byte| is_escaped(*byte))?;
    Some(8 * words.len() + place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_at_a_time_find_what_one_by_one_finds(text in prop::collection::vec(prop_oneof![Just(b'"'), Just(b'\\'), 0x1e..=0x23_u8, any::<u8>(), Just(b'a')], 0..40)) {
            prop_assert_eq!(find_escaped(&text), text.iter().position(|byte| is_escaped(*byte)));
            let near = &text[..(text.len() / 8 * 8).min(16)];
            let wanted = near.iter().position(|byte| [b'"', b'!'].contains(byte));
            prop_assert_eq!(find_near(&text, [b'"', b'!'].map(in_each)), wanted);
        }
    }
}
