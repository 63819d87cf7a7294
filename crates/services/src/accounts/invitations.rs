//! Invitations to one address each (SEC-089, SEC-090). A mailed link is known to the address alone; without mail its maker
//! gets it once, to hand it over.

use std::collections::HashMap;
use std::net::IpAddr;

use labelkeep_crypt::Secret;
use labelkeep_policy::{Action, Actor, Role};
use labelkeep_store::accounts::invitations::{self as rows, InvitationRow, NewInvitation, PlaceRow};
use labelkeep_store::accounts::{self as store, identities, organizations};
use labelkeep_store::people::{self, PersonRow};
use labelkeep_store::{Tx, audit};

use super::links::{self, signup_path};
use super::{DAY, clean_email, roles};
use crate::access::{self, Granted};
use crate::audit::personal::hide_address;
use crate::mail::{self, Text};
use crate::{Invalid, Result, ServiceError, Services};

const LIFE: i64 = 7 * DAY;
/// Addresses in one request.
const MOST_AT_ONCE: usize = 100;
/// Invitations of one organization that wait.
const MOST_WAITING: i64 = 1_000;

/// Whom to invite, and to what.
#[derive(Debug, Default)]
pub struct Invite {
    /// Addresses as typed.
    pub emails: Vec<String>,
    /// What they become; none: what newcomers become.
    pub role: Option<Role>,
    /// Projects of which they become members.
    pub projects: Vec<i64>,
    /// Workspaces of which they become members.
    pub workspaces: Vec<i64>,
    /// By mail, where there is a mail server; else the links are given to the maker.
    pub send: bool,
}

/// A personal invitation.
#[derive(Debug)]
pub struct PersonalInvitation {
    /// The row.
    pub row: InvitationRow,
    /// What the person becomes.
    pub role: Role,
    /// Projects and workspaces with their titles.
    pub projects: Vec<(i64, String)>,
    /// As above.
    pub workspaces: Vec<(i64, String)>,
    /// Who made it.
    pub created_by: Option<PersonRow>,
    /// Whether it can no longer be accepted.
    pub expired: bool,
    /// The path of the link: only in the answer that makes it, and only when it is not mailed.
    pub path: Option<String>,
}

/// What an invitation says to who opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    pub(super) id: i64,
    pub(super) organization_id: i64,
    pub(super) role: Role,
    pub(super) mailed: bool,
    /// The organization's name.
    pub title: String,
    /// The address that may accept it.
    pub email: String,
}

/// Invites people. One thing that is wrong fails the whole request (SEC-111).
pub async fn invite(services: &Services, organization: &Granted<i64>, wish: Invite) -> Result<Vec<PersonalInvitation>> {
    let (actor, id) = (organization.actor().clone(), *organization.row());
    let row = organizations::find(&services.db, id).await?;
    let row = row.ok_or(ServiceError::NotFound("Organization"))?;
    if !identities::local_passwords(&services.db, id).await? {
        let text = "The members of this organization sign in by its identity provider; passwords are off, so that nobody \
                    could accept an invitation. Give people access at the provider: they get an account when they \
                    first sign in.";
        return Err(Invalid::whole(text).into());
    }
    let role = wish.role.unwrap_or(Role::from_word(&row.default_role));
    let emails = check(services, &actor, &wish, role).await?;
    let sent = wish.send && services.settings.mail;
    let by = match format!("{} {}", actor.first_name, actor.last_name).trim() {
        "" => actor.email.clone(),
        name => format!("{name} ({})", actor.email),
    };
    let (again, now, origin) = (services.clone(), services.now(), access::origin(&actor));
    let made: Vec<(InvitationRow, Secret)> = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut made = Vec::with_capacity(emails.len());
                for email in emails {
                    let token = Secret::link_token();
                    let new = NewInvitation {
                        organization_id: id,
                        email,
                        role: role.word(),
                        token_hash: token.hash(),
                        sent,
                        created_by: actor.account_id,
                        created_at: now,
                        expires_at: now + LIFE,
                    };
                    let row_made = rows::insert(tx, &new, &wish.projects, &wish.workspaces).await?;
                    if sent {
                        let text = Text::Invitation {
                            by: &by,
                            organization: &row.title,
                            role,
                            link: &signup_path(&token),
                            end: row_made.expires_at,
                        };
                        mail::post(&again, tx, Some(id), &new.email, text, LIFE).await?;
                    }
                    let object = format!("invitation:{}", row_made.id);
                    let email = hide_address(tx, &again, &new.email).await?;
                    let detail = serde_json::json!({ "email": email, "role": role.word() }).to_string();
                    audit::record(tx, &origin, "invite.create", &object, &detail, now).await?;
                    made.push((row_made, token));
                }
                if wish.role.is_some_and(roles::uses_roles) {
                    organizations::begin_roles(tx, id, now).await?;
                }
                Ok::<_, ServiceError>(made)
            })
        })
        .await?;
    let (rows, tokens): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    let mut invitations = complete(services, rows).await?;
    if !sent {
        for (invitation, token) in invitations.iter_mut().zip(&tokens) {
            invitation.path = Some(signup_path(token));
        }
    }
    Ok(invitations)
}

/// The addresses, clean and each once; an error names what is wrong.
async fn check(services: &Services, actor: &Actor, wish: &Invite, role: Role) -> Result<Vec<String>> {
    let mut errors = Invalid::default();
    if wish.emails.is_empty() {
        errors.add("emails", "This list may not be empty.");
    }
    if wish.emails.len() > MOST_AT_ONCE {
        return Err(Invalid::field("emails", format!("At most {MOST_AT_ONCE} addresses at once.")).into());
    }
    if matches!(role, Role::Owner | Role::Deactivated) {
        errors.add("role", format!("\"{}\" is not a valid choice.", role.code()));
    } else if !roles::may_give(actor, role) {
        errors.add("role", "Nobody gives a role above their own.");
    }
    let mut emails: Vec<String> = Vec::new();
    for text in &wish.emails {
        match clean_email(text) {
            Ok(email) if emails.contains(&email) => {}
            Ok(email) => {
                if let Some(account) = store::by_email(&services.db, &email).await?
                    && organizations::membership(&services.db, actor.organization_id, account.id)
                        .await?
                        .is_some()
                {
                    errors.add("emails", format!("{email} is a member already."));
                }
                emails.push(email);
            }
            Err(_) => errors.add(
                "emails",
                format!("\"{}\": enter a valid email address.", shortened(text)),
            ),
        }
    }
    let waiting = rows::count(&services.db, actor.organization_id, "").await?;
    if waiting + emails.len() as i64 > MOST_WAITING {
        let text = format!("At most {MOST_WAITING} invitations wait at a time. Revoke some first.");
        errors.add("emails", text);
    }
    check_places(services, actor, wish, &mut errors).await?;
    errors.into_result()?;
    Ok(emails)
}

/// Nobody leads others to where they may not add people themselves (SEC-110).
async fn check_places(services: &Services, actor: &Actor, wish: &Invite, errors: &mut Invalid) -> Result<()> {
    if wish.projects.len() > MOST_AT_ONCE || wish.workspaces.len() > MOST_AT_ONCE {
        errors.add(
            "projects",
            format!("At most {MOST_AT_ONCE} projects and workspaces at once."),
        );
        return Ok(());
    }
    let missing = |id: &i64| format!("Invalid pk \"{id}\" - object does not exist.");
    for id in &wish.projects {
        match access::project(services, actor.clone(), *id, Action::ProjectMembers).await {
            Ok(_) => {}
            Err(ServiceError::NotFound(_)) => errors.add("projects", missing(id)),
            Err(ServiceError::Forbidden(_)) => {
                errors.add("projects", format!("You may not add people to project {id}."))
            }
            Err(error) => return Err(error),
        }
    }
    if !wish.workspaces.is_empty() {
        let known = rows::shared_workspaces(
            &services.db,
            actor.organization_id,
            actor.account_id,
            actor.role.reaches_all_projects(),
            &wish.workspaces,
        )
        .await?;
        for id in wish.workspaces.iter().filter(|id| !known.contains(id)) {
            errors.add("workspaces", missing(id));
        }
        if !actor.may(Action::WorkspaceChange) {
            errors.add("workspaces", "You may not add people to workspaces.");
        }
    }
    Ok(())
}

fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(100)]
}

/// A page of invitations that were neither accepted nor revoked, newest first, and how many there are.
pub async fn invitations(
    services: &Services,
    organization: &Granted<i64>,
    search: &str,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<PersonalInvitation>)> {
    let (id, search) = (*organization.row(), search.trim().to_lowercase());
    let count = rows::count(&services.db, id, &search).await?;
    let page = rows::page(&services.db, id, &search, offset, limit).await?;
    Ok((count, complete(services, page).await?))
}

/// Makes the invitation to an address fail.
pub async fn revoke_invitation(services: &Services, organization: &Granted<i64>, email: &str) -> Result<()> {
    let (id, origin) = (*organization.row(), access::origin(organization.actor()));
    let (email, now, again) = (clean_email(email)?, services.now(), services.clone());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !rows::revoke(tx, id, &email, now).await? {
                    return Err(ServiceError::NotFound("Invitation"));
                }
                let hidden = hide_address(tx, &again, &email).await?;
                let detail = serde_json::json!({ "email": hidden }).to_string();
                let object = format!("organization:{id}");
                Ok(audit::record(tx, &origin, "invite.revoke", &object, &detail, now).await?)
            })
        })
        .await
}

/// Adds titles and the maker.
async fn complete(services: &Services, rows: Vec<InvitationRow>) -> Result<Vec<PersonalInvitation>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let group = |places: Vec<PlaceRow>| {
        let mut by_invitation: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
        for place in places {
            by_invitation
                .entry(place.invitation_id)
                .or_default()
                .push((place.id, place.title));
        }
        by_invitation
    };
    let mut projects = group(rows::projects(&services.db, &ids).await?);
    let mut workspaces = group(rows::workspaces(&services.db, &ids).await?);
    let makers: Vec<i64> = rows.iter().map(|row| row.created_by).collect();
    let makers = people::find(&services.db, &makers).await?;
    let now = services.now();
    Ok(rows
        .into_iter()
        .map(|row| PersonalInvitation {
            role: Role::from_word(&row.role),
            projects: projects.remove(&row.id).unwrap_or_default(),
            workspaces: workspaces.remove(&row.id).unwrap_or_default(),
            created_by: makers.iter().find(|maker| maker.id == row.created_by).cloned(),
            expired: row.expires_at <= now,
            path: None,
            row,
        })
        .collect())
}

/// The invitation of a token, as long as it can be accepted: its maker must still be somebody who could make it.
pub(super) async fn opened(services: &Services, token: &str) -> Result<Option<Invited>> {
    let Some((row, maker)) = rows::open(&services.db, &links::hash(token), services.now()).await? else {
        return Ok(None);
    };
    let (role, maker) = (Role::from_word(&row.role), Role::from_word(&maker));
    if maker == Role::Deactivated || role.rank() > maker.rank() {
        return Ok(None);
    }
    let organization = organizations::find(&services.db, row.organization_id).await?;
    Ok(organization.map(|organization| Invited {
        id: row.id,
        organization_id: row.organization_id,
        role,
        mailed: row.sent,
        title: organization.title,
        email: row.email,
    }))
}

/// Makes an account a member by its invitation, in the transaction of the sign-up.
pub(super) async fn accept(tx: &mut Tx, invited: &Invited, account_id: i64, address: IpAddr, now: i64) -> Result<()> {
    if !rows::accept(tx, invited.id, now).await? {
        return Err(links_gone());
    }
    let organization_id = invited.organization_id;
    // An invitation of the time before roles: a *Member* would see and change everything.
    let role = match invited.role {
        Role::Member => Role::from_word(&organizations::default_role(tx, organization_id).await?),
        role => role,
    };
    let role = role.word();
    organizations::add_member(tx, organization_id, account_id, role, now).await?;
    store::memberships::set_role(tx, organization_id, account_id, role, "invitation").await?;
    rows::join_places(tx, invited.id, account_id, now).await?;
    if invited.mailed {
        store::set_verified(tx, account_id, now).await?;
    }
    let origin = audit::Origin {
        organization_id: Some(organization_id),
        account_id: Some(account_id),
        address: address.to_string(),
        ..audit::Origin::default()
    };
    let object = format!("invitation:{}", invited.id);
    let detail = serde_json::json!({ "role": role }).to_string();
    audit::record(tx, &origin, "invite.accept", &object, &detail, now).await?;
    Ok(())
}

fn links_gone() -> ServiceError {
    ServiceError::Forbidden("Sign-up needs a valid invitation link.".to_owned())
}
