//! Views of the data manager.

use crate::{Db, Result, Tx, args, row};

row! {
    /// A view. Column for column the table.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // the migration says what is what
    pub struct ViewRow {
        pub id: i64,
        pub project_id: i64,
        pub account_id: i64,
        pub is_private: bool,
        pub place: i64,
        pub data: String,
        pub filters: Option<String>,
        pub ordering: Option<String>,
        pub selected_items: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
    }
}

/// What a view shows.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ViewFields {
    pub is_private: bool,
    pub data: String,
    pub filters: Option<String>,
    pub ordering: Option<String>,
    pub selected_items: Option<String>,
}

/// The view by its id alone: whether the caller may see it follows from its project.
pub async fn find(db: &Db, id: i64) -> Result<Option<ViewRow>> {
    db.optional("SELECT * FROM task_view WHERE id = $1", args![id]).await
}

/// The shared views of a project and the person's own, from the left.
pub async fn list(db: &Db, project_id: i64, account_id: i64) -> Result<Vec<ViewRow>> {
    db.all(
        "SELECT * FROM task_view WHERE project_id = $1 AND (NOT is_private OR account_id = $2) ORDER BY place, id",
        args![project_id, account_id],
    )
    .await
}

/// How many views a project has.
pub async fn count(tx: &mut Tx, project_id: i64) -> Result<i64> {
    let (number,) = tx
        .one(
            "SELECT COUNT(*) FROM task_view WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    Ok(number)
}

/// The highest number of a view that ever was in the project and the time of the last change, to see whether a list is still true.
pub async fn mark(db: &Db, project_id: i64) -> Result<(i64, i64, i64)> {
    db.one(
        "SELECT COUNT(*), COALESCE(MAX(id), 0), COALESCE(MAX(updated_at), 0) FROM task_view WHERE project_id = $1",
        args![project_id],
    )
    .await
}

/// Adds a view behind all others.
pub async fn insert(tx: &mut Tx, project_id: i64, account_id: i64, fields: ViewFields, at: i64) -> Result<ViewRow> {
    tx.one(
        "INSERT INTO task_view (project_id, account_id, is_private, place, data, filters, ordering, selected_items, created_at,
            updated_at)
         VALUES ($1, $2, $3, (SELECT COALESCE(MAX(place) + 1, 0) FROM task_view WHERE project_id = $1), $4, $5, $6, $7, $8, $8)
         RETURNING *",
        args![
            project_id,
            account_id,
            fields.is_private,
            fields.data,
            fields.filters,
            fields.ordering,
            fields.selected_items,
            at
        ],
    )
    .await
}

/// Changes a view.
pub async fn update(tx: &mut Tx, id: i64, fields: ViewFields, at: i64) -> Result<Option<ViewRow>> {
    tx.optional(
        "UPDATE task_view SET is_private = $2, data = $3, filters = $4, ordering = $5, selected_items = $6, updated_at = $7
         WHERE id = $1 RETURNING *",
        args![
            id,
            fields.is_private,
            fields.data,
            fields.filters,
            fields.ordering,
            fields.selected_items,
            at
        ],
    )
    .await
}

/// Puts a view at a place.
pub async fn place(tx: &mut Tx, project_id: i64, id: i64, place: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE task_view SET place = $3, updated_at = $4 WHERE id = $1 AND project_id = $2",
        args![id, project_id, place, at],
    )
    .await?;
    Ok(())
}

/// Removes a view.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    tx.execute("DELETE FROM task_view WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Removes the private views of a person, and with `shared` the shared ones.
pub async fn reset(tx: &mut Tx, project_id: i64, account_id: i64, shared: bool) -> Result<u64> {
    tx.execute(
        "DELETE FROM task_view WHERE project_id = $1 AND ((is_private AND account_id = $2) OR (NOT is_private AND $3))",
        args![project_id, account_id, shared],
    )
    .await
}

/// Removes all views of a project.
pub async fn delete_all(tx: &mut Tx, project_id: i64) -> Result<()> {
    tx.execute("DELETE FROM task_view WHERE project_id = $1", args![project_id])
        .await?;
    Ok(())
}
