//! Parquet: a task a row. A row with a structure `data` is a task with all that JSON may say of one; else its columns are the data.

use std::io::{BufReader, Read, Seek, SeekFrom};

use serde_json::{Map, Value};

use super::{BUFFER, ImportError, Sink, TaskItem};
use crate::parquet::{Limits, Problem, Rows};

/// Most bytes of pages that are held at a time.
const PAGES: u64 = 256 * 1024 * 1024;
/// Largest row, in bytes: as an element of JSON.
const ROW: u64 = 64 * 1024 * 1024;
/// Bytes that any file may unpack to; a column with one value in all rows has next to none in the file.
const FREE: u64 = 1024 * 1024 * 1024;
/// Bytes that it may unpack to for each of its own, and in all.
const RATIO: u64 = 100;
const MOST: u64 = 10 * 1024 * 1024 * 1024;

/// Gives what was left out, for people.
pub(super) fn import(mut file: impl Read + Seek, sink: &mut Sink<'_>) -> Result<Vec<String>, ImportError> {
    let size = file.seek(SeekFrom::End(0))?;
    let limits = Limits {
        pages: PAGES,
        row: ROW,
        rows: MOST.min(size.saturating_mul(RATIO).max(FREE)),
    };
    let mut rows = Rows::open(BufReader::with_capacity(BUFFER, file), limits)?;
    let mut index = 0;
    while let Some(row) = rows.next()? {
        sink(item(row).map_err(|message| ImportError::Item { index, message })?)?;
        index += 1;
    }
    let lost = rows
        .lost()
        .map(|(column, number)| format!("bytes that are no text, in the column \"{column}\" ({number} times)"));
    Ok(lost.collect())
}

fn item(mut row: Map<String, Value>) -> Result<TaskItem, String> {
    let is_task = row.get("data").is_some_and(Value::is_object);
    if is_task {
        row.retain(|_, value| !value.is_null());
    } else {
        // As in CSV, what is missing is an empty text.
        for value in row.values_mut().filter(|value| value.is_null()) {
            *value = Value::from("");
        }
    }
    let text = Value::Object(row).to_string();
    labelkeep_labeling::check_json(&text).map_err(|error| error.to_string())?;
    if is_task {
        TaskItem::parse(&text)
    } else {
        let data = serde_json::value::RawValue::from_string(text).map_err(|error| error.to_string())?;
        Ok(TaskItem::of_data(data))
    }
}

impl From<Problem> for ImportError {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::TooLarge(text) => ImportError::TooLarge(text),
            Problem::Read(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => ImportError::Read(error),
            Problem::Read(_) => ImportError::whole(Problem::Short.to_string()),
            other => ImportError::whole(other.to_string()),
        }
    }
}
