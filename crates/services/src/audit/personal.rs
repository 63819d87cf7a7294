//! What the log says of persons, so that it can be erased although no entry is ever changed (SEC-220).
//!
//! An entry of somebody names their client (address and agent) by a digest; the client lies beside the log, encrypted with
//! the person's key. Other details of a person stand in the entry itself, encrypted: `{"sealed": …, "person": …}`. The chain
//! covers what the entries say, so that destroying a key leaves it valid.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_crypt::secret::hash_secret;
use labelkeep_crypt::{KeyRing, PersonalKey, Place};
use labelkeep_store::Tx;
use labelkeep_store::audit::personal::{self as store, ClientRow};
use labelkeep_store::audit::{AuditRow, Request};
use serde_json::{Map, Value, json};

use crate::accounts::{DAY, clean_email};
use crate::{Result, ServiceError, Services};

/// How entries begin to name a client.
const CLIENT: &str = "client:";
/// Bytes of the digest that names a client.
const DIGEST: usize = 16;
/// Clients of one account that are told apart; of more (a script that counts up its agent) only the address is kept.
const CLIENTS: i64 = 1_000;
/// Accounts whose clients are kept in memory.
const ACCOUNTS: usize = 10_000;
/// Clients of one account that are kept in memory.
const EACH: usize = 16;
/// Clients that a search looks through.
const SEARCHED: i64 = 10_000;

/// Clients that have been seen today.
#[derive(Default)]
pub(super) struct Seen(Mutex<HashMap<i64, Vec<SeenClient>>>);

struct SeenClient {
    address: IpAddr,
    agent: Box<str>,
    day: i64,
    name: Arc<str>,
}

impl Seen {
    fn get(&self, account_id: i64, address: IpAddr, agent: &str, day: i64) -> Option<Arc<str>> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = accounts
            .get(&account_id)?
            .iter()
            .find(|client| client.day == day && client.address == address && *client.agent == *agent)?;
        Some(found.name.clone())
    }

    fn put(&self, account_id: i64, client: SeenClient) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(&account_id) {
            accounts.clear();
        }
        let clients = accounts.entry(account_id).or_default();
        clients.retain(|other| other.day == client.day);
        if clients.len() >= EACH {
            clients.remove(0);
        }
        clients.push(client);
    }

    pub(super) fn forget(&self, account_id: i64) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.remove(&account_id);
    }
}

/// From now on entries of the request that runs now name its client as the account's. Costs a look into memory but for the
/// first request of a client on a day.
pub async fn introduce(services: &Services, account_id: i64) -> Result<()> {
    let Some((address, agent)) = Request::visitor() else {
        return Ok(());
    };
    let day = services.now().div_euclid(DAY);
    let seen = &services.audit.seen;
    let name = match seen.get(account_id, address, &agent, day) {
        Some(name) => name,
        None => {
            let (again, what) = (services.clone(), agent.clone());
            let name = services
                .db
                .write_unsynced(move |tx| Box::pin(async move { name(tx, &again, account_id, address, &what).await }))
                .await?;
            let client = SeenClient {
                address,
                agent,
                day,
                name: name.clone(),
            };
            seen.put(account_id, client);
            name
        }
    };
    Request::introduce(account_id, name);
    Ok(())
}

/// The same for an account that the transaction has just made or found.
pub(crate) async fn introduce_in(tx: &mut Tx, services: &Services, account_id: i64) -> Result<()> {
    if let Some((address, agent)) = Request::visitor() {
        let name = name(tx, services, account_id, address, &agent).await?;
        Request::introduce(account_id, name);
    }
    Ok(())
}

/// Notes the client beside the log and gives its name there.
async fn name(tx: &mut Tx, services: &Services, account_id: i64, address: IpAddr, agent: &str) -> Result<Arc<str>> {
    let key = key(tx, &services.keys, &account_id.to_string()).await?;
    let client = |agent: &str| {
        let hidden = key.hide(&format!("{address}\n{agent}"));
        (format!("{CLIENT}{}", digest(&URL_SAFE_NO_PAD.encode(&hidden))), hidden)
    };
    let (mut name, mut hidden) = client(agent);
    if !store::is_known(tx, &name).await? && store::client_count(tx, account_id).await? >= CLIENTS {
        (name, hidden) = client("");
    }
    store::seen(tx, &name, account_id, &hidden, services.now()).await?;
    Ok(name.into())
}

/// A detail of an entry, readable for as long as the account's key is there.
pub(crate) async fn hide(tx: &mut Tx, services: &Services, account_id: i64, text: &str) -> Result<Value> {
    hide_for(tx, services, account_id.to_string(), text).await
}

/// The same for an address that may have no account.
pub(crate) async fn hide_address(tx: &mut Tx, services: &Services, email: &str) -> Result<Value> {
    hide_for(tx, services, subject_of(email), email).await
}

async fn hide_for(tx: &mut Tx, services: &Services, subject: String, text: &str) -> Result<Value> {
    let hidden = key(tx, &services.keys, &subject).await?.hide(text);
    Ok(json!({ "person": subject, "sealed": URL_SAFE_NO_PAD.encode(hidden) }))
}

/// Details of an attempt under a typed address. People type passwords into the wrong field: what is nobody's address and
/// does not look like one is not kept, and the address of an account is hidden with its key.
pub(crate) async fn typed_address(
    tx: &mut Tx,
    services: &Services,
    text: &str,
    account_id: Option<i64>,
) -> Result<String> {
    let email = match account_id {
        Some(id) => hide(tx, services, id, text).await?,
        None if clean_email(text).is_ok() => text.into(),
        None => return Ok("{}".to_owned()),
    };
    Ok(json!({ "email": email }).to_string())
}

fn subject_of(email: &str) -> String {
    format!("address:{}", digest(&email.to_lowercase()))
}

fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&hash_secret(text)[..DIGEST])
}

/// Destroys what the log could say of a person: their keys and clients.
pub(crate) async fn erase(tx: &mut Tx, account_id: i64, addresses: &[String]) -> Result<()> {
    let mut subjects: Vec<String> = addresses.iter().map(|email| subject_of(email)).collect();
    subjects.push(account_id.to_string());
    Ok(store::destroy(tx, account_id, &subjects).await?)
}

fn place(subject: &str) -> Place<'_> {
    Place {
        organization: 0,
        table: "audit_person",
        column: "sealed",
        row: subject,
    }
}

async fn key(tx: &mut Tx, keys: &KeyRing, subject: &str) -> Result<PersonalKey> {
    let sealed = store::key(tx, subject, || {
        keys.seal(place(subject), PersonalKey::generate().bytes())
    })
    .await?;
    open(keys, subject, &sealed).ok_or_else(|| {
        ServiceError::Internal("a key of the audit log does not open; is the master key the right one?".to_owned())
    })
}

fn open(keys: &KeyRing, subject: &str, sealed: &[u8]) -> Option<PersonalKey> {
    PersonalKey::from_bytes(&keys.open(place(subject), sealed).ok()?)
}

/// Puts the personal details into entries that are shown. Those that are erased are empty.
pub(super) async fn reveal(services: &Services, entries: &mut [&mut AuditRow]) -> Result<()> {
    let mut names = HashSet::new();
    let mut subjects = HashSet::new();
    for entry in entries.iter() {
        if entry.address.starts_with(CLIENT) {
            names.insert(entry.address.clone());
        }
        if let Some(details) = sealed_details(&entry.detail) {
            subjects.extend(details.values().filter_map(sealed).map(|(person, _)| person.to_owned()));
        }
    }
    if names.is_empty() && subjects.is_empty() {
        return Ok(());
    }
    let clients = store::clients(&services.db, &names.into_iter().collect::<Vec<_>>()).await?;
    subjects.extend(clients.iter().map(|client| client.account_id.to_string()));
    let keys = open_all(services, subjects).await?;
    let clients: HashMap<String, (String, String)> = shown(&keys, clients).collect();
    for entry in entries.iter_mut() {
        if entry.address.starts_with(CLIENT) {
            let client = clients.get(&entry.address).cloned();
            let (address, agent) = client.unwrap_or_default();
            entry.address = address;
            entry.agent = Some(agent).filter(|agent| !agent.is_empty());
        }
        if let Some(mut details) = sealed_details(&entry.detail) {
            for value in details.values_mut() {
                if let Some((person, hidden)) = sealed(value) {
                    let text = keys.get(person).and_then(|key| key.show(&hidden).ok());
                    *value = text.map_or(Value::Null, Value::String);
                }
            }
            entry.detail = Value::Object(details).to_string();
        }
    }
    Ok(())
}

/// Names of the clients in which the text is found.
pub(super) async fn search(services: &Services, organization_id: i64, text: &str) -> Result<Vec<String>> {
    let clients = store::clients_in(&services.db, organization_id, SEARCHED).await?;
    let subjects = clients.iter().map(|client| client.account_id.to_string()).collect();
    let keys = open_all(services, subjects).await?;
    let text = text.to_lowercase();
    let found = shown(&keys, clients).filter(|(_, (address, _))| address.contains(&text));
    Ok(found.map(|(name, _)| name).collect())
}

async fn open_all(services: &Services, subjects: HashSet<String>) -> Result<HashMap<String, PersonalKey>> {
    let rows = store::keys(&services.db, &subjects.into_iter().collect::<Vec<_>>()).await?;
    let keys = rows.into_iter().filter_map(|row| {
        let key = open(&services.keys, &row.subject, &row.sealed)?;
        Some((row.subject, key))
    });
    Ok(keys.collect())
}

/// Clients whose persons' keys are there: name, address, agent.
fn shown(
    keys: &HashMap<String, PersonalKey>,
    clients: Vec<ClientRow>,
) -> impl Iterator<Item = (String, (String, String))> {
    clients.into_iter().filter_map(|client| {
        let text = keys.get(&client.account_id.to_string())?.show(&client.hidden).ok()?;
        let (address, agent) = text.split_once('\n')?;
        Some((client.id, (address.to_owned(), agent.to_owned())))
    })
}

/// The details, when some of them are hidden.
fn sealed_details(detail: &str) -> Option<Map<String, Value>> {
    if !detail.contains("\"sealed\":") {
        return None;
    }
    match serde_json::from_str(detail) {
        Ok(Value::Object(details)) if details.values().any(|value| sealed(value).is_some()) => Some(details),
        _ => None,
    }
}

fn sealed(value: &Value) -> Option<(&str, Vec<u8>)> {
    let hidden = URL_SAFE_NO_PAD.decode(value.get("sealed")?.as_str()?).ok()?;
    Some((value.get("person")?.as_str()?, hidden))
}
