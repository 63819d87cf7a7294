//! Personal invitations. The token of the link is not here, only its SHA-256.

use super::memberships::containing;
use crate::builder::{BulkInsert, Parts};
use crate::{Db, Result, Tx, args, row};

row! {
    /// An invitation. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct InvitationRow {
        pub id: i64,
        pub organization_id: i64,
        /// Lower case.
        pub email: String,
        pub role: String,
        pub token_hash: Vec<u8>,
        /// By mail: only who reads that address has the link.
        pub sent: bool,
        pub created_by: i64,
        pub created_at: i64,
        pub expires_at: i64,
        pub accepted_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }
}

/// A new invitation.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct NewInvitation {
    pub organization_id: i64,
    pub email: String,
    pub role: &'static str,
    pub token_hash: [u8; 32],
    pub sent: bool,
    pub created_by: i64,
    pub created_at: i64,
    pub expires_at: i64,
}

row! {
    /// Something that an invitation leads to.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct PlaceRow {
        pub invitation_id: i64,
        pub id: i64,
        pub title: String,
    }
}

/// Adds an invitation; one that waits for the same address is revoked.
pub async fn insert(tx: &mut Tx, new: &NewInvitation, projects: &[i64], workspaces: &[i64]) -> Result<InvitationRow> {
    revoke(tx, new.organization_id, &new.email, new.created_at).await?;
    let row: InvitationRow = tx
        .one(
            "INSERT INTO invitation (organization_id, email, role, token_hash, sent, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *",
            args![
                new.organization_id,
                &new.email,
                new.role,
                new.token_hash,
                new.sent,
                new.created_by,
                new.created_at,
                new.expires_at
            ],
        )
        .await?;
    let heads = [
        (projects, "INSERT INTO invitation_project (invitation_id, project_id)"),
        (
            workspaces,
            "INSERT INTO invitation_workspace (invitation_id, workspace_id)",
        ),
    ];
    for (ids, head) in heads {
        let mut rows = BulkInsert::new(head, "($1, #1)", "", args![row.id]);
        for id in ids {
            rows.push([(*id).into()]);
        }
        if !rows.is_empty() {
            tx.insert(rows).await?;
        }
    }
    Ok(row)
}

/// Revokes what waits for an address; says whether something did.
pub async fn revoke(tx: &mut Tx, organization_id: i64, email: &str, at: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE invitation SET revoked_at = $3
             WHERE organization_id = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL",
            args![organization_id, email, at],
        )
        .await?;
    Ok(changed > 0)
}

/// The invitation of a link, with its maker's role today, as long as it can be accepted.
pub async fn open(db: &Db, token_hash: &[u8], now: i64) -> Result<Option<(InvitationRow, String)>> {
    let row: Option<InvitationRow> = db
        .optional(
            "SELECT * FROM invitation
             WHERE token_hash = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2",
            args![token_hash, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let maker: Option<(String,)> = db
        .optional(
            "SELECT membership.role FROM membership JOIN account ON account.id = membership.account_id
             WHERE membership.organization_id = $1 AND membership.account_id = $2 AND membership.deleted_at IS NULL
                AND account.is_active",
            args![row.organization_id, row.created_by],
        )
        .await?;
    Ok(maker.map(|(role,)| (row, role)))
}

/// Accepts an invitation; says whether it could still be accepted.
pub async fn accept(tx: &mut Tx, id: i64, now: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE invitation SET accepted_at = $2
             WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2",
            args![id, now],
        )
        .await?;
    Ok(changed > 0)
}

/// Makes the person a member of what the invitation leads to and still exists.
pub async fn join_places(tx: &mut Tx, id: i64, account_id: i64, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO project_member (project_id, account_id, role_source, created_at)
         SELECT project.id, $2, 'invitation', $3
         FROM invitation_project JOIN project ON project.id = invitation_project.project_id
         WHERE invitation_project.invitation_id = $1 AND project.deleted_at IS NULL
         ON CONFLICT (project_id, account_id) DO NOTHING",
        args![id, account_id, at],
    )
    .await?;
    tx.execute(
        "INSERT INTO workspace_member (workspace_id, account_id, created_at)
         SELECT workspace_id, $2, $3 FROM invitation_workspace WHERE invitation_id = $1
         ON CONFLICT (workspace_id, account_id) DO NOTHING",
        args![id, account_id, at],
    )
    .await?;
    Ok(())
}

/// How many wait, or have waited too long; `search` is a part of the address in lower case.
pub async fn count(db: &Db, organization_id: i64, search: &str) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*)", args![]);
    waiting(&mut parts, organization_id, search);
    let (sql, args) = parts.finish();
    let (count,) = db.one(sql, args).await?;
    Ok(count)
}

/// A page of those, newest first.
pub async fn page(db: &Db, organization_id: i64, search: &str, offset: i64, limit: i64) -> Result<Vec<InvitationRow>> {
    let mut parts = Parts::new("SELECT *", args![]);
    waiting(&mut parts, organization_id, search);
    parts.push(" ORDER BY id DESC LIMIT ? OFFSET ?", args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

fn waiting(parts: &mut Parts, organization_id: i64, search: &str) {
    parts.push(
        " FROM invitation WHERE organization_id = ? AND accepted_at IS NULL AND revoked_at IS NULL",
        args![organization_id],
    );
    if !search.is_empty() {
        parts.push(" AND email LIKE ? ESCAPE '\\'", args![containing(search)]);
    }
}

/// The projects of invitations, by invitation and title.
pub async fn projects(db: &Db, ids: &[i64]) -> Result<Vec<PlaceRow>> {
    let mut parts = Parts::new(
        "SELECT invitation_project.invitation_id, project.id, project.title
         FROM invitation_project JOIN project ON project.id = invitation_project.project_id
         WHERE project.deleted_at IS NULL AND invitation_project.invitation_id IN ",
        args![],
    );
    parts
        .push_list(ids)
        .push(" ORDER BY project.title, project.id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The workspaces of invitations, by invitation and title.
pub async fn workspaces(db: &Db, ids: &[i64]) -> Result<Vec<PlaceRow>> {
    let mut parts = Parts::new(
        "SELECT invitation_workspace.invitation_id, workspace.id, workspace.title
         FROM invitation_workspace JOIN workspace ON workspace.id = invitation_workspace.workspace_id
         WHERE invitation_workspace.invitation_id IN ",
        args![],
    );
    parts
        .push_list(ids)
        .push(" ORDER BY workspace.title, workspace.id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The shared workspaces among `ids` to which somebody may add people: all of them, or those to which they belong.
pub async fn shared_workspaces(
    db: &Db,
    organization_id: i64,
    account_id: i64,
    all: bool,
    ids: &[i64],
) -> Result<Vec<i64>> {
    let mut parts = Parts::new(
        "SELECT id FROM workspace WHERE organization_id = ? AND NOT is_personal AND NOT is_archived
            AND (? OR created_by = ? OR EXISTS (SELECT 1 FROM workspace_member
                WHERE workspace_member.workspace_id = workspace.id AND workspace_member.account_id = ?))
            AND id IN ",
        args![organization_id, all, account_id, account_id],
    );
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    let rows: Vec<(i64,)> = db.all(sql, args).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
