//! API tokens. The secret is not here, only its SHA-256 (SEC-092).

use crate::{Db, Result, Tx, args, row};

row! {
    /// A token. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct TokenRow {
        pub id: i64,
        pub account_id: i64,
        /// `legacy` or `refresh`.
        pub kind: String,
        pub secret_hash: Vec<u8>,
        /// What lists show of it.
        pub listed: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub revoked_at: Option<i64>,
        pub last_used_at: Option<i64>,
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

/// Whether the account has a living token of the kind.
pub async fn has_alive(tx: &mut Tx, account_id: i64, kind: &'static str, now: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM token WHERE account_id = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3 LIMIT 1",
            args![account_id, kind, now],
        )
        .await?;
    Ok(row.is_some())
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
    pub kind: &'static str,
    pub secret_hash: [u8; 32],
    pub listed: String,
    pub created_at: i64,
    pub expires_at: i64,
}

/// Adds a token; one with the same secret gets the new owner, life and time.
pub async fn insert(tx: &mut Tx, token: &NewToken) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO token (account_id, kind, secret_hash, listed, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (secret_hash) DO UPDATE SET account_id = excluded.account_id, kind = excluded.kind,
                listed = excluded.listed, expires_at = excluded.expires_at, revoked_at = NULL
             RETURNING id",
            args![
                token.account_id,
                token.kind,
                token.secret_hash,
                &token.listed,
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

/// Revokes all living tokens of an account, of one kind or of both.
pub async fn revoke_all(tx: &mut Tx, account_id: i64, kind: Option<&'static str>, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE token SET revoked_at = $3 WHERE account_id = $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
            AND revoked_at IS NULL",
        args![account_id, kind, at],
    )
    .await
}

/// Notes when a token was last used.
pub async fn touch(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute("UPDATE token SET last_used_at = $2 WHERE id = $1", args![id, at])
        .await?;
    Ok(())
}
