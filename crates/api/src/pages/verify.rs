//! Confirming an address (SEC-067). The link shows a button: programs that look at links in mails press none.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::accounts;
use labelkeep_ui::Page;
use serde::Deserialize;

use super::login::{csrf_failed, csrf_holds};
use super::reset::{TokenQuery, dead};
use super::{cookies, html, no_referrer, problem};
use crate::extract::{ClientAddress, Form, Query, pre_session_secret};
use crate::{ApiResult, App};

/// The form's fields.
#[derive(Deserialize)]
pub(crate) struct VerifyForm {
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    token: Option<String>,
}

/// `GET /user/verify-email/`
pub(crate) async fn show(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let token = query.token().unwrap_or_default();
    let email = match accounts::verification_target(&app.services, &token, address).await {
        Ok(email) => email,
        Err(error) => return dead(error),
    };
    let secret = pre_session_secret(&headers, &app);
    let (csrf, intro) = (
        secret.mask(),
        format!("Mail for your account goes to {email} from now on."),
    );
    let values = [
        ("csrf", csrf.as_str()),
        ("email", &email),
        ("token", &token),
        ("title", "Confirm your address"),
        ("intro", &intro),
    ];
    let mut response = no_referrer(html(&app, StatusCode::OK, Page::VerifyEmail, &values));
    cookies::set_csrf(&app, &mut response, &secret);
    Ok(response)
}

/// `POST /user/verify-email/`
pub(crate) async fn submit(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    Form(fields): Form<VerifyForm>,
) -> ApiResult<Response> {
    if !csrf_holds(&headers, &app, &fields.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    let token = query.token().or(fields.token).unwrap_or_default();
    match accounts::confirm_email(&app.services, &token, address).await {
        Ok(()) => Ok(problem(
            StatusCode::OK,
            "Your address is confirmed",
            "Mail for your account goes there.",
        )),
        Err(error) => dead(error),
    }
}
