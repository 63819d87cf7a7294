//! A person's own links to identities elsewhere.

use labelkeep_store::accounts::identities as store;
pub use labelkeep_store::accounts::identities::IdentityRow;
use labelkeep_store::audit;

use crate::accounts::{Caller, in_browser};
use crate::{Result, ServiceError, Services, access};

/// The caller's identities.
pub async fn own_identities(services: &Services, caller: &Caller) -> Result<Vec<IdentityRow>> {
    Ok(store::of_account(&services.db, caller.actor.account_id).await?)
}

/// Removes one: it signs in no longer.
pub async fn remove_identity(services: &Services, caller: &Caller, id: i64) -> Result<()> {
    in_browser(caller)?;
    let account_id = caller.actor.account_id;
    let (now, origin) = (services.now(), access::origin(&caller.actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !store::remove(tx, account_id, id).await? {
                    return Err(ServiceError::NotFound("Identity"));
                }
                Ok(audit::record(tx, &origin, "sso.unlink", &format!("identity:{id}"), "{}", now).await?)
            })
        })
        .await
}
