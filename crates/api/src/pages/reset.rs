//! New passwords: the form that asks for a link, and the one behind a link (SEC-065). Nobody is signed in by it.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::{ServiceError, accounts};
use labelkeep_ui::Page;
use serde::Deserialize;

use super::login::{again, csrf_failed, csrf_holds};
use super::{cookies, html, no_referrer, problem, redirect};
use crate::extract::{ClientAddress, Form, Query, pre_session_secret};
use crate::{ApiResult, App};

/// The link's token.
#[derive(Debug, Deserialize)]
pub(crate) struct TokenQuery {
    #[serde(default)]
    token: Option<String>,
}

impl TokenQuery {
    /// The token, if one was given.
    pub(super) fn token(self) -> Option<String> {
        self.token.filter(|token| !token.is_empty())
    }
}

/// The fields of both forms.
#[derive(Deserialize)]
pub(crate) struct ResetForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    token: Option<String>,
}

/// `GET /user/reset/`
pub(crate) async fn show(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let Some(token) = query.token() else {
        return Ok(if app.services.settings.mail {
            ask(&app, &headers, StatusCode::OK, "", "")
        } else {
            let intro =
                "This server sends no mail. Ask the people who run it for a link by which you can set a new one.";
            problem(StatusCode::OK, "Forgotten your password?", intro)
        });
    };
    match accounts::reset_target(&app.services, &token, address).await {
        Ok(email) => Ok(set(&app, &headers, StatusCode::OK, "", &email, &token)),
        Err(error) => dead(error),
    }
}

/// `POST /user/reset/`
pub(crate) async fn submit(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    Form(fields): Form<ResetForm>,
) -> ApiResult<Response> {
    if !csrf_holds(&headers, &app, &fields.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    let token = query.token().or(fields.token.filter(|token| !token.is_empty()));
    let Some(token) = token else {
        return match accounts::request_reset(&app.services, &fields.email, address).await {
            Ok(()) => {
                let intro = "If somebody here has this address, a link is on its way to it. It works for 30 minutes.";
                Ok(problem(StatusCode::OK, "Look into your mail", intro))
            }
            Err(error) => again(error, |status, text| ask(&app, &headers, status, text, &fields.email)),
        };
    };
    match accounts::reset_password(&app.services, &token, fields.password, address).await {
        Ok(()) => Ok(redirect("/user/login/?password=set")),
        Err(error @ ServiceError::Forbidden(_)) => dead(error),
        Err(error) => again(error, |status, text| set(&app, &headers, status, text, "", &token)),
    }
}

/// A page for a link that does nothing any more.
pub(super) fn dead(error: ServiceError) -> ApiResult<Response> {
    match error {
        ServiceError::Forbidden(text) => Ok(no_referrer(problem(
            StatusCode::FORBIDDEN,
            "This link does not work",
            &text,
        ))),
        error => Err(error.into()),
    }
}

fn ask(app: &App, headers: &HeaderMap, status: StatusCode, error: &str, email: &str) -> Response {
    let secret = pre_session_secret(headers, app);
    let csrf = secret.mask();
    let values = [
        ("csrf", csrf.as_str()),
        ("error", error),
        ("email", email),
        ("title", "Forgotten your password?"),
        (
            "intro",
            "Give your address, and you get a link by which you can set a new one.",
        ),
    ];
    let mut response = html(app, status, Page::Reset, &values);
    cookies::set_csrf(app, &mut response, &secret);
    response
}

fn set(app: &App, headers: &HeaderMap, status: StatusCode, error: &str, email: &str, token: &str) -> Response {
    let secret = pre_session_secret(headers, app);
    let csrf = secret.mask();
    let intro = if email.is_empty() {
        String::new()
    } else {
        format!("For the account {email}. Everybody who is signed in to it now is signed out.")
    };
    let values = [
        ("csrf", csrf.as_str()),
        ("error", error),
        ("email", email),
        ("token", token),
        ("title", "Set a new password"),
        ("intro", &intro),
    ];
    let mut response = no_referrer(html(app, status, Page::NewPassword, &values));
    cookies::set_csrf(app, &mut response, &secret);
    response
}
