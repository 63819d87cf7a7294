//! The caller's wish to stop: who goes away while an import runs takes all of it back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the import is still wanted.
#[derive(Clone, Default)]
pub(super) struct Wanted(Arc<AtomicBool>);

/// Cancels the import when it is dropped, as it is together with a handler whose client has disconnected.
pub(super) struct CancelOnDrop(Wanted);

impl Wanted {
    pub(super) fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}
