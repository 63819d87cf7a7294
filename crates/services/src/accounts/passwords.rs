//! Passwords: hashed off the async threads, few at once, with a bounded queue (SEC-059).

use std::net::IpAddr;

use labelkeep_crypt::password::{self, Cost, PasswordError, Rules, Verdict};
use labelkeep_store::accounts::{self as store, AccountRow};
use labelkeep_store::audit;

use super::sessions::{self, NewSession};
use super::{Caller, throttle};
use crate::{Invalid, Result, ServiceError, Services, access};

/// Seconds after which somebody may try again when the queue is full.
const BUSY_SECONDS: u64 = 2;

/// The hash of a password that has passed the rules.
pub(super) async fn hash(services: &Services, password: String) -> Result<String> {
    in_turn(services, move || password::hash(&password, Cost::STANDARD)).await
}

/// Compares a password with a stored hash; without one it does the same work and says no (SEC-061).
pub(super) async fn verify(services: &Services, password: String, stored: Option<String>) -> Result<Verdict> {
    in_turn(services, move || match stored {
        Some(stored) => password::verify(&password, &stored, Cost::STANDARD),
        None => password::verify_nobody(&password, Cost::STANDARD).map(|()| Verdict::Wrong),
    })
    .await
}

async fn in_turn<T: Send + 'static>(
    services: &Services,
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T> {
    let cache = &services.cache;
    let _queued = cache
        .hash_queue
        .clone()
        .try_acquire_owned()
        .map_err(|_| ServiceError::Busy(BUSY_SECONDS))?;
    let turn = cache
        .hashing
        .clone()
        .acquire_owned()
        .await
        .map_err(|_| ServiceError::Busy(BUSY_SECONDS))?;
    // The place goes with the work: a caller that disconnects does not let another hash start beside it.
    let outcome = tokio::task::spawn_blocking(move || {
        let outcome = work();
        drop(turn);
        outcome
    });
    match outcome.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(PasswordError::OutOfMemory)) => Err(ServiceError::Busy(BUSY_SECONDS)),
        Ok(Err(error)) => Err(ServiceError::Internal(error.to_string())),
        Err(_) => Err(ServiceError::Internal("a password hash was not finished".to_owned())),
    }
}

/// Whether a new password is good enough for the organization; `about` is what is known of its owner. Before there is an
/// organization the least length is everybody's.
pub(super) async fn check(
    services: &Services,
    organization_id: Option<i64>,
    password: &str,
    about: &[&str],
) -> Result<()> {
    let organization = match organization_id {
        Some(id) => store::organizations::find(&services.db, id).await?,
        None => None,
    };
    let least = organization.map_or(0, |row| usize::try_from(row.min_password_length).unwrap_or(0));
    let rules = Rules::default()
        .blocklist(services.settings.password_blocklist)
        .min_characters(least);
    rules
        .check(password, about)
        .map_err(|weakness| Invalid::field("password", weakness.to_string()).into())
}

/// Whether this is the caller's own password. A wrong one counts as a failed sign-in (SEC-062), and is an error about
/// `field`.
pub(super) async fn prove(services: &Services, caller: &Caller, password: String, field: &str) -> Result<AccountRow> {
    let account = store::own(&services.db, caller.actor.account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    let address = caller.actor.address.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]));
    throttle::check(services, &account.email, address).await?;
    let (now, email) = (services.now(), account.email.clone());
    if verify(services, password, account.password_hash.clone()).await? == Verdict::Wrong {
        services
            .db
            .write(move |tx| Box::pin(async move { throttle::failed(tx, &email, address, now).await }))
            .await?;
        return Err(Invalid::field(field, "This is not your password.").into());
    }
    Ok(account)
}

/// Changes the caller's own password. Needs a browser session (SEC-104) and the current one, which is the confirmation that
/// SEC-032 asks for. Ends all other sessions (SEC-064) and gives this one a new id (SEC-026);
/// the person is told by mail.
pub async fn change_password(
    services: &Services,
    caller: &Caller,
    current: String,
    new: String,
) -> Result<Option<NewSession>> {
    let Some(renewal) = sessions::renewal(services, caller).await? else {
        return Err(ServiceError::Forbidden(
            "A password is changed in the browser, not with a token.".to_owned(),
        ));
    };
    let account = prove(services, caller, current, "current_password").await?;
    let about = [&*account.email, &*account.first_name, &*account.last_name];
    check(services, Some(caller.actor.organization_id), &new, &about).await?;
    let hash = hash(services, new).await?;
    let (now, origin, id, again) = (
        services.now(),
        access::origin(&caller.actor),
        account.id,
        services.clone(),
    );
    let session = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_password(tx, id, &hash, now).await?;
                let id_hash = renewal.new_id_hash();
                let session = renewal.store(tx, now).await?;
                store::sessions::confirm(tx, &id_hash, now).await?;
                throttle::succeeded(tx, &account.email).await?;
                audit::record(tx, &origin, "password.change", &format!("user:{id}"), "{}", now).await?;
                super::resets::password_changed(&again, tx, &origin, &account, Some(&id_hash), now).await?;
                Ok::<_, ServiceError>(session)
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(session)
}
