//! CSV and TSV: the header names the keys, each row is a task; columns are typed as pandas types them.
//!
//! A column's type depends on all its values, so the file is read twice: once to type, once to give the tasks.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, Read as _};

use serde_json::Value;
use serde_json::value::RawValue;

use super::records::{Record, Records, Row};
use super::{ImportError, Sink, TaskItem, rewound};

/// Longest cell, in bytes (SEC-161).
pub(super) const CELL: usize = 1_310_720;
/// Most columns (SEC-161).
pub(super) const COLUMNS: usize = 10_000;

/// Each task repeats the names of all columns. Together they may take this many bytes…
const NAMES: usize = 16 * 1024 * 1024;
/// …and so many for each byte of the rows: twelve kilobytes of a wide header, or of one whose quote is closed a thousand lines later,
/// above short rows would be a gigabyte of tasks (SEC-161). A survey whose columns are named by its questions has some 150.
const NAMES_A_BYTE: usize = 200;

/// Whether it stands for a missing value.
fn is_missing(cell: &str) -> bool {
    // Most cells are longer than all of these.
    cell.len() <= 8
        && matches!(
            cell,
            "" | "NA"
                | "N/A"
                | "n/a"
                | "NaN"
                | "nan"
                | "-nan"
                | "-NaN"
                | "NULL"
                | "null"
                | "None"
                | "<NA>"
                | "#N/A"
                | "#N/A N/A"
                | "#NA"
                | "-1.#IND"
                | "-1.#QNAN"
                | "1.#IND"
                | "1.#QNAN"
        )
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Integer,
    Float,
    Boolean,
    Text,
}

#[derive(Debug, Clone, Copy)]
struct Column {
    integers: bool,
    numbers: bool,
    booleans: bool,
    missing: bool,
    any: bool,
}

impl Column {
    const NEW: Column = Column {
        integers: true,
        numbers: true,
        booleans: true,
        missing: false,
        any: false,
    };

    fn see(&mut self, cell: &str) {
        // A column of text stays one.
        if !(self.integers || self.numbers || self.booleans) {
            return;
        }
        if is_missing(cell) {
            self.missing = true;
            return;
        }
        self.any = true;
        if !is_plain_integer(cell) {
            self.integers = self.integers && integer(cell).is_some();
            self.numbers = self.numbers && number(cell).is_some();
        }
        self.booleans = self.booleans && boolean(cell).is_some();
    }

    /// A number next to a missing value becomes a float.
    fn kind(self) -> Type {
        match self {
            Column { any: false, .. } => Type::Text,
            Column {
                integers: true,
                missing: false,
                ..
            } => Type::Integer,
            Column { numbers: true, .. } => Type::Float,
            Column { booleans: true, .. } => Type::Boolean,
            _ => Type::Text,
        }
    }
}

/// Whether it is an integer as JSON writes it, too: some digits, no zero in front.
fn is_plain_integer(cell: &str) -> bool {
    let digits = cell.as_bytes();
    matches!(digits.len(), 1..=18) && digits.iter().all(u8::is_ascii_digit) && (digits[0] != b'0' || digits.len() == 1)
}

fn integer(cell: &str) -> Option<i64> {
    let cell = cell.trim();
    cell.strip_prefix('+').unwrap_or(cell).parse().ok()
}

fn number(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    // Words such as "inf" and "nan" are numbers to the parser, but JSON has none for them.
    let plain = cell
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    plain
        .then(|| cell.parse::<f64>().ok())
        .flatten()
        .filter(|number| number.is_finite())
}

fn boolean(cell: &str) -> Option<bool> {
    match cell {
        "True" | "TRUE" | "true" => Some(true),
        "False" | "FALSE" | "false" => Some(false),
        _ => None,
    }
}

/// `delimiter` is guessed when none is given: `;` if the first line has more of them than of `,`.
pub(super) fn import(file: &File, delimiter: Option<u8>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => guess(file)?,
    };
    let mut record = Record::default();
    let mut records = Records::new(rewound(file)?, delimiter)?;
    if !records.next(&mut record)? {
        return Ok(());
    }
    let keys = header(record.row()?);
    let mut columns = vec![Column::NEW; keys.len()];
    // With quotes, a colon and a comma.
    let names: usize = keys.iter().map(|key| key.len() + 4).sum();
    let (mut repeated, mut read) = (0, 0);
    while records.next(&mut record)? {
        let row = record.row()?;
        if row.length() > keys.len() {
            let message = format!("the header has {} columns, this row has {}", keys.len(), row.length());
            return Err(ImportError::Row {
                line: record.line,
                message,
            });
        }
        repeated += names;
        read += row.bytes();
        if repeated > NAMES + NAMES_A_BYTE * read {
            let message = format!(
                "the names of the header's {} columns take more than {NAMES_A_BYTE} times as much as the rows: is the first line the \
                 header, and is each quote in it closed?",
                keys.len()
            );
            return Err(at(&record, message));
        }
        for (column, cell) in columns.iter_mut().zip(cells(row)) {
            column.see(cell);
        }
    }
    let mut writers = Vec::with_capacity(keys.len());
    for (key, column) in keys.iter().zip(columns) {
        let before = if writers.is_empty() { '{' } else { ',' };
        writers.push((format!("{before}{}:", Value::from(key.as_str())), column.kind()));
    }
    let mut records = Records::new(rewound(file)?, delimiter)?;
    records.next(&mut record)?;
    let mut data = Vec::new();
    while records.next(&mut record)? {
        data.clear();
        for ((name, kind), cell) in writers.iter().zip(cells(record.row()?)) {
            data.extend_from_slice(name.as_bytes());
            push_value(&mut data, cell, *kind).map_err(|error| at(&record, error))?;
        }
        data.push(b'}');
        // Of this very length, so that it is not moved again.
        let text = std::str::from_utf8(&data)
            .map_err(|error| at(&record, error))?
            .to_owned();
        sink(TaskItem::of_data(
            RawValue::from_string(text).map_err(|error| at(&record, error))?,
        ))?;
    }
    Ok(())
}

fn at(record: &Record, error: impl std::fmt::Display) -> ImportError {
    ImportError::Row {
        line: record.line,
        message: error.to_string(),
    }
}

/// The cells of a row; those that it does not have are empty.
fn cells(row: Row<'_>) -> impl Iterator<Item = &str> {
    row.cells().chain(std::iter::repeat(""))
}

fn push_value(out: &mut Vec<u8>, cell: &str, kind: Type) -> serde_json::Result<()> {
    if is_missing(cell) {
        out.extend_from_slice(b"\"\"");
        return Ok(());
    }
    let typed = match kind {
        Type::Integer if is_plain_integer(cell) => {
            out.extend_from_slice(cell.as_bytes());
            return Ok(());
        }
        Type::Integer => integer(cell).map(Value::from),
        Type::Float => number(cell).map(Value::from),
        Type::Boolean => boolean(cell).map(Value::from),
        Type::Text => None,
    };
    match typed {
        Some(value) => serde_json::to_writer(out, &value),
        None => serde_json::to_writer(out, cell),
    }
}

/// Keys of the header: a repeated one becomes `name.1`, an empty one `Unnamed: {place}`.
fn header(row: Row<'_>) -> Vec<String> {
    let names = row.cells().enumerate();
    unique(names.map(|(index, name)| {
        if index == 0 {
            name.trim_start_matches('\u{feff}')
        } else {
            name
        }
    }))
}

/// The names, each once.
pub(super) fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let mut taken = HashSet::new();
    // The last number that a repeated name got: ten thousand columns of one name are counted once.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (index, name) in names.enumerate() {
        let base = if name.is_empty() {
            format!("Unnamed: {index}")
        } else {
            name.to_owned()
        };
        let mut key = base.clone();
        if taken.contains(&key) {
            let number = numbers.entry(base.clone()).or_default();
            while taken.contains(&key) {
                *number += 1;
                key = format!("{base}.{number}");
            }
        }
        taken.insert(key.clone());
        keys.push(key);
    }
    keys
}

fn guess(file: &File) -> Result<u8, ImportError> {
    let mut first = Vec::new();
    // A first line of more than this is no header.
    rewound(file)?.take(1024 * 1024).read_until(b'\n', &mut first)?;
    let count = |byte| memchr::memchr_iter(byte, &first).count();
    Ok(if count(b';') > count(b',') { b';' } else { b',' })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read(content: &[u8], delimiter: Option<u8>) -> Result<Vec<String>, ImportError> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(content).expect("writable");
        let mut items = Vec::new();
        import(&file, delimiter, &mut |item| {
            items.push(item.data.get().to_owned());
            Ok(())
        })?;
        Ok(items)
    }

    #[test]
    fn columns_are_typed_as_pandas_types_them() {
        let rows = read(b"n,f,g,b,t\n1,1.5,1,True,a\n2,2,,False,1\n", None).expect("a table");
        assert_eq!(rows[0], r#"{"n":1,"f":1.5,"g":1.0,"b":true,"t":"a"}"#);
        assert_eq!(rows[1], r#"{"n":2,"f":2.0,"g":"","b":false,"t":"1"}"#);
    }

    #[test]
    fn separators_marks_quotes_and_headers() {
        let rows = read(b"\xef\xbb\xbfa;b\n\"x;\"\"y\"\"\nz\";NA\n\n", None).expect("a table");
        assert_eq!(rows, [r#"{"a":"x;\"y\"\nz","b":""}"#]);
        assert_eq!(
            read(b"a,a,\n1,2,3\n", None).expect("a table"),
            [r#"{"a":1,"a.1":2,"Unnamed: 2":3}"#]
        );
        assert_eq!(
            read(b"a\tb\n1,5\t2\n", Some(b'\t')).expect("a table"),
            [r#"{"a":"1,5","b":2}"#]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_refused_with_its_line() {
        let error = read(b"a,b\n1,2\n3,\"x\ny,4\n5,6\n", None)
            .expect_err("open")
            .to_string();
        assert!(error.starts_with("Error in line 3: a quote is opened here"), "{error}");
        // Quotes inside of a cell, and two that mean one, are none.
        let rows = read(b"\xef\xbb\xbf\"a\",b\n5\" pipe,\"say \"\"x\"\"\"\n", None).expect("a table");
        assert_eq!(rows, [r#"{"a":"5\" pipe","b":"say \"x\""}"#]);
    }

    #[test]
    fn ragged_rows_are_filled_or_refused_with_their_line() {
        assert_eq!(read(b"a,b\n1\n", None).expect("a table"), [r#"{"a":1,"b":""}"#]);
        let error = read(b"a,b\n1,2\n1,2,3\n", None).expect_err("ragged").to_string();
        assert_eq!(error, "Error in line 3: the header has 2 columns, this row has 3");
        assert!(
            read(b"a\n\xff\n", None)
                .expect_err("not UTF-8")
                .to_string()
                .contains("line 2")
        );
    }

    #[test]
    fn sec_161_cells_and_columns_are_bounded_and_the_line_is_named() {
        let long = format!("a,b\n1,2\n1,{}\n", "x".repeat(CELL + 1));
        let error = read(long.as_bytes(), None).expect_err("too long").to_string();
        assert_eq!(error, "Error in line 3: a cell is longer than 1310720 bytes");
        let error = read(b"a,b\n1,2\n1,\0\n", None).expect_err("NUL").to_string();
        assert_eq!(error, "Error in line 3: a cell holds a NUL character");
        let wide = format!("{}a\n", "a,".repeat(COLUMNS));
        let error = read(wide.as_bytes(), None).expect_err("too wide").to_string();
        assert_eq!(error, "Error in line 1: more than 10000 columns");
    }

    #[test]
    fn sec_161_a_large_header_does_not_blow_up_short_rows() {
        let wide: Vec<String> = (0..COLUMNS).map(|number| number.to_string()).collect();
        let long = format!("\"{}\"", "x".repeat(20_000));
        for header in [wide.join(","), long] {
            let content = format!("{header}\n{}", "1\n".repeat(5_000));
            let error = read(content.as_bytes(), None).expect_err("too much").to_string();
            assert!(error.contains("more than 200 times as much as the rows"), "{error}");
        }
        // A survey: long questions, short answers.
        let survey = format!("{}\n{}", "q".repeat(300), "1\n".repeat(5_000));
        assert_eq!(read(survey.as_bytes(), None).expect("a table").len(), 5_000);
    }

    #[test]
    fn sec_161_many_columns_of_one_name_are_read_at_once() {
        let names = format!("{}a\n", "a,".repeat(COLUMNS - 1));
        let begun = std::time::Instant::now();
        let rows = read(format!("{names}{}1\n", "1,".repeat(COLUMNS - 1)).as_bytes(), None).expect("a table");
        assert!(rows[0].starts_with(r#"{"a":1,"a.1":1"#) && rows[0].contains(r#""a.9999":1"#));
        // Comparing each name with each other one would take minutes.
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    }
}
