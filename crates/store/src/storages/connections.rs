//! Connections of an organization: keys that several storages use.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A connection. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct ConnectionRow {
        pub id: i64,
        pub organization_id: i64,
        pub workspace_id: Option<i64>,
        pub kind: String,
        pub title: String,
        pub settings: String,
        pub secrets: Option<Vec<u8>>,
        pub places: String,
        pub created_by: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

/// The connection, if it belongs to the organization.
pub async fn find(db: &Db, organization_id: i64, id: i64) -> Result<Option<ConnectionRow>> {
    db.optional(
        "SELECT * FROM storage_connection WHERE id = $1 AND organization_id = $2",
        args![id, organization_id],
    )
    .await
}

/// All of an organization, by title, each with how many storages use it.
pub async fn list(db: &Db, organization_id: i64) -> Result<Vec<(ConnectionRow, i64)>> {
    let rows: Vec<ConnectionRow> = db
        .all(
            "SELECT * FROM storage_connection WHERE organization_id = $1 ORDER BY title, id",
            args![organization_id],
        )
        .await?;
    let uses: Vec<(i64, i64)> = db
        .all(
            "SELECT storage.connection_id, COUNT(*) FROM storage JOIN storage_connection ON storage_connection.id = storage.connection_id
             WHERE storage_connection.organization_id = $1 GROUP BY storage.connection_id",
            args![organization_id],
        )
        .await?;
    let number = |id: i64| {
        uses.iter()
            .find(|(known, _)| *known == id)
            .map_or(0, |(_, number)| *number)
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let number = number(row.id);
            (row, number)
        })
        .collect())
}

/// Those that a project of the workspace may use, by title.
pub async fn usable(db: &Db, organization_id: i64, workspace_id: Option<i64>) -> Result<Vec<ConnectionRow>> {
    db.all(
        "SELECT * FROM storage_connection WHERE organization_id = $1 AND (workspace_id IS NULL OR workspace_id = $2) ORDER BY title, id",
        args![organization_id, workspace_id],
    )
    .await
}

/// The connection of a storage, if the storage's project may use it where it is now.
pub async fn of_storage(db: &Db, storage_id: i64) -> Result<Option<ConnectionRow>> {
    db.optional(
        "SELECT storage_connection.* FROM storage_connection JOIN storage ON storage.connection_id = storage_connection.id
         JOIN project ON project.id = storage.project_id
         WHERE storage.id = $1 AND storage_connection.organization_id = project.organization_id
            AND (storage_connection.workspace_id IS NULL OR storage_connection.workspace_id = project.workspace_id)",
        args![storage_id],
    )
    .await
}

/// The storages that use a connection, oldest first.
pub async fn storages(db: &Db, id: i64, limit: i64) -> Result<Vec<super::StorageRow>> {
    db.all(
        "SELECT * FROM storage WHERE connection_id = $1 ORDER BY id LIMIT $2",
        args![id, limit],
    )
    .await
}

/// What people set of a connection.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ConnectionFields {
    pub workspace_id: Option<i64>,
    pub title: String,
    pub settings: String,
    pub places: String,
}

/// Adds a connection; gives its number.
pub async fn insert(
    tx: &mut Tx,
    organization_id: i64,
    kind: &str,
    fields: ConnectionFields,
    created_by: i64,
    at: i64,
) -> Result<i64> {
    let (id,) = tx
        .one(
            "INSERT INTO storage_connection (organization_id, workspace_id, kind, title, settings, places, created_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id",
            args![
                organization_id,
                fields.workspace_id,
                kind,
                fields.title,
                fields.settings,
                fields.places,
                created_by,
                at
            ],
        )
        .await?;
    Ok(id)
}

/// Changes what people set of it. Its storages count as changed, too: what was opened with the old keys is opened anew.
pub async fn update(tx: &mut Tx, id: i64, fields: ConnectionFields, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE storage_connection SET workspace_id = $2, title = $3, settings = $4, places = $5, updated_at = $6 WHERE id = $1",
        args![
            id,
            fields.workspace_id,
            fields.title,
            fields.settings,
            fields.places,
            at
        ],
    )
    .await?;
    tx.execute(
        "UPDATE storage SET updated_at = updated_at + 1 WHERE connection_id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Sets what is never given back, sealed; or removes it.
pub async fn set_secrets(tx: &mut Tx, id: i64, sealed: Option<Vec<u8>>) -> Result<()> {
    tx.execute(
        "UPDATE storage_connection SET secrets = $2 WHERE id = $1",
        args![id, sealed],
    )
    .await?;
    Ok(())
}

/// The connection inside a write; nobody else changes it until the commit.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<ConnectionRow>> {
    tx.optional(
        "UPDATE storage_connection SET updated_at = updated_at WHERE id = $1 RETURNING *",
        args![id],
    )
    .await
}

/// Removes a connection that no storage uses; false when one does.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<bool> {
    let gone = tx
        .execute(
            "DELETE FROM storage_connection WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM storage WHERE connection_id = $1)",
            args![id],
        )
        .await?;
    Ok(gone > 0)
}
