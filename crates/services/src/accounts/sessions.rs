//! Signing in and out.

use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_crypt::password::Verdict;
use labelkeep_store::Tx;
use labelkeep_store::accounts::{self as store, AccountRow, HolderRow, sessions::SessionRow};
use labelkeep_store::audit::{self, Origin};

use super::{Caller, CsrfSecret, DAY, Proof, WaitingSignIn, factors, passwords, throttle};
use crate::{Result, Services, access};

/// Sessions of one person (SEC-033).
const MOST: i64 = 50;
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
    let (Some(account), Some(holder)) = (account, holder) else {
        record_failure(services, email, wish.address).await?;
        return Ok(SignedIn::No);
    };
    let renewed = match verdict {
        Verdict::RightButOutdated => Some(passwords::hash(services, wish.password.clone()).await?),
        _ => None,
    };
    if holder.has_factor {
        let waiting = factors::wait(services, &account, wish.persistent, renewed).await?;
        return Ok(SignedIn::SecondStep(waiting));
    }
    let (row, session) = draft(services, &account, Some(&holder), &wish);
    let origin = Origin {
        organization_id: Some(holder.organization_id),
        account_id: Some(account.id),
        token_id: None,
        address: wish.address.to_string(),
    };
    let now = row.created_at;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(hash) = renewed {
                    store::set_password(tx, account.id, &hash).await?;
                }
                throttle::succeeded(tx, &account.email).await?;
                begin(tx, &row).await?;
                audit::record(tx, &origin, "login", &format!("user:{}", account.id), "{}", now).await
            })
        })
        .await?;
    Ok(SignedIn::Session(session))
}

async fn record_failure(services: &Services, email: String, address: IpAddr) -> Result<()> {
    let (now, origin) = (
        services.now(),
        Origin {
            address: address.to_string(),
            ..Origin::default()
        },
    );
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                throttle::failed(tx, &email, address, now).await?;
                let detail = serde_json::json!({ "email": email }).to_string();
                audit::record(tx, &origin, "login.failed", "", &detail, now).await
            })
        })
        .await?;
    Ok(())
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
        agent: wish.agent.chars().take(255).collect(),
        created_at: now,
        last_seen_at: now,
        ended_at: None,
        factor: None,
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

/// Stores a session and tidies up the person's older ones.
pub(super) async fn begin(tx: &mut Tx, row: &SessionRow) -> labelkeep_store::Result<()> {
    store::sessions::insert(tx, row).await?;
    store::sessions::prune(tx, row.account_id, MOST, row.created_at - 30 * DAY, row.created_at).await?;
    store::touch(tx, row.account_id, row.created_at).await
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
                store::sessions::end(tx, &id_hash, now).await?;
                audit::record(tx, &origin, "logout", &format!("user:{id}"), "{}", now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(())
}
