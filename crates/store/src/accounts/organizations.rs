//! Organizations and their members.

use crate::{Db, Result, Tx, args, row};

row! {
    /// An organization. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct OrganizationRow {
        pub id: i64,
        pub title: String,
        pub contact_info: Option<String>,
        pub created_by: Option<i64>,
        /// The token of the invitation link, sealed.
        pub invite_link: Option<Vec<u8>>,
        pub invite_hash: Option<Vec<u8>>,
        pub invite_expires_at: Option<i64>,
        pub api_tokens_enabled: bool,
        pub legacy_api_tokens_enabled: bool,
        pub created_at: i64,
        pub updated_at: i64,
        /// Minutes.
        pub max_session_age: Option<i64>,
        /// Minutes.
        pub max_time_between_activity: Option<i64>,
        pub session_policy_updated_at: Option<i64>,
        /// The longest life of a new API token, in days.
        pub api_token_ttl_days: i64,
        /// The least length of a new password, in characters.
        pub min_password_length: i64,
        /// What newcomers become.
        pub default_role: String,
    }
}

row! {
    /// A membership. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct MembershipRow {
        pub organization_id: i64,
        pub account_id: i64,
        pub role: String,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
        /// Who gave the role.
        pub role_source: String,
        /// What somebody who is deactivated was before.
        pub former_role: Option<String>,
    }
}

/// Adds an organization; gives its id.
pub async fn insert(tx: &mut Tx, title: &str, legacy_tokens: bool, at: i64) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO organization (title, legacy_api_tokens_enabled, created_at, updated_at)
             VALUES ($1, $2, $3, $3) RETURNING id",
            args![title, legacy_tokens, at],
        )
        .await?;
    Ok(id)
}

/// Names who made it.
pub async fn set_created_by(tx: &mut Tx, id: i64, account_id: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET created_by = $2 WHERE id = $1",
        args![id, account_id],
    )
    .await?;
    Ok(())
}

/// The organization of this id.
pub async fn find(db: &Db, id: i64) -> Result<Option<OrganizationRow>> {
    db.optional("SELECT * FROM organization WHERE id = $1", args![id]).await
}

/// The first organization: the one that people join who sign up without a link.
pub async fn first(db: &Db) -> Result<Option<OrganizationRow>> {
    db.optional("SELECT * FROM organization ORDER BY id LIMIT 1", args![])
        .await
}

/// The organizations in which somebody works.
pub async fn of_account(db: &Db, account_id: i64) -> Result<Vec<OrganizationRow>> {
    db.all(
        "SELECT organization.* FROM organization JOIN membership ON membership.organization_id = organization.id
         WHERE membership.account_id = $1 AND membership.deleted_at IS NULL ORDER BY organization.id",
        args![account_id],
    )
    .await
}

/// The organization that a link invites to, by the SHA-256 of its token.
pub async fn by_invite(db: &Db, invite_hash: &[u8], now: i64) -> Result<Option<OrganizationRow>> {
    db.optional(
        "SELECT * FROM organization WHERE invite_hash = $1 AND invite_expires_at > $2",
        args![invite_hash, now],
    )
    .await
}

/// Replaces the invitation link.
pub async fn set_invite(tx: &mut Tx, id: i64, sealed: &[u8], hash: &[u8], expires_at: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET invite_link = $2, invite_hash = $3, invite_expires_at = $4, updated_at = $5 WHERE id = $1",
        args![id, sealed, hash, expires_at, at],
    )
    .await?;
    Ok(())
}

/// Changes what newcomers become.
pub async fn set_default_role(tx: &mut Tx, id: i64, role: &'static str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET default_role = $2, updated_at = $3 WHERE id = $1",
        args![id, role, at],
    )
    .await?;
    Ok(())
}

/// What newcomers become.
pub async fn default_role(tx: &mut Tx, id: i64) -> Result<String> {
    let (role,) = tx
        .one("SELECT default_role FROM organization WHERE id = $1", args![id])
        .await?;
    Ok(role)
}

/// From the first role that is given on, newcomers are annotators and no longer members.
pub async fn begin_roles(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET default_role = 'annotator', updated_at = $2 WHERE id = $1 AND default_role = 'member'",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Keeps others from changing roles in the organization until the commit, so that the last owner stays one.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<()> {
    if tx.dialect() == crate::Dialect::Postgres {
        tx.optional::<(i64,)>("SELECT id FROM organization WHERE id = $1 FOR NO KEY UPDATE", args![id])
            .await?;
    }
    Ok(())
}

/// Changes title and contact.
pub async fn set_names(tx: &mut Tx, id: i64, title: &str, contact_info: Option<&str>, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET title = $2, contact_info = $3, updated_at = $4 WHERE id = $1",
        args![id, title, contact_info, at],
    )
    .await?;
    Ok(())
}

/// Changes which kinds of tokens are accepted, and how long new ones live at most, in days.
pub async fn set_token_settings(
    tx: &mut Tx,
    id: i64,
    api_tokens: bool,
    legacy_tokens: bool,
    ttl_days: i64,
    at: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE organization SET api_tokens_enabled = $2, legacy_api_tokens_enabled = $3, api_token_ttl_days = $4,
            updated_at = $5
         WHERE id = $1",
        args![id, api_tokens, legacy_tokens, ttl_days, at],
    )
    .await?;
    Ok(())
}

/// Changes the least length of a new password, in characters.
pub async fn set_min_password_length(tx: &mut Tx, id: i64, characters: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET min_password_length = $2, updated_at = $3 WHERE id = $1",
        args![id, characters, at],
    )
    .await?;
    Ok(())
}

/// The memberships of a person, by organization.
pub async fn memberships(db: &Db, account_id: i64) -> Result<Vec<MembershipRow>> {
    db.all(
        "SELECT * FROM membership WHERE account_id = $1 AND deleted_at IS NULL ORDER BY organization_id",
        args![account_id],
    )
    .await
}

/// Changes the limits of sessions, in minutes.
pub async fn set_session_policy(tx: &mut Tx, id: i64, max_age: i64, max_idle: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE organization SET max_session_age = $2, max_time_between_activity = $3, session_policy_updated_at = $4
         WHERE id = $1",
        args![id, max_age, max_idle, at],
    )
    .await?;
    Ok(())
}

/// Adds a member; somebody who was removed comes back.
pub async fn add_member(tx: &mut Tx, organization_id: i64, account_id: i64, role: &'static str, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO membership (organization_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id, account_id) DO UPDATE SET role = excluded.role, deleted_at = NULL",
        args![organization_id, account_id, role, at],
    )
    .await?;
    Ok(())
}

/// Removes a member; says whether there was one.
pub async fn remove_member(tx: &mut Tx, organization_id: i64, account_id: i64, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE membership SET deleted_at = $3 WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
            args![organization_id, account_id, at],
        )
        .await?;
    Ok(changed > 0)
}

/// A membership that was not ended.
pub async fn membership(db: &Db, organization_id: i64, account_id: i64) -> Result<Option<MembershipRow>> {
    db.optional(
        "SELECT * FROM membership WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
        args![organization_id, account_id],
    )
    .await
}

/// Ids of all members.
pub async fn member_ids(db: &Db, organization_id: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT account_id FROM membership WHERE organization_id = $1 AND deleted_at IS NULL ORDER BY account_id",
            args![organization_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What the owner has switched: permission, and the words of the roles that have it.
pub async fn permissions(db: &Db, organization_id: i64) -> Result<Vec<(String, String)>> {
    db.all(
        "SELECT permission, roles FROM organization_permission WHERE organization_id = $1",
        args![organization_id],
    )
    .await
}
