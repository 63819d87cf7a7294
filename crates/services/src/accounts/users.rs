//! The people of an organization, and one's own account.

use labelkeep_policy::{Action, Actor, Role};
use labelkeep_store::accounts::{self as store, AccountChange, AccountRow, NewAccount, identities, organizations};
use labelkeep_store::audit;
use std::collections::HashMap;

use super::sessions::{self, NewSession, Renewal};
use super::{Caller, MembershipRow, Profile, Proof, clean_email};
use crate::access::{self, Granted};
use crate::names;
use crate::{Invalid, Result, ServiceError, Services};

/// Longest name, in characters.
const LONGEST: usize = 256;

/// Somebody whom a member adds. They have no password yet.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct NewUser {
    pub email: String,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub allow_newsletters: Option<bool>,
    /// Checked JSON object text.
    pub custom_hotkeys: Option<String>,
    pub date_joined: Option<i64>,
}

/// Changes of an account; what is `None` stays.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct UserChange {
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
    pub allow_newsletters: Option<Option<bool>>,
    pub active_organization: Option<Option<i64>>,
    /// Checked JSON object text.
    pub custom_hotkeys: Option<String>,
}

/// The caller's own account.
pub async fn own_account(services: &Services, actor: &Actor) -> Result<Profile> {
    let mut account = store::own(&services.db, actor.account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    // A session by a provider works in one organization, whichever the account went to last.
    account.active_organization = account.active_organization.map(|_| actor.organization_id);
    with_organization(services, account).await
}

/// The caller's own account with their memberships, by organization. A token knows of the one in which it works.
pub async fn own_profile(services: &Services, actor: &Actor) -> Result<(Profile, Vec<MembershipRow>)> {
    let mut memberships = organizations::memberships(&services.db, actor.account_id).await?;
    memberships.retain(|row| actor.token_id.is_none() || row.organization_id == actor.organization_id);
    Ok((own_account(services, actor).await?, memberships))
}

/// Everybody in the organization.
pub async fn users(services: &Services, organization: &Granted<i64>) -> Result<Vec<Profile>> {
    let accounts = store::members(&services.db, *organization.row()).await?;
    profiles(services, accounts).await
}

/// A member.
pub async fn user(services: &Services, organization: &Granted<i64>, id: i64) -> Result<Profile> {
    let account = store::member(&services.db, *organization.row(), id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    with_organization(services, account).await
}

/// Adds a person to the organization, as what newcomers are there. In the answer, as clients know it, no organization is
/// active yet.
pub async fn create_user(services: &Services, organization: Granted<i64>, mut new: NewUser) -> Result<Profile> {
    let (actor, organization_id) = organization.into_parts();
    for name in [
        &mut new.username,
        &mut new.first_name,
        &mut new.last_name,
        &mut new.phone,
    ] {
        *name = names::plain(name);
    }
    let email = clean_email(&new.email)?;
    let mut errors = Invalid::default();
    for (name, value) in [
        ("username", &new.username),
        ("first_name", &new.first_name),
        ("last_name", &new.last_name),
        ("phone", &new.phone),
    ] {
        check_length(name, value, &mut errors);
    }
    errors.into_result()?;
    let (now, origin) = (services.now(), access::origin(&actor));
    let row = NewAccount {
        email,
        username: new.username,
        first_name: new.first_name,
        last_name: new.last_name,
        phone: new.phone,
        password_hash: None,
        custom_hotkeys: new.custom_hotkeys.unwrap_or_else(|| "{}".to_owned()),
        allow_newsletters: new.allow_newsletters,
        active_organization: None,
        date_joined: new.date_joined.unwrap_or(now),
        at: now,
    };
    let account = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let account = store::insert(tx, row).await.map_err(|error| {
                    if error.is_unique_violation() {
                        Invalid::field("email", "user with this email address already exists.").into()
                    } else {
                        ServiceError::from(error)
                    }
                })?;
                let role = Role::from_word(&organizations::default_role(tx, organization_id).await?);
                organizations::add_member(tx, organization_id, account.id, role.word(), now).await?;
                audit::record(tx, &origin, "user.create", &format!("user:{}", account.id), "{}", now).await?;
                Ok::<_, ServiceError>(account)
            })
        })
        .await?;
    with_organization(services, account).await
}

/// Changes the caller's own account. Whoever goes to another organization gets a new session id (SEC-026), which is in the
/// answer then.
pub async fn update_own(
    services: &Services,
    caller: &Caller,
    change: UserChange,
) -> Result<(Profile, Option<NewSession>)> {
    let organization = access::organization(caller.actor.clone(), Action::OrganizationView)?;
    let wanted = change.active_organization.flatten();
    if let (Proof::Session { only_in: Some(id), .. }, Some(wanted)) = (&caller.proof, wanted)
        && *id != wanted
    {
        let text = "You signed in by an organization's identity provider, which opens that organization alone. Sign out \
                    and sign in to the other one.";
        return Err(Invalid::field("active_organization", text).into());
    }
    if let (Proof::Session { only_in: None, .. }, Some(id)) = (&caller.proof, wanted)
        && id != caller.actor.organization_id
        && !identities::local_passwords(&services.db, id).await?
    {
        // A password opens it to an owner with a factor only, here as at the sign-in (SEC-082).
        let member = organizations::membership(&services.db, id, caller.actor.account_id).await?;
        let owner = member.is_some_and(|row| Role::from_word(&row.role) == Role::Owner);
        if !(owner && caller.factor.enrolled) {
            let text = "This organization signs in by its identity provider. Sign out and sign in with it.";
            return Err(Invalid::field("active_organization", text).into());
        }
    }
    let renewal = if wanted.is_some_and(|id| id != caller.actor.organization_id) {
        sessions::renewal(services, caller).await?
    } else {
        None
    };
    change_account(services, organization, caller.actor.account_id, change, renewal).await
}

/// Changes a member: oneself, or, for those who manage the organization, others except its owner (SEC-114).
pub async fn update_user(
    services: &Services,
    organization: Granted<i64>,
    id: i64,
    change: UserChange,
) -> Result<Profile> {
    Ok(change_account(services, organization, id, change, None).await?.0)
}

async fn change_account(
    services: &Services,
    organization: Granted<i64>,
    id: i64,
    mut change: UserChange,
    renewal: Option<Renewal>,
) -> Result<(Profile, Option<NewSession>)> {
    let (actor, organization_id) = organization.into_parts();
    let target = organizations::membership(&services.db, organization_id, id).await?;
    let target = target.ok_or(ServiceError::NotFound("User"))?;
    let is_self = id == actor.account_id;
    if is_self {
        access::own_account(&actor)?;
    }
    if !is_self && (!actor.may(Action::OrganizationChange) || Role::from_word(&target.role) == Role::Owner) {
        return Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ));
    }
    let names = [
        &mut change.username,
        &mut change.first_name,
        &mut change.last_name,
        &mut change.phone,
    ];
    for name in names.into_iter().flatten() {
        *name = names::plain(name);
    }
    let mut errors = Invalid::default();
    for (name, value) in [
        ("username", &change.username),
        ("first_name", &change.first_name),
        ("last_name", &change.last_name),
        ("phone", &change.phone),
    ] {
        if let Some(value) = value {
            check_length(name, value, &mut errors);
        }
    }
    // Where else somebody is a member is their own affair (SEC-112).
    if let Some(Some(wanted)) = change.active_organization
        && ((!is_self && wanted != organization_id)
            || organizations::membership(&services.db, wanted, id).await?.is_none())
    {
        errors.add(
            "active_organization",
            format!("Invalid pk \"{wanted}\" - object does not exist."),
        );
    }
    errors.into_result()?;
    let change = AccountChange {
        username: change.username,
        first_name: change.first_name,
        last_name: change.last_name,
        phone: change.phone,
        custom_hotkeys: change.custom_hotkeys,
        allow_newsletters: change.allow_newsletters,
        active_organization: change.active_organization,
        avatar: None,
        date_joined: None,
    };
    let (now, origin) = (services.now(), access::origin(&actor));
    let (account, session) = write_change(services, id, change, renewal, "user.change", origin, now).await?;
    Ok((with_organization(services, account).await?, session))
}

/// Removes a person from the organization; see [`super::remove_member`] for who may.
pub async fn delete_user(services: &Services, organization: Granted<i64>, id: i64) -> Result<()> {
    let target = organizations::membership(&services.db, *organization.row(), id).await?;
    let target = target.ok_or(ServiceError::NotFound("User"))?;
    if Role::from_word(&target.role) == Role::Owner {
        return Err(ServiceError::Forbidden(
            "The organization owner cannot be deleted".to_owned(),
        ));
    }
    super::members::remove(services, organization, id).await
}

/// Gives the caller an avatar: a picture that is judged by its bytes, and made anew from its pixels.
pub async fn set_avatar(services: &Services, actor: &Actor, picture: Vec<u8>) -> Result<()> {
    access::own_account(actor)?;
    let portrait = tokio::task::spawn_blocking(move || labelkeep_formats::portrait(&picture))
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?
        .map_err(|error| Invalid::field("avatar", error.to_string()))?;
    let name = format!("{}.png", uuid::Uuid::new_v4().simple());
    let shelf = &services.settings.files.portraits;
    tokio::fs::create_dir_all(shelf.folder()).await?;
    tokio::fs::write(shelf.path(&name), portrait).await?;
    let put = shelf.put(&name).await;
    shelf.put_away(&name);
    put?;
    replace_avatar(services, actor, Some(name)).await
}

/// Takes the caller's avatar away.
pub async fn remove_avatar(services: &Services, actor: &Actor) -> Result<()> {
    replace_avatar(services, actor, None).await
}

async fn replace_avatar(services: &Services, actor: &Actor, name: Option<String>) -> Result<()> {
    access::own_account(actor)?;
    let before = store::own(&services.db, actor.account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    let change = AccountChange {
        avatar: Some(name),
        ..AccountChange::default()
    };
    write_change(
        services,
        actor.account_id,
        change,
        None,
        "user.avatar",
        access::origin(actor),
        services.now(),
    )
    .await?;
    if let Some(old) = before.avatar {
        forget_portrait(services, &old).await;
    }
    Ok(())
}

/// Removes a picture that no row names any more. One that a fault leaves behind has a name that nobody knows.
pub(super) async fn forget_portrait(services: &Services, name: &str) {
    if let Err(error) = services.settings.files.portraits.remove(name).await {
        tracing::warn!(%error, file = name, "a picture that nobody shows any more could not be removed");
    }
}

async fn write_change(
    services: &Services,
    id: i64,
    change: AccountChange,
    renewal: Option<Renewal>,
    action: &'static str,
    origin: audit::Origin,
    now: i64,
) -> Result<(AccountRow, Option<NewSession>)> {
    let changed = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let account = store::update(tx, id, change)
                    .await?
                    .ok_or(ServiceError::NotFound("User"))?;
                let session = match renewal {
                    Some(renewal) => renewal.store(tx, now).await?,
                    None => None,
                };
                audit::record(tx, &origin, action, &format!("user:{id}"), "{}", now).await?;
                Ok::<_, ServiceError>((account, session))
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(changed)
}

fn check_length(name: &str, value: &str, errors: &mut Invalid) {
    if value.chars().count() > LONGEST {
        errors.add(
            name,
            format!("Ensure this field has no more than {LONGEST} characters."),
        );
    }
}

async fn with_organization(services: &Services, account: AccountRow) -> Result<Profile> {
    let mut profiles = profiles(services, vec![account]).await?;
    profiles.pop().ok_or(ServiceError::NotFound("User"))
}

/// Adds title and owner's address of each one's active organization.
pub(crate) async fn profiles(services: &Services, accounts: Vec<AccountRow>) -> Result<Vec<Profile>> {
    let mut known: HashMap<i64, (String, String)> = HashMap::new();
    for id in accounts.iter().filter_map(|account| account.active_organization) {
        if known.contains_key(&id) {
            continue;
        }
        if let Some(row) = organizations::find(&services.db, id).await? {
            let owner = match row.created_by {
                Some(owner) => store::own(&services.db, owner).await?.map(|owner| owner.email),
                None => None,
            };
            known.insert(id, (row.title, owner.unwrap_or_default()));
        }
    }
    Ok(accounts
        .into_iter()
        .map(|account| {
            let organization = account.active_organization.and_then(|id| known.get(&id)).cloned();
            Profile { account, organization }
        })
        .collect())
}
