//! The switches of the organization, in the shapes of the enterprise client.

use axum::extract::{Path, State};
use axum::response::Response;
use http::Method;
use labelkeep_services::access::{Granted, Role};
use labelkeep_services::permissions::{self, Permission};
use labelkeep_services::{Invalid, ServiceError, Services};
use serde::{Deserialize, Serialize};

use crate::accounts::organizations::same;
use crate::extract::{Body, Confirmed, InOrganization, PathId, can};
use crate::roles::role;
use crate::wire::answer;
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct PermissionOut {
    id: i64,
    organization: i64,
    permission: &'static str,
    /// Who has it.
    roles: Vec<&'static str>,
    default: Vec<&'static str>,
    /// Who can have it besides the owner.
    options: Vec<&'static str>,
    group: &'static str,
    label: &'static str,
    tooltip: &'static str,
    is_default: bool,
}

#[derive(Serialize)]
struct OptionOut {
    permission: &'static str,
    default: Vec<&'static str>,
    options: Vec<&'static str>,
    group: &'static str,
    label: &'static str,
    tooltip: &'static str,
}

fn codes(roles: impl IntoIterator<Item = Role>) -> Vec<&'static str> {
    roles.into_iter().map(Role::code).collect()
}

impl PermissionOut {
    fn of(permission: &Permission, organization: i64) -> Self {
        let switch = permission.switch;
        PermissionOut {
            id: permission.id,
            organization,
            permission: switch.key,
            roles: codes(permission.roles.iter().copied()),
            default: codes(permission.default_roles()),
            options: codes(switch.options.iter().copied()),
            group: switch.group,
            label: switch.label,
            tooltip: switch.help,
            is_default: permission.is_default,
        }
    }
}

/// `GET /api/organizations/{id}/permissions`
pub(crate) async fn list(organization: InOrganization<can::RolesManage>, PathId(id): PathId) -> ApiResult<Response> {
    same(&organization, id)?;
    let list = permissions::list(&organization);
    answer::ok(&list.iter().map(|one| PermissionOut::of(one, id)).collect::<Vec<_>>())
}

/// `GET /api/organizations/{id}/permissions/options`
pub(crate) async fn options(organization: InOrganization<can::RolesManage>, PathId(id): PathId) -> ApiResult<Response> {
    same(&organization, id)?;
    let list: Vec<OptionOut> = permissions::list(&organization)
        .into_iter()
        .map(|permission| OptionOut {
            permission: permission.switch.key,
            default: codes(permission.default_roles()),
            options: codes(permission.switch.options.iter().copied()),
            group: permission.switch.group,
            label: permission.switch.label,
            tooltip: permission.switch.help,
        })
        .collect();
    answer::ok(&list)
}

/// A switch and who gets the permission.
#[derive(Deserialize)]
pub(crate) struct PermissionIn {
    #[serde(default)]
    permission: Option<String>,
    #[serde(default)]
    roles: Option<Vec<String>>,
}

/// `POST /api/organizations/{id}/permissions`
pub(crate) async fn create(
    State(services): State<Services>,
    organization: InOrganization<can::RolesManage>,
    _: Confirmed,
    PathId(id): PathId,
    Body(body): Body<PermissionIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let key = body
        .permission
        .ok_or_else(|| ApiError::field("permission", "This field is required."))?;
    let done = set(&services, &organization, &key, body.roles)
        .await
        .map_err(|error| match error {
            ServiceError::NotFound(_) => {
                Invalid::field("permission", format!("\"{key}\" is not a valid choice.")).into()
            }
            other => other,
        })?;
    answer::created(&PermissionOut::of(&done, id))
}

/// `GET /api/organizations/{id}/permissions/{permission_key}`
pub(crate) async fn read(
    organization: InOrganization<can::RolesManage>,
    PathId(id): PathId,
    Path((_, key)): Path<(String, String)>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    answer::ok(&PermissionOut::of(&permissions::find(&organization, &key)?, id))
}

/// `PATCH`, `PUT /api/organizations/{id}/permissions/{permission_key}`
pub(crate) async fn update(
    State(services): State<Services>,
    organization: InOrganization<can::RolesManage>,
    _: Confirmed,
    PathId(id): PathId,
    Path((_, key)): Path<(String, String)>,
    method: Method,
    Body(body): Body<PermissionIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let known = permissions::find(&organization, &key)?;
    if body.permission.is_some_and(|named| named != key) {
        return Err(ApiError::field("permission", "The key is that of the address."));
    }
    let done = match body.roles {
        None if method == Method::PATCH => known,
        roles => set(&services, &organization, &key, roles).await?,
    };
    answer::ok(&PermissionOut::of(&done, id))
}

/// `DELETE /api/organizations/{id}/permissions/{permission_key}`: back to the default
pub(crate) async fn delete(
    State(services): State<Services>,
    organization: InOrganization<can::RolesManage>,
    _: Confirmed,
    PathId(id): PathId,
    Path((_, key)): Path<(String, String)>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    permissions::set(&services, &organization, &key, None).await?;
    Ok(answer::no_content())
}

/// Nothing said means nobody but the owner.
async fn set(
    services: &Services,
    organization: &Granted<i64>,
    key: &str,
    roles: Option<Vec<String>>,
) -> Result<Permission, ServiceError> {
    let roles = roles
        .unwrap_or_default()
        .iter()
        .map(|code| role("roles", code))
        .collect::<Result<Vec<_>, _>>()?;
    permissions::set(services, organization, key, Some(roles)).await
}
