//! API tokens: the legacy one, and personal access tokens (SEC-092 to SEC-100).

use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_crypt::jwt::{NewRefreshToken, named_row};
use labelkeep_store::accounts::{self as store, tokens::NewToken};
use labelkeep_store::audit;

use super::{Caller, DAY, Proof, signing};
use crate::{Invalid, Result, ServiceError, Services, access};

/// How long a new token lives (SEC-094).
const LIFE: i64 = 90 * DAY;

/// Which kinds of tokens an organization accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct TokenKinds {
    pub api_tokens_enabled: bool,
    pub legacy_api_tokens_enabled: bool,
}

/// An access token and the one who asked for it.
#[derive(Debug)]
pub struct AccessToken(pub Secret);

/// Replaces the caller's legacy token; the old one fails at once.
pub async fn reset_legacy(services: &Services, caller: &Caller) -> Result<Secret> {
    caller.factor.guard_tokens()?;
    let secret = Secret::legacy_token();
    let (now, account_id, origin) = (services.now(), caller.actor.account_id, access::origin(&caller.actor));
    let row = NewToken {
        account_id,
        kind: "legacy",
        secret_hash: secret.hash(),
        listed: secret.expose().chars().take(8).collect(),
        created_at: now,
        expires_at: bounded(services, caller, now).await?,
    };
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                store::tokens::revoke_all(tx, account_id, Some("legacy"), now).await?;
                let id = store::tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.reset", &format!("token:{id}"), "{}", now).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(secret)
}

/// The caller's living personal tokens, without their signatures.
pub async fn list_personal(services: &Services, caller: &Caller) -> Result<Vec<String>> {
    let rows = store::tokens::of_account(&services.db, caller.actor.account_id, "refresh", services.now()).await?;
    Ok(rows.into_iter().map(|row| row.listed).collect())
}

/// Makes a personal token; one that lives already is a conflict.
pub async fn create_personal(services: &Services, caller: &Caller) -> Result<Secret> {
    caller.factor.guard_tokens()?;
    let (now, account_id, origin) = (services.now(), caller.actor.account_id, access::origin(&caller.actor));
    let expires_at = bounded(services, caller, now).await?;
    let NewRefreshToken {
        token,
        listed,
        jti_hash,
    } = signing::keys(services)
        .await?
        .issue_refresh(account_id, now / 1_000_000, expires_at / 1_000_000);
    let row = NewToken {
        account_id,
        kind: "refresh",
        secret_hash: jti_hash,
        listed,
        created_at: now,
        expires_at,
    };
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                if store::tokens::has_alive(tx, account_id, "refresh", now).await? {
                    let text = "You already have a valid token. Please revoke it before creating a new one.";
                    return Err(ServiceError::Conflict(text.to_owned()));
                }
                let id = store::tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.create", &format!("token:{id}"), "{}", now).await?;
                Ok(())
            })
        })
        .await?;
    Ok(token)
}

/// The end of a new token: a token makes none that outlives itself (SEC-104).
async fn bounded(services: &Services, caller: &Caller, now: i64) -> Result<i64> {
    let kind = match caller.proof {
        Proof::Session { .. } => return Ok(now + LIFE),
        Proof::Legacy => "legacy",
        Proof::Access => "refresh",
    };
    let own = store::tokens::of_account(&services.db, caller.actor.account_id, kind, now).await?;
    let end = own
        .iter()
        .find(|row| Some(row.id) == caller.actor.token_id)
        .map_or(now, |row| row.expires_at);
    Ok(end.min(now + LIFE))
}

/// An access token of five minutes for a refresh token; `None` when that is not valid (any more).
pub async fn refresh(services: &Services, refresh: &str, address: IpAddr) -> Result<Option<AccessToken>> {
    let now = services.now();
    let Some(verified) = verified(services, refresh, address).await? else {
        return Ok(None);
    };
    Ok(Some(AccessToken(
        signing::keys(services).await?.issue_access(&verified, now / 1_000_000),
    )))
}

async fn verified(
    services: &Services,
    refresh: &str,
    address: IpAddr,
) -> Result<Option<labelkeep_crypt::jwt::VerifiedToken>> {
    let now = services.now();
    let verified = signing::verify(services, |keys| keys.verify_refresh(refresh, now / 1_000_000)).await?;
    let alive = match &verified {
        Some(verified) => match store::tokens::alive(&services.db, "refresh", &verified.jti_hash, now).await? {
            Some(row) => store::holder(&services.db, row.account_id)
                .await?
                .filter(|holder| holder.api_tokens_enabled),
            None => None,
        },
        None => None,
    };
    match alive {
        Some(_) => Ok(verified),
        None => services
            .cache
            .failed(address)
            .map_or(Ok(None), |seconds| Err(ServiceError::TooMany(seconds))),
    }
}

/// Revokes a personal token, given whole or without its signature: the first two parts name it, and whoever holds them
/// had the list. Says whether there was one.
pub async fn blacklist(services: &Services, refresh: &str, address: IpAddr) -> Result<bool> {
    let now = services.now();
    let hash = match refresh.split('.').count() {
        3 => verified(services, refresh, address).await?.map(|token| token.jti_hash),
        2 => named_row(refresh),
        _ => None,
    };
    let Some(hash) = hash else { return Ok(false) };
    let address = address.to_string();
    let revoked: Option<(i64, i64)> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let revoked = store::tokens::revoke(tx, "refresh", &hash, now).await?;
                if let Some((id, account_id)) = revoked {
                    let origin = audit::Origin {
                        account_id: Some(account_id),
                        token_id: Some(id),
                        address,
                        organization_id: None,
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

/// Replaces the caller's personal token; the old one fails at once.
pub async fn rotate(services: &Services, caller: &Caller, refresh: &str, address: IpAddr) -> Result<Secret> {
    let invalid = || ServiceError::from(Invalid::whole("Invalid refresh token"));
    let old = verified(services, refresh, address).await?.ok_or_else(invalid)?;
    let account_id = caller.actor.account_id;
    if old.user_id != account_id {
        return Err(invalid());
    }
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    // The new one is as strong and at most as long-lived as any new one; a session may begin a new life.
    let expires_at = match caller.proof {
        Proof::Session { .. } => now + LIFE,
        _ => bounded(services, caller, now)
            .await?
            .max(old.expires_at.saturating_mul(1_000_000).min(now + LIFE)),
    };
    let new = signing::keys(services)
        .await?
        .issue_refresh(account_id, now / 1_000_000, expires_at / 1_000_000);
    let row = NewToken {
        account_id,
        kind: "refresh",
        secret_hash: new.jti_hash,
        listed: new.listed,
        created_at: now,
        expires_at,
    };
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::tokens::lock_account(tx, account_id).await?;
                if store::tokens::revoke(tx, "refresh", &old.jti_hash, now)
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
    Ok(new.token)
}
