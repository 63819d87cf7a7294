//! Gives entries their number and their hash (SEC-218). Savers never wait for each other: the entries are written without
//! a number, and one chainer at a time, of whatever replica, adds links behind them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use labelkeep_crypt::chain::{self, Link};
use labelkeep_store::audit::chain::{self as store, Horizon};
use labelkeep_store::audit::checkpoints as checkpoint_store;

use super::checkpoints::{self, EVERY_ENTRIES};
use super::entry::push_entry;
use crate::{Result, ServiceError, Services};

/// Entries of one pass. The links are one short transaction, behind which savers wait.
const PASS: i64 = 500;
/// Time that a transaction has, at least, between taking an id and being seen as running.
const SETTLE: Duration = Duration::from_secs(2);

/// What this process has seen of the database's transactions.
#[derive(Default)]
pub(super) struct Seen(Option<(Horizon, Instant)>);

impl Seen {
    /// The id up to which everything that will ever be there is visible. On PostgreSQL an id may become visible after a
    /// higher one; it cannot any more once all transactions have ended that had begun when the id was the newest.
    fn complete_to(&mut self, now: Horizon, ids_in_order: bool) -> i64 {
        if ids_in_order {
            return now.newest;
        }
        let settled = match self.0 {
            Some((then, at)) if now.running_from >= then.begun_to && at.elapsed() >= SETTLE => Some(then.newest),
            Some(_) => return 0,
            None => None,
        };
        self.0 = Some((now, Instant::now()));
        settled.unwrap_or(0)
    }
}

/// Chains some entries; true when there are more. Another replica that chains at the same time wins or loses as a whole.
pub async fn pass(services: &Services) -> Result<bool> {
    let db = &services.db;
    let mut seen = services.audit.chainer.lock().await;
    let turn = store::turn(db).await?;
    let horizon = store::horizon(db).await?;
    let in_order = db.dialect() == labelkeep_store::Dialect::Sqlite;
    let complete_to = seen.complete_to(horizon, in_order).max(turn.watermark);
    let rows = store::unchained(db, turn.watermark, PASS).await?;
    let full = i64::try_from(rows.len()).unwrap_or(PASS) == PASS;
    let watermark = match rows.last() {
        // What is above the last one read is not known to be chained.
        Some(last) if full => complete_to.min(last.id),
        _ => complete_to,
    };
    if rows.is_empty() && watermark == turn.watermark {
        return Ok(false);
    }
    let mut heads: BTreeMap<i64, Head> = BTreeMap::new();
    let mut links = Vec::with_capacity(rows.len());
    let mut signed = Vec::new();
    let mut text = String::with_capacity(512);
    for row in &rows {
        let organization_id = row.organization_id.unwrap_or(0);
        let head = match heads.entry(organization_id) {
            std::collections::btree_map::Entry::Occupied(head) => head.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(Head::read(services, organization_id).await?)
            }
        };
        text.clear();
        push_entry(&mut text, row);
        head.hash = chain::link(&head.hash, &text);
        head.sequence += 1;
        links.push((row.id, organization_id, head.sequence, head.hash));
        if head.sequence - head.signed >= EVERY_ENTRIES {
            signed.push(checkpoints::sign(services, organization_id, head.sequence, &head.hash, false).await?);
            head.signed = head.sequence;
        }
    }
    let (chained, written) = (links.len(), signed.clone());
    let ours = db
        .write_step(move |tx| {
            Box::pin(async move {
                if !store::take(tx, turn, watermark).await? {
                    return Ok::<_, ServiceError>(false);
                }
                store::append(tx, links).await?;
                for row in &signed {
                    checkpoint_store::insert(tx, row).await?;
                }
                Ok(true)
            })
        })
        .await?;
    if ours {
        checkpoints::tell(services, &written);
    }
    Ok(ours && full && chained > 0)
}

/// The end of a chain.
struct Head {
    sequence: i64,
    hash: Link,
    /// The newest checkpoint's number.
    signed: i64,
}

impl Head {
    async fn read(services: &Services, organization_id: i64) -> Result<Head> {
        let newest = checkpoint_store::newest(&services.db, organization_id).await?;
        let signed = newest.as_ref().map_or(0, |row| row.sequence);
        let end = match store::head(&services.db, organization_id).await? {
            Some(head) => Some((head.sequence, head.hash)),
            // Everything was pruned: the chain goes on from the checkpoint that was left.
            None => newest.map(|row| (row.sequence, row.hash)),
        };
        let (sequence, hash) = match end {
            Some((sequence, hash)) => (
                sequence,
                hash.try_into()
                    .map_err(|_| ServiceError::Internal(format!("entry {sequence} has a hash of a wrong length")))?,
            ),
            None => (0, chain::START),
        };
        Ok(Head { sequence, hash, signed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn horizon(newest: i64, running_from: i64, begun_to: i64) -> Horizon {
        Horizon {
            newest,
            running_from,
            begun_to,
        }
    }

    #[test]
    fn an_id_is_complete_when_nothing_is_left_that_could_fill_a_gap_below_it() {
        let mut seen = Seen::default();
        assert_eq!(seen.complete_to(horizon(9, 0, 0), true), 9, "ids in order");
        assert_eq!(seen.complete_to(horizon(10, 100, 105), false), 0, "first look");
        assert_eq!(seen.complete_to(horizon(20, 105, 110), false), 0, "too soon");
        let earlier = Instant::now().checked_sub(SETTLE).expect("the clock runs for longer");
        seen.0 = Some((horizon(10, 100, 105), earlier));
        assert_eq!(
            seen.complete_to(horizon(20, 104, 110), false),
            0,
            "transaction 104 runs"
        );
        assert_eq!(seen.complete_to(horizon(20, 105, 110), false), 10, "all have ended");
    }
}
