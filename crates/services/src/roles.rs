//! Roles of an organization: who would be what, and turning them on and off.

use std::collections::{BTreeMap, BTreeSet};

use labelkeep_policy::{Action, Role};
use labelkeep_store::accounts::{memberships, organizations};
use labelkeep_store::audit;
use labelkeep_store::roles::{self as rows, MemberRoleRow, WorkedRow};

use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// Projects that the preview names of each person.
const PROJECTS_SHOWN: i64 = 50;

/// A member, and what they would be.
#[derive(Debug)]
pub struct Proposal {
    /// The person.
    pub member: MemberRoleRow,
    /// What they are.
    pub role: Role,
    /// What they would be.
    pub proposed: Role,
    /// How many projects they made or worked in.
    pub projects_count: i64,
    /// The newest of them.
    pub projects: Vec<WorkedRow>,
}

/// What turning roles on would mean.
#[derive(Debug)]
pub struct Preview {
    /// What newcomers are now.
    pub default_role: Role,
    /// How many members there are.
    pub count: i64,
    /// A page of them.
    pub proposals: Vec<Proposal>,
}

/// Whether an organization whose newcomers are this has roles.
pub fn are_on(default_role: Role) -> bool {
    default_role != Role::Member
}

/// The roles that a person can be given, with what each may do under the organization's switches.
pub fn abilities(organization: &Granted<i64>) -> Vec<(Role, Vec<Action>)> {
    let rules = &organization.actor().rules;
    let may = |role: Role| {
        Action::ALL
            .iter()
            .copied()
            .filter(|action| rules.allow(role, *action))
            .collect()
    };
    Role::ASSIGNABLE.into_iter().map(|role| (role, may(role))).collect()
}

/// Who would be able to do what.
pub async fn preview(services: &Services, organization: &Granted<i64>, offset: i64, limit: i64) -> Result<Preview> {
    let id = *organization.row();
    let db = &services.db;
    let members = rows::members(db, id, offset, limit).await?;
    let ids: Vec<i64> = members.iter().map(|member| member.id).collect();
    let mut worked: BTreeMap<i64, Vec<WorkedRow>> = BTreeMap::new();
    for row in rows::worked(db, id, &ids, PROJECTS_SHOWN).await? {
        worked.entry(row.account_id).or_default().push(row);
    }
    let proposals = members
        .into_iter()
        .map(|member| {
            let projects = worked.remove(&member.id).unwrap_or_default();
            let role = Role::from_word(&member.role);
            Proposal {
                role,
                proposed: proposed(role, &projects),
                projects_count: projects.first().map_or(0, |row| row.total),
                projects,
                member,
            }
        })
        .collect();
    Ok(Preview {
        default_role: Role::from_word(&rows::default_role(db, id).await?),
        count: rows::count_members(db, id).await?,
        proposals,
    })
}

/// The same rule as [`rows::propose_all`] writes.
fn proposed(role: Role, projects: &[WorkedRow]) -> Role {
    match role {
        Role::Member if projects.iter().any(|row| row.created == 1) => Role::Manager,
        Role::Member => Role::Annotator,
        other => other,
    }
}

/// What turning roles on or off has changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turned {
    /// What newcomers are from now on; none when nothing was turned.
    pub default_role: Option<Role>,
    /// Members whose role is another now.
    pub members: u64,
    /// People who became members of a project, once for each project.
    pub project_members: u64,
    /// Projects that were published.
    pub projects_published: u64,
}

/// Turns roles on, with the roles of the people that are named; the others get what the preview proposes. Who has worked in
/// a project goes on working in it: they become its members, and it is published. When roles are on already, only the
/// people named change.
pub async fn turn_on(services: &Services, organization: Granted<i64>, named: Vec<(i64, Role)>) -> Result<Turned> {
    let (actor, id) = organization.into_parts();
    let mut seen = BTreeSet::new();
    for (account_id, role) in &named {
        if !Role::ASSIGNABLE.contains(role) {
            return Err(Invalid::field("roles", format!("{} cannot be given.", role.code())).into());
        }
        if !seen.insert(*account_id) {
            return Err(Invalid::field("roles", format!("User {account_id} is named twice.")).into());
        }
    }
    let (now, origin) = (services.now(), access::origin(&actor));
    let turned = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut turned = Turned {
                    default_role: Some(Role::Annotator),
                    ..Turned::default()
                };
                for (account_id, role) in &named {
                    let current = memberships::find_locked(tx, id, *account_id).await?;
                    match current.map(|row| Role::from_word(&row.role)) {
                        None => return Err(unknown(*account_id)),
                        Some(Role::Owner) => {
                            return Err(Invalid::field("roles", "The owner stays the owner.").into());
                        }
                        Some(current) if current == *role => {}
                        Some(_) => {
                            memberships::set_role(tx, id, *account_id, role.word(), "manual").await?;
                            turned.members += 1;
                        }
                    }
                }
                turned.members += rows::propose_all(tx, id).await?;
                turned.project_members = rows::keep_workers(tx, id, now).await?;
                turned.projects_published = rows::publish_worked(tx, id, now).await?;
                organizations::set_default_role(tx, id, Role::Annotator.word(), now).await?;
                let detail = serde_json::json!({
                    "on": true,
                    "roles": named.iter().map(|(id, role)| (id.to_string(), role.code())).collect::<BTreeMap<_, _>>(),
                });
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "roles.turn", &object, &detail.to_string(), now).await?;
                Ok::<_, ServiceError>(turned)
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(turned)
}

fn unknown(account_id: i64) -> ServiceError {
    Invalid::field("roles", format!("Invalid pk \"{account_id}\" - object does not exist.")).into()
}

/// Turns roles off: everybody but the owner and the deactivated is *Member* again.
pub async fn turn_off(services: &Services, organization: Granted<i64>) -> Result<Turned> {
    let (actor, id) = organization.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    let turned = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let members = rows::forget_all(tx, id).await?;
                organizations::set_default_role(tx, id, Role::Member.word(), now).await?;
                let object = format!("organization:{id}");
                audit::record(tx, &origin, "roles.turn", &object, "{\"on\":false}", now).await?;
                Ok::<_, ServiceError>(Turned {
                    default_role: Some(Role::Member),
                    members,
                    ..Turned::default()
                })
            })
        })
        .await?;
    services.cache.forget_all();
    Ok(turned)
}
