//! The audit log: one row in the transaction of each action that is worth knowing (SEC-216, SEC-217), never changed
//! afterwards. What the log says about the request comes from [`Request`]; the hash chain over the rows is in [`chain`], and
//! what it says of persons, apart from the rows, in [`personal`].

pub mod chain;
pub mod checkpoints;
pub mod list;
pub mod personal;
mod request;

pub use request::{Identity, Request, carried};
pub(crate) use request::{current, inside};

use std::borrow::Cow;

use crate::{Arg, Result, Tx, args, row};

/// Who acted, from where, on whose behalf.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The tenant.
    pub organization_id: Option<i64>,
    /// The acting account; none for attempts to sign in.
    pub account_id: Option<i64>,
    /// The API token, if one was used.
    pub token_id: Option<i64>,
    /// The client's address. An entry keeps it only where nobody is known whose it is (see [`Request::introduce`]).
    pub address: String,
    /// Whose client it is that came, when they have not proven to be the account.
    pub claimed: Option<i64>,
}

impl Origin {
    /// Whose personal details the entry would have.
    fn person(&self) -> Option<i64> {
        self.account_id.or(self.claimed)
    }
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Ok,
    /// It was not allowed.
    Denied,
    /// It was not done for another reason.
    Failed,
}

impl Outcome {
    /// The word that the database uses.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Denied => "denied",
            Outcome::Failed => "failed",
        }
    }
}

/// An entry that is written on its own, not by an action's transaction.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who.
    pub origin: Origin,
    /// What was done, as `data.view`.
    pub action: &'static str,
    /// `kind:id`, or empty.
    pub object: String,
    /// The project in which the object is.
    pub project_id: Option<i64>,
    /// Method of the request.
    pub method: Option<&'static str>,
    /// Template of the request's path.
    pub route: Option<String>,
    /// Status of the answer.
    pub status: Option<i64>,
    /// The client's `User-Agent`, cleaned.
    pub agent: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// A JSON object without secrets or task data.
    pub detail: String,
    /// When, in microseconds since 1970-01-01 UTC.
    pub at: i64,
}

row! {
    /// An entry as stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    #[allow(missing_docs)]
    pub struct AuditRow {
        pub id: i64,
        pub organization_id: Option<i64>,
        pub account_id: Option<i64>,
        pub token_id: Option<i64>,
        pub address: String,
        pub action: String,
        pub object: String,
        pub detail: String,
        pub at: i64,
        pub project_id: Option<i64>,
        pub method: Option<String>,
        pub route: Option<String>,
        pub status: Option<i64>,
        pub agent: Option<String>,
        pub result: String,
        pub routine: bool,
    }
}

/// Whether the action is one of those that fill most of the log, saves and views; they are left out of the index by action.
pub fn is_routine(action: &str) -> bool {
    action == "data.view" || (action.starts_with("annotation.") && action != "annotation.delete")
}

/// Appends one row. `object` is `kind:id`; `detail` is a JSON object without secrets or task data. The request that is
/// being answered adds what it knows; the status of its answer is not known yet.
pub async fn record(tx: &mut Tx, origin: &Origin, action: &str, object: &str, detail: &str, at: i64) -> Result<()> {
    let request = current();
    let request = request.as_deref();
    let named = object.strip_prefix("project:").and_then(|id| id.parse().ok());
    let outcome = if action.ends_with(".failed") {
        Outcome::Failed
    } else {
        Outcome::Ok
    };
    let detail = request.map_or(Cow::Borrowed(detail), |request| request.attributed(detail));
    let client = origin.person().map(|id| request.and_then(|request| request.client(id)));
    let (address, agent) = match &client {
        // Rather nothing than what an erasure would not reach.
        Some(client) => (client.as_deref().unwrap_or_default(), None),
        None => (&*origin.address, request.map(|request| &*request.agent)),
    };
    let args = args![
        origin.organization_id,
        origin.account_id,
        origin.token_id,
        address,
        action,
        object,
        &*detail,
        at,
        named.or_else(|| request.and_then(Request::project_id)),
        request.map(|request| request.method),
        request.map(|request| &*request.route),
        None::<i64>,
        agent,
        outcome.word(),
        is_routine(action),
    ];
    append(tx, args).await?;
    if let Some(request) = request {
        request.note_record();
    }
    Ok(())
}

/// Whose log an attempt to sign in belongs to: that of the address's organization; of an address that nobody has, the
/// first one's, whose owner owns the installation.
pub async fn organization_of(tx: &mut Tx, email: &str) -> Result<Option<i64>> {
    let (id,): (Option<i64>,) = tx
        .one(
            "SELECT COALESCE((SELECT active_organization FROM account WHERE email = $1),
                (SELECT MIN(id) FROM organization))",
            args![email],
        )
        .await?;
    Ok(id)
}

/// Appends entries that no action's transaction has written.
pub async fn insert(tx: &mut Tx, entries: Vec<Entry>) -> Result<()> {
    for entry in entries {
        let args = args![
            entry.origin.organization_id,
            entry.origin.account_id,
            entry.origin.token_id,
            entry.origin.address,
            entry.action,
            entry.object,
            entry.detail,
            entry.at,
            entry.project_id,
            entry.method,
            entry.route,
            entry.status,
            entry.agent,
            entry.outcome.word(),
            is_routine(entry.action),
        ];
        append(tx, args).await?;
    }
    Ok(())
}

async fn append(tx: &mut Tx, args: Vec<Arg>) -> Result<()> {
    tx.execute(
        "INSERT INTO audit (organization_id, account_id, token_id, address, action, object, detail, at,
            project_id, method, route, status, agent, result, routine)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args,
    )
    .await?;
    Ok(())
}
