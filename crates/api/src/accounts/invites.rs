//! The invitation link.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::accounts::{self, Invitation};
use serde::Serialize;

use crate::ApiResult;
use crate::extract::{InOrganization, can};
use crate::wire::{Time, answer};

#[derive(Serialize)]
struct InviteOut {
    token: Option<String>,
    /// A path without host.
    invite_url: Option<String>,
    expires_at: Option<Time>,
    /// What people become who join by it.
    role: &'static str,
}

impl From<Invitation> for InviteOut {
    fn from(invitation: Invitation) -> Self {
        InviteOut {
            invite_url: invitation
                .token
                .as_ref()
                .map(|token| format!("/user/signup/?token={token}")),
            token: invitation.token,
            expires_at: invitation.expires_at.map(Time),
            role: invitation.role.code(),
        }
    }
}

/// `GET /api/invite`: the link as it is; nothing when it has expired
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::Invite>,
) -> ApiResult<Response> {
    answer::ok(&InviteOut::from(accounts::invitation(&services, &organization).await?))
}

/// `POST /api/invite/reset-token`
pub(crate) async fn reset(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::Invite>,
) -> ApiResult<Response> {
    answer::created(&InviteOut::from(
        accounts::reset_invitation(&services, organization).await?,
    ))
}
