//! From a credential to an actor.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use labelkeep_crypt::secret::{hash_secret, is_api_token};
use labelkeep_policy::{Actor, Role, Roles, Rules, SWITCHES, Scope};
use labelkeep_store::accounts::{self as store, HolderRow, tokens::TokenRow};

use super::{signing, throttle, token_reach};
use crate::{Result, Services};

/// What a request brings.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// The value of the session cookie.
    Session(&'a str),
    /// A legacy token.
    Legacy(&'a str),
    /// A personal token.
    Personal(&'a str),
    /// An access token (JWT).
    Access(&'a str),
}

/// What else is known of a request.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// The client's address.
    pub address: IpAddr,
    /// The client's `User-Agent`.
    pub agent: &'a str,
    /// Sent by a page on its own (polling, a heartbeat): does not keep a session alive (SEC-027).
    pub background: bool,
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
        /// When the person last proved who they are, in microseconds (SEC-032).
        confirmed_at: i64,
        /// The one organization in which it works, when that one's provider began it.
        only_in: Option<i64>,
    },
    /// A token; the row's id is in the actor.
    Token {
        /// Which kind.
        kind: TokenKind,
        /// The end of its life, in microseconds; for an access token that of its refresh token.
        expires_at: i64,
    },
}

/// The kinds of API tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// 40 hexadecimal characters, as old scripts have them.
    Legacy,
    /// A refresh token and the access tokens that are made of it.
    Refresh,
    /// One of several with a name and a scope.
    Personal,
}

impl TokenKind {
    /// The word that database and wire use.
    pub fn word(self) -> &'static str {
        match self {
            TokenKind::Legacy => "legacy",
            TokenKind::Refresh => "refresh",
            TokenKind::Personal => "personal",
        }
    }
}

/// What the cache keeps.
pub(super) struct Holder {
    pub(super) row: HolderRow,
    rules: Arc<Rules>,
    proof: Proof,
    factor: super::FactorStanding,
    token_id: Option<i64>,
    scope: Scope,
    /// The end of this credential whatever is done with it, in microseconds.
    end: i64,
    /// How long it lives without activity, in microseconds; none: as long as it likes.
    idle: Option<i64>,
    /// The last activity that is noted, in microseconds.
    last_seen: AtomicI64,
}

impl Holder {
    fn is_alive(&self, now: i64) -> bool {
        let idle_end = self.idle.map(|idle| self.last_seen.load(Ordering::Relaxed) + idle);
        now < self.end && idle_end.is_none_or(|end| now < end)
    }
}

/// Most bytes of a credential that are looked at.
const MAX_LENGTH: usize = 4_096;
/// How exactly times of last use are kept, in microseconds.
const TOUCH_EVERY: i64 = 60_000_000;
/// Most characters of an agent that are kept.
pub(super) const AGENT_LENGTH: usize = 255;

/// Whose credential this is.
pub async fn authenticate(
    services: &Services,
    credential: Credential<'_>,
    visit: Visit<'_>,
) -> Result<Result<Caller, Refused>> {
    let (kind, text) = match credential {
        Credential::Session(text) => ("session ", text),
        Credential::Legacy(text) => ("legacy ", text),
        Credential::Personal(text) => ("personal ", text),
        Credential::Access(text) => ("access ", text),
    };
    if text.is_empty() || text.len() > MAX_LENGTH {
        return refusal(services, credential, visit.address).await;
    }
    let key = hash_secret(&format!("{kind}{text}"));
    let now = services.now();
    if let Some(holder) = services.cache.get(&key).filter(|holder| holder.is_alive(now)) {
        return Ok(Ok(admit(services, &holder, visit, now)));
    }
    let generation = services.cache.generation();
    let found = match credential {
        Credential::Session(text) => session(services, text, now).await?,
        Credential::Legacy(text) => legacy(services, text, now).await?,
        Credential::Personal(text) => personal(services, text, now).await?,
        Credential::Access(text) => access(services, text, now).await?,
    };
    match found {
        Ok(holder) => {
            let holder = Arc::new(holder);
            services.cache.put(key, holder.clone(), generation);
            Ok(Ok(admit(services, &holder, visit, now)))
        }
        Err(Refused::Token) => refusal(services, credential, visit.address).await,
        Err(refused) => Ok(Err(refused)),
    }
}

async fn refusal(services: &Services, credential: Credential<'_>, address: IpAddr) -> Result<Result<Caller, Refused>> {
    Ok(Err(match credential {
        // An ended session is everyday life, not guessing: 256 bits are not guessed.
        Credential::Session(_) => Refused::Session,
        _ => throttle::guessed(services, address)
            .await?
            .map_or(Refused::Token, Refused::TooMany),
    }))
}

/// The caller; their activity is noted, once a minute.
fn admit(services: &Services, holder: &Holder, visit: Visit<'_>, now: i64) -> Caller {
    let is_session = matches!(holder.proof, Proof::Session { .. });
    let seen = holder.last_seen.load(Ordering::Relaxed);
    let counts = !(is_session && visit.background) && now - seen > TOUCH_EVERY;
    // Of requests at the same moment one notes it.
    let first = || {
        let swapped = holder
            .last_seen
            .compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed);
        swapped.is_ok()
    };
    if counts && first() {
        note(services, holder, visit, now);
    }
    let row = &holder.row;
    Caller {
        actor: Actor {
            account_id: row.account_id,
            organization_id: row.organization_id,
            role: Role::from_word(&row.role),
            rules: holder.rules.clone(),
            token_id: holder.token_id,
            scope: holder.scope.clone(),
            email: row.email.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            address: visit.address.to_string(),
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
    let Some(person) = store::holder_of(&services.db, row.account_id, row.organization_id).await? else {
        return Ok(Err(Refused::Session));
    };
    // Passwords were turned off after it began, or its holder went on to an organization without them (SEC-082).
    if row.organization_id.is_none() && super::sessions::break_glass(&person).is_none() {
        return Ok(Err(Refused::Session));
    }
    let Some(csrf) = super::CsrfSecret::from_bytes(&row.csrf_secret) else {
        return Ok(Err(Refused::Session));
    };
    let (idle, oldest) = super::sessions::limits(services, &person);
    let holder = Holder {
        rules: rules(services, person.organization_id).await?,
        factor: super::FactorStanding::of(&person, row.factor.is_some()),
        row: person,
        proof: Proof::Session {
            id_hash,
            csrf,
            confirmed_at: row.confirmed_at,
            only_in: row.organization_id,
        },
        token_id: None,
        scope: Scope::default(),
        end: row.created_at + oldest,
        idle: Some(idle),
        last_seen: AtomicI64::new(row.last_seen_at),
    };
    Ok(if holder.is_alive(now) {
        Ok(holder)
    } else {
        Err(Refused::Session)
    })
}

async fn legacy(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let kind = TokenKind::Legacy;
    let Some(token) = store::tokens::alive(&services.db, kind.word(), &hash_secret(text), now).await? else {
        return Ok(Err(Refused::Token));
    };
    match person(services, &token).await? {
        Some(person) if !person.legacy_api_tokens_enabled => Ok(Err(Refused::LegacyDisabled)),
        person => bearer(services, person, token, kind, i64::MAX).await,
    }
}

async fn personal(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let kind = TokenKind::Personal;
    if !is_api_token(text) {
        return Ok(Err(Refused::Token));
    }
    let Some(token) = store::tokens::alive(&services.db, kind.word(), &hash_secret(text), now).await? else {
        return Ok(Err(Refused::Token));
    };
    let person = person(services, &token).await?.filter(|row| row.api_tokens_enabled);
    bearer(services, person, token, kind, i64::MAX).await
}

async fn access(services: &Services, text: &str, now: i64) -> Result<Result<Holder, Refused>> {
    let kind = TokenKind::Refresh;
    let Some(verified) = signing::verify(services, |keys| keys.verify_access(text, now / 1_000_000)).await? else {
        return Ok(Err(Refused::Token));
    };
    // The refresh token that the access token names: revoked means revoked, not "in five minutes" (SEC-100).
    let Some(token) = store::tokens::alive(&services.db, kind.word(), &verified.jti_hash, now).await? else {
        return Ok(Err(Refused::Token));
    };
    let person = person(services, &token)
        .await?
        .filter(|row| row.api_tokens_enabled && row.account_id == verified.user_id);
    let end = verified.expires_at.saturating_mul(1_000_000);
    bearer(services, person, token, kind, end).await
}

/// Who stands behind a token, in the organization in which it works.
pub(super) async fn person(services: &Services, token: &TokenRow) -> Result<Option<HolderRow>> {
    match token.organization_id {
        Some(organization) => Ok(store::holder_in(&services.db, token.account_id, organization).await?),
        None => Ok(None),
    }
}

/// What the cache keeps of a token that was found right.
async fn bearer(
    services: &Services,
    person: Option<HolderRow>,
    token: TokenRow,
    kind: TokenKind,
    end: i64,
) -> Result<Result<Holder, Refused>> {
    let Some(row) = person else {
        return Ok(Err(Refused::Token));
    };
    Ok(Ok(Holder {
        rules: rules(services, row.organization_id).await?,
        factor: super::FactorStanding::of(&row, false),
        row,
        proof: Proof::Token {
            kind,
            expires_at: token.expires_at,
        },
        token_id: Some(token.id),
        scope: token_reach::scope(&token),
        end: token.expires_at.min(end),
        idle: None,
        last_seen: AtomicI64::new(token.last_used_at.unwrap_or(0)),
    }))
}

/// What roles may do in the organization.
pub(super) async fn rules(services: &Services, organization_id: i64) -> Result<Arc<Rules>> {
    let mut rules = Rules::default();
    for (key, words) in store::organizations::permissions(&services.db, organization_id).await? {
        if let Some(switch) = SWITCHES.iter().find(|switch| switch.key == key) {
            let roles: Vec<Role> = words.split(' ').map(Role::from_word).collect();
            rules.switch(switch, Roles::of(&roles));
        }
    }
    Ok(Arc::new(rules))
}

/// Writes a time of last use without keeping the request waiting.
fn note(services: &Services, holder: &Holder, visit: Visit<'_>, now: i64) {
    let (account_id, token_id) = (holder.row.account_id, holder.token_id);
    let session = match holder.proof {
        Proof::Session { id_hash, .. } => Some(id_hash),
        Proof::Token { .. } => None,
    };
    let address = visit.address.to_string();
    let agent: String = visit.agent.chars().take(AGENT_LENGTH).collect();
    let services = services.clone();
    tokio::spawn(async move {
        let written: labelkeep_store::Result<()> = services
            .db
            .write_unsynced(move |tx| {
                Box::pin(async move {
                    if let Some(id_hash) = session {
                        store::sessions::touch(tx, &id_hash, now).await?;
                    }
                    if let Some(id) = token_id {
                        store::tokens::touch(tx, id, &address, &agent, now).await?;
                    }
                    store::touch(tx, account_id, now).await
                })
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "a time of last use was not noted");
        }
    });
}
