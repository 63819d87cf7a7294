//! What a project's data and annotations contain: data columns, result tuples, labels, model versions, each with a count.

use crate::builder::BulkInsert;
use crate::{Db, Result, Tx, args, row};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// A key of task data.
    Column,
    /// `from_name|to_name|type` of annotation results.
    Tuple,
    /// A label of annotations; name is the control.
    Label,
    /// A label of drafts; name is the control.
    DraftLabel,
    /// Predictions of a model version.
    ModelVersion,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Column => "column",
            Kind::Tuple => "tuple",
            Kind::Label => "label",
            Kind::DraftLabel => "draft_label",
            Kind::ModelVersion => "model_version",
        }
    }
}

row! {
    /// One count.
    #[derive(Debug, Clone)]
    pub struct SummaryRow {
        /// column, tuple, label, draft_label, model_version
        pub kind: String,
        /// Key, tuple, control or version.
        pub name: String,
        /// Label; empty for the other kinds.
        pub label: String,
        /// How many.
        pub amount: i64,
        /// Last change.
        pub updated_at: i64,
    }
}

/// All counts above zero of a project.
pub async fn read(db: &Db, project_id: i64) -> Result<Vec<SummaryRow>> {
    db.all(
        "SELECT kind, name, label, amount, updated_at FROM project_summary
         WHERE project_id = $1 AND amount > 0 ORDER BY kind, name, label",
        args![project_id],
    )
    .await
}

/// All counts above zero of a project, inside a write.
pub async fn read_in(tx: &mut Tx, project_id: i64) -> Result<Vec<SummaryRow>> {
    tx.all(
        "SELECT kind, name, label, amount, updated_at FROM project_summary
         WHERE project_id = $1 AND amount > 0 ORDER BY kind, name, label",
        args![project_id],
    )
    .await
}

/// Adds to the counts. Equal keys must be merged by the caller: PostgreSQL refuses to touch a row twice in one statement.
pub async fn add<'a>(
    tx: &mut Tx,
    project_id: i64,
    changes: impl IntoIterator<Item = (Kind, &'a str, &'a str, i64)>,
    at: i64,
) -> Result<()> {
    let mut insert = BulkInsert::new(
        "INSERT INTO project_summary (project_id, kind, name, label, amount, updated_at)",
        "($1, #1, #2, #3, #4, $2)",
        "ON CONFLICT (project_id, kind, name, label) DO UPDATE SET
            amount = project_summary.amount + excluded.amount, updated_at = excluded.updated_at",
        args![project_id, at],
    );
    for (kind, name, label, amount) in changes {
        if amount != 0 {
            insert.push([kind.word().into(), name.into(), label.into(), amount.into()]);
        }
    }
    if insert.is_empty() {
        return Ok(());
    }
    tx.insert(insert).await
}

/// Forgets the counts of a project, so that they can be made anew.
pub async fn clear(tx: &mut Tx, project_id: i64) -> Result<()> {
    tx.execute("DELETE FROM project_summary WHERE project_id = $1", args![project_id])
        .await?;
    Ok(())
}
