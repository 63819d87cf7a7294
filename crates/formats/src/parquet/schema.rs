//! The footer of a file: which columns there are, how they are nested, and where their pages lie.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use serde_json::Value;

use super::thrift::{Reader, Thing};
use super::values::{Meaning, Physical, Unit};
use super::{MAGIC, Problem};

/// Largest footer, in bytes.
const FOOTER: u64 = 64 * 1024 * 1024;
/// Most parts of a footer: some thirty for each column of each group of rows.
const PARTS: usize = 4_000_000;
/// How deep columns may lie in each other.
const DEPTH: usize = 48;
/// Most columns.
const COLUMNS: usize = 10_000;

/// How often a value stands in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    Required,
    Optional,
    Repeated,
}

/// A column, or what columns lie in.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) repetition: Repetition,
    /// Levels from which on it is there, and from which on it goes on repeating.
    pub(super) definition: u32,
    pub(super) repeats: u32,
    pub(super) kind: Kind,
    /// The columns in it, by their place in the file.
    pub(super) leaves: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Kind {
    Leaf,
    Group(Vec<Node>),
    /// Its only child is repeated.
    List(Box<Node>),
    /// Its only child is repeated, and has a key and mostly a value.
    Map(Box<Node>),
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) physical: Physical,
    /// Bytes of a value of fixed length.
    pub(super) length: usize,
    pub(super) meaning: Meaning,
    pub(super) definition: u32,
    pub(super) repeats: u32,
    /// With dots, for people.
    pub(super) path: String,
}

impl Leaf {
    /// Whether a value is there, but as bytes that are no text.
    pub(super) fn is_lost(&self, definition: u32, value: &Value) -> bool {
        let is_text = matches!(self.physical, Physical::Bytes | Physical::Fixed) && self.meaning == Meaning::Plain;
        is_text && definition == self.definition && value.is_null()
    }
}

/// Where the pages of a column of a group of rows lie.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) codec: i64,
    pub(super) values: u64,
    pub(super) bytes: Range<u64>,
}

/// Some rows.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) rows: u64,
    pub(super) chunks: Vec<Chunk>,
}

#[derive(Debug)]
pub(super) struct Footer {
    pub(super) columns: Vec<Node>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) groups: Vec<Group>,
}

impl Footer {
    pub(super) fn read(file: &mut (impl Read + Seek), size: u64) -> Result<Footer, Problem> {
        let mut end = [0; 8];
        file.seek(SeekFrom::Start(size.checked_sub(12).ok_or(Problem::Short)? + 4))?;
        file.read_exact(&mut end)?;
        let ([l0, l1, l2, l3, magic @ ..], length_limit) = (end, size - 12);
        if &magic == b"PARE" {
            return Err(Problem::Unknown("encryption"));
        }
        if &magic != MAGIC {
            return Err(Problem::Damaged("its end is not that of one"));
        }
        let length = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        if length > length_limit {
            return Err(Problem::Short);
        }
        if length > FOOTER {
            return Err(Problem::TooLarge(format!(
                "The metadata of the Parquet file has more than {FOOTER} bytes."
            )));
        }
        let mut bytes = vec![0; length as usize];
        file.seek(SeekFrom::Start(size - 8 - length))?;
        file.read_exact(&mut bytes)?;
        let whole = Reader::new(&bytes, PARTS).structure()?;
        let mut tree = Tree {
            elements: whole.list(2).iter(),
            leaves: Vec::new(),
        };
        let columns = tree.root()?;
        let leaves = tree.leaves;
        let groups = whole
            .list(4)
            .iter()
            .map(|group| read_group(group, &leaves, size - 8 - length));
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        Ok(Footer {
            columns,
            leaves,
            groups,
        })
    }
}

fn read_group(group: &Thing<'_>, leaves: &[Leaf], end: u64) -> Result<Group, Problem> {
    let chunks = group.list(1);
    if chunks.len() != leaves.len() {
        return Err(Problem::Damaged("a group of rows has not all columns"));
    }
    let chunk = |(chunk, leaf): (&Thing<'_>, &Leaf)| -> Result<Chunk, Problem> {
        if chunk.field(1).is_some() {
            return Err(Problem::Unknown("a column in another file"));
        }
        if chunk.field(8).is_some() && chunk.field(3).is_none() {
            return Err(Problem::Unknown("encryption"));
        }
        let about = chunk.field(3).ok_or(Problem::Damaged("a column has no metadata"))?;
        let number = |id: i16| about.int(id).and_then(|number| u64::try_from(number).ok());
        let missing = Problem::Damaged("a column does not say where it is");
        let (Some(pages), Some(length)) = (number(9), number(7)) else {
            return Err(missing);
        };
        if about.int(1) != Some(leaf.physical as i64) {
            return Err(Problem::Damaged("a column has two types"));
        }
        let start = number(11)
            .filter(|dictionary| (1..pages).contains(dictionary))
            .unwrap_or(pages);
        let stop = start
            .checked_add(length)
            .filter(|stop| *stop <= end)
            .ok_or(Problem::Short)?;
        Ok(Chunk {
            codec: about.int(4).unwrap_or_default(),
            values: number(5).unwrap_or_default(),
            bytes: start..stop,
        })
    };
    Ok(Group {
        rows: group
            .int(3)
            .and_then(|rows| u64::try_from(rows).ok())
            .unwrap_or_default(),
        chunks: chunks.iter().zip(leaves).map(chunk).collect::<Result<_, _>>()?,
    })
}

/// The schema comes as a list, each group before its children.
struct Tree<'a, 'b> {
    elements: std::slice::Iter<'b, Thing<'a>>,
    leaves: Vec<Leaf>,
}

impl Tree<'_, '_> {
    fn root(&mut self) -> Result<Vec<Node>, Problem> {
        let root = self.elements.next().ok_or(Problem::Damaged("it has no schema"))?;
        let number = root.int(5).unwrap_or_default();
        if number < 1 {
            return Err(Problem::Damaged("it has no columns"));
        }
        self.children(number, "", (0, 0), DEPTH)
    }

    fn children(&mut self, number: i64, path: &str, levels: (u32, u32), depth: usize) -> Result<Vec<Node>, Problem> {
        let depth = depth
            .checked_sub(1)
            .ok_or(Problem::Damaged("its columns are nested too deep"))?;
        let mut nodes: Vec<Node> = Vec::new();
        let mut names = HashSet::new();
        for _ in 0..number {
            let node = self.node(path, levels, depth)?;
            if !names.insert(node.name.clone()) {
                return Err(Problem::Damaged("two of its columns have the same name"));
            }
            nodes.push(node);
        }
        Ok(nodes)
    }

    fn node(&mut self, above: &str, (definition, repeats): (u32, u32), depth: usize) -> Result<Node, Problem> {
        let element = self
            .elements
            .next()
            .ok_or(Problem::Damaged("its schema is not complete"))?;
        let name = element
            .text(4)
            .ok_or(Problem::Damaged("a column has no name"))?
            .to_owned();
        let (repetition, definition, repeats) = match element.int(3) {
            Some(0) => (Repetition::Required, definition, repeats),
            Some(1) => (Repetition::Optional, definition + 1, repeats),
            Some(2) => (Repetition::Repeated, definition + 1, repeats + 1),
            _ => return Err(Problem::Damaged("a column does not say whether it may be missing")),
        };
        let path = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        let first = self.leaves.len();
        let kind = match element.int(5) {
            Some(number) if number > 0 => {
                let children = self.children(number, &path, (definition, repeats), depth)?;
                group(element, children)
            }
            _ => {
                if self.leaves.len() == COLUMNS {
                    return Err(Problem::TooLarge(format!(
                        "The Parquet file has more than {COLUMNS} columns."
                    )));
                }
                let (physical, length) = physical(element)?;
                self.leaves.push(Leaf {
                    physical,
                    length,
                    meaning: meaning(element, physical),
                    definition,
                    repeats,
                    path,
                });
                Kind::Leaf
            }
        };
        let leaves = first..self.leaves.len();
        Ok(Node {
            name,
            repetition,
            definition,
            repeats,
            kind,
            leaves,
        })
    }
}

/// Lists and maps are groups that say so, with one repeated child.
fn group(element: &Thing<'_>, mut children: Vec<Node>) -> Kind {
    let logical = element.field(10);
    let says = |kind: i16, older: &[i64]| {
        logical.is_some_and(|logical| logical.field(kind).is_some())
            || element.int(6).is_some_and(|kind| older.contains(&kind))
    };
    let is_repeated = matches!(&children[..], [only] if only.repetition == Repetition::Repeated);
    if is_repeated && says(3, &[3]) {
        return Kind::List(Box::new(children.remove(0)));
    }
    let is_map = matches!(&children[..], [Node { kind: Kind::Group(parts), .. }] if (1..=2).contains(&parts.len()));
    if is_repeated && is_map && says(2, &[1, 2]) {
        return Kind::Map(Box::new(children.remove(0)));
    }
    Kind::Group(children)
}

fn physical(element: &Thing<'_>) -> Result<(Physical, usize), Problem> {
    let physical = match element.int(1) {
        Some(0) => Physical::Boolean,
        Some(1) => Physical::Int32,
        Some(2) => Physical::Int64,
        Some(3) => Physical::Int96,
        Some(4) => Physical::Float,
        Some(5) => Physical::Double,
        Some(6) => Physical::Bytes,
        Some(7) => Physical::Fixed,
        _ => return Err(Problem::Damaged("a column has no type")),
    };
    let length = match physical {
        Physical::Boolean | Physical::Bytes => 0,
        Physical::Int32 | Physical::Float => 4,
        Physical::Int64 | Physical::Double => 8,
        Physical::Int96 => 12,
        Physical::Fixed => element
            .int(2)
            .and_then(|length| usize::try_from(length).ok())
            .filter(|length| (1..=1 << 20).contains(length))
            .ok_or(Problem::Damaged("a column has no length"))?,
    };
    Ok((physical, length))
}

/// What values stand for: said by the newer field, or by the older one.
fn meaning(element: &Thing<'_>, physical: Physical) -> Meaning {
    let logical = element.field(10);
    let says = |kind: i16| logical.and_then(|logical| logical.field(kind));
    let older = element.int(6);
    let scale = || {
        element
            .int(7)
            .and_then(|scale| u32::try_from(scale).ok())
            .unwrap_or_default()
    };
    let unit = |about: &Thing<'_>| {
        let unit = about.field(2);
        let is = |kind: i16| unit.is_some_and(|unit| unit.field(kind).is_some());
        if is(1) {
            Unit::Millis
        } else if is(2) {
            Unit::Micros
        } else {
            Unit::Nanos
        }
    };
    match physical {
        Physical::Boolean | Physical::Float | Physical::Double => Meaning::Plain,
        Physical::Int96 => Meaning::Timestamp {
            unit: Unit::Nanos,
            utc: false,
        },
        Physical::Int32 | Physical::Int64 => {
            if says(5).is_some() || older == Some(5) {
                return Meaning::Decimal(scale());
            }
            if let Some(about) = says(8) {
                return Meaning::Timestamp {
                    unit: unit(about),
                    utc: about.bool(1).unwrap_or_default(),
                };
            }
            if let Some(about) = says(7) {
                return Meaning::Time(unit(about));
            }
            let unsigned = says(10).is_some_and(|about| about.bool(2) == Some(false));
            match older {
                _ if says(6).is_some() => Meaning::Date,
                _ if unsigned => Meaning::Unsigned,
                Some(6) => Meaning::Date,
                Some(7) => Meaning::Time(Unit::Millis),
                Some(8) => Meaning::Time(Unit::Micros),
                Some(9) => Meaning::Timestamp {
                    unit: Unit::Millis,
                    utc: true,
                },
                Some(10) => Meaning::Timestamp {
                    unit: Unit::Micros,
                    utc: true,
                },
                Some(11..=14) => Meaning::Unsigned,
                _ => Meaning::Plain,
            }
        }
        Physical::Bytes | Physical::Fixed => {
            if says(5).is_some() || older == Some(5) {
                Meaning::Decimal(scale())
            } else if says(12).is_some() || older == Some(19) {
                Meaning::Json
            } else if says(14).is_some() {
                Meaning::Uuid
            } else if says(15).is_some() {
                Meaning::Half
            } else {
                Meaning::Plain
            }
        }
    }
}
