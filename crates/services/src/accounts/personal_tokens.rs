//! Personal tokens: several for each person, with a name, a scope and an end (SEC-092 to SEC-096, SEC-104); and what the
//! person, or those who manage members, see and revoke of all kinds.

use labelkeep_crypt::Secret;
use labelkeep_policy::Scope;
use labelkeep_store as store;
use labelkeep_store::accounts::organizations;
use labelkeep_store::accounts::tokens::{self, TokenRow};
use labelkeep_store::audit;

use super::managed::Managed;
use super::token_reach::{self, USUAL_DAYS, bounds};
use super::{Caller, DAY, Proof, TokenKind};
use crate::{Invalid, Result, ServiceError, Services, access};

/// Living personal tokens of one person.
const MOST: i64 = 50;
/// Rows of one answer.
const LISTED: i64 = 200;
/// How long ended tokens are still shown.
const SHOWN: i64 = 30 * DAY;
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Most projects of one token.
const MOST_PROJECTS: usize = 100;

/// A token to be made.
#[derive(Debug)]
pub struct NewPersonalToken {
    /// What its owner calls it.
    pub name: String,
    /// How far it goes.
    pub scope: Scope,
    /// How long it lives, in days; none: 90, or the organization's maximum if that is less.
    pub ttl_days: Option<i64>,
}

/// Whether a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TokenStatus {
    Active,
    Expired,
    Revoked,
    /// The organization does not accept this kind now.
    Disabled,
}

/// What is shown of a token.
#[derive(Debug)]
pub struct TokenInfo {
    /// The row.
    pub row: TokenRow,
    /// How far it goes.
    pub scope: Scope,
    /// Whether it works.
    pub status: TokenStatus,
}

/// The caller's tokens of all kinds, newest first; ended ones for 30 days.
pub async fn own_tokens(services: &Services, caller: &Caller) -> Result<Vec<TokenInfo>> {
    infos(services, caller.actor.account_id, None).await
}

/// A member's tokens in the organization.
pub async fn member_tokens(services: &Services, member: &Managed) -> Result<Vec<TokenInfo>> {
    infos(services, member.account_id(), Some(member.organization_id())).await
}

async fn infos(services: &Services, account_id: i64, organization_id: Option<i64>) -> Result<Vec<TokenInfo>> {
    let now = services.now();
    let rows = tokens::history(&services.db, account_id, organization_id, now - SHOWN, LISTED).await?;
    let mut taken: Vec<(i64, bool, bool)> = Vec::new();
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.organization_id.unwrap_or_default();
        if !taken.iter().any(|(known, ..)| *known == id) {
            let kinds = organizations::find(&services.db, id)
                .await?
                .map_or((false, false), |row| {
                    (row.api_tokens_enabled, row.legacy_api_tokens_enabled)
                });
            taken.push((id, kinds.0, kinds.1));
        }
        let is_taken = taken.iter().any(|(known, api, legacy)| {
            *known == id
                && if row.kind == TokenKind::Legacy.word() {
                    *legacy
                } else {
                    *api
                }
        });
        let status = match row.revoked_at {
            Some(_) => TokenStatus::Revoked,
            None if row.expires_at <= now => TokenStatus::Expired,
            None if !is_taken => TokenStatus::Disabled,
            None => TokenStatus::Active,
        };
        let scope = token_reach::scope(&row);
        list.push(TokenInfo { row, scope, status });
    }
    Ok(list)
}

/// Makes a personal token. The secret is in this answer and nowhere else.
pub async fn create_personal(
    services: &Services,
    caller: &Caller,
    wish: NewPersonalToken,
) -> Result<(TokenInfo, Secret)> {
    let bounds = bounds(services, caller).await?;
    let name = crate::names::plain(&wish.name);
    let mut errors = Invalid::default();
    match name.chars().count() {
        0 => errors.add("name", "This field may not be blank."),
        1..=LONGEST_NAME => {}
        _ => errors.add(
            "name",
            format!("Ensure this field has no more than {LONGEST_NAME} characters."),
        ),
    }
    let days = wish.ttl_days.unwrap_or(USUAL_DAYS.min(bounds.most_days));
    if days < 1 || days > bounds.most_days {
        let text = format!(
            "A token lives from 1 to {} days in this organization.",
            bounds.most_days
        );
        errors.add("ttl_days", text);
    }
    if wish.scope.projects.len() > MOST_PROJECTS {
        errors.add("projects", format!("Name at most {MOST_PROJECTS} projects."));
        return Err(errors.into());
    }
    let viewer = caller.actor.viewer();
    for id in &wish.scope.projects {
        if !caller.actor.scope.reaches(*id) || store::projects::find(&services.db, &viewer, *id).await?.is_none() {
            errors.add("projects", format!("Invalid pk \"{id}\" - object does not exist."));
        }
    }
    errors.into_result()?;
    bounds.check(&wish.scope)?;
    let secret = Secret::api_token();
    let listed = secret.expose().chars().take(8).collect();
    let end = bounds.end_after(days * DAY);
    let row = bounds.row(TokenKind::Personal, name, &wish.scope, secret.hash(), listed, end);
    let (now, account_id, origin) = (bounds.now(), caller.actor.account_id, access::origin(&caller.actor));
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                tokens::lock_account(tx, account_id).await?;
                if tokens::count_alive(tx, account_id, row.kind, now).await? >= MOST {
                    let text = format!("You have {MOST} tokens. Revoke one before you make another.");
                    return Err(ServiceError::Conflict(text));
                }
                let id = tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.create", &format!("token:{id}"), "{}", now).await?;
                stored(tx, account_id, id, now).await
            })
        })
        .await?;
    Ok((active(row), secret))
}

/// Gives a personal token of the caller another secret and a new life as long as that of the old one, which fails at once.
pub async fn reset_personal(services: &Services, caller: &Caller, id: i64) -> Result<(TokenInfo, Secret)> {
    let bounds = bounds(services, caller).await?;
    let secret = Secret::api_token();
    let (hash, listed) = (secret.hash(), secret.expose().chars().take(8).collect::<String>());
    let (now, account_id, origin) = (bounds.now(), caller.actor.account_id, access::origin(&caller.actor));
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                tokens::lock_account(tx, account_id).await?;
                let old = tokens::find_alive(tx, account_id, id, now)
                    .await?
                    .filter(|row| row.kind == TokenKind::Personal.word())
                    .filter(|row| row.organization_id == Some(bounds.organization_id()))
                    .ok_or(ServiceError::NotFound("Token"))?;
                let scope = token_reach::scope(&old);
                bounds.check(&scope)?;
                tokens::revoke_one(tx, account_id, None, id, now).await?;
                let end = bounds.end_after(old.expires_at - old.created_at);
                let row = bounds.row(TokenKind::Personal, old.name, &scope, hash, listed, end);
                let id = tokens::insert(tx, &row).await?;
                audit::record(tx, &origin, "token.reset", &format!("token:{id}"), "{}", now).await?;
                stored(tx, account_id, id, now).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok((active(row), secret))
}

async fn stored(tx: &mut store::Tx, account_id: i64, id: i64, now: i64) -> Result<TokenRow> {
    tokens::find_alive(tx, account_id, id, now)
        .await?
        .ok_or_else(|| ServiceError::Internal("a token that was just made is not there".to_owned()))
}

fn active(row: TokenRow) -> TokenInfo {
    TokenInfo {
        scope: token_reach::scope(&row),
        status: TokenStatus::Active,
        row,
    }
}

/// Revokes a token of the caller, of any kind. A token may always end itself; others only when it may change something.
pub async fn revoke_own(services: &Services, caller: &Caller, id: i64) -> Result<()> {
    let actor = &caller.actor;
    let is_token = matches!(caller.proof, Proof::Token { .. });
    if is_token && actor.token_id != Some(id) && !actor.scope.changes_account() {
        return Err(ServiceError::Forbidden("This token may only revoke itself.".to_owned()));
    }
    revoke(services, access::origin(actor), actor.account_id, None, id).await
}

/// Revokes a token of a member.
pub async fn revoke_of_member(services: &Services, member: &Managed, id: i64) -> Result<()> {
    let organization = Some(member.organization_id());
    revoke(services, member.origin(), member.account_id(), organization, id).await
}

async fn revoke(
    services: &Services,
    origin: audit::Origin,
    account_id: i64,
    organization_id: Option<i64>,
    id: i64,
) -> Result<()> {
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !tokens::revoke_one(tx, account_id, organization_id, id, now).await? {
                    return Err(ServiceError::NotFound("Token"));
                }
                audit::record(tx, &origin, "token.revoke", &format!("token:{id}"), "{}", now).await?;
                Ok(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}

/// Revokes all tokens with which a member works in the organization; says how many.
pub async fn revoke_all_of_member(services: &Services, member: &Managed) -> Result<u64> {
    let (now, origin) = (services.now(), member.origin());
    let (account_id, organization_id) = (member.account_id(), member.organization_id());
    let revoked = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let revoked = tokens::revoke_in(tx, account_id, organization_id, now).await?;
                audit::record(tx, &origin, "token.revoke", &format!("user:{account_id}"), "{}", now).await?;
                Ok::<_, ServiceError>(revoked)
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(revoked)
}
