//! Cells as they stand in the file: text is quoted, numbers and booleans are bare.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::super::python::float;
use super::rows::{Origin, Rows};

/// Writes cells, one at a time.
pub(super) struct Cells {
    /// Text that a spreadsheet would run gets an apostrophe (SEC-168).
    formula_escape: bool,
    cell: Vec<u8>,
}

impl Cells {
    pub(super) fn new(formula_escape: bool) -> Self {
        Cells {
            formula_escape,
            cell: Vec::new(),
        }
    }

    /// A number, a boolean.
    pub(super) fn bare(&mut self, text: &str) -> &[u8] {
        self.cell.clear();
        self.cell.extend_from_slice(text.as_bytes());
        &self.cell
    }

    /// A whole number.
    pub(super) fn whole(&mut self, number: impl Into<serde_json::Number>) -> &[u8] {
        self.cell.clear();
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut self.cell, &number.into());
        &self.cell
    }

    pub(super) fn text(&mut self, text: &str) -> &[u8] {
        self.cell.clear();
        push_text(&mut self.cell, text, self.formula_escape);
        &self.cell
    }

    /// As [`Cells::text`], to keep.
    pub(super) fn quoted(&self, text: &str) -> Vec<u8> {
        let mut cell = Vec::with_capacity(text.len() + 2);
        push_text(&mut cell, text, self.formula_escape);
        cell
    }

    /// Puts the values of a task's data into the row, as they are read: a tree of them would cost more than all the rest.
    pub(super) fn of_data(&mut self, data: &str, rows: &mut Rows) {
        let before = rows.mark();
        let members = Members { cells: self, rows };
        // What is no object has no cells.
        if serde_json::Deserializer::from_str(data)
            .deserialize_map(members)
            .is_err()
        {
            rows.back_to(before);
        }
    }
}

fn push_text(out: &mut Vec<u8>, text: &str, formula_escape: bool) {
    out.push(b'"');
    if formula_escape && is_formula(text) {
        out.push(b'\'');
    }
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=at]);
        out.push(b'"');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Whether a spreadsheet would run the text (SEC-168).
fn is_formula(text: &str) -> bool {
    text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ])
}

/// JSON as the reference writes it into cells: no spaces, slashes escaped.
pub(super) fn compact(value: &Value) -> String {
    value.to_string().replace('/', "\\/")
}

struct Members<'a> {
    cells: &'a mut Cells,
    rows: &'a mut Rows,
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            map.next_value_seed(&mut *self.cells)?;
            self.rows.put(Origin::Data, &name, &self.cells.cell);
        }
        Ok(())
    }
}

/// A key, borrowed where it is written without escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text).map(Key)
    }
}

/// Reads a value into the cell.
impl<'de> DeserializeSeed<'de> for &mut Cells {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Cells {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.text("");
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.bare(if value { "True" } else { "False" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.whole(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.whole(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.bare(&float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(seq))?;
        self.text(&compact(&value));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.text(&compact(&value));
        Ok(())
    }
}
