//! Plain text: a task a line; and markup: the whole text is one task.

use std::io::{BufRead, Read as _};

use super::{ImportError, Sink, TaskItem};

/// Longest line, in bytes.
const LINE: usize = 64 * 1024 * 1024;

/// Every line, empty ones too, with the line boundaries that Unicode names.
pub(super) fn lines(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        if reader.take(LINE as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() > LINE {
            return Err(ImportError::TooLarge(format!("A line is longer than {LINE} bytes")));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| ImportError::whole("The file is not UTF-8 text. Save it as UTF-8."))?;
        let text = if std::mem::take(&mut first) {
            text.trim_start_matches('\u{feff}')
        } else {
            text
        };
        let text = text
            .strip_suffix("\r\n")
            .or_else(|| text.strip_suffix('\n'))
            .unwrap_or(text);
        without_nul(text)?;
        for part in parts(text) {
            sink(TaskItem::of_value(part))?;
        }
    }
}

/// Cuts at the boundaries other than the line feed. A boundary at the very end begins no further line.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    const BOUNDARIES: [char; 9] = [
        '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    let text = text.strip_suffix(BOUNDARIES).unwrap_or(text);
    text.split(BOUNDARIES)
}

/// The whole text.
pub(super) fn whole(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let mut text = String::new();
    reader.take(LINE as u64 + 1).read_to_string(&mut text)?;
    if text.len() > LINE {
        return Err(ImportError::TooLarge(format!("The file is longer than {LINE} bytes")));
    }
    without_nul(&text)?;
    sink(TaskItem::of_value(text.trim_start_matches('\u{feff}')))
}

/// As in JSON (SEC-160): no database keeps a NUL.
fn without_nul(text: &str) -> Result<(), ImportError> {
    if text.contains('\0') {
        return Err(ImportError::whole("The file holds a NUL character; it is no text."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut values = Vec::new();
        lines(&mut text.as_bytes(), &mut |item| {
            let value: serde_json::Value = serde_json::from_str(item.data.get()).expect("data");
            values.push(value["$undefined$"].as_str().expect("a text").to_owned());
            Ok(())
        })
        .expect("text");
        values
    }

    #[test]
    fn lines_are_cut_as_the_reference_cuts_them() {
        assert_eq!(read("a\nb\r\nc"), ["a", "b", "c"]);
        assert_eq!(read("a\n\nb\n"), ["a", "", "b"]);
        assert_eq!(read("a\u{2028}b\u{85}c\n"), ["a", "b", "c"]);
        assert!(read("").is_empty());
    }
}
