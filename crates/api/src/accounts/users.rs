//! The people of the organization.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use labelkeep_services::access::Action;
use labelkeep_services::accounts::{self, NewUser, UserChange};
use labelkeep_services::{Services, access};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::current_user::checked_hotkeys;
use super::model::UserOut;
use crate::extract::{Authenticated, Body, Confirmed, ContentKind, InOrganization, PathId, RawBody, SignedIn, can};
use crate::pages::cookies;
use crate::wire::{FieldChoice, Patch, Time, answer, not_null};
use crate::{ApiError, ApiResult, App};

/// `GET /api/users/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let users: Vec<UserOut> = accounts::users(&services, &organization)
        .await?
        .into_iter()
        .map(UserOut::from)
        .collect();
    answer::json(StatusCode::OK, &choice, &users)
}

/// A new user.
#[derive(Deserialize)]
pub(crate) struct UserIn {
    username: String,
    email: String,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    allow_newsletters: Option<bool>,
    #[serde(default)]
    custom_hotkeys: Option<Value>,
    #[serde(default)]
    date_joined: Option<String>,
}

/// `POST /api/users/`
pub(crate) async fn create(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberAdd>,
    Body(body): Body<UserIn>,
) -> ApiResult<Response> {
    if body.username.trim().is_empty() {
        return Err(ApiError::field("username", "This field may not be blank."));
    }
    let date_joined = match body.date_joined {
        Some(text) => match chrono::DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Some(time.timestamp_micros()),
            Err(_) => {
                return Err(ApiError::field(
                    "date_joined",
                    "Datetime has wrong format. Use RFC 3339: 2026-11-23T08:14:08Z.",
                ));
            }
        },
        None => None,
    };
    let new = NewUser {
        email: body.email,
        username: body.username,
        first_name: body.first_name.unwrap_or_default(),
        last_name: body.last_name.unwrap_or_default(),
        phone: body.phone.unwrap_or_default(),
        allow_newsletters: body.allow_newsletters,
        custom_hotkeys: hotkeys(body.custom_hotkeys)?,
        date_joined,
    };
    answer::created(&UserOut::from(
        accounts::create_user(&services, organization, new).await?,
    ))
}

pub(super) fn hotkeys(value: Option<Value>) -> ApiResult<Option<String>> {
    match value {
        None => Ok(None),
        some => checked_hotkeys(some)
            .map(Some)
            .map_err(|texts| ApiError::field("custom_hotkeys", texts.join(" "))),
    }
}

/// `GET /api/users/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathId(id): PathId,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let user = UserOut::from(accounts::user(&services, &organization, id).await?);
    answer::json(StatusCode::OK, &choice, &user)
}

/// Changes of a user.
#[derive(Deserialize)]
pub(crate) struct UserPatch {
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
    email: Patch<String>,
}

/// `PATCH /api/users/{id}/`
pub(crate) async fn update(
    State(app): State<App>,
    InOrganization(organization, _): InOrganization<can::MemberView>,
    SignedIn(caller): SignedIn,
    PathId(id): PathId,
    Body(body): Body<UserPatch>,
) -> ApiResult<Response> {
    if body.username.as_deref() == Some("") {
        return Err(ApiError::field("username", "This field may not be blank."));
    }
    let before = accounts::user(&app.services, &organization, id).await?.account.email;
    let change = UserChange {
        username: body.username,
        first_name: body.first_name,
        last_name: body.last_name,
        phone: body.phone,
        allow_newsletters: body.allow_newsletters.into_option(),
        active_organization: body.active_organization.into_option(),
        custom_hotkeys: hotkeys(body.custom_hotkeys)?,
    };
    let (user, session) = if id == caller.actor.account_id {
        accounts::update_own(&app.services, &caller, change).await?
    } else {
        (
            accounts::update_user(&app.services, organization, id, change).await?,
            None,
        )
    };
    // The others are saved before the address is refused: clients have always seen it so.
    let mut response = match body.email {
        Patch::Value(email) if !email.trim().eq_ignore_ascii_case(&before) => {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "Cannot update read-only field: email").into_response()
        }
        _ => answer::ok(&UserOut::from(user))?,
    };
    if let Some(session) = session {
        cookies::set_session(&app, &mut response, &session);
    }
    Ok(response)
}

/// `DELETE /api/users/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberView>,
    PathId(id): PathId,
) -> ApiResult<Response> {
    accounts::delete_user(&services, organization, id).await?;
    Ok(answer::no_content())
}

#[derive(Serialize)]
struct ResetLink {
    /// A path without host.
    url: String,
    expires_at: Time,
}

/// `POST /api/users/{id}/reset-link/`: a link by which the person sets a new password, to be handed over
pub(crate) async fn reset_link(
    State(services): State<Services>,
    Confirmed(caller): Confirmed,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let link = accounts::administrator_link(&services, &caller, id).await?;
    answer::created(&ResetLink {
        url: accounts::reset_path(&link.token),
        expires_at: Time(link.expires_at),
    })
}

/// Bytes of a form that carries an avatar of 1 MiB.
const AVATAR_FORM: usize = 1024 * 1024 + 64 * 1024;

/// `POST /api/users/{id}/avatar/`: whatever the id, the caller's own.
pub(crate) async fn set_avatar(
    State(app): State<App>,
    Authenticated(actor): Authenticated,
    body: RawBody,
) -> ApiResult<Response> {
    if body.kind != ContentKind::Multipart {
        return Err(body.unsupported());
    }
    let mut form = body.multipart(AVATAR_FORM).await?;
    let bad = |_| ApiError::bad_request("Multipart form parse error.");
    let mut picture = None;
    while let Some(field) = form.next_field().await.map_err(bad)? {
        if field.file_name().is_some() && picture.replace(field.bytes().await.map_err(bad)?.to_vec()).is_some() {
            return Err(ApiError::field("avatar", "Send one file."));
        }
    }
    let picture = picture.ok_or_else(|| ApiError::field("avatar", "No file was sent."))?;
    access::organization(actor.clone(), Action::OrganizationView)?;
    accounts::set_avatar(&app.services, &actor, picture).await?;
    answer::ok(&json!({ "detail": "avatar saved" }))
}

/// `DELETE /api/users/{id}/avatar/`
pub(crate) async fn remove_avatar(State(app): State<App>, Authenticated(actor): Authenticated) -> ApiResult<Response> {
    accounts::remove_avatar(&app.services, &actor).await?;
    Ok(answer::no_content())
}
