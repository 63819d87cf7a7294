//! The organization's directory.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::sso::{self, LdapChange, LdapSettings};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ApiResult;
use crate::extract::{Body, Confirmed, InOrganization, can};
use crate::wire::{answer, not_null};

#[derive(Serialize)]
struct LdapOut {
    #[serde(flatten)]
    settings: LdapSettings,
    has_bind_password: bool,
}

async fn shown(services: &Services, organization: &InOrganization<can::SecurityManage>) -> ApiResult<Response> {
    let (settings, has_bind_password) = sso::ldap_settings(services, organization).await?;
    answer::ok(&LdapOut {
        settings,
        has_bind_password,
    })
}

/// `GET /api/sso/ldap/`
pub(crate) async fn read_ldap(
    State(services): State<Services>,
    organization: InOrganization<can::SecurityManage>,
) -> ApiResult<Response> {
    shown(&services, &organization).await
}

/// `PATCH /api/sso/ldap/`
pub(crate) async fn change_ldap(
    State(services): State<Services>,
    organization: InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
    Body(change): Body<LdapChange>,
) -> ApiResult<Response> {
    sso::change_ldap(&services, organization.0.clone(), &caller, change).await?;
    shown(&services, &organization).await
}

/// `DELETE /api/sso/ldap/`
pub(crate) async fn remove_ldap(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Confirmed(caller): Confirmed,
) -> ApiResult<Response> {
    sso::remove_ldap(&services, organization, &caller).await?;
    Ok(answer::no_content())
}

/// Whom to look for.
#[derive(Deserialize)]
pub(crate) struct TestIn {
    #[serde(default, deserialize_with = "not_null")]
    email: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    password: Option<String>,
}

/// `POST /api/sso/ldap/test/`
pub(crate) async fn test_ldap(
    State(services): State<Services>,
    organization: InOrganization<can::SecurityManage>,
    Body(body): Body<TestIn>,
) -> ApiResult<Response> {
    let outcome = sso::test_ldap(&services, &organization, body.email.as_deref(), body.password).await?;
    let ok = outcome.is_ok();
    let (Ok(detail) | Err(detail)) = outcome;
    answer::ok(&json!({ "ok": ok, "detail": detail }))
}
