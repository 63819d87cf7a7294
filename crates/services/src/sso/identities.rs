//! A person's own links to identities elsewhere.

use labelkeep_store::accounts::identities as store;
pub use labelkeep_store::accounts::identities::IdentityRow;
use labelkeep_store::audit;

use super::settings::effective;
use crate::accounts::{Caller, in_browser};
use crate::{Invalid, Result, ServiceError, Services, access};

/// The caller's identities, and whether one of them may go: not the only one of somebody whom no password signs in.
pub async fn own_identities(services: &Services, caller: &Caller) -> Result<(Vec<IdentityRow>, bool)> {
    let account_id = caller.actor.account_id;
    let rows = store::of_account(&services.db, account_id).await?;
    let removable = rows.len() > 1 || store::password_opens(&services.db, account_id).await?;
    Ok((rows, removable))
}

/// What the button says by which the caller links an identity; none where no provider is in force.
pub async fn link_button(services: &Services, caller: &Caller) -> Result<Option<String>> {
    let settings = effective(services, caller.actor.organization_id).await?.settings;
    Ok(settings.enabled.then_some(settings.button_text))
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
                if !store::has_a_way_in(tx, account_id).await? {
                    let text = "This is the only way into your account. Set a password or link another sign-in first.";
                    return Err(Invalid::whole(text).into());
                }
                Ok(audit::record(tx, &origin, "sso.unlink", &format!("identity:{id}"), "{}", now).await?)
            })
        })
        .await
}
