//! Workspaces and who belongs to them. A personal one is seen by its maker alone, whoever asks.

use labelkeep_policy::Viewer;

use crate::args::Args;
use crate::builder::Parts;
use crate::visible;
use crate::{Columns, Db, Result, Row, Tx, args, row};

row! {
    /// A workspace. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct WorkspaceRow {
        pub id: i64,
        pub organization_id: i64,
        pub title: String,
        pub description: String,
        pub color: String,
        /// A sandbox.
        pub is_personal: bool,
        pub is_archived: bool,
        pub created_by: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

/// A workspace as its list shows it.
#[derive(Debug, Clone)]
pub struct ListedWorkspace {
    /// The workspace.
    pub workspace: WorkspaceRow,
    /// Whether the one who asks is a member.
    pub is_member: bool,
    /// How many of its projects the one who asks sees.
    pub projects: i64,
}

impl Row for ListedWorkspace {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(ListedWorkspace {
            workspace: WorkspaceRow::read(columns)?,
            is_member: columns.named("is_member")?,
            projects: columns.named("projects")?,
        })
    }
}

/// The condition on a table that is named `workspace`, with the arguments of [`shown_to`].
const SHOWN: &str = "workspace.organization_id = ? AND (NOT workspace.is_personal OR workspace.created_by = ?)
     AND (? OR workspace.created_by = ? OR EXISTS (SELECT 1 FROM workspace_member
        WHERE workspace_member.workspace_id = workspace.id AND workspace_member.account_id = ?))";

fn shown_to(viewer: &Viewer) -> Args {
    args![
        viewer.organization_id,
        viewer.account_id,
        viewer.all_projects,
        viewer.account_id,
        viewer.account_id
    ]
}

/// The workspace, if it is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<WorkspaceRow>> {
    let mut parts = Parts::new("SELECT * FROM workspace WHERE id = ? AND ", args![id]);
    parts.push(SHOWN, shown_to(viewer));
    let (sql, args) = parts.finish();
    db.optional(sql, args).await
}

/// Which workspaces a list shows.
#[derive(Debug, Default, Clone, Copy)]
#[allow(missing_docs)]
pub struct Filter {
    pub id: Option<i64>,
    pub archived: Option<bool>,
    pub personal: Option<bool>,
}

/// The order of a list; true is descending.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Order {
    Id(bool),
    Title(bool),
    CreatedAt(bool),
}

/// The visible workspaces, at most `limit`.
pub async fn list(db: &Db, viewer: &Viewer, filter: Filter, order: Order, limit: i64) -> Result<Vec<ListedWorkspace>> {
    let mut parts = Parts::new(
        "SELECT workspace.*, EXISTS (SELECT 1 FROM workspace_member WHERE workspace_member.workspace_id = workspace.id
            AND workspace_member.account_id = ?) AS is_member,
            (SELECT COUNT(*) FROM project WHERE project.workspace_id = workspace.id AND ",
        args![viewer.account_id],
    );
    parts
        .push(visible::CONDITION, visible::repeated(viewer))
        .push(") AS projects FROM workspace WHERE ", args![])
        .push(SHOWN, shown_to(viewer));
    if let Some(id) = filter.id {
        parts.push(" AND workspace.id = ?", args![id]);
    }
    if let Some(archived) = filter.archived {
        parts.push(" AND workspace.is_archived = ?", args![archived]);
    }
    if let Some(personal) = filter.personal {
        parts.push(" AND workspace.is_personal = ?", args![personal]);
    }
    let order = match order {
        Order::Id(false) => " ORDER BY workspace.id",
        Order::Id(true) => " ORDER BY workspace.id DESC",
        Order::Title(false) => " ORDER BY workspace.is_personal DESC, workspace.title, workspace.id",
        Order::Title(true) => " ORDER BY workspace.is_personal DESC, workspace.title DESC, workspace.id DESC",
        Order::CreatedAt(false) => " ORDER BY workspace.created_at, workspace.id",
        Order::CreatedAt(true) => " ORDER BY workspace.created_at DESC, workspace.id DESC",
    };
    parts.push(order, args![]).push(" LIMIT ?", args![limit]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The person's own sandbox.
pub async fn sandbox(db: &Db, organization_id: i64, account_id: i64) -> Result<Option<i64>> {
    let row: Option<(i64,)> = db
        .optional(
            "SELECT id FROM workspace WHERE organization_id = $1 AND created_by = $2 AND is_personal",
            args![organization_id, account_id],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The fields that a person may set.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct WorkspaceFields {
    pub title: String,
    pub description: String,
    pub color: String,
    pub is_archived: bool,
}

/// Adds a workspace; a second sandbox of a person is a unique violation.
pub async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    created_by: i64,
    fields: WorkspaceFields,
    is_personal: bool,
    at: i64,
) -> Result<WorkspaceRow> {
    tx.one(
        "INSERT INTO workspace (organization_id, title, description, color, is_personal, is_archived, created_by,
            created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING *",
        args![
            organization_id,
            fields.title,
            fields.description,
            fields.color,
            is_personal,
            fields.is_archived,
            created_by,
            at
        ],
    )
    .await
}

/// Replaces the fields that a person may set.
pub async fn update(tx: &mut Tx, id: i64, fields: WorkspaceFields, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE workspace SET title = $2, description = $3, color = $4, is_archived = $5, updated_at = $6 WHERE id = $1",
        args![
            id,
            fields.title,
            fields.description,
            fields.color,
            fields.is_archived,
            at
        ],
    )
    .await?;
    Ok(())
}

/// Removes an empty workspace; says whether it was empty. Projects that are deleted already let go of it.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<bool> {
    tx.execute(
        "UPDATE project SET workspace_id = NULL WHERE workspace_id = $1 AND deleted_at IS NOT NULL",
        args![id],
    )
    .await?;
    let removed = tx
        .execute(
            "DELETE FROM workspace WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM project WHERE workspace_id = $1)",
            args![id],
        )
        .await?;
    Ok(removed > 0)
}

/// Puts a project into a workspace, or into none. `sandbox_of` is the maker of a personal one.
pub async fn place(tx: &mut Tx, project_id: i64, workspace_id: Option<i64>, sandbox_of: Option<i64>) -> Result<()> {
    tx.execute(
        "UPDATE project SET workspace_id = $2, sandbox_of = $3 WHERE id = $1",
        args![project_id, workspace_id, sandbox_of],
    )
    .await?;
    Ok(())
}

/// Adds members; those who are there already stay. Gives how many are new.
pub async fn add_members(tx: &mut Tx, id: i64, accounts: &[i64], at: i64) -> Result<u64> {
    let mut parts = Parts::new(
        "INSERT INTO workspace_member (workspace_id, account_id, created_at) SELECT ?, account.id, ? FROM account
         WHERE account.id IN ",
        args![id, at],
    );
    parts
        .push_list(accounts)
        .push(" ON CONFLICT (workspace_id, account_id) DO NOTHING", args![]);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}

/// Removes members; gives how many there were.
pub async fn remove_members(tx: &mut Tx, id: i64, accounts: &[i64]) -> Result<u64> {
    let mut parts = Parts::new(
        "DELETE FROM workspace_member WHERE workspace_id = ? AND account_id IN ",
        args![id],
    );
    parts.push_list(accounts);
    let (sql, args) = parts.finish();
    tx.execute(sql, args).await
}
