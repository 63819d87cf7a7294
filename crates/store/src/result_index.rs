//! The index of annotation results: which tasks may hold a text in them. It gives candidates; the filter itself decides.
//!
//! No save pays for it. A job fills it behind them, in the order of ids; what was added since is read, and what was changed since is
//! found in the log of annotations. A project has an index once a filter has asked for one.

use crate::builder::{BulkInsert, Parts, like_escape, over};
use crate::db::Dialect;
use crate::text_index::terms;
use crate::{Db, Result, Tx, args, row};

row! {
    /// How far the index of a project reaches.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ResultIndex {
        /// Every annotation of the project up to this one is in it…
        pub until_id: i64,
        /// …as it was at this entry of the log.
        pub log_id: i64,
        /// How many annotations are in it, while it is filled.
        pub done: i64,
    }
}

/// Ids that one step looks through, whosever they are.
const STRETCH: i64 = 20_000;

/// How far the index of a project reaches; none when nobody has asked for it.
pub async fn find(db: &Db, project_id: i64) -> Result<Option<ResultIndex>> {
    db.optional(
        "SELECT until_id, log_id, done FROM result_index WHERE project_id = $1",
        args![project_id],
    )
    .await
}

/// How many annotations and entries of the log, of all projects, are behind what the index has.
pub async fn behind(db: &Db, index: ResultIndex) -> Result<i64> {
    let (annotations, log): (i64, i64) = db
        .one(
            "SELECT COALESCE((SELECT MAX(id) FROM annotation), 0), COALESCE((SELECT MAX(id) FROM annotation_log), 0)",
            args![],
        )
        .await?;
    Ok((annotations - index.until_id).max(log - index.log_id))
}

/// Begins the index of the locked project, if it has none.
pub async fn begin(tx: &mut Tx, project_id: i64) -> Result<()> {
    // What the log says up to now is in the annotations that are read from now on.
    tx.execute(
        "INSERT INTO result_index (project_id, until_id, log_id)
         VALUES ($1, 0, COALESCE((SELECT MAX(id) FROM annotation_log), 0)) ON CONFLICT (project_id) DO NOTHING",
        args![project_id],
    )
    .await?;
    Ok(())
}

/// Takes up to `limit` further annotations of the locked project into its index, and what has changed of those that it has; gives
/// how many annotations it has then, and whether that is all. Nobody saves in a locked project, so that all ids below the highest are
/// there to be seen.
pub async fn fill(tx: &mut Tx, project_id: i64, limit: i64) -> Result<(i64, bool)> {
    let index: ResultIndex = tx
        .one(
            "SELECT until_id, log_id, done FROM result_index WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    let (last, last_log): (i64, i64) = tx
        .one(
            "SELECT COALESCE((SELECT MAX(id) FROM annotation), 0), COALESCE((SELECT MAX(id) FROM annotation_log), 0)",
            args![],
        )
        .await?;
    let end = last.min(index.until_id + STRETCH);
    let found: Vec<(i64, String)> = tx
        .all(
            "SELECT id, result FROM annotation WHERE project_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4",
            args![project_id, index.until_id, end, limit],
        )
        .await?;
    let number = found.len() as i64;
    let until = match found.last() {
        Some((id, _)) if number == limit => *id,
        _ => end.max(index.until_id),
    };
    insert(tx, project_id, found).await?;
    let mut log = index.log_id;
    if until == last {
        let end = last_log.min(log + STRETCH);
        let changed: Vec<(i64, i64)> = tx
            .all(
                "SELECT id, annotation_id FROM annotation_log WHERE project_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4",
                args![project_id, log, end, limit],
            )
            .await?;
        log = match changed.last() {
            Some((id, _)) if changed.len() as i64 == limit => *id,
            _ => end.max(log),
        };
        let mut ids: Vec<i64> = changed.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        let (sql, args) = over("SELECT id, result FROM annotation WHERE id IN ", &ids, "");
        let changed: Vec<(i64, String)> = tx.all(sql, args).await?;
        insert(tx, project_id, changed).await?;
    }
    tx.execute(
        "UPDATE result_index SET until_id = $2, log_id = $3, done = done + $4 WHERE project_id = $1",
        args![project_id, until, log, number],
    )
    .await?;
    Ok((index.done + number, until == last && log == last_log))
}

/// Takes annotations in that no log tells of: they come back from the trash.
pub(crate) async fn refresh(tx: &mut Tx, project_id: i64, ids: &[i64]) -> Result<()> {
    let index: Option<(i64,)> = tx
        .optional(
            "SELECT until_id FROM result_index WHERE project_id = $1",
            args![project_id],
        )
        .await?;
    if index.is_none() {
        return Ok(());
    }
    let (sql, args) = over("SELECT id, result FROM annotation WHERE id IN ", ids, "");
    let rows = tx.all(sql, args).await?;
    insert(tx, project_id, rows).await
}

async fn insert(tx: &mut Tx, project_id: i64, rows: Vec<(i64, String)>) -> Result<()> {
    let mut insert = match tx.dialect() {
        Dialect::Sqlite => BulkInsert::new(
            "INSERT OR REPLACE INTO result_text (rowid, content)",
            "(#1, #2)",
            "",
            args![],
        ),
        Dialect::Postgres => BulkInsert::new(
            "INSERT INTO result_text (annotation_id, project_id, content)",
            "(#1, $1, #2)",
            "ON CONFLICT (annotation_id) DO UPDATE SET content = excluded.content",
            args![project_id],
        ),
    };
    for (id, result) in rows {
        insert.push([id.into(), result.into()]);
    }
    if insert.is_empty() {
        return Ok(());
    }
    tx.insert(insert).await
}

/// Statements that give the tasks with the text in an annotation's result: those that the index has, those that are new, and those
/// that have changed.
pub(crate) fn candidates(dialect: Dialect, project_id: i64, index: ResultIndex, text: &str) -> [Parts; 3] {
    let indexed = match dialect {
        // Named first, and joined so, the index is read first.
        Dialect::Sqlite => Parts::new(
            "SELECT annotation.task_id FROM result_text CROSS JOIN annotation
             WHERE result_text MATCH ? AND result_text.rowid <= ? AND annotation.id = result_text.rowid
                AND annotation.project_id = ? AND instr(annotation.result, ?) > 0",
            args![distinctive(text), index.until_id, project_id, text],
        ),
        Dialect::Postgres => Parts::new(
            "SELECT annotation.task_id FROM result_text JOIN annotation ON annotation.id = result_text.annotation_id
             WHERE result_text.project_id = ? AND result_text.content LIKE ?",
            args![project_id, format!("%{}%", like_escape(text))],
        ),
    };
    let new = Parts::new(
        "SELECT task_id FROM annotation WHERE id > ? AND project_id = ? AND instr(result, ?) > 0",
        args![index.until_id, project_id, text],
    );
    // A join would read all annotations: first, or for a Bloom filter of their ids.
    let changed = Parts::new(
        "SELECT task_id FROM annotation
         WHERE id IN (SELECT annotation_id FROM annotation_log WHERE id > ? AND project_id = ?) AND instr(result, ?) > 0",
        args![index.log_id, project_id, text],
    );
    [indexed, new, changed]
}

/// What nearly every result holds: its trigrams tell nothing.
const COMMON: &str = r#"[{"id":"","from_name":"","to_name":"","type":"","value":{"text":["choices":["labels":["rectanglelabels":["polygonlabels":["
"original_width":,"original_height":,"image_rotation":0,"rotation":0,"width":,"height":,"x":,"y":,"start":,"end":,"origin":"manual"
"]},"]}},}]"#;
/// Most trigrams that are asked for: each is a list of annotations to be read to its end.
const TERMS: usize = 6;

/// The trigrams of a text that tell most.
fn distinctive(text: &str) -> String {
    let mut found = terms(text);
    let (telling, common): (Vec<_>, Vec<_>) = found.drain(..).partition(|term| !COMMON.contains(term.as_str()));
    let chosen = if telling.is_empty() { common } else { telling };
    // Taken from all over the text: neighbours tell nearly the same.
    let step = chosen.len().div_ceil(TERMS).max(1);
    let chosen: Vec<String> = chosen
        .into_iter()
        .step_by(step)
        .map(|term| format!("\"{}\"", term.replace('"', "\"\"")))
        .collect();
    chosen.join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::distinctive;

    #[test]
    fn what_every_result_holds_is_not_asked_for_unless_there_is_nothing_else() {
        assert_eq!(distinctive(r#""neg""#), r#""""ne" AND "eg""" AND "neg""#);
        assert_eq!(distinctive("alue"), r#""alu" AND "lue""#);
        assert_eq!(distinctive(&"abcdefghijklmnopq".repeat(3)).matches(" AND ").count(), 5);
    }
}
