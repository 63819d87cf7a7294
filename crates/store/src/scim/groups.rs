//! Groups of an organization's identity provider, and who is in them.

use super::condition::{Condition, DISPLAY};
use crate::builder::Parts;
use crate::{Db, Result, Tx, args, row};

row! {
    /// A group. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct GroupRow {
        pub id: i64,
        pub organization_id: i64,
        pub display_name: String,
        pub external_id: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

row! {
    /// Somebody in a group.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct GroupMemberRow {
        pub group_id: i64,
        pub account_id: i64,
        pub display: String,
    }
}

/// What groups can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum GroupOrder {
    #[default]
    Id,
    Name,
    Created,
    Modified,
}

impl GroupOrder {
    fn sql(self) -> &'static str {
        match self {
            GroupOrder::Id => "scim_group.id",
            GroupOrder::Name => "scim_group.display_name",
            GroupOrder::Created => "scim_group.created_at",
            GroupOrder::Modified => "scim_group.updated_at",
        }
    }
}

/// How many groups meet the condition.
pub async fn count(db: &Db, organization_id: i64, condition: &Condition) -> Result<i64> {
    let mut parts = Parts::new(
        "SELECT COUNT(*) FROM scim_group WHERE scim_group.organization_id = ? AND ",
        args![organization_id],
    );
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
    (order, descending): (GroupOrder, bool),
    offset: i64,
    limit: i64,
) -> Result<Vec<GroupRow>> {
    let mut parts = Parts::new(
        "SELECT * FROM scim_group WHERE scim_group.organization_id = ? AND ",
        args![organization_id],
    );
    condition.push(&mut parts);
    let direction = if descending {
        " DESC, scim_group.id DESC LIMIT ? OFFSET ?"
    } else {
        ", scim_group.id LIMIT ? OFFSET ?"
    };
    parts
        .push(" ORDER BY ", args![])
        .push(order.sql(), args![])
        .push(direction, args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

const ONE: &str = "SELECT * FROM scim_group WHERE organization_id = $1 AND id = $2";

/// A group.
pub async fn find(db: &Db, organization_id: i64, id: i64) -> Result<Option<GroupRow>> {
    db.optional(ONE, args![organization_id, id]).await
}

/// The same in a write transaction.
pub async fn find_in(tx: &mut Tx, organization_id: i64, id: i64) -> Result<Option<GroupRow>> {
    tx.optional(ONE, args![organization_id, id]).await
}

/// Adds one; a unique violation means that the organization has a group of this name.
pub async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    display_name: &str,
    external_id: Option<&str>,
    at: i64,
) -> Result<GroupRow> {
    tx.one(
        "INSERT INTO scim_group (organization_id, display_name, external_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $4) RETURNING *",
        args![organization_id, display_name, external_id, at],
    )
    .await
}

/// Changes its names; a unique violation as in [`insert`].
pub async fn update(tx: &mut Tx, id: i64, display_name: &str, external_id: Option<&str>, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE scim_group SET display_name = $2, external_id = $3, updated_at = $4 WHERE id = $1",
        args![id, display_name, external_id, at],
    )
    .await?;
    Ok(())
}

/// Removes one with its memberships.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM scim_group_member WHERE group_id = $1", args![id])
        .await?;
    tx.execute("DELETE FROM scim_group WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Who is in these groups, members of the organization only.
pub async fn members(db: &Db, organization_id: i64, groups: &[i64]) -> Result<Vec<GroupMemberRow>> {
    let (sql, args) = of_groups(organization_id, groups).finish();
    db.all(sql, args).await
}

/// The same in a write transaction.
pub async fn members_in(tx: &mut Tx, organization_id: i64, groups: &[i64]) -> Result<Vec<GroupMemberRow>> {
    let (sql, args) = of_groups(organization_id, groups).finish();
    tx.all(sql, args).await
}

fn of_groups(organization_id: i64, groups: &[i64]) -> Parts {
    let mut parts = Parts::new("SELECT scim_group_member.group_id, account.id AS account_id, ", args![]);
    parts
        .push(DISPLAY, args![])
        .push(
            " AS display FROM scim_group_member JOIN account ON account.id = scim_group_member.account_id
              JOIN membership ON membership.account_id = account.id AND membership.organization_id = ?
                AND membership.deleted_at IS NULL
              WHERE scim_group_member.group_id IN ",
            args![organization_id],
        )
        .push_list(groups)
        .push(" ORDER BY account.id", args![]);
    parts
}

/// The ids of those in a group, whether or not they are members of the organization now.
pub async fn member_ids(tx: &mut Tx, group_id: i64) -> Result<Vec<i64>> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT account_id FROM scim_group_member WHERE group_id = $1 ORDER BY account_id",
            args![group_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Which of these are members of the organization.
pub async fn members_among(tx: &mut Tx, organization_id: i64, people: &[i64]) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT account_id FROM membership WHERE organization_id = ? AND deleted_at IS NULL AND account_id IN ",
        args![organization_id],
    );
    parts.push_list(people);
    let (sql, args) = parts.finish();
    let rows: Vec<(i64,)> = tx.all(sql, args).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Puts somebody into a group.
pub async fn add_member(tx: &mut Tx, group_id: i64, account_id: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO scim_group_member (group_id, account_id) VALUES ($1, $2)
         ON CONFLICT (group_id, account_id) DO NOTHING",
        args![group_id, account_id],
    )
    .await?;
    Ok(())
}

/// Takes somebody out of a group.
pub async fn remove_member(tx: &mut Tx, group_id: i64, account_id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM scim_group_member WHERE group_id = $1 AND account_id = $2",
        args![group_id, account_id],
    )
    .await?;
    Ok(())
}
