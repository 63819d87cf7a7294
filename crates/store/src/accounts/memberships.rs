//! Members as lists show them, their roles, and what they have made.

use labelkeep_policy::Viewer;

use super::AccountRow;
use super::organizations::MembershipRow;
use crate::builder::{Parts, like_escape};
use crate::row::{Columns, Row};
use crate::visible::{CONDITION, repeated};
use crate::{Db, Result, Tx, args, row};

/// A member with the account.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct MemberRow {
    pub account: AccountRow,
    pub role: String,
    /// Who gave the role.
    pub role_source: String,
}

impl Row for MemberRow {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(MemberRow {
            account: AccountRow::read(columns)?,
            role: columns.named("role")?,
            role_source: columns.named("role_source")?,
        })
    }
}

row! {
    /// A project's id and title, with the person whose it is.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct PersonProjectRow {
        pub account_id: i64,
        pub id: i64,
        pub title: String,
    }
}

/// A membership that was not ended, in a write transaction.
pub async fn find_locked(tx: &mut Tx, organization_id: i64, account_id: i64) -> Result<Option<MembershipRow>> {
    tx.optional(
        "SELECT * FROM membership WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
        args![organization_id, account_id],
    )
    .await
}

/// Changes a role. Who is deactivated leaves the old one behind as `former_role`.
pub async fn set_role(
    tx: &mut Tx,
    organization_id: i64,
    account_id: i64,
    role: &'static str,
    source: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE membership SET former_role = CASE WHEN $3 <> 'deactivated' THEN NULL
                WHEN role = 'deactivated' THEN former_role ELSE role END,
            role = $3, role_source = $4
         WHERE organization_id = $1 AND account_id = $2 AND deleted_at IS NULL",
        args![organization_id, account_id, role, source],
    )
    .await?;
    Ok(())
}

/// How many people own the organization and can sign in.
pub async fn count_owners(tx: &mut Tx, organization_id: i64) -> Result<i64> {
    let (count,) = tx
        .one(
            "SELECT COUNT(*) FROM membership JOIN account ON account.id = membership.account_id
             WHERE membership.organization_id = $1 AND membership.role = 'owner' AND membership.deleted_at IS NULL
                AND account.is_active",
            args![organization_id],
        )
        .await?;
    Ok(count)
}

/// Which members are wanted. What is empty or `None` lets everybody through.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// A part of the name, the user name or the address, in lower case.
    pub search: String,
    /// Words of roles.
    pub roles: Vec<&'static str>,
    /// Those who may (or may not) sign in.
    pub active: Option<bool>,
    /// Active at this time or later, in microseconds.
    pub seen_from: Option<i64>,
    /// Active at this time or earlier, in microseconds.
    pub seen_to: Option<i64>,
}

/// What members can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum MemberOrder {
    #[default]
    Username,
    Email,
    FirstName,
    LastName,
    /// What people are called on the pages: first and last name, else the user name; without regard to case.
    Name,
    LastActivity,
    DateJoined,
    /// The strongest first.
    Role,
}

impl MemberOrder {
    /// The expression; the id behind it makes the order a total one.
    fn text(self) -> &'static str {
        match self {
            MemberOrder::Username => " ORDER BY account.username",
            MemberOrder::Email => " ORDER BY account.email",
            MemberOrder::FirstName => " ORDER BY account.first_name",
            MemberOrder::LastName => " ORDER BY account.last_name",
            MemberOrder::Name => {
                " ORDER BY LOWER(COALESCE(NULLIF(TRIM(account.first_name || ' ' || account.last_name), ''),
                    account.username))"
            }
            MemberOrder::LastActivity => " ORDER BY account.last_activity",
            MemberOrder::DateJoined => " ORDER BY account.date_joined",
            MemberOrder::Role => {
                " ORDER BY CASE membership.role WHEN 'owner' THEN 0 WHEN 'administrator' THEN 1 WHEN 'manager' THEN 2
                    WHEN 'member' THEN 3 WHEN 'reviewer' THEN 4 WHEN 'annotator' THEN 5 ELSE 6 END"
            }
        }
    }
}

/// How many members the filter lets through.
pub async fn count(db: &Db, organization_id: i64, filter: &MemberFilter) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*)", args![]);
    filtered(&mut parts, organization_id, filter);
    let (sql, args) = parts.finish();
    let (count,) = db.one(sql, args).await?;
    Ok(count)
}

/// A page of them.
pub async fn page(
    db: &Db,
    organization_id: i64,
    filter: &MemberFilter,
    (order, descending): (MemberOrder, bool),
    offset: i64,
    limit: i64,
) -> Result<Vec<MemberRow>> {
    let mut parts = Parts::new("SELECT account.*, membership.role, membership.role_source", args![]);
    filtered(&mut parts, organization_id, filter);
    let end = if descending {
        " DESC, account.id DESC LIMIT ? OFFSET ?"
    } else {
        ", account.id LIMIT ? OFFSET ?"
    };
    parts.push(order.text(), args![]).push(end, args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// One member.
pub async fn member(db: &Db, organization_id: i64, account_id: i64) -> Result<Option<MemberRow>> {
    db.optional(
        "SELECT account.*, membership.role, membership.role_source
         FROM membership JOIN account ON account.id = membership.account_id
         WHERE membership.organization_id = $1 AND account.id = $2 AND membership.deleted_at IS NULL",
        args![organization_id, account_id],
    )
    .await
}

fn filtered(parts: &mut Parts, organization_id: i64, filter: &MemberFilter) {
    parts.push(
        " FROM membership JOIN account ON account.id = membership.account_id
         WHERE membership.organization_id = ? AND membership.deleted_at IS NULL",
        args![organization_id],
    );
    if !filter.search.is_empty() {
        let pattern = containing(&filter.search);
        parts.push(
            r" AND (account.email LIKE ? ESCAPE '\' OR LOWER(account.username) LIKE ? ESCAPE '\'
                OR LOWER(account.first_name || ' ' || account.last_name) LIKE ? ESCAPE '\')",
            args![&pattern, &pattern, &pattern],
        );
    }
    match filter.active {
        Some(true) => {
            parts.push(" AND account.is_active AND membership.role <> 'deactivated'", args![]);
        }
        Some(false) => {
            parts.push(
                " AND (NOT account.is_active OR membership.role = 'deactivated')",
                args![],
            );
        }
        None => {}
    }
    if let Some((first, others)) = filter.roles.split_first() {
        parts.push(" AND membership.role IN (?", args![*first]);
        for role in others {
            parts.push(", ?", args![*role]);
        }
        parts.push(")", args![]);
    }
    if let Some(from) = filter.seen_from {
        parts.push(" AND account.last_activity >= ?", args![from]);
    }
    if let Some(to) = filter.seen_to {
        parts.push(" AND account.last_activity <= ?", args![to]);
    }
}

/// The pattern of what contains the text, for `LIKE … ESCAPE '\'`.
pub(super) fn containing(text: &str) -> String {
    format!("%{}%", like_escape(text))
}

/// The projects that these people made, as far as the viewer sees them.
pub async fn created_projects(db: &Db, viewer: &Viewer, people: &[i64]) -> Result<Vec<PersonProjectRow>> {
    let mut parts = Parts::new(
        "SELECT project.created_by AS account_id, project.id, project.title FROM project WHERE project.created_by IN ",
        args![],
    );
    parts
        .push_list(people)
        .push(" AND ", args![])
        .push(CONDITION, repeated(viewer))
        .push(" ORDER BY project.id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The projects in which these people have annotated, as far as the viewer sees them.
pub async fn contributed_projects(db: &Db, viewer: &Viewer, people: &[i64]) -> Result<Vec<PersonProjectRow>> {
    let mut parts = Parts::new(
        "SELECT project_progress.account_id, project.id, project.title
         FROM project_progress JOIN project ON project.id = project_progress.project_id
         WHERE project_progress.annotated_tasks > 0 AND project_progress.account_id IN ",
        args![],
    );
    parts
        .push_list(people)
        .push(" AND ", args![])
        .push(CONDITION, repeated(viewer))
        .push(" ORDER BY project.id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// How many annotations of a person the projects hold that the viewer sees.
pub async fn count_annotations(db: &Db, viewer: &Viewer, account_id: i64) -> Result<i64> {
    let mut parts = Parts::new(
        "SELECT COUNT(*) FROM annotation JOIN project ON project.id = annotation.project_id
         WHERE annotation.completed_by = ? AND ",
        args![account_id],
    );
    parts.push(CONDITION, repeated(viewer));
    let (sql, args) = parts.finish();
    let (count,) = db.one(sql, args).await?;
    Ok(count)
}
