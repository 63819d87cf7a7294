//! Erasing a person: what says who they are goes, from the account and from the audit log (SEC-220). Their work stays, as
//! that of nobody known.

use labelkeep_policy::{Action, Role};
use labelkeep_store::Tx;
use labelkeep_store::accounts::{self as store, AccountRow, organizations};
use labelkeep_store::audit::{self, Origin};

use super::{Caller, in_browser, members};
use crate::access::{self, Granted};
use crate::audit::personal;
use crate::{Result, ServiceError, Services};

/// Erases a member.
pub async fn erase(services: &Services, organization: Granted<i64>, caller: &Caller, account_id: i64) -> Result<()> {
    in_browser(caller)?;
    let refuse = |text: &str| Err(ServiceError::Forbidden(text.to_owned()));
    let member = organizations::membership(&services.db, *organization.row(), account_id)
        .await?
        .ok_or(ServiceError::NotFound("OrganizationMember"))?;
    let (actor, organization_id) = organization.into_parts();
    let role = Role::from_word(&member.role);
    if !actor.may(Action::MemberManage) || role.rank() > actor.role.rank() {
        return refuse("You do not have permission to perform this action.");
    }
    if account_id == actor.account_id || role == Role::Owner {
        return refuse("Owners are not erased. Give this person another role first.");
    }
    if organizations::of_account(&services.db, account_id).await?.len() > 1 {
        return refuse("This person also works in another organization. They have to leave it first.");
    }
    let account = store::own(&services.db, account_id)
        .await?
        .ok_or(ServiceError::NotFound("OrganizationMember"))?;
    carry_out(services, access::origin(&actor), organization_id, account).await
}

/// The same for whoever runs the server, and for people who are members no more.
pub(super) async fn carry_out(
    services: &Services,
    origin: Origin,
    organization_id: i64,
    account: AccountRow,
) -> Result<()> {
    let (id, avatar, now) = (account.id, account.avatar.clone(), services.now());
    services
        .db
        .write(move |tx| Box::pin(async move { write(tx, &origin, organization_id, &account, now).await }))
        .await?;
    services.cache.forget_account(id);
    services.audit.forget(id);
    if let Some(name) = avatar {
        super::users::forget_portrait(services, &name).await;
    }
    Ok(())
}

async fn write(tx: &mut Tx, origin: &Origin, organization_id: i64, account: &AccountRow, now: i64) -> Result<()> {
    members::end(tx, origin, organization_id, account.id, now).await?;
    store::erase::erase(tx, account, now).await?;
    personal::erase(tx, account.id, std::slice::from_ref(&account.email)).await?;
    audit::record(tx, origin, "user.erase", &format!("user:{}", account.id), "{}", now).await?;
    Ok(())
}
