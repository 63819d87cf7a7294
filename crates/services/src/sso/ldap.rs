//! Sign-in by a directory (LDAP), with the ordinary form (SEC-080).

use labelkeep_crypt::Secret;
use labelkeep_net::{DirectoryEntry, DirectoryQuestion, NetError, directory};
use labelkeep_store::accounts::identities as store;
use labelkeep_store::audit;
use serde::{Deserialize, Serialize};

use super::arrive::Person;
use super::{Mapping, ProjectGroup, stored};
use crate::access::{self, Granted};
use crate::accounts::{Caller, in_browser};
use crate::{Invalid, Result, Services};

pub(super) const KIND: &str = "ldap";
/// Directories that a sign-in of somebody unknown asks.
const MOST_ASKED: i64 = 3;
/// Most groups of a person that are looked at.
const MAX_GROUPS: usize = 2_000;

/// An organization's directory, without its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LdapSettings {
    /// People may sign in by it.
    pub enabled: bool,
    /// `ldaps://host:port`, or `ldap://host:port` with StartTLS.
    pub url: String,
    /// Begin TLS in a plain connection before anything is said.
    pub start_tls: bool,
    /// An account that may search.
    pub bind_dn: String,
    /// Where people are.
    pub search_base: String,
    /// Finds a person; `{email}` stands for what was typed.
    pub user_filter: String,
    /// The attribute with the address.
    pub email_attribute: String,
    /// The attribute with the first name.
    pub first_name_attribute: String,
    /// The attribute with the last name.
    pub last_name_attribute: String,
    /// The attribute that lists groups.
    pub group_attribute: String,
    /// From groups to rights.
    #[serde(flatten)]
    pub mapping: Mapping,
}

impl Default for LdapSettings {
    fn default() -> Self {
        LdapSettings {
            enabled: false,
            url: String::new(),
            start_tls: false,
            bind_dn: String::new(),
            search_base: String::new(),
            user_filter: "(mail={email})".to_owned(),
            email_attribute: "mail".to_owned(),
            first_name_attribute: "givenName".to_owned(),
            last_name_attribute: "sn".to_owned(),
            group_attribute: "memberOf".to_owned(),
            mapping: Mapping::default(),
        }
    }
}

/// A change; what is `None` stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct LdapChange {
    pub enabled: Option<bool>,
    pub url: Option<String>,
    pub start_tls: Option<bool>,
    pub bind_dn: Option<String>,
    pub bind_password: Option<String>,
    pub search_base: Option<String>,
    pub user_filter: Option<String>,
    pub email_attribute: Option<String>,
    pub first_name_attribute: Option<String>,
    pub last_name_attribute: Option<String>,
    pub group_attribute: Option<String>,
    pub roles_groups: Option<Vec<(String, String)>>,
    pub workspaces_groups: Option<Vec<(String, String)>>,
    pub projects_groups: Option<Vec<ProjectGroup>>,
    pub manual_role_management: Option<bool>,
}

/// The settings, and whether there is a password.
pub async fn ldap_settings(services: &Services, organization: &Granted<i64>) -> Result<(LdapSettings, bool)> {
    let (settings, secret) = stored::load::<LdapSettings>(services, *organization.row(), KIND).await?;
    Ok((settings, secret.is_some()))
}

/// Changes the settings.
pub async fn change_ldap(
    services: &Services,
    organization: Granted<i64>,
    caller: &Caller,
    change: LdapChange,
) -> Result<()> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let (mut settings, mut secret) = stored::load::<LdapSettings>(services, id, KIND).await?;
    let moved = change.url.as_ref().is_some_and(|url| *url != settings.url);
    for (place, value) in [
        (&mut settings.url, change.url),
        (&mut settings.bind_dn, change.bind_dn),
        (&mut settings.search_base, change.search_base),
        (&mut settings.user_filter, change.user_filter),
        (&mut settings.email_attribute, change.email_attribute),
        (&mut settings.first_name_attribute, change.first_name_attribute),
        (&mut settings.last_name_attribute, change.last_name_attribute),
        (&mut settings.group_attribute, change.group_attribute),
    ] {
        if let Some(value) = value {
            *place = value.trim().to_owned();
        }
    }
    settings.enabled = change.enabled.unwrap_or(settings.enabled);
    settings.start_tls = change.start_tls.unwrap_or(settings.start_tls);
    settings.mapping.change(
        change.roles_groups,
        change.workspaces_groups,
        change.projects_groups,
        change.manual_role_management,
    );
    match change.bind_password {
        Some(text) => secret = Some(text).filter(|text| !text.is_empty()).map(Secret::new),
        // The password goes to the directory that it was given for, never to another one.
        None if moved => secret = None,
        None => {}
    }
    check(&settings, secret.as_ref())?;
    let row = stored::row(services, id, KIND, &settings, secret.as_ref())?;
    let detail = serde_json::json!({ "url": settings.url, "enabled": settings.enabled }).to_string();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::set_provider(tx, &row).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "sso.ldap.change", &object, &detail, now).await
            })
        })
        .await?;
    Ok(())
}

/// Forgets the directory.
pub async fn remove_ldap(services: &Services, organization: Granted<i64>, caller: &Caller) -> Result<()> {
    in_browser(caller)?;
    let (actor, id) = organization.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::remove_provider(tx, id, KIND).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "sso.ldap.remove", &object, "{}", now).await
            })
        })
        .await?;
    Ok(())
}

/// Whether the directory answers, and what it knows of an address; the text says what is wrong otherwise.
pub async fn test_ldap(
    services: &Services,
    organization: &Granted<i64>,
    email: Option<&str>,
    password: Option<String>,
) -> Result<Result<String, String>> {
    let (settings, secret) = stored::load::<LdapSettings>(services, *organization.row(), KIND).await?;
    if let Err(invalid) = check(
        &LdapSettings {
            enabled: true,
            ..settings.clone()
        },
        secret.as_ref(),
    ) {
        let texts: Vec<String> = invalid
            .fields
            .into_iter()
            .map(|(name, texts)| format!("{name}: {}", texts.join(" ")))
            .collect();
        return Ok(Err(texts.join(" ")));
    }
    let Some(secret) = secret else {
        return Ok(Err("There is no password for the account that searches.".to_owned()));
    };
    let asked = email.unwrap_or("nobody@localhost.invalid");
    let answer = ask(services, &settings, &secret, asked, password).await;
    Ok(match (answer, email) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), None) => Ok("The directory answers.".to_owned()),
        (Ok(Some(entry)), _) => Ok(format!("Found {}.", entry.dn)),
        (Ok(None), _) => Err("There is no such person, more than one, or the password is not right.".to_owned()),
    })
}

/// Somebody whose address and password one of the directories knows, with the organization that it belongs to. With an
/// account only the directories are asked that know it (`account_id`); without one those that there are.
pub(super) async fn find(
    services: &Services,
    email: &str,
    password: &str,
    account_id: Option<i64>,
) -> Result<Option<(i64, LdapSettings, Person)>> {
    if password.is_empty() || email.is_empty() {
        return Ok(None);
    }
    let known = match account_id {
        Some(id) => store::of_account(&services.db, id).await?,
        None => Vec::new(),
    };
    for row in store::providers(&services.db, KIND, 100)
        .await?
        .into_iter()
        .take(MOST_ASKED as usize)
    {
        let organization_id = row.organization_id;
        let (settings, secret) = stored::load::<LdapSettings>(services, organization_id, KIND).await?;
        let (true, Some(secret)) = (settings.enabled, secret) else {
            continue;
        };
        let issuer = issuer(&settings);
        let knows =
            |identity: &store::IdentityRow| identity.organization_id == organization_id && identity.issuer == issuer;
        if account_id.is_some() && !known.iter().any(knows) {
            continue;
        }
        match ask(services, &settings, &secret, email, Some(password.to_owned())).await {
            Ok(Some(entry)) => {
                let person = person(&settings, issuer, entry);
                return Ok(Some((organization_id, settings, person)));
            }
            Ok(None) => {}
            // One that is down keeps nobody from the others; the log has it.
            Err(error) => tracing::warn!(organization_id, %error, "a directory was not asked"),
        }
    }
    Ok(None)
}

async fn ask(
    services: &Services,
    settings: &LdapSettings,
    secret: &Secret,
    email: &str,
    password: Option<String>,
) -> Result<Option<DirectoryEntry>, NetError> {
    let question = DirectoryQuestion {
        url: settings.url.clone(),
        start_tls: settings.start_tls,
        reader: (settings.bind_dn.clone(), secret.expose().to_owned()),
        base: settings.search_base.clone(),
        filter: settings.user_filter.replace("{email}", &directory::escape(email)),
        attributes: [
            &settings.email_attribute,
            &settings.first_name_attribute,
            &settings.last_name_attribute,
            &settings.group_attribute,
        ]
        .into_iter()
        .filter(|name| !name.is_empty())
        .cloned()
        .collect(),
        password,
    };
    services.net.ask_directory(question).await
}

/// An identity is a name in one part of one directory.
fn issuer(settings: &LdapSettings) -> String {
    format!("{}/{}", settings.url.trim_end_matches('/'), settings.search_base)
}

fn person(settings: &LdapSettings, issuer: String, entry: DirectoryEntry) -> Person {
    let first = |name: &str| {
        let values = entry.attributes.get(&name.to_ascii_lowercase());
        values.and_then(|values| values.first()).cloned().unwrap_or_default()
    };
    let groups = entry.attributes.get(&settings.group_attribute.to_ascii_lowercase());
    Person {
        issuer,
        // Names in a directory do not differ by case.
        subject: entry.dn.to_lowercase(),
        email: first(&settings.email_attribute).to_lowercase(),
        email_refuted: false,
        first_name: first(&settings.first_name_attribute),
        last_name: first(&settings.last_name_attribute),
        groups: groups.into_iter().flatten().take(MAX_GROUPS).cloned().collect(),
        strong: false,
    }
}

fn check(settings: &LdapSettings, secret: Option<&Secret>) -> Result<(), Invalid> {
    let mut errors = Invalid::default();
    let scheme = settings.url.starts_with("ldaps://") || (settings.url.starts_with("ldap://") && settings.start_tls);
    if settings.enabled || !settings.url.is_empty() {
        if !scheme {
            errors.add(
                "url",
                "Enter ldaps://host, or ldap://host with StartTLS: passwords go encrypted only.",
            );
        }
        if !settings.user_filter.contains("{email}") || !settings.user_filter.starts_with('(') {
            errors.add("user_filter", "Enter a filter with {email}, such as (mail={email}).");
        }
    }
    if settings.enabled {
        for (name, text) in [
            ("bind_dn", &settings.bind_dn),
            ("search_base", &settings.search_base),
            ("email_attribute", &settings.email_attribute),
        ] {
            if text.is_empty() {
                errors.add(name, "This field may not be blank.");
            }
        }
        if secret.is_none() {
            errors.add("bind_password", "This field may not be blank.");
        }
    }
    let texts = [
        ("url", &settings.url),
        ("bind_dn", &settings.bind_dn),
        ("search_base", &settings.search_base),
        ("user_filter", &settings.user_filter),
        ("email_attribute", &settings.email_attribute),
        ("first_name_attribute", &settings.first_name_attribute),
        ("last_name_attribute", &settings.last_name_attribute),
        ("group_attribute", &settings.group_attribute),
    ];
    for (name, text) in texts {
        if text.len() > 1_024 || text.chars().any(char::is_control) {
            errors.add(name, "Ensure this field has no more than 1024 characters.");
        }
    }
    settings.mapping.check(&mut errors);
    errors.into_result()
}
