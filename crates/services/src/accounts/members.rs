//! Members of an organization with what they have done.

use std::collections::HashMap;

use labelkeep_policy::{Action, Role};
use labelkeep_store::Tx;
use labelkeep_store::accounts::memberships::{MemberFilter, MemberOrder, MemberRow, PersonProjectRow};
use labelkeep_store::accounts::{self as store, memberships, organizations};
use labelkeep_store::audit::{self, Origin};

use super::{MembershipRow, Profile, users};
use crate::access::{self, Granted};
use crate::{Result, ServiceError, Services};

/// A project that somebody made or worked in.
#[derive(Debug, Clone)]
pub struct PersonProject {
    /// The project's id.
    pub id: i64,
    /// Its title.
    pub title: String,
}

/// A member in a list.
#[derive(Debug)]
pub struct Member {
    /// The person.
    pub profile: Profile,
    /// What they are.
    pub role: Role,
    /// Who gave the role.
    pub role_source: String,
    /// Made by them, when asked for.
    pub created: Option<Vec<PersonProject>>,
    /// Annotated by them, when asked for.
    pub contributed: Option<Vec<PersonProject>>,
}

impl Member {
    /// Whether the person can sign in and work.
    pub fn is_active(&self) -> bool {
        self.profile.account.is_active && self.role != Role::Deactivated
    }
}

/// A page of members.
#[derive(Debug)]
pub struct MemberPage {
    /// How many there are in all.
    pub count: i64,
    /// Those of the page.
    pub members: Vec<Member>,
}

/// Which members are wanted, in which order.
#[derive(Debug, Default)]
pub struct MemberWish {
    /// Who.
    pub filter: MemberFilter,
    /// By what, and whether the other way.
    pub order: (MemberOrder, bool),
    /// With their projects.
    pub with_projects: bool,
    /// Members before the first one wanted.
    pub offset: i64,
    /// Members wanted at most.
    pub limit: i64,
}

/// A membership by itself.
#[derive(Debug)]
pub struct MemberDetail {
    /// The membership.
    pub row: MembershipRow,
    /// Whether the person can sign in and work.
    pub active: bool,
    /// Projects in which the person has annotated.
    pub contributed_projects: i64,
    /// Annotations of the person.
    pub annotations: i64,
    /// As in the list.
    pub created: Option<Vec<PersonProject>>,
    /// As in the list.
    pub contributed: Option<Vec<PersonProject>>,
}

/// Members; those who are deactivated are among them.
pub async fn member_page(services: &Services, organization: &Granted<i64>, wish: MemberWish) -> Result<MemberPage> {
    let id = *organization.row();
    let count = memberships::count(&services.db, id, &wish.filter).await?;
    let rows = memberships::page(&services.db, id, &wish.filter, wish.order, wish.offset, wish.limit).await?;
    let members = complete(services, organization, rows, wish.with_projects).await?;
    Ok(MemberPage { count, members })
}

/// One member as the list shows them.
pub(super) async fn one_member(services: &Services, organization: &Granted<i64>, account_id: i64) -> Result<Member> {
    let row = memberships::member(&services.db, *organization.row(), account_id).await?;
    let row = row.ok_or(ServiceError::NotFound("OrganizationMember"))?;
    let mut members = complete(services, organization, vec![row], false).await?;
    members.pop().ok_or(ServiceError::NotFound("OrganizationMember"))
}

async fn complete(
    services: &Services,
    organization: &Granted<i64>,
    rows: Vec<MemberRow>,
    with_projects: bool,
) -> Result<Vec<Member>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.account.id).collect();
    let (mut created, mut contributed) = if with_projects {
        projects(services, organization, &ids).await?
    } else {
        Default::default()
    };
    let mut roles: HashMap<i64, (Role, String)> = rows
        .iter()
        .map(|row| (row.account.id, (Role::from_word(&row.role), row.role_source.clone())))
        .collect();
    let accounts = rows.into_iter().map(|row| row.account).collect();
    let profiles = users::profiles(services, accounts).await?;
    Ok(profiles
        .into_iter()
        .map(|profile| {
            let id = profile.account.id;
            let (role, role_source) = roles.remove(&id).unwrap_or((Role::Deactivated, String::new()));
            Member {
                profile,
                role,
                role_source,
                created: with_projects.then(|| created.remove(&id).unwrap_or_default()),
                contributed: with_projects.then(|| contributed.remove(&id).unwrap_or_default()),
            }
        })
        .collect())
}

/// One member.
pub async fn member_detail(
    services: &Services,
    organization: &Granted<i64>,
    account_id: i64,
    with_projects: bool,
) -> Result<MemberDetail> {
    let id = *organization.row();
    let row = organizations::membership(&services.db, id, account_id).await?;
    let row = row.ok_or(ServiceError::NotFound("OrganizationMember"))?;
    let account = store::own(&services.db, account_id).await?;
    let (mut created, mut contributed) = projects(services, organization, &[account_id]).await?;
    let (created, contributed) = (
        created.remove(&account_id).unwrap_or_default(),
        contributed.remove(&account_id).unwrap_or_default(),
    );
    let viewer = organization.actor().viewer();
    Ok(MemberDetail {
        active: account.is_some_and(|account| account.is_active) && Role::from_word(&row.role) != Role::Deactivated,
        row,
        contributed_projects: contributed.len() as i64,
        annotations: memberships::count_annotations(&services.db, &viewer, account_id).await?,
        created: with_projects.then_some(created),
        contributed: with_projects.then_some(contributed),
    })
}

type ByPerson = HashMap<i64, Vec<PersonProject>>;

/// What these people made and where they have annotated, as far as the caller sees it (SEC-117).
async fn projects(services: &Services, organization: &Granted<i64>, people: &[i64]) -> Result<(ByPerson, ByPerson)> {
    let group = |rows: Vec<PersonProjectRow>| {
        let mut by_person = ByPerson::new();
        for row in rows {
            by_person.entry(row.account_id).or_default().push(PersonProject {
                id: row.id,
                title: row.title,
            });
        }
        by_person
    };
    let viewer = organization.actor().viewer();
    let created = memberships::created_projects(&services.db, &viewer, people).await?;
    let contributed = memberships::contributed_projects(&services.db, &viewer, people).await?;
    Ok((group(created), group(contributed)))
}

/// Removes a member. Only the owner may; nobody removes themselves, so that there is always an owner (SEC-114).
pub async fn remove_member(services: &Services, organization: Granted<i64>, account_id: i64) -> Result<()> {
    let row = organizations::membership(&services.db, *organization.row(), account_id).await?;
    let Some(row) = row else {
        return Err(ServiceError::Nothing("Member not found".to_owned()));
    };
    if organization.actor().may(Action::MemberRemove) && row.account_id == organization.actor().account_id {
        return Err(ServiceError::ReadOnly("User cannot soft delete self".to_owned()));
    }
    remove(services, organization, account_id).await
}

/// Ends the membership with all sessions and tokens (SEC-030, SEC-068); the person's work stays.
pub(super) async fn remove(services: &Services, organization: Granted<i64>, account_id: i64) -> Result<()> {
    let (actor, organization_id) = organization.into_parts();
    if !actor.may(Action::MemberRemove) {
        return Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ));
    }
    let row = organizations::membership(&services.db, organization_id, account_id).await?;
    if row.is_none_or(|row| Role::from_word(&row.role) == Role::Owner) {
        return Err(ServiceError::Forbidden(
            "The organization owner cannot be deleted".to_owned(),
        ));
    }
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !end(tx, &origin, organization_id, account_id, now).await? {
                    return Err(ServiceError::Nothing("Member not found".to_owned()));
                }
                Ok(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}

/// Ends a membership, with a record; says whether there was one.
pub(crate) async fn end(tx: &mut Tx, origin: &Origin, organization_id: i64, account_id: i64, now: i64) -> Result<bool> {
    if !organizations::remove_member(tx, organization_id, account_id, now).await? {
        return Ok(false);
    }
    shut_out(tx, organization_id, account_id, now).await?;
    audit::record(tx, origin, "member.remove", &format!("user:{account_id}"), "{}", now).await?;
    Ok(true)
}

/// Ends the person's sessions that reach the organization, and their tokens there. What works in another organization alone
/// is that one's affair (SEC-112).
pub(super) async fn shut_out(tx: &mut Tx, organization_id: i64, account_id: i64, now: i64) -> Result<()> {
    store::sessions::end_in(tx, account_id, organization_id, now).await?;
    store::tokens::revoke_in(tx, account_id, organization_id, now).await?;
    Ok(())
}
