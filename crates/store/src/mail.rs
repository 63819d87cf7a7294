//! Mail that waits to be sent.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A mail. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct MailRow {
        pub id: String,
        pub organization_id: Option<i64>,
        pub recipient: String,
        /// Subject and text, sealed.
        pub content: Vec<u8>,
        pub created_at: i64,
        /// Not before.
        pub next_at: i64,
        /// Worth nothing after.
        pub expires_at: i64,
        pub attempts: i64,
        pub last_error: String,
    }
}

/// Adds a mail.
pub async fn insert(tx: &mut Tx, mail: &MailRow) -> Result<()> {
    tx.execute(
        "INSERT INTO mail (id, organization_id, recipient, content, created_at, next_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        args![
            &mail.id,
            mail.organization_id,
            &mail.recipient,
            mail.content.as_slice(),
            mail.created_at,
            mail.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Whether a mail may be sent now; asked often, so without a transaction.
pub async fn is_due(db: &Db, now: i64) -> Result<bool> {
    Ok(db
        .optional::<(String,)>("SELECT id FROM mail WHERE next_at <= $1 LIMIT 1", args![now])
        .await?
        .is_some())
}

/// Takes the mail that has waited longest, for whoever asks first, until `again_at`: should its sender die, it is sent then.
pub async fn claim(tx: &mut Tx, now: i64, again_at: i64) -> Result<Option<MailRow>> {
    tx.optional(
        "UPDATE mail SET next_at = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM mail WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1) AND next_at <= $1 RETURNING *",
        args![now, again_at],
    )
    .await
}

/// Puts a mail off that was not taken.
pub async fn put_off(tx: &mut Tx, id: &str, next_at: i64, error: &str) -> Result<()> {
    tx.execute(
        "UPDATE mail SET next_at = $2, last_error = $3 WHERE id = $1",
        args![id, next_at, error],
    )
    .await?;
    Ok(())
}

/// Deletes a mail that was taken, or that is worth nothing any more.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<()> {
    tx.execute("DELETE FROM mail WHERE id = $1", args![id]).await?;
    Ok(())
}

row! {
    /// A token that ends soon, with its owner.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct EndingTokenRow {
        pub token_id: i64,
        pub account_id: i64,
        pub email: String,
        pub listed: String,
        pub expires_at: i64,
    }
}

/// Living tokens that end before `until` and whose owners do not know it yet; at most 100, the next ones first.
pub async fn ending_tokens(tx: &mut Tx, now: i64, until: i64) -> Result<Vec<EndingTokenRow>> {
    tx.all(
        "SELECT token.id AS token_id, account.id AS account_id, account.email, token.listed, token.expires_at
         FROM token JOIN account ON account.id = token.account_id
         WHERE token.revoked_at IS NULL AND token.expires_at > $1 AND token.expires_at < $2 AND account.is_active
            AND token.id NOT IN (SELECT token_id FROM token_notice)
         ORDER BY token.expires_at LIMIT 100",
        args![now, until],
    )
    .await
}

/// Notes that the owner of a token knows; says whether nobody was faster.
pub async fn note_token(tx: &mut Tx, token_id: i64, at: i64) -> Result<bool> {
    let added = tx
        .execute(
            "INSERT INTO token_notice (token_id, at) VALUES ($1, $2) ON CONFLICT (token_id) DO NOTHING",
            args![token_id, at],
        )
        .await?;
    Ok(added > 0)
}
