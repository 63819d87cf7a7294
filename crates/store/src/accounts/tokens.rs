//! API tokens. The secret is not here, only its SHA-256 (SEC-092).

use crate::{Db, Result, Tx, args, row};

row! {
    /// A token. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct TokenRow {
        pub id: i64,
        pub account_id: i64,
        /// `legacy`, `refresh` or `personal`.
        pub kind: String,
        pub secret_hash: Vec<u8>,
        /// What lists show of it: a refresh token without its signature, the first characters of the others.
        pub listed: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub revoked_at: Option<i64>,
        pub last_used_at: Option<i64>,
        pub name: String,
        /// Where it works; none: nowhere.
        pub organization_id: Option<i64>,
        pub can_write: bool,
        pub can_export: bool,
        /// Ids, separated by blanks; none: all.
        pub projects: Option<String>,
        pub last_used_address: Option<String>,
        pub last_used_agent: Option<String>,
    }
}

/// A token that is neither revoked nor over.
pub async fn alive(db: &Db, kind: &'static str, secret_hash: &[u8], now: i64) -> Result<Option<TokenRow>> {
    db.optional(
        "SELECT * FROM token WHERE secret_hash = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3",
        args![secret_hash, kind, now],
    )
    .await
}

/// The living tokens of an account, oldest first.
pub async fn of_account(db: &Db, account_id: i64, kind: &'static str, now: i64) -> Result<Vec<TokenRow>> {
    db.all(
        "SELECT * FROM token WHERE account_id = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3 ORDER BY id",
        args![account_id, kind, now],
    )
    .await
}

/// The tokens of an account, those that ended before `ended_before` left out, newest first; of one organization or of all.
pub async fn history(
    db: &Db,
    account_id: i64,
    organization_id: Option<i64>,
    ended_before: i64,
    limit: i64,
) -> Result<Vec<TokenRow>> {
    db.all(
        "SELECT * FROM token WHERE account_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR organization_id = $2)
            AND expires_at >= $3 AND (revoked_at IS NULL OR revoked_at >= $3)
         ORDER BY id DESC LIMIT $4",
        args![account_id, organization_id, ended_before, limit],
    )
    .await
}

/// A living token by its id; of this account.
pub async fn find_alive(tx: &mut Tx, account_id: i64, id: i64, now: i64) -> Result<Option<TokenRow>> {
    tx.optional(
        "SELECT * FROM token WHERE id = $2 AND account_id = $1 AND revoked_at IS NULL AND expires_at > $3",
        args![account_id, id, now],
    )
    .await
}

/// How many living tokens of the kind the account has.
pub async fn count_alive(tx: &mut Tx, account_id: i64, kind: &'static str, now: i64) -> Result<i64> {
    let (count,) = tx
        .one(
            "SELECT COUNT(*) FROM token WHERE account_id = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3",
            args![account_id, kind, now],
        )
        .await?;
    Ok(count)
}

/// Keeps other requests of the same account from making or revoking its tokens until the commit.
pub async fn lock_account(tx: &mut Tx, account_id: i64) -> Result<()> {
    if tx.dialect() == crate::Dialect::Postgres {
        tx.optional::<(i64,)>(
            "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE",
            args![account_id],
        )
        .await?;
    }
    Ok(())
}

/// A new token.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewToken {
    pub account_id: i64,
    pub organization_id: i64,
    pub kind: &'static str,
    pub name: String,
    pub secret_hash: [u8; 32],
    pub listed: String,
    pub can_write: bool,
    pub can_export: bool,
    /// Ids, separated by blanks; none: all.
    pub projects: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
}

/// Adds a token; one with the same secret gets the new owner, reach, life and time.
pub async fn insert(tx: &mut Tx, token: &NewToken) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO token (account_id, organization_id, kind, name, secret_hash, listed, can_write, can_export,
                projects, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (secret_hash) DO UPDATE SET account_id = excluded.account_id,
                organization_id = excluded.organization_id, kind = excluded.kind, name = excluded.name,
                listed = excluded.listed, can_write = excluded.can_write, can_export = excluded.can_export,
                projects = excluded.projects, expires_at = excluded.expires_at, revoked_at = NULL
             RETURNING id",
            args![
                token.account_id,
                token.organization_id,
                token.kind,
                &token.name,
                token.secret_hash,
                &token.listed,
                token.can_write,
                token.can_export,
                token.projects.as_deref(),
                token.created_at,
                token.expires_at
            ],
        )
        .await?;
    Ok(id)
}

/// Revokes the living token with this secret; gives its id and owner.
pub async fn revoke(tx: &mut Tx, kind: &'static str, secret_hash: &[u8], at: i64) -> Result<Option<(i64, i64)>> {
    tx.optional(
        "UPDATE token SET revoked_at = $3
         WHERE secret_hash = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3 RETURNING id, account_id",
        args![secret_hash, kind, at],
    )
    .await
}

/// Revokes a living token of the account by its id, in one organization or wherever it works; says whether there was one.
pub async fn revoke_one(tx: &mut Tx, account_id: i64, organization_id: Option<i64>, id: i64, at: i64) -> Result<bool> {
    let revoked = tx
        .execute(
            "UPDATE token SET revoked_at = $4 WHERE id = $3 AND account_id = $1
                AND (CAST($2 AS BIGINT) IS NULL OR organization_id = $2) AND revoked_at IS NULL AND expires_at > $4",
            args![account_id, organization_id, id, at],
        )
        .await?;
    Ok(revoked > 0)
}

/// Revokes all living tokens of an account, of one kind or of all.
pub async fn revoke_all(tx: &mut Tx, account_id: i64, kind: Option<&'static str>, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE token SET revoked_at = $3 WHERE account_id = $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND revoked_at IS NULL",
        args![account_id, kind, at],
    )
    .await
}

/// Revokes all living tokens of a kind, of everybody; says how many.
pub async fn revoke_kind(tx: &mut Tx, kind: &'static str, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE token SET revoked_at = $2 WHERE kind = $1 AND revoked_at IS NULL AND expires_at > $2",
        args![kind, at],
    )
    .await
}

/// What lists show of the living tokens of a kind, of everybody.
pub async fn all_listed(db: &Db, kind: &'static str, now: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT listed FROM token WHERE kind = $1 AND revoked_at IS NULL AND expires_at > $2",
            args![kind, now],
        )
        .await?;
    Ok(rows.into_iter().map(|(listed,)| listed).collect())
}

/// Revokes all living tokens with which an account works in an organization; says how many.
pub async fn revoke_in(tx: &mut Tx, account_id: i64, organization_id: i64, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE token SET revoked_at = $3 WHERE account_id = $1 AND organization_id = $2
            AND revoked_at IS NULL AND expires_at > $3",
        args![account_id, organization_id, at],
    )
    .await
}

/// Notes when a token was last used, from where and by what (SEC-096).
pub async fn touch(tx: &mut Tx, id: i64, address: &str, agent: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE token SET last_used_at = $2, last_used_address = $3, last_used_agent = $4
         WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        args![id, at, address, agent],
    )
    .await?;
    Ok(())
}
