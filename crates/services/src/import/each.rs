//! Objects of a storage, each by itself: a bad one leaves the others as they are. What is checked is the same as in an import.

use std::io::Cursor;
use std::sync::Arc;

use labelkeep_formats::import::{self as formats, FileKind, ImportError, TaskItem};
use labelkeep_labeling::Config;
use labelkeep_store::{Tx, imports};
use tokio::sync::mpsc;

use super::chunk::{Chunk, Pace, Totals};
use super::read::{Members, Reader};
use super::{Options, settle};
use crate::annotations::locked_project;
use crate::{Progress, Result, Services};

/// Checks objects.
pub(crate) struct Checker(Reader);

/// The checked tasks of an object, or a part of them.
#[derive(Default)]
pub(crate) struct Parsed(Chunk);

impl Parsed {
    /// How many tasks.
    pub(crate) fn len(&self) -> usize {
        self.0.tasks.len()
    }

    /// How many bytes of JSON.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes
    }

    /// Keeps the first `number` tasks, gives the others. What the summary gains stays with the first part.
    pub(crate) fn split_off(&mut self, number: usize) -> Parsed {
        let tasks = self.0.tasks.split_off(number.min(self.0.tasks.len()));
        let share = self.0.bytes * tasks.len() / (tasks.len() + self.0.tasks.len()).max(1);
        self.0.bytes -= share;
        Parsed(Chunk {
            tasks,
            bytes: share,
            ..Chunk::default()
        })
    }

    fn add(&mut self, other: Parsed) {
        self.0.tasks.extend(other.0.tasks);
        self.0.bytes += other.0.bytes;
        for (key, number) in other.0.summary {
            *self.0.summary.entry(key).or_default() += number;
        }
        for (text, number) in other.0.warnings {
            *self.0.warnings.entry(text).or_default() += number;
        }
    }
}

impl Checker {
    /// A checker for a project with this configuration.
    pub(crate) fn new(services: &Services, config: Arc<Config>, members: Members) -> Self {
        // Nothing is sent: the receiver may go.
        let (chunks, _) = mpsc::channel(1);
        Checker(Reader::new(
            services,
            config,
            members,
            Options::default(),
            chunks,
            Progress::default(),
            Pace::default(),
        ))
    }

    /// One task that holds an address. Under which key is seen when it is shown.
    pub(crate) fn address(&mut self, address: &str) -> Result<Parsed, String> {
        self.0.alone(TaskItem::of_value(address)).map(Parsed)
    }

    /// The tasks of a JSON file, of one with a task a line, or of a Parquet file: all of them, or what is wrong.
    pub(crate) fn content(&mut self, content: &[u8], kind: FileKind) -> Result<Parsed, String> {
        let mut found = Parsed::default();
        let mut wrong = None;
        let mut number = 0_u64;
        let mut take = |item: TaskItem| match self.0.alone(item) {
            Ok(chunk) => {
                found.add(Parsed(chunk));
                number += 1;
                Ok(())
            }
            Err(text) => {
                wrong = Some(format!("Error at item {number}: {text}"));
                Err(ImportError::Stopped)
            }
        };
        let mut reader = Cursor::new(content);
        let read = match kind {
            FileKind::JsonLines => formats::import_lines(&mut reader, &mut take),
            FileKind::Parquet => formats::import_parquet(&mut reader, &mut take).map(|_| ()),
            _ => formats::import_json(&mut reader, &mut take),
        };
        match (wrong, read) {
            (Some(text), _) => Err(text),
            (None, Err(error)) => Err(error.to_string()),
            (None, Ok(())) => Ok(found),
        }
    }
}

/// Inserts checked tasks that are visible with the commit, and counts them; gives their ids in order.
pub(crate) async fn insert(
    tx: &mut Tx,
    project_id: i64,
    account_id: i64,
    parts: Vec<Parsed>,
    now: i64,
) -> Result<Vec<i64>> {
    let mut all = Parsed::default();
    for part in parts {
        all.add(part);
    }
    if all.len() == 0 {
        return Ok(Vec::new());
    }
    let project = locked_project(tx, project_id).await?;
    let import_id = imports::begin(tx, project_id, account_id, None, now).await?;
    let mut totals = Totals::new(true);
    all.0.insert(tx, &project, import_id, now, &mut totals).await?;
    settle(tx, project_id, import_id, &totals, now).await?;
    Ok(totals.task_ids)
}
