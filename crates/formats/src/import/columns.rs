//! What the columns of a table of text hold, and their cells as JSON: typed as pandas types them.

use std::fmt::Write as _;

use super::eight::{find_escaped, is_escaped};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Float,
    Boolean,
    Text,
}

/// What the cells of a column have been so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    integers: bool,
    numbers: bool,
    booleans: bool,
    missing: bool,
    any: bool,
}

impl Column {
    pub(super) const NEW: Column = Column {
        integers: true,
        numbers: true,
        booleans: true,
        missing: false,
        any: false,
    };

    pub(super) fn see(&mut self, cell: &str) {
        // A column of text stays one.
        if !(self.integers || self.numbers || self.booleans) {
            return;
        }
        if is_plain_integer(cell) {
            self.any = true;
            self.booleans = false;
            return;
        }
        if is_missing(cell) {
            self.missing = true;
            return;
        }
        self.any = true;
        self.integers = self.integers && integer(cell).is_some();
        self.numbers = self.numbers && (is_plain_decimal(cell) || number(cell).is_some());
        self.booleans = self.booleans && boolean(cell).is_some();
    }

    /// A number next to a missing value becomes a float.
    pub(super) fn kind(self) -> Type {
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

/// Whether it stands for a missing value.
fn is_missing(cell: &str) -> bool {
    // Most cells begin otherwise, or are longer than all of these.
    match cell.as_bytes().first() {
        None => true,
        Some(b'N' | b'n' | b'#' | b'-' | b'<' | b'1') => {
            cell.len() <= 8
                && matches!(
                    cell,
                    "NA" | "N/A"
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
        Some(_) => false,
    }
}

/// Whether it is an integer as JSON writes it, too: some digits, no zero in front.
fn is_plain_integer(cell: &str) -> bool {
    let digits = cell.as_bytes();
    matches!(digits.len(), 1..=18) && digits.iter().all(u8::is_ascii_digit) && (digits[0] != b'0' || digits.len() == 1)
}

/// Whether it is a decimal number as a float is written, too: at most fifteen digits, which a float keeps, and no zero that it would
/// not have. What begins with `0.0` may be small enough to be written with an exponent.
fn is_plain_decimal(cell: &str) -> bool {
    let is_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    let bytes = cell.as_bytes();
    if bytes.len() > 16 {
        return false;
    }
    let Some(point) = bytes.iter().position(|byte| *byte == b'.') else {
        return false;
    };
    let (whole, fraction) = (&bytes[..point], &bytes[point + 1..]);
    let begins = match whole {
        [] => false,
        [b'0'] => fraction.first().is_some_and(|digit| *digit != b'0'),
        [first, ..] => *first != b'0',
    };
    let ends = match fraction {
        [] => false,
        [_] => true,
        [.., last] => *last != b'0',
    };
    begins && ends && is_digits(whole) && is_digits(fraction)
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

/// Writes a cell of a column that holds this. What is missing is an empty text.
pub(super) fn push_value(out: &mut String, cell: &str, kind: Type) {
    let value = match kind {
        // Most numbers stand as they are.
        Type::Integer if is_plain_integer(cell) => return out.push_str(cell),
        Type::Float if is_plain_decimal(cell) => return out.push_str(cell),
        _ if is_missing(cell) => return out.push_str("\"\""),
        Type::Text => return push_text(out, cell),
        Type::Boolean => match boolean(cell) {
            Some(true) => return out.push_str("true"),
            Some(false) => return out.push_str("false"),
            None => None,
        },
        Type::Integer => integer(cell).map(serde_json::Value::from),
        Type::Float => number(cell).map(serde_json::Value::from),
    };
    match value {
        Some(value) => {
            // Writing to a text does not fail.
            let _ = write!(out, "{value}");
        }
        None => push_text(out, cell),
    }
}

/// Writes a text with its quotes.
fn push_text(out: &mut String, text: &str) {
    out.push('"');
    // Without an early end, so that many bytes are looked at in one step: texts are mostly written as they are.
    if text.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
        push_escaped(out, text);
    } else {
        out.push_str(text);
    }
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(place) = find_escaped(rest.as_bytes()) {
        out.push_str(&rest[..place]);
        match rest.as_bytes()[place] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(cell: &str, kind: Type) -> String {
        let mut out = String::new();
        push_value(&mut out, cell, kind);
        out
    }

    #[test]
    fn what_is_missing_is_an_empty_text_in_every_column() {
        for cell in [
            "", "NA", "n/a", "nan", "-NaN", "NULL", "None", "<NA>", "#N/A N/A", "-1.#QNAN", "1.#IND",
        ] {
            for kind in [Type::Integer, Type::Float, Type::Boolean, Type::Text] {
                assert_eq!(written(cell, kind), "\"\"", "{cell}");
            }
        }
        for cell in ["N", "none", "-", "1", "#", "NaNs", "1.#INDE"] {
            assert_eq!(written(cell, Type::Text), format!("\"{cell}\""));
        }
    }

    proptest! {
        /// Whether a number is written as it stands, or read and written anew: nobody can tell.
        #[test]
        fn plain_numbers_are_what_they_would_become(cell in "-?[0-9]{0,4}0{0,3}[0-9]{0,14}\\.?0{0,5}[0-9]{0,12}0{0,2}") {
            if is_plain_integer(&cell) {
                prop_assert_eq!(integer(&cell).map(|number| number.to_string()), Some(cell.clone()));
            }
            if is_plain_decimal(&cell) {
                let read = number(&cell).map(|number| serde_json::Value::from(number).to_string());
                prop_assert_eq!(read, Some(cell));
            }
        }

        #[test]
        fn texts_are_what_everybody_reads(text in "[ -~\\x00-\\x1f\u{7f}é\u{2028}😀\"\\\\]{0,40}") {
            let mut out = String::new();
            push_text(&mut out, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), text);
        }
    }
}
