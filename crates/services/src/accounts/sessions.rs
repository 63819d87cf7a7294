//! Signing in and out.

use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_crypt::password::Verdict;
use labelkeep_policy::Role;
use labelkeep_store::Tx;
use labelkeep_store::accounts::{self as store, AccountRow, HolderRow, sessions::SessionRow};
use labelkeep_store::audit::{self, Origin};

use super::authenticate::AGENT_LENGTH;
use super::{Caller, CsrfSecret, Proof, WaitingSignIn, factors, passwords, throttle};
use crate::audit::personal::{introduce, introduce_in, typed_address};
use crate::mail::{self, NOTICE_LIFE, Text};
use crate::{Result, ServiceError, Services, access};

/// Sessions of one person (SEC-033).
pub(super) const MOST: i64 = 50;
const MINUTE: i64 = 60_000_000;

/// Who wants in.
#[derive(Debug)]
pub struct SignIn {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: String,
    /// Keep the session when the browser closes.
    pub persistent: bool,
    /// The client's address.
    pub address: IpAddr,
    /// The client's `User-Agent`.
    pub agent: String,
}

/// A session that was just made. The cookie's value is not stored anywhere.
#[derive(Debug)]
pub struct NewSession {
    /// The cookie's value.
    pub id: Secret,
    /// What its CSRF tokens are made of.
    pub csrf: CsrfSecret,
    /// How long the cookie may stay, in seconds; none: until the browser closes.
    pub cookie_seconds: Option<i64>,
}

/// What came of a sign-in.
#[derive(Debug)]
pub enum SignedIn {
    /// Address and password do not match.
    No,
    /// A session.
    Session(NewSession),
    /// The password is right, and the account has a second factor: no session before that.
    SecondStep(WaitingSignIn),
    /// The password is right, but the organization signs in by its provider.
    ProviderOnly,
}

/// Signs in. Known and unknown addresses take as long and answer alike (SEC-061).
pub async fn sign_in(services: &Services, wish: SignIn) -> Result<SignedIn> {
    let email = wish.email.trim().to_lowercase();
    // What cannot be an address is not worth a row for each spelling.
    let email: String = email.chars().take(255).collect();
    throttle::check(services, &email, wish.address).await?;
    let account = store::by_email(&services.db, &email).await?;
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let verdict = passwords::verify(services, wish.password.clone(), stored).await?;
    let holder = match &account {
        Some(account) if verdict != Verdict::Wrong => store::holder(&services.db, account.id).await?,
        _ => None,
    };
    let account_id = account.as_ref().map(|account| account.id);
    let (Some(account), Some(holder)) = (account, holder) else {
        if let Some(signed_in) = crate::sso::sign_in_by_directory(services, &wish, &email, account_id).await? {
            return Ok(signed_in);
        }
        record_failure(services, email, account_id, wish.address).await?;
        return Ok(SignedIn::No);
    };
    let renewed = match verdict {
        Verdict::RightButOutdated => Some(passwords::hash(services, wish.password.clone()).await?),
        _ => None,
    };
    let Some(break_glass) = break_glass(&holder) else {
        // Guessing goes on being counted: a right password opens nothing here.
        record_failure(services, email, Some(holder.account_id), wish.address).await?;
        return Ok(SignedIn::ProviderOnly);
    };
    if holder.has_factor {
        let waiting = factors::wait(services, &account, wish.persistent, renewed, None).await?;
        return Ok(SignedIn::SecondStep(waiting));
    }
    let (row, session) = draft(services, &account, Some(&holder), &wish);
    introduce(services, account.id).await?;
    let origin = Origin {
        organization_id: Some(holder.organization_id),
        account_id: Some(account.id),
        address: wish.address.to_string(),
        ..Origin::default()
    };
    let now = row.created_at;
    let again = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(hash) = renewed {
                    store::set_password(tx, account.id, &hash, now).await?;
                }
                throttle::succeeded(tx, &account.email).await?;
                let past = break_glass.then_some(account.email.as_str());
                enter(&again, tx, &row, &origin, past).await
            })
        })
        .await?;
    // A session of theirs may just have become one too many.
    services.cache.forget_account(holder.account_id);
    Ok(SignedIn::Session(session))
}

/// Begins a session for somebody whom an identity provider vouches for. A factor of their own is asked for unless the
/// provider has asked for one (`strong`). The session works in the provider's organization alone: what one organization
/// says of somebody opens no other one in which they are a member.
pub(crate) async fn begin_by_provider(
    services: &Services,
    account: &AccountRow,
    (organization_id, provider): (i64, &'static str),
    strong: bool,
    wish: &SignIn,
) -> Result<SignedIn> {
    let Some(holder) = store::holder_in(&services.db, account.id, organization_id).await? else {
        return Ok(SignedIn::No);
    };
    if holder.has_factor && !strong {
        return Ok(SignedIn::SecondStep(
            factors::wait(services, account, wish.persistent, None, Some(organization_id)).await?,
        ));
    }
    let (mut row, session) = draft(services, account, Some(&holder), wish);
    row.organization_id = Some(organization_id);
    row.factor = strong.then(|| "provider".to_owned());
    introduce(services, account.id).await?;
    let origin = Origin {
        organization_id: Some(organization_id),
        account_id: Some(account.id),
        address: wish.address.to_string(),
        ..Origin::default()
    };
    let (now, email) = (row.created_at, account.email.clone());
    let detail = serde_json::json!({ "provider": provider }).to_string();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                throttle::succeeded(tx, &email).await?;
                begin(tx, &row).await?;
                audit::record(tx, &origin, "login", &format!("user:{}", row.account_id), &detail, now).await
            })
        })
        .await?;
    Ok(SignedIn::Session(session))
}

/// `claimed`: the account that has the address.
async fn record_failure(services: &Services, email: String, claimed: Option<i64>, address: IpAddr) -> Result<()> {
    let (now, again) = (services.now(), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                throttle::failed(tx, &email, address, now).await?;
                if let Some(id) = claimed {
                    introduce_in(tx, &again, id).await?;
                }
                let detail = typed_address(tx, &again, &email, claimed).await?;
                let origin = Origin {
                    organization_id: audit::organization_of(tx, &email).await?,
                    address: address.to_string(),
                    claimed,
                    ..Origin::default()
                };
                audit::record(tx, &origin, "login.failed", "", &detail, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Makes a session's row and what the client gets. The id is always new (SEC-026).
pub(super) fn draft(
    services: &Services,
    account: &AccountRow,
    holder: Option<&HolderRow>,
    wish: &SignIn,
) -> (SessionRow, NewSession) {
    let (id, csrf, now) = (Secret::session_id(), CsrfSecret::random(), services.now());
    let oldest = holder.map_or(services.settings.session_max_seconds * 1_000_000, |holder| {
        limits(services, holder).1
    });
    let row = SessionRow {
        id_hash: id.hash().to_vec(),
        account_id: account.id,
        csrf_secret: csrf.as_bytes().to_vec(),
        persistent: wish.persistent,
        address: wish.address.to_string(),
        agent: wish.agent.chars().take(AGENT_LENGTH).collect(),
        created_at: now,
        last_seen_at: now,
        ended_at: None,
        confirmed_at: now,
        factor: None,
        organization_id: None,
    };
    (
        row,
        NewSession {
            id,
            csrf,
            cookie_seconds: wish.persistent.then_some(oldest / 1_000_000),
        },
    )
}

/// Whether a password or passkey of ours gets in where an organization signs in by its provider: nobody's does but that of
/// an owner with a factor, which is the way in on the day on which the provider fails, and raises an alert (SEC-082). False
/// where everybody's does; none where this person's does not.
pub(super) fn break_glass(holder: &HolderRow) -> Option<bool> {
    if holder.local_passwords {
        return Some(false);
    }
    (Role::from_word(&holder.role) == Role::Owner && holder.has_factor).then_some(true)
}

/// Begins a session that a password, a second step or a passkey has opened, and puts it on record. `past` is the address of
/// who got in past the provider, which those who run the organization are told of (SEC-082).
pub(super) async fn enter(
    services: &Services,
    tx: &mut Tx,
    row: &SessionRow,
    origin: &Origin,
    past: Option<&str>,
) -> Result<()> {
    begin(tx, row).await?;
    let object = format!("user:{}", row.account_id);
    let detail = row
        .factor
        .as_ref()
        .map(|factor| serde_json::json!({ "factor": factor }).to_string());
    let detail = detail.unwrap_or_else(|| "{}".to_owned());
    audit::record(tx, origin, "login", &object, &detail, row.created_at).await?;
    if let (Some(email), Some(organization_id)) = (past, origin.organization_id) {
        tracing::warn!(
            account = row.account_id,
            "a sign-in past the identity provider although passwords are off (break-glass)"
        );
        audit::record(tx, origin, "login.break_glass", &object, "{}", row.created_at).await?;
        for (_, to) in store::identities::guardians(tx, organization_id).await? {
            let (address, at) = (origin.address.as_str(), row.created_at);
            let text = Text::BreakGlass { email, address, at };
            mail::post(services, tx, Some(organization_id), &to, text, NOTICE_LIFE).await?;
        }
    }
    Ok(())
}

/// Stores a session and ends the person's oldest ones beyond the limit.
pub(super) async fn begin(tx: &mut Tx, row: &SessionRow) -> labelkeep_store::Result<()> {
    store::sessions::insert(tx, row).await?;
    store::sessions::prune(tx, row.account_id, MOST, row.created_at).await?;
    store::touch(tx, row.account_id, row.created_at).await
}

/// The id that a session is about to get (SEC-026).
pub(super) struct Renewal {
    id_hash: [u8; 32],
    id: Secret,
    csrf: CsrfSecret,
    /// The session's longest life, in microseconds.
    oldest: i64,
}

/// A new id for the caller's session; none for a token, which has no session.
pub(super) async fn renewal(services: &Services, caller: &Caller) -> Result<Option<Renewal>> {
    let Proof::Session { id_hash, .. } = caller.proof else {
        return Ok(None);
    };
    let holder = store::holder(&services.db, caller.actor.account_id).await?;
    let oldest = holder.map_or(services.settings.session_max_seconds * 1_000_000, |holder| {
        limits(services, &holder).1
    });
    Ok(Some(Renewal {
        id_hash,
        id: Secret::session_id(),
        csrf: CsrfSecret::random(),
        oldest,
    }))
}

impl Renewal {
    /// SHA-256 of the id that the session has after [`Renewal::store`].
    pub(super) fn new_id_hash(&self) -> [u8; 32] {
        self.id.hash()
    }

    /// Replaces the id; the old one is dead with the commit. None when the session has ended meanwhile.
    pub(super) async fn store(self, tx: &mut Tx, now: i64) -> labelkeep_store::Result<Option<NewSession>> {
        let new = self.id.hash();
        let renewed = store::sessions::renew(tx, &self.id_hash, &new, self.csrf.as_bytes()).await?;
        Ok(renewed.map(|(persistent, created_at)| NewSession {
            id: self.id,
            csrf: self.csrf,
            cookie_seconds: persistent.then_some(((created_at + self.oldest - now) / 1_000_000).max(0)),
        }))
    }
}

/// Idle and absolute limit of a session in microseconds: the organization's, else the server's.
pub(super) fn limits(services: &Services, holder: &HolderRow) -> (i64, i64) {
    let settings = &services.settings;
    let idle = holder
        .max_time_between_activity
        .map_or(settings.session_idle_seconds * 1_000_000, |m| m * MINUTE);
    let oldest = holder
        .max_session_age
        .map_or(settings.session_max_seconds * 1_000_000, |m| m * MINUTE);
    (idle, oldest)
}

/// Ends the caller's session on the server (SEC-030); with a token there is none to end.
pub async fn sign_out(services: &Services, caller: &Caller) -> Result<()> {
    let Proof::Session { id_hash, .. } = caller.proof else {
        return Ok(());
    };
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    let id = caller.actor.account_id;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::sessions::end(tx, id, &id_hash, now).await?;
                audit::record(tx, &origin, "logout", &format!("user:{id}"), "{}", now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(())
}
