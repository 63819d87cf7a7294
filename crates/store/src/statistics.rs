//! Counts of visits and work by day. Every name comes from a list of ours: nothing personal is here (SEC-237).

use crate::{Db, Result, Tx, args, row};

row! {
    /// One count.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CountRow {
        /// Days since 1970-01-01.
        pub day: i64,
        /// page | annotation | data_type | tag
        pub kind: String,
        /// Which; empty for annotations.
        pub name: String,
        /// How many.
        pub amount: i64,
    }
}

/// Adds to a count.
pub async fn add(tx: &mut Tx, organization_id: i64, day: i64, kind: &str, name: &str, amount: i64) -> Result<()> {
    // An organization that is gone has no statistics.
    tx.execute(
        "INSERT INTO usage_statistic (organization_id, day, kind, name, amount)
         SELECT id, $2, $3, $4, $5 FROM organization WHERE id = $1
         ON CONFLICT (organization_id, day, kind, name) DO UPDATE SET amount = usage_statistic.amount + excluded.amount",
        args![organization_id, day, kind, name, amount],
    )
    .await?;
    Ok(())
}

/// Sets a count that is not a sum (how many projects use a tag).
pub async fn set(tx: &mut Tx, organization_id: i64, day: i64, kind: &str, name: &str, amount: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO usage_statistic (organization_id, day, kind, name, amount) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, day, kind, name) DO UPDATE SET amount = excluded.amount",
        args![organization_id, day, kind, name, amount],
    )
    .await?;
    Ok(())
}

/// The counts of a span of days, both ends included.
pub async fn read(db: &Db, organization_id: i64, since: i64, until: i64) -> Result<Vec<CountRow>> {
    db.all(
        "SELECT day, kind, name, amount FROM usage_statistic
         WHERE organization_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, kind, name",
        args![organization_id, since, until],
    )
    .await
}

/// Removes what is older than `before`.
pub async fn prune(tx: &mut Tx, before: i64) -> Result<()> {
    tx.execute("DELETE FROM usage_statistic WHERE day < $1", args![before])
        .await?;
    Ok(())
}

/// Project, organization and labeling configuration of projects above `after`, in order of their ids.
pub async fn configs(db: &Db, after: i64, limit: i64) -> Result<Vec<(i64, i64, String)>> {
    db.all(
        "SELECT id, organization_id, label_config FROM project WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2",
        args![after, limit],
    )
    .await
}
