//! Links that work once: resets of passwords, confirmations of addresses, the first account. The token is not here, only
//! its SHA-256.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A link. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct LinkRow {
        pub token_hash: Vec<u8>,
        /// Whose; none for the link that makes the first account.
        pub account_id: Option<i64>,
        /// `reset`, `email` or `setup`.
        pub kind: String,
        /// The address that the link confirms.
        pub email: String,
        /// Sent to the person's address, shown to nobody.
        pub mailed: bool,
        pub created_at: i64,
        pub expires_at: i64,
    }
}

/// A link that still works.
pub async fn find(db: &Db, kind: &'static str, token_hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
    db.optional(
        "SELECT * FROM account_link WHERE token_hash = $1 AND kind = $2 AND expires_at > $3",
        args![token_hash, kind, now],
    )
    .await
}

/// Uses a link up; none when it no longer works. Of two who use it at once one gets it.
pub async fn take(tx: &mut Tx, kind: &'static str, token_hash: &[u8], now: i64) -> Result<Option<LinkRow>> {
    tx.optional(
        "DELETE FROM account_link WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 RETURNING *",
        args![token_hash, kind, now],
    )
    .await
}

/// Makes a link; the account's older ones of the kind fail from now on.
pub async fn replace(tx: &mut Tx, link: &LinkRow) -> Result<()> {
    match link.account_id {
        Some(account_id) => forget(tx, account_id, &link.kind).await?,
        None => {
            tx.execute(
                "DELETE FROM account_link WHERE account_id IS NULL AND kind = $1",
                args![&link.kind],
            )
            .await?;
        }
    }
    tx.execute(
        "INSERT INTO account_link (token_hash, account_id, kind, email, mailed, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            link.token_hash.as_slice(),
            link.account_id,
            &link.kind,
            &link.email,
            link.mailed,
            link.created_at,
            link.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Makes an account's links of a kind fail.
pub async fn forget(tx: &mut Tx, account_id: i64, kind: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM account_link WHERE account_id = $1 AND kind = $2",
        args![account_id, kind],
    )
    .await?;
    Ok(())
}

/// The address that an account has asked to confirm, if its link still works.
pub async fn pending_email(db: &Db, account_id: i64, now: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = db
        .optional(
            "SELECT email FROM account_link WHERE account_id = $1 AND kind = 'email' AND expires_at > $2",
            args![account_id, now],
        )
        .await?;
    Ok(row.map(|(email,)| email))
}

/// Deletes links that no longer work.
pub async fn purge(tx: &mut Tx, now: i64) -> Result<()> {
    tx.execute("DELETE FROM account_link WHERE expires_at <= $1", args![now])
        .await?;
    Ok(())
}
