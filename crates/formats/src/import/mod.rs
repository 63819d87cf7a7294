//! Importers: bytes become tasks, one after the other, with flat memory.

mod columns;
mod csv;
mod eight;
mod error;
mod excel;
mod file;
mod item;
mod json;
mod parquet;
mod records;
mod text;
mod unpack;

use std::fs::File;
use std::io::{BufReader, Read, Seek};

pub use error::ImportError;
pub use file::{EXTENSIONS, FileKind, check_file, is_media};
pub use item::{CompletedBy, ImportedAnnotation, ImportedPrediction, ItemKind, ObjectText, TaskItem};
pub use json::Elements;
pub use unpack::{Limits, is_archive, unpack};

/// Takes the tasks; an error ends the import.
pub type Sink<'a> = dyn FnMut(TaskItem) -> Result<(), ImportError> + 'a;

/// Key of a value whose data key is not known yet; shown under the configuration's first key.
pub const UNDEFINED: &str = "$undefined$";

/// Bytes read at once.
const BUFFER: usize = 256 * 1024;

/// A JSON body or file: an object is one task, an array many.
pub fn import_json(reader: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    json::import(reader, sink)
}

/// A task a line.
pub fn import_lines(reader: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    json::lines(reader, sink)
}

/// A task a row. Gives what is left out of it, for people.
pub fn import_parquet(file: impl Read + Seek, sink: &mut Sink<'_>) -> Result<Vec<String>, ImportError> {
    parquet::import(file, sink)
}

/// A file of this kind. `url` is its own address, which media become. Gives what is left out of it, for people.
pub fn import_file(kind: FileKind, file: File, url: &str, sink: &mut Sink<'_>) -> Result<Vec<String>, ImportError> {
    match kind {
        FileKind::Excel => {
            let others = excel::import(&file, sink)?;
            return Ok(others.into_iter().map(|name| format!("the sheet \"{name}\"")).collect());
        }
        FileKind::Parquet => return parquet::import(file, sink),
        FileKind::Json => json::import(&mut BufReader::with_capacity(BUFFER, file), sink),
        FileKind::JsonLines => json::lines(file, sink),
        FileKind::Csv => csv::import(&file, None, sink),
        FileKind::Tsv => csv::import(&file, Some(b'\t'), sink),
        FileKind::Txt => text::lines(&mut BufReader::with_capacity(BUFFER, file), sink),
        FileKind::Markup => text::whole(&mut BufReader::with_capacity(BUFFER, file), sink),
        FileKind::Media => sink(TaskItem::of_value(url)),
    }?;
    Ok(Vec::new())
}

/// From its start.
fn rewound(mut file: &File) -> Result<BufReader<&File>, ImportError> {
    file.rewind()?;
    Ok(BufReader::with_capacity(BUFFER, file))
}
