//! Members of an organization with what they have done.

use std::collections::HashMap;

use labelkeep_policy::{Action, Role};
use labelkeep_store::accounts::{self as store, organizations};
use labelkeep_store::audit;

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
    /// Made by them, when asked for.
    pub created: Option<Vec<PersonProject>>,
    /// Annotated by them, when asked for.
    pub contributed: Option<Vec<PersonProject>>,
}

/// A page of members.
#[derive(Debug)]
pub struct MemberPage {
    /// How many there are in all.
    pub count: i64,
    /// Those of the page.
    pub members: Vec<Member>,
}

/// A membership by itself.
#[derive(Debug)]
pub struct MemberDetail {
    /// The membership.
    pub row: MembershipRow,
    /// Projects in which the person has annotated.
    pub contributed_projects: i64,
    /// Annotations of the person.
    pub annotations: i64,
    /// As in the list.
    pub created: Option<Vec<PersonProject>>,
    /// As in the list.
    pub contributed: Option<Vec<PersonProject>>,
}

/// Members by user name.
pub async fn member_page(
    services: &Services,
    organization: &Granted<i64>,
    active: Option<bool>,
    with_projects: bool,
    offset: i64,
    limit: i64,
) -> Result<MemberPage> {
    let id = *organization.row();
    let count = organizations::count_members(&services.db, id, active).await?;
    let accounts = organizations::page_of_members(&services.db, id, active, offset, limit).await?;
    let (mut created, mut contributed) = projects(services, id, with_projects).await?;
    let members = users::profiles(services, accounts)
        .await?
        .into_iter()
        .map(|profile| {
            let id = profile.account.id;
            Member {
                profile,
                created: with_projects.then(|| created.remove(&id).unwrap_or_default()),
                contributed: with_projects.then(|| contributed.remove(&id).unwrap_or_default()),
            }
        })
        .collect();
    Ok(MemberPage { count, members })
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
    let (mut created, mut contributed) = projects(services, id, true).await?;
    let (created, contributed) = (
        created.remove(&account_id).unwrap_or_default(),
        contributed.remove(&account_id).unwrap_or_default(),
    );
    Ok(MemberDetail {
        row,
        contributed_projects: contributed.len() as i64,
        annotations: organizations::count_annotations(&services.db, id, account_id).await?,
        created: with_projects.then_some(created),
        contributed: with_projects.then_some(contributed),
    })
}

type ByPerson = HashMap<i64, Vec<PersonProject>>;

async fn projects(services: &Services, organization_id: i64, wanted: bool) -> Result<(ByPerson, ByPerson)> {
    if !wanted {
        return Ok(Default::default());
    }
    let group = |rows: Vec<organizations::PersonProjectRow>| {
        let mut by_person = ByPerson::new();
        for row in rows {
            by_person.entry(row.account_id).or_default().push(PersonProject {
                id: row.id,
                title: row.title,
            });
        }
        by_person
    };
    let created = organizations::created_projects(&services.db, organization_id).await?;
    let contributed = organizations::contributed_projects(&services.db, organization_id).await?;
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
                if !organizations::remove_member(tx, organization_id, account_id, now).await? {
                    return Err(ServiceError::Nothing("Member not found".to_owned()));
                }
                store::sessions::end_all(tx, account_id, None, now).await?;
                store::tokens::revoke_all(tx, account_id, None, now).await?;
                audit::record(tx, &origin, "member.remove", &format!("user:{account_id}"), "{}", now).await?;
                Ok(())
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    Ok(())
}
