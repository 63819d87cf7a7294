//! People as the provider sees and changes them.

use std::collections::HashMap;

use labelkeep_policy::Role;
use labelkeep_store::accounts::{self as accounts, AccountChange, NewAccount, memberships, organizations};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::scim::users::{self as store, GroupOfUserRow, UserRow};
use labelkeep_store::{StoreError, Tx};

use super::{
    IfVersion, Page, Provisioner, Reason, SOURCE, ScimError, ScimResult, UserChange, Wish, rights, select, version_of,
};
use crate::Services;
use crate::accounts::{clean_email, end_membership, former_role, set_role};
use crate::sso::Mapping;

/// A person.
#[derive(Debug, Clone)]
pub struct User {
    /// The row.
    pub row: UserRow,
    /// Ids and names of their groups.
    pub groups: Vec<(i64, String)>,
}

impl User {
    /// The provider's name for them; their address where it has given none.
    pub fn external_id(&self) -> &str {
        self.row.external_id.as_deref().unwrap_or(&self.row.email)
    }

    /// Their version: it differs when what is shown differs.
    pub fn version(&self) -> String {
        let row = &self.row;
        version_of(&(
            &row.email,
            &row.first_name,
            &row.last_name,
            row.active,
            self.external_id(),
            &self.groups,
        ))
    }
}

/// People of the organization.
pub async fn users(services: &Services, who: &Provisioner, wish: &Wish) -> ScimResult<Page<User>> {
    let (condition, order) = select::users(wish)?;
    let id = who.organization_id();
    let total = store::count(&services.db, id, &condition).await?;
    let rows = if wish.limit > 0 {
        store::page(
            &services.db,
            id,
            &condition,
            (order, wish.descending),
            wish.offset,
            wish.limit,
        )
        .await?
    } else {
        Vec::new()
    };
    let entries = with_groups(services, id, rows).await?;
    Ok(Page { total, entries })
}

async fn with_groups(services: &Services, organization_id: i64, rows: Vec<UserRow>) -> ScimResult<Vec<User>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let groups = store::groups(&services.db, organization_id, &ids).await?;
    Ok(joined(rows, groups))
}

fn joined(rows: Vec<UserRow>, found: Vec<GroupOfUserRow>) -> Vec<User> {
    let mut groups: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    for group in found {
        groups
            .entry(group.account_id)
            .or_default()
            .push((group.id, group.display_name));
    }
    rows.into_iter()
        .map(|row| User {
            groups: groups.remove(&row.id).unwrap_or_default(),
            row,
        })
        .collect()
}

/// A person. Whoever is not of the organization is not there.
pub async fn user(services: &Services, who: &Provisioner, id: i64) -> ScimResult<User> {
    let row = store::find(&services.db, who.organization_id(), id).await?;
    let mut users = with_groups(services, who.organization_id(), row.into_iter().collect()).await?;
    users.pop().ok_or_else(not_found)
}

fn not_found() -> ScimError {
    Reason::NotFound.refuse("There is no such user.")
}

/// A person for a change, in the version that the client has seen; nobody else changes people of the organization until the
/// commit.
async fn locked(tx: &mut Tx, organization_id: i64, id: i64, version: &IfVersion) -> ScimResult<UserRow> {
    organizations::lock(tx, organization_id).await?;
    let row = store::find_in(tx, organization_id, id).await?.ok_or_else(not_found)?;
    if version.0.is_some() {
        let groups = store::groups_in(tx, organization_id, &[id]).await?;
        let users = joined(vec![row.clone()], groups);
        version.check(&users.first().map(User::version).unwrap_or_default())?;
    }
    Ok(row)
}

/// Adds a person with an account of their own. An address that somebody has already is refused with the same words whoever
/// has it: an account of others joins by its own action only.
pub async fn create_user(services: &Services, who: &Provisioner, change: UserChange) -> ScimResult<User> {
    let given = change.user_name.as_deref().filter(|name| !name.is_empty());
    let email =
        clean_email(given.ok_or_else(|| Reason::InvalidValue.refuse("userName, the e-mail address, is needed."))?)
            .map_err(|_| Reason::InvalidValue.refuse("userName must be an e-mail address."))?;
    let mapping = rights::mapping(services, who.organization_id()).await?;
    let (again, origin, organization_id, now) = (services.clone(), who.origin(), who.organization_id(), services.now());
    let made: ScimResult<i64> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                organizations::lock(tx, organization_id).await?;
                let default_role = organizations::default_role(tx, organization_id).await?;
                let role = mapping.first_role(&[], &default_role);
                let known = store::known(tx, organization_id, &email).await?;
                let id = match known {
                    None => {
                        accounts::insert(tx, account(&email, &change, organization_id, now))
                            .await?
                            .id
                    }
                    // Who was here before and is nowhere else comes back.
                    Some((id, false, true, false)) => {
                        rename(tx, id, &change).await?;
                        store::leave_groups(tx, organization_id, id).await?;
                        id
                    }
                    Some(_) => return Err(taken()),
                };
                organizations::add_member(tx, organization_id, id, role.word(), now).await?;
                memberships::set_role(tx, organization_id, id, role.word(), SOURCE).await?;
                store::note(
                    tx,
                    organization_id,
                    id,
                    Some(change.external_id.flatten()),
                    known.is_none(),
                    now,
                )
                .await?;
                audit::record(tx, &origin, "user.create", &format!("user:{id}"), "{}", now).await?;
                if change.active == Some(false) {
                    set_role(tx, &origin, organization_id, id, role, Role::Deactivated, SOURCE, now).await?;
                } else {
                    rights::apply(tx, &again, &mapping, &origin, organization_id, id).await?;
                }
                Ok(id)
            })
        })
        .await;
    let id = made.map_err(|error| match error {
        ScimError::Service(crate::ServiceError::Store(error)) if error.is_unique_violation() => taken(),
        other => other,
    })?;
    services.cache.forget_account(id);
    user(services, who, id).await
}

fn taken() -> ScimError {
    Reason::Uniqueness.refuse("An account with this userName cannot be made: the address is in use.")
}

fn account(email: &str, change: &UserChange, organization_id: i64, now: i64) -> NewAccount {
    NewAccount {
        username: email.split('@').next().unwrap_or_default().to_owned(),
        email: email.to_owned(),
        first_name: change.first_name.clone().unwrap_or_default(),
        last_name: change.last_name.clone().unwrap_or_default(),
        phone: String::new(),
        password_hash: None,
        custom_hotkeys: "{}".to_owned(),
        allow_newsletters: None,
        active_organization: Some(organization_id),
        date_joined: now,
        at: now,
    }
}

async fn rename(tx: &mut Tx, id: i64, change: &UserChange) -> Result<(), StoreError> {
    let change = AccountChange {
        first_name: change.first_name.clone(),
        last_name: change.last_name.clone(),
        ..AccountChange::default()
    };
    accounts::update(tx, id, change).await?;
    Ok(())
}

/// Changes a person. What is as it should be already changes nothing, also about those whom the provider may not touch.
pub async fn update_user(
    services: &Services,
    who: &Provisioner,
    id: i64,
    version: IfVersion,
    change: UserChange,
) -> ScimResult<User> {
    let mapping = rights::mapping(services, who.organization_id()).await?;
    let (again, origin, organization_id) = (services.clone(), who.origin(), who.organization_id());
    let changed: ScimResult<bool> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = locked(tx, organization_id, id, &version).await?;
                let change = difference(&row, change)?;
                if change == UserChange::default() {
                    return Ok(false);
                }
                if row.is_protected {
                    return Err(forbidden());
                }
                write(tx, &again, &mapping, &origin, organization_id, &row, change).await?;
                Ok(true)
            })
        })
        .await;
    if changed? {
        services.cache.forget_account(id);
    }
    user(services, who, id).await
}

fn forbidden() -> ScimError {
    Reason::Forbidden.refuse("Owners are not changed by provisioning.")
}

/// What of a change is new.
fn difference(row: &UserRow, mut change: UserChange) -> ScimResult<UserChange> {
    if let Some(name) = change.user_name.take()
        && name.to_lowercase() != row.email
    {
        let text = "userName is the address with which the person signs in; they change it themselves, and confirm the new one.";
        return Err(Reason::Mutability.refuse(text));
    }
    // Who has no name of the provider is shown with the address: sent back it is no name either.
    let shown = row.external_id.as_deref().unwrap_or(&row.email);
    change.external_id = change
        .external_id
        .filter(|id| *id != row.external_id && id.as_deref() != Some(shown));
    change.active = change.active.filter(|active| *active != row.active);
    change.first_name = change
        .first_name
        .filter(|name| *name != row.first_name && !row.is_shared);
    change.last_name = change.last_name.filter(|name| *name != row.last_name && !row.is_shared);
    Ok(change)
}

async fn write(
    tx: &mut Tx,
    services: &Services,
    mapping: &Mapping,
    origin: &Origin,
    organization_id: i64,
    row: &UserRow,
    change: UserChange,
) -> ScimResult<()> {
    let (id, now) = (row.id, services.now());
    if change.first_name.is_some() || change.last_name.is_some() || change.external_id.is_some() {
        rename(tx, id, &change).await?;
        audit::record(tx, origin, "user.change", &format!("user:{id}"), "{}", now).await?;
    }
    let before = Role::from_word(&row.role);
    // Who gave the role stays: it comes back with it.
    match change.active {
        Some(false) => {
            set_role(
                tx,
                origin,
                organization_id,
                id,
                before,
                Role::Deactivated,
                &row.role_source,
                now,
            )
            .await?;
        }
        Some(true) => {
            let role = former_role(tx, organization_id, id, before).await?;
            set_role(tx, origin, organization_id, id, before, role, &row.role_source, now).await?;
            rights::apply(tx, services, mapping, origin, organization_id, id).await?;
        }
        None => {}
    }
    store::note(tx, organization_id, id, change.external_id, false, now).await?;
    Ok(())
}

/// Takes a person out of the organization, at once and with all sessions and tokens; their work stays.
pub async fn remove_user(services: &Services, who: &Provisioner, id: i64, version: IfVersion) -> ScimResult<()> {
    let (origin, organization_id, now) = (who.origin(), who.organization_id(), services.now());
    let done: ScimResult<()> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = locked(tx, organization_id, id, &version).await?;
                if row.is_protected {
                    return Err(forbidden());
                }
                end_membership(tx, &origin, organization_id, id, now).await?;
                store::leave_groups(tx, organization_id, id).await?;
                Ok(())
            })
        })
        .await;
    done?;
    services.cache.forget_account(id);
    Ok(())
}
