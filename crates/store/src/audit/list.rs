//! Reading the log: one organization's entries by their place in its chain.

use super::AuditRow;
use crate::builder::{Parts, like_escape};
use crate::{Columns, Db, Result, Row, args};

/// What is looked for; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The tenant; always.
    pub organization_id: i64,
    /// Who acted.
    pub account_id: Option<i64>,
    /// With which token.
    pub token_id: Option<i64>,
    /// In which project.
    pub project_id: Option<i64>,
    /// In a project of this workspace.
    pub workspace_id: Option<i64>,
    /// One of these actions; empty: all.
    pub actions: Vec<String>,
    /// Exactly this object.
    pub object: Option<String>,
    /// Method of the request.
    pub method: Option<String>,
    /// ok | denied | failed
    pub result: Option<String>,
    /// From this time on, in microseconds since 1970-01-01 UTC.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Part of action, object, route, address or the actor's e-mail address.
    pub search: Option<String>,
    /// Clients whose address has the part that is looked for (see [`super::personal`]).
    pub clients: Vec<String>,
}

impl Filter {
    /// Whether nothing but the tenant is asked for.
    pub fn is_everything(&self) -> bool {
        let Filter {
            organization_id: _,
            account_id: None,
            token_id: None,
            project_id: None,
            workspace_id: None,
            actions,
            object: None,
            method: None,
            result: None,
            since: None,
            until: None,
            search: None,
            clients: _,
        } = self
        else {
            return false;
        };
        actions.is_empty()
    }
}

/// A stretch of a chain: `from < sequence < before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The last entry that does not belong to it, at the lower end.
    pub from: i64,
    /// The first that does not belong to it, at the upper end.
    pub before: i64,
}

/// An entry with its place in the chain.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// Number of the entry.
    pub sequence: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The entry.
    pub entry: AuditRow,
}

impl Row for ListedRow {
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
        Ok(ListedRow {
            sequence: columns.named("sequence")?,
            hash: columns.named("hash")?,
            entry: AuditRow::read(columns)?,
        })
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest entry first.
    NewestFirst,
    /// The oldest entry first.
    OldestFirst,
}

/// Entries of a stretch that the filter lets through.
pub async fn read(
    db: &Db,
    filter: &Filter,
    stretch: Stretch,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<ListedRow>> {
    let mut parts = Parts::new("SELECT c.sequence, c.hash, a.* ", args![]);
    condition(&mut parts, filter, stretch);
    parts.push(
        match order {
            Order::NewestFirst => " ORDER BY c.sequence DESC LIMIT ? OFFSET ?",
            Order::OldestFirst => " ORDER BY c.sequence LIMIT ? OFFSET ?",
        },
        args![limit, offset],
    );
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// How many entries of a stretch the filter lets through; counts to `most`.
pub async fn count(db: &Db, filter: &Filter, stretch: Stretch, most: i64) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*) FROM (SELECT 1 ", args![]);
    condition(&mut parts, filter, stretch);
    parts.push(" LIMIT ?) AS found", args![most]);
    let (sql, args) = parts.finish();
    let (number,): (i64,) = db.one(sql, args).await?;
    Ok(number)
}

/// Entries of actions that are not routine: read by the index that saves have no part in. `before` is an id of `audit`.
pub async fn read_notable(db: &Db, filter: &Filter, before: i64, limit: i64) -> Result<Vec<ListedRow>> {
    let mut parts = Parts::new(
        "SELECT c.sequence, c.hash, a.* FROM audit a JOIN audit_chain c ON c.audit_id = a.id
         WHERE a.routine = FALSE AND a.organization_id = ? AND a.id < ?",
        args![filter.organization_id, before],
    );
    narrow(&mut parts, filter);
    parts.push(" ORDER BY a.id DESC LIMIT ?", args![limit]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Actions that the organization's log has, besides the routine ones: read by skipping from one to the next.
pub async fn actions(db: &Db, organization_id: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = db
        .all(
            "WITH RECURSIVE found (action) AS (
                SELECT MIN(action) FROM audit WHERE organization_id = $1 AND routine = FALSE
                UNION ALL
                SELECT (SELECT MIN(a.action) FROM audit a
                    WHERE a.organization_id = $1 AND a.routine = FALSE AND a.action > found.action)
                FROM found WHERE found.action IS NOT NULL)
             SELECT action FROM found WHERE action IS NOT NULL LIMIT 1000",
            args![organization_id],
        )
        .await?;
    Ok(rows.into_iter().map(|(action,)| action).collect())
}

/// Titles of projects that the viewer may know: not those in other people's sandboxes.
pub async fn project_titles(db: &Db, organization_id: i64, viewer: i64, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let mut parts = Parts::new(
        "SELECT id, title FROM project WHERE organization_id = ? AND deleted_at IS NULL
         AND (sandbox_of IS NULL OR sandbox_of = ?) AND id IN ",
        args![organization_id, viewer],
    );
    parts.push_list(ids);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

fn condition(parts: &mut Parts, filter: &Filter, stretch: Stretch) {
    parts.push(
        "FROM audit_chain c JOIN audit a ON a.id = c.audit_id
         WHERE c.organization_id = ? AND c.sequence > ? AND c.sequence < ?",
        args![filter.organization_id, stretch.from, stretch.before],
    );
    narrow(parts, filter);
}

fn narrow(parts: &mut Parts, filter: &Filter) {
    let numbers = [
        (" AND a.account_id = ?", filter.account_id),
        (" AND a.token_id = ?", filter.token_id),
        (" AND a.project_id = ?", filter.project_id),
        (
            " AND a.project_id IN (SELECT id FROM project WHERE workspace_id = ?)",
            filter.workspace_id,
        ),
        (" AND a.at >= ?", filter.since),
        (" AND a.at < ?", filter.until),
    ];
    for (text, value) in numbers {
        if let Some(value) = value {
            parts.push(text, args![value]);
        }
    }
    let texts = [
        (" AND a.object = ?", &filter.object),
        (" AND a.method = ?", &filter.method),
        (" AND a.result = ?", &filter.result),
    ];
    for (text, value) in texts {
        if let Some(value) = value {
            parts.push(text, args![value]);
        }
    }
    if let Some((first, others)) = filter.actions.split_first() {
        parts.push(" AND a.action IN (?", args![first]);
        for action in others {
            parts.push(", ?", args![action]);
        }
        parts.push(")", args![]);
    }
    if let Some(search) = &filter.search {
        let pattern = format!("%{}%", like_escape(&search.to_lowercase()));
        parts.push(
            r" AND (LOWER(a.action) LIKE ? ESCAPE '\' OR LOWER(a.object) LIKE ? ESCAPE '\' OR LOWER(a.route) LIKE ? ESCAPE '\'
                OR a.address LIKE ? ESCAPE '\'
                OR a.account_id IN (SELECT id FROM account WHERE LOWER(email) LIKE ? ESCAPE '\')",
            args![&pattern, &pattern, &pattern, &pattern, &pattern],
        );
        if let Some((first, others)) = filter.clients.split_first() {
            parts.push(" OR a.address IN (?", args![first]);
            for client in others {
                parts.push(", ?", args![client]);
            }
            parts.push(")", args![]);
        }
        parts.push(")", args![]);
    }
}
