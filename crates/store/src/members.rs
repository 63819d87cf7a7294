//! Who belongs to a project, and which tasks are theirs.

use crate::accounts::AccountRow;
use crate::builder::{Parts, like_escape};
use crate::db::Dialect;
use crate::visible;
use crate::{Columns, Db, Result, Row, Tx, args, row};
use labelkeep_policy::Viewer;

/// The role that a person has in a project by the project's own word, else by its workspace's; none when neither says.
pub async fn role(db: &Db, project_id: i64, account_id: i64) -> Result<Option<String>> {
    Ok(roles(db, &[project_id], account_id).await?.pop().map(|(_, role)| role))
}

/// The same for several projects: (project, role) where there is one.
pub async fn roles(db: &Db, projects: &[i64], account_id: i64) -> Result<Vec<(i64, String)>> {
    let mut parts = Parts::new(
        "SELECT id, role FROM (SELECT project.id, COALESCE(
            (SELECT role FROM project_member WHERE project_id = project.id AND account_id = ?),
            (SELECT role FROM workspace_member
             WHERE workspace_member.workspace_id = project.workspace_id AND account_id = ?)) AS role
         FROM project WHERE project.id IN ",
        args![account_id, account_id],
    );
    parts
        .push_list(projects)
        .push(") AS found WHERE role IS NOT NULL", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The role of one person in a project, inside a write.
pub async fn role_in(tx: &mut Tx, project_id: i64, account_id: i64) -> Result<Option<String>> {
    let row: Option<(Option<String>,)> = tx
        .optional(
            "SELECT COALESCE(
                (SELECT role FROM project_member WHERE project_id = $1 AND account_id = $2),
                (SELECT workspace_member.role FROM workspace_member
                 JOIN project ON project.workspace_id = workspace_member.workspace_id
                 WHERE project.id = $1 AND workspace_member.account_id = $2))",
            args![project_id, account_id],
        )
        .await?;
    Ok(row.and_then(|(role,)| role))
}

/// Whether a person who labels is shown the task: every one in projects whose queue hands them out, else those that are
/// assigned to them.
pub async fn is_shown_task(db: &Db, project_id: i64, task_id: i64, account_id: i64) -> Result<bool> {
    Ok(db
        .optional::<(i64,)>(
            "SELECT id FROM project WHERE id = $1 AND (assignment = 'automatic' OR EXISTS (
                SELECT 1 FROM task_assignment WHERE task_id = $2 AND account_id = $3 AND kind = 'AN'))",
            args![project_id, task_id, account_id],
        )
        .await?
        .is_some())
}

/// Which of these tasks somebody is shown who reviews or annotates: all of projects whose queue hands them out or in
/// which they review, and those that are assigned to them. `reviews`: what they are where a project says nothing.
pub async fn shown_tasks(db: &Db, account_id: i64, reviews: bool, tasks: &[i64]) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT task.id FROM task JOIN project ON project.id = task.project_id
         WHERE (project.assignment = 'automatic'
            OR COALESCE(
                (SELECT role FROM project_member WHERE project_id = project.id AND account_id = ?),
                (SELECT role FROM workspace_member
                 WHERE workspace_member.workspace_id = project.workspace_id AND account_id = ?),
                CASE WHEN ? THEN 'reviewer' ELSE 'annotator' END) = 'reviewer'
            OR EXISTS (SELECT 1 FROM task_assignment
                WHERE task_assignment.task_id = task.id AND task_assignment.account_id = ? AND kind = 'AN'))
         AND task.id IN ",
        args![account_id, account_id, reviews, account_id],
    );
    parts.push_list(tasks);
    let (sql, args) = parts.finish();
    Ok(db.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// Somebody of the organization, as lists of members show them.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// The person.
    pub account: AccountRow,
    /// Their role in the organization, by its word.
    pub role: String,
    /// Whether they belong to the project without having been added to it: by their role, or through its workspace.
    pub implicit: bool,
    /// Their role in the project, by its word.
    pub project_role: Option<String>,
    /// Who gave it.
    pub project_role_source: Option<String>,
}

impl Row for MemberRow {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(MemberRow {
            account: AccountRow::read(columns)?,
            role: columns.named("organization_role")?,
            implicit: columns.named("implicit")?,
            project_role: columns.named("project_role")?,
            project_role_source: columns.named("project_role_source")?,
        })
    }
}

/// Among whom a list looks.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// Everybody in the organization.
    Organization,
    /// The members of a workspace.
    Workspace(i64),
    /// Everybody who belongs to a project.
    Project {
        /// The project.
        id: i64,
        /// Its workspace.
        workspace_id: Option<i64>,
        /// The only one who may belong to it.
        sandbox_of: Option<i64>,
        /// Only those who were added (false) or were not (true).
        implicit: Option<bool>,
    },
}

/// Which of them.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these ids.
    pub ids: Option<Vec<i64>>,
    /// Not these ids.
    pub excluded: Vec<i64>,
    /// The address or a name contains this, without regard to case.
    pub search: Option<String>,
    /// Only with these roles in the organization; all when empty.
    pub roles: Vec<&'static str>,
}

/// The order of a list; true is descending.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Order {
    Id(bool),
    Email(bool),
    LastActivity(bool),
}

const ROLE_WORDS: [(&str, &str); 7] = [
    ("owner", " OR membership.role = 'owner'"),
    ("administrator", " OR membership.role = 'administrator'"),
    ("manager", " OR membership.role = 'manager'"),
    ("reviewer", " OR membership.role = 'reviewer'"),
    ("annotator", " OR membership.role = 'annotator'"),
    ("member", " OR membership.role = 'member'"),
    ("deactivated", " OR membership.role = 'deactivated'"),
];

/// `FROM … WHERE …` over `membership`, `account` and, left-joined, `project_member`.
fn from(parts: &mut Parts, dialect: Dialect, organization_id: i64, of: Of, wanted: &Wanted) {
    let project_id = match of {
        Of::Project { id, .. } => id,
        Of::Organization | Of::Workspace(_) => 0,
    };
    parts.push(
        " FROM membership JOIN account ON account.id = membership.account_id
            LEFT JOIN project_member ON project_member.account_id = account.id AND project_member.project_id = ?
          WHERE membership.organization_id = ? AND membership.deleted_at IS NULL",
        args![project_id, organization_id],
    );
    match of {
        Of::Organization => {}
        Of::Workspace(id) => {
            parts.push(
                " AND EXISTS (SELECT 1 FROM workspace_member WHERE workspace_id = ? AND account_id = account.id)",
                args![id],
            );
        }
        Of::Project {
            sandbox_of: Some(owner),
            ..
        } => {
            parts.push(" AND account.id = ?", args![owner]);
        }
        Of::Project {
            workspace_id, implicit, ..
        } => {
            parts.push(
                " AND (project_member.account_id IS NOT NULL OR membership.role IN ('owner', 'administrator', 'member')
                    OR EXISTS (SELECT 1 FROM workspace_member WHERE workspace_id = ? AND account_id = account.id))",
                args![workspace_id],
            );
            match implicit {
                Some(true) => parts.push(" AND project_member.account_id IS NULL", args![]),
                Some(false) => parts.push(" AND project_member.account_id IS NOT NULL", args![]),
                None => parts,
            };
        }
    }
    if let Some(ids) = &wanted.ids {
        parts.push(" AND account.id IN ", args![]).push_list(ids);
    }
    if !wanted.excluded.is_empty() {
        parts
            .push(" AND account.id NOT IN ", args![])
            .push_list(&wanted.excluded);
    }
    if !wanted.roles.is_empty() {
        parts.push(" AND (1 = 0", args![]);
        for (word, condition) in ROLE_WORDS {
            if wanted.roles.contains(&word) {
                parts.push(condition, args![]);
            }
        }
        parts.push(")", args![]);
    }
    if let Some(text) = wanted.search.as_deref().filter(|text| !text.is_empty()) {
        let pattern = format!("%{}%", like_escape(text));
        let pattern = || args![pattern.as_str(), pattern.as_str(), pattern.as_str()];
        match dialect {
            Dialect::Sqlite => parts.push(
                r" AND (account.email LIKE ? ESCAPE '\' OR account.username LIKE ? ESCAPE '\'
                    OR account.first_name || ' ' || account.last_name LIKE ? ESCAPE '\')",
                pattern(),
            ),
            Dialect::Postgres => parts.push(
                r" AND (account.email ILIKE ? ESCAPE '\' OR account.username ILIKE ? ESCAPE '\'
                    OR account.first_name || ' ' || account.last_name ILIKE ? ESCAPE '\')",
                pattern(),
            ),
        };
    }
}

/// How many there are.
pub async fn count(db: &Db, organization_id: i64, of: Of, wanted: &Wanted) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*)", args![]);
    from(&mut parts, db.dialect(), organization_id, of, wanted);
    let (sql, args) = parts.finish();
    Ok(db.one::<(i64,)>(sql, args).await?.0)
}

/// A page of them.
pub async fn page(
    db: &Db,
    organization_id: i64,
    of: Of,
    wanted: &Wanted,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<MemberRow>> {
    let mut parts = Parts::new(
        "SELECT account.*, membership.role AS organization_role, project_member.account_id IS NULL AS implicit,
            project_member.role AS project_role, project_member.role_source AS project_role_source",
        args![],
    );
    from(&mut parts, db.dialect(), organization_id, of, wanted);
    let order = match order {
        Order::Id(false) => " ORDER BY account.id",
        Order::Id(true) => " ORDER BY account.id DESC",
        Order::Email(false) => " ORDER BY account.email, account.id",
        Order::Email(true) => " ORDER BY account.email DESC, account.id DESC",
        Order::LastActivity(false) => " ORDER BY account.last_activity, account.id",
        Order::LastActivity(true) => " ORDER BY account.last_activity DESC, account.id DESC",
    };
    parts
        .push(order, args![])
        .push(" LIMIT ? OFFSET ?", args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Ids and roles of all of them, inside a write.
pub async fn all_in(tx: &mut Tx, organization_id: i64, of: Of, wanted: &Wanted) -> Result<Vec<(i64, String)>> {
    let mut parts = Parts::new("SELECT account.id, membership.role", args![]);
    from(&mut parts, tx.dialect(), organization_id, of, wanted);
    parts.push(" ORDER BY account.id", args![]);
    let (sql, args) = parts.finish();
    tx.all(sql, args).await
}

/// Adds people to a project; those who are there already stay. Gives how many are new.
pub async fn add(tx: &mut Tx, project_id: i64, accounts: &[i64], at: i64) -> Result<u64> {
    let mut parts = Parts::new(
        "INSERT INTO project_member (project_id, account_id, created_at) SELECT ?, account.id, ? FROM account
         WHERE account.id IN ",
        args![project_id, at],
    );
    parts.push_list(accounts).push(
        " ORDER BY account.id ON CONFLICT (project_id, account_id) DO NOTHING",
        args![],
    );
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}

/// Takes people out of a project with what is assigned to them there; gives how many there were.
pub async fn remove(tx: &mut Tx, project_id: i64, accounts: &[i64]) -> Result<u64> {
    let mut parts = Parts::new(
        "DELETE FROM task_assignment WHERE project_id = ? AND account_id IN ",
        args![project_id],
    );
    parts.push_list(accounts);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await?;
    let mut parts = Parts::new(
        "DELETE FROM project_member WHERE project_id = ? AND account_id IN ",
        args![project_id],
    );
    parts.push_list(accounts);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}

row! {
    /// A role that somebody has in one project.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct ProjectRoleRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        /// The word of the database.
        pub role: String,
        pub role_source: String,
    }
}

/// The role of this number, if its project is visible.
pub async fn find_role(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<ProjectRoleRow>> {
    let mut parts = Parts::new(
        "SELECT project_member.* FROM project_member JOIN project ON project.id = project_member.project_id
         WHERE project_member.role IS NOT NULL AND project_member.id = ? AND ",
        args![id],
    );
    parts.push(visible::CONDITION, visible::repeated(viewer));
    let (sql, args) = parts.finish();
    db.optional(sql, args).await
}

/// The roles in visible projects, or in one of them; at most `limit`.
pub async fn list_roles(
    db: &Db,
    viewer: &Viewer,
    project_id: Option<i64>,
    ids: Option<&[i64]>,
    limit: i64,
) -> Result<Vec<ProjectRoleRow>> {
    let mut parts = Parts::new(
        "SELECT project_member.* FROM project_member JOIN project ON project.id = project_member.project_id
         WHERE project_member.role IS NOT NULL AND ",
        args![],
    );
    parts.push(visible::CONDITION, visible::repeated(viewer));
    if let Some(project_id) = project_id {
        parts.push(" AND project.id = ?", args![project_id]);
    }
    if let Some(ids) = ids {
        parts.push(" AND project_member.id IN ", args![]).push_list(ids);
    }
    parts.push(" ORDER BY project_member.id LIMIT ?", args![limit]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Gives a person a role in a project, as a member of it; none takes it away and leaves them a member.
pub async fn set_role(tx: &mut Tx, project_id: i64, account_id: i64, role: &str, at: i64) -> Result<ProjectRoleRow> {
    tx.one(
        "INSERT INTO project_member (project_id, account_id, role, role_source, created_at)
         VALUES ($1, $2, $3, 'manual', $4)
         ON CONFLICT (project_id, account_id) DO UPDATE SET role = excluded.role, role_source = 'manual' RETURNING *",
        args![project_id, account_id, role, at],
    )
    .await
}

/// Takes the role of this number away; the person stays a member.
pub async fn clear_role(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("UPDATE project_member SET role = NULL WHERE id = $1", args![id])
        .await?;
    Ok(())
}
