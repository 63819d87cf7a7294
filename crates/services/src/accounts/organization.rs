//! The organization and its rules.

use labelkeep_policy::Actor;
use labelkeep_store::accounts::organizations::{self as store, OrganizationRow};
use labelkeep_store::audit;

use super::token_reach::MOST_DAYS;
use super::{TokenSettings, invites};
use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// Changes of an organization; what is `None` stays.
#[derive(Debug, Default)]
pub struct OrganizationChange {
    /// Its name.
    pub title: Option<String>,
    /// An address for questions; `Some(None)` removes it.
    pub contact_info: Option<Option<String>>,
}

/// How long sessions last. Minutes.
#[derive(Debug, Clone)]
pub struct SessionPolicy {
    /// In any case.
    pub max_session_age: i64,
    /// Without a request.
    pub max_time_between_activity: i64,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub updated_at: i64,
}

/// The organizations of the caller. A token knows of the one in which it works.
pub async fn own_organizations(services: &Services, actor: &Actor) -> Result<Vec<OrganizationRow>> {
    let mut rows = store::of_account(&services.db, actor.account_id).await?;
    rows.retain(|row| actor.token_id.is_none() || row.id == actor.organization_id);
    Ok(rows)
}

/// The organization in which the caller works, its members' ids, and its invitation token for those who may see it.
pub async fn own_organization(
    services: &Services,
    organization: &Granted<i64>,
) -> Result<(OrganizationRow, Vec<i64>, Option<String>)> {
    let row = load(services, *organization.row()).await?;
    let members = store::member_ids(&services.db, row.id).await?;
    let token = if organization.actor().may(access::Action::Invite) {
        invites::open(services, &row)?.token
    } else {
        None
    };
    Ok((row, members, token))
}

/// Changes name and contact.
pub async fn change_organization(
    services: &Services,
    organization: Granted<i64>,
    change: OrganizationChange,
) -> Result<()> {
    let (actor, id) = organization.into_parts();
    let row = load(services, id).await?;
    let title = change.title.map_or(row.title, |title| crate::names::plain(&title));
    let contact_info = change.contact_info.unwrap_or(row.contact_info);
    let mut errors = Invalid::default();
    if title.is_empty() {
        errors.add("title", "This field may not be blank.");
    }
    if title.chars().count() > 1_000 {
        errors.add("title", "Ensure this field has no more than 1000 characters.");
    }
    if let Some(contact) = contact_info.as_deref().filter(|contact| !contact.is_empty())
        && super::clean_email(contact).is_err()
    {
        errors.add("contact_info", "Enter a valid email address.");
    }
    errors.into_result()?;
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_names(tx, id, &title, contact_info.as_deref(), now).await?;
                audit::record(
                    tx,
                    &origin,
                    "organization.change",
                    &format!("organization:{id}"),
                    "{}",
                    now,
                )
                .await
            })
        })
        .await?;
    Ok(())
}

/// Changes of the rules for tokens; what is `None` stays.
#[derive(Debug, Default, Clone, Copy)]
#[allow(missing_docs)]
pub struct TokenSettingsChange {
    pub api_tokens_enabled: Option<bool>,
    pub legacy_api_tokens_enabled: Option<bool>,
    /// The longest life of a new token, in days.
    pub api_token_ttl_days: Option<i64>,
}

/// Which kinds of tokens are accepted, and how long new ones live.
pub async fn token_settings(services: &Services, organization: &Granted<i64>) -> Result<TokenSettings> {
    let row = load(services, *organization.row()).await?;
    Ok(TokenSettings {
        api_tokens_enabled: row.api_tokens_enabled,
        legacy_api_tokens_enabled: row.legacy_api_tokens_enabled,
        api_token_ttl_days: row.api_token_ttl_days,
    })
}

/// Changes which kinds of tokens are accepted, which takes effect at once, and how long new ones live. Clients that know
/// no maximum send very large numbers: beyond a year a life counts as a year (SEC-094).
pub async fn change_token_settings(
    services: &Services,
    organization: Granted<i64>,
    change: TokenSettingsChange,
) -> Result<TokenSettings> {
    let before = token_settings(services, &organization).await?;
    let (actor, id) = organization.into_parts();
    let days = change.api_token_ttl_days.unwrap_or(before.api_token_ttl_days);
    if days < 1 {
        let text = "Ensure this value is greater than or equal to 1.";
        return Err(Invalid::field("api_token_ttl_days", text).into());
    }
    let after = TokenSettings {
        api_tokens_enabled: change.api_tokens_enabled.unwrap_or(before.api_tokens_enabled),
        legacy_api_tokens_enabled: change
            .legacy_api_tokens_enabled
            .unwrap_or(before.legacy_api_tokens_enabled),
        api_token_ttl_days: days.min(MOST_DAYS),
    };
    let (now, origin) = (services.now(), access::origin(&actor));
    let detail = serde_json::json!({
        "api_tokens_enabled": after.api_tokens_enabled,
        "legacy_api_tokens_enabled": after.legacy_api_tokens_enabled,
        "api_token_ttl_days": after.api_token_ttl_days,
    });
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (api, legacy) = (after.api_tokens_enabled, after.legacy_api_tokens_enabled);
                store::set_token_settings(tx, id, api, legacy, after.api_token_ttl_days, now).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "token.settings", &object, &detail.to_string(), now).await
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(after)
}

/// The least length of a new password, in characters.
pub async fn min_password_length(services: &Services, organization: &Granted<i64>) -> Result<i64> {
    Ok(load(services, *organization.row()).await?.min_password_length)
}

/// Changes the least length of a new password: from 8 to 64 characters (SEC-055). Passwords that people have stay.
pub async fn change_min_password_length(
    services: &Services,
    organization: Granted<i64>,
    characters: i64,
) -> Result<i64> {
    const LEAST: i64 = 8;
    const MOST: i64 = 64;
    if !(LEAST..=MOST).contains(&characters) {
        let text = format!("Ensure this value is from {LEAST} to {MOST}.");
        return Err(Invalid::field("min_length", text).into());
    }
    let (actor, id) = organization.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_min_password_length(tx, id, characters, now).await?;
                let detail = serde_json::json!({ "min_length": characters }).to_string();
                audit::record(
                    tx,
                    &origin,
                    "password.policy",
                    &format!("organization:{id}"),
                    &detail,
                    now,
                )
                .await
            })
        })
        .await?;
    Ok(characters)
}

/// The limits of sessions in force.
pub async fn session_policy(services: &Services, organization: &Granted<i64>) -> Result<SessionPolicy> {
    Ok(policy(services, &load(services, *organization.row()).await?))
}

/// Changes the limits of sessions, in minutes; what is `None` stays. From 5 minutes to 30 days (SEC-028).
pub async fn change_session_policy(
    services: &Services,
    organization: Granted<i64>,
    max_age: Option<i64>,
    max_idle: Option<i64>,
) -> Result<SessionPolicy> {
    const LEAST: i64 = 5;
    const MOST: i64 = 30 * 24 * 60;
    let (actor, id) = organization.into_parts();
    let before = policy(services, &load(services, id).await?);
    let mut errors = Invalid::default();
    for (name, value) in [("max_session_age", max_age), ("max_time_between_activity", max_idle)] {
        match value {
            Some(minutes) if minutes < LEAST => {
                errors.add(name, format!("Ensure this value is greater than or equal to {LEAST}."));
            }
            Some(minutes) if minutes > MOST => {
                errors.add(name, format!("Ensure this value is less than or equal to {MOST}."));
            }
            _ => {}
        }
    }
    errors.into_result()?;
    let (age, idle) = (
        max_age.unwrap_or(before.max_session_age),
        max_idle.unwrap_or(before.max_time_between_activity),
    );
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_session_policy(tx, id, age, idle, now).await?;
                let detail =
                    serde_json::json!({ "max_session_age": age, "max_time_between_activity": idle }).to_string();
                audit::record(
                    tx,
                    &origin,
                    "session.policy",
                    &format!("organization:{id}"),
                    &detail,
                    now,
                )
                .await
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(policy(services, &load(services, id).await?))
}

fn policy(services: &Services, row: &OrganizationRow) -> SessionPolicy {
    SessionPolicy {
        max_session_age: row
            .max_session_age
            .unwrap_or(services.settings.session_max_seconds / 60),
        max_time_between_activity: row
            .max_time_between_activity
            .unwrap_or(services.settings.session_idle_seconds / 60),
        created_at: row.created_at,
        updated_at: row.session_policy_updated_at.unwrap_or(row.created_at),
    }
}

async fn load(services: &Services, id: i64) -> Result<OrganizationRow> {
    store::find(&services.db, id)
        .await?
        .ok_or(ServiceError::NotFound("Organization"))
}
