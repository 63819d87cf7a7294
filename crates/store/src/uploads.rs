//! Uploaded files: their names; the bytes lie in a folder.

use labelkeep_policy::Viewer;

use crate::builder::{Parts, over};
use crate::visible::{numbered, visible};
use crate::{Db, Result, Tx, args, row};

row! {
    /// An uploaded file.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct UploadRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub name: String,
        pub stored_as: String,
        pub size: i64,
        pub created_at: i64,
    }
}

/// The upload, if its project is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<UploadRow>> {
    db.optional(
        concat!(
            "SELECT file_upload.* FROM file_upload JOIN project ON project.id = file_upload.project_id
             WHERE file_upload.id = $5 AND ",
            visible!()
        ),
        numbered(viewer, args![id]),
    )
    .await
}

/// The upload that is served as `/data/upload/{project}/{name}`.
pub async fn by_name(db: &Db, project_id: i64, name: &str) -> Result<Option<UploadRow>> {
    db.optional(
        "SELECT * FROM file_upload WHERE project_id = $1 AND name = $2",
        args![project_id, name],
    )
    .await
}

/// The caller's own uploads of a project; `ids` narrows them when given.
pub async fn list(db: &Db, project_id: i64, account_id: i64, ids: Option<&[i64]>) -> Result<Vec<UploadRow>> {
    let mut parts = Parts::new(
        "SELECT * FROM file_upload WHERE project_id = ? AND account_id = ?",
        args![project_id, account_id],
    );
    if let Some(ids) = ids {
        parts.push(" AND id IN ", args![]).push_list(ids);
    }
    parts.push(" ORDER BY id", args![]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Adds an upload; gives it as stored.
pub async fn insert(
    tx: &mut Tx,
    project_id: i64,
    account_id: i64,
    name: &str,
    stored_as: &str,
    size: i64,
    at: i64,
) -> Result<UploadRow> {
    tx.one(
        "INSERT INTO file_upload (project_id, account_id, name, stored_as, size, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING *",
        args![project_id, account_id, name, stored_as, size, at],
    )
    .await
}

/// The public names of all uploads of a project, whoever made them.
pub async fn names_of_project(tx: &mut Tx, project_id: i64) -> Result<Vec<String>> {
    let found: Vec<(String,)> = tx
        .all("SELECT name FROM file_upload WHERE project_id = $1", args![project_id])
        .await?;
    Ok(found.into_iter().map(|(name,)| name).collect())
}

/// Bytes of all uploads of a project.
pub async fn bytes_of_project(tx: &mut Tx, project_id: i64) -> Result<i64> {
    let (bytes,) = tx
        .one(
            "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM file_upload WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    Ok(bytes)
}

/// Bytes of all uploads of the organization to which a project belongs.
pub async fn bytes_of_organization(tx: &mut Tx, project_id: i64) -> Result<i64> {
    let (bytes,) = tx
        .one(
            "SELECT CAST(COALESCE(SUM(file_upload.size), 0) AS BIGINT) FROM file_upload JOIN project ON project.id = project_id
             WHERE project.organization_id = (SELECT organization_id FROM project WHERE id = $1)",
            args![project_id],
        )
        .await?;
    Ok(bytes)
}

/// Forgets uploads.
pub async fn delete(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    let (sql, args) = over("DELETE FROM file_upload WHERE id IN ", ids, "");
    tx.execute(sql, args).await?;
    Ok(())
}
