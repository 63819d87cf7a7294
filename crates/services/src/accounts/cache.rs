//! What requests ask for again and again: whose credential is this? Kept for at most five seconds (SEC-100), so that a
//! busy client costs no look-up for each request, and a revocation on another node still arrives in time. What this
//! process revokes itself is forgotten at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use labelkeep_crypt::SigningKeys;
use tokio::sync::Semaphore;

use super::authenticate::Holder;

const LIFE: Duration = Duration::from_secs(5);
/// Entries beyond which the old ones are swept out.
const SWEEP_AT: usize = 4_096;

/// By SHA-256 of the credential: since when it is known, and whose it is.
type Holders = HashMap<[u8; 32], (Instant, Arc<Holder>)>;

/// Short-lived knowledge about credentials.
pub struct Cache {
    holders: Mutex<Holders>,
    /// Counts invalidations, so that a look-up that began before one does not write its old answer after it.
    generation: AtomicU64,
    anybody: AtomicBool,
    /// Failures with tokens and links on this node, by network: when the window began, and how many. The database has those
    /// of all nodes.
    failures: Mutex<HashMap<IpAddr, (Instant, i64)>>,
    /// The keys that sign tokens, and when they were read.
    pub(super) signing: RwLock<Option<(Instant, Arc<SigningKeys>)>>,
    /// Hashes that run at once.
    pub(super) hashing: Arc<Semaphore>,
    /// Hashes that run or wait.
    pub(super) hash_queue: Arc<Semaphore>,
}

/// Longest queue of password hashes (SEC-059).
const HASHES_WAITING: usize = 64;

impl Default for Cache {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = cores.min(4);
        Cache {
            holders: Mutex::default(),
            generation: AtomicU64::new(0),
            anybody: AtomicBool::new(false),
            failures: Mutex::default(),
            signing: RwLock::default(),
            hashing: Arc::new(Semaphore::new(at_once)),
            hash_queue: Arc::new(Semaphore::new(at_once + HASHES_WAITING)),
        }
    }
}

impl Cache {
    pub(super) fn get(&self, key: &[u8; 32]) -> Option<Arc<Holder>> {
        let holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        holders
            .get(key)
            .filter(|(at, _)| at.elapsed() < LIFE)
            .map(|(_, holder)| holder.clone())
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Keeps an answer that was looked up since `generation`.
    pub(super) fn put(&self, key: [u8; 32], holder: Arc<Holder>, generation: u64) {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != generation {
            return;
        }
        if holders.len() >= SWEEP_AT {
            holders.retain(|_, (at, _)| at.elapsed() < LIFE);
        }
        holders.insert(key, (Instant::now(), holder));
    }

    /// Forgets the keys that sign tokens, and whose tokens they are.
    pub(super) fn forget_signing_keys(&self) {
        *self.signing.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.forget_all();
    }

    /// Forgets what is known about an account.
    pub(crate) fn forget_account(&self, account_id: i64) {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::AcqRel);
        holders.retain(|_, (_, holder)| holder.row.account_id != account_id);
    }

    /// Forgets what is known about everybody.
    pub(crate) fn forget_all(&self) {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::AcqRel);
        holders.clear();
    }

    pub(super) fn anybody(&self) -> bool {
        self.anybody.load(Ordering::Relaxed)
    }

    pub(super) fn somebody(&self) {
        self.anybody.store(true, Ordering::Relaxed);
    }

    /// Counts a failure with a token or link on this node; says how many there were from the network in this minute. What
    /// is over the limit already is not worth a write.
    pub(super) fn failed(&self, network: IpAddr) -> i64 {
        const WINDOW: Duration = Duration::from_secs(60);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= SWEEP_AT {
            failures.retain(|_, (since, _)| since.elapsed() < WINDOW);
        }
        let (since, count) = failures.entry(network).or_insert((Instant::now(), 0));
        if since.elapsed() >= WINDOW {
            (*since, *count) = (Instant::now(), 0);
        }
        *count += 1;
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_059_four_hashes_at_once_at_most_and_64_wait() {
        let cache = Cache::default();
        let at_once = cache.hashing.available_permits();
        assert!((1..=4).contains(&at_once), "256 MiB at most: {at_once}");
        assert_eq!(cache.hash_queue.available_permits(), at_once + 64);
        // Whoever finds no place in the queue is told to come again, and takes no memory.
        let held: Vec<_> = (0..at_once + 64)
            .map(|_| cache.hash_queue.clone().try_acquire_owned())
            .collect();
        assert!(held.iter().all(Result::is_ok));
        assert!(cache.hash_queue.clone().try_acquire_owned().is_err());
    }
}
