//! Keys that sign personal access tokens, sealed.

use crate::{Db, Result, Tx, args};

/// Id and sealed key, newest first.
pub async fn all(db: &Db) -> Result<Vec<(String, Vec<u8>)>> {
    db.all(
        "SELECT id, sealed FROM signing_key ORDER BY created_at DESC, id",
        args![],
    )
    .await
}

/// Adds a key unless there is one already; says whether it was added.
pub async fn insert_first(tx: &mut Tx, id: &str, sealed: &[u8], at: i64) -> Result<bool> {
    if tx.dialect() == crate::Dialect::Postgres {
        tx.execute("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE", args![])
            .await?;
    }
    let added = tx
        .execute(
            "INSERT INTO signing_key (id, sealed, created_at)
             SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT id FROM signing_key)",
            args![id, sealed, at],
        )
        .await?;
    Ok(added > 0)
}

/// Whether any column holds something that a master key sealed.
pub async fn anything_sealed(db: &Db) -> Result<bool> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT CAST(1 AS BIGINT) FROM signing_key
             UNION ALL SELECT CAST(1 AS BIGINT) FROM audit_key
             UNION ALL SELECT CAST(1 AS BIGINT) FROM organization WHERE invite_link IS NOT NULL
             UNION ALL SELECT CAST(1 AS BIGINT) FROM project WHERE task_data_password IS NOT NULL
             LIMIT 1",
            args![],
        )
        .await?;
    Ok(row.is_some())
}
