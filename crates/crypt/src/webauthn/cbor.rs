//! A reader of CBOR (RFC 8949) as authenticators write it (CTAP2 canonical form: definite lengths). It borrows from the
//! input, allocates nothing and does not recurse, so that nested or huge lengths of a hostile input cost nothing: no item
//! is believed to have more parts than there are bytes left.

/// Reads items from the front; `None` wherever the bytes are not what is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    /// What was not read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn integer(&mut self) -> Option<i64> {
        match self.head()? {
            (UNSIGNED, value) => i64::try_from(value).ok(),
            (NEGATIVE, value) => i64::try_from(value).ok().map(|value| -1 - value),
            _ => None,
        }
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        match self.head()? {
            (BYTES, length) => self.take(length),
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        match self.head()? {
            (TEXT, length) => std::str::from_utf8(self.take(length)?).ok(),
            _ => None,
        }
    }

    /// Begins a map and gives the number of its pairs.
    pub(super) fn map(&mut self) -> Option<usize> {
        match self.head()? {
            (MAP, pairs) => usize::try_from(pairs)
                .ok()
                .filter(|pairs| *pairs <= self.rest.len() / 2),
            _ => None,
        }
    }

    /// Passes over one item with all its parts.
    pub(super) fn skip(&mut self) -> Option<()> {
        let mut items: u64 = 1;
        while items > 0 {
            items -= 1;
            let parts = match self.head()? {
                (BYTES | TEXT, length) => {
                    self.take(length)?;
                    0
                }
                (ARRAY, items) => items,
                (MAP, pairs) => pairs.checked_mul(2)?,
                (TAG, _) => 1,
                _ => 0,
            };
            items = items.checked_add(parts)?;
            // Each item has at least one byte.
            if items > self.rest.len() as u64 {
                return None;
            }
        }
        Some(())
    }

    /// The kind of the next item and its argument. Lengths that are not given (additional information 31) are no part of the
    /// canonical form.
    fn head(&mut self) -> Option<(u8, u64)> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        let length = match first & 0x1f {
            value @ 0..=23 => return Some((first >> 5, u64::from(value))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let argument = self.take(length)?;
        let value = argument.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        Some((first >> 5, value))
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn items_of_rfc_8949_are_read() {
        assert_eq!(Reader::new(&[0x17]).integer(), Some(23));
        assert_eq!(Reader::new(&[0x18, 0x18]).integer(), Some(24));
        assert_eq!(Reader::new(&[0x38, 0x63]).integer(), Some(-100));
        assert_eq!(Reader::new(&[0x39, 0x01, 0x00]).integer(), Some(-257));
        assert_eq!(Reader::new(&[0x44, 1, 2, 3, 4]).bytes(), Some(&[1, 2, 3, 4][..]));
        assert_eq!(Reader::new(&[0x62, 0xc3, 0xbc]).text(), Some("ü"));
        // {"a": [1, {2: h'00'}, 1.5, tag(0) ""], …} is passed over, and what follows stays.
        let nested = [
            0xa1, 0x61, 0x61, 0x84, 0x01, 0xa1, 0x02, 0x41, 0x00, 0xf9, 0x3e, 0x00, 0xc0, 0x60, 0x07,
        ];
        let mut reader = Reader::new(&nested);
        assert_eq!(reader.skip(), Some(()));
        assert_eq!(reader.integer(), Some(7));
    }

    #[test]
    fn what_is_not_canonical_or_not_there_is_refused() {
        // Indefinite lengths, reserved arguments, an integer beyond 64 bits, text that is not UTF-8.
        for bytes in [
            &[0x5f, 0x41, 0x00, 0xff][..],
            &[0x1c],
            &[0xff],
            &[0x9f, 0xff],
            &[0xbf, 0xff],
        ] {
            assert_eq!(Reader::new(bytes).skip(), None, "{bytes:x?}");
        }
        assert_eq!(
            Reader::new(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).integer(),
            None
        );
        assert_eq!(Reader::new(&[0x61, 0xff]).text(), None);
        // Lengths that no memory holds.
        for major in [0x5b, 0x7b, 0x9b, 0xbb] {
            let bytes = [major, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
            assert_eq!(Reader::new(&bytes).skip(), None);
            assert_eq!(Reader::new(&bytes).map(), None);
        }
        // A million arrays in one another are one loop.
        assert_eq!(Reader::new(&vec![0x81; 1_000_000]).skip(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut reader = Reader::new(&bytes);
            while reader.skip().is_some() {}
        }
    }
}
