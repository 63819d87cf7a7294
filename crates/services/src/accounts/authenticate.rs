//! From a credential to an actor.

use std::net::IpAddr;
use std::sync::Arc;

use labelkeep_crypt::secret::hash_secret;
use labelkeep_policy::{Actor, Role, Roles, Rules, SWITCHES, Scope};
use labelkeep_store::accounts::{self as store, HolderRow};

use super::signing;
use crate::{Result, Services};

/// What a request brings.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// The value of the session cookie.
    Session(&'a str),
    /// A legacy token.
    Legacy(&'a str),
    /// An access token (JWT).
    Access(&'a str),
}

/// Why a credential is not accepted. What exactly is wrong with a token nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// No such session, or it has ended.
    Session,
    /// No such token, or it is over or revoked.
    Token,
    /// The organization does not accept legacy tokens.
    LegacyDisabled,
    /// Too many failures from this address; seconds to wait.
    TooMany(u64),
}

/// Somebody who has proven who they are, and how.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// How.
    pub proof: Proof,
    /// How they stand to second factors.
    pub factor: super::FactorStanding,
}

/// How somebody has proven who they are.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A browser session.
    Session {
        /// SHA-256 of the cookie's value: the session's row.
        id_hash: [u8; 32],
        /// What the session's CSRF tokens are made of.
        csrf: super::CsrfSecret,
    },
    /// A legacy token; the row's id is in the actor.
    Legacy,
    /// An access token; the row of its refresh token is in the actor.
    Access,
}

/// What the cache keeps.
pub(super) struct Holder {
    pub(super) row: HolderRow,
    rules: Arc<Rules>,
    proof: Proof,
    factor: super::FactorStanding,
    token_id: Option<i64>,
    /// The end of this credential whatever the database says, in microseconds.
    expires_at: i64,
}

/// Most bytes of a credential that are looked at.
const MAX_LENGTH: usize = 4_096;
/// How exactly times of last use are kept, in microseconds.
const TOUCH_EVERY: i64 = 60_000_000;

/// Whose credential this is.
pub async fn authenticate(
    services: &Services,
    credential: Credential<'_>,
    address: IpAddr,
) -> Result<Result<Caller, Refused>> {
    let (kind, text) = match credential {
        Credential::Session(text) => ("session ", text),
        Credential::Legacy(text) => ("legacy ", text),
        Credential::Access(text) => ("access ", text),
    };
    if text.is_empty() || text.len() > MAX_LENGTH {
        return Ok(Err(refusal(services, credential, address)));
    }
    let key = hash_secret(&format!("{kind}{text}"));
    let now = services.now();
    if let Some(holder) = services.cache.get(&key).filter(|holder| now < holder.expires_at) {
        return Ok(Ok(caller(&holder, address)));
    }
    let generation = services.cache.generation();
    let found = match credential {
        Credential::Session(text) => session(services, text, now).await?,
        Credential::Legacy(text) => legacy(services, text, now).await?,
        Credential::Access(text) => access(services, text, now).await?,
    };
    Ok(match found {
        Ok(holder) => {
            let holder = Arc::new(holder);
            services.cache.put(key, holder.clone(), generation);
            Ok(caller(&holder, address))
        }
        Err(Refused::Token) => Err(refusal(services, credential, address)),
        Err(refused) => Err(refused),
    })
}

fn refusal(services: &Services, credential: Credential<'_>, address: IpAddr) -> Refused {
    match credential {
        // An ended session is everyday life, not guessing: 256 bits are not guessed.
        Credential::Session(_) => Refused::Session,
        Credential::Legacy(_) | Credential::Access(_) => {
            services.cache.failed(address).map_or(Refused::Token, Refused::TooMany)
        }
    }
}

fn caller(holder: &Holder, address: IpAddr) -> Caller {
    let row = &holder.row;
    Caller {
        actor: Actor {
            account_id: row.account_id,
            organization_id: row.organization_id,
            role: Role::from_word(&row.role),
            rules: holder.rules.clone(),
            token_id: holder.token_id,
            scope: Scope::default(),
            email: row.email.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            address: address.to_string(),
        },
        proof: holder.proof.clone(),
        factor: holder.factor,
    }
}

async fn session(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let id_hash = hash_secret(text);
    let Some(row) = store::sessions::find(&services.db, &id_hash).await? else {
        return Ok(Err(Refused::Session));
    };
    let Some(holder) = store::holder(&services.db, row.account_id).await? else {
        return Ok(Err(Refused::Session));
    };
    let (idle, oldest) = super::sessions::limits(services, &holder);
    let expires_at = (row.last_seen_at + idle).min(row.created_at + oldest);
    let (Some(csrf), true) = (super::CsrfSecret::from_bytes(&row.csrf_secret), now < expires_at) else {
        return Ok(Err(Refused::Session));
    };
    if now - row.last_seen_at > TOUCH_EVERY {
        let account_id = row.account_id;
        note(services, move |tx| {
            Box::pin(async move {
                store::sessions::touch(tx, &id_hash, now).await?;
                store::touch(tx, account_id, now).await
            })
        });
    }
    // The use that is noted now counts at once.
    let expires_at = (now + idle).min(row.created_at + oldest);
    Ok(Ok(Holder {
        rules: rules(services, holder.organization_id).await?,
        factor: super::FactorStanding::of(&holder, row.factor.is_some()),
        row: holder,
        proof: Proof::Session { id_hash, csrf },
        token_id: None,
        expires_at,
    }))
}

async fn legacy(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let Some(token) = store::tokens::alive(&services.db, "legacy", &hash_secret(text), now).await? else {
        return Ok(Err(Refused::Token));
    };
    let Some(holder) = store::holder(&services.db, token.account_id).await? else {
        return Ok(Err(Refused::Token));
    };
    if !holder.legacy_api_tokens_enabled {
        return Ok(Err(Refused::LegacyDisabled));
    }
    note_token(services, &token, now);
    Ok(Ok(Holder {
        rules: rules(services, holder.organization_id).await?,
        factor: super::FactorStanding::of(&holder, false),
        row: holder,
        proof: Proof::Legacy,
        token_id: Some(token.id),
        expires_at: token.expires_at,
    }))
}

async fn access(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let Some(verified) = signing::verify(services, |keys| keys.verify_access(text, now / 1_000_000)).await? else {
        return Ok(Err(Refused::Token));
    };
    // The refresh token that the access token names: revoked means revoked, not "in five minutes" (SEC-100).
    let Some(token) = store::tokens::alive(&services.db, "refresh", &verified.jti_hash, now).await? else {
        return Ok(Err(Refused::Token));
    };
    let Some(holder) = store::holder(&services.db, token.account_id).await? else {
        return Ok(Err(Refused::Token));
    };
    if token.account_id != verified.user_id || !holder.api_tokens_enabled {
        return Ok(Err(Refused::Token));
    }
    note_token(services, &token, now);
    let expires_at = token.expires_at.min(verified.expires_at.saturating_mul(1_000_000));
    Ok(Ok(Holder {
        rules: rules(services, holder.organization_id).await?,
        factor: super::FactorStanding::of(&holder, false),
        row: holder,
        proof: Proof::Access,
        token_id: Some(token.id),
        expires_at,
    }))
}

/// What roles may do in the organization.
async fn rules(services: &Services, organization_id: i64) -> Result<Arc<Rules>> {
    let mut rules = Rules::default();
    for (key, words) in store::organizations::permissions(&services.db, organization_id).await? {
        if let Some(switch) = SWITCHES.iter().find(|switch| switch.key == key) {
            let roles: Vec<Role> = words.split(' ').map(Role::from_word).collect();
            rules.switch(switch, Roles::of(&roles));
        }
    }
    Ok(Arc::new(rules))
}

fn note_token(services: &Services, token: &store::tokens::TokenRow, now: i64) {
    if token.last_used_at.is_some_and(|at| now - at <= TOUCH_EVERY) {
        return;
    }
    let (id, account_id) = (token.id, token.account_id);
    note(services, move |tx| {
        Box::pin(async move {
            store::tokens::touch(tx, id, now).await?;
            store::touch(tx, account_id, now).await
        })
    });
}

/// Writes a time of last use without keeping the request waiting.
fn note<F>(services: &Services, work: F)
where
    F: for<'t> FnOnce(&'t mut labelkeep_store::Tx) -> labelkeep_store::BoxFuture<'t, labelkeep_store::Result<()>>
        + Send
        + 'static,
{
    let services = services.clone();
    tokio::spawn(async move {
        if let Err(error) = services.db.write_unsynced(work).await {
            tracing::warn!(%error, "a time of last use was not noted");
        }
    });
}
