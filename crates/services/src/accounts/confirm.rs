//! Step-up: what is sensitive wants a proof of identity that is at most ten minutes old (SEC-032). Signing in is one; the
//! password given again is another. Tokens are not asked: their scope and their user's role decide (SEC-104).
//!
//! A further way of proof checks what it was given, and then calls [`confirmed`]. It adds its name to [`methods`], by which
//! the page knows what to ask for.

use labelkeep_store::accounts as store;
use labelkeep_store::audit;

use super::factors::{self, Given, PasskeyAnswer, PasskeyQuestion};
use super::{Caller, Proof, passwords};
use crate::{Result, ServiceError, Services, access};

/// How long a proof counts, in microseconds.
const LIFE: i64 = 10 * 60 * 1_000_000;

/// Whether the caller has proven lately who they are.
#[derive(Debug)]
pub struct Confirmation {
    /// Until when the last proof counts, in microseconds.
    pub until: i64,
    /// Whether it still does.
    pub recent: bool,
    /// How it can be renewed.
    pub methods: Vec<&'static str>,
}

/// Refuses with [`ServiceError::Reauthenticate`] when the proof of a session is too old.
pub async fn require_recent(services: &Services, caller: &Caller) -> Result<()> {
    let Proof::Session { confirmed_at, .. } = caller.proof else {
        return Ok(());
    };
    let now = services.now();
    // Another node may have seen a newer proof than this one's memory.
    if now < confirmed_at + LIFE || now < last_proof(services, caller).await? + LIFE {
        return Ok(());
    }
    Err(ServiceError::Reauthenticate)
}

/// How things stand, for the page that asks.
pub async fn confirmation(services: &Services, caller: &Caller) -> Result<Confirmation> {
    let until = last_proof(services, caller).await? + LIFE;
    Ok(Confirmation {
        until,
        recent: services.now() < until,
        methods: methods(services, caller).await?,
    })
}

/// What the person can prove themselves with.
async fn methods(services: &Services, caller: &Caller) -> Result<Vec<&'static str>> {
    let account = store::own(&services.db, caller.actor.account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    let password = account.password_hash.map(|_| "password");
    let factors = factors::kinds(services, caller.actor.account_id).await?;
    Ok(password.into_iter().chain(factors).collect())
}

/// Asks for a passkey as proof.
pub async fn ask_to_confirm(services: &Services, caller: &Caller) -> Result<PasskeyQuestion> {
    factors::ask_again(services, caller).await
}

/// Takes the answer of a passkey as proof.
pub async fn confirm_passkey(services: &Services, caller: &Caller, answer: &PasskeyAnswer) -> Result<Confirmation> {
    factors::prove(services, caller, Given::Passkey(answer)).await?;
    confirmed(services, caller, "passkey").await
}

/// Takes a code of the second factor as proof.
pub async fn confirm_code(services: &Services, caller: &Caller, code: &str) -> Result<Confirmation> {
    factors::prove(services, caller, Given::Code(code)).await?;
    confirmed(services, caller, "totp").await
}

/// Takes the password as proof.
pub async fn confirm_password(services: &Services, caller: &Caller, password: String) -> Result<Confirmation> {
    session(caller)?;
    passwords::prove(services, caller, password, "password").await?;
    confirmed(services, caller, "password").await
}

/// Notes that the person has just proven who they are, by the method of this name.
pub(super) async fn confirmed(services: &Services, caller: &Caller, method: &'static str) -> Result<Confirmation> {
    let id_hash = session(caller)?;
    let (now, id, origin) = (services.now(), caller.actor.account_id, access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::sessions::confirm(tx, &id_hash, now).await?;
                let detail = serde_json::json!({ "method": method }).to_string();
                audit::record(tx, &origin, "session.confirm", &format!("user:{id}"), &detail, now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    confirmation(services, caller).await
}

/// When the session's person last proved who they are.
async fn last_proof(services: &Services, caller: &Caller) -> Result<i64> {
    let row = store::sessions::find(&services.db, &session(caller)?).await?;
    Ok(row.map_or(0, |row| row.confirmed_at))
}

fn session(caller: &Caller) -> Result<[u8; 32]> {
    match caller.proof {
        Proof::Session { id_hash, .. } => Ok(id_hash),
        Proof::Token { .. } => Err(ServiceError::Forbidden(
            "This is done in the browser, not with a token.".to_owned(),
        )),
    }
}
