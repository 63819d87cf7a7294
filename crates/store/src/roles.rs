//! Roles of an organization as a whole: what its members have done, and turning roles on and off.

use crate::builder::Parts;
use crate::{Db, Result, Tx, args, row};

row! {
    /// A member with their role.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct MemberRoleRow {
        pub id: i64,
        pub email: String,
        pub username: String,
        pub first_name: String,
        pub last_name: String,
        pub avatar: Option<String>,
        /// The word of the database.
        pub role: String,
    }
}

row! {
    /// A project that somebody made or worked in.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct WorkedRow {
        pub account_id: i64,
        pub id: i64,
        pub title: String,
        /// 1 when they made it.
        pub created: i64,
        /// 1 when they annotated in it.
        pub worked: i64,
        /// How many such projects the person has.
        pub total: i64,
    }
}

/// What newcomers are: `member` while roles are off.
pub async fn default_role(db: &Db, organization_id: i64) -> Result<String> {
    let (role,) = db
        .one(
            "SELECT default_role FROM organization WHERE id = $1",
            args![organization_id],
        )
        .await?;
    Ok(role)
}

/// How many members there are.
pub async fn count_members(db: &Db, organization_id: i64) -> Result<i64> {
    let (count,) = db
        .one(
            "SELECT COUNT(*) FROM membership WHERE organization_id = $1 AND deleted_at IS NULL",
            args![organization_id],
        )
        .await?;
    Ok(count)
}

/// A page of members by address.
pub async fn members(db: &Db, organization_id: i64, offset: i64, limit: i64) -> Result<Vec<MemberRoleRow>> {
    db.all(
        "SELECT account.id, account.email, account.username, account.first_name, account.last_name, account.avatar,
            membership.role
         FROM membership JOIN account ON account.id = membership.account_id
         WHERE membership.organization_id = $1 AND membership.deleted_at IS NULL
         ORDER BY account.email LIMIT $3 OFFSET $2",
        args![organization_id, offset, limit],
    )
    .await
}

/// The newest `most` projects of each of these people. Personal ones are nobody's business.
pub async fn worked(db: &Db, organization_id: i64, accounts: &[i64], most: i64) -> Result<Vec<WorkedRow>> {
    let mut parts = Parts::new(
        "SELECT account_id, id, title, created, worked, total FROM (
            SELECT found.account_id, project.id, project.title, found.created, found.worked,
                COUNT(*) OVER (PARTITION BY found.account_id) AS total,
                ROW_NUMBER() OVER (PARTITION BY found.account_id ORDER BY project.id DESC) AS place
            FROM (SELECT account_id, project_id, CAST(MAX(created) AS BIGINT) AS created,
                    CAST(MAX(worked) AS BIGINT) AS worked
                FROM (SELECT created_by AS account_id, id AS project_id, 1 AS created, 0 AS worked FROM project
                    WHERE organization_id = ? AND created_by IN ",
        args![organization_id],
    );
    parts
        .push_list(accounts)
        .push(
            " UNION ALL SELECT account_id, project_id, 0, 1 FROM project_progress
                WHERE annotated_tasks > 0 AND account_id IN ",
            args![],
        )
        .push_list(accounts)
        .push(
            ") AS each GROUP BY account_id, project_id) AS found
            JOIN project ON project.id = found.project_id
            WHERE project.organization_id = ? AND project.deleted_at IS NULL AND project.sandbox_of IS NULL
         ) AS numbered WHERE place <= ? ORDER BY account_id, id",
            args![organization_id, most],
        );
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Gives everybody who has none yet a role by what they did: who made a project manages, all others annotate.
pub async fn propose_all(tx: &mut Tx, organization_id: i64) -> Result<u64> {
    tx.execute(
        "UPDATE membership SET role_source = 'manual', role = CASE WHEN EXISTS (SELECT 1 FROM project
            WHERE project.organization_id = membership.organization_id AND project.created_by = membership.account_id
                AND project.deleted_at IS NULL AND project.sandbox_of IS NULL) THEN 'manager' ELSE 'annotator' END
         WHERE organization_id = $1 AND role = 'member'",
        args![organization_id],
    )
    .await
}

/// Gives everybody but owners and the deactivated the role of an organization without roles.
pub async fn forget_all(tx: &mut Tx, organization_id: i64) -> Result<u64> {
    tx.execute(
        "UPDATE membership SET role = 'member', role_source = 'manual'
         WHERE organization_id = $1 AND role NOT IN ('owner', 'deactivated', 'member')",
        args![organization_id],
    )
    .await
}

/// Everybody who made a project or annotated in it becomes its member.
pub async fn keep_workers(tx: &mut Tx, organization_id: i64, at: i64) -> Result<u64> {
    tx.execute(
        "INSERT INTO project_member (project_id, account_id, created_at)
         SELECT project.id, membership.account_id, $2 FROM project
            JOIN membership ON membership.organization_id = project.organization_id AND membership.deleted_at IS NULL
         WHERE project.organization_id = $1 AND project.deleted_at IS NULL AND project.sandbox_of IS NULL
            AND (project.created_by = membership.account_id OR EXISTS (SELECT 1 FROM project_progress
                WHERE project_progress.project_id = project.id AND project_progress.account_id = membership.account_id
                    AND project_progress.annotated_tasks > 0))
         ON CONFLICT (project_id, account_id) DO NOTHING",
        args![organization_id, at],
    )
    .await
}

/// Publishes the projects in which somebody has annotated, so that they can go on.
pub async fn publish_worked(tx: &mut Tx, organization_id: i64, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE project SET is_published = TRUE, is_draft = FALSE, updated_at = $2
         WHERE organization_id = $1 AND deleted_at IS NULL AND sandbox_of IS NULL AND NOT is_published
            AND EXISTS (SELECT 1 FROM project_progress
                WHERE project_progress.project_id = project.id AND project_progress.annotated_tasks > 0)",
        args![organization_id, at],
    )
    .await
}

/// Switches a permission: these words of roles have it.
pub async fn set_permission(tx: &mut Tx, organization_id: i64, permission: &str, roles: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO organization_permission (organization_id, permission, roles) VALUES ($1, $2, $3)
         ON CONFLICT (organization_id, permission) DO UPDATE SET roles = excluded.roles",
        args![organization_id, permission, roles],
    )
    .await?;
    Ok(())
}

/// Takes a switch back to what the table says.
pub async fn remove_permission(tx: &mut Tx, organization_id: i64, permission: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM organization_permission WHERE organization_id = $1 AND permission = $2",
        args![organization_id, permission],
    )
    .await?;
    Ok(())
}
