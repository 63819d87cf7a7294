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

/// Id and time of each, newest first.
pub async fn made(db: &Db) -> Result<Vec<(String, i64)>> {
    db.all(
        "SELECT id, created_at FROM signing_key ORDER BY created_at DESC, id",
        args![],
    )
    .await
}

/// Adds a key, which signs from then on.
pub async fn insert(tx: &mut Tx, id: &str, sealed: &[u8], at: i64) -> Result<()> {
    // Never older than one that is there, whatever the clock says: the newest signs.
    tx.execute(
        "INSERT INTO signing_key (id, sealed, created_at)
         SELECT $1, $2, CASE WHEN MAX(created_at) >= $3 THEN MAX(created_at) + 1 ELSE $3 END FROM signing_key",
        args![id, sealed, at],
    )
    .await?;
    Ok(())
}

/// Removes a key: what it has signed is worth nothing any more.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<()> {
    tx.execute("DELETE FROM signing_key WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Removes all keys but one.
pub async fn delete_others(tx: &mut Tx, kept: &str) -> Result<()> {
    tx.execute("DELETE FROM signing_key WHERE id <> $1", args![kept])
        .await?;
    Ok(())
}
