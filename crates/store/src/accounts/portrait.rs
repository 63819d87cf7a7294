//! What is kept of a person, for the person (SEC-238): no hash, no key, nothing of others. Work and the log are read by stretches
//! of ids, because no index of theirs begins with who did it.

use crate::{Db, Result, args, row};

/// Ids of one stretch: what lies in memory at once.
pub const STRETCH: i64 = 5_000;

row! {
    /// A membership.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct MembershipPart {
        pub organization_id: i64,
        pub title: String,
        pub role: String,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
    }
}

row! {
    /// A browser session.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct SessionPart {
        pub address: String,
        pub agent: String,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub ended_at: Option<i64>,
    }
}

row! {
    /// A token.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct TokenPart {
        pub kind: String,
        pub name: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub revoked_at: Option<i64>,
        pub last_used_at: Option<i64>,
        pub last_used_address: Option<String>,
        pub last_used_agent: Option<String>,
    }
}

row! {
    /// An account at an identity provider.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct IdentityPart {
        pub issuer: String,
        pub subject: String,
        pub email: String,
        pub created_at: i64,
    }
}

row! {
    /// An annotation or a draft.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct WorkPart {
        pub id: i64,
        pub task_id: i64,
        pub result: String,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

row! {
    /// An entry of the audit log.
    #[derive(Debug)]
    #[allow(missing_docs)]
    pub struct ActionPart {
        pub at: i64,
        pub organization_id: Option<i64>,
        pub action: String,
        pub object: String,
        pub result: String,
    }
}

/// Where the person is or was a member.
pub async fn memberships(db: &Db, account_id: i64) -> Result<Vec<MembershipPart>> {
    db.all(
        "SELECT m.organization_id AS organization_id, o.title AS title, m.role AS role, m.created_at AS created_at,
            m.deleted_at AS deleted_at
         FROM membership m JOIN organization o ON o.id = m.organization_id WHERE m.account_id = $1 ORDER BY m.organization_id",
        args![account_id],
    )
    .await
}

/// The sessions that are still known.
pub async fn sessions(db: &Db, account_id: i64) -> Result<Vec<SessionPart>> {
    db.all(
        "SELECT address, agent, created_at, last_seen_at, ended_at FROM session WHERE account_id = $1 ORDER BY created_at",
        args![account_id],
    )
    .await
}

/// The tokens, ended ones too.
pub async fn tokens(db: &Db, account_id: i64) -> Result<Vec<TokenPart>> {
    db.all(
        "SELECT kind, name, created_at, expires_at, revoked_at, last_used_at, last_used_address, last_used_agent
         FROM token WHERE account_id = $1 ORDER BY id",
        args![account_id],
    )
    .await
}

/// Second factors: kind, name, when they were added.
pub async fn factors(db: &Db, account_id: i64) -> Result<Vec<(String, String, i64)>> {
    db.all(
        "SELECT kind, name, created_at FROM factor WHERE account_id = $1 ORDER BY id",
        args![account_id],
    )
    .await
}

/// Accounts at identity providers.
pub async fn identities(db: &Db, account_id: i64) -> Result<Vec<IdentityPart>> {
    db.all(
        "SELECT issuer, subject, email, created_at FROM identity WHERE account_id = $1 ORDER BY id",
        args![account_id],
    )
    .await
}

/// Memberships of workspaces and projects: `workspace` or `project`, its id, the role there.
pub async fn places(db: &Db, account_id: i64) -> Result<Vec<(String, i64, Option<String>)>> {
    db.all(
        "SELECT 'workspace', workspace_id, role FROM workspace_member WHERE account_id = $1
         UNION ALL SELECT 'project', project_id, role FROM project_member WHERE account_id = $1 ORDER BY 1, 2",
        args![account_id],
    )
    .await
}

/// The last ids of annotations, drafts and the log.
pub async fn ends(db: &Db) -> Result<(i64, i64, i64)> {
    db.one(
        "SELECT COALESCE((SELECT MAX(id) FROM annotation), 0), COALESCE((SELECT MAX(id) FROM draft), 0),
            COALESCE((SELECT MAX(id) FROM audit), 0)",
        args![],
    )
    .await
}

/// The person's annotations of a stretch of ids.
pub async fn annotations(db: &Db, account_id: i64, after: i64) -> Result<Vec<WorkPart>> {
    db.all(
        "SELECT id, task_id, result, created_at, updated_at FROM annotation
         WHERE id > $2 AND id <= $2 + $3 AND completed_by = $1 ORDER BY id",
        args![account_id, after, STRETCH],
    )
    .await
}

/// The person's drafts of a stretch of ids.
pub async fn drafts(db: &Db, account_id: i64, after: i64) -> Result<Vec<WorkPart>> {
    db.all(
        "SELECT id, task_id, result, created_at, updated_at FROM draft
         WHERE id > $2 AND id <= $2 + $3 AND account_id = $1 ORDER BY id",
        args![account_id, after, STRETCH],
    )
    .await
}

/// What the person has done, of a stretch of the log.
pub async fn actions(db: &Db, account_id: i64, after: i64) -> Result<Vec<ActionPart>> {
    db.all(
        "SELECT at, organization_id, action, object, result FROM audit
         WHERE id > $2 AND id <= $2 + $3 AND account_id = $1 ORDER BY id",
        args![account_id, after, STRETCH],
    )
    .await
}
