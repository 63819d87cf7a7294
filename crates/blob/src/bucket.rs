//! What every object store can do.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};

use crate::{BlobError, FileContent, Right};

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its whole name in the bucket, as it is stored.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, in microseconds since 1970-01-01 UTC.
    pub modified: Option<i64>,
    /// Differs when the content does.
    pub etag: String,
}

/// Where a list goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Behind this key, in the order of bytes; empty at the beginning.
    pub after: String,
    /// What the store gave to go on with; it may be left away.
    #[serde(skip)]
    pub token: Option<String>,
}

/// A part of a list.
#[derive(Debug, Default)]
pub struct Page {
    /// In the order of the bytes of their keys.
    pub objects: Vec<Object>,
    /// Where the rest begins; none at the end.
    pub next: Option<Position>,
}

/// A part of an object, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: u64,
    /// The last; none: up to the end.
    pub last: Option<u64>,
}

/// An object, or a part of it, as it arrives.
pub struct Content {
    /// Bytes that arrive, if it is known.
    pub length: Option<u64>,
    /// First byte, last byte and size of the whole, when it is a part.
    pub part: Option<(u64, u64, u64)>,
    /// Differs when the content does.
    pub etag: String,
    /// The bytes.
    pub body: Pin<Box<dyn Stream<Item = Result<Bytes, BlobError>> + Send>>,
}

impl Content {
    /// Everything in memory, if it is not more than `limit` bytes.
    ///
    /// # Errors
    /// When it is, or when the connection breaks.
    pub async fn bytes(mut self, limit: u64) -> Result<Vec<u8>, BlobError> {
        let too_large = || {
            BlobError::new(
                crate::Fault::Unknown,
                format!("The object is larger than {limit} bytes"),
            )
        };
        if self.length.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut content = Vec::new();
        while let Some(bytes) = self.body.next().await {
            content.extend_from_slice(&bytes?);
            if content.len() as u64 > limit {
                return Err(too_large());
            }
        }
        Ok(content)
    }
}

/// Headers of an answer that a link fixes, whatever the store keeps with the object: nobody can change them without the keys.
#[derive(Debug, Clone, Copy)]
pub struct SignedHeaders<'a> {
    /// `Content-Type`
    pub content_type: &'a str,
    /// `Content-Disposition`
    pub disposition: &'a str,
}

/// An object store, opened with somebody's keys, below somebody's prefix. Keys are whole names; what lies outside of the prefix is
/// not reached.
pub trait Bucket: Send + Sync {
    /// Up to `limit` objects behind a position, in the order of the bytes of their keys. Folders are left out.
    fn list<'a>(&'a self, from: &'a Position, recursive: bool, limit: usize) -> BoxFuture<'a, Result<Page, BlobError>>;

    /// An object, or a part of it.
    fn read<'a>(&'a self, key: &'a str, range: Option<Range>) -> BoxFuture<'a, Result<Content, BlobError>>;

    /// Writes an object; one of the same key is replaced.
    fn write<'a>(&'a self, key: &'a str, content: Vec<u8>) -> BoxFuture<'a, Result<(), BlobError>>;

    /// Writes a file as an object, in one request that the store takes as a whole or not at all: nobody sees half of it. Not every
    /// store takes files.
    fn write_file<'a>(&'a self, _key: &'a str, _content: &'a FileContent) -> BoxFuture<'a, Result<(), BlobError>> {
        Box::pin(async { Err(BlobError::new(crate::Fault::Unknown, "The storage takes no files")) })
    }

    /// Removes an object; one that is not there is no error.
    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), BlobError>>;

    /// Sees whether the keys do what the storage is for: a source is listed and read, a target written.
    fn check(&self) -> BoxFuture<'_, Result<(), BlobError>>;

    /// Rights of the keys that the storage makes no use of, as far as they show without anything being done; nothing where they do not.
    /// It is asked after a check that succeeded.
    fn beyond(&self) -> BoxFuture<'_, Vec<Right>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// A link to one object that works without keys for `seconds`, and is answered with these headers; none where the store, or who it
    /// is opened for, has no such links.
    fn sign<'a>(
        &'a self,
        key: &'a str,
        seconds: u32,
        headers: SignedHeaders<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, BlobError>>;

    /// Scheme and host to which signed links lead; none where there are none.
    fn links_at(&self) -> Option<String> {
        None
    }

    /// How tasks name an object, `s3://bucket/key`.
    fn address(&self, key: &str) -> String;

    /// The key of an object that a task names; none when it lies elsewhere.
    fn key_of(&self, address: &str) -> Option<String>;

    /// The key of a target's object of this name.
    fn key_for(&self, name: &str) -> String;

    /// Whether JSON is written for people to read, as files are.
    fn writes_indented(&self) -> bool {
        false
    }
}
