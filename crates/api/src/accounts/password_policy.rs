//! What the organization asks of passwords (SEC-055).

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts;
use serde::{Deserialize, Serialize};

use crate::ApiResult;
use crate::extract::{Body, Confirmed, InOrganization, can};
use crate::wire::{answer, not_null};

#[derive(Serialize)]
struct PolicyOut {
    /// Characters.
    min_length: i64,
}

/// Changes.
#[derive(Deserialize)]
pub(crate) struct PolicyIn {
    #[serde(default, deserialize_with = "not_null")]
    min_length: Option<i64>,
}

/// `GET /api/password-policy/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationView>,
) -> ApiResult<Response> {
    let min_length = accounts::min_password_length(&services, &organization).await?;
    answer::ok(&PolicyOut { min_length })
}

/// `PATCH /api/password-policy/`
pub(crate) async fn update(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::OrganizationChange>,
    _: Confirmed,
    Body(body): Body<PolicyIn>,
) -> ApiResult<Response> {
    let min_length = match body.min_length {
        Some(characters) => accounts::change_min_password_length(&services, organization, characters).await?,
        None => accounts::min_password_length(&services, &organization).await?,
    };
    answer::ok(&PolicyOut { min_length })
}
