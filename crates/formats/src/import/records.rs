//! The rows of a table of text: cells between delimiters, quoted where they hold one.
//!
//! A row stays where it was read: its cells are places in the buffer. Only a cell with something behind its quotes, or with quotes
//! in it, is moved, within its own room.

use std::io::Read;
use std::ops::Range;

use super::csv::{CELL, COLUMNS};
use super::eight::{find_near, in_each};
use super::{BUFFER, ImportError};

/// A row whose text has been found good.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// With delimiters and quotes.
    text: &'a str,
    /// Where the cells lie in it.
    cells: &'a [(usize, usize)],
    /// The line where it begins, from 1.
    pub(super) line: u64,
}

impl<'a> Row<'a> {
    /// How many cells it has.
    pub(super) fn length(self) -> usize {
        self.cells.len()
    }

    /// How many bytes it takes in the file.
    pub(super) fn bytes(self) -> usize {
        self.text.len()
    }

    /// Its cells in order.
    pub(super) fn cells(self) -> impl Iterator<Item = &'a str> {
        self.cells.iter().map(move |(begin, end)| &self.text[*begin..*end])
    }
}

/// Reads rows. Lines without anything are none; a row ends with CR, LF or both.
pub(super) struct Records<R> {
    reader: R,
    delimiter: u8,
    /// The bytes that end a cell that is not quoted, as [`find_near`] wants them.
    ends: [u64; 3],
    buffer: Vec<u8>,
    /// Where what has been read ends in the buffer.
    filled: usize,
    /// Where the row begins in the buffer. All other places count from there.
    row: usize,
    /// How far the row has been looked at.
    at: usize,
    cells: Vec<(usize, usize)>,
    line: u64,
    /// Whether a NUL has been read; it may be in any row from then on.
    has_nul: bool,
}

/// What ended a cell.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Row,
}

fn too_long() -> String {
    format!("a cell is longer than {CELL} bytes")
}

impl<R: Read> Records<R> {
    /// Reads from the start of a file, behind a byte order mark.
    pub(super) fn new(reader: R, delimiter: u8) -> Result<Self, ImportError> {
        Records::with_buffer(reader, delimiter, BUFFER)
    }

    fn with_buffer(reader: R, delimiter: u8, size: usize) -> Result<Self, ImportError> {
        let mut records = Records {
            reader,
            delimiter,
            ends: [delimiter, b'\n', b'\r'].map(in_each),
            buffer: vec![0; size],
            filled: 0,
            row: 0,
            at: 0,
            cells: Vec::new(),
            line: 1,
            has_nul: false,
        };
        let mark = b"\xef\xbb\xbf";
        while records.filled < mark.len() && records.more()? {}
        if records.buffer[..records.filled].starts_with(mark) {
            records.at = mark.len();
        }
        Ok(records)
    }

    /// The next row; none at the end. What is wrong with its text names its line.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, ImportError> {
        loop {
            self.row += std::mem::take(&mut self.at);
            match self.peek()? {
                None => return Ok(None),
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                Some(_) => break,
            }
            self.at = 1;
        }
        self.cells.clear();
        let line = self.line;
        let wrong = |message: String| ImportError::Row { line, message };
        while self.bare_cells() == End::Cell {
            if self.cells.len() >= COLUMNS {
                return Err(wrong(format!("more than {COLUMNS} columns")));
            }
            if self.cell(line)? == End::Row {
                break;
            }
        }
        let bytes = &self.buffer[self.row..self.row + self.at];
        if bytes.len() > CELL && self.cells.iter().any(|(begin, end)| end - begin > CELL) {
            return Err(wrong(too_long()));
        }
        if self.has_nul && memchr::memchr(0, bytes).is_some() {
            return Err(wrong("a cell holds a NUL character".to_owned()));
        }
        // With the delimiters: a character that one of them cuts is none.
        let text = std::str::from_utf8(bytes)
            .map_err(|_| wrong("the text is not UTF-8. Save the file as UTF-8".to_owned()))?;
        Ok(Some(Row {
            text,
            cells: &self.cells,
            line,
        }))
    }

    /// Takes cells as long as they are what most are: short, without quotes, in the buffer already. Stops at another one, or behind the
    /// row.
    fn bare_cells(&mut self) -> End {
        let row = &self.buffer[self.row..self.filled];
        while self.cells.len() < COLUMNS {
            let rest = &row[self.at..];
            let near = if rest.first() == Some(&b'"') {
                None
            } else {
                find_near(rest, self.ends)
            };
            let Some(length) = near else { break };
            let end = self.at + length;
            self.cells.push((self.at, end));
            self.at = end + 1;
            if row[end] != self.delimiter {
                self.line += u64::from(row[end] == b'\n');
                return End::Row;
            }
        }
        End::Cell
    }

    fn cell(&mut self, line: u64) -> Result<End, ImportError> {
        let begin = self.at;
        if self.peek()? == Some(b'"') {
            self.at += 1;
            return self.quoted(line);
        }
        self.plain(0, line)?;
        self.cells.push((begin, self.at));
        Ok(self.end())
    }

    /// Goes to the end of a cell, of which so many bytes are known already.
    fn plain(&mut self, known: usize, line: u64) -> Result<(), ImportError> {
        let begin = self.at;
        loop {
            let rest = &self.buffer[self.row + self.at..self.filled];
            let end = find_near(rest, self.ends).or_else(|| memchr::memchr3(self.delimiter, b'\n', b'\r', rest));
            self.at += end.unwrap_or(rest.len());
            if end.is_some() {
                return Ok(());
            }
            // Its end may be gigabytes away.
            if known + self.at - begin > CELL {
                let message = too_long();
                return Err(ImportError::Row { line, message });
            }
            if !self.more()? {
                return Ok(());
            }
        }
    }

    /// A cell from behind its opening quote on. What stands between the closing one and the end belongs to it, as it is.
    fn quoted(&mut self, line: u64) -> Result<End, ImportError> {
        let (begin, opened) = (self.at, self.line);
        // The cell so far ends at `end`; what follows of it lies from `from` on.
        let (mut end, mut from) = (begin, begin);
        loop {
            let rest = &self.buffer[self.row + self.at..self.filled];
            let found = find_near(rest, [b'"', b'\n'].map(in_each)).or_else(|| memchr::memchr2(b'"', b'\n', rest));
            let Some(place) = found else {
                self.at += rest.len();
                if end - begin + self.at - from > CELL {
                    let message = format!("{}; a quote is opened in line {opened}", too_long());
                    return Err(ImportError::Row { line, message });
                }
                if !self.more()? {
                    return Err(ImportError::Row {
                        line: opened,
                        message:
                            "a quote is opened here and never closed; close it, or write it twice if it belongs to the text"
                                .to_owned(),
                    });
                }
                continue;
            };
            let is_line = rest[place] == b'\n';
            self.at += place + 1;
            if is_line {
                self.line += 1;
            } else if self.peek()? == Some(b'"') {
                // Two that mean one.
                end = self.keep(from..self.at, end);
                self.at += 1;
                from = self.at;
            } else {
                end = self.keep(from..self.at - 1, end);
                from = self.at;
                break;
            }
        }
        self.plain(end - begin, line)?;
        end = self.keep(from..self.at, end);
        // What was moved has left its bytes behind, perhaps half a character.
        self.buffer[self.row + end..self.row + self.at].fill(b' ');
        self.cells.push((begin, end));
        Ok(self.end())
    }

    /// Puts a part of the row at `end`, where it mostly lies already; gives the end behind it.
    fn keep(&mut self, part: Range<usize>, end: usize) -> usize {
        let behind = end + part.len();
        if part.start != end {
            let part = self.row + part.start..self.row + part.end;
            self.buffer.copy_within(part, self.row + end);
        }
        behind
    }

    /// Passes what ends a cell.
    #[inline]
    fn end(&mut self) -> End {
        let Some(byte) = self.buffer[..self.filled].get(self.row + self.at) else {
            return End::Row;
        };
        self.at += 1;
        self.line += u64::from(*byte == b'\n');
        if *byte == self.delimiter { End::Cell } else { End::Row }
    }

    /// The next byte; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        if self.row + self.at == self.filled && !self.more()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.row + self.at).copied())
    }

    /// Reads more; false at the end. The row moves to the front of the buffer, which grows with it.
    fn more(&mut self) -> Result<bool, ImportError> {
        self.buffer.copy_within(self.row..self.filled, 0);
        self.filled -= std::mem::take(&mut self.row);
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        let number = self.reader.read(&mut self.buffer[self.filled..])?;
        let read = &self.buffer[self.filled..self.filled + number];
        self.has_nul = self.has_nul || memchr::memchr(0, read).is_some();
        self.filled += number;
        Ok(number > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<Vec<Vec<u8>>>;

    fn read(bytes: &[u8], buffer: usize) -> Result<Rows, String> {
        let mut records = Records::with_buffer(bytes, b',', buffer).map_err(|error| error.to_string())?;
        let mut rows = Vec::new();
        while let Some(row) = records.next().map_err(|error| error.to_string())? {
            rows.push(row.cells().map(|cell| cell.as_bytes().to_vec()).collect());
        }
        Ok(rows)
    }

    /// The same by the reader that everybody uses.
    fn reference(bytes: &[u8]) -> Rows {
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let rows = reader.byte_records().map(|row| row.expect("in memory"));
        rows.map(|row| row.iter().map(<[u8]>::to_vec).collect()).collect()
    }

    #[test]
    fn rows_know_their_line() {
        let text = "a,b\r\n\r\n\"1\n2\",3\r\n4\r5\n";
        let mut records = Records::new(text.as_bytes(), b',').expect("begins");
        let mut lines = Vec::new();
        while let Some(row) = records.next().expect("a table") {
            lines.push(row.line);
        }
        assert_eq!(lines, [1, 3, 5, 5]);
    }

    #[test]
    fn a_delimiter_in_the_middle_of_a_character_is_no_text() {
        let mut records = Records::new(&b"\xc3,\xa9\n"[..], b',').expect("begins");
        assert!(records.next().is_err());
    }

    proptest! {
        /// Wherever the file is cut, cells are what the reference reads; only a quote that stays open is an error here.
        #[test]
        fn cells_are_those_of_the_reference(
            pieces in proptest::collection::vec(prop_oneof!["[ab]{0,3}", "x{12,30}", "\"", ",", "\n", "\r", "\r\n", "\"\"", "é"], 0..40),
            buffer in 3_usize..12,
        ) {
            let text = pieces.concat();
            match read(text.as_bytes(), buffer) {
                Ok(rows) => prop_assert_eq!(rows, reference(text.as_bytes())),
                Err(message) => {
                    prop_assert!(message.contains("never closed"), "{}", message);
                    // A byte behind it would be swallowed, too.
                    let more = reference(format!("{text}\n,\n").as_bytes());
                    prop_assert!(more.last().and_then(|row| row.last()).is_some_and(|cell| cell.ends_with(b"\n,\n")));
                }
            }
        }
    }
}
