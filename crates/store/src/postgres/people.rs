//! Writes of people go before steps of long work. PostgreSQL gives a row's lock to whoever asks next once it is free: a step that follows
//! upon another would take it again and again before those who have waited for it are awake.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How long a step waits for writes of people, at most: work goes on also where somebody always saves.
pub(super) const WAIT: Duration = Duration::from_millis(25);

/// The writes of people that are under way in this process. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct People(Arc<Inner>);

#[derive(Default)]
struct Inner {
    under_way: AtomicUsize,
    none: Notify,
}

/// One write, until it is dropped.
pub(super) struct UnderWay(People);

impl People {
    /// A write begins.
    pub(super) fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self.clone())
    }

    /// Waits until no write is under way, or for so long.
    pub(super) async fn wait(&self, most: Duration) {
        let none = async {
            loop {
                let mut none = std::pin::pin!(self.0.none.notified());
                // Before the look: what ends behind it is not missed.
                none.as_mut().enable();
                if self.0.under_way.load(Ordering::SeqCst) == 0 {
                    return;
                }
                none.await;
            }
        };
        let _ = tokio::time::timeout(most, none).await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if self.0.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.0.none.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_step_waits_for_all_writes_but_not_for_ever() {
        let people = People::default();
        people.wait(Duration::from_secs(60)).await;
        let (first, second) = (people.begin(), people.begin());
        people.wait(Duration::from_millis(1)).await;
        let ended = Arc::new(AtomicBool::new(false));
        let seen = ended.clone();
        tokio::spawn(async move {
            drop(first);
            tokio::task::yield_now().await;
            seen.store(true, Ordering::SeqCst);
            drop(second);
        });
        people.wait(Duration::from_secs(60)).await;
        assert!(ended.load(Ordering::SeqCst), "both had ended");
    }
}
