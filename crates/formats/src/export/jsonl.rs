//! JSON Lines: the tasks of the JSON export, one on each line.

use std::io::Write;

use super::json::write_task;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct JsonLines;

impl Exporter for JsonLines {
    about! {
        "JSONL", "JSON Lines", "jsonl", anything, [],
        "Everything, as the JSON export has it, with one task on each line: for programs that read line by line."
    }

    fn export(&self, _: &Context<'_>, source: &mut Source<'_>, out: &mut dyn Write) -> Result<Report, ExportError> {
        let mut report = Report::default();
        let mut buffer = Vec::with_capacity(64 * 1024);
        for task in source() {
            let start = buffer.len();
            write_task(&mut buffer, &task?)?;
            // Stored JSON may be written over several lines; a line break cannot stand inside of a string.
            for byte in &mut buffer[start..] {
                if matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            buffer.push(b'\n');
            report.items_in += 1;
            report.items_out += 1;
            if buffer.len() >= 48 * 1024 {
                out.write_all(&buffer)?;
                buffer.clear();
            }
        }
        out.write_all(&buffer)?;
        out.flush()?;
        Ok(report)
    }
}
