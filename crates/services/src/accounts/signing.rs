//! The keys that sign personal access tokens: made at the first use, sealed in the database (SEC-099, SEC-202), and exchanged
//! by commands while servers run (SEC-201).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use labelkeep_crypt::jwt::{TokenError, VerifiedToken, named_key};
use labelkeep_crypt::{Place, SigningKey, SigningKeys};
use labelkeep_store::accounts::signing_keys as store;
use labelkeep_store::accounts::tokens;
use labelkeep_store::audit;
use serde_json::json;

use super::TokenKind;
use crate::{Result, ServiceError, Services};

/// How long a server goes by the keys that it has read: a new one signs, and a removed one opens nothing, after this time
/// (SEC-100).
const LIFE: Duration = Duration::from_secs(5);
/// How soon a key that is not known is looked for again: whoever invents keys must not make a look-up of each.
const AGAIN: Duration = Duration::from_millis(200);
/// How long after a newer key came a key may still have signed access tokens that live, in microseconds: their five minutes,
/// and as long again for servers whose clocks differ.
const REMEMBERED: i64 = 600_000_000;

/// The keys, from memory when they were read a moment ago.
pub(super) async fn keys(services: &Services) -> Result<Arc<SigningKeys>> {
    match known(services, LIFE) {
        Some(keys) => Ok(keys),
        None => load(services).await,
    }
}

fn known(services: &Services, life: Duration) -> Option<Arc<SigningKeys>> {
    let known = services.cache.signing.read().unwrap_or_else(PoisonError::into_inner);
    let (at, keys) = known.as_ref()?;
    (at.elapsed() < life).then(|| keys.clone())
}

/// Runs a verification. A key that is not known may have been made a moment ago: the keys are read again.
pub(super) async fn verify(
    services: &Services,
    check: impl Fn(&SigningKeys) -> Result<VerifiedToken, TokenError>,
) -> Result<Option<VerifiedToken>> {
    match check(&*keys(services).await?) {
        Ok(verified) => Ok(Some(verified)),
        Err(TokenError::UnknownKey) if known(services, AGAIN).is_none() => Ok(check(&*load(services).await?).ok()),
        Err(_) => Ok(None),
    }
}

async fn load(services: &Services) -> Result<Arc<SigningKeys>> {
    let read_at = Instant::now();
    let mut rows = store::all(&services.db).await?;
    if rows.is_empty() {
        let key = SigningKey::generate();
        let (id, sealed) = (key.id().to_owned(), services.keys.seal(place(key.id()), key.to_pkcs8()));
        let now = services.now();
        services
            .db
            .write(move |tx| Box::pin(async move { store::insert_first(tx, &id, &sealed, now).await }))
            .await?;
        rows = store::all(&services.db).await?;
    }
    let mut keys = Vec::with_capacity(rows.len());
    for (id, sealed) in rows {
        let pkcs8 = services
            .keys
            .open(place(&id), &sealed)
            .map_err(|error| ServiceError::Internal(format!("signing key {id}: {error}")))?;
        keys.push(SigningKey::from_pkcs8(id, &pkcs8).map_err(|error| ServiceError::Internal(error.to_string()))?);
    }
    let mut keys = keys.into_iter();
    let first = keys
        .next()
        .ok_or_else(|| ServiceError::Internal("no signing key".to_owned()))?;
    let keys = Arc::new(SigningKeys::new(first, keys));
    let mut known = services.cache.signing.write().unwrap_or_else(PoisonError::into_inner);
    *known = Some((read_at, keys.clone()));
    drop(known);
    Ok(keys)
}

/// A key that signs or has signed tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyState {
    /// What headers of tokens call it.
    pub id: String,
    /// When it was made, in microseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// Living refresh tokens that it has signed.
    pub tokens: u64,
}

/// The keys, newest first: the first signs, the others verify what they have signed.
pub async fn signing_keys(services: &Services) -> Result<Vec<SigningKeyState>> {
    let mut signed: BTreeMap<String, u64> = BTreeMap::new();
    for listed in tokens::all_listed(&services.db, TokenKind::Refresh.word(), services.now()).await? {
        if let Some(key) = named_key(&listed) {
            *signed.entry(key).or_default() += 1;
        }
    }
    let rows = store::made(&services.db).await?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at)| SigningKeyState {
            tokens: signed.get(&id).copied().unwrap_or_default(),
            id,
            created_at,
        })
        .collect())
}

/// A new key signs from now on; gives its id, and how many refresh tokens were ended. Tokens of the old keys go on, unless
/// `end_tokens`: then the old keys are removed, and everybody makes a new token. That is for keys that somebody else may have.
pub async fn rotate_signing_key(services: &Services, end_tokens: bool) -> Result<(String, u64)> {
    let key = SigningKey::generate();
    let id = key.id().to_owned();
    let (new, sealed) = (id.clone(), services.keys.seal(place(key.id()), key.to_pkcs8()));
    let now = services.now();
    let ended = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::insert(tx, &new, &sealed, now).await?;
                let mut ended = 0;
                if end_tokens {
                    store::delete_others(tx, &new).await?;
                    ended = tokens::revoke_kind(tx, TokenKind::Refresh.word(), now).await?;
                }
                let detail = json!({ "key": new, "ended_tokens": ended }).to_string();
                audit::record(tx, &console(), "keys.rotate_signing", "", &detail, now).await?;
                Ok::<_, ServiceError>(ended)
            })
        })
        .await?;
    services.cache.forget_signing_keys();
    Ok((id, ended))
}

/// Removes keys whose tokens are all over; gives their ids.
pub async fn retire_signing_keys(services: &Services) -> Result<Vec<String>> {
    let now = services.now();
    let keys = signing_keys(services).await?;
    let over: Vec<String> = keys
        .windows(2)
        .filter(|pair| pair[1].tokens == 0 && pair[0].created_at + REMEMBERED < now)
        .map(|pair| pair[1].id.clone())
        .collect();
    if over.is_empty() {
        return Ok(over);
    }
    let gone = over.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                for id in &gone {
                    store::delete(tx, id).await?;
                }
                let detail = json!({ "keys": gone }).to_string();
                audit::record(tx, &console(), "keys.retire_signing", "", &detail, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.cache.forget_signing_keys();
    Ok(over)
}

fn console() -> audit::Origin {
    audit::Origin {
        address: "console".to_owned(),
        ..audit::Origin::default()
    }
}

fn place(id: &str) -> Place<'_> {
    Place {
        organization: 0,
        table: "signing_key",
        column: "sealed",
        row: id,
    }
}
