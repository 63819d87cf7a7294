//! How an organization's OpenID provider is reached: set by its administrators, or by the environment for the first
//! organization.

use labelkeep_crypt::Secret;
use labelkeep_store::accounts::identities as store;
use labelkeep_store::accounts::organizations;
use labelkeep_store::audit;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Mapping, provider, stored};
use crate::access::{self, Granted};
use crate::accounts::{Caller, in_browser};
use crate::{Invalid, Result, ServiceError, Services};

pub(super) const KIND: &str = "oidc";

/// The provider of an organization, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OidcSettings {
    /// People may sign in by it.
    pub enabled: bool,
    /// The provider's issuer, to the letter.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Asked for, separated by blanks; `openid` always is.
    pub scopes: String,
    /// The claim of the ID token that lists groups.
    pub group_claim: String,
    /// Text of the button on the sign-in page.
    pub button_text: String,
    /// From groups to rights.
    #[serde(flatten)]
    pub mapping: Mapping,
}

impl Default for OidcSettings {
    fn default() -> Self {
        OidcSettings {
            enabled: false,
            issuer: String::new(),
            client_id: String::new(),
            scopes: "openid email profile".to_owned(),
            group_claim: "groups".to_owned(),
            button_text: "Sign in with single sign-on".to_owned(),
            mapping: Mapping::default(),
        }
    }
}

/// The connection that the environment sets.
#[derive(Debug, Clone)]
pub struct OidcConnection {
    /// As in [`OidcSettings`].
    pub issuer: String,
    /// As in [`OidcSettings`].
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Option<Secret>,
    /// As in [`OidcSettings`].
    pub scopes: Option<String>,
    /// As in [`OidcSettings`].
    pub group_claim: Option<String>,
    /// As in [`OidcSettings`].
    pub button_text: Option<String>,
}

/// What is in force for an organization.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The settings.
    pub settings: OidcSettings,
    /// The client's secret.
    pub secret: Option<Secret>,
    /// The connection comes from the environment.
    pub by_environment: bool,
    /// Members may sign in with a password.
    pub local_passwords: bool,
}

/// A change; what is `None` stays.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct OidcChange {
    pub enabled: Option<bool>,
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub scopes: Option<String>,
    pub group_claim: Option<String>,
    pub button_text: Option<String>,
    pub roles_groups: Option<Vec<(String, String)>>,
    pub workspaces_groups: Option<Vec<(String, String)>>,
    pub projects_groups: Option<Vec<super::ProjectGroup>>,
    pub manual_role_management: Option<bool>,
    pub local_passwords: Option<bool>,
}

/// The button of the sign-in page.
#[derive(Debug)]
pub struct ProviderButton {
    /// Whose provider it is.
    pub organization_id: i64,
    /// What it says.
    pub text: String,
}

/// The settings in force.
pub async fn oidc_settings(services: &Services, organization: &Granted<i64>) -> Result<Effective> {
    effective(services, *organization.row()).await
}

pub(super) async fn effective(services: &Services, organization_id: i64) -> Result<Effective> {
    let (mut settings, mut secret) = stored::load::<OidcSettings>(services, organization_id, KIND).await?;
    let mut by_environment = false;
    if let Some(given) = &services.settings.oidc
        && organizations::first(&services.db).await?.map(|row| row.id) == Some(organization_id)
    {
        by_environment = true;
        settings.enabled = true;
        settings.issuer.clone_from(&given.issuer);
        settings.client_id.clone_from(&given.client_id);
        for (place, value) in [
            (&mut settings.scopes, &given.scopes),
            (&mut settings.group_claim, &given.group_claim),
            (&mut settings.button_text, &given.button_text),
        ] {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        secret.clone_from(&given.client_secret);
    }
    Ok(Effective {
        settings,
        secret,
        by_environment,
        local_passwords: store::local_passwords(&services.db, organization_id).await?,
    })
}

/// The provider whose button the sign-in page shows: that of the organization that is asked for, else the only one there is.
pub async fn button(services: &Services, organization_id: Option<i64>) -> Result<Option<ProviderButton>> {
    let id = match organization_id {
        Some(id) => Some(id),
        None if services.settings.oidc.is_some() => organizations::first(&services.db).await?.map(|row| row.id),
        None => match store::providers(&services.db, KIND, 2).await?.as_slice() {
            [one] => Some(one.organization_id),
            _ => None,
        },
    };
    let Some(organization_id) = id else { return Ok(None) };
    let Effective { settings, .. } = effective(services, organization_id).await?;
    Ok(settings.enabled.then_some(ProviderButton {
        organization_id,
        text: settings.button_text,
    }))
}

/// Changes the settings.
pub async fn change_oidc(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    change: OidcChange,
) -> Result<Effective> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let Effective {
        mut settings,
        mut secret,
        by_environment,
        local_passwords,
    } = effective(services, id).await?;
    let fixed = change.issuer.is_some() || change.client_id.is_some() || change.client_secret.is_some();
    if by_environment && fixed {
        return Err(Invalid::whole("The connection is set by the server's environment.").into());
    }
    let moved = change.issuer.as_ref().is_some_and(|issuer| *issuer != settings.issuer);
    let set = |place: &mut String, value: Option<String>| {
        if let Some(value) = value {
            *place = value.trim().to_owned();
        }
    };
    set(&mut settings.issuer, change.issuer);
    set(&mut settings.client_id, change.client_id);
    set(&mut settings.scopes, change.scopes);
    set(&mut settings.group_claim, change.group_claim);
    set(&mut settings.button_text, change.button_text);
    settings.enabled = change.enabled.unwrap_or(settings.enabled);
    settings.mapping.change(
        change.roles_groups,
        change.workspaces_groups,
        change.projects_groups,
        change.manual_role_management,
    );
    match change.client_secret {
        Some(text) => secret = Some(text).filter(|text| !text.is_empty()).map(Secret::new),
        // A secret goes to the provider that it was made for, never to another one that somebody writes into the form.
        None if moved => secret = None,
        None => {}
    }
    check(services, &settings)?;
    let local_passwords = change.local_passwords.unwrap_or(local_passwords);
    if !local_passwords && !settings.enabled {
        let text = "Without a provider in force nobody could sign in.";
        return Err(Invalid::field("local_passwords", text).into());
    }
    let kept = secret.as_ref().filter(|_| !by_environment);
    let row = stored::row(services, id, KIND, &settings, kept)?;
    let detail = serde_json::json!({ "issuer": settings.issuer, "enabled": settings.enabled, "local_passwords": local_passwords });
    let (now, origin, account_id) = (services.now(), access::origin(&actor), actor.account_id);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_provider(tx, &row).await?;
                store::set_local_passwords(tx, id, local_passwords, now).await?;
                if !store::keeps_a_way_in(tx, account_id).await? {
                    let text =
                        "First an owner needs a password and a second factor, for the day on which the provider fails.";
                    return Err(ServiceError::from(Invalid::field("local_passwords", text)));
                }
                let object = format!("organization:{id}");
                Ok(audit::record(tx, &origin, "sso.oidc.change", &object, &detail.to_string(), now).await?)
            })
        })
        .await?;
    services.cache.forget_all();
    effective(services, id).await
}

/// Forgets the provider. Passwords are in force again: nobody could sign in otherwise.
pub async fn remove_oidc(services: &Services, organization: Granted<i64>, caller: &Caller) -> Result<()> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::remove_provider(tx, id, KIND).await?;
                store::set_local_passwords(tx, id, true, now).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "sso.oidc.remove", &object, "{}", now).await
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(())
}

/// Whether the provider answers as it must; the text says what is wrong otherwise.
pub async fn test_oidc(services: &Services, organization: &Granted<i64>) -> Result<Result<String, String>> {
    let Effective { settings, .. } = effective(services, *organization.row()).await?;
    if settings.issuer.is_empty() {
        return Ok(Err("There is no issuer yet.".to_owned()));
    }
    Ok(match provider::discover(services, &settings.issuer).await {
        Ok(metadata) => Ok(format!(
            "{} answers, with {} keys.",
            settings.issuer,
            metadata.jwks().keys().len()
        )),
        Err(text) => Err(text),
    })
}

fn check(services: &Services, settings: &OidcSettings) -> Result<(), Invalid> {
    let mut errors = Invalid::default();
    if (settings.enabled || !settings.issuer.is_empty()) && !issuer_fits(&settings.issuer, services.settings.local) {
        errors.add(
            "issuer",
            "Enter the provider's issuer, such as https://id.example, without ? and #.",
        );
    }
    if settings.enabled && settings.client_id.is_empty() {
        errors.add("client_id", "This field may not be blank.");
    }
    for (name, text, most) in [
        ("client_id", &settings.client_id, 512),
        ("scopes", &settings.scopes, 512),
        ("group_claim", &settings.group_claim, 128),
        ("button_text", &settings.button_text, 64),
    ] {
        if text.chars().count() > most || text.chars().any(char::is_control) {
            errors.add(name, format!("Ensure this field has no more than {most} characters."));
        }
    }
    if settings.button_text.is_empty() {
        errors.add("button_text", "This field may not be blank.");
    }
    settings.mapping.check(&mut errors);
    errors.into_result()
}

/// `https`; plain `http` only in local mode, to this machine.
fn issuer_fits(issuer: &str, local: bool) -> bool {
    let Ok(url) = Url::parse(issuer) else { return false };
    let near = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = url.scheme() == "https" || (local && near && url.scheme() == "http");
    scheme && url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && issuer.len() <= 1_024
}
