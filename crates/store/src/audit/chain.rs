//! The hash chain over the log: who chains, what is not chained yet, where each organization's chain ends.

use super::AuditRow;
use crate::builder::{BulkInsert, Parts, for_each, over};
use crate::{Arg, Args, Columns, Db, Dialect, Result, Row, Tx, args, row};

/// Where chaining stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Counts the passes of all replicas.
    pub turn: i64,
    /// Every entry up to this id that will ever be there is chained.
    pub watermark: i64,
}

/// Which entries may still appear below the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The newest id that is visible.
    pub newest: i64,
    /// Transactions from this one on may be running; below it none is.
    pub running_from: i64,
    /// Transactions from this one on have not begun.
    pub begun_to: i64,
}

row! {
    /// The end of an organization's chain.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HeadRow {
        /// The organization; 0 for none.
        pub organization_id: i64,
        /// Number of the newest entry.
        pub sequence: i64,
        /// Its hash.
        pub hash: Vec<u8>,
    }
}

/// A link with its entry, which may be gone.
#[derive(Debug, Clone)]
pub struct ChainedRow {
    /// Number of the entry.
    pub sequence: i64,
    /// Id of the entry.
    pub audit_id: i64,
    /// The link.
    pub hash: Vec<u8>,
    /// The entry.
    pub entry: Option<AuditRow>,
}

impl Row for ChainedRow {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        let (sequence, audit_id, hash) = (
            columns.named("sequence")?,
            columns.named("audit_id")?,
            columns.named("hash")?,
        );
        let id: Option<i64> = columns.named("id")?;
        let entry = match id {
            Some(_) => Some(AuditRow::read(columns)?),
            None => None,
        };
        Ok(ChainedRow {
            sequence,
            audit_id,
            hash,
            entry,
        })
    }
}

/// Where chaining stands.
pub async fn turn(db: &Db) -> Result<Turn> {
    let (turn, watermark) = db
        .one("SELECT turn, watermark FROM audit_chainer WHERE id = 1", args![])
        .await?;
    Ok(Turn { turn, watermark })
}

/// Takes the turn behind `seen`; false when another chainer was faster. On PostgreSQL the row stays locked until the commit.
pub async fn take(tx: &mut Tx, seen: Turn, watermark: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE audit_chainer SET turn = turn + 1, watermark = $1 WHERE id = 1 AND turn = $2 AND watermark = $3",
            args![watermark, seen.turn, seen.watermark],
        )
        .await?;
    Ok(changed > 0)
}

/// What is visible now. Ids of SQLite become visible in order; those of PostgreSQL when their transactions commit.
pub async fn horizon(db: &Db) -> Result<Horizon> {
    let (newest, running_from, begun_to) = match db.dialect() {
        Dialect::Sqlite => {
            db.one(
                "SELECT COALESCE(MAX(id), 0), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM audit",
                args![],
            )
            .await?
        }
        Dialect::Postgres => {
            db.one(
                "SELECT COALESCE(MAX(id), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                    pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM audit",
                args![],
            )
            .await?
        }
    };
    Ok(Horizon {
        newest,
        running_from,
        begun_to,
    })
}

/// The oldest entries above `watermark` that are not chained, at most `limit`.
pub async fn unchained(db: &Db, watermark: i64, limit: i64) -> Result<Vec<AuditRow>> {
    db.all(
        concat!(
            "SELECT audit.* FROM audit WHERE id > $1
             AND NOT EXISTS (SELECT 1 FROM audit_chain WHERE audit_chain.audit_id = audit.id",
            for_each!(),
            " ORDER BY id LIMIT $2",
        ),
        args![watermark, limit],
    )
    .await
}

/// How many entries of the organization above the watermark are not chained; counts to 10,000.
pub async fn pending(db: &Db, organization_id: i64) -> Result<i64> {
    let (number,): (i64,) = db
        .one(
            concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM audit
                    WHERE id > (SELECT watermark FROM audit_chainer WHERE id = 1) AND COALESCE(organization_id, 0) = $1
                    AND NOT EXISTS (SELECT 1 FROM audit_chain WHERE audit_chain.audit_id = audit.id",
                for_each!(),
                " LIMIT 10000) AS tail",
            ),
            args![organization_id],
        )
        .await?;
    Ok(number)
}

/// Entries at or below the watermark that are in no chain: nobody but a forger puts them there. The first by id.
pub async fn inserted(db: &Db, watermark: i64) -> Result<Option<AuditRow>> {
    db.optional(
        "SELECT audit.* FROM audit WHERE id <= $1
         AND NOT EXISTS (SELECT 1 FROM audit_chain WHERE audit_chain.audit_id = audit.id)
         ORDER BY id LIMIT 1",
        args![watermark],
    )
    .await
}

/// The end of one chain.
pub async fn head(db: &Db, organization_id: i64) -> Result<Option<HeadRow>> {
    db.optional(
        "SELECT organization_id, sequence, hash FROM audit_chain WHERE organization_id = $1
         ORDER BY sequence DESC LIMIT 1",
        args![organization_id],
    )
    .await
}

/// The number of the oldest entry of one chain.
pub async fn first(db: &Db, organization_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT sequence FROM audit_chain WHERE organization_id = $1 ORDER BY sequence LIMIT 1",
            args![organization_id],
        )
        .await?;
    Ok(row.map(|(sequence,)| sequence))
}

/// The organizations (0: none) that have a chain or a checkpoint.
pub async fn organizations(db: &Db) -> Result<Vec<i64>> {
    // One step into the index for each, not a walk through all links.
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT o.id FROM (SELECT id FROM organization UNION SELECT CAST(0 AS BIGINT) AS id
                UNION SELECT organization_id AS id FROM audit_checkpoint) AS o
             WHERE EXISTS (SELECT 1 FROM audit_chain WHERE audit_chain.organization_id = o.id)
             OR EXISTS (SELECT 1 FROM audit_checkpoint WHERE audit_checkpoint.organization_id = o.id)
             ORDER BY o.id",
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Adds links: entry, organization, number, hash.
pub async fn append(tx: &mut Tx, links: Vec<(i64, i64, i64, [u8; 32])>) -> Result<()> {
    let mut rows = BulkInsert::new(
        "INSERT INTO audit_chain (audit_id, organization_id, sequence, hash)",
        "(#1, #2, #3, #4)",
        "",
        args![],
    );
    for (audit_id, organization_id, sequence, hash) in links {
        rows.push([
            audit_id.into(),
            organization_id.into(),
            sequence.into(),
            Arg::from(hash),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert(rows).await
}

/// Links above `after` with their entries, in order.
pub async fn read(db: &Db, organization_id: i64, after: i64, limit: i64) -> Result<Vec<ChainedRow>> {
    let (sql, args) = joined(
        "c.organization_id = ? AND c.sequence > ?",
        args![organization_id, after],
        limit,
    );
    db.all(sql, args).await
}

fn joined(condition: &'static str, condition_args: Args, limit: i64) -> (crate::builder::Sql, Args) {
    let mut parts = Parts::new(
        "SELECT c.sequence, c.audit_id, c.hash, a.* FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id WHERE ",
        args![],
    );
    parts.push(condition, condition_args);
    parts.push(" ORDER BY c.sequence LIMIT ?", args![limit]);
    parts.finish()
}

/// The time of the first entry from `sequence` on.
pub async fn time_at(db: &Db, organization_id: i64, sequence: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT a.at FROM audit_chain c JOIN audit a ON a.id = c.audit_id
             WHERE c.organization_id = $1 AND c.sequence >= $2 ORDER BY c.sequence LIMIT 1",
            args![organization_id, sequence],
        )
        .await?;
    Ok(row.map(|(at,)| at))
}

/// The hash of one entry.
pub async fn hash_at(db: &Db, organization_id: i64, sequence: i64) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = db
        .optional(
            "SELECT hash FROM audit_chain WHERE organization_id = $1 AND sequence = $2",
            args![organization_id, sequence],
        )
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Removes up to `limit` of the oldest entries at or below `sequence`, with their links; gives how many.
pub async fn prune(tx: &mut Tx, organization_id: i64, sequence: i64, limit: i64) -> Result<u64> {
    let ids: Vec<(i64,)> = tx
        .all(
            "SELECT audit_id FROM audit_chain WHERE organization_id = $1 AND sequence <= $2 ORDER BY sequence LIMIT $3",
            args![organization_id, sequence, limit],
        )
        .await?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    let (sql, args) = over("DELETE FROM audit WHERE id IN ", &ids, "");
    tx.execute(sql, args).await?;
    let (sql, args) = over("DELETE FROM audit_chain WHERE audit_id IN ", &ids, "");
    tx.execute(sql, args).await
}
