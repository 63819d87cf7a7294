//! The one who asks.

use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use http::{HeaderMap, StatusCode, header};
use labelkeep_services::Services;
use labelkeep_services::access::Action;
use labelkeep_services::accounts::{self, Proof, TokenKind, UserChange, check_hotkeys};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::model::UserOut;
use crate::extract::{Authenticated, Body, Confirmed, Query, SignedIn};
use crate::pages::cookies;
use crate::wire::{FieldChoice, answer};
use crate::{ApiError, ApiResult, App};

/// `GET /api/current-user/export/`: ours; all that is kept of the caller, and their work, a JSON object a line (SEC-238)
pub(crate) async fn export(State(services): State<Services>, SignedIn(caller): SignedIn) -> ApiResult<Response> {
    let lines = accounts::own_portrait(&services, &caller).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.ndjson\""),
    ];
    let lines = lines.map_err(|error| {
        tracing::error!(%error, "the export of a person's data broke off");
        std::io::Error::other("the export broke off")
    });
    Ok((headers, HttpBody::from_stream(lines)).into_response())
}

#[derive(Serialize)]
struct WhoAmI {
    #[serde(flatten)]
    user: UserOut,
    permissions: Vec<&'static str>,
    role: &'static str,
    /// The policy's actions that the caller may do in the organization.
    role_permissions: Vec<&'static str>,
    email_verified: bool,
    /// The address that waits for its confirmation.
    pending_email: Option<String>,
    /// Whether this server sends mail.
    mail_enabled: bool,
}

/// `GET /api/current-user/whoami`
pub(crate) async fn whoami(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let profile = accounts::own_account(&services, &actor).await?;
    let email = accounts::email_state(&services, &profile.account).await?;
    let permissions = PERMISSIONS
        .iter()
        .filter(|(_, action)| actor.may(*action))
        .map(|(name, _)| *name)
        .collect();
    let may = Action::ALL.iter().filter(|action| actor.may(**action));
    let out = WhoAmI {
        user: profile.into(),
        permissions,
        role: actor.role.code(),
        role_permissions: may.map(|action| action.name()).collect(),
        email_verified: email.verified,
        pending_email: email.pending,
        mail_enabled: services.settings.mail,
    };
    answer::json(StatusCode::OK, &choice, &out)
}

/// The names by which clients ask for permissions, and what each means here.
const PERMISSIONS: [(&str, Action); 24] = [
    ("organizations.view", Action::OrganizationView),
    ("organizations.change", Action::OrganizationChange),
    ("organizations.invite", Action::Invite),
    ("organizations.members.view", Action::MemberView),
    ("organizations.members.add", Action::MemberAdd),
    ("organizations.members.delete", Action::MemberRemove),
    ("tokens.settings", Action::TokenSettings),
    ("projects.view", Action::ProjectView),
    ("projects.create", Action::ProjectCreate),
    ("projects.change", Action::ProjectChange),
    ("projects.delete", Action::ProjectDelete),
    ("projects.import", Action::Import),
    ("projects.export", Action::Export),
    ("tasks.view", Action::TaskView),
    ("tasks.create", Action::TaskCreate),
    ("tasks.change", Action::TaskChange),
    ("tasks.delete", Action::TaskDelete),
    ("annotations.view", Action::AnnotationView),
    ("annotations.create", Action::Annotate),
    ("annotations.change", Action::AnnotationChange),
    ("annotations.delete", Action::AnnotationChange),
    ("predictions.view", Action::PredictionView),
    ("predictions.any", Action::PredictionChange),
    ("media.view", Action::MediaView),
];

#[derive(Serialize)]
struct TokenOut<'a> {
    token: Option<&'a str>,
}

/// `GET /api/current-user/token`: the legacy token, if the request itself shows that the caller has it. We keep only
/// its hash (SEC-092).
pub(crate) async fn token(SignedIn(caller): SignedIn, headers: HeaderMap) -> ApiResult<Response> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = header
        .filter(|_| {
            matches!(
                caller.proof,
                Proof::Token {
                    kind: TokenKind::Legacy,
                    ..
                }
            )
        })
        .and_then(|header| header.split_once(' '));
    answer::ok(&TokenOut {
        token: presented.map(|(_, token)| token.trim()),
    })
}

/// `POST /api/current-user/reset-token/`
pub(crate) async fn reset_token(State(services): State<Services>, Confirmed(caller): Confirmed) -> ApiResult<Response> {
    let token = accounts::reset_legacy(&services, &caller).await?;
    answer::created(&TokenOut {
        token: Some(token.expose()),
    })
}

/// Both passwords.
#[derive(Deserialize)]
pub(crate) struct PasswordIn {
    current_password: String,
    password: String,
}

/// `POST /api/current-user/password/`: ours; the compatible server changes passwords from the command line only.
pub(crate) async fn change_password(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(body): Body<PasswordIn>,
) -> ApiResult<Response> {
    let session = accounts::change_password(&app.services, &caller, body.current_password, body.password).await?;
    let mut response = answer::no_content();
    if let Some(session) = session {
        cookies::set_session(&app, &mut response, &session);
    }
    Ok(response)
}

#[derive(Serialize)]
struct HotkeysOut {
    custom_hotkeys: Box<RawValue>,
}

/// The whole map.
#[derive(Deserialize)]
pub(crate) struct HotkeysIn {
    #[serde(default)]
    custom_hotkeys: Option<Value>,
}

/// `GET /api/current-user/hotkeys/`
pub(crate) async fn hotkeys(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
) -> ApiResult<Response> {
    let account = accounts::own_account(&services, &actor).await?.account;
    answer::ok(&HotkeysOut {
        custom_hotkeys: raw(account.custom_hotkeys)?,
    })
}

/// `PATCH /api/current-user/hotkeys/`
pub(crate) async fn set_hotkeys(
    State(services): State<Services>,
    SignedIn(caller): SignedIn,
    Body(body): Body<HotkeysIn>,
) -> ApiResult<Response> {
    let text = checked_hotkeys(body.custom_hotkeys).map_err(|texts| {
        let body = json!({ "error": "Invalid hotkeys configuration", "details": { "custom_hotkeys": texts } });
        ApiError::bare(StatusCode::BAD_REQUEST, body)
    })?;
    let change = UserChange {
        custom_hotkeys: Some(text),
        ..UserChange::default()
    };
    let (profile, _) = accounts::update_own(&services, &caller, change).await?;
    let account = profile.account;
    answer::ok(&HotkeysOut {
        custom_hotkeys: raw(account.custom_hotkeys)?,
    })
}

/// The text of an acceptable map.
pub(super) fn checked_hotkeys(value: Option<Value>) -> Result<String, Vec<String>> {
    match value {
        None => Err(vec!["This field is required.".to_owned()]),
        Some(Value::Object(map)) => {
            check_hotkeys(&map)?;
            Ok(Value::Object(map).to_string())
        }
        Some(_) => Err(vec!["custom_hotkeys must be a dictionary".to_owned()]),
    }
}

fn raw(text: String) -> ApiResult<Box<RawValue>> {
    RawValue::from_string(text).map_err(|error| labelkeep_services::ServiceError::Internal(error.to_string()).into())
}

/// Which tour.
#[derive(Deserialize)]
pub(crate) struct TourQuery {
    #[serde(default)]
    name: String,
}

/// Changes of a tour.
#[derive(Deserialize)]
pub(crate) struct TourIn {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    interaction_data: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct TourOut {
    state: String,
    interaction_data: Box<RawValue>,
}

/// `GET /api/current-user/product-tour`
pub(crate) async fn tour(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<TourQuery>,
) -> ApiResult<Response> {
    let tour = accounts::tour(&services, &actor, &query.name).await?;
    answer::ok(&TourOut {
        state: tour.state,
        interaction_data: raw(tour.interaction_data)?,
    })
}

/// `PATCH /api/current-user/product-tour`
pub(crate) async fn set_tour(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<TourQuery>,
    Body(body): Body<TourIn>,
) -> ApiResult<Response> {
    let data = body.interaction_data.map(|data| Value::Object(data).to_string());
    let tour = accounts::set_tour(&services, &actor, query.name, body.state, data).await?;
    Ok((
        StatusCode::OK,
        answer::ok(&TourOut {
            state: tour.state,
            interaction_data: raw(tour.interaction_data)?,
        })?,
    )
        .into_response())
}
