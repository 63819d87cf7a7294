//! The second step of a sign-in: a code of the authenticator app, a recovery code, or (by [`super::passkeys`]) a passkey.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::accounts::{self, Given, SecondStep, WaitingStep};
use labelkeep_ui::Page;
use serde::Deserialize;

use super::login::{NextQuery, again, agent, csrf_failed, csrf_holds};
use super::{cookies, html, next, redirect};
use crate::extract::{ClientAddress, Form, Query, cookie, cookie_names, pre_session_secret};
use crate::{ApiResult, App};

/// Where it is.
pub(crate) const PATH: &str = "/user/second-factor/";

/// No sign-in waits in this browser.
pub(super) const OVER: &str = "This sign-in took too long. Begin again.";

const WRONG: &str = "This code is not right, or it was used before. Wait for the next one.";

/// The form's fields.
#[derive(Deserialize)]
pub(crate) struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    next: Option<String>,
}

/// `GET /user/second-factor/`
pub(crate) async fn show(
    State(app): State<App>,
    Query(query): Query<NextQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let target = next::safe(query.next.as_deref());
    let id = waiting(&headers, &app).unwrap_or_default();
    match accounts::waiting_step(&app.services, id).await? {
        Some(step) => Ok(form(&app, &headers, StatusCode::OK, "", target, &step)),
        None => Ok(redirect(&next::login_then(target))),
    }
}

/// `POST /user/second-factor/`
pub(crate) async fn submit(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<NextQuery>,
    headers: HeaderMap,
    Form(fields): Form<CodeForm>,
) -> ApiResult<Response> {
    if !csrf_holds(&headers, &app, &fields.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    let target = fields.next.filter(|next| !next.is_empty()).or(query.next);
    let target = next::safe(target.as_deref());
    let id = waiting(&headers, &app).unwrap_or_default();
    let Some(step) = accounts::waiting_step(&app.services, id).await? else {
        return Ok(over(&app, target));
    };
    match accounts::second_step(&app.services, id, Given::Code(&fields.code), address, agent(&headers)).await {
        Ok(SecondStep::Session(session)) => {
            let mut response = redirect(target);
            cookies::clear_step(&app, &mut response);
            cookies::set_session(&app, &mut response, &session);
            Ok(response)
        }
        Ok(SecondStep::Wrong) => Ok(form(&app, &headers, StatusCode::OK, WRONG, target, &step)),
        Ok(SecondStep::Over) => Ok(over(&app, target)),
        Err(error) => again(error, |status, text| form(&app, &headers, status, text, target, &step)),
    }
}

fn over(app: &App, target: &str) -> Response {
    let mut response = redirect(&next::login_then(target));
    cookies::clear_step(app, &mut response);
    response
}

pub(super) fn waiting<'a>(headers: &'a HeaderMap, app: &App) -> Option<&'a str> {
    cookie(headers, cookie_names(app).step).filter(|id| !id.is_empty())
}

fn form(app: &App, headers: &HeaderMap, status: StatusCode, error: &str, next: &str, step: &WaitingStep) -> Response {
    let secret = pre_session_secret(headers, app);
    let csrf = secret.mask();
    let values = [
        ("csrf", csrf.as_str()),
        ("error", error),
        ("next", next),
        ("title", "Second step"),
        ("intro", intro(step)),
        ("passkeys", if step.passkeys { "on" } else { "" }),
    ];
    let mut response = html(app, status, Page::SecondFactor, &values);
    cookies::set_csrf(app, &mut response, &secret);
    response
}

fn intro(step: &WaitingStep) -> &'static str {
    match (step.codes, step.passkeys) {
        (_, false) => "Enter the six digits that your authenticator app shows, or one of your recovery codes.",
        (true, true) => {
            "Use your passkey; or enter the six digits that your authenticator app shows, or one of your recovery codes."
        }
        (false, true) => "Use your passkey. If you do not have it with you, enter one of your recovery codes.",
    }
}
