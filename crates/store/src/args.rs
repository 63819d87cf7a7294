//! Arguments of a statement, the same for both databases.

use std::fmt::Write as _;

use rusqlite::ToSql;
use rusqlite::types::{Null, ToSqlOutput, ValueRef};
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;

/// One bound value. The variant carries the type even when the value is null, as PostgreSQL needs it.
#[derive(Debug, Clone)]
pub enum Arg {
    /// BIGINT
    Int(Option<i64>),
    /// DOUBLE PRECISION
    Float(Option<f64>),
    /// BOOLEAN
    Bool(Option<bool>),
    /// TEXT
    Text(Option<String>),
    /// BLOB, BYTEA
    Bytes(Option<Vec<u8>>),
    /// BIGINT[]; on SQLite a JSON array. [`crate::builder::Parts::push_list`] makes it.
    Ints(Vec<i64>),
}

/// The values of a statement, in the order of `$1, $2, …`.
pub type Args = Vec<Arg>;

macro_rules! from {
    ($variant:ident: $($type:ty => $convert:expr),+ $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                #[allow(clippy::redundant_closure_call)]
                Arg::$variant(Some(($convert)(value)))
            }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Arg::$variant(value.map($convert))
            }
        }
    )+};
}

from!(Int: i64 => |value| value, i32 => i64::from, u32 => i64::from);
from!(Float: f64 => |value| value);
from!(Bool: bool => |value| value);
from!(Text: String => |value| value, &str => str::to_owned, &String => String::clone, Box<str> => String::from);
from!(Bytes: Vec<u8> => |value| value, &[u8] => <[u8]>::to_vec);

impl<const N: usize> From<[u8; N]> for Arg {
    fn from(value: [u8; N]) -> Self {
        Arg::Bytes(Some(value.to_vec()))
    }
}

/// Builds [`Args`] from values: `args![project_id, title, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Arg::from($value)),*] };
}

impl ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Arg::Int(Some(value)) => ToSqlOutput::from(*value),
            Arg::Float(Some(value)) => ToSqlOutput::from(*value),
            Arg::Bool(Some(value)) => ToSqlOutput::from(*value),
            Arg::Text(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Arg::Bytes(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Arg::Ints(values) => ToSqlOutput::from(json(values)),
            Arg::Int(None) | Arg::Float(None) | Arg::Bool(None) | Arg::Text(None) | Arg::Bytes(None) => {
                ToSqlOutput::from(Null)
            }
        })
    }
}

fn json(values: &[i64]) -> String {
    let mut text = String::with_capacity(values.len() * 8 + 2);
    text.push('[');
    for (index, value) in values.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{value}");
    }
    text.push(']');
    text
}

pub(crate) fn postgres(args: Args) -> Result<PgArguments, sqlx::Error> {
    let mut bound = PgArguments::default();
    bound.reserve(args.len(), 0);
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(value),
            Arg::Float(value) => bound.add(value),
            Arg::Bool(value) => bound.add(value),
            Arg::Text(value) => bound.add(value),
            Arg::Bytes(value) => bound.add(value),
            Arg::Ints(values) => bound.add(values),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(bound)
}
