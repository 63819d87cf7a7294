//! The tokens of the compatible API: one legacy token and one refresh token for each person (SEC-092 to SEC-100). Those with
//! names and scopes are in [`super::personal_tokens`].

use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_crypt::jwt::{NewRefreshToken, VerifiedToken, named_row};
use labelkeep_store::accounts as store;
use labelkeep_store::accounts::tokens::TokenRow;
use labelkeep_store::audit;

use super::authenticate::person;
use super::token_reach::{self, bounds};
use super::{Caller, Proof, TokenKind, signing, throttle};
use crate::audit::personal::introduce_in;
use crate::{Invalid, Result, ServiceError, Services, access};

/// Which kinds of tokens an organization accepts, and how long new ones live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TokenSettings {
    pub api_tokens_enabled: bool,
    pub legacy_api_tokens_enabled: bool,
    /// The longest life of a new token, in days.
    pub api_token_ttl_days: i64,
}

/// An access token and the one who asked for it.
#[derive(Debug)]
pub struct AccessToken(pub Secret);

/// Replaces the caller's legacy token; the old one fails at once.
pub async fn reset_legacy(services: &Services, caller: &Caller) -> Result<Secret> {
    let bounds = bounds(services, caller).await?;
    let secret = Secret::legacy_token();
    let listed = secret.expose().chars().take(8).collect();
    let row = bounds.fullest(TokenKind::Legacy, secret.hash(), listed);
    let (now, account_id, origin) = (bounds.now(), caller.actor.account_id, access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                store::tokens::revoke_all(tx, account_id, Some(row.kind), now).await?;
                let id = store::tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.reset", &format!("token:{id}"), "{}", now).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(secret)
}

/// The caller's living refresh token, without its signature; the wire has a list.
pub async fn list_refresh(services: &Services, caller: &Caller) -> Result<Vec<String>> {
    let (kind, now) = (TokenKind::Refresh.word(), services.now());
    let rows = store::tokens::of_account(&services.db, caller.actor.account_id, kind, now).await?;
    Ok(rows.into_iter().map(|row| row.listed).collect())
}

/// Makes a refresh token; one that lives already is a conflict.
pub async fn create_refresh(services: &Services, caller: &Caller) -> Result<Secret> {
    let bounds = bounds(services, caller).await?;
    let (now, account_id, origin) = (bounds.now(), caller.actor.account_id, access::origin(&caller.actor));
    let expires_at = bounds.end_after(i64::MAX);
    let new = signing::keys(services)
        .await?
        .issue_refresh(account_id, now / 1_000_000, expires_at / 1_000_000);
    let row = bounds.fullest(TokenKind::Refresh, new.jti_hash, new.listed);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                if store::tokens::count_alive(tx, account_id, row.kind, now).await? > 0 {
                    let text = "You already have a valid token. Please revoke it before creating a new one.";
                    return Err(ServiceError::Conflict(text.to_owned()));
                }
                let id = store::tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.create", &format!("token:{id}"), "{}", now).await?;
                Ok(())
            })
        })
        .await?;
    Ok(new.token)
}

/// An access token of five minutes for a refresh token; `None` when that is not valid (any more).
pub async fn refresh(services: &Services, refresh: &str, address: IpAddr) -> Result<Option<AccessToken>> {
    let now = services.now();
    let Some((verified, _)) = verified(services, refresh, address).await? else {
        return Ok(None);
    };
    Ok(Some(AccessToken(
        signing::keys(services).await?.issue_access(&verified, now / 1_000_000),
    )))
}

/// What a refresh token says, and its row; `None` when it is not valid (any more).
async fn verified(services: &Services, refresh: &str, address: IpAddr) -> Result<Option<(VerifiedToken, TokenRow)>> {
    let now = services.now();
    if let Some(verified) = signing::verify(services, |keys| keys.verify_refresh(refresh, now / 1_000_000)).await?
        && let Some(row) =
            store::tokens::alive(&services.db, TokenKind::Refresh.word(), &verified.jti_hash, now).await?
        && person(services, &row).await?.is_some_and(|row| row.api_tokens_enabled)
    {
        return Ok(Some((verified, row)));
    }
    match throttle::guessed(services, address).await? {
        Some(seconds) => Err(ServiceError::TooMany(seconds)),
        None => Ok(None),
    }
}

/// Revokes a refresh token, given whole or without its signature: the first two parts name it, and whoever holds them had
/// the list. Says whether there was one.
pub async fn blacklist(services: &Services, refresh: &str, address: IpAddr) -> Result<bool> {
    let now = services.now();
    let hash = match refresh.split('.').count() {
        3 => verified(services, refresh, address)
            .await?
            .map(|(token, _)| token.jti_hash),
        2 => named_row(refresh),
        _ => None,
    };
    let Some(hash) = hash else { return Ok(false) };
    let (address, again) = (address.to_string(), services.clone());
    let revoked: Option<(i64, i64)> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let revoked = store::tokens::revoke(tx, TokenKind::Refresh.word(), &hash, now).await?;
                if let Some((id, account_id)) = revoked {
                    introduce_in(tx, &again, account_id).await?;
                    let origin = audit::Origin {
                        account_id: Some(account_id),
                        token_id: Some(id),
                        address,
                        ..audit::Origin::default()
                    };
                    audit::record(tx, &origin, "token.revoke", &format!("token:{id}"), "{}", now).await?;
                }
                Ok::<_, ServiceError>(revoked)
            })
        })
        .await?;
    if let Some((_, account_id)) = revoked {
        services.cache.forget_account(account_id);
    }
    Ok(revoked.is_some())
}

/// Replaces the caller's refresh token by one of the same scope; the old one fails at once.
pub async fn rotate(services: &Services, caller: &Caller, refresh: &str, address: IpAddr) -> Result<Secret> {
    let invalid = || ServiceError::from(Invalid::whole("Invalid refresh token"));
    let bounds = bounds(services, caller).await?;
    let (verified, old) = verified(services, refresh, address).await?.ok_or_else(invalid)?;
    let account_id = caller.actor.account_id;
    if old.account_id != account_id || old.organization_id != Some(caller.actor.organization_id) {
        return Err(invalid());
    }
    let (now, origin) = (bounds.now(), access::origin(&caller.actor));
    // A session begins a new life; with a token the new one lives no longer than the old one or that token.
    let expires_at = match caller.proof {
        Proof::Session { .. } => bounds.end_after(i64::MAX),
        Proof::Token { .. } => bounds.end_after(i64::MAX).max(old.expires_at),
    };
    let NewRefreshToken {
        token,
        listed,
        jti_hash,
    } = signing::keys(services)
        .await?
        .issue_refresh(account_id, now / 1_000_000, expires_at / 1_000_000);
    let scope = token_reach::scope(&old);
    let row = bounds.row(TokenKind::Refresh, String::new(), &scope, jti_hash, listed, expires_at);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                if store::tokens::revoke(tx, row.kind, &verified.jti_hash, now)
                    .await?
                    .is_none()
                {
                    return Err(Invalid::whole("Invalid refresh token").into());
                }
                let id = store::tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.rotate", &format!("token:{id}"), "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(token)
}
