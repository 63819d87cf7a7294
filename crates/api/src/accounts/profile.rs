//! One's own profile in the shape that the Python client knows (`LseUserApi`).

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::access::{Actor, Role};
use labelkeep_services::accounts::{self, MembershipRow, UserChange};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::UserOut;
use super::users::hotkeys;
use crate::extract::{Authenticated, Body, SignedIn};
use crate::pages::cookies;
use crate::wire::{FieldChoice, Patch, answer, not_null};
use crate::{ApiError, ApiResult, App};

#[derive(Serialize)]
struct ProfileOut {
    #[serde(flatten)]
    user: UserOut,
    /// Where the person works now.
    organization_membership: Option<MembershipOut>,
    /// One for each organization.
    org_membership: Vec<MembershipOut>,
}

#[derive(Serialize, Clone)]
struct MembershipOut {
    organization_id: i64,
    role: &'static str,
    active: bool,
    /// Of paid seats; there are none.
    user_type: Option<()>,
    flex: Option<()>,
}

impl From<&MembershipRow> for MembershipOut {
    fn from(row: &MembershipRow) -> Self {
        let role = Role::from_word(&row.role);
        MembershipOut {
            organization_id: row.organization_id,
            role: role.code(),
            active: role != Role::Deactivated,
            user_type: None,
            flex: None,
        }
    }
}

async fn profile(services: &Services, actor: &Actor) -> ApiResult<ProfileOut> {
    let (profile, memberships) = accounts::own_profile(services, actor).await?;
    let all: Vec<MembershipOut> = memberships.iter().map(MembershipOut::from).collect();
    Ok(ProfileOut {
        user: profile.into(),
        organization_membership: all
            .iter()
            .find(|membership| membership.organization_id == actor.organization_id)
            .cloned(),
        org_membership: all,
    })
}

/// `GET /api/current-user`
pub(crate) async fn read(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    choice: FieldChoice,
) -> ApiResult<Response> {
    answer::json(StatusCode::OK, &choice, &profile(&services, &actor).await?)
}

/// Changes of one's own profile.
#[derive(Deserialize)]
pub(crate) struct ProfilePatch {
    #[serde(default, deserialize_with = "not_null")]
    username: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    last_name: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    phone: Option<String>,
    #[serde(default)]
    allow_newsletters: Patch<bool>,
    #[serde(default)]
    active_organization: Patch<i64>,
    #[serde(default)]
    custom_hotkeys: Option<Value>,
    #[serde(default)]
    password: Option<Value>,
}

/// `PATCH /api/current-user`
pub(crate) async fn update(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    choice: FieldChoice,
    Body(body): Body<ProfilePatch>,
) -> ApiResult<Response> {
    if body.password.is_some() {
        let text = "A password is changed with the present one: POST /api/current-user/password/.";
        return Err(ApiError::field("password", text));
    }
    if body.username.as_deref() == Some("") {
        return Err(ApiError::field("username", "This field may not be blank."));
    }
    let change = UserChange {
        username: body.username,
        first_name: body.first_name,
        last_name: body.last_name,
        phone: body.phone,
        allow_newsletters: body.allow_newsletters.into_option(),
        active_organization: body.active_organization.into_option(),
        custom_hotkeys: hotkeys(body.custom_hotkeys)?,
    };
    let (changed, session) = accounts::update_own(&app.services, &caller, change).await?;
    let mut actor = caller.actor;
    if let (None, Some(id)) = (actor.token_id, changed.account.active_organization) {
        actor.organization_id = id;
    }
    let out = profile(&app.services, &actor).await?;
    let mut response = answer::json(StatusCode::OK, &choice, &out)?;
    if let Some(session) = session {
        cookies::set_session(&app, &mut response, &session);
    }
    Ok(response)
}
