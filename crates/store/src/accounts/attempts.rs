//! Failed attempts, counted in the database so that all replicas share the limits (SEC-062).

use crate::{Db, Result, Tx, args};

/// How many attempts of the subject lie after `since`, and when the last one was.
pub async fn count(db: &Db, subject: &str, since: i64) -> Result<(i64, Option<i64>)> {
    db.one(
        "SELECT COUNT(*), MAX(at) FROM login_attempt WHERE subject = $1 AND at > $2",
        args![subject, since],
    )
    .await
}

/// The same in a write transaction, for limits that parallel attempts must not get around.
pub async fn count_in(tx: &mut Tx, subject: &str, since: i64) -> Result<(i64, Option<i64>)> {
    tx.one(
        "SELECT COUNT(*), MAX(at) FROM login_attempt WHERE subject = $1 AND at > $2",
        args![subject, since],
    )
    .await
}

/// Forgets all attempts before a time.
pub async fn purge(tx: &mut Tx, before: i64) -> Result<()> {
    tx.execute("DELETE FROM login_attempt WHERE at < $1", args![before])
        .await?;
    Ok(())
}

/// Adds an attempt; forgets the subject's before `forget_before`.
pub async fn record(tx: &mut Tx, subject: &str, at: i64, forget_before: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO login_attempt (subject, at) VALUES ($1, $2)",
        args![subject, at],
    )
    .await?;
    tx.execute(
        "DELETE FROM login_attempt WHERE subject = $1 AND at < $2",
        args![subject, forget_before],
    )
    .await?;
    Ok(())
}

/// Forgets the subject's attempts, after a right one.
pub async fn clear(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.execute("DELETE FROM login_attempt WHERE subject = $1", args![subject])
        .await?;
    Ok(())
}
