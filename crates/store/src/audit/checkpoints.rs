//! Signed checkpoints of the chains, and the keys that sign them, sealed.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A checkpoint.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CheckpointRow {
        /// The organization; 0 for none.
        pub organization_id: i64,
        /// Number of the entry.
        pub sequence: i64,
        /// Whether the chain begins behind it.
        pub pruned: bool,
        /// The hash that the chain had there.
        pub hash: Vec<u8>,
        /// Who signed.
        pub key_id: String,
        /// Ed25519 over the statement.
        pub signature: Vec<u8>,
        /// When, in microseconds since 1970-01-01 UTC.
        pub at: i64,
    }
}

/// All checkpoints of an organization, in order of the chain.
pub async fn all(db: &Db, organization_id: i64) -> Result<Vec<CheckpointRow>> {
    db.all(
        "SELECT * FROM audit_checkpoint WHERE organization_id = $1 ORDER BY sequence, pruned",
        args![organization_id],
    )
    .await
}

/// The newest checkpoint of an organization.
pub async fn newest(db: &Db, organization_id: i64) -> Result<Option<CheckpointRow>> {
    db.optional(
        "SELECT * FROM audit_checkpoint WHERE organization_id = $1 ORDER BY sequence DESC, at DESC LIMIT 1",
        args![organization_id],
    )
    .await
}

/// The checkpoint behind which the chain begins, when something was pruned.
pub async fn beginning(db: &Db, organization_id: i64) -> Result<Option<CheckpointRow>> {
    db.optional(
        "SELECT * FROM audit_checkpoint WHERE organization_id = $1 AND pruned = TRUE ORDER BY sequence DESC LIMIT 1",
        args![organization_id],
    )
    .await
}

/// Adds a checkpoint unless it is there.
pub async fn insert(tx: &mut Tx, row: &CheckpointRow) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_checkpoint (organization_id, sequence, pruned, hash, key_id, signature, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        args![
            row.organization_id,
            row.sequence,
            row.pruned,
            &*row.hash,
            &row.key_id,
            &*row.signature,
            row.at
        ],
    )
    .await?;
    Ok(())
}

/// Removes the checkpoints before `sequence`, whose entries are gone.
pub async fn prune(tx: &mut Tx, organization_id: i64, sequence: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM audit_checkpoint WHERE organization_id = $1 AND sequence < $2",
        args![organization_id, sequence],
    )
    .await?;
    Ok(())
}

/// Id and sealed key, newest first.
pub async fn keys(db: &Db) -> Result<Vec<(String, Vec<u8>)>> {
    db.all("SELECT id, sealed FROM audit_key ORDER BY created_at DESC, id", args![])
        .await
}

/// Adds a key unless there is one already.
pub async fn insert_first_key(tx: &mut Tx, id: &str, sealed: &[u8], at: i64) -> Result<()> {
    if tx.dialect() == crate::Dialect::Postgres {
        tx.execute("LOCK TABLE audit_key IN SHARE ROW EXCLUSIVE MODE", args![])
            .await?;
    }
    tx.execute(
        "INSERT INTO audit_key (id, sealed, created_at) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT id FROM audit_key)",
        args![id, sealed, at],
    )
    .await?;
    Ok(())
}
