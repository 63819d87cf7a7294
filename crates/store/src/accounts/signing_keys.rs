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
