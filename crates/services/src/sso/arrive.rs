//! From an identity to an account and its session (SEC-077, SEC-081).

use std::net::IpAddr;

use labelkeep_policy::Role;
use labelkeep_store::accounts::identities::{self as store, FlowRow, IdentityRow};
use labelkeep_store::accounts::{self as accounts, AccountRow, NewAccount, memberships, organizations};
use labelkeep_store::audit::{self, Origin};

use super::ldap;
use super::mapping::{Mapping, Subject};
use super::oidc::Callback;
use super::settings::{Effective, KIND};
use crate::accounts::{NewSession, SignIn, SignedIn, WaitingSignIn, begin_by_provider, clean_email, uses_roles};
use crate::audit::personal::{introduce, introduce_in};
use crate::{Result, ServiceError, Services};

/// What came of a way back from the provider.
#[derive(Debug)]
pub enum Arrival {
    /// Signed in; on to this path.
    Session(NewSession, String),
    /// Signed in there; here a second factor is still due. On to this path afterwards.
    SecondStep(WaitingSignIn, String),
    /// The identity belongs to the account now.
    Linked,
    /// Not signed in, and why.
    Refused(String),
}

/// Who the provider says it is.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) issuer: String,
    pub(super) subject: String,
    /// Lower case; empty when the provider did not say it.
    pub(super) email: String,
    /// The provider says that the address is not confirmed.
    pub(super) email_refuted: bool,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) groups: Vec<String>,
    /// The provider asked for a second factor itself.
    pub(super) strong: bool,
}

/// Where somebody arrives.
struct Door<'a> {
    organization_id: i64,
    /// `oidc` or `ldap`.
    source: &'static str,
    mapping: &'a Mapping,
    persistent: bool,
    address: IpAddr,
    agent: &'a str,
}

const INACTIVE: &str = "Your account is not active. Ask the people who run this server.";

pub(super) async fn arrive(
    services: &Services,
    in_force: &Effective,
    flow: FlowRow,
    person: Person,
    callback: &Callback,
) -> Result<Arrival> {
    if let Some(account_id) = flow.account_id {
        return link(services, &flow, account_id, &person, callback).await;
    }
    let door = Door {
        organization_id: flow.organization_id,
        source: KIND,
        mapping: &in_force.settings.mapping,
        persistent: false,
        address: callback.address,
        agent: &callback.agent,
    };
    Ok(match admit(services, &door, &person).await? {
        Ok(SignedIn::Session(session)) => Arrival::Session(session, flow.next),
        Ok(SignedIn::SecondStep(waiting)) => Arrival::SecondStep(waiting, flow.next),
        Ok(_) => Arrival::Refused(INACTIVE.to_owned()),
        Err(text) => Arrival::Refused(text.to_owned()),
    })
}

/// A sign-in whose password no account of ours has: perhaps it is one of a directory. `account_id` is the account of the
/// address, if there is one.
pub(crate) async fn sign_in_by_directory(
    services: &Services,
    wish: &SignIn,
    email: &str,
    account_id: Option<i64>,
) -> Result<Option<SignedIn>> {
    let Some((organization_id, settings, person)) = ldap::find(services, email, &wish.password, account_id).await?
    else {
        return Ok(None);
    };
    let door = Door {
        organization_id,
        source: ldap::KIND,
        mapping: &settings.mapping,
        persistent: wish.persistent,
        address: wish.address,
        agent: &wish.agent,
    };
    match admit(services, &door, &person).await? {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(reason) => {
            tracing::warn!(
                organization_id,
                reason,
                "the directory knows somebody whom it does not sign in"
            );
            Ok(None)
        }
    }
}

/// Finds or makes the account, brings its rights up to date, and begins its session. The inner error is a text for the
/// person.
async fn admit(services: &Services, door: &Door<'_>, person: &Person) -> Result<Result<SignedIn, &'static str>> {
    let (organization_id, source, now) = (door.organization_id, door.source, services.now());
    let known = store::find(&services.db, organization_id, &person.issuer, &person.subject).await?;
    let account = match &known {
        Some(identity) => accounts::own(&services.db, identity.account_id).await?,
        None => match adopt(services, door, person).await? {
            Some(account) => Some(account),
            None => match create(services, door, person).await? {
                Ok(account) => Some(account),
                Err(text) => return Ok(Err(text)),
            },
        },
    };
    let member = match &account {
        Some(account) => store::role_and_source(&services.db, organization_id, account.id).await?,
        None => None,
    };
    let (Some(account), Some((role, role_source))) = (account, member) else {
        return Ok(Err(
            "You are not a member of this organization any more. Ask the people who run it.",
        ));
    };
    if !account.is_active || Role::from_word(&role) == Role::Deactivated {
        return Ok(Err(INACTIVE));
    }
    let account_id = account.id;
    let default_role = store::default_role(&services.db, organization_id).await?;
    let (mapping, again, groups) = (door.mapping.clone(), services.clone(), person.groups.clone());
    let (identity, email) = (known.map(|identity| identity.id), person.email.clone());
    let origin = Origin {
        organization_id: Some(organization_id),
        account_id: Some(account_id),
        address: door.address.to_string(),
        ..Origin::default()
    };
    introduce(services, account_id).await?;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(id) = identity {
                    store::touch(tx, id, &email, now).await?;
                }
                let member = Subject {
                    organization_id,
                    account_id,
                    role: &role,
                    role_source: &role_source,
                    default_role: &default_role,
                    groups: &groups,
                    source,
                };
                mapping.apply(tx, &member, &again, &origin).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    let wish = SignIn {
        email: String::new(),
        password: String::new(),
        persistent: door.persistent,
        address: door.address,
        agent: door.agent.to_owned(),
    };
    Ok(Ok(begin_by_provider(
        services,
        &account,
        (organization_id, source),
        person.strong,
        &wish,
    )
    .await?))
}

/// The account that the same organization's provisioning has made for the address, and that nobody has used: it waits for
/// this sign-in. Whoever has set a password or linked an identity links others themselves (SEC-077).
async fn adopt(services: &Services, door: &Door<'_>, person: &Person) -> Result<Option<AccountRow>> {
    let Some(email) = clean_email(&person.email).ok().filter(|_| !person.email_refuted) else {
        return Ok(None);
    };
    let (organization_id, source, now) = (door.organization_id, door.source, services.now());
    let (issuer, subject, address) = (person.issuer.clone(), person.subject.clone(), door.address.to_string());
    let again = services.clone();
    let adopted = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(id) = labelkeep_store::scim::users::untouched(tx, organization_id, &email).await? else {
                    return Ok(None);
                };
                store::insert(tx, organization_id, id, (&issuer, &subject), &email, now).await?;
                introduce_in(tx, &again, id).await?;
                let origin = Origin {
                    organization_id: Some(organization_id),
                    account_id: Some(id),
                    address,
                    ..Origin::default()
                };
                let detail = serde_json::json!({ "provider": source, "provisioned": true }).to_string();
                audit::record(tx, &origin, "sso.link", &format!("user:{id}"), &detail, now).await?;
                Ok::<_, ServiceError>(Some(id))
            })
        })
        .await?;
    match adopted {
        Some(id) => Ok(accounts::own(&services.db, id).await?),
        None => Ok(None),
    }
}

/// The account of a first sign-in. An address that has an account already is linked by that account's own action only:
/// what a provider says about an address proves nothing about who made the account (SEC-077).
async fn create(services: &Services, door: &Door<'_>, person: &Person) -> Result<Result<AccountRow, &'static str>> {
    const TAKEN: &str = "There is an account with this address already. Sign in to it with its password and link the \
                         provider in your account settings.";
    let Ok(email) = clean_email(&person.email) else {
        return Ok(Err(
            "The provider did not say your e-mail address. Its administrators can add it.",
        ));
    };
    if person.email_refuted {
        return Ok(Err("The provider says that your e-mail address is not confirmed yet."));
    }
    let (organization_id, source, now) = (door.organization_id, door.source, services.now());
    let default_role = store::default_role(&services.db, organization_id).await?;
    let role = door.mapping.first_role(&person.groups, &default_role);
    let name = |text: &str| crate::names::plain(text).chars().take(256).collect::<String>();
    let new = NewAccount {
        username: name(email.split('@').next().unwrap_or_default()),
        email: email.clone(),
        first_name: name(&person.first_name),
        last_name: name(&person.last_name),
        phone: String::new(),
        password_hash: None,
        custom_hotkeys: "{}".to_owned(),
        allow_newsletters: None,
        active_organization: Some(organization_id),
        date_joined: now,
        at: now,
    };
    let (issuer, subject) = (person.issuer.clone(), person.subject.clone());
    let (address, again) = (door.address.to_string(), services.clone());
    let made = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let account = accounts::insert(tx, new).await?;
                organizations::add_member(tx, organization_id, account.id, role.word(), now).await?;
                memberships::set_role(tx, organization_id, account.id, role.word(), source).await?;
                if uses_roles(role) {
                    organizations::begin_roles(tx, organization_id, now).await?;
                }
                store::insert(tx, organization_id, account.id, (&issuer, &subject), &email, now).await?;
                introduce_in(tx, &again, account.id).await?;
                let origin = Origin {
                    organization_id: Some(organization_id),
                    account_id: Some(account.id),
                    address,
                    ..Origin::default()
                };
                let detail = serde_json::json!({ "provider": source, "role": role.code() }).to_string();
                audit::record(tx, &origin, "signup", &format!("user:{}", account.id), &detail, now).await?;
                Ok::<_, ServiceError>(account)
            })
        })
        .await;
    match made {
        Ok(account) => Ok(Ok(account)),
        Err(ServiceError::Store(error)) if error.is_unique_violation() => Ok(Err(TAKEN)),
        Err(error) => Err(error),
    }
}

/// Links an identity with the account of somebody who is signed in and has gone to the provider for that.
async fn link(
    services: &Services,
    flow: &FlowRow,
    account_id: i64,
    person: &Person,
    callback: &Callback,
) -> Result<Arrival> {
    let known: Option<IdentityRow> =
        store::find(&services.db, flow.organization_id, &person.issuer, &person.subject).await?;
    match known {
        Some(identity) if identity.account_id == account_id => return Ok(Arrival::Linked),
        Some(_) => {
            let text = "This identity belongs to another account already.";
            return Ok(Arrival::Refused(text.to_owned()));
        }
        None => {}
    }
    let (organization_id, now) = (flow.organization_id, services.now());
    let (issuer, subject, email) = (person.issuer.clone(), person.subject.clone(), person.email.clone());
    let origin = origin(flow, callback);
    introduce(services, account_id).await?;
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                store::insert(tx, organization_id, account_id, (&issuer, &subject), &email, now).await?;
                audit::record(tx, &origin, "sso.link", &format!("user:{account_id}"), "{}", now).await
            })
        })
        .await?;
    Ok(Arrival::Linked)
}

/// One row for an answer that was not accepted.
pub(super) async fn note_failure(services: &Services, flow: &FlowRow, callback: &Callback, reason: &str) -> Result<()> {
    let (now, origin) = (services.now(), origin(flow, callback));
    if let Some(id) = flow.account_id {
        introduce(services, id).await?;
    }
    let detail = serde_json::json!({ "provider": KIND, "reason": reason }).to_string();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                audit::record(tx, &origin, "login.failed", "", &detail, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

fn origin(flow: &FlowRow, callback: &Callback) -> Origin {
    Origin {
        organization_id: Some(flow.organization_id),
        account_id: flow.account_id,
        address: callback.address.to_string(),
        ..Origin::default()
    }
}
