//! From the groups of the provider to what somebody is here, by the organization's table, as at a sign-in (SEC-081).

use labelkeep_policy::Role;
use labelkeep_store::Tx;
use labelkeep_store::accounts::organizations;
use labelkeep_store::audit::Origin;
use labelkeep_store::scim::users as store;

use super::{SOURCE, ScimResult};
use crate::Services;
use crate::sso::{Mapping, Subject, stored};

/// What groups give in the organization.
pub(super) async fn mapping(services: &Services, organization_id: i64) -> ScimResult<Mapping> {
    Ok(stored::load::<Mapping>(services, organization_id, SOURCE).await?.0)
}

/// Brings a member's role, workspaces and projects up to date with their groups. Owners, those who own the installation, and
/// those who are deactivated stay what they are.
pub(super) async fn apply(
    tx: &mut Tx,
    services: &Services,
    mapping: &Mapping,
    origin: &Origin,
    organization_id: i64,
    account_id: i64,
) -> ScimResult<()> {
    let Some(user) = store::find_in(tx, organization_id, account_id).await? else {
        return Ok(());
    };
    if user.is_protected || Role::from_word(&user.role) == Role::Deactivated {
        return Ok(());
    }
    let groups = store::groups_in(tx, organization_id, &[account_id]).await?;
    let groups: Vec<String> = groups.into_iter().map(|group| group.display_name).collect();
    let default_role = organizations::default_role(tx, organization_id).await?;
    let subject = Subject {
        organization_id,
        account_id,
        role: &user.role,
        role_source: &user.role_source,
        default_role: &default_role,
        groups: &groups,
        source: SOURCE,
    };
    Ok(mapping.apply(tx, &subject, services, origin).await?)
}
