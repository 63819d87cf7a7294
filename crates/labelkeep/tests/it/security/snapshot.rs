//! Everything that the database holds, to see that nothing has changed.

use std::collections::BTreeMap;

use labelkeep_testkit::{Engine, Kit};

/// Tables that every request may touch: the log of requests, counts of visits, limits of sign-ins.
const OF_REQUESTS: &[&str] = &[
    "audit",
    "audit_chain",
    "audit_chainer",
    "audit_checkpoint",
    "audit_key",
    "login_attempt",
    "usage_statistic",
];

/// Columns that note the last use of something.
const OF_USE: &[&str] = &[
    "last_activity",
    "last_seen_at",
    "last_used_at",
    "last_used_address",
    "last_used_agent",
];

/// The tables with their columns.
pub(crate) async fn tables(kit: &Kit) -> BTreeMap<String, Vec<String>> {
    let sql = match kit.engine {
        Engine::Sqlite => {
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
    };
    let rows: Vec<(String, String)> = kit.services().db.all(sql, vec![]).await.expect("the tables");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows {
        tables.entry(table).or_default().push(column);
    }
    assert!(tables.len() > 30, "{}", tables.len());
    tables
}

/// The rows of each table as text, in an order of their own.
pub(crate) async fn snapshot(kit: &Kit) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in tables(kit).await {
        if OF_REQUESTS.contains(&table.as_str()) {
            continue;
        }
        let columns: Vec<String> = columns
            .iter()
            .filter(|column| !OF_USE.contains(&column.as_str()))
            .map(|column| match kit.engine {
                Engine::Sqlite => format!("'{column}=' || quote(\"{column}\")"),
                Engine::Postgres => format!("'{column}=' || COALESCE(CAST(\"{column}\" AS text), 'NULL')"),
            })
            .collect();
        // The statement lives as long as the test: statements of the program are constants.
        let sql: &'static str = format!("SELECT {} FROM \"{table}\" ORDER BY 1", columns.join(" || ' ' || ")).leak();
        let rows: Vec<(String,)> = kit.services().db.all(sql, vec![]).await.expect(sql);
        all.insert(table, rows.into_iter().map(|(row,)| row).collect());
    }
    all
}

/// What is in one and not in the other, a line each.
pub(crate) fn difference(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, rows) in before {
        let now = &after[table];
        lines.extend(
            rows.iter()
                .filter(|row| !now.contains(row))
                .map(|row| format!("- {table}: {row}")),
        );
        lines.extend(
            now.iter()
                .filter(|row| !rows.contains(row))
                .map(|row| format!("+ {table}: {row}")),
        );
    }
    lines
}
