//! The file of an export while it is made: private, hashed, and for snapshots with the place from which it can be gone on with.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use labelkeep_store::exports::SnapshotRow;

/// A private file that knows its MD5 and size.
pub(super) struct Hashed {
    file: BufWriter<File>,
    md5: md5::Context,
    size: i64,
}

impl Hashed {
    pub(super) fn create(path: &Path) -> io::Result<Hashed> {
        if let Some(folder) = path.parent() {
            crate::uploads::private_folder(folder)?;
        }
        Ok(Hashed {
            file: BufWriter::with_capacity(256 * 1024, crate::uploads::create_private(path)?),
            md5: md5::Context::new(),
            size: 0,
        })
    }

    /// Goes on with a file behind a step: in a new one, since whoever was taken for dead may still write the old one. Where there is
    /// no such file it begins anew.
    pub(super) fn go_on(path: &Path, step: Step) -> io::Result<(Hashed, Step)> {
        let bytes = u64::try_from(step.bytes).unwrap_or_default();
        let reaches = |file: &File| file.metadata().is_ok_and(|facts| facts.len() >= bytes);
        let before = File::open(path).ok().filter(|file| bytes > 0 && reaches(file));
        let _ = std::fs::remove_file(path);
        let mut out = Hashed::create(path)?;
        let Some(before) = before else {
            return Ok((out, Step::default()));
        };
        io::copy(&mut before.take(bytes), &mut out)?;
        Ok((out, step))
    }

    /// The bytes are on disk before a row says that they are.
    pub(super) fn finish(self) -> io::Result<(String, i64)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let digest = self.md5.finalize();
        Ok((digest.0.iter().map(|byte| format!("{byte:02x}")).collect(), self.size))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let number = self.file.write(bytes)?;
        self.md5.consume(&bytes[..number]);
        self.size += number as i64;
        Ok(number)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Up to where the file of a snapshot holds whole tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) bytes: i64,
    /// The id of the last task.
    pub(super) last_task: i64,
    pub(super) tasks: u64,
    pub(super) annotations: u64,
}

impl Step {
    /// As people are told it.
    pub(super) fn counters(self) -> String {
        serde_json::json!({ "task_number": self.tasks, "annotation_number": self.annotations }).to_string()
    }
}

/// The step that a snapshot has come to; clones share it.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    path: PathBuf,
    step: Arc<Mutex<Step>>,
}

impl Reach {
    /// What its row says.
    pub(super) fn new(row: &SnapshotRow, path: &Path) -> Reach {
        let counters: serde_json::Value = serde_json::from_str(&row.counters).unwrap_or_default();
        let number = |name: &str| {
            counters
                .get(name)
                .and_then(serde_json::Value::as_u64)
                .unwrap_or_default()
        };
        let step = Step {
            bytes: row.written,
            last_task: row.last_task_id,
            tasks: number("task_number"),
            annotations: number("annotation_number"),
        };
        Reach {
            path: path.to_owned(),
            step: Arc::new(Mutex::new(if step.bytes > 0 { step } else { Step::default() })),
        }
    }

    pub(super) fn get(&self) -> Step {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, step: Step) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    /// The step, when the file is on the disk up to there; none has been made when the file is gone.
    pub(super) fn secure(&self) -> io::Result<Step> {
        let step = self.get();
        if step.bytes > 0 {
            let Ok(file) = File::open(&self.path) else {
                return Ok(Step::default());
            };
            file.sync_data()?;
        }
        Ok(step)
    }
}

/// How many bytes lie between two steps.
const BETWEEN: usize = 1024 * 1024;

/// A file that is written in pieces which all but the last end behind a whole task, and tells its steps.
pub(super) struct Stepped<'a> {
    pub(super) out: Hashed,
    /// What has been written of the tasks when the file has so many bytes.
    pub(super) now: &'a dyn Fn(i64) -> Step,
    /// Behind the last piece.
    pub(super) behind: Step,
    /// Bytes since the last step that was told.
    pub(super) since: usize,
    /// Where they are told.
    pub(super) reach: &'a Reach,
}

impl Write for Stepped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Another piece follows, so that the one before was not the last.
        if self.since >= BETWEEN {
            self.out.flush()?;
            self.reach.set(self.behind);
            self.since = 0;
        }
        self.out.write_all(bytes)?;
        self.behind = (self.now)(self.out.size);
        self.since += bytes.len();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
