//! What an export must hold back until its end, in temporary files: a project may have millions of tasks.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek as _, Write};

use serde::Serialize;

use super::ExportError;

/// Text of any length.
pub(super) struct Text {
    file: BufWriter<File>,
}

impl Text {
    pub(super) fn new() -> Result<Text, ExportError> {
        Ok(Text {
            file: BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?),
        })
    }

    pub(super) fn push(&mut self, text: &str) -> Result<(), ExportError> {
        Ok(self.file.write_all(text.as_bytes())?)
    }

    pub(super) fn copy_to(self, out: &mut dyn Write) -> Result<(), ExportError> {
        std::io::copy(&mut rewound(self.file)?, out)?;
        Ok(())
    }
}

/// A JSON list.
pub(super) struct List {
    file: BufWriter<File>,
    /// Number of elements.
    pub(super) length: u64,
}

impl List {
    pub(super) fn new() -> Result<List, ExportError> {
        Ok(List {
            file: BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?),
            length: 0,
        })
    }

    pub(super) fn push(&mut self, value: &impl Serialize) -> Result<(), ExportError> {
        let separator: &[u8] = if self.length == 0 { b"\n    " } else { b",\n    " };
        self.length += 1;
        self.file.write_all(separator)?;
        serde_json::to_writer(&mut self.file, value)?;
        Ok(())
    }

    /// Writes the elements without the brackets.
    pub(super) fn copy_to(self, out: &mut dyn Write) -> Result<(), ExportError> {
        let mut reader = rewound(self.file)?;
        std::io::copy(&mut reader, out)?;
        Ok(())
    }
}

/// Texts that come piece by piece and out of order: what is said of the first, of the second, of the first again.
pub(super) struct Groups {
    file: BufWriter<File>,
    end: u64,
    /// Where the pieces of each lie, and how long they are.
    pieces: Vec<Vec<(u64, u64)>>,
}

impl Groups {
    pub(super) fn new() -> Result<Groups, ExportError> {
        Ok(Groups {
            file: BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?),
            end: 0,
            pieces: Vec::new(),
        })
    }

    /// How many there are.
    pub(super) fn length(&self) -> usize {
        self.pieces.len()
    }

    /// Adds to a group; groups are numbered from 0, and a new one has the next number.
    pub(super) fn push(&mut self, group: u64, text: &str) -> Result<(), ExportError> {
        let piece = (self.end, text.len() as u64);
        match self.pieces.get_mut(group as usize) {
            Some(pieces) => pieces.push(piece),
            None => self.pieces.push(vec![piece]),
        }
        self.file.write_all(text.as_bytes())?;
        self.end += piece.1;
        Ok(())
    }

    /// Writes one group after the other, each with `behind` at its end.
    pub(super) fn copy_to(self, out: &mut dyn Write, behind: &[u8]) -> Result<(), ExportError> {
        let mut reader = rewound(self.file)?;
        let mut at = 0;
        for pieces in self.pieces {
            for (begin, length) in pieces {
                // Mostly they follow one another, and the reader has them already.
                if begin != at {
                    reader.seek_relative(begin as i64 - at as i64)?;
                }
                std::io::copy(&mut reader.by_ref().take(length), out)?;
                at = begin + length;
            }
            out.write_all(behind)?;
        }
        Ok(())
    }
}

/// Small text files by name; of files with the same name the last one counts.
pub(super) struct Files {
    file: BufWriter<File>,
    end: u64,
    /// Where the last file of a name begins, by the name's MD5.
    last: HashMap<[u8; 16], u64>,
}

impl Files {
    pub(super) fn new() -> Result<Files, ExportError> {
        Ok(Files {
            file: BufWriter::with_capacity(64 * 1024, tempfile::tempfile()?),
            end: 0,
            last: HashMap::new(),
        })
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.last.contains_key(&md5::compute(name).0)
    }

    /// Adds a file; true if it takes the place of an earlier one.
    pub(super) fn put(&mut self, name: &str, text: &str) -> Result<bool, ExportError> {
        let lengths = [name.len() as u64, text.len() as u64];
        for length in lengths {
            self.file.write_all(&length.to_le_bytes())?;
        }
        self.file.write_all(name.as_bytes())?;
        self.file.write_all(text.as_bytes())?;
        let replaced = self.last.insert(md5::compute(name).0, self.end).is_some();
        self.end += 16 + lengths[0] + lengths[1];
        Ok(replaced)
    }

    /// Gives the files that count, in the order in which they were added.
    pub(super) fn each<F>(self, mut with: F) -> Result<(), ExportError>
    where
        F: FnMut(&str, &[u8]) -> Result<(), ExportError>,
    {
        let Files { file, end, last } = self;
        let mut reader = rewound(file)?;
        let (mut at, mut name, mut text) = (0, Vec::new(), Vec::new());
        while at < end {
            let mut length = || -> std::io::Result<u64> {
                let mut bytes = [0; 8];
                reader.read_exact(&mut bytes)?;
                Ok(u64::from_le_bytes(bytes))
            };
            let lengths = [length()?, length()?];
            for (buffer, length) in [&mut name, &mut text].into_iter().zip(lengths) {
                buffer.clear();
                reader.by_ref().take(length).read_to_end(buffer)?;
            }
            if last.get(&md5::compute(&name).0) == Some(&at) {
                with(&String::from_utf8_lossy(&name), &text)?;
            }
            at += 16 + lengths[0] + lengths[1];
        }
        Ok(())
    }
}

fn rewound(file: BufWriter<File>) -> Result<BufReader<File>, ExportError> {
    let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(BufReader::with_capacity(64 * 1024, file))
}

#[cfg(test)]
mod tests {
    use super::{Files, Groups};

    #[test]
    fn pieces_come_out_by_their_group() {
        let mut groups = Groups::new().expect("a temporary file");
        for (group, text) in [(0, "a1 "), (1, "b1 "), (0, "a2 "), (2, ""), (1, "b2 ")] {
            groups.push(group, text).expect("writes");
        }
        assert_eq!(groups.length(), 3);
        let mut out = Vec::new();
        groups.copy_to(&mut out, b"| ").expect("reads");
        assert_eq!(String::from_utf8_lossy(&out), "a1 a2 | b1 b2 | | ");
    }

    #[test]
    fn the_last_file_of_a_name_counts() {
        let mut files = Files::new().expect("a temporary file");
        assert!(!files.put("a", "1").expect("writes") && !files.put("b", "").expect("writes"));
        assert!(files.contains("b") && !files.contains("c"));
        assert!(files.put("a", "3\n").expect("writes"));
        let mut found = Vec::new();
        files
            .each(|name, text| {
                found.push((name.to_owned(), text.to_vec()));
                Ok(())
            })
            .expect("reads");
        assert_eq!(found, [("b".to_owned(), Vec::new()), ("a".to_owned(), b"3\n".to_vec())]);
    }
}
