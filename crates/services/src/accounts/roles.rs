//! What somebody is in an organization: who may change it, and what follows from a change (SEC-114).

use labelkeep_policy::{Action, Actor, Role};
use labelkeep_store::Tx;
use labelkeep_store::accounts::{self as store, memberships, organizations};
use labelkeep_store::audit::{self, Origin};

use super::members::{Member, one_member};
use crate::access::{self, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// What newcomers can become; none of them is above those who may invite.
const DEFAULTS: [Role; 4] = [Role::Member, Role::Manager, Role::Reviewer, Role::Annotator];

/// A change of somebody's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleChange {
    /// To this one.
    To(Role),
    /// Back to what the person was before they were deactivated.
    Back,
}

/// Changes what a member is. Nobody gives a role above their own, nobody changes somebody above them, and the last owner
/// stays one. Who is deactivated is out at once (SEC-068).
pub async fn change_role(
    services: &Services,
    organization: &Granted<i64>,
    account_id: i64,
    change: RoleChange,
) -> Result<Member> {
    let (actor, id) = (organization.actor().clone(), *organization.row());
    if account_id == actor.account_id && change == RoleChange::To(Role::Deactivated) {
        return Err(Invalid::field("user_id", "You cannot deactivate yourself.").into());
    }
    let source = if actor.token_id.is_some() { "api" } else { "manual" };
    let origin = access::origin(&actor);
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = locked(tx, id, account_id).await?;
                let role = match change {
                    RoleChange::To(role) => role,
                    RoleChange::Back => former(tx, id, account_id, before).await?,
                };
                if before.rank() > actor.role.rank() || role.rank() > actor.role.rank() {
                    return Err(forbidden());
                }
                set(tx, &origin, id, account_id, before, role, source, now).await
            })
        })
        .await?;
    services.cache.forget_account(account_id);
    one_member(services, organization, account_id).await
}

/// Makes another member owner; the caller becomes administrator.
pub async fn transfer_ownership(services: &Services, organization: &Granted<i64>, account_id: i64) -> Result<Member> {
    let (actor, id) = (organization.actor().clone(), *organization.row());
    if actor.role != Role::Owner {
        return Err(forbidden());
    }
    let giver = actor.account_id;
    if account_id == giver {
        return Err(Invalid::field("user_id", "You own the organization already.").into());
    }
    let (origin, now) = (access::origin(&actor), services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let before = locked(tx, id, account_id).await?;
                // Since the request was let in, somebody may have taken the role away.
                if locked(tx, id, giver).await? != Role::Owner {
                    return Err(forbidden());
                }
                if before == Role::Deactivated {
                    return Err(Invalid::field("user_id", "This person is deactivated.").into());
                }
                set(tx, &origin, id, account_id, before, Role::Owner, "manual", now).await?;
                set(tx, &origin, id, giver, Role::Owner, Role::Administrator, "manual", now).await?;
                organizations::set_created_by(tx, id, account_id).await?;
                let object = format!("organization:{id}");
                let detail = serde_json::json!({ "to": account_id }).to_string();
                audit::record(tx, &origin, "organization.transfer", &object, &detail, now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    services.cache.forget_account(giver);
    services.cache.forget_account(account_id);
    one_member(services, organization, account_id).await
}

/// What newcomers become.
pub async fn default_role(services: &Services, organization: &Granted<i64>) -> Result<Role> {
    let row = organizations::find(&services.db, *organization.row()).await?;
    let row = row.ok_or(ServiceError::NotFound("Organization"))?;
    Ok(Role::from_word(&row.default_role))
}

/// Changes what newcomers become. From and to *Member*, the role of organizations without roles, only the owner does.
pub async fn set_default_role(services: &Services, organization: &Granted<i64>, role: Role) -> Result<()> {
    if !DEFAULTS.contains(&role) {
        return Err(Invalid::field("default_role", format!("\"{}\" is not a valid choice.", role.code())).into());
    }
    let before = default_role(services, organization).await?;
    let (actor, id) = (organization.actor(), *organization.row());
    let turns = (before == Role::Member) != (role == Role::Member);
    if (turns && !actor.may(Action::RolesManage)) || role.rank() > actor.role.rank() {
        return Err(forbidden());
    }
    let (origin, now) = (access::origin(actor), services.now());
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                organizations::set_default_role(tx, id, role.word(), now).await?;
                let detail = serde_json::json!({ "from": before.word(), "to": role.word() }).to_string();
                audit::record(tx, &origin, "role.default", &format!("organization:{id}"), &detail, now).await
            })
        })
        .await?;
    Ok(())
}

/// What a member is now; nobody else changes roles of the organization until the commit.
pub(super) async fn locked(tx: &mut Tx, organization_id: i64, account_id: i64) -> Result<Role> {
    organizations::lock(tx, organization_id).await?;
    let row = memberships::find_locked(tx, organization_id, account_id).await?;
    let row = row.ok_or(ServiceError::NotFound("OrganizationMember"))?;
    Ok(Role::from_word(&row.role))
}

/// What somebody was before they were deactivated, else what newcomers become; that, too, when they were *Member* and the
/// organization has begun to use roles meanwhile.
pub(crate) async fn former(tx: &mut Tx, organization_id: i64, account_id: i64, now: Role) -> Result<Role> {
    if now != Role::Deactivated {
        return Ok(now);
    }
    let row = memberships::find_locked(tx, organization_id, account_id).await?;
    let newcomers = Role::from_word(&organizations::default_role(tx, organization_id).await?);
    Ok(row
        .and_then(|row| row.former_role)
        .map(|word| Role::from_word(&word))
        .filter(|former| *former != Role::Member || newcomers == Role::Member)
        .unwrap_or(newcomers))
}

/// Sets a role with all that follows from it, and puts it on record.
#[allow(clippy::too_many_arguments)] // Each is a fact of the record.
pub(crate) async fn set(
    tx: &mut Tx,
    origin: &Origin,
    organization_id: i64,
    account_id: i64,
    before: Role,
    role: Role,
    source: &str,
    now: i64,
) -> Result<()> {
    if before == role {
        return Ok(());
    }
    if before == Role::Owner && memberships::count_owners(tx, organization_id).await? <= 1 {
        return Err(last_owner());
    }
    memberships::set_role(tx, organization_id, account_id, role.word(), source).await?;
    if uses_roles(role) && before != Role::Owner && before != Role::Deactivated {
        organizations::begin_roles(tx, organization_id, now).await?;
    }
    if role == Role::Deactivated {
        super::members::shut_out(tx, organization_id, account_id, now).await?;
        store::links::forget(tx, account_id, super::links::Kind::Reset.word()).await?;
    }
    let action = match (before, role) {
        (_, Role::Deactivated) => "member.deactivate",
        (Role::Deactivated, _) => "member.activate",
        _ => "member.role",
    };
    let detail = serde_json::json!({ "from": before.word(), "to": role.word() }).to_string();
    audit::record(tx, origin, action, &format!("user:{account_id}"), &detail, now).await?;
    Ok(())
}

/// Whether giving this role means that the organization works with roles (SEC-089).
pub(crate) fn uses_roles(role: Role) -> bool {
    matches!(
        role,
        Role::Administrator | Role::Manager | Role::Reviewer | Role::Annotator
    )
}

pub(super) fn last_owner() -> ServiceError {
    let text = "The last owner stays owner. Make somebody else owner first.";
    Invalid::field("role", text).into()
}

pub(super) fn forbidden() -> ServiceError {
    ServiceError::Forbidden("You do not have permission to perform this action.".to_owned())
}

/// Whether the actor may give the role.
pub(super) fn may_give(actor: &Actor, role: Role) -> bool {
    role.rank() <= actor.role.rank()
}
