//! How long sessions last.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, SessionPolicy};
use serde::{Deserialize, Serialize};

use crate::ApiResult;
use crate::extract::{Body, Confirmed, InOrganization, can};
use crate::wire::{Time, answer, not_null};

/// Minutes.
#[derive(Serialize)]
struct PolicyOut {
    max_session_age: i64,
    max_time_between_activity: i64,
    created_at: Time,
    updated_at: Time,
}

impl From<SessionPolicy> for PolicyOut {
    fn from(policy: SessionPolicy) -> Self {
        PolicyOut {
            max_session_age: policy.max_session_age,
            max_time_between_activity: policy.max_time_between_activity,
            created_at: Time(policy.created_at),
            updated_at: Time(policy.updated_at),
        }
    }
}

/// Changes, in minutes.
#[derive(Deserialize)]
pub(crate) struct PolicyIn {
    #[serde(default, deserialize_with = "not_null")]
    max_session_age: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    max_time_between_activity: Option<i64>,
}

/// `GET /api/session-policy/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationView>,
) -> ApiResult<Response> {
    answer::ok(&PolicyOut::from(
        accounts::session_policy(&services, &organization).await?,
    ))
}

/// `PATCH /api/session-policy/`
pub(crate) async fn update(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::OrganizationChange>,
    _: Confirmed,
    Body(body): Body<PolicyIn>,
) -> ApiResult<Response> {
    let policy = accounts::change_session_policy(
        &services,
        organization,
        body.max_session_age,
        body.max_time_between_activity,
    )
    .await?;
    answer::ok(&PolicyOut::from(policy))
}
