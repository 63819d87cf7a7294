//! What an organization's groups give: set by its administrators.

use labelkeep_store::accounts::identities;
use labelkeep_store::audit;

use super::{SOURCE, ScimError, rights};
use crate::access::{self, Granted};
use crate::sso::{Mapping, ProjectGroup, stored};
use crate::{Invalid, Result, ServiceError, Services};

/// People whose rights are brought up to date in one transaction.
const AT_ONCE: usize = 100;

/// A change; what is `None` stays.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct ScimSettingsChange {
    pub roles_groups: Option<Vec<(String, String)>>,
    pub workspaces_groups: Option<Vec<(String, String)>>,
    pub projects_groups: Option<Vec<ProjectGroup>>,
    pub manual_role_management: Option<bool>,
}

/// What groups give.
pub async fn scim_settings(services: &Services, organization: &Granted<i64>) -> Result<Mapping> {
    Ok(stored::load::<Mapping>(services, *organization.row(), SOURCE).await?.0)
}

/// Changes it. Unlike at a sign-in nobody comes by of their own accord: those whom the provider has put into groups get at
/// once what their groups give now.
pub async fn change_settings(
    services: &Services,
    organization: Granted<i64>,
    change: ScimSettingsChange,
) -> Result<Mapping> {
    let (actor, id) = organization.into_parts();
    let mut mapping = stored::load::<Mapping>(services, id, SOURCE).await?.0;
    mapping.change(
        change.roles_groups,
        change.workspaces_groups,
        change.projects_groups,
        change.manual_role_management,
    );
    let mut errors = Invalid::default();
    mapping.check(&mut errors);
    errors.into_result()?;
    let row = stored::row(services, id, SOURCE, &mapping, None)?;
    let (now, origin) = (services.now(), access::origin(&actor));
    let first = origin.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                identities::set_provider(tx, &row).await?;
                audit::record(tx, &first, "scim.change", &format!("organization:{id}"), "{}", now).await
            })
        })
        .await?;
    let people = labelkeep_store::scim::users::provisioned(&services.db, id).await?;
    for some in people.chunks(AT_ONCE) {
        let (some, again, mapping, origin) = (some.to_vec(), services.clone(), mapping.clone(), origin.clone());
        let done: Result<(), ScimError> = services
            .db
            .write(move |tx| {
                Box::pin(async move {
                    for account_id in some {
                        rights::apply(tx, &again, &mapping, &origin, id, account_id).await?;
                    }
                    Ok(())
                })
            })
            .await;
        done.map_err(|error| match error {
            ScimError::Service(error) => error,
            ScimError::Refused(_, text) => ServiceError::Internal(text),
        })?;
    }
    services.cache.forget_all();
    Ok(mapping)
}
