//! Apache Parquet: tables of typed, nested columns, read row by row as JSON, and written.
//!
//! Written after the published format (`parquet.apache.org/docs/file-format`). Read are all types, nesting, the encodings of both versions of
//! pages, and the compressions that can be unpacked without native code; encrypted files, LZO and Brotli are refused by name. A file comes from outside
//! (SEC-158): nothing is believed before it was checked, nothing is recursive beyond a few levels, and what is unpacked is bounded. In memory is a
//! page of each column.

mod column;
mod compression;
mod packed;
mod rows;
mod schema;
mod thrift;
mod values;
mod write;

pub(crate) use rows::{Limits, Rows};
pub(crate) use write::{Column, ColumnKind, Writer};

/// What a file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// Bytes that should be there are not.
    #[error("This is no Parquet file, or it is damaged: it ends too early.")]
    Short,
    /// It contradicts the format.
    #[error("This is no Parquet file, or it is damaged: {0}.")]
    Damaged(&'static str),
    /// It is of a kind that is not read.
    #[error(
        "The Parquet file cannot be read: {0} is not supported. Write it with another one, such as Snappy or Zstandard."
    )]
    Unknown(&'static str),
    /// More than is held in memory or unpacked.
    #[error("{0}")]
    TooLarge(String),
    /// The bytes could not be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
}
