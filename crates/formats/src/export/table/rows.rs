//! Rows on their way to a table whose columns are known at the end: kept in memory while they are few, then in a temporary file.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{BufReader, BufWriter, Read, Seek as _, Write};

use tempfile::SpooledTempFile;

use super::super::ExportError;
use super::FIXED;

/// Bytes of rows that are kept in memory.
const IN_MEMORY: usize = 4 * 1024 * 1024;

/// What a cell tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// A value of the task's data.
    Data,
    /// The answer of a control.
    Answer,
    /// The same as one text. It needs a column that somebody else has asked for.
    Transcript,
    /// Task and annotation themselves.
    Own,
}

/// The rows of an export.
pub(super) struct Rows {
    /// What cells are called, with a number for each in the order of their appearance.
    names: Vec<(Origin, String)>,
    numbers: HashMap<(Origin, String), u32>,
    transcripts: HashSet<String>,
    /// Where the name of the next cell is expected: most rows have the same cells in the same order.
    expected: usize,
    /// The cells of the row that is being put together: number of the name, length.
    cells: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    /// The same numbers as they are kept, behind how many cells there are.
    head: Vec<u8>,
    kept: BufWriter<SpooledTempFile>,
    length: u64,
}

impl Rows {
    pub(super) fn new() -> Self {
        Rows::with_memory(IN_MEMORY)
    }

    fn with_memory(bytes: usize) -> Self {
        Rows {
            names: Vec::new(),
            numbers: HashMap::new(),
            transcripts: HashSet::new(),
            expected: 0,
            cells: Vec::new(),
            bytes: Vec::new(),
            head: Vec::new(),
            kept: BufWriter::with_capacity(64 * 1024, SpooledTempFile::new(bytes)),
            length: 0,
        }
    }

    /// Puts a cell into the row; of two with one name the later counts.
    pub(super) fn put(&mut self, origin: Origin, name: &str, cell: &[u8]) {
        let number = self.number(origin, name);
        self.expected = number as usize + 1;
        self.cells.push((number, cell.len() as u32));
        self.bytes.extend_from_slice(cell);
    }

    fn number(&mut self, origin: Origin, name: &str) -> u32 {
        if let Some(expected) = self.names.get(self.expected)
            && expected.0 == origin
            && expected.1 == name
        {
            return self.expected as u32;
        }
        let key = (origin, name.to_owned());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(key.clone());
        self.numbers.insert(key, number);
        number
    }

    /// A control whose answers are given as one text, too.
    pub(super) fn want_transcript(&mut self, control: &str) {
        if !self.transcripts.contains(control) {
            self.transcripts.insert(control.to_owned());
        }
    }

    /// How far the row has come.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.cells.len(), self.bytes.len())
    }

    /// Takes back what has come behind a mark.
    pub(super) fn back_to(&mut self, (cells, bytes): (usize, usize)) {
        self.cells.truncate(cells);
        self.bytes.truncate(bytes);
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> Result<(), ExportError> {
        self.head.clear();
        self.head.extend((self.cells.len() as u32).to_le_bytes());
        for (name, length) in &self.cells {
            self.head.extend(name.to_le_bytes());
            self.head.extend(length.to_le_bytes());
        }
        self.kept.write_all(&self.head)?;
        self.kept.write_all(&self.bytes)?;
        self.length += 1;
        self.expected = 0;
        self.back_to((0, 0));
        Ok(())
    }

    /// Writes the head and all rows. `quoted` makes a cell of a column's name.
    pub(super) fn write(
        self,
        separator: u8,
        quoted: impl Fn(&str) -> Vec<u8>,
        out: &mut dyn Write,
    ) -> Result<(), ExportError> {
        let (columns, places) = self.columns();
        let mut file = self.kept.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut kept = BufReader::with_capacity(64 * 1024, file);
        let mut line = Line {
            separator,
            text: Vec::new(),
        };
        for name in &columns {
            line.cell(&quoted(name));
        }
        line.end(out)?;
        let (mut cells, mut head, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.length {
            // Where the cell of each column lies in the row.
            cells.clear();
            cells.resize(columns.len(), 0..0);
            let mut end = 0;
            let mut number = [0; 4];
            kept.read_exact(&mut number)?;
            head.resize(8 * u32::from_le_bytes(number) as usize, 0);
            kept.read_exact(&mut head)?;
            let (numbers, _) = head.as_chunks::<4>();
            for pair in numbers.chunks_exact(2) {
                let (name, length) = (u32::from_le_bytes(pair[0]), u32::from_le_bytes(pair[1]));
                let begin = end;
                end += length as usize;
                if let Some(place) = places[name as usize] {
                    cells[place] = begin..end;
                }
            }
            bytes.resize(end, 0);
            kept.read_exact(&mut bytes)?;
            for cell in &cells {
                // A cell is never without any byte: an empty text is two quotes.
                line.cell(if cell.is_empty() { b"\"\"" } else { &bytes[cell.clone()] });
            }
            line.end(out)?;
        }
        out.write_all(&line.text)?;
        Ok(())
    }

    /// The columns in alphabetical order, and for each name the place of its column, if it has one.
    fn columns(&self) -> (Vec<String>, Vec<Option<usize>>) {
        let of = |origin| self.names.iter().filter(move |name| name.0 == origin);
        let controls: HashSet<&str> = of(Origin::Answer).map(|(_, name)| name.as_str()).collect();
        // A data key that is called like a control is renamed.
        let shown = |(origin, name): &(Origin, String)| match origin {
            Origin::Data if controls.contains(name.as_str()) => format!("_data_{name}"),
            _ => name.clone(),
        };
        let mut columns: BTreeSet<String> = FIXED.map(str::to_owned).into();
        columns.extend(
            self.names
                .iter()
                .filter(|(origin, _)| *origin != Origin::Transcript)
                .map(shown),
        );
        columns.extend(self.transcripts.iter().map(|name| format!("{name}_transcript")));
        let columns: Vec<String> = columns.into_iter().collect();
        let place = |name: &(Origin, String)| {
            let shown = shown(name);
            // Whatever is called like one of these gives way, in rows that do not have it, too.
            if name.0 != Origin::Own && FIXED.contains(&shown.as_str()) {
                return None;
            }
            columns.binary_search(&shown).ok()
        };
        let places = self.names.iter().map(place).collect();
        (columns, places)
    }
}

/// Lines of the file, gathered until they are worth a write.
struct Line {
    separator: u8,
    text: Vec<u8>,
}

impl Line {
    fn cell(&mut self, cell: &[u8]) {
        self.text.extend_from_slice(cell);
        self.text.push(self.separator);
    }

    fn end(&mut self, out: &mut dyn Write) -> std::io::Result<()> {
        // Each cell has left a separator behind it.
        self.text.pop();
        self.text.extend_from_slice(b"\r\n");
        if self.text.len() > 48 * 1024 {
            out.write_all(&self.text)?;
            self.text.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_of_memory_as_out_of_a_file() {
        for memory in [0, IN_MEMORY] {
            let mut rows = Rows::with_memory(memory);
            for row in [
                &[(Origin::Data, "b", "1"), (Origin::Data, "mood", "2")][..],
                // One with other cells, in another order; of two with one name the later counts.
                &[
                    (Origin::Answer, "mood", "3"),
                    (Origin::Data, "b", "4"),
                    (Origin::Data, "b", "5"),
                ],
                // These give way: one is always there, of the other nobody has asked for a column.
                &[
                    (Origin::Data, "annotator", "6"),
                    (Origin::Transcript, "mood_transcript", "7"),
                ],
            ] {
                for (origin, name, cell) in row {
                    rows.put(*origin, name, cell.as_bytes());
                }
                rows.end().expect("room");
            }
            let mut out = Vec::new();
            rows.write(b',', |name| name.into(), &mut out).expect("written");
            let wanted = "_data_mood,annotation_id,annotator,b,created_at,lead_time,mood,updated_at\r\n\
                2,\"\",\"\",1,\"\",\"\",\"\",\"\"\r\n\
                \"\",\"\",\"\",5,\"\",\"\",3,\"\"\r\n\
                \"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\r\n";
            assert_eq!(String::from_utf8_lossy(&out), wanted);
        }
    }
}
