//! Passwords: hashed off the async threads, few at once, with a bounded queue (SEC-059).

use labelkeep_crypt::password::{self, Cost, PasswordError, Rules, Verdict};
use labelkeep_store::accounts as store;
use labelkeep_store::audit;

use super::Caller;
use crate::accounts::Proof;
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

/// Whether a new password is good enough; `about` is what is known of its owner.
pub(super) fn check(services: &Services, password: &str, about: &[&str]) -> Result<(), Invalid> {
    let rules = Rules::default().blocklist(services.settings.password_blocklist);
    rules
        .check(password, about)
        .map_err(|weakness| Invalid::field("password", weakness.to_string()))
}

/// Changes the caller's own password. Needs a browser session (SEC-104) and the current one, and ends all other sessions (SEC-064).
pub async fn change_password(services: &Services, caller: &Caller, current: String, new: String) -> Result<()> {
    let Proof::Session { id_hash, .. } = &caller.proof else {
        return Err(ServiceError::Forbidden(
            "A password is changed in the browser, not with a token.".to_owned(),
        ));
    };
    let Some(account) = store::own(&services.db, caller.actor.account_id).await? else {
        return Err(ServiceError::NotFound("User"));
    };
    let address = caller
        .actor
        .address
        .parse()
        .unwrap_or(std::net::IpAddr::from([0, 0, 0, 0]));
    super::throttle::check(services, &account.email, address).await?;
    let (now, email, origin) = (services.now(), account.email.clone(), access::origin(&caller.actor));
    if verify(services, current, account.password_hash.clone()).await? == Verdict::Wrong {
        services
            .db
            .write(move |tx| Box::pin(async move { super::throttle::failed(tx, &email, address, now).await }))
            .await?;
        return Err(Invalid::field("current_password", "This is not your password.").into());
    }
    check(
        services,
        &new,
        &[&account.email, &account.first_name, &account.last_name],
    )?;
    let hash = hash(services, new).await?;
    let (id_hash, id) = (*id_hash, account.id);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_password(tx, id, &hash).await?;
                store::sessions::end_all(tx, id, Some(&id_hash), now).await?;
                super::throttle::succeeded(tx, &email).await?;
                audit::record(tx, &origin, "password.change", &format!("user:{id}"), "{}", now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(())
}
