//! Five wrong answers in five minutes, counted in the transaction that judges them: parallel guesses gain nothing (SEC-063).
//!
//! Codes are counted by account. A passkey cannot be guessed, and must go on working for its owner when somebody else tries
//! (SEC-062): its failures are counted by account and network.

use std::net::IpAddr;

use labelkeep_store::accounts::{attempts, tokens};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::{Result, Tx};

use crate::accounts::throttle;

const WINDOW: i64 = 5 * 60 * 1_000_000;
const MOST: i64 = 5;

/// Whose answers are counted.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    account_id: i64,
    subject: String,
}

impl Counted {
    pub(super) fn codes(account_id: i64) -> Self {
        Counted {
            account_id,
            subject: format!("factor:{account_id}"),
        }
    }

    pub(super) fn passkeys(account_id: i64, address: IpAddr) -> Self {
        Counted {
            account_id,
            subject: format!("passkey:{account_id}:{}", throttle::network(address)),
        }
    }

    /// Keeps other attempts of the account waiting; gives the seconds to wait when there were too many.
    pub(super) async fn check(&self, tx: &mut Tx, now: i64) -> Result<Option<u64>> {
        tokens::lock_account(tx, self.account_id).await?;
        let (failures, last) = attempts::count_in(tx, &self.subject, now - WINDOW).await?;
        let wait = last.filter(|_| failures >= MOST).map(|last| last + WINDOW - now);
        Ok(wait.map(|wait| u64::try_from(wait / 1_000_000 + 1).unwrap_or(1)))
    }

    /// Counts a wrong answer. The one that reaches the limit leaves one more row in the audit trail.
    pub(super) async fn failed(&self, tx: &mut Tx, origin: &Origin, detail: &str, now: i64) -> Result<()> {
        attempts::record(tx, &self.subject, now, now - WINDOW).await?;
        let object = format!("user:{}", self.account_id);
        audit::record(tx, origin, "factor.failed", &object, detail, now).await?;
        let (failures, _) = attempts::count_in(tx, &self.subject, now - WINDOW).await?;
        if failures == MOST {
            audit::record(tx, origin, "factor.blocked", &object, detail, now).await?;
        }
        Ok(())
    }

    /// Forgets the failures after a right answer.
    pub(super) async fn succeeded(&self, tx: &mut Tx) -> Result<()> {
        attempts::clear(tx, &self.subject).await
    }
}
