//! Files that are to go, or that no row names yet. The files themselves are none of this room's business.

use crate::{Db, Result, Tx, args};

/// Notes that a file goes at `due_at`, unless it is forgotten before.
pub async fn note(tx: &mut Tx, shelf: &str, names: &[String], due_at: i64) -> Result<()> {
    for name in names {
        tx.execute(
            "INSERT INTO stray_file (shelf, name, due_at) VALUES ($1, $2, $3)
             ON CONFLICT (shelf, name) DO UPDATE SET due_at = EXCLUDED.due_at",
            args![shelf, name.clone(), due_at],
        )
        .await?;
    }
    Ok(())
}

/// A row names the file from now on, or the file is gone.
pub async fn forget(tx: &mut Tx, shelf: &str, name: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM stray_file WHERE shelf = $1 AND name = $2",
        args![shelf, name],
    )
    .await?;
    Ok(())
}

/// Up to `limit` files that go now: shelf and name, those that are due longest first.
pub async fn due(db: &Db, now: i64, limit: i64) -> Result<Vec<(String, String)>> {
    db.all(
        "SELECT shelf, name FROM stray_file WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
        args![now, limit],
    )
    .await
}

/// Removed projects that have files yet.
pub async fn removed_projects(db: &Db) -> Result<Vec<i64>> {
    let found: Vec<(i64,)> = db
        .all(
            "SELECT id FROM project WHERE deleted_at IS NOT NULL
             AND (EXISTS (SELECT 1 FROM file_upload WHERE project_id = project.id)
                  OR EXISTS (SELECT 1 FROM export_snapshot WHERE project_id = project.id))",
            args![],
        )
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Takes the rows of up to `limit` uploads of a project away; gives the names of their files.
pub async fn take_uploads(tx: &mut Tx, project_id: i64, limit: i64) -> Result<Vec<String>> {
    let taken: Vec<(String,)> = tx
        .all(
            "DELETE FROM file_upload WHERE id IN (SELECT id FROM file_upload WHERE project_id = $1 ORDER BY id LIMIT $2)
             RETURNING stored_as",
            args![project_id, limit],
        )
        .await?;
    Ok(taken.into_iter().map(|(name,)| name).collect())
}

/// The snapshots of a project.
pub async fn snapshots(tx: &mut Tx, project_id: i64) -> Result<Vec<i64>> {
    let found: Vec<(i64,)> = tx
        .all(
            "SELECT id FROM export_snapshot WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
