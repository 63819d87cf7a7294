//! Rows of a file, put together from its columns.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::Problem;
use super::column::{Column, Entry, Room};
use super::schema::{Footer, Kind, Node, Repetition};

/// What is held and given at most, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Pages that are held at a time.
    pub(crate) pages: u64,
    /// A row.
    pub(crate) row: u64,
    /// All rows.
    pub(crate) rows: u64,
}

/// Reads row after row.
pub(crate) struct Rows<F> {
    file: F,
    footer: Footer,
    limits: Limits,
    room: Room,
    group: usize,
    columns: Vec<Column>,
    left: u64,
    given: u64,
    lost: BTreeMap<String, u64>,
}

impl<F: Read + Seek> Rows<F> {
    pub(crate) fn open(mut file: F, limits: Limits) -> Result<Rows<F>, Problem> {
        let size = file.seek(SeekFrom::End(0))?;
        let footer = Footer::read(&mut file, size)?;
        Ok(Rows {
            file,
            footer,
            room: Rc::new(Cell::new(limits.pages)),
            limits,
            group: 0,
            columns: Vec::new(),
            left: 0,
            given: 0,
            lost: BTreeMap::new(),
        })
    }

    /// Columns with bytes that are no text, which are left out, and how many.
    pub(crate) fn lost(&self) -> impl Iterator<Item = (&str, u64)> {
        self.lost.iter().map(|(name, number)| (name.as_str(), *number))
    }

    /// The next row, by the names of its columns.
    pub(crate) fn next(&mut self) -> Result<Option<Map<String, Value>>, Problem> {
        while self.left == 0 {
            let Some(group) = self.footer.groups.get(self.group) else {
                return Ok(None);
            };
            self.group += 1;
            self.left = group.rows;
            let chunks = group.chunks.iter().cloned();
            let leaves = self.footer.leaves.iter().cloned();
            self.columns = leaves
                .zip(chunks)
                .map(|(leaf, chunk)| Column::new(leaf, chunk, &self.room))
                .collect();
        }
        self.left -= 1;
        let mut row = Row {
            entries: Vec::with_capacity(self.columns.len()),
        };
        let mut bytes = 0;
        for (column, leaf) in self.columns.iter_mut().zip(&self.footer.leaves) {
            let mut entries = Vec::new();
            loop {
                let entry = column.next(&mut self.file)?;
                if entries.is_empty() != (entry.repeats == 0) {
                    return Err(Problem::Damaged("a row does not begin where it should"));
                }
                if leaf.is_lost(entry.definition, &entry.value) {
                    *self.lost.entry(leaf.path.clone()).or_default() += 1;
                }
                bytes += size_of::<Entry>() as u64 + size(&entry.value);
                entries.push(entry);
                if bytes > self.limits.row {
                    return Err(Problem::TooLarge(format!(
                        "A row of the Parquet file has more than {} bytes.",
                        self.limits.row
                    )));
                }
                if column.peek(&mut self.file)?.is_none_or(|repeats| repeats == 0) {
                    break;
                }
            }
            row.entries.push(entries);
        }
        self.given += bytes;
        if self.given > self.limits.rows {
            let text = "The Parquet file unpacks to more than a hundred times its size.";
            return Err(Problem::TooLarge(text.to_owned()));
        }
        let ranges: Vec<Range<usize>> = row.entries.iter().map(|entries| 0..entries.len()).collect();
        row.group(&self.footer.columns, &ranges).map(Some)
    }
}

fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64,
        Value::Array(list) => list.iter().map(|value| 32 + size(value)).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| 64 + key.len() as u64 + size(value)).sum(),
        _ => 0,
    }
}

/// Puts one of what is repeated together, from the entries of each of its columns.
type Each = fn(&mut Row, &Node, &[Range<usize>]) -> Result<Value, Problem>;

/// The entries of one row, by column.
struct Row {
    entries: Vec<Vec<Entry>>,
}

impl Row {
    /// The columns of a group; `ranges` say which entries of each are of this one.
    fn group(&mut self, nodes: &[Node], ranges: &[Range<usize>]) -> Result<Map<String, Value>, Problem> {
        let first = nodes.first().map_or(0, |node| node.leaves.start);
        let mut map = Map::with_capacity(nodes.len());
        for node in nodes {
            let own = &ranges[node.leaves.start - first..node.leaves.end - first];
            map.insert(node.name.clone(), self.field(node, own)?);
        }
        Ok(map)
    }

    fn is_there(&self, node: &Node, ranges: &[Range<usize>]) -> bool {
        let first = ranges
            .first()
            .and_then(|range| self.entries.get(node.leaves.start)?.get(range.start));
        first.is_some_and(|entry| entry.definition >= node.definition)
    }

    fn field(&mut self, node: &Node, ranges: &[Range<usize>]) -> Result<Value, Problem> {
        match node.repetition {
            Repetition::Required => self.one(node, ranges),
            Repetition::Optional if self.is_there(node, ranges) => self.one(node, ranges),
            Repetition::Optional => Ok(Value::Null),
            Repetition::Repeated => Ok(Value::Array(self.list(node, ranges, Row::one)?)),
        }
    }

    fn one(&mut self, node: &Node, ranges: &[Range<usize>]) -> Result<Value, Problem> {
        match &node.kind {
            Kind::Leaf => {
                let at = ranges.first().map_or(0, |range| range.start);
                let entry = self
                    .entries
                    .get_mut(node.leaves.start)
                    .and_then(|entries| entries.get_mut(at));
                Ok(entry.map(|entry| std::mem::take(&mut entry.value)).unwrap_or_default())
            }
            Kind::Group(children) => {
                let mut map = self.group(children, ranges)?;
                // A structure of columns cannot say whether a key is missing or null.
                map.retain(|_, value| !value.is_null());
                Ok(Value::Object(map))
            }
            Kind::List(child) => Ok(Value::Array(self.list(child, ranges, Row::element)?)),
            Kind::Map(child) => {
                let pairs = self.list(child, ranges, Row::pair)?;
                let mut map = Map::new();
                for pair in pairs {
                    if let Value::Array(mut pair) = pair {
                        let value = pair.pop().unwrap_or_default();
                        let key = pair.pop().unwrap_or_default();
                        map.insert(key.as_str().map_or_else(|| key.to_string(), str::to_owned), value);
                    }
                }
                Ok(Value::Object(map))
            }
        }
    }

    /// What is repeated, each by itself.
    fn list(&mut self, node: &Node, ranges: &[Range<usize>], each: Each) -> Result<Vec<Value>, Problem> {
        if !self.is_there(node, ranges) {
            return Ok(Vec::new());
        }
        let mut starts: Vec<std::vec::IntoIter<Range<usize>>> = Vec::with_capacity(ranges.len());
        let mut number = None;
        for (range, entries) in ranges
            .iter()
            .zip(self.entries.get(node.leaves.clone()).unwrap_or_default())
        {
            let inside = entries.get(range.clone()).unwrap_or_default();
            let mut begins: Vec<usize> = (range.clone())
                .zip(inside)
                .filter(|(at, entry)| *at == range.start || entry.repeats <= node.repeats)
                .map(|(at, _)| at)
                .collect();
            if number
                .replace(begins.len())
                .is_some_and(|before| before != begins.len())
            {
                return Err(Problem::Damaged("the columns of a list have different lengths"));
            }
            begins.push(range.end);
            let parts: Vec<Range<usize>> = begins.windows(2).map(|pair| pair[0]..pair[1]).collect();
            starts.push(parts.into_iter());
        }
        let mut found = Vec::with_capacity(number.unwrap_or_default());
        for _ in 0..number.unwrap_or_default() {
            let own: Vec<Range<usize>> = starts.iter_mut().filter_map(Iterator::next).collect();
            found.push(each(self, node, &own)?);
        }
        Ok(found)
    }

    /// An element of a list: what is in the repeated group when that has but one child, as writers of today do it, else the group itself.
    fn element(&mut self, node: &Node, ranges: &[Range<usize>]) -> Result<Value, Problem> {
        match &node.kind {
            Kind::Group(children) if node.name != "array" && !node.name.ends_with("_tuple") => match &children[..] {
                [only] => self.field(only, ranges),
                _ => self.one(node, ranges),
            },
            _ => self.one(node, ranges),
        }
    }

    /// Key and value of a map.
    fn pair(&mut self, node: &Node, ranges: &[Range<usize>]) -> Result<Value, Problem> {
        let Kind::Group(children) = &node.kind else {
            return Ok(Value::Null);
        };
        let mut pair = Vec::with_capacity(2);
        for child in children {
            let own = &ranges[child.leaves.start - node.leaves.start..child.leaves.end - node.leaves.start];
            pair.push(self.field(child, own)?);
        }
        pair.resize(2, Value::Null);
        Ok(Value::Array(pair))
    }
}
