//! Parquet: files that pyarrow has written (`tests/parquet/make.py`), what our own export holds, and bytes that are none.

#![allow(clippy::expect_used)]

use std::io::Cursor;

use labelkeep_formats::import::{ImportError, import_parquet};
use proptest::prelude::*;
use serde_json::{Value, json};

const SNAPPY: &[u8] = include_bytes!("parquet/snappy.parquet");
const ZSTD: &[u8] = include_bytes!("parquet/zstd-v2.parquet");
const GZIP: &[u8] = include_bytes!("parquet/gzip.parquet");
const LZ4: &[u8] = include_bytes!("parquet/lz4.parquet");
const INT96: &[u8] = include_bytes!("parquet/int96.parquet");
const BROTLI: &[u8] = include_bytes!("parquet/brotli.parquet");
const TASKS: &[u8] = include_bytes!("parquet/tasks.parquet");

fn read(bytes: &[u8]) -> Result<(Vec<Value>, Vec<String>), ImportError> {
    let mut rows = Vec::new();
    let lost = import_parquet(Cursor::new(bytes), &mut |item| {
        rows.push(serde_json::from_str(item.data.get()).expect("JSON"));
        Ok(())
    })?;
    Ok((rows, lost))
}

/// What `make.py` puts into a row.
fn expected(index: i64) -> Value {
    let at = |hours: i64| chrono::DateTime::from_timestamp(1_795_948_200 + hours * 3_600, 0).expect("a time");
    let text = if index % 7 == 3 {
        String::new()
    } else {
        format!("Grüße 😀 {}", index % 5)
    };
    let float: f64 = (0.1_f64 * index as f64) as f32 as f64;
    let float: f64 = (float as f32).to_string().parse().expect("a number");
    let cents = index - 3;
    let sign = if cents < 0 { "-" } else { "" };
    let nested = json!([{ "a": index, "b": [[1, null], [], null] }, null]);
    json!({
        "text": text,
        "n": index * 1_000_003 - 5,
        "small": index % 256 - 128,
        "unsigned": u64::MAX - index as u64,
        "float": float,
        "double": if index == 2 { json!("") } else { json!(index as f64 / 8.0) },
        "flag": if index % 11 == 5 { json!("") } else { json!(index % 3 == 0) },
        "day": at(24 * index).format("%Y-%m-%d").to_string(),
        "at": at(index).format("%Y-%m-%dT%H:%M:%S").to_string(),
        "at_utc": at(index).format("%Y-%m-%dT%H:%M:%S.25Z").to_string(),
        "time": format!("10:30:{:02}", index % 60),
        "price": format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100),
        "raw": if index == 0 { "" } else { "abc" },
        "tags": if index == 1 { json!("") } else { json!((0..index % 4).map(|tag| format!("t{tag}")).collect::<Vec<_>>()) },
        "nested": if index % 2 == 1 { nested } else { json!([]) },
        "map": if index % 3 == 0 { json!({}) } else { json!({ "k": index, "l": null }) },
    })
}

#[test]
fn all_types_encodings_and_compressions_are_read() {
    for (name, file) in [
        ("snappy", SNAPPY),
        ("zstd", ZSTD),
        ("gzip", GZIP),
        ("lz4", LZ4),
        ("int96", INT96),
    ] {
        let (rows, lost) = read(file).expect(name);
        assert_eq!(rows.len(), 300, "{name}");
        for (index, row) in (0..).zip(&rows) {
            let all = expected(index);
            let row = row.as_object().expect("an object");
            assert!(!row.is_empty());
            for (key, value) in row {
                assert_eq!(value, &all[key], "{name}: row {index}: {key}");
            }
        }
        let has_bytes = rows[0].get("raw").is_some();
        let said = "bytes that are no text, in the column \"raw\" (1 times)";
        assert_eq!(lost, if has_bytes { vec![said] } else { Vec::new() }, "{name}");
    }
}

#[test]
fn a_structure_data_makes_whole_tasks() {
    let mut found = Vec::new();
    let taken = import_parquet(Cursor::new(TASKS), &mut |item| {
        found.push(item);
        Ok(())
    });
    taken.expect("tasks");
    assert_eq!(found[0].data.get(), r#"{"image":"a.png"}"#);
    let result: Value = serde_json::from_str(found[0].annotations[0].result.get()).expect("JSON");
    // What the rows of a structure do not have in common is not there, instead of null.
    assert_eq!(result[0]["value"], json!({ "x": 1.5, "rectanglelabels": ["Car"] }));
    assert_eq!(result[1]["value"], json!({ "choices": ["day"] }));
    assert!(found[1].annotations.is_empty());
}

#[test]
fn what_is_not_read_is_said() {
    let error = read(BROTLI).expect_err("brotli").to_string();
    assert!(error.contains("Brotli"), "{error}");
    for text in [&b""[..], b"PAR1", b"PAR1PAR1PAR1", b"{\"a\": 1}, and some more bytes"] {
        let error = read(text).expect_err("no Parquet").to_string();
        assert!(error.starts_with("This is no Parquet file"), "{error}");
    }
    assert!(read(&SNAPPY[..SNAPPY.len() / 2]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Bytes changed anywhere, the metadata at the end above all: read or refused, within bounds; nothing panics or hangs.
    #[test]
    fn sec_158_damaged_files_are_read_or_refused(
        which in 0..6_usize,
        changes in proptest::collection::vec((any::<u32>(), any::<bool>(), any::<u8>()), 1..12),
        cut in proptest::option::weighted(0.1, any::<u16>()),
    ) {
        let mut file = [SNAPPY, ZSTD, GZIP, LZ4, INT96, TASKS][which].to_vec();
        let length = file.len();
        for (place, at_end, byte) in changes {
            let span = if at_end { length.min(1_500) } else { length };
            let at = length - 1 - place as usize % span;
            file[at] = byte;
        }
        if let Some(cut) = cut {
            let from = usize::from(cut) % length;
            file.drain(from..(from + 13).min(length));
        }
        let mut rows = 0;
        let _ = import_parquet(Cursor::new(file), &mut |_| {
            rows += 1;
            if rows > 5_000 { Err(ImportError::Stopped) } else { Ok(()) }
        });
    }
}
