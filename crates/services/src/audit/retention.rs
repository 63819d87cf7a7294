//! Entries are kept for a time (SEC-222). What goes leaves a signed checkpoint, from which the rest of the chain is verified.

use labelkeep_crypt::chain::Link;
use labelkeep_store::audit::{chain, checkpoints as checkpoint_store, personal};

use super::{checkpoints, list};
use crate::accounts::DAY;
use crate::{Result, ServiceError, Services};

/// Entries of one transaction.
const CHUNK: i64 = 500;

/// Removes entries whose time is over, in every chain.
pub async fn prune(services: &Services) -> Result<()> {
    let oldest = services.now() - services.settings.audit_days * DAY;
    for organization_id in chain::organizations(&services.db).await? {
        prune_one(services, organization_id, oldest).await?;
    }
    // The day on which a client was seen last is known to the day.
    services
        .db
        .write_unsynced(move |tx| Box::pin(async move { personal::forget_clients(tx, oldest - 2 * DAY).await }))
        .await?;
    Ok(())
}

async fn prune_one(services: &Services, organization_id: i64, oldest: i64) -> Result<()> {
    let db = &services.db;
    let (Some(first), Some(head)) = (
        chain::first(db, organization_id).await?,
        chain::head(db, organization_id).await?,
    ) else {
        return Ok(());
    };
    // A pruning that was interrupted is finished first.
    let begun = checkpoint_store::beginning(db, organization_id)
        .await?
        .map_or(0, |row| row.sequence);
    let keep_from = list::sequence_at(services, organization_id, first, head.sequence + 1, oldest).await?;
    let last = (keep_from - 1).max(begun);
    if last < first {
        return Ok(());
    }
    if last > begun {
        let hash: Link = chain::hash_at(db, organization_id, last)
            .await?
            .and_then(|hash| hash.try_into().ok())
            .ok_or_else(|| ServiceError::Internal(format!("entry {last} of the audit log has no hash")))?;
        let row = checkpoints::sign(services, organization_id, last, &hash, true).await?;
        let stored = row.clone();
        db.write(move |tx| {
            Box::pin(async move {
                checkpoint_store::insert(tx, &stored).await?;
                checkpoint_store::prune(tx, organization_id, last).await
            })
        })
        .await?;
        checkpoints::tell(services, &[row]);
    }
    loop {
        let gone = db
            .write_step(move |tx| Box::pin(async move { chain::prune(tx, organization_id, last, CHUNK).await }))
            .await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
