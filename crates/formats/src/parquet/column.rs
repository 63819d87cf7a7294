//! A column of a group of rows, page by page: levels and values.

use std::cell::Cell;
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

use serde_json::Value;

use super::Problem;
use super::compression::unpack;
use super::packed::{Bytes, Hybrid};
use super::schema::{Chunk, Leaf};
use super::thrift::{Reader, Thing};
use super::values::{Values, dictionary};

/// Bytes that are read at first for the head of a page, which has no length of its own.
const HEAD: u64 = 4 * 1024;
/// Largest head of a page: it may hold the least and the greatest value.
const LARGEST_HEAD: u64 = 16 * 1024 * 1024;
/// Parts of the head of a page.
const PARTS: usize = 1_000;

const SHORT: Problem = Problem::Damaged("a page ends too early");

/// One value, or that there is none, with its levels.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) repeats: u32,
    pub(super) definition: u32,
    pub(super) value: Value,
}

/// What may be held in memory of all columns together, in bytes.
pub(super) type Room = Rc<Cell<u64>>;

/// A share of the room, given back in the end.
struct Share {
    room: Room,
    bytes: u64,
}

impl Share {
    fn take(room: &Room, bytes: u64) -> Result<Share, Problem> {
        let left = room.get().checked_sub(bytes).ok_or_else(|| {
            let text = "The pages of the Parquet file are too large to be read. Write it with smaller groups of rows.";
            Problem::TooLarge(text.to_owned())
        })?;
        room.set(left);
        Ok(Share {
            room: room.clone(),
            bytes,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.set(self.room.get() + self.bytes);
    }
}

struct Page {
    repeats: Option<Hybrid>,
    definitions: Option<Hybrid>,
    values: Values,
    left: u64,
    _share: Share,
}

pub(super) struct Column {
    leaf: Leaf,
    chunk: Chunk,
    /// Where the next page begins.
    at: u64,
    left: u64,
    room: Room,
    dictionary: Vec<Value>,
    _dictionary_share: Option<Share>,
    page: Option<Page>,
    /// The level of the next entry, read ahead.
    ahead: Option<u32>,
}

impl Column {
    pub(super) fn new(leaf: Leaf, chunk: Chunk, room: &Room) -> Column {
        Column {
            leaf,
            at: chunk.bytes.start,
            left: chunk.values,
            chunk,
            room: room.clone(),
            dictionary: Vec::new(),
            _dictionary_share: None,
            page: None,
            ahead: None,
        }
    }

    /// From which level on the next entry repeats; none at the end.
    pub(super) fn peek(&mut self, file: &mut (impl Read + Seek)) -> Result<Option<u32>, Problem> {
        if self.ahead.is_some() {
            return Ok(self.ahead);
        }
        if self.left == 0 {
            return Ok(None);
        }
        while self.page.as_ref().is_none_or(|page| page.left == 0) {
            self.page = None;
            self.page = self.turn(file)?;
        }
        let page = self.page.as_mut().ok_or(SHORT)?;
        let repeats = page.repeats.as_mut().map_or(Ok(0), Hybrid::next)?;
        if repeats > self.leaf.repeats {
            return Err(Problem::Damaged("a value repeats deeper than its column"));
        }
        self.ahead = Some(repeats);
        Ok(self.ahead)
    }

    pub(super) fn next(&mut self, file: &mut (impl Read + Seek)) -> Result<Entry, Problem> {
        let repeats = self
            .peek(file)?
            .ok_or(Problem::Damaged("a column has fewer rows than the others"))?;
        self.ahead = None;
        let page = self.page.as_mut().ok_or(SHORT)?;
        let most = self.leaf.definition;
        let definition = page.definitions.as_mut().map_or(Ok(most), Hybrid::next)?;
        if definition > most {
            return Err(Problem::Damaged("a value lies deeper than its column"));
        }
        let value = if definition == most {
            page.values.next(&self.leaf, &self.dictionary)?
        } else {
            Value::Null
        };
        page.left -= 1;
        self.left = self.left.saturating_sub(1);
        Ok(Entry {
            repeats,
            definition,
            value,
        })
    }

    /// Reads the next page; none when it is the dictionary, or of no use.
    fn turn(&mut self, file: &mut (impl Read + Seek)) -> Result<Option<Page>, Problem> {
        let end = self.chunk.bytes.end;
        let (head, about) = self.head(file)?;
        self.at += head;
        let length = about.packed;
        if length > end - self.at {
            return Err(SHORT);
        }
        let size = about.unpacked.max(length);
        let packed_share = Share::take(&self.room, length)?;
        let share = Share::take(&self.room, size)?;
        let mut packed = vec![0; length as usize];
        file.seek(SeekFrom::Start(self.at))?;
        file.read_exact(&mut packed)?;
        self.at += length;
        let size = about.unpacked as usize;
        let page = match about.kind {
            Kind::Other => None,
            Kind::Dictionary { values } => {
                let bytes: Bytes = Rc::new(unpack(self.chunk.codec, &packed, size)?);
                let values_share = Share::take(&self.room, values.min(bytes.len() as u64) * size_of::<Value>() as u64)?;
                self.dictionary = dictionary(&self.leaf, &bytes, values)?;
                self._dictionary_share = Some(values_share);
                None
            }
            Kind::First {
                values,
                encoding,
                levels,
            } => {
                let bytes: Bytes = Rc::new(unpack(self.chunk.codec, &packed, size)?);
                let mut at = 0;
                let mut level = |most: u32, encoding: i64| -> Result<Option<Hybrid>, Problem> {
                    if most == 0 {
                        return Ok(None);
                    }
                    if encoding != 3 {
                        return Err(Problem::Unknown("an old encoding of levels"));
                    }
                    let length = bytes.get(at..at + 4).ok_or(SHORT)?;
                    let length = length
                        .iter()
                        .rev()
                        .fold(0, |number, byte| number << 8 | usize::from(*byte));
                    let stop = (at + 4).checked_add(length).ok_or(SHORT)?;
                    let found = Hybrid::new(&bytes, at + 4, stop, width(most))?;
                    at = stop;
                    Ok(Some(found))
                };
                let repeats = level(self.leaf.repeats, levels.1)?;
                let definitions = level(self.leaf.definition, levels.0)?;
                let values_of = Values::new(&self.leaf, encoding, &bytes, at)?;
                Some(Page {
                    repeats,
                    definitions,
                    values: values_of,
                    left: values,
                    _share: share,
                })
            }
            Kind::Second {
                values,
                encoding,
                repeats,
                definitions,
                is_packed,
            } => {
                let levels = repeats
                    .checked_add(definitions)
                    .filter(|levels| *levels <= packed.len() && *levels <= size)
                    .ok_or(SHORT)?;
                let behind = packed.split_off(levels);
                let size = size - levels;
                // An empty rest stays empty, whatever the codec says.
                let behind = if is_packed && size > 0 {
                    unpack(self.chunk.codec, &behind, size)?
                } else {
                    behind
                };
                packed.extend_from_slice(&behind);
                let bytes: Bytes = Rc::new(packed);
                let level = |most: u32, from: usize, to: usize| {
                    (most > 0)
                        .then(|| Hybrid::new(&bytes, from, to, width(most)))
                        .transpose()
                };
                Some(Page {
                    repeats: level(self.leaf.repeats, 0, repeats)?,
                    definitions: level(self.leaf.definition, repeats, levels)?,
                    values: Values::new(&self.leaf, encoding, &bytes, levels)?,
                    left: values,
                    _share: share,
                })
            }
        };
        drop(packed_share);
        Ok(page)
    }

    /// The head of the page, and how long it is.
    fn head(&self, file: &mut (impl Read + Seek)) -> Result<(u64, About), Problem> {
        let left = self.chunk.bytes.end - self.at;
        let mut length = HEAD;
        loop {
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(self.at))?;
            Read::take(&mut *file, length.min(left)).read_to_end(&mut bytes)?;
            let mut reader = Reader::new(&bytes, PARTS);
            match reader.structure() {
                Ok(head) => return Ok((reader.position() as u64, About::of(&head)?)),
                Err(Problem::Short) if length < left && length < LARGEST_HEAD => length *= 16,
                Err(error) => return Err(error),
            }
        }
    }
}

/// Bits of a level up to `most`.
fn width(most: u32) -> usize {
    (u32::BITS - most.leading_zeros()) as usize
}

/// What the head of a page says.
struct About {
    packed: u64,
    unpacked: u64,
    kind: Kind,
}

enum Kind {
    Dictionary {
        values: u64,
    },
    /// Version 1: everything is packed, lengths stand before the levels.
    First {
        values: u64,
        encoding: i64,
        levels: (i64, i64),
    },
    /// Version 2: the levels stand before what is packed.
    Second {
        values: u64,
        encoding: i64,
        repeats: usize,
        definitions: usize,
        is_packed: bool,
    },
    Other,
}

impl About {
    fn of(head: &Thing<'_>) -> Result<About, Problem> {
        let wrong = || Problem::Damaged("a page does not say what it is");
        let count = |thing: &Thing<'_>, id: i16| {
            thing
                .int(id)
                .and_then(|number| u64::try_from(number).ok())
                .ok_or_else(wrong)
        };
        let part = |id: i16| head.field(id).ok_or_else(wrong);
        let kind = match head.int(1).ok_or_else(wrong)? {
            0 => {
                let page = part(5)?;
                Kind::First {
                    values: count(page, 1)?,
                    encoding: page.int(2).ok_or_else(wrong)?,
                    levels: (page.int(3).unwrap_or(3), page.int(4).unwrap_or(3)),
                }
            }
            2 => Kind::Dictionary {
                values: count(part(7)?, 1)?,
            },
            3 => {
                let page = part(8)?;
                Kind::Second {
                    values: count(page, 1)?,
                    encoding: page.int(4).ok_or_else(wrong)?,
                    definitions: count(page, 5)? as usize,
                    repeats: count(page, 6)? as usize,
                    is_packed: page.bool(7).unwrap_or(true),
                }
            }
            _ => Kind::Other,
        };
        Ok(About {
            packed: count(head, 3)?,
            unpacked: count(head, 2)?,
            kind,
        })
    }
}
