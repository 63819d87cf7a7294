//! Personal invitations.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::accounts::{self, Invite, PersonalInvitation};
use labelkeep_services::{Services, access::Role};
use serde::{Deserialize, Serialize};

use crate::extract::{Body, InOrganization, Paging, Query, can};
use crate::wire::{FieldChoice, Time, answer};
use crate::{ApiError, ApiResult};

/// Whom to invite.
#[derive(Deserialize)]
pub(crate) struct InviteIn {
    emails: Vec<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    projects: Option<Vec<i64>>,
    #[serde(default)]
    workspaces: Option<Vec<i64>>,
    #[serde(default)]
    send: Option<bool>,
}

#[derive(Serialize)]
struct Place {
    id: i64,
    title: String,
}

#[derive(Serialize)]
struct Maker {
    id: i64,
    email: String,
    first_name: String,
    last_name: String,
}

#[derive(Serialize)]
struct InvitationOut {
    id: i64,
    email: String,
    role: &'static str,
    projects: Vec<Place>,
    workspaces: Vec<Place>,
    created_by: Option<Maker>,
    created_at: Time,
    expires_at: Time,
    expired: bool,
    /// By mail.
    sent: bool,
    /// A path without host; only where it is made and not mailed.
    invite_url: Option<String>,
}

impl From<PersonalInvitation> for InvitationOut {
    fn from(invitation: PersonalInvitation) -> Self {
        let places = |places: Vec<(i64, String)>| places.into_iter().map(|(id, title)| Place { id, title }).collect();
        InvitationOut {
            id: invitation.row.id,
            email: invitation.row.email,
            role: invitation.role.code(),
            projects: places(invitation.projects),
            workspaces: places(invitation.workspaces),
            created_by: invitation.created_by.map(|maker| Maker {
                id: maker.id,
                email: maker.email,
                first_name: maker.first_name,
                last_name: maker.last_name,
            }),
            created_at: Time(invitation.row.created_at),
            expires_at: Time(invitation.row.expires_at),
            expired: invitation.expired,
            sent: invitation.row.sent,
            invite_url: invitation.path,
        }
    }
}

#[derive(Serialize)]
struct Made {
    mail_enabled: bool,
    invitations: Vec<InvitationOut>,
}

/// `POST /api/invite/send-email`
pub(crate) async fn create(
    State(services): State<Services>,
    organization: InOrganization<can::Invite>,
    Body(body): Body<InviteIn>,
) -> ApiResult<Response> {
    let wish = Invite {
        emails: body.emails,
        role: body.role.as_deref().map(role).transpose()?,
        projects: unique(body.projects),
        workspaces: unique(body.workspaces),
        send: body.send.unwrap_or(true),
    };
    let invitations = accounts::invite(&services, &organization, wish).await?;
    answer::created(&Made {
        mail_enabled: services.settings.mail,
        invitations: invitations.into_iter().map(InvitationOut::from).collect(),
    })
}

fn unique(ids: Option<Vec<i64>>) -> Vec<i64> {
    let mut ids = ids.unwrap_or_default();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The role of a code of the field `role`.
pub(super) fn role(code: &str) -> ApiResult<Role> {
    Role::from_code(code).ok_or_else(|| ApiError::field("role", format!("\"{code}\" is not a valid choice.")))
}

/// Which invitations.
#[derive(Deserialize)]
pub(crate) struct InvitationsQuery {
    #[serde(default)]
    search: String,
}

/// `GET /api/invitations/`: those that were neither accepted nor revoked
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::Invite>,
    Query(query): Query<InvitationsQuery>,
    paging: Paging,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let window = paging.window(20, 1_000, Some(1_000))?;
    let (count, page) =
        accounts::invitations(&services, &organization, &query.search, window.offset(), window.limit()).await?;
    let page = page.into_iter().map(InvitationOut::from).collect();
    answer::json(StatusCode::OK, &choice, &paging.answer(window, count, page)?)
}

/// Whose invitation.
#[derive(Deserialize)]
pub(crate) struct RevokeIn {
    email: String,
}

/// `POST /api/invite/revoke`
pub(crate) async fn revoke(
    State(services): State<Services>,
    organization: InOrganization<can::Invite>,
    Body(body): Body<RevokeIn>,
) -> ApiResult<Response> {
    accounts::revoke_invitation(&services, &organization, &body.email).await?;
    Ok(answer::no_content())
}
