//! Which sessions there are, and ending them: one's own, and those of members (SEC-030, SEC-031).

use labelkeep_store::accounts::{self as store, sessions::SessionRow};
use labelkeep_store::audit::{self, Origin};

use super::device::device;
use super::managed::Managed;
use super::sessions::{MOST, limits};
use super::{Caller, Proof};
use crate::{Result, ServiceError, Services, access};

/// What is shown of a session.
#[derive(Debug)]
pub struct SessionInfo {
    /// The row. Its id is the hash of the cookie's value, which opens nothing.
    pub row: SessionRow,
    /// Browser and system, for people.
    pub device: String,
    /// Whether the request came by it.
    pub current: bool,
    /// Its end without further activity, in microseconds.
    pub expires_at: i64,
}

/// The caller's sessions, those used last first.
pub async fn own_sessions(services: &Services, caller: &Caller) -> Result<Vec<SessionInfo>> {
    list(services, caller.actor.account_id, current(caller), None).await
}

/// A member's sessions. Those of somebody who works in another organization now are none of this one's business.
pub async fn member_sessions(services: &Services, member: &Managed, caller: &Caller) -> Result<Vec<SessionInfo>> {
    let here = Some(member.organization_id());
    list(services, member.account_id(), current(caller), here).await
}

fn current(caller: &Caller) -> Option<[u8; 32]> {
    match caller.proof {
        Proof::Session { id_hash, .. } => Some(id_hash),
        Proof::Token { .. } => None,
    }
}

async fn list(
    services: &Services,
    account_id: i64,
    current: Option<[u8; 32]>,
    organization_id: Option<i64>,
) -> Result<Vec<SessionInfo>> {
    let Some(holder) = store::holder(&services.db, account_id).await? else {
        return Ok(Vec::new());
    };
    if organization_id.is_some_and(|id| id != holder.organization_id) {
        return Ok(Vec::new());
    }
    let (idle, oldest) = limits(services, &holder);
    let now = services.now();
    let rows = store::sessions::of_account(&services.db, account_id, MOST).await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionInfo {
            device: device(&row.agent),
            current: current.is_some_and(|id| id[..] == row.id_hash[..]),
            expires_at: (row.last_seen_at + idle).min(row.created_at + oldest),
            row,
        })
        .filter(|session| session.expires_at > now)
        .collect())
}

/// Ends one of the caller's sessions. Says whether it was the one by which the request came.
pub async fn end_own_session(services: &Services, caller: &Caller, id_hash: &[u8]) -> Result<bool> {
    access::own_account(&caller.actor)?;
    let account_id = caller.actor.account_id;
    end_one(services, access::origin(&caller.actor), account_id, id_hash).await?;
    Ok(current(caller).is_some_and(|id| id[..] == *id_hash))
}

/// Ends the caller's sessions but the one by which the request came; says how many.
pub async fn end_other_sessions(services: &Services, caller: &Caller) -> Result<u64> {
    access::own_account(&caller.actor)?;
    let account_id = caller.actor.account_id;
    end_many(services, access::origin(&caller.actor), account_id, current(caller)).await
}

/// Ends a session of a member.
pub async fn end_member_session(services: &Services, member: &Managed, id_hash: &[u8]) -> Result<()> {
    end_one(services, member.origin(), works_here(services, member).await?, id_hash).await
}

/// Ends the sessions of a member; says how many. Whoever does it to themselves stays signed in.
pub async fn end_member_sessions(services: &Services, member: &Managed, caller: &Caller) -> Result<u64> {
    let account_id = works_here(services, member).await?;
    end_many(services, member.origin(), account_id, current(caller)).await
}

/// The member's account, unless they work in another organization now: [`member_sessions`] shows none then.
async fn works_here(services: &Services, member: &Managed) -> Result<i64> {
    match store::holder(&services.db, member.account_id()).await? {
        Some(holder) if holder.organization_id == member.organization_id() => Ok(member.account_id()),
        _ => Err(ServiceError::NotFound("Session")),
    }
}

async fn end_one(services: &Services, origin: Origin, account_id: i64, id_hash: &[u8]) -> Result<()> {
    let (now, id_hash) = (services.now(), id_hash.to_vec());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !store::sessions::end(tx, account_id, &id_hash, now).await? {
                    return Err(ServiceError::NotFound("Session"));
                }
                audit::record(tx, &origin, "session.end", &format!("user:{account_id}"), "{}", now).await?;
                Ok(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}

async fn end_many(services: &Services, origin: Origin, account_id: i64, except: Option<[u8; 32]>) -> Result<u64> {
    let now = services.now();
    let ended = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let except = except.as_ref().map(<[u8; 32]>::as_slice);
                let ended = store::sessions::end_all(tx, account_id, except, now).await?;
                let detail = serde_json::json!({ "ended": ended }).to_string();
                audit::record(tx, &origin, "session.end", &format!("user:{account_id}"), &detail, now).await?;
                Ok::<_, ServiceError>(ended)
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(ended)
}
