//! Which tasks name a file of a storage: those that came of it, and those whose data says its address.

use std::time::Duration;

use crate::builder::{Parts, like_escape};
use crate::db::Dialect;
use crate::sqlite_functions::fold;
use crate::tasks::VISIBLE;
use crate::text_index::{CHARACTERS, trigrams};
use crate::{Db, Result, args, row, text_index};

/// Whose tasks count: all of a project, or those that are assigned to a person for annotation.
#[derive(Debug, Clone, Copy)]
pub struct Among {
    /// The project.
    pub project_id: i64,
    /// The person.
    pub assigned_to: Option<i64>,
}

impl Among {
    fn push(self, parts: &mut Parts) {
        parts.push(VISIBLE, args![self.project_id]);
        if let Some(account_id) = self.assigned_to {
            parts.push(
                " AND task.id IN (SELECT task_id FROM task_assignment WHERE project_id = ? AND account_id = ? AND kind = 'AN')",
                args![self.project_id, account_id],
            );
        }
    }
}

/// Whether a task came of an object.
pub async fn came_of(db: &Db, among: Among, storage_id: i64, key: &str) -> Result<bool> {
    let mut parts = Parts::new(
        "SELECT task.id FROM storage_task JOIN task ON task.id = storage_task.task_id
         WHERE storage_task.storage_id = ? AND storage_task.object_key = ?",
        args![storage_id, key],
    );
    among.push(&mut parts);
    parts.push(" LIMIT 1", args![]);
    let (sql, args) = parts.finish();
    Ok(db.optional::<(i64,)>(sql, args).await?.is_some())
}

row! {
    /// A task that may name a file; whether it does, its data says.
    #[derive(Debug, Clone)]
    pub struct Candidate {
        /// The task.
        pub id: i64,
        /// Its data.
        pub data: String,
    }
}

/// A part of an address in each of the ways in which it may be written; one spelling has at least [`CHARACTERS`] characters.
pub type Spellings = Vec<String>;

/// The next tasks behind `after`, in the order of ids, whose data has each of the parts in one of its spellings; none when that takes
/// longer than `within`. The index of texts is asked where there is one; what is not in it yet is read as it is written.
pub async fn candidates(
    db: &Db,
    among: Among,
    parts: &[Spellings],
    after: i64,
    limit: i64,
    within: Duration,
) -> Result<Option<Vec<Candidate>>> {
    let index = text_index::find(db, among.project_id).await?;
    let until = index.map_or(0, |index| index.until);
    let mut found = Vec::new();
    if let Some(index) = index.filter(|_| after < until) {
        let mut statement = begin(among, after.max(index.from - 1));
        statement.push(" AND task.id <= ?", args![until]);
        push_indexed(&mut statement, db.dialect(), among.project_id, parts);
        let Some(rows) = read(db, statement, limit, within).await? else {
            return Ok(None);
        };
        found = rows;
    }
    let missing = limit - found.len() as i64;
    if missing > 0 {
        let mut statement = begin(among, after.max(until));
        for spellings in parts {
            statement.push(" AND (FALSE", args![]);
            for spelling in spellings {
                statement.push(" OR instr(task.data, ?) > 0", args![spelling.as_str()]);
            }
            statement.push(")", args![]);
        }
        let Some(rows) = read(db, statement, missing, within).await? else {
            return Ok(None);
        };
        found.extend(rows);
    }
    Ok(Some(found))
}

fn begin(among: Among, after: i64) -> Parts {
    let mut statement = Parts::new(
        "SELECT task.id, task.data FROM task WHERE task.project_id = ? AND task.id > ?",
        args![among.project_id, after],
    );
    among.push(&mut statement);
    statement
}

async fn read(db: &Db, mut statement: Parts, limit: i64, within: Duration) -> Result<Option<Vec<Candidate>>> {
    statement.push(" ORDER BY task.id LIMIT ?", args![limit]);
    let (sql, args) = statement.finish();
    db.all_beside(sql, args, Some(within)).await
}

/// The index keeps texts as they read, folded.
fn push_indexed(statement: &mut Parts, dialect: Dialect, project_id: i64, parts: &[Spellings]) {
    let folded = |spellings: &Spellings| -> Vec<String> {
        let long = spellings.iter().map(|text| fold(text));
        long.filter(|text| text.chars().count() >= CHARACTERS).collect()
    };
    match dialect {
        Dialect::Sqlite => {
            let of_part = |spellings: &Spellings| {
                let terms: Vec<String> = folded(spellings)
                    .iter()
                    .map(|text| format!("({})", trigrams(text)))
                    .collect();
                format!("({})", terms.join(" OR "))
            };
            let wanted: Vec<String> = parts.iter().map(of_part).collect();
            statement.push(
                " AND task.id IN (SELECT rowid FROM task_text WHERE task_text MATCH ?)",
                args![wanted.join(" AND ")],
            );
        }
        Dialect::Postgres => {
            statement.push(
                " AND task.id IN (SELECT task_id FROM task_text WHERE project_id = ?",
                args![project_id],
            );
            for spellings in parts {
                statement.push(" AND (FALSE", args![]);
                for text in folded(spellings) {
                    statement.push(" OR content LIKE ?", args![format!("%{}%", like_escape(&text))]);
                }
                statement.push(")", args![]);
            }
            statement.push(")", args![]);
        }
    }
}
