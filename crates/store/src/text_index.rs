//! The index of texts in task data: which tasks may hold a text. It gives candidates; the filter itself decides.
//!
//! SQLite has an FTS5 table of trigrams that keeps no texts, PostgreSQL a table of texts with a trigram index, where the extension
//! may be made (else the texts are read, which is still faster than the JSON). A project has an index once a filter has asked for
//! one; a job fills it in the order of ids, and what is not in it yet is read.

use crate::builder::BulkInsert;
use crate::db::Dialect;
use crate::listing::TextIndex;
use crate::sqlite_functions::fold;
use crate::{Db, Result, Tx, args};

/// Shorter texts have no trigram.
pub const CHARACTERS: usize = 3;

/// How far the index of a project reaches; none when nobody has asked for it.
pub async fn find(db: &Db, project_id: i64) -> Result<Option<TextIndex>> {
    let row: Option<(i64, i64)> = db
        .optional(
            "SELECT from_id, until_id FROM text_index WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    Ok(row.map(|(from, until)| TextIndex { from, until }))
}

/// Begins the index of a project, if it has none.
pub async fn begin(tx: &mut Tx, project_id: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO text_index (project_id, from_id, until_id)
         VALUES ($1, (SELECT COALESCE(MIN(id), 1) FROM task WHERE project_id = $1), 0) ON CONFLICT (project_id) DO NOTHING",
        args![project_id],
    )
    .await?;
    Ok(())
}

/// Takes the next `limit` tasks into the index of the locked project; gives how many there were, and the last of them.
pub async fn fill(tx: &mut Tx, project_id: i64, limit: i64) -> Result<(usize, Option<i64>)> {
    let tasks: Vec<(i64, String)> = tx
        .all(
            "SELECT id, data FROM task WHERE project_id = $1
                AND id > (SELECT until_id FROM text_index WHERE project_id = $1) ORDER BY id LIMIT $2",
            args![project_id, limit],
        )
        .await?;
    let Some(last) = tasks.last().map(|(id, _)| *id) else {
        return Ok((0, None));
    };
    let number = tasks.len();
    insert(tx, project_id, tasks).await?;
    tx.execute(
        "UPDATE text_index SET until_id = $2 WHERE project_id = $1",
        args![project_id, last],
    )
    .await?;
    Ok((number, Some(last)))
}

async fn insert(tx: &mut Tx, project_id: i64, tasks: Vec<(i64, String)>) -> Result<()> {
    let mut insert = match tx.dialect() {
        Dialect::Sqlite => BulkInsert::new(
            "INSERT OR REPLACE INTO task_text (rowid, content)",
            "(#1, #2)",
            "",
            args![],
        ),
        Dialect::Postgres => BulkInsert::new(
            "INSERT INTO task_text (task_id, project_id, content)",
            "(#1, $1, #2)",
            "ON CONFLICT (task_id) DO UPDATE SET content = excluded.content",
            args![project_id],
        ),
    };
    for (id, data) in tasks {
        insert.push([id.into(), content(&data).into()]);
    }
    tx.insert(insert).await
}

/// Takes the new data of a task over, when the index of its project has the task.
pub async fn refresh(tx: &mut Tx, task_id: i64, data: &str) -> Result<()> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT text_index.project_id FROM task JOIN text_index ON text_index.project_id = task.project_id
             WHERE task.id = $1 AND text_index.until_id >= $1",
            args![task_id],
        )
        .await?;
    match row {
        Some((project_id,)) => insert(tx, project_id, vec![(task_id, data.to_owned())]).await,
        None => Ok(()),
    }
}

/// Every text that a filter could look for: strings as they read, everything else as it is written, and what lies within, too.
fn content(data: &str) -> String {
    fn push(text: &mut String, value: &serde_json::value::RawValue) {
        let raw = value.get();
        match raw.as_bytes().first() {
            Some(b'"') => {
                if let Ok(string) = serde_json::from_str::<String>(raw) {
                    text.push_str(&string.replace('\0', ""));
                }
                text.push('\n');
            }
            Some(b'{') => {
                text.push_str(raw);
                text.push('\n');
                let members: std::collections::BTreeMap<String, &serde_json::value::RawValue> =
                    serde_json::from_str(raw).unwrap_or_default();
                members.values().for_each(|member| push(text, member));
            }
            Some(b'[') => {
                text.push_str(raw);
                text.push('\n');
                let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(raw).unwrap_or_default();
                items.into_iter().for_each(|item| push(text, item));
            }
            Some(b'n') | None => {}
            Some(_) => {
                text.push_str(raw);
                text.push('\n');
            }
        }
    }
    let mut text = String::with_capacity(data.len());
    let members: std::collections::BTreeMap<String, &serde_json::value::RawValue> =
        serde_json::from_str(data).unwrap_or_default();
    members.values().for_each(|member| push(&mut text, member));
    fold(&text)
}

/// The trigrams of a text, in order; each once.
pub(crate) fn terms(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut terms: Vec<String> = characters.windows(3).map(|three| three.iter().collect()).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// All trigrams of a text, each as a term of its own: the index keeps no places.
pub(crate) fn trigrams(folded: &str) -> String {
    let quoted = |term: String| format!("\"{}\"", term.replace('"', "\"\""));
    terms(folded).into_iter().map(quoted).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn every_text_that_a_filter_sees_is_there() {
        let text = content(r#"{"a": "Ünï \"X\"", "n": 1.50, "o": {"k": ["Deep\u0041", null]}, "nil": null}"#);
        for part in ["ünï \"x\"", "1.50", "deepa", r#"{"k": ["deep\u0041", null]}"#] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(content("[1"), "");
    }
}
