//! CSV and TSV: the header names the keys, each row is a task; columns are typed as pandas types them.
//!
//! A column's type depends on all its values, so the file is read twice: once to type, once to give the tasks.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufRead as _;

use ::csv::{ByteRecord, ReaderBuilder};
use serde_json::value::RawValue;

use super::quotes::Quotes;
use super::{ImportError, Sink, TaskItem, rewound};

/// Longest cell, in bytes (SEC-161).
pub(super) const CELL: usize = 1_310_720;
/// Most columns (SEC-161).
pub(super) const COLUMNS: usize = 10_000;

/// What stands for a missing value.
const MISSING: &[&str] = &[
    "", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "None", "<NA>", "#N/A", "#N/A N/A", "#NA",
    "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN",
];

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
        if MISSING.contains(&cell) {
            self.missing = true;
            return;
        }
        self.any = true;
        self.integers &= integer(cell).is_some();
        self.numbers &= number(cell).is_some();
        self.booleans &= boolean(cell).is_some();
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
    let mut columns = Vec::new();
    let mut keys = Vec::new();
    each_row(file, delimiter, &mut |line, row| {
        if keys.is_empty() {
            keys = header(row)?;
            columns = vec![Column::NEW; keys.len()];
            return Ok(());
        }
        if row.len() > keys.len() {
            let message = format!("the header has {} columns, this row has {}", keys.len(), row.len());
            return Err(ImportError::Row { line, message });
        }
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = row.get(index).unwrap_or_default();
            column.see(text(cell, line)?.as_ref());
        }
        Ok(())
    })?;
    let types: Vec<Type> = columns.iter().map(|column| column.kind()).collect();
    let names: Vec<String> = keys
        .iter()
        .map(|key| serde_json::Value::from(key.as_str()).to_string())
        .collect();
    let mut past_header = false;
    each_row(file, delimiter, &mut |line, row| {
        if !std::mem::replace(&mut past_header, true) {
            return Ok(());
        }
        let mut data = String::from("{");
        for (index, (name, kind)) in names.iter().zip(&types).enumerate() {
            if index > 0 {
                data.push(',');
            }
            data.push_str(name);
            data.push(':');
            data.push_str(&value(text(row.get(index).unwrap_or_default(), line)?.as_ref(), *kind));
        }
        data.push('}');
        let data = RawValue::from_string(data).map_err(|error| ImportError::Row {
            line,
            message: error.to_string(),
        })?;
        sink(TaskItem::of_data(data))
    })
}

fn value(cell: &str, kind: Type) -> String {
    if MISSING.contains(&cell) {
        return "\"\"".to_owned();
    }
    let typed = match kind {
        Type::Integer => integer(cell).map(|number| number.to_string()),
        Type::Float => number(cell)
            .and_then(serde_json::Number::from_f64)
            .map(|number| number.to_string()),
        Type::Boolean => boolean(cell).map(|boolean| boolean.to_string()),
        Type::Text => None,
    };
    typed.unwrap_or_else(|| serde_json::Value::from(cell).to_string())
}

fn text(cell: &[u8], line: u64) -> Result<Cow<'_, str>, ImportError> {
    if cell.len() > CELL {
        return Err(ImportError::Row {
            line,
            message: format!("a cell is longer than {CELL} bytes"),
        });
    }
    match std::str::from_utf8(cell) {
        Ok(text) if text.contains('\0') => Err(ImportError::Row {
            line,
            message: "a cell holds a NUL character".to_owned(),
        }),
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => Err(ImportError::Row {
            line,
            message: "the text is not UTF-8. Save the file as UTF-8".to_owned(),
        }),
    }
}

/// Keys of the header: a repeated one becomes `name.1`, an empty one `Unnamed: {place}`.
fn header(row: &ByteRecord) -> Result<Vec<String>, ImportError> {
    if row.len() > COLUMNS {
        return Err(ImportError::Row {
            line: 1,
            message: format!("more than {COLUMNS} columns"),
        });
    }
    let mut cells = Vec::with_capacity(row.len());
    for (index, cell) in row.iter().enumerate() {
        let cell = text(cell, 1)?;
        cells.push(if index == 0 {
            cell.trim_start_matches('\u{feff}').to_owned()
        } else {
            cell.into_owned()
        });
    }
    Ok(unique(cells.iter().map(String::as_str)))
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
    rewound(file)?.take_line(&mut first)?;
    let count = |byte| memchr::memchr_iter(byte, &first).count();
    Ok(if count(b';') > count(b',') { b';' } else { b',' })
}

trait TakeLine {
    fn take_line(self, line: &mut Vec<u8>) -> std::io::Result<()>;
}

impl<R: std::io::BufRead> TakeLine for R {
    fn take_line(self, line: &mut Vec<u8>) -> std::io::Result<()> {
        // A first line of more than this is no header.
        std::io::Read::take(self, 1024 * 1024)
            .read_until(b'\n', line)
            .map(|_| ())
    }
}

fn each_row(
    file: &File,
    delimiter: u8,
    with: &mut dyn FnMut(u64, &ByteRecord) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Quotes::new(rewound(file)?, delimiter)?);
    let mut row = ByteRecord::new();
    while reader
        .read_byte_record(&mut row)
        .map_err(|error| ImportError::whole(error.to_string()))?
    {
        let line = row.position().map_or(0, ::csv::Position::line);
        with(line, &row)?;
    }
    match reader.get_ref().open() {
        Some(line) => Err(ImportError::Row {
            line,
            message: "a quote is opened here and never closed; close it, or write it twice if it belongs to the text"
                .to_owned(),
        }),
        None => Ok(()),
    }
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
