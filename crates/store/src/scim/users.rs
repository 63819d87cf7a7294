//! Members of an organization as its identity provider sees them.

use super::condition::{ACTIVE, Condition, DISPLAY};
use crate::builder::Parts;
use crate::{Db, Result, Tx, args, row};

row! {
    /// A member.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct UserRow {
        pub id: i64,
        pub email: String,
        pub first_name: String,
        pub last_name: String,
        pub display: String,
        /// May sign in.
        pub active: bool,
        /// The provider's name for them; none: it has given none.
        pub external_id: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
        pub role: String,
        pub role_source: String,
        /// Owns this organization or the installation: the provider changes nothing about them (SEC-084).
        pub is_protected: bool,
        /// Works in other organizations, too: what is the account's is not this provider's.
        pub is_shared: bool,
    }
}

row! {
    /// A group of a person.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct GroupOfUserRow {
        pub account_id: i64,
        pub id: i64,
        pub display_name: String,
    }
}

/// What members can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum UserOrder {
    #[default]
    Id,
    UserName,
    FirstName,
    LastName,
    DisplayName,
    Created,
    Modified,
}

impl UserOrder {
    fn sql(self) -> &'static str {
        match self {
            UserOrder::Id => "account.id",
            UserOrder::UserName => "account.email",
            UserOrder::FirstName => "account.first_name",
            UserOrder::LastName => "account.last_name",
            UserOrder::DisplayName => DISPLAY,
            UserOrder::Created => "membership.created_at",
            UserOrder::Modified => "COALESCE(scim_user.updated_at, membership.created_at)",
        }
    }
}

fn select() -> Parts {
    let mut parts = Parts::new(
        "SELECT account.id, account.email, account.first_name, account.last_name, ",
        args![],
    );
    parts
        .push(DISPLAY, args![])
        .push(" AS display, ", args![])
        .push(ACTIVE, args![])
        .push(
            " AS active, scim_user.external_id, membership.created_at,
                COALESCE(scim_user.updated_at, membership.created_at) AS updated_at, membership.role, membership.role_source,
                (membership.role = 'owner' OR EXISTS (SELECT 1 FROM membership AS own
                    WHERE own.account_id = account.id AND own.role = 'owner' AND own.deleted_at IS NULL
                        AND own.organization_id = (SELECT MIN(id) FROM organization))) AS is_protected,
                EXISTS (SELECT 1 FROM membership AS other WHERE other.account_id = account.id
                    AND other.organization_id <> membership.organization_id AND other.deleted_at IS NULL) AS is_shared",
            args![],
        );
    parts
}

fn of_organization(parts: &mut Parts, organization_id: i64) {
    parts.push(
        " FROM membership JOIN account ON account.id = membership.account_id
          LEFT JOIN scim_user ON scim_user.organization_id = membership.organization_id
            AND scim_user.account_id = membership.account_id
          WHERE membership.organization_id = ? AND membership.deleted_at IS NULL AND ",
        args![organization_id],
    );
}

/// How many members meet the condition.
pub async fn count(db: &Db, organization_id: i64, condition: &Condition) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*)", args![]);
    of_organization(&mut parts, organization_id);
    condition.push(&mut parts);
    let (sql, args) = parts.finish();
    let (count,) = db.one(sql, args).await?;
    Ok(count)
}

/// A part of them.
pub async fn page(
    db: &Db,
    organization_id: i64,
    condition: &Condition,
    (order, descending): (UserOrder, bool),
    offset: i64,
    limit: i64,
) -> Result<Vec<UserRow>> {
    let mut parts = select();
    of_organization(&mut parts, organization_id);
    condition.push(&mut parts);
    let direction = if descending {
        " DESC, account.id DESC LIMIT ? OFFSET ?"
    } else {
        ", account.id LIMIT ? OFFSET ?"
    };
    parts
        .push(" ORDER BY ", args![])
        .push(order.sql(), args![])
        .push(direction, args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

fn one(organization_id: i64, account_id: i64) -> Parts {
    let mut parts = select();
    of_organization(&mut parts, organization_id);
    parts.push("account.id = ?", args![account_id]);
    parts
}

/// A member.
pub async fn find(db: &Db, organization_id: i64, account_id: i64) -> Result<Option<UserRow>> {
    let (sql, args) = one(organization_id, account_id).finish();
    db.optional(sql, args).await
}

/// The same in a write transaction.
pub async fn find_in(tx: &mut Tx, organization_id: i64, account_id: i64) -> Result<Option<UserRow>> {
    let (sql, args) = one(organization_id, account_id).finish();
    tx.optional(sql, args).await
}

/// The groups of these people in the organization.
pub async fn groups(db: &Db, organization_id: i64, people: &[i64]) -> Result<Vec<GroupOfUserRow>> {
    let (sql, args) = of_people(organization_id, people).finish();
    db.all(sql, args).await
}

/// The same in a write transaction.
pub async fn groups_in(tx: &mut Tx, organization_id: i64, people: &[i64]) -> Result<Vec<GroupOfUserRow>> {
    let (sql, args) = of_people(organization_id, people).finish();
    tx.all(sql, args).await
}

fn of_people(organization_id: i64, people: &[i64]) -> Parts {
    let mut parts = Parts::new(
        "SELECT scim_group_member.account_id, scim_group.id, scim_group.display_name
         FROM scim_group_member JOIN scim_group ON scim_group.id = scim_group_member.group_id
         WHERE scim_group.organization_id = ? AND scim_group_member.account_id IN ",
        args![organization_id],
    );
    parts.push_list(people).push(" ORDER BY scim_group.id", args![]);
    parts
}

/// The account of an address (in lower case), whether it works here or was once a member here, and whether it works elsewhere.
pub async fn known(tx: &mut Tx, organization_id: i64, email: &str) -> Result<Option<(i64, bool, bool, bool)>> {
    tx.optional(
        "SELECT account.id,
            EXISTS (SELECT 1 FROM membership WHERE membership.account_id = account.id
                AND membership.organization_id = $1 AND membership.deleted_at IS NULL) AS is_member,
            EXISTS (SELECT 1 FROM membership WHERE membership.account_id = account.id
                AND membership.organization_id = $1 AND membership.deleted_at IS NOT NULL) AS was_member,
            EXISTS (SELECT 1 FROM membership WHERE membership.account_id = account.id
                AND membership.organization_id <> $1) AS is_elsewhere
         FROM account WHERE account.email = $2",
        args![organization_id, email],
    )
    .await
}

/// Notes what the provider says of a person; `external_id` and `made_account` stay where they are `None` and false.
pub async fn note(
    tx: &mut Tx,
    organization_id: i64,
    account_id: i64,
    external_id: Option<Option<String>>,
    made_account: bool,
    at: i64,
) -> Result<()> {
    let set_external = external_id.is_some();
    tx.execute(
        "INSERT INTO scim_user (organization_id, account_id, external_id, made_account, updated_at)
         VALUES ($1, $2, CAST($3 AS TEXT), $5, $6)
         ON CONFLICT (organization_id, account_id) DO UPDATE
         SET external_id = CASE WHEN $4 THEN excluded.external_id ELSE scim_user.external_id END,
            made_account = (scim_user.made_account OR excluded.made_account), updated_at = excluded.updated_at",
        args![
            organization_id,
            account_id,
            external_id.flatten(),
            set_external,
            made_account,
            at
        ],
    )
    .await?;
    Ok(())
}

/// Takes a person out of all groups of the organization.
pub async fn leave_groups(tx: &mut Tx, organization_id: i64, account_id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM scim_group_member WHERE account_id = $2 AND group_id IN (
            SELECT id FROM scim_group WHERE organization_id = $1)",
        args![organization_id, account_id],
    )
    .await?;
    Ok(())
}

/// The account that this organization's provider has made for an address (in lower case), as long as nobody else has had a
/// hand in it: it has no password and no identity, and works in this organization alone.
pub async fn untouched(tx: &mut Tx, organization_id: i64, email: &str) -> Result<Option<i64>> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT account.id FROM account
             JOIN scim_user ON scim_user.account_id = account.id AND scim_user.organization_id = $1 AND scim_user.made_account
             JOIN membership ON membership.account_id = account.id AND membership.organization_id = $1
                AND membership.deleted_at IS NULL
             WHERE account.email = $2 AND account.password_hash IS NULL
                AND NOT EXISTS (SELECT 1 FROM identity WHERE identity.account_id = account.id)
                AND NOT EXISTS (SELECT 1 FROM membership AS other WHERE other.account_id = account.id
                    AND other.organization_id <> $1)",
            args![organization_id, email],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Everybody whom the provider has put into a group, or whose role comes from it.
pub async fn provisioned(db: &Db, organization_id: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = db
        .all(
            "SELECT membership.account_id FROM membership
             WHERE membership.organization_id = $1 AND membership.deleted_at IS NULL AND (
                membership.role_source = 'scim' OR EXISTS (
                    SELECT 1 FROM scim_group_member JOIN scim_group ON scim_group.id = scim_group_member.group_id
                    WHERE scim_group.organization_id = $1 AND scim_group_member.account_id = membership.account_id))
             ORDER BY membership.account_id",
            args![organization_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
