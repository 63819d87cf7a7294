//! The tokens with which an identity provider speaks for an organization. The secret is not here, only its SHA-256.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A token. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ScimTokenRow {
        pub id: i64,
        pub organization_id: i64,
        pub secret_hash: Vec<u8>,
        /// The first characters of the secret.
        pub listed: String,
        /// From where it works, separated by blanks; empty: from anywhere.
        pub networks: String,
        pub created_by: Option<i64>,
        pub created_at: i64,
        pub expires_at: i64,
        pub revoked_at: Option<i64>,
        pub last_used_at: Option<i64>,
        pub last_used_address: Option<String>,
    }
}

/// A token that works, by its secret.
pub async fn alive(db: &Db, secret_hash: &[u8], now: i64) -> Result<Option<ScimTokenRow>> {
    db.optional(
        "SELECT * FROM scim_token WHERE secret_hash = $1 AND revoked_at IS NULL AND expires_at > $2",
        args![secret_hash, now],
    )
    .await
}

/// The tokens of an organization that were not revoked, newest first; expired ones are among them.
pub async fn list(db: &Db, organization_id: i64) -> Result<Vec<ScimTokenRow>> {
    db.all(
        "SELECT * FROM scim_token WHERE organization_id = $1 AND revoked_at IS NULL ORDER BY id DESC LIMIT 100",
        args![organization_id],
    )
    .await
}

/// How many tokens of the organization were not revoked.
pub async fn count(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    let (count,) = tx
        .one(
            "SELECT COUNT(*) FROM scim_token WHERE organization_id = $1 AND revoked_at IS NULL",
            args![organization_id],
        )
        .await?;
    Ok(count)
}

/// Adds one.
#[allow(clippy::too_many_arguments)] // Each is a column.
pub async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    secret_hash: [u8; 32],
    listed: &str,
    networks: &str,
    created_by: i64,
    expires_at: i64,
    at: i64,
) -> Result<ScimTokenRow> {
    tx.one(
        "INSERT INTO scim_token (organization_id, secret_hash, listed, networks, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
        args![
            organization_id,
            secret_hash,
            listed,
            networks,
            created_by,
            at,
            expires_at
        ],
    )
    .await
}

/// Revokes one; gives it as it was.
pub async fn revoke(tx: &mut Tx, organization_id: i64, id: i64, at: i64) -> Result<Option<ScimTokenRow>> {
    tx.optional(
        "UPDATE scim_token SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING *",
        args![organization_id, id, at],
    )
    .await
}

/// Notes a use.
pub async fn touch(tx: &mut Tx, id: i64, address: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE scim_token SET last_used_at = $2, last_used_address = $3 WHERE id = $1",
        args![id, at, address],
    )
    .await?;
    Ok(())
}
