//! Identity providers, the identities that they vouch for, and sign-ins that are at a provider now.

use crate::{Db, Result, Tx, args, row};

row! {
    /// How an organization's provider is reached. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ProviderRow {
        pub organization_id: i64,
        /// `oidc` or `ldap`.
        pub kind: String,
        /// JSON.
        pub settings: String,
        /// Sealed.
        pub secret: Option<Vec<u8>>,
        pub updated_at: i64,
    }
}

row! {
    /// Who somebody is elsewhere. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct IdentityRow {
        pub id: i64,
        pub organization_id: i64,
        pub account_id: i64,
        pub issuer: String,
        pub subject: String,
        pub email: String,
        pub created_at: i64,
        pub last_used_at: i64,
    }
}

row! {
    /// A sign-in that is at the provider. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct FlowRow {
        pub id_hash: Vec<u8>,
        pub organization_id: i64,
        /// Whose account gets the identity; none for a sign-in.
        pub account_id: Option<i64>,
        pub state: String,
        pub nonce: String,
        pub verifier: String,
        pub redirect_uri: String,
        pub next: String,
        pub expires_at: i64,
    }
}

/// The provider of an organization.
pub async fn provider(db: &Db, organization_id: i64, kind: &'static str) -> Result<Option<ProviderRow>> {
    db.optional(
        "SELECT * FROM identity_provider WHERE organization_id = $1 AND kind = $2",
        args![organization_id, kind],
    )
    .await
}

/// All providers of a kind, for the sign-in page; a handful at most.
pub async fn providers(db: &Db, kind: &'static str, limit: i64) -> Result<Vec<ProviderRow>> {
    db.all(
        "SELECT * FROM identity_provider WHERE kind = $1 ORDER BY organization_id LIMIT $2",
        args![kind, limit],
    )
    .await
}

/// Sets how a provider is reached.
pub async fn set_provider(tx: &mut Tx, row: &ProviderRow) -> Result<()> {
    tx.execute(
        "INSERT INTO identity_provider (organization_id, kind, settings, secret, updated_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (organization_id, kind) DO UPDATE
         SET settings = excluded.settings, secret = excluded.secret, updated_at = excluded.updated_at",
        args![row.organization_id, &row.kind, &row.settings, row.secret.clone(), row.updated_at],
    )
    .await?;
    Ok(())
}

/// Forgets a provider; the identities stay, for the day on which it comes back.
pub async fn remove_provider(tx: &mut Tx, organization_id: i64, kind: &'static str) -> Result<()> {
    tx.execute(
        "DELETE FROM identity_provider WHERE organization_id = $1 AND kind = $2",
        args![organization_id, kind],
    )
    .await?;
    Ok(())
}

/// Adds a sign-in that goes to the provider; forgets those that are over.
pub async fn insert_flow(tx: &mut Tx, row: &FlowRow, now: i64) -> Result<()> {
    tx.execute("DELETE FROM oidc_flow WHERE expires_at < $1", args![now])
        .await?;
    tx.execute(
        "INSERT INTO oidc_flow (id_hash, organization_id, account_id, state, nonce, verifier, redirect_uri, next, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            row.id_hash.as_slice(),
            row.organization_id,
            row.account_id,
            &row.state,
            &row.nonce,
            &row.verifier,
            &row.redirect_uri,
            &row.next,
            row.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Takes the sign-in of a cookie out of the table: it comes back once.
pub async fn take_flow(tx: &mut Tx, id_hash: &[u8], now: i64) -> Result<Option<FlowRow>> {
    tx.optional(
        "DELETE FROM oidc_flow WHERE id_hash = $1 AND expires_at > $2 RETURNING *",
        args![id_hash, now],
    )
    .await
}

/// The identity that a provider of the organization names.
pub async fn find(db: &Db, organization_id: i64, issuer: &str, subject: &str) -> Result<Option<IdentityRow>> {
    db.optional(
        "SELECT * FROM identity WHERE organization_id = $1 AND issuer = $2 AND subject = $3",
        args![organization_id, issuer, subject],
    )
    .await
}

/// The identities of an account, oldest first.
pub async fn of_account(db: &Db, account_id: i64) -> Result<Vec<IdentityRow>> {
    db.all(
        "SELECT * FROM identity WHERE account_id = $1 ORDER BY id LIMIT 100",
        args![account_id],
    )
    .await
}

/// Links an identity to an account; a unique violation means that it has one.
pub async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    account_id: i64,
    (issuer, subject): (&str, &str),
    email: &str,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO identity (organization_id, account_id, issuer, subject, email, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        args![organization_id, account_id, issuer, subject, email, at],
    )
    .await?;
    Ok(())
}

/// Notes a use, and the address that the provider named.
pub async fn touch(tx: &mut Tx, id: i64, email: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE identity SET email = $2, last_used_at = $3 WHERE id = $1",
        args![id, email, at],
    )
    .await?;
    Ok(())
}

/// Removes an identity of the account; says whether there was one.
pub async fn remove(tx: &mut Tx, account_id: i64, id: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "DELETE FROM identity WHERE id = $2 AND account_id = $1",
            args![account_id, id],
        )
        .await?;
    Ok(changed > 0)
}

/// Whether an organization lets its members sign in with a password.
pub async fn local_passwords(db: &Db, organization_id: i64) -> Result<bool> {
    let row: Option<(bool,)> = db
        .optional(
            "SELECT local_passwords FROM organization WHERE id = $1",
            args![organization_id],
        )
        .await?;
    Ok(row.is_none_or(|(on,)| on))
}

/// Turns passwords on or off.
pub async fn set_local_passwords(tx: &mut Tx, organization_id: i64, on: bool, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET local_passwords = $2, updated_at = $3 WHERE id = $1",
        args![organization_id, on, at],
    )
    .await?;
    Ok(())
}

/// Whether every organization without passwords in which the account works has an owner who can still get in: with a
/// passkey, or with a password and a second factor (SEC-082).
pub async fn keeps_a_way_in(tx: &mut Tx, account_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT organization.id FROM organization
             JOIN membership AS own ON own.organization_id = organization.id AND own.account_id = $1
                AND own.deleted_at IS NULL
             WHERE NOT organization.local_passwords AND NOT EXISTS (
                SELECT 1 FROM membership JOIN account ON account.id = membership.account_id
                WHERE membership.organization_id = organization.id AND membership.deleted_at IS NULL
                    AND membership.role = 'owner' AND account.is_active
                    AND EXISTS (SELECT 1 FROM factor
                        WHERE factor.account_id = account.id AND factor.confirmed_at IS NOT NULL
                            AND (factor.kind = 'passkey' OR account.password_hash IS NOT NULL)))
             LIMIT 1",
            args![account_id],
        )
        .await?;
    Ok(row.is_none())
}

/// The addresses of the owners and administrators of an organization: who is told when something is wrong with it.
pub async fn guardians(tx: &mut Tx, organization_id: i64) -> Result<Vec<(i64, String)>> {
    tx.all(
        "SELECT account.id, account.email FROM membership JOIN account ON account.id = membership.account_id
             WHERE membership.organization_id = $1 AND membership.deleted_at IS NULL AND account.is_active
                AND membership.role IN ('owner', 'administrator')
             ORDER BY account.id LIMIT 100",
        args![organization_id],
    )
    .await
}

/// Whether a password signs the account in somewhere: where passwords are on, or as an owner with a second factor.
const PASSWORD_OPENS: &str = "SELECT account.id FROM account
     WHERE account.id = $1 AND account.password_hash IS NOT NULL AND EXISTS (
        SELECT 1 FROM membership JOIN organization ON organization.id = membership.organization_id
        WHERE membership.account_id = account.id AND membership.deleted_at IS NULL AND membership.role <> 'deactivated'
            AND (organization.local_passwords OR (membership.role = 'owner' AND EXISTS (
                SELECT 1 FROM factor WHERE factor.account_id = account.id AND factor.confirmed_at IS NOT NULL))))";

/// Whether a password signs the account in somewhere.
pub async fn password_opens(db: &Db, account_id: i64) -> Result<bool> {
    let row: Option<(i64,)> = db.optional(PASSWORD_OPENS, args![account_id]).await?;
    Ok(row.is_some())
}

/// The same, and whether an identity is left, inside the transaction that took one away.
pub async fn has_a_way_in(tx: &mut Tx, account_id: i64) -> Result<bool> {
    let left: Option<(i64,)> = tx
        .optional(
            "SELECT id FROM identity WHERE account_id = $1 LIMIT 1",
            args![account_id],
        )
        .await?;
    let password: Option<(i64,)> = tx.optional(PASSWORD_OPENS, args![account_id]).await?;
    Ok(left.or(password).is_some())
}

/// What new members are in the organization.
pub async fn default_role(db: &Db, organization_id: i64) -> Result<String> {
    let (role,) = db
        .one(
            "SELECT default_role FROM organization WHERE id = $1",
            args![organization_id],
        )
        .await?;
    Ok(role)
}

/// The member's role and who gave it.
pub async fn role_and_source(db: &Db, organization_id: i64, account_id: i64) -> Result<Option<(String, String)>> {
    db.optional(
        "SELECT role, role_source FROM membership
         WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
        args![organization_id, account_id],
    )
    .await
}

/// Puts a person into a shared workspace, by its title, or takes them out of it.
pub async fn set_workspace(
    tx: &mut Tx,
    organization_id: i64,
    title: &str,
    account_id: i64,
    on: bool,
    at: i64,
) -> Result<()> {
    if on {
        tx.execute(
            "INSERT INTO workspace_member (workspace_id, account_id, created_at)
             SELECT id, $3, $4 FROM workspace
             WHERE organization_id = $1 AND title = $2 AND NOT is_personal
             ON CONFLICT (workspace_id, account_id) DO NOTHING",
            args![organization_id, title, account_id, at],
        )
        .await?;
    } else {
        tx.execute(
            "DELETE FROM workspace_member WHERE account_id = $3 AND workspace_id IN (
                SELECT id FROM workspace WHERE organization_id = $1 AND title = $2 AND NOT is_personal)",
            args![organization_id, title, account_id],
        )
        .await?;
    }
    Ok(())
}

/// Takes a person out of all projects into which the provider put them.
pub async fn clear_projects(tx: &mut Tx, organization_id: i64, account_id: i64, source: &'static str) -> Result<()> {
    tx.execute(
        "DELETE FROM project_member WHERE account_id = $2 AND role_source = $3 AND project_id IN (
            SELECT id FROM project WHERE organization_id = $1)",
        args![organization_id, account_id, source],
    )
    .await?;
    Ok(())
}

/// Puts a person into a project of the organization; one who is there by hand stays as they are.
pub async fn add_to_project(
    tx: &mut Tx,
    organization_id: i64,
    project_id: i64,
    account_id: i64,
    role: Option<&'static str>,
    source: &'static str,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO project_member (project_id, account_id, role, role_source, created_at)
         SELECT id, $3, CAST($4 AS TEXT), $5, $6 FROM project WHERE id = $2 AND organization_id = $1 AND deleted_at IS NULL
         ON CONFLICT (project_id, account_id) DO NOTHING",
        args![organization_id, project_id, account_id, role, source, at],
    )
    .await?;
    Ok(())
}
