//! CSV and TSV: the header names the keys, each row is a task; columns are typed as pandas types them.
//!
//! A column's type depends on all its values, so the file is read twice: once to type, once to give the tasks.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, Read as _};

use serde_json::Value;

use super::columns::{Column, push_value};
use super::item::ObjectText;
use super::records::{Records, Row};
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

/// `delimiter` is guessed when none is given: `;` if the first line has more of them than of `,`.
pub(super) fn import(file: &File, delimiter: Option<u8>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let delimiter = match delimiter {
        Some(delimiter) => delimiter,
        None => guess(file)?,
    };
    let mut records = Records::new(rewound(file)?, delimiter)?;
    let Some(row) = records.next()? else {
        return Ok(());
    };
    let keys = header(row);
    let mut columns = vec![Column::NEW; keys.len()];
    // With quotes, a colon and a comma.
    let names: usize = keys.iter().map(|key| key.len() + 4).sum();
    let (mut repeated, mut read) = (0, 0);
    while let Some(row) = records.next()? {
        if row.length() > keys.len() {
            let message = format!("the header has {} columns, this row has {}", keys.len(), row.length());
            return Err(ImportError::Row {
                line: row.line,
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
            return Err(ImportError::Row {
                line: row.line,
                message,
            });
        }
        for (column, cell) in columns.iter_mut().zip(row.cells()) {
            column.see(cell);
        }
        for column in &mut columns[row.length()..] {
            column.see("");
        }
    }
    let mut writers = Vec::with_capacity(keys.len());
    for (key, column) in keys.iter().zip(columns) {
        let before = if writers.is_empty() { '{' } else { ',' };
        writers.push((format!("{before}{}:", Value::from(key.as_str())), column.kind()));
    }
    let mut records = Records::new(rewound(file)?, delimiter)?;
    records.next()?;
    // As long as the longest so far, so that it is mostly made in one place.
    let mut length = 0;
    while let Some(row) = records.next()? {
        let mut data = String::with_capacity(length);
        let mut writers = writers.iter();
        for (cell, (name, kind)) in row.cells().zip(&mut writers) {
            data.push_str(name);
            push_value(&mut data, cell, *kind);
        }
        for (name, kind) in writers {
            data.push_str(name);
            push_value(&mut data, "", *kind);
        }
        data.push('}');
        length = length.max(data.len());
        sink(TaskItem::of_data(ObjectText::written(data)))?;
    }
    Ok(())
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
