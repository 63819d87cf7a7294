//! The rows of a table of text: cells between delimiters, quoted where they hold one.
//!
//! What stands between two bytes that mean something is copied at once: most of a table is text that means nothing to it.

use std::io::Read;

use super::csv::{CELL, COLUMNS};
use super::{BUFFER, ImportError};

/// A row.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The cells, one behind the other.
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// The line where it begins, from 1.
    pub(super) line: u64,
}

/// A row whose text has been found good.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// How many cells it has.
    pub(super) fn length(self) -> usize {
        self.ends.len()
    }

    /// How many bytes it takes in the file, about: without quotes.
    pub(super) fn bytes(self) -> usize {
        self.text.len() + self.ends.len()
    }

    /// Its cells in order.
    pub(super) fn cells(self) -> impl Iterator<Item = &'a str> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.text[begin..*end];
            begin = *end;
            cell
        })
    }
}

impl Record {
    /// Its cells as text; what is wrong with it names its line.
    pub(super) fn row(&self) -> Result<Row<'_>, ImportError> {
        let wrong = |message: String| ImportError::Row {
            line: self.line,
            message,
        };
        if self.bytes.len() > CELL {
            let mut begin = 0;
            for end in &self.ends {
                if end - begin > CELL {
                    return Err(wrong(too_long()));
                }
                begin = *end;
            }
        }
        if memchr::memchr(0, &self.bytes).is_some() {
            return Err(wrong("a cell holds a NUL character".to_owned()));
        }
        // Cells are cut between characters: a delimiter may stand in the middle of what would be one without it.
        let whole = |text: &&str| self.ends.iter().all(|end| text.is_char_boundary(*end));
        let text = std::str::from_utf8(&self.bytes).ok().filter(whole);
        let text = text.ok_or_else(|| wrong("the text is not UTF-8. Save the file as UTF-8".to_owned()))?;
        Ok(Row { text, ends: &self.ends })
    }

    fn end_cell(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// Whether the cell that is being read is too long already; its end may be gigabytes away.
    fn is_too_long(&self) -> bool {
        self.bytes.len() - self.ends.last().copied().unwrap_or_default() > CELL
    }
}

fn too_long() -> String {
    format!("a cell is longer than {CELL} bytes")
}

/// Reads rows. Lines without anything are none; a row ends with CR, LF or both.
pub(super) struct Records<R> {
    reader: R,
    delimiter: u8,
    buffer: Box<[u8]>,
    at: usize,
    filled: usize,
    line: u64,
}

/// What ended a cell.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Row,
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
            buffer: vec![0; size].into(),
            at: 0,
            filled: 0,
            line: 1,
        };
        let mark = b"\xef\xbb\xbf";
        while records.filled < mark.len() {
            let number = records.reader.read(&mut records.buffer[records.filled..])?;
            if number == 0 {
                break;
            }
            records.filled += number;
        }
        if records.buffer[..records.filled].starts_with(mark) {
            records.at = mark.len();
        }
        Ok(records)
    }

    /// The next row in the place of the last; false at the end.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, ImportError> {
        record.bytes.clear();
        record.ends.clear();
        loop {
            match self.peek()? {
                None => return Ok(false),
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                Some(_) => break,
            }
            self.at += 1;
        }
        record.line = self.line;
        while self.cell(record)? == End::Cell {
            if record.ends.len() >= COLUMNS {
                return Err(ImportError::Row {
                    line: record.line,
                    message: format!("more than {COLUMNS} columns"),
                });
            }
        }
        Ok(true)
    }

    fn cell(&mut self, record: &mut Record) -> Result<End, ImportError> {
        if self.peek()? == Some(b'"') {
            self.at += 1;
            self.quoted(record)?;
        }
        // What stands between a closing quote and the end belongs to the cell, as it is.
        loop {
            let rest = &self.buffer[self.at..self.filled];
            let end = memchr::memchr3(self.delimiter, b'\n', b'\r', rest);
            let length = end.unwrap_or(rest.len());
            record.bytes.extend_from_slice(&rest[..length]);
            self.at += length;
            if end.is_some() {
                let byte = self.buffer[self.at];
                self.at += 1;
                self.line += u64::from(byte == b'\n');
                record.end_cell();
                return Ok(if byte == self.delimiter { End::Cell } else { End::Row });
            }
            if record.is_too_long() {
                return Err(ImportError::Row {
                    line: record.line,
                    message: too_long(),
                });
            }
            if !self.more()? {
                record.end_cell();
                return Ok(End::Row);
            }
        }
    }

    /// The part of a cell behind its opening quote, up to the closing one.
    fn quoted(&mut self, record: &mut Record) -> Result<(), ImportError> {
        let opened = self.line;
        loop {
            let rest = &self.buffer[self.at..self.filled];
            let end = memchr::memchr(b'"', rest);
            let text = &rest[..end.unwrap_or(rest.len())];
            self.line += memchr::memchr_iter(b'\n', text).count() as u64;
            record.bytes.extend_from_slice(text);
            self.at += text.len();
            if end.is_some() {
                self.at += 1;
                if self.peek()? != Some(b'"') {
                    return Ok(());
                }
                // Two that mean one.
                record.bytes.push(b'"');
                self.at += 1;
                continue;
            }
            if record.is_too_long() {
                return Err(ImportError::Row {
                    line: record.line,
                    message: format!("{}; a quote is opened in line {opened}", too_long()),
                });
            }
            if !self.more()? {
                return Err(ImportError::Row {
                    line: opened,
                    message:
                        "a quote is opened here and never closed; close it, or write it twice if it belongs to the text"
                            .to_owned(),
                });
            }
        }
    }

    /// The next byte; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        if self.at == self.filled && !self.more()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Reads more when everything has been used; false at the end.
    fn more(&mut self) -> Result<bool, ImportError> {
        self.filled = self.reader.read(&mut self.buffer)?;
        self.at = 0;
        Ok(self.filled > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<Vec<Vec<u8>>>;

    fn read(bytes: &[u8], buffer: usize) -> Result<Rows, String> {
        let mut records = Records::with_buffer(bytes, b',', buffer).map_err(|error| error.to_string())?;
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while records.next(&mut record).map_err(|error| error.to_string())? {
            let mut begin = 0;
            let cells = record.ends.iter().map(|end| {
                let cell = record.bytes[begin..*end].to_vec();
                begin = *end;
                cell
            });
            rows.push(cells.collect());
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
        let (mut record, mut lines) = (Record::default(), Vec::new());
        while records.next(&mut record).expect("a table") {
            lines.push(record.line);
        }
        assert_eq!(lines, [1, 3, 5, 5]);
    }

    #[test]
    fn a_delimiter_in_the_middle_of_a_character_is_no_text() {
        let mut records = Records::new(&b"\xc3,\xa9\n"[..], b',').expect("begins");
        let mut record = Record::default();
        assert!(records.next(&mut record).expect("a row"));
        assert!(record.row().is_err());
    }

    proptest! {
        /// Wherever the file is cut, cells are what the reference reads; only a quote that stays open is an error here.
        #[test]
        fn cells_are_those_of_the_reference(
            pieces in proptest::collection::vec(prop_oneof!["[ab]{0,3}", "\"", ",", "\n", "\r", "\r\n", "\"\"", "é"], 0..40),
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
