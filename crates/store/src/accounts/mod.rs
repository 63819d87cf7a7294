//! Accounts, and by sub-module what belongs to them.

pub mod attempts;
pub mod erase;
pub mod factors;
pub mod identities;
pub mod invitations;
pub mod links;
pub mod memberships;
pub mod organizations;
pub mod portrait;
pub mod sessions;
pub mod signing_keys;
pub mod tokens;
pub mod tours;

use crate::args::Args;
use crate::builder::Parts;
use crate::{Db, Result, Tx, args, row};

row! {
    /// An account.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct AccountRow {
        pub id: i64,
        /// Lower case.
        pub email: String,
        pub username: String,
        pub first_name: String,
        pub last_name: String,
        pub phone: String,
        pub password_hash: Option<String>,
        pub is_active: bool,
        /// File name in the avatar folder.
        pub avatar: Option<String>,
        /// A JSON object.
        pub custom_hotkeys: String,
        pub allow_newsletters: Option<bool>,
        pub active_organization: Option<i64>,
        pub last_activity: i64,
        pub date_joined: i64,
        /// When the person has shown that mail to their address reaches them.
        pub email_verified_at: Option<i64>,
    }
}

/// A new account.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewAccount {
    pub email: String,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub password_hash: Option<String>,
    pub custom_hotkeys: String,
    pub allow_newsletters: Option<bool>,
    pub active_organization: Option<i64>,
    pub date_joined: i64,
    pub at: i64,
}

/// Whether there is any account.
pub async fn any(db: &Db) -> Result<bool> {
    Ok(db
        .optional::<(i64,)>("SELECT id FROM account LIMIT 1", args![])
        .await?
        .is_some())
}

/// The same in a write transaction, which keeps others from making the first account at the same time.
pub async fn any_locked(tx: &mut Tx) -> Result<bool> {
    if tx.dialect() == crate::Dialect::Postgres {
        // An empty table has no row to lock.
        tx.execute("LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE", args![])
            .await?;
    }
    Ok(tx
        .optional::<(i64,)>("SELECT id FROM account LIMIT 1", args![])
        .await?
        .is_some())
}

/// The account of an address; give it in lower case.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<AccountRow>> {
    db.optional("SELECT * FROM account WHERE email = $1", args![email])
        .await
}

/// The account itself, without regard to any organization: for the person's own requests.
pub async fn own(db: &Db, id: i64) -> Result<Option<AccountRow>> {
    db.optional("SELECT * FROM account WHERE id = $1", args![id]).await
}

/// The same in a write transaction.
pub async fn own_locked(tx: &mut Tx, id: i64) -> Result<Option<AccountRow>> {
    tx.optional("SELECT * FROM account WHERE id = $1", args![id]).await
}

/// A member of the organization, removed ones excluded.
pub async fn member(db: &Db, organization_id: i64, id: i64) -> Result<Option<AccountRow>> {
    db.optional(
        "SELECT account.* FROM account JOIN membership ON membership.account_id = account.id
         WHERE account.id = $2 AND membership.organization_id = $1 AND membership.deleted_at IS NULL",
        args![organization_id, id],
    )
    .await
}

/// All members of the organization, by id.
pub async fn members(db: &Db, organization_id: i64) -> Result<Vec<AccountRow>> {
    db.all(
        "SELECT account.* FROM account JOIN membership ON membership.account_id = account.id
         WHERE membership.organization_id = $1 AND membership.deleted_at IS NULL ORDER BY account.id",
        args![organization_id],
    )
    .await
}

/// Adds an account; a unique violation means that the address is taken.
pub async fn insert(tx: &mut Tx, new: NewAccount) -> Result<AccountRow> {
    tx.one(
        "INSERT INTO account (email, username, first_name, last_name, phone, password_hash, custom_hotkeys,
            allow_newsletters, active_organization, date_joined, last_activity, password_set_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) RETURNING *",
        args![
            new.email,
            new.username,
            new.first_name,
            new.last_name,
            new.phone,
            new.password_hash,
            new.custom_hotkeys,
            new.allow_newsletters,
            new.active_organization,
            new.date_joined,
            new.at
        ],
    )
    .await
}

/// Changes of an account; what is `None` stays.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct AccountChange {
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub custom_hotkeys: Option<String>,
    pub allow_newsletters: Option<Option<bool>>,
    pub active_organization: Option<Option<i64>>,
    pub avatar: Option<Option<String>>,
    pub date_joined: Option<i64>,
}

/// Changes an account.
pub async fn update(tx: &mut Tx, id: i64, change: AccountChange) -> Result<Option<AccountRow>> {
    let mut parts = Parts::new("UPDATE account SET date_joined = date_joined", args![]);
    let mut set = |text: &'static str, args: Args| {
        parts.push(text, args);
    };
    if let Some(value) = change.username {
        set(", username = ?", args![value]);
    }
    if let Some(value) = change.first_name {
        set(", first_name = ?", args![value]);
    }
    if let Some(value) = change.last_name {
        set(", last_name = ?", args![value]);
    }
    if let Some(value) = change.phone {
        set(", phone = ?", args![value]);
    }
    if let Some(value) = change.custom_hotkeys {
        set(", custom_hotkeys = ?", args![value]);
    }
    if let Some(value) = change.allow_newsletters {
        set(", allow_newsletters = ?", args![value]);
    }
    if let Some(value) = change.active_organization {
        set(", active_organization = ?", args![value]);
    }
    if let Some(value) = change.avatar {
        set(", avatar = ?", args![value]);
    }
    if let Some(value) = change.date_joined {
        set(", date_joined = ?", args![value]);
    }
    parts.push(" WHERE id = ? RETURNING *", args![id]);
    let (sql, args) = parts.finish();
    tx.optional(sql, args).await
}

/// Sets the password's hash.
pub async fn set_password(tx: &mut Tx, id: i64, password_hash: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE account SET password_hash = $2, password_set_at = $3 WHERE id = $1",
        args![id, password_hash, at],
    )
    .await?;
    Ok(())
}

/// The beginning of the hashes that accounts from elsewhere bring (SEC-060).
const FOREIGN_HASHES: &str = "pbkdf2_sha256$%";

/// Notes for accounts that came with a hash of another program, and that nobody has looked at, that they are here now.
pub async fn note_foreign_hashes(tx: &mut Tx, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE account SET password_set_at = $2 WHERE password_set_at IS NULL AND password_hash LIKE $1",
        args![FOREIGN_HASHES, at],
    )
    .await?;
    Ok(())
}

/// Takes from accounts the hashes of another program that are here since before `set_before`; gives the accounts' ids.
pub async fn forget_foreign_hashes(tx: &mut Tx, set_before: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "UPDATE account SET password_hash = NULL WHERE password_set_at < $2 AND password_hash LIKE $1 RETURNING id",
            args![FOREIGN_HASHES, set_before],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Notes that mail to the address reaches the person.
pub async fn set_verified(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE account SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL",
        args![id, at],
    )
    .await?;
    Ok(())
}

/// Gives an account a confirmed address; a unique violation means that it is taken.
pub async fn set_email(tx: &mut Tx, id: i64, email: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE account SET email = $2, email_verified_at = $3 WHERE id = $1",
        args![id, email, at],
    )
    .await?;
    Ok(())
}

/// Notes that the person did something.
pub async fn touch(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE account SET last_activity = $2 WHERE id = $1 AND last_activity < $2",
        args![id, at],
    )
    .await?;
    Ok(())
}

row! {
    /// Who stands behind a credential, and where they work.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct HolderRow {
        pub account_id: i64,
        pub email: String,
        pub first_name: String,
        pub last_name: String,
        pub organization_id: i64,
        pub role: String,
        pub last_activity: i64,
        pub api_tokens_enabled: bool,
        pub legacy_api_tokens_enabled: bool,
        pub max_session_age: Option<i64>,
        pub max_time_between_activity: Option<i64>,
        /// Words of the roles that need a second factor.
        pub factor_roles: String,
        /// Members of the organization may sign in with a password.
        pub local_passwords: bool,
        /// A second factor is in force.
        pub has_factor: bool,
    }
}

/// An active account that works somewhere: in its active organization, else in its first one. Whoever was deactivated in
/// an organization is nobody there.
pub async fn holder(db: &Db, account_id: i64) -> Result<Option<HolderRow>> {
    holder_of(db, account_id, None).await
}

/// The same in this organization and no other.
pub async fn holder_in(db: &Db, account_id: i64, organization_id: i64) -> Result<Option<HolderRow>> {
    holder_of(db, account_id, Some(organization_id)).await
}

/// In this organization and no other, if one is given.
pub async fn holder_of(db: &Db, account_id: i64, organization_id: Option<i64>) -> Result<Option<HolderRow>> {
    db.optional(
        "SELECT account.id AS account_id, account.email, account.first_name, account.last_name,
            membership.organization_id, membership.role, account.last_activity, organization.api_tokens_enabled,
            organization.legacy_api_tokens_enabled, organization.max_session_age, organization.max_time_between_activity,
            organization.factor_roles, organization.local_passwords, EXISTS (
                SELECT 1 FROM factor WHERE factor.account_id = account.id AND factor.confirmed_at IS NOT NULL
            ) AS has_factor
         FROM account
         JOIN membership ON membership.account_id = account.id AND membership.deleted_at IS NULL
            AND membership.role <> 'deactivated'
         JOIN organization ON organization.id = membership.organization_id
         WHERE account.id = $1 AND account.is_active
            AND (CAST($2 AS BIGINT) IS NULL OR membership.organization_id = $2)
         ORDER BY CASE WHEN membership.organization_id = account.active_organization THEN 0 ELSE 1 END,
            membership.organization_id
         LIMIT 1",
        args![account_id, organization_id],
    )
    .await
}
