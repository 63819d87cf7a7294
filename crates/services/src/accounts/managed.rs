//! A member whose sessions and tokens somebody else looks after.

use labelkeep_policy::{Action, Role};
use labelkeep_store::accounts::organizations;
use labelkeep_store::audit::Origin;

use crate::access::{self, Granted};
use crate::{Result, ServiceError, Services};

/// Proof that the actor may manage this member: the action, the tenant and the rank were asked for (SEC-112, SEC-114).
#[derive(Debug)]
pub struct Managed {
    organization: Granted<i64>,
    account_id: i64,
}

/// The member, if the actor may manage them: nobody does so with somebody above themselves.
pub async fn managed(services: &Services, organization: Granted<i64>, account_id: i64) -> Result<Managed> {
    let forbidden = || ServiceError::Forbidden("You do not have permission to perform this action.".to_owned());
    if !organization.may(Action::MemberManage) {
        return Err(forbidden());
    }
    let row = organizations::membership(&services.db, *organization.row(), account_id)
        .await?
        .ok_or(ServiceError::NotFound("User"))?;
    if Role::from_word(&row.role).rank() > organization.role().rank() {
        return Err(forbidden());
    }
    Ok(Managed {
        organization,
        account_id,
    })
}

impl Managed {
    /// The member.
    pub fn account_id(&self) -> i64 {
        self.account_id
    }

    /// The organization in which they are managed.
    pub fn organization_id(&self) -> i64 {
        *self.organization.row()
    }

    /// Who manages them, for the audit trail.
    pub(super) fn origin(&self) -> Origin {
        access::origin(self.organization.actor())
    }
}
