//! Browser sessions. The cookie's value is not here, only its SHA-256 (SEC-023).

use crate::{Db, Result, Tx, args, row};

row! {
    /// A session. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct SessionRow {
        pub id_hash: Vec<u8>,
        pub account_id: i64,
        pub csrf_secret: Vec<u8>,
        pub persistent: bool,
        pub address: String,
        pub agent: String,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub ended_at: Option<i64>,
        /// When the person last proved who they are (SEC-032).
        pub confirmed_at: i64,
        /// The second factor that was proven in it.
        pub factor: Option<String>,
        /// The one organization in which it works, when that one's provider began it.
        pub organization_id: Option<i64>,
    }
}

/// A session that has not ended.
pub async fn find(db: &Db, id_hash: &[u8]) -> Result<Option<SessionRow>> {
    db.optional(
        "SELECT * FROM session WHERE id_hash = $1 AND ended_at IS NULL",
        args![id_hash],
    )
    .await
}

/// The sessions of an account that have not been ended, those used last first.
pub async fn of_account(db: &Db, account_id: i64, limit: i64) -> Result<Vec<SessionRow>> {
    db.all(
        "SELECT * FROM session WHERE account_id = $1 AND ended_at IS NULL
         ORDER BY last_seen_at DESC, id_hash LIMIT $2",
        args![account_id, limit],
    )
    .await
}

/// Adds a session.
pub async fn insert(tx: &mut Tx, session: &SessionRow) -> Result<()> {
    tx.execute(
        "INSERT INTO session (id_hash, account_id, csrf_secret, persistent, address, agent, created_at, last_seen_at,
            confirmed_at, factor, organization_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)",
        args![
            session.id_hash.as_slice(),
            session.account_id,
            session.csrf_secret.as_slice(),
            session.persistent,
            &session.address,
            &session.agent,
            session.created_at,
            session.confirmed_at,
            session.factor.clone(),
            session.organization_id
        ],
    )
    .await?;
    Ok(())
}

/// Ends one session of an account; says whether there was one.
pub async fn end(tx: &mut Tx, account_id: i64, id_hash: &[u8], at: i64) -> Result<bool> {
    let ended = tx
        .execute(
            "UPDATE session SET ended_at = $3 WHERE id_hash = $2 AND account_id = $1 AND ended_at IS NULL",
            args![account_id, id_hash, at],
        )
        .await?;
    Ok(ended > 0)
}

/// Ends all sessions of an account but `except`; says how many.
pub async fn end_all(tx: &mut Tx, account_id: i64, except: Option<&[u8]>, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE session SET ended_at = $3 WHERE account_id = $1 AND ended_at IS NULL AND id_hash <> $2",
        args![account_id, except.unwrap_or_default(), at],
    )
    .await
}

/// Ends all sessions of an account that reach the organization: those that a provider began work in its own one alone.
pub async fn end_in(tx: &mut Tx, account_id: i64, organization_id: i64, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE session SET ended_at = $3 WHERE account_id = $1 AND ended_at IS NULL
            AND (organization_id IS NULL OR organization_id = $2)",
        args![account_id, organization_id, at],
    )
    .await
}

/// Gives a session another id and another secret for its CSRF tokens: the old id is dead with the commit (SEC-026). Gives
/// whether the cookie stays when the browser closes, and when the session began; none when it has ended.
pub async fn renew(
    tx: &mut Tx,
    id_hash: &[u8],
    new_id_hash: &[u8],
    new_csrf_secret: &[u8],
) -> Result<Option<(bool, i64)>> {
    tx.optional(
        "UPDATE session SET id_hash = $2, csrf_secret = $3 WHERE id_hash = $1 AND ended_at IS NULL
         RETURNING persistent, created_at",
        args![id_hash, new_id_hash, new_csrf_secret],
    )
    .await
}

/// Notes that the person has proven again who they are.
pub async fn confirm(tx: &mut Tx, id_hash: &[u8], at: i64) -> Result<()> {
    tx.execute(
        "UPDATE session SET confirmed_at = $2 WHERE id_hash = $1 AND ended_at IS NULL",
        args![id_hash, at],
    )
    .await?;
    Ok(())
}

/// Ends the oldest sessions of an account beyond `keep`.
pub async fn prune(tx: &mut Tx, account_id: i64, keep: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE session SET ended_at = $3 WHERE id_hash IN (
            SELECT id_hash FROM session WHERE account_id = $1 AND ended_at IS NULL
            ORDER BY created_at DESC LIMIT 1000 OFFSET $2)",
        args![account_id, keep, at],
    )
    .await?;
    Ok(())
}

/// Deletes the rows of sessions that ended before `ended_before`, or ran out unused: were begun before `begun_before`.
pub async fn purge(tx: &mut Tx, ended_before: i64, begun_before: i64) -> Result<u64> {
    tx.execute(
        "DELETE FROM session WHERE ended_at < $1 OR created_at < $2",
        args![ended_before, begun_before],
    )
    .await
}

/// Notes when a session was last used.
pub async fn touch(tx: &mut Tx, id_hash: &[u8], at: i64) -> Result<()> {
    tx.execute(
        "UPDATE session SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2",
        args![id_hash, at],
    )
    .await?;
    Ok(())
}
