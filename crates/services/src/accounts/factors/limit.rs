//! Five wrong codes in five minutes, counted in the transaction that judges the code: parallel guesses gain nothing (SEC-063).

use labelkeep_store::accounts::{attempts, tokens};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::{Result, Tx};

const WINDOW: i64 = 5 * 60 * 1_000_000;
const MOST: i64 = 5;

/// Keeps other attempts of the account waiting; gives the seconds to wait when there were too many.
pub(super) async fn check(tx: &mut Tx, account_id: i64, now: i64) -> Result<Option<u64>> {
    tokens::lock_account(tx, account_id).await?;
    let (failures, last) = attempts::count_in(tx, &subject(account_id), now - WINDOW).await?;
    let wait = last.filter(|_| failures >= MOST).map(|last| last + WINDOW - now);
    Ok(wait.map(|wait| u64::try_from(wait / 1_000_000 + 1).unwrap_or(1)))
}

/// Counts a wrong code. The one that reaches the limit leaves one more row in the audit trail.
pub(super) async fn failed(tx: &mut Tx, account_id: i64, origin: &Origin, now: i64) -> Result<()> {
    attempts::record(tx, &subject(account_id), now, now - WINDOW).await?;
    let object = format!("user:{account_id}");
    audit::record(tx, origin, "factor.failed", &object, "{}", now).await?;
    let (failures, _) = attempts::count_in(tx, &subject(account_id), now - WINDOW).await?;
    if failures == MOST {
        audit::record(tx, origin, "factor.blocked", &object, "{}", now).await?;
    }
    Ok(())
}

/// Forgets the failures after a right code.
pub(super) async fn succeeded(tx: &mut Tx, account_id: i64) -> Result<()> {
    attempts::clear(tx, &subject(account_id)).await
}

fn subject(account_id: i64) -> String {
    format!("factor:{account_id}")
}
