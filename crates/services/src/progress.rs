//! How far a long piece of work has come, and whether it is still wanted: what commands show as a bar.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Numbers that the work moves and somebody else looks at. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    done: AtomicU64,
    total: AtomicU64,
    bytes: AtomicU64,
    bytes_total: AtomicU64,
    cancelled: AtomicBool,
}

/// Cancels the work when it is dropped, as it is together with a handler whose client has disconnected.
pub(crate) struct CancelOnDrop(Progress);

impl Progress {
    /// Tasks that are done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// Tasks that there are, as far as that is known; 0: it is not.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Bytes that have been read or written.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Bytes that there are to read; 0: that is not known.
    pub fn bytes_total(&self) -> u64 {
        self.0.bytes_total.load(Ordering::Relaxed)
    }

    /// The work ends at its next step, and takes back what it has done.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wants it to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// So many tasks are done.
    pub fn set_done(&self, tasks: u64) {
        self.0.done.store(tasks, Ordering::Relaxed);
    }

    /// One more task is done.
    pub fn step(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    /// So many tasks there are.
    pub fn set_total(&self, tasks: u64) {
        self.0.total.store(tasks, Ordering::Relaxed);
    }

    /// So many bytes have been read or written.
    pub fn set_bytes(&self, bytes: u64) {
        self.0.bytes.store(bytes, Ordering::Relaxed);
    }

    /// So many bytes there are to read.
    pub fn set_bytes_total(&self, bytes: u64) {
        self.0.bytes_total.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
