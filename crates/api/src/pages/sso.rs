//! To an identity provider and back.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::ServiceError;
use labelkeep_services::sso::{self, Arrival, Callback, Start};
use serde::Deserialize;

use super::login::agent;
use super::{cookies, next, problem, redirect, second_factor};
use crate::extract::{ClientAddress, PublicUrl, Query, cookie, cookie_names};
use crate::{ApiResult, App};

const TITLE: &str = "Single sign-on did not work";

/// Where the provider sends browsers back to.
pub(crate) fn redirect_uri(headers: &HeaderMap, app: &App) -> String {
    format!("{}/sso/oidc/callback/", PublicUrl::of(headers, app).origin)
}

/// Where a sign-in by an organization's provider begins.
pub(crate) fn start_path(organization_id: i64, next: Option<&str>) -> String {
    let start = next::page_then("/sso/oidc/start/", next::safe(next));
    format!("{start}&organization={organization_id}")
}

/// Whose provider, and where to go afterwards.
#[derive(Debug, Deserialize)]
pub(crate) struct StartQuery {
    organization: i64,
    #[serde(default)]
    next: Option<String>,
}

/// `GET /sso/oidc/start/`: a link, since the page's policy lets no form lead to another origin
pub(crate) async fn start(
    State(app): State<App>,
    Query(query): Query<StartQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let wish = Start {
        organization_id: query.organization,
        next: next::safe(query.next.as_deref()).to_owned(),
        redirect_uri: redirect_uri(&headers, &app),
    };
    match sso::start(&app.services, wish).await {
        Ok(departure) => {
            let mut response = redirect(&departure.url);
            cookies::set_flow(&app, &mut response, &departure);
            Ok(response)
        }
        Err(ServiceError::NotFound(_)) => Ok(problem(StatusCode::NOT_FOUND, TITLE, "There is no provider here.")),
        Err(ServiceError::Conflict(text)) => Ok(problem(StatusCode::BAD_GATEWAY, TITLE, &text)),
        Err(error) => Err(error.into()),
    }
}

/// What the provider says.
#[derive(Debug, Deserialize)]
pub(crate) struct CallbackQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
}

/// `GET /sso/oidc/callback/`
pub(crate) async fn callback(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<CallbackQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let callback = Callback {
        cookie: cookie(&headers, cookie_names(&app).flow).unwrap_or_default().to_owned(),
        state: query.state,
        code: query.code,
        iss: query.iss,
        error: query.error,
        address,
        agent: agent(&headers),
    };
    let mut response = match sso::finish(&app.services, callback).await? {
        Arrival::Session(session, target) => {
            let mut response = redirect(next::safe(Some(&target)));
            cookies::set_session(&app, &mut response, &session);
            response
        }
        Arrival::SecondStep(waiting, target) => {
            let mut response = redirect(&next::page_then(second_factor::PATH, next::safe(Some(&target))));
            cookies::set_step(&app, &mut response, &waiting);
            response
        }
        Arrival::Linked => redirect("/user/account/"),
        Arrival::Refused(text) => problem(StatusCode::FORBIDDEN, TITLE, &text),
    };
    cookies::clear_flow(&app, &mut response);
    Ok(response)
}
