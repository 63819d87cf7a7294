//! What the people who run the server do from its command line. There is no actor here: whoever has the database has all
//! rights anyway. Each action is on record with the address `console`.

use labelkeep_crypt::Secret;
use labelkeep_policy::{Action, Actor, Role, Scope};
use labelkeep_store::accounts::identities::guardians;
use labelkeep_store::accounts::memberships::{self, MemberFilter, MemberOrder};
use labelkeep_store::accounts::{self as store, AccountRow, NewAccount, organizations};
use labelkeep_store::audit::{self, Origin};
use labelkeep_store::notifications::{self, NewNotification};
use labelkeep_store::projects::ProjectRow;

use super::links::OneTimeLink;
use super::roles::{self, RoleChange};
use super::{authenticate, clean_email, erase, factors, passwords, resets, signup};
use crate::mail::{self, Text};
use crate::{Invalid, Result, ServiceError, Services};

/// Where the record says that an action came from.
const CONSOLE: &str = "console";

/// Somebody in the list.
#[derive(Debug)]
pub struct ConsolePerson {
    /// The account.
    pub account: AccountRow,
    /// What they are.
    pub role: Role,
    /// Whether they can sign in and work.
    pub active: bool,
}

fn origin(organization_id: i64) -> Origin {
    Origin {
        organization_id: Some(organization_id),
        address: CONSOLE.to_owned(),
        ..Origin::default()
    }
}

/// Everybody, by address.
pub async fn console_list(services: &Services) -> Result<Vec<ConsolePerson>> {
    let Some(organization) = organizations::first(&services.db).await? else {
        return Ok(Vec::new());
    };
    let order = (MemberOrder::Email, false);
    let rows = memberships::page(
        &services.db,
        organization.id,
        &MemberFilter::default(),
        order,
        0,
        i64::MAX,
    )
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let role = Role::from_word(&row.role);
            ConsolePerson {
                active: row.account.is_active && role != Role::Deactivated,
                account: row.account,
                role,
            }
        })
        .collect())
}

/// Makes an account; without a role it becomes what newcomers are, and the first one of all owns the installation. Without
/// a password it needs a link.
pub async fn console_create(
    services: &Services,
    email: &str,
    role: Option<Role>,
    password: Option<Secret>,
) -> Result<(AccountRow, Role)> {
    let email = clean_email(email)?;
    let first = organizations::first(&services.db).await?;
    let title = first.as_ref().map_or(signup::FIRST_ORGANIZATION, |row| &row.title);
    let password_hash = match password {
        Some(password) => {
            let organization = first.as_ref().map(|row| row.id);
            passwords::check(services, organization, password.expose(), &[&email, title]).await?;
            Some(passwords::hash(services, password.expose().to_owned()).await?)
        }
        None => None,
    };
    let now = services.now();
    let new = NewAccount {
        username: email.split('@').next().unwrap_or_default().chars().take(256).collect(),
        email,
        first_name: String::new(),
        last_name: String::new(),
        phone: String::new(),
        password_hash,
        custom_hotkeys: "{}".to_owned(),
        allow_newsletters: None,
        active_organization: first.as_ref().map(|row| row.id),
        date_joined: now,
        at: now,
    };
    let again = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let Some(organization) = first else {
                    if store::any_locked(tx).await? {
                        return Err(ServiceError::Conflict(
                            "Somebody has just made the first account.".to_owned(),
                        ));
                    }
                    if role.is_some_and(|role| role != Role::Owner) {
                        return Err(Invalid::field("role", "The first account is the owner's.").into());
                    }
                    let (account, organization) = signup::found_in(&again, tx, new).await?;
                    record_new(tx, organization, account.id, Role::Owner, now).await?;
                    return Ok((account, Role::Owner));
                };
                let role = role.unwrap_or(Role::from_word(&organization.default_role));
                let account = store::insert(tx, new).await.map_err(|error| {
                    if error.is_unique_violation() {
                        Invalid::field("email", "There is an account with this address already.").into()
                    } else {
                        ServiceError::from(error)
                    }
                })?;
                organizations::add_member(tx, organization.id, account.id, role.word(), now).await?;
                if roles::uses_roles(role) {
                    organizations::begin_roles(tx, organization.id, now).await?;
                }
                record_new(tx, organization.id, account.id, role, now).await?;
                Ok((account, role))
            })
        })
        .await
}

async fn record_new(
    tx: &mut labelkeep_store::Tx,
    organization_id: i64,
    account_id: i64,
    role: Role,
    now: i64,
) -> Result<()> {
    let detail = serde_json::json!({ "role": role.word() }).to_string();
    let object = format!("user:{account_id}");
    Ok(audit::record(tx, &origin(organization_id), "user.create", &object, &detail, now).await?)
}

/// Changes what somebody is; gives what they were and what they are now.
pub async fn console_role(services: &Services, email: &str, change: RoleChange) -> Result<(Role, Role)> {
    let (account, organization_id) = find(services, email).await?;
    let (id, now) = (account.id, services.now());
    let changed = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = roles::locked(tx, organization_id, id).await?;
                let role = match change {
                    RoleChange::To(role) => role,
                    RoleChange::Back => roles::former(tx, organization_id, id, before).await?,
                };
                roles::set(
                    tx,
                    &origin(organization_id),
                    organization_id,
                    id,
                    before,
                    role,
                    "manual",
                    now,
                )
                .await?;
                Ok::<_, ServiceError>((before, role))
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(changed)
}

/// Makes a link by which somebody sets a new password.
pub async fn console_link(services: &Services, email: &str) -> Result<OneTimeLink> {
    let (account, organization_id) = find(services, email).await?;
    let row = organizations::membership(&services.db, organization_id, account.id).await?;
    let role = row.map_or(Role::Deactivated, |row| Role::from_word(&row.role));
    resets::make_link(services, account, role, origin(organization_id)).await
}

/// Takes somebody's passkeys, authenticator apps and recovery codes away, when they have lost them (SEC-074), and ends their
/// sessions; gives the number of factors.
pub async fn console_reset_factors(services: &Services, email: &str) -> Result<u64> {
    let (account, organization_id) = find(services, email).await?;
    let (id, now, again) = (account.id, services.now(), services.clone());
    let removed = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let person = (id, account.email.as_str());
                factors::take_away(&again, tx, &origin(organization_id), person, now).await
            })
        })
        .await?;
    services.cache.forget_account(id);
    Ok(removed)
}

/// Erases somebody, who may have left; owners are not erased.
pub async fn console_erase(services: &Services, email: &str) -> Result<i64> {
    let email = clean_email(email)?;
    let nobody = || ServiceError::Nothing(format!("Nobody has the address {email}."));
    let organization = organizations::first(&services.db).await?.ok_or_else(nobody)?.id;
    let account = store::by_email(&services.db, &email).await?.ok_or_else(nobody)?;
    let member = organizations::membership(&services.db, organization, account.id).await?;
    if member.is_some_and(|row| Role::from_word(&row.role) == Role::Owner) {
        return Err(ServiceError::Forbidden(
            "Owners are not erased. Give this person another role first.".to_owned(),
        ));
    }
    let id = account.id;
    erase::carry_out(services, origin(organization), organization, account).await?;
    Ok(id)
}

/// What is kept of somebody: a JSON object a line.
pub async fn console_portrait(
    services: &Services,
    email: &str,
) -> Result<impl futures_util::Stream<Item = Result<String>> + use<>> {
    let email = clean_email(email)?;
    let nobody = || ServiceError::Nothing(format!("Nobody has the address {email}."));
    let organization = organizations::first(&services.db).await?.ok_or_else(nobody)?.id;
    let account = store::by_email(&services.db, &email).await?.ok_or_else(nobody)?;
    super::portrait::begin(services, origin(organization), account.id).await
}

/// The member in whose name a command works in an organization: the one with this address, else the owner who has been there longest.
pub(crate) async fn console_actor(services: &Services, organization_id: i64, email: Option<&str>) -> Result<Actor> {
    let account_id = match email {
        Some(email) => {
            let email = clean_email(email)?;
            let nobody = || ServiceError::Nothing(format!("Nobody has the address {email}."));
            store::by_email(&services.db, &email).await?.ok_or_else(nobody)?.id
        }
        None => {
            let owners = MemberFilter {
                roles: vec![Role::Owner.word()],
                active: Some(true),
                ..MemberFilter::default()
            };
            let order = (MemberOrder::DateJoined, false);
            let found = memberships::page(&services.db, organization_id, &owners, order, 0, 1).await?;
            let nobody = || ServiceError::Nothing("The organization has no active owner; name a member.".to_owned());
            found.first().ok_or_else(nobody)?.account.id
        }
    };
    let absent = || ServiceError::Nothing("This person does not work in the organization of the project.".to_owned());
    let row = store::holder_in(&services.db, account_id, organization_id)
        .await?
        .ok_or_else(absent)?;
    Ok(Actor {
        account_id: row.account_id,
        organization_id: row.organization_id,
        role: Role::from_word(&row.role),
        rules: authenticate::rules(services, row.organization_id).await?,
        token_id: None,
        scope: Scope::default(),
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        address: CONSOLE.to_owned(),
    })
}

/// Longest reason, in characters.
const REASON_MAX: usize = 500;

/// Sees that who runs the server has a reason to reach for a project of an organization that is not the one whose server it is: the
/// reason is in that organization's log before anything is read, and its owners and administrators are told, by mail too where this
/// process knows the mail server (SEC-115).
pub(crate) async fn check_console(
    services: &Services,
    project: &ProjectRow,
    action: Action,
    reason: Option<&str>,
) -> Result<()> {
    let first = organizations::first(&services.db).await?;
    if first.is_some_and(|first| first.id == project.organization_id) {
        return Ok(());
    }
    let reason = reason.unwrap_or_default().trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(ServiceError::Forbidden(format!(
            "Project {} belongs to another organization than the one whose server this is. Say why you need it, in at most {REASON_MAX} \
             characters: --reason TEXT. It is put into the audit log of that organization, and its owners are told.",
            project.id
        )));
    }
    let (organization, id, title, now) = (
        project.organization_id,
        project.id,
        project.title.clone(),
        services.now(),
    );
    let services_in = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let detail = serde_json::json!({ "reason": reason, "action": action.name() }).to_string();
                let object = format!("project:{id}");
                audit::record(tx, &origin(organization), "console.access", &object, &detail, now).await?;
                for (account_id, to) in guardians(tx, organization).await? {
                    let notice = NewNotification {
                        account_id,
                        organization_id: organization,
                        project_id: Some(id),
                        kind: "action",
                        state: "done".to_owned(),
                        title: format!("Opened at the server's console ({})", action.name()),
                        text: reason.clone(),
                        link: "/organization/audit".to_owned(),
                    };
                    notifications::insert(tx, &notice, now).await?;
                    let text = Text::ConsoleAccess {
                        title: &title,
                        reason: &reason,
                        at: now,
                    };
                    mail::post(&services_in, tx, Some(organization), &to, text, mail::NOTICE_LIFE).await?;
                }
                Ok(())
            })
        })
        .await
}

/// A member of the installation's organization.
async fn find(services: &Services, email: &str) -> Result<(AccountRow, i64)> {
    let email = clean_email(email)?;
    let nobody = || ServiceError::Nothing(format!("Nobody has the address {email}."));
    let organization = organizations::first(&services.db).await?.ok_or_else(nobody)?;
    let account = store::by_email(&services.db, &email).await?.ok_or_else(nobody)?;
    match organizations::membership(&services.db, organization.id, account.id).await? {
        Some(_) => Ok((account, organization.id)),
        None => Err(nobody()),
    }
}
