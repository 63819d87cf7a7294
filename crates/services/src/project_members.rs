//! Who works in a project, and with which role.

use std::collections::BTreeSet;

use labelkeep_policy::Role;
use labelkeep_store::members::{self as rows};
pub use labelkeep_store::members::{MemberRow, Of, Order, ProjectRoleRow, Wanted};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::{Tx, audit};

use crate::access::{self, Granted};
use crate::accounts::{Profile, profiles};
use crate::annotations::locked_project;
use crate::{Invalid, Result, ServiceError, Services};

/// A member of a project, a workspace or the organization.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub profile: Profile,
    /// Their role in the organization.
    pub role: Role,
    /// Whether they belong to the project without having been added to it.
    pub implicit: bool,
    /// Their role in the project, where it is another.
    pub project_role: Option<Role>,
    /// Who gave that.
    pub project_role_source: Option<String>,
}

/// A page of members.
#[derive(Debug)]
pub struct Page {
    /// How many there are in all.
    pub count: i64,
    /// Those of the page.
    pub members: Vec<Member>,
}

/// Which people a bulk action is about.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Everybody that `wanted` lets through; else those of `included`.
    pub all: bool,
    /// Without `all`: these. One who is not there fails the whole (SEC-111).
    pub included: Vec<i64>,
    /// With `all`: whom, and whom not.
    pub wanted: Wanted,
}

impl Choice {
    /// One person.
    pub fn one(id: i64) -> Self {
        Choice {
            included: vec![id],
            ..Choice::default()
        }
    }
}

/// Most people of one bulk action.
const MOST: usize = 100_000;

/// Ids and organization roles of the people of a choice, inside a write.
pub(crate) async fn chosen(tx: &mut Tx, organization_id: i64, of: Of, choice: Choice) -> Result<Vec<(i64, Role)>> {
    let asked: BTreeSet<i64> = choice.included.into_iter().collect();
    let wanted = if choice.all {
        choice.wanted
    } else {
        Wanted {
            ids: Some(asked.iter().copied().collect()),
            ..Wanted::default()
        }
    };
    let found = rows::all_in(tx, organization_id, of, &wanted).await?;
    if found.len() > MOST {
        return Err(Invalid::whole(format!("At most {MOST} people at once.")).into());
    }
    if !choice.all && found.len() != asked.len() {
        let known: BTreeSet<i64> = found.iter().map(|(id, _)| *id).collect();
        let missing = asked.difference(&known).next().copied().unwrap_or_default();
        return Err(Invalid::field("included", format!("Invalid pk \"{missing}\" - object does not exist.")).into());
    }
    Ok(found
        .into_iter()
        .map(|(id, word)| (id, Role::from_word(&word)))
        .collect())
}

/// Everybody who belongs to a project.
pub(crate) fn everybody(project: &ProjectRow, implicit: Option<bool>) -> Of {
    Of::Project {
        id: project.id,
        workspace_id: project.workspace_id,
        sandbox_of: project.sandbox_of,
        implicit,
    }
}

/// A page of the people who belong to a project.
pub async fn page(
    services: &Services,
    project: &Granted<ProjectRow>,
    implicit: Option<bool>,
    wanted: &Wanted,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Page> {
    let of = everybody(project.row(), implicit);
    page_of(
        services,
        project.row().organization_id,
        of,
        wanted,
        order,
        offset,
        limit,
    )
    .await
}

pub(crate) async fn page_of(
    services: &Services,
    organization_id: i64,
    of: Of,
    wanted: &Wanted,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Page> {
    let count = rows::count(&services.db, organization_id, of, wanted).await?;
    let found = rows::page(&services.db, organization_id, of, wanted, order, offset, limit).await?;
    let accounts = found.iter().map(|row| row.account.clone()).collect();
    let members = profiles(services, accounts)
        .await?
        .into_iter()
        .zip(found)
        .map(|(profile, row)| Member {
            profile,
            role: Role::from_word(&row.role),
            implicit: row.implicit,
            project_role_source: row.project_role.is_some().then_some(row.project_role_source).flatten(),
            project_role: row.project_role.as_deref().map(Role::from_word),
        })
        .collect();
    Ok(Page { count, members })
}

/// What adding people has done.
#[derive(Debug, Clone, Default)]
pub struct Added {
    /// How many are new.
    pub added: u64,
    /// Who could not be given the role that was asked for, as theirs in the organization is stronger.
    pub skipped: Vec<i64>,
}

/// Adds people to a project, some with a role there.
pub async fn add(
    services: &Services,
    project: Granted<ProjectRow>,
    choice: Choice,
    roles: Vec<(i64, Role)>,
) -> Result<Added> {
    let (actor, known) = project.into_parts();
    if known.sandbox_of.is_some() {
        return Err(Invalid::whole("A project of a personal workspace has no other members.").into());
    }
    for (_, role) in &roles {
        given(*role)?;
    }
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.id).await?;
                let people = chosen(tx, project.organization_id, Of::Organization, choice).await?;
                let ids: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
                let mut done = Added {
                    added: rows::add(tx, project.id, &ids, now).await?,
                    skipped: Vec::new(),
                };
                for (account_id, role) in roles {
                    let person = people.iter().find(|(id, _)| *id == account_id);
                    match person {
                        Some((_, held)) if held.differs_by_project() => {
                            rows::set_role(tx, project.id, account_id, role.word(), now).await?;
                        }
                        _ => done.skipped.push(account_id),
                    }
                }
                record(tx, &origin, "project.members.add", project.id, &ids, now).await?;
                Ok(done)
            })
        })
        .await
}

/// Takes people out of a project with what is assigned to them; gives how many there were. Their work stays.
pub async fn remove(services: &Services, project: Granted<ProjectRow>, choice: Choice) -> Result<u64> {
    let (actor, known) = project.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.id).await?;
                let of = everybody(&project, Some(false));
                let people = chosen(tx, project.organization_id, of, choice).await?;
                let ids: Vec<i64> = people.into_iter().map(|(id, _)| id).collect();
                let removed = rows::remove(tx, project.id, &ids).await?;
                record(tx, &origin, "project.members.remove", project.id, &ids, now).await?;
                Ok(removed)
            })
        })
        .await
}

/// A role that can be given in a project.
fn given(role: Role) -> Result<(), Invalid> {
    if role.differs_by_project() {
        Ok(())
    } else {
        let text = "In a project somebody is an annotator (AN) or a reviewer (RE); other roles count everywhere.";
        Err(Invalid::field("role", text))
    }
}

/// Roles in one project at most in a list.
const ROLES: i64 = 1_000;

/// The roles in one project, or in all that the caller sees.
pub async fn roles(
    services: &Services,
    organization: &Granted<i64>,
    project_id: Option<i64>,
    ids: Option<&[i64]>,
) -> Result<Vec<ProjectRoleRow>> {
    let actor = organization.actor();
    let mut found = rows::list_roles(&services.db, &actor.viewer(), project_id, ids, ROLES).await?;
    found.retain(|row| actor.scope.reaches(row.project_id));
    Ok(found)
}

/// The roles in a project.
pub async fn roles_in(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<ProjectRoleRow>> {
    let viewer = project.actor().viewer();
    Ok(rows::list_roles(&services.db, &viewer, Some(project.row().id), None, ROLES).await?)
}

/// Gives an annotator or reviewer the other of the two roles in one project, and makes them its member.
pub async fn set_role(
    services: &Services,
    project: Granted<ProjectRow>,
    account_id: i64,
    role: Role,
) -> Result<ProjectRoleRow> {
    given(role)?;
    let (actor, known) = project.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let project = locked_project(tx, known.id).await?;
                let people = chosen(tx, project.organization_id, Of::Organization, Choice::one(account_id))
                    .await
                    .map_err(|_| {
                        Invalid::field("user", format!("Invalid pk \"{account_id}\" - object does not exist."))
                    })?;
                if !people.iter().all(|(_, held)| held.differs_by_project()) || project.sandbox_of.is_some() {
                    let text = "Only annotators and reviewers of the organization have another role in a project.";
                    return Err(Invalid::field("user", text).into());
                }
                let row = rows::set_role(tx, project.id, account_id, role.word(), now).await?;
                let detail = serde_json::json!({ "user": account_id, "role": role.code() }).to_string();
                let object = format!("project:{}", project.id);
                audit::record(tx, &origin, "project.role.set", &object, &detail, now).await?;
                Ok::<_, ServiceError>(row)
            })
        })
        .await
}

/// Takes a role in a project away; the person stays its member.
pub async fn clear_role(services: &Services, role: Granted<ProjectRoleRow>) -> Result<()> {
    let (actor, row) = role.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::clear_role(tx, row.id).await?;
                let detail = serde_json::json!({ "user": row.account_id }).to_string();
                let object = format!("project:{}", row.project_id);
                audit::record(tx, &origin, "project.role.clear", &object, &detail, now).await?;
                Ok(())
            })
        })
        .await
}

async fn record(tx: &mut Tx, origin: &audit::Origin, action: &str, id: i64, accounts: &[i64], now: i64) -> Result<()> {
    let detail = serde_json::json!({ "users": accounts }).to_string();
    Ok(audit::record(tx, origin, action, &format!("project:{id}"), &detail, now).await?)
}
