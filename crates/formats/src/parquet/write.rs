//! Writes a table: typed columns in which values may be missing, in groups of rows, so that nothing of the file stays in memory.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::thrift::Writer as Thrift;
use super::values::Physical;
use super::{MAGIC, thrift};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Boolean,
    Integer,
    Float,
    Text,
    /// Anything, as JSON text; readers are told that it is that.
    Json,
    /// Microseconds since 1970-01-01 UTC.
    Time,
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
}

/// A group of rows is written when it has so many bytes…
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// …or rows.
const GROUP_ROWS: usize = 100_000;
/// Gzip: what every reader can unpack.
const CODEC: i32 = 2;
/// Plain values; levels in runs.
const ENCODINGS: [i32; 2] = [0, 3];

/// The values of a column that wait.
#[derive(Default)]
struct Waiting {
    /// Runs of values that are missing (false) or there.
    runs: Vec<(bool, u64)>,
    bytes: Vec<u8>,
    /// Truth values that fill a byte only together.
    bits: u32,
}

/// A column of a group that is in the file.
struct Written {
    at: u64,
    unpacked: u64,
    packed: u64,
}

struct Group {
    rows: usize,
    columns: Vec<Written>,
}

/// Writes the file, row by row.
pub(crate) struct Writer<'a> {
    out: &'a mut dyn Write,
    at: u64,
    columns: Vec<Column>,
    waiting: Vec<Waiting>,
    rows: usize,
    groups: Vec<Group>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, columns: Vec<Column>) -> std::io::Result<Writer<'a>> {
        out.write_all(MAGIC)?;
        let waiting = columns.iter().map(|_| Waiting::default()).collect();
        Ok(Writer {
            out,
            at: 4,
            columns,
            waiting,
            rows: 0,
            groups: Vec::new(),
        })
    }

    /// Adds a row: a value for each column in turn, `null` where it is missing.
    pub(crate) fn row(&mut self, values: impl Iterator<Item = Value>) -> std::io::Result<()> {
        for ((column, waiting), value) in self.columns.iter().zip(&mut self.waiting).zip(values) {
            waiting.push(column.kind, &value);
        }
        self.rows += 1;
        let bytes: usize = self.waiting.iter().map(|waiting| waiting.bytes.len()).sum();
        if self.rows == GROUP_ROWS || bytes >= GROUP_BYTES {
            self.group()?;
        }
        Ok(())
    }

    /// Writes what says where all of it is.
    pub(crate) fn finish(mut self) -> std::io::Result<()> {
        if self.rows > 0 {
            self.group()?;
        }
        let footer = self.footer();
        self.out.write_all(&footer)?;
        self.out.write_all(&(footer.len() as u32).to_le_bytes())?;
        self.out.write_all(MAGIC)
    }

    fn group(&mut self) -> std::io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let mut columns = Vec::with_capacity(self.columns.len());
        for waiting in &mut self.waiting {
            let page = std::mem::take(waiting).page();
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&page)?;
            let packed = encoder.finish()?;
            let mut head = Thrift::default();
            head.begin();
            head.small(1, 0);
            head.small(2, page.len() as i32);
            head.small(3, packed.len() as i32);
            head.structure(5);
            head.small(1, rows as i32);
            head.small(2, ENCODINGS[0]);
            head.small(3, ENCODINGS[1]);
            head.small(4, ENCODINGS[1]);
            head.end();
            head.end();
            self.out.write_all(&head.bytes)?;
            self.out.write_all(&packed)?;
            let of_head = head.bytes.len() as u64;
            let written = Written {
                at: self.at,
                unpacked: of_head + page.len() as u64,
                packed: of_head + packed.len() as u64,
            };
            self.at += written.packed;
            columns.push(written);
        }
        self.groups.push(Group { rows, columns });
        Ok(())
    }

    fn footer(&self) -> Vec<u8> {
        let mut out = Thrift::default();
        out.begin();
        out.small(1, 2);
        out.list(2, 12, self.columns.len() + 1);
        out.begin();
        out.text(4, "schema");
        out.small(5, self.columns.len() as i32);
        out.end();
        for column in &self.columns {
            column.describe(&mut out);
        }
        out.int(3, self.groups.iter().map(|group| group.rows as i64).sum());
        out.list(4, 12, self.groups.len());
        for group in &self.groups {
            group.describe(&self.columns, &mut out);
        }
        out.text(6, "labelkeep");
        out.end();
        out.bytes
    }
}

impl Waiting {
    fn push(&mut self, kind: ColumnKind, value: &Value) {
        let there = match (kind, value) {
            (_, Value::Null) => false,
            (ColumnKind::Boolean, value) => {
                let place = self.bits % 8;
                if place == 0 {
                    self.bytes.push(0);
                }
                if let Some(last) = self.bytes.last_mut() {
                    *last |= u8::from(value == &Value::Bool(true)) << place;
                }
                self.bits += 1;
                true
            }
            (ColumnKind::Integer | ColumnKind::Time, value) => {
                let number = value.as_i64();
                self.bytes.extend(number.map(i64::to_le_bytes).iter().flatten());
                number.is_some()
            }
            (ColumnKind::Float, value) => {
                let number = value.as_f64();
                self.bytes.extend(number.map(f64::to_le_bytes).iter().flatten());
                number.is_some()
            }
            (ColumnKind::Text, Value::String(text)) => self.text(text),
            (ColumnKind::Text | ColumnKind::Json, value) => self.text(&value.to_string()),
        };
        match self.runs.last_mut() {
            Some((known, number)) if *known == there => *number += 1,
            _ => self.runs.push((there, 1)),
        }
    }

    fn text(&mut self, text: &str) -> bool {
        self.bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        true
    }

    /// The levels behind their length, then the values.
    fn page(self) -> Vec<u8> {
        let mut levels = Vec::new();
        for (there, number) in self.runs {
            thrift::push_varint(&mut levels, number << 1);
            levels.push(u8::from(there));
        }
        let mut page = (levels.len() as u32).to_le_bytes().to_vec();
        page.extend_from_slice(&levels);
        page.extend_from_slice(&self.bytes);
        page
    }
}

impl Column {
    fn physical(&self) -> Physical {
        match self.kind {
            ColumnKind::Boolean => Physical::Boolean,
            ColumnKind::Integer | ColumnKind::Time => Physical::Int64,
            ColumnKind::Float => Physical::Double,
            ColumnKind::Text | ColumnKind::Json => Physical::Bytes,
        }
    }

    /// Its part of the schema: types are said in the older way and in the newer one.
    fn describe(&self, out: &mut Thrift) {
        out.begin();
        out.small(1, self.physical() as i32);
        out.small(3, 1);
        out.text(4, &self.name);
        let (older, newer) = match self.kind {
            ColumnKind::Text => (0, 1),
            ColumnKind::Json => (19, 12),
            ColumnKind::Time => (10, 8),
            _ => return out.end(),
        };
        out.small(6, older);
        out.structure(10);
        out.structure(newer);
        if self.kind == ColumnKind::Time {
            out.bool(1, true);
            out.structure(2);
            out.structure(2);
            out.end();
            out.end();
        }
        out.end();
        out.end();
        out.end();
    }
}

impl Group {
    fn describe(&self, columns: &[Column], out: &mut Thrift) {
        out.begin();
        out.list(1, 12, columns.len());
        for (column, written) in columns.iter().zip(&self.columns) {
            out.begin();
            out.int(2, written.at as i64);
            out.structure(3);
            out.small(1, column.physical() as i32);
            out.list(2, 5, ENCODINGS.len());
            for encoding in ENCODINGS {
                out.zigzag(i64::from(encoding));
            }
            out.list(3, 8, 1);
            out.bare_text(&column.name);
            out.small(4, CODEC);
            out.int(5, self.rows as i64);
            out.int(6, written.unpacked as i64);
            out.int(7, written.packed as i64);
            out.int(9, written.at as i64);
            out.end();
            out.end();
        }
        out.int(2, self.columns.iter().map(|written| written.unpacked as i64).sum());
        out.int(3, self.rows as i64);
        out.end();
    }
}
