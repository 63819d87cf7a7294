//! Second factors: one's own, those of members, and which roles need one.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::access::Role;
use labelkeep_services::accounts::{self, FactorRow, Secret};
use serde::{Deserialize, Serialize};

use super::organizations::same;
use crate::extract::{Body, Confirmed, Enrolling, InOrganization, PathId, PathIds, can};
use crate::wire::{Time, answer, not_null};
use crate::{ApiError, ApiResult};

/// A factor in force.
#[derive(Serialize)]
pub(super) struct FactorOut {
    id: i64,
    kind: String,
    name: String,
    created_at: Time,
    last_used_at: Option<Time>,
    /// A passkey that is on more than one device of its owner.
    synced: bool,
}

impl From<FactorRow> for FactorOut {
    fn from(row: FactorRow) -> Self {
        FactorOut {
            id: row.id,
            kind: row.kind,
            name: row.name,
            created_at: Time(row.confirmed_at.unwrap_or(row.created_at)),
            last_used_at: row.last_used_at.map(Time),
            synced: row.backed_up,
        }
    }
}

#[derive(Serialize)]
struct FactorsOut {
    factors: Vec<FactorOut>,
    recovery_codes_left: i64,
    required: bool,
    used_in_session: bool,
}

/// `GET /api/current-user/factors/`
pub(crate) async fn list(State(services): State<Services>, Enrolling(caller): Enrolling) -> ApiResult<Response> {
    let own = accounts::own_factors(&services, &caller).await?;
    answer::ok(&FactorsOut {
        factors: own.factors.into_iter().map(FactorOut::from).collect(),
        recovery_codes_left: own.recovery_codes_left,
        required: caller.factor.required,
        used_in_session: caller.factor.used,
    })
}

/// A factor's name.
#[derive(Deserialize)]
pub(crate) struct NameIn {
    #[serde(default, deserialize_with = "not_null")]
    name: Option<String>,
}

#[derive(Serialize)]
struct EnrolmentOut<'a> {
    id: i64,
    secret: &'a str,
    otpauth_url: &'a str,
    qr_svg: &'a str,
}

/// `POST /api/current-user/factors/totp/`: the only time that the secret is shown
pub(crate) async fn enrol_totp(
    State(services): State<Services>,
    Enrolling(caller): Enrolling,
    Body(body): Body<NameIn>,
) -> ApiResult<Response> {
    accounts::require_recent(&services, &caller).await?;
    let enrolment = accounts::enrol_totp(&services, &caller, body.name).await?;
    answer::created(&EnrolmentOut {
        id: enrolment.id,
        secret: enrolment.secret.expose(),
        otpauth_url: enrolment.otpauth_url.expose(),
        qr_svg: enrolment.qr_svg.expose(),
    })
}

/// A code of the app.
#[derive(Deserialize)]
pub(crate) struct CodeIn {
    code: String,
}

/// A factor that is in force now, and the recovery codes if it is the first one.
#[derive(Serialize)]
pub(super) struct ConfirmedOut<'a> {
    factor: FactorOut,
    recovery_codes: Option<Vec<&'a str>>,
}

impl<'a> ConfirmedOut<'a> {
    pub(super) fn of(factor: FactorRow, codes: Option<&'a [Secret]>) -> Self {
        ConfirmedOut {
            factor: factor.into(),
            recovery_codes: codes.map(|codes| codes.iter().map(Secret::expose).collect()),
        }
    }
}

/// `POST /api/current-user/factors/{id}/confirm/`: the only time that the recovery codes are shown
pub(crate) async fn confirm(
    State(services): State<Services>,
    Enrolling(caller): Enrolling,
    PathId(id): PathId,
    Body(body): Body<CodeIn>,
) -> ApiResult<Response> {
    let (factor, codes) = accounts::confirm_totp(&services, &caller, id, &body.code).await?;
    answer::ok(&ConfirmedOut::of(factor, codes.as_deref()))
}

/// `PATCH /api/current-user/factors/{id}/`
pub(crate) async fn rename(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
    Body(body): Body<NameIn>,
) -> ApiResult<Response> {
    let name = body.name.unwrap_or_default();
    let factor = accounts::rename_factor(&services, &caller, id, &name).await?;
    answer::ok(&FactorOut::from(factor))
}

/// `DELETE /api/current-user/factors/{id}/`
pub(crate) async fn remove(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    accounts::remove_factor(&services, &caller, id).await?;
    Ok(answer::no_content())
}

#[derive(Serialize)]
struct CodesOut<'a> {
    recovery_codes: Vec<&'a str>,
}

/// `POST /api/current-user/factors/recovery-codes/`
pub(crate) async fn recovery_codes(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
) -> ApiResult<Response> {
    let codes = accounts::new_recovery_codes(&services, &caller).await?;
    answer::ok(&CodesOut {
        recovery_codes: codes.iter().map(|code| code.expose()).collect(),
    })
}

#[derive(Serialize)]
struct MemberFactorsOut {
    enrolled: bool,
    kinds: Vec<String>,
    required: bool,
}

/// `GET /api/organizations/{id}/memberships/{user_id}/factors/`
pub(crate) async fn of_member(
    State(services): State<Services>,
    organization: InOrganization<can::MemberManage>,
    PathIds([id, user]): PathIds<2>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let member = accounts::member_factors(&services, &organization, user).await?;
    answer::ok(&MemberFactorsOut {
        enrolled: !member.kinds.is_empty(),
        kinds: member.kinds,
        required: member.required,
    })
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/factors/`
pub(crate) async fn reset_member(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds([id, user]): PathIds<2>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    accounts::reset_factors(&services, organization, &caller, user).await?;
    Ok(answer::no_content())
}

/// Codes of roles.
#[derive(Serialize, Deserialize)]
pub(crate) struct PolicyBody {
    required_roles: Vec<String>,
}

impl PolicyBody {
    fn of(roles: &[Role]) -> Self {
        PolicyBody {
            required_roles: roles.iter().map(|role| role.code().to_owned()).collect(),
        }
    }
}

/// `GET /api/factor-policy/`
pub(crate) async fn policy(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationView>,
) -> ApiResult<Response> {
    answer::ok(&PolicyBody::of(
        &accounts::factor_policy(&services, &organization).await?,
    ))
}

/// `PATCH /api/factor-policy/`
pub(crate) async fn change_policy(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    InOrganization(organization, _): InOrganization<can::SecurityManage>,
    Body(body): Body<PolicyBody>,
) -> ApiResult<Response> {
    let roles: Option<Vec<Role>> = body.required_roles.iter().map(|code| Role::from_code(code)).collect();
    let Some(roles) = roles else {
        return Err(ApiError::field("required_roles", "A role is one of OW AD MA RE AN ME."));
    };
    answer::ok(&PolicyBody::of(
        &accounts::set_factor_policy(&services, organization, &caller, roles).await?,
    ))
}
