//! The audit log: who did what, in a chain that shows when somebody tampered with it.
//!
//! | file | what |
//! | --- | --- |
//! | `buffer` | entries that nobody waits for: views, denials, failures, gathered by minute |
//! | `requests` | what the layer around the routes has recorded |
//! | `entry` | the canonical JSON of an entry, which is hashed |
//! | `chainer` | gives entries their number and hash, within seconds of their commit |
//! | `checkpoints` | signs where the chain stands |
//! | `retention` | removes what is older than it is kept |
//! | `verify` | finds the first entry that is not as it was written |
//! | `personal` | what it says of persons, encrypted under keys that can be destroyed |
//! | `list`, `export` | reads the log |

mod buffer;
mod chainer;
mod checkpoints;
mod entry;
mod export;
mod list;
pub(crate) mod personal;
mod requests;
mod retention;
mod verify;

use std::sync::{Arc, RwLock};
use std::time::Duration;

use labelkeep_crypt::CheckpointKey;
pub use labelkeep_store::audit::list::{Filter, ListedRow, Order};
pub use labelkeep_store::audit::{AuditRow, Identity, Outcome, Request as RequestFacts};

pub use chainer::pass;
pub use export::{Export, export, lines};
pub use list::{Activities, ChainState, Found, Names, actions, activities, chain_state, names, walk};
pub use personal::introduce;
pub use requests::{Answer, Kind, answered, broken_off};
pub use retention::prune;
pub use verify::{Problem, ProblemKind, Report, Verified, verify};

use crate::{Result, Services};

/// What the log keeps in memory.
#[derive(Default)]
pub struct Log {
    buffer: buffer::Buffer,
    chainer: tokio::sync::Mutex<chainer::Seen>,
    keys: RwLock<Option<Arc<Vec<CheckpointKey>>>>,
    seen: personal::Seen,
}

impl Log {
    /// Forgets what is kept of a person.
    pub(crate) fn forget(&self, account_id: i64) {
        self.seen.forget(account_id);
    }
}

/// How often entries are written and chained.
const EVERY: Duration = Duration::from_secs(1);
/// How many of these turns go between two looks for entries that are too old, and for chains without a checkpoint.
const RARELY: u32 = 60;

/// Writes, chains and signs for as long as it is polled.
pub async fn run(services: Services) {
    let mut turn = 0_u32;
    loop {
        if let Err(error) = once(&services, turn.is_multiple_of(RARELY)).await {
            tracing::error!(%error, "the audit log could not be brought up to date; tried again");
        }
        turn = turn.wrapping_add(1);
        tokio::time::sleep(EVERY).await;
    }
}

async fn once(services: &Services, rarely: bool) -> Result<()> {
    buffer::flush(services, false).await?;
    while chainer::pass(services).await? {}
    if rarely {
        checkpoints::sign_older_than(services, checkpoints::EVERY_MICROS).await?;
        retention::prune(services).await?;
    }
    Ok(())
}

/// Writes and chains what there is: before the log is read, and at the end.
pub async fn catch_up(services: &Services) -> Result<()> {
    buffer::flush(services, false).await?;
    chainer::pass(services).await?;
    Ok(())
}

/// Writes everything that is still in memory and signs the chains: nothing more may come, and nobody watches the database
/// until the next start.
pub async fn finish(services: &Services) {
    let rest = async {
        buffer::flush(services, true).await?;
        while chainer::pass(services).await? {}
        checkpoints::sign_older_than(services, 0).await
    };
    if let Err(error) = rest.await {
        tracing::error!(%error, "the last entries of the audit log could not be written");
    }
}
