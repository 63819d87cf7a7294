//! Tasks of a data set on their way to an exporter: kept in a temporary file, so that any number of them is read again.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, Write as _};

use super::json::write_task;
use super::{Annotator, ExportAnnotation, ExportError, ExportTask, StoredTasks, Tasks};
use crate::import::{CompletedBy, TaskItem};

/// Tasks that were put in, given out in the same order as often as wanted.
pub struct Kept {
    file: BufWriter<File>,
    buffer: Vec<u8>,
    number: i64,
    annotations: i64,
}

impl Kept {
    /// None yet.
    pub fn new() -> Result<Kept, ExportError> {
        Ok(Kept {
            file: BufWriter::with_capacity(256 * 1024, tempfile::tempfile()?),
            buffer: Vec::new(),
            number: 0,
            annotations: 0,
        })
    }

    /// Puts a task in: it and its annotations get the next numbers.
    pub fn put(&mut self, item: TaskItem) -> Result<(), ExportError> {
        self.number += 1;
        let task = self.number;
        let predictions = item.predictions.len() as i64;
        let annotations: Vec<ExportAnnotation> = item
            .annotations
            .into_iter()
            .map(|row| {
                self.annotations += 1;
                ExportAnnotation {
                    id: self.annotations,
                    completed_by: match row.completed_by {
                        CompletedBy::Id(id) => Some(Annotator::Id(id)),
                        _ => None,
                    },
                    result: row.result,
                    was_cancelled: row.was_cancelled,
                    ground_truth: row.ground_truth,
                    // Later ones are newer.
                    created_at: self.annotations,
                    updated_at: self.annotations,
                    draft_created_at: None,
                    lead_time: row.lead_time,
                    prediction: Default::default(),
                    result_count: 0,
                    unique_id: None,
                    import_id: row.import_id,
                    last_action: None,
                    bulk_created: None,
                    task,
                    project: 0,
                    updated_by: None,
                    parent_prediction: None,
                    parent_annotation: None,
                    last_created_by: None,
                }
            })
            .collect();
        let cancelled = annotations.iter().filter(|row| row.was_cancelled).count() as i64;
        let task = ExportTask {
            id: task,
            data: serde_json::value::RawValue::from_string(item.data.into_string())?,
            meta: item.meta.unwrap_or_default(),
            created_at: 0,
            updated_at: 0,
            allow_skip: item.allow_skip,
            inner_id: task,
            total_annotations: annotations.len() as i64 - cancelled,
            cancelled_annotations: cancelled,
            total_predictions: predictions,
            project: 0,
            updated_by: None,
            file_upload: None,
            annotations,
            drafts: Vec::new(),
            predictions: Vec::new(),
        };
        self.buffer.clear();
        write_task(&mut self.buffer, &task)?;
        self.buffer.push(b'\n');
        Ok(self.file.write_all(&self.buffer)?)
    }

    /// How many there are.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Reads them from the first on.
    pub fn reader(&mut self) -> Result<BufReader<File>, ExportError> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.rewind()?;
        Ok(BufReader::with_capacity(256 * 1024, file))
    }

    /// All of them from the first on.
    pub fn tasks(&mut self) -> Tasks<'static> {
        match self.reader() {
            Ok(reader) => Box::new(StoredTasks::new(reader)),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}
