//! Entries and the chain's state on the wire.

use labelkeep_services::audit::{ChainState, ListedRow, Names};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::wire::Time;

#[derive(Serialize)]
struct ActorOut {
    id: i64,
    email: Option<String>,
    first_name: String,
    last_name: String,
}

#[derive(Serialize)]
struct ProjectOut {
    id: i64,
    title: Option<String>,
}

#[derive(Serialize)]
pub(super) struct EntryOut {
    id: i64,
    sequence: i64,
    hash: String,
    at: Time,
    actor: Option<ActorOut>,
    token: Option<i64>,
    address: String,
    agent: Option<String>,
    method: Option<String>,
    route: Option<String>,
    status: Option<i64>,
    action: String,
    object: String,
    project: Option<ProjectOut>,
    result: String,
    detail: Box<RawValue>,
}

impl EntryOut {
    pub(super) fn of(row: ListedRow, names: &Names) -> EntryOut {
        let entry = row.entry;
        EntryOut {
            id: entry.id,
            sequence: row.sequence,
            hash: hex(&row.hash),
            at: Time(entry.at),
            actor: entry.account_id.map(|id| {
                let person = names.people.get(&id);
                ActorOut {
                    id,
                    email: person.map(|person| person.email.clone()),
                    first_name: person.map(|person| person.first_name.clone()).unwrap_or_default(),
                    last_name: person.map(|person| person.last_name.clone()).unwrap_or_default(),
                }
            }),
            token: entry.token_id,
            address: entry.address,
            agent: entry.agent,
            method: entry.method,
            route: entry.route,
            status: entry.status,
            action: entry.action,
            object: entry.object,
            project: entry.project_id.map(|id| ProjectOut {
                id,
                title: names.titles.get(&id).cloned(),
            }),
            result: entry.result,
            detail: detail(entry.detail),
        }
    }
}

/// Details are JSON of ours; what is none is not shown.
pub(super) fn detail(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[derive(Serialize)]
struct CheckpointOut {
    sequence: i64,
    at: Time,
    hash: String,
    key: String,
    pruned: bool,
}

#[derive(Serialize)]
struct KeyOut {
    id: String,
    public_key: String,
}

#[derive(Serialize)]
pub(super) struct ChainOut {
    entries: i64,
    first_sequence: i64,
    last_sequence: i64,
    last_hash: String,
    pending: i64,
    checkpoint: Option<CheckpointOut>,
    public_keys: Vec<KeyOut>,
    retention_days: i64,
}

impl ChainOut {
    pub(super) fn of(state: ChainState) -> ChainOut {
        ChainOut {
            entries: if state.first > 0 {
                state.last + 1 - state.first
            } else {
                0
            },
            first_sequence: state.first,
            last_sequence: state.last,
            last_hash: state.last_hash,
            pending: state.pending,
            checkpoint: state.checkpoint.map(|row| CheckpointOut {
                sequence: row.sequence,
                at: Time(row.at),
                hash: hex(&row.hash),
                key: row.key_id,
                pruned: row.pruned,
            }),
            public_keys: state
                .keys
                .into_iter()
                .map(|(id, key)| KeyOut {
                    id,
                    public_key: hex(&key),
                })
                .collect(),
            retention_days: state.days,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
