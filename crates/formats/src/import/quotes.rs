//! Follows the quotes of a table while it is read: one that is never closed would swallow the rest of the file as one cell.

use std::io::{BufRead, Read};

/// Where in a cell the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first byte of a cell.
    Start,
    /// In a cell that does not begin with a quote.
    Bare,
    /// Behind an opening quote.
    Quoted,
    /// Behind a quote in a quoted cell: the end of it, or the first of two that mean one.
    Closing,
}

/// A reader that knows whether a quote is open.
pub(super) struct Quotes<R> {
    inner: R,
    delimiter: u8,
    place: Place,
    line: u64,
    opened: u64,
}

impl<R: BufRead> Quotes<R> {
    /// Skips a byte order mark.
    pub(super) fn new(mut inner: R, delimiter: u8) -> std::io::Result<Quotes<R>> {
        if inner.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            inner.consume(3);
        }
        Ok(Quotes {
            inner,
            delimiter,
            place: Place::Start,
            line: 1,
            opened: 0,
        })
    }

    /// The line (from 1) of a quote that is open.
    pub(super) fn open(&self) -> Option<u64> {
        (self.place == Place::Quoted).then_some(self.opened)
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        for byte in &buffer[..length] {
            self.place = match (self.place, *byte) {
                (Place::Quoted, b'"') => Place::Closing,
                (Place::Quoted, _) => Place::Quoted,
                (Place::Start, b'"') => {
                    self.opened = self.line;
                    Place::Quoted
                }
                (Place::Closing, b'"') => Place::Quoted,
                (_, b'\n' | b'\r') => Place::Start,
                (_, byte) if byte == self.delimiter => Place::Start,
                _ => Place::Bare,
            };
            self.line += u64::from(*byte == b'\n');
        }
        Ok(length)
    }
}
