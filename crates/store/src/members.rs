//! Who belongs to a project, and which tasks are theirs.

use crate::{Db, Result, args};

/// The role that a person has in a project by the project's own word, else by its workspace's; none when neither says.
pub async fn role(db: &Db, project_id: i64, account_id: i64) -> Result<Option<String>> {
    let row: Option<(Option<String>,)> = db
        .optional(
            "SELECT COALESCE(
                (SELECT role FROM project_member WHERE project_id = $1 AND account_id = $2),
                (SELECT workspace_member.role FROM workspace_member
                 JOIN project ON project.workspace_id = workspace_member.workspace_id
                 WHERE project.id = $1 AND workspace_member.account_id = $2)
             )",
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
