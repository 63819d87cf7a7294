//! Indexes of single keys of task data, for lists that are ordered or filtered by them.
//!
//! A job fills an index in the order of ids. What it has passed is kept right by every write of task data, in the same transaction
//! ([`refresh`], [`added`]); once it has come to the end the index is complete, and lists may rely on it.

use crate::builder::BulkInsert;
use crate::sqlite_functions::{field, number};
use crate::{Db, Result, Tx, args, row};

row! {
    /// An index.
    #[derive(Debug, Clone)]
    pub struct FieldIndex {
        /// Its id.
        pub id: i64,
        /// The key.
        pub name: String,
        /// The value under `$undefined$` counts where the key has none.
        pub or_undefined: bool,
        /// Every task up to this one is in it.
        pub until_id: i64,
        /// How many tasks are in it, while it is filled.
        pub done: i64,
        /// Every task is in it, new ones too.
        pub is_complete: bool,
    }
}

/// How many characters of a text decide its place.
pub const TEXT_KEY: usize = 200;

/// The indexes of a project.
pub async fn of_project(db: &Db, project_id: i64) -> Result<Vec<FieldIndex>> {
    db.all(
        "SELECT id, name, or_undefined, until_id, done, is_complete FROM field_index WHERE project_id = $1 ORDER BY id",
        args![project_id],
    )
    .await
}

/// The indexes of the locked project.
async fn of_project_in(tx: &mut Tx, project_id: i64) -> Result<Vec<FieldIndex>> {
    tx.all(
        "SELECT id, name, or_undefined, until_id, done, is_complete FROM field_index WHERE project_id = $1 ORDER BY id",
        args![project_id],
    )
    .await
}

/// Begins an index of the locked project, unless there is one or the project has `most` already.
pub async fn begin(tx: &mut Tx, project_id: i64, name: &str, or_undefined: bool, most: i64, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO field_index (project_id, name, or_undefined, created_at)
         SELECT $1, $2, $3, $4 WHERE (SELECT COUNT(*) FROM field_index WHERE project_id = $1) < $5
         ON CONFLICT (project_id, name, or_undefined) DO NOTHING",
        args![project_id, name, or_undefined, at, most],
    )
    .await?;
    Ok(())
}

/// The first index of the locked project that is not complete.
pub async fn unfinished(tx: &mut Tx, project_id: i64) -> Result<Option<FieldIndex>> {
    tx.optional(
        "SELECT id, name, or_undefined, until_id, done, is_complete FROM field_index
         WHERE project_id = $1 AND NOT is_complete ORDER BY id LIMIT 1",
        args![project_id],
    )
    .await
}

/// How many tasks the indexes of the locked project still miss, taken together, when it has `tasks`.
pub async fn left(tx: &mut Tx, project_id: i64, tasks: i64) -> Result<i64> {
    let (number,) = tx
        .one(
            "SELECT CAST(COALESCE(SUM($2 - done), 0) AS BIGINT) FROM field_index WHERE project_id = $1 AND NOT is_complete",
            args![project_id, tasks],
        )
        .await?;
    Ok(number)
}

/// Takes the next `limit` tasks into an index of the locked project; gives how many there were. With fewer it is complete: nobody
/// adds tasks to a locked project.
pub async fn fill(tx: &mut Tx, project_id: i64, index: &FieldIndex, limit: i64) -> Result<i64> {
    let tasks: Vec<(i64, String)> = tx
        .all(
            "SELECT id, data FROM task WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT $3",
            args![project_id, index.until_id, limit],
        )
        .await?;
    let number = tasks.len() as i64;
    let until_id = tasks.last().map_or(index.until_id, |(id, _)| *id);
    let rows = tasks.iter().map(|(id, data)| (*id, data.as_str()));
    write(tx, std::slice::from_ref(index), rows).await?;
    tx.execute(
        "UPDATE field_index SET until_id = $2, done = done + $3, is_complete = $4 WHERE id = $1",
        args![index.id, until_id, number, number < limit],
    )
    .await?;
    Ok(number)
}

/// Takes tasks that are new in the locked project into the indexes that are complete; the others come to them.
pub(crate) async fn added(tx: &mut Tx, indexes: &[FieldIndex], ids: &[i64], data: &[String]) -> Result<()> {
    write(tx, indexes, ids.iter().copied().zip(data.iter().map(String::as_str))).await
}

/// The complete indexes of the locked project.
pub(crate) async fn complete(tx: &mut Tx, project_id: i64) -> Result<Vec<FieldIndex>> {
    let mut indexes = of_project_in(tx, project_id).await?;
    indexes.retain(|index| index.is_complete);
    Ok(indexes)
}

/// Takes the new data of a task over, in the indexes that have it.
pub(crate) async fn refresh(tx: &mut Tx, task_id: i64, data: &str) -> Result<()> {
    let indexes: Vec<FieldIndex> = tx
        .all(
            "SELECT field_index.id, name, or_undefined, until_id, done, is_complete
             FROM task JOIN field_index ON field_index.project_id = task.project_id
             WHERE task.id = $1 AND (is_complete OR until_id >= $1)",
            args![task_id],
        )
        .await?;
    write(tx, &indexes, std::iter::once((task_id, data))).await
}

async fn write<'d>(
    tx: &mut Tx,
    indexes: &[FieldIndex],
    tasks: impl Iterator<Item = (i64, &'d str)> + Clone,
) -> Result<()> {
    for index in indexes {
        let mut insert = BulkInsert::new(
            "INSERT INTO task_field (field_id, task_id, text_value, number_value)",
            "($1, #1, #2, #3)",
            "ON CONFLICT (task_id, field_id) DO UPDATE SET text_value = excluded.text_value, number_value = excluded.number_value",
            args![index.id],
        );
        for (id, data) in tasks.clone() {
            let (text, number) = value(index, data);
            insert.push([id.into(), text.into(), number.into()]);
        }
        if !insert.is_empty() {
            tx.insert(insert).await?;
        }
    }
    Ok(())
}

/// What the index keeps of a task: the same that the filter would read from its data.
fn value(index: &FieldIndex, data: &str) -> (Option<String>, Option<f64>) {
    let found = field(data, &index.name).or_else(|| field(data, "$undefined$").filter(|_| index.or_undefined));
    let number = found.as_deref().and_then(number);
    let text = found.map(|mut text| {
        text.truncate(head(&text).len());
        text
    });
    (text, number)
}

/// The characters of a text that decide its place.
pub(crate) fn head(text: &str) -> &str {
    text.char_indices().nth(TEXT_KEY).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_head_of_a_text_and_the_number_that_it_is() {
        let index = |name: &str, or_undefined| FieldIndex {
            id: 1,
            name: name.to_owned(),
            or_undefined,
            until_id: 0,
            done: 0,
            is_complete: false,
        };
        let long = "é".repeat(TEXT_KEY + 5);
        let data = format!(r#"{{"a": "{long}", "n": "1e2", "$undefined$": 7, "o": {{"k": null}}}}"#);
        assert_eq!(value(&index("a", false), &data), (Some("é".repeat(TEXT_KEY)), None));
        assert_eq!(value(&index("n", false), &data), (Some("1e2".to_owned()), Some(100.0)));
        assert_eq!(value(&index("b", true), &data), (Some("7".to_owned()), Some(7.0)));
        assert_eq!(value(&index("b", false), &data), (None, None));
        assert_eq!(value(&index("o__k", false), &data), (None, None));
        assert_eq!(value(&index("a", true), "{"), (None, None));
    }
}
