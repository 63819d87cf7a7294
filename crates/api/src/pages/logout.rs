//! Signing out: POST with the CSRF token; GET changes nothing and shows a button (SEC-034, SEC-039).

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode};
use labelkeep_services::accounts::{self, Proof};
use labelkeep_ui::Page;
use serde::Deserialize;

use super::login::csrf_failed;
use super::{cookies, html, next, redirect};
use crate::extract::{Form, MaybeSignedIn, guard_origin};
use crate::{ApiResult, App};

/// The form's one field.
#[derive(Deserialize)]
pub(crate) struct LogoutForm {
    #[serde(default)]
    csrfmiddlewaretoken: String,
}

/// `GET /logout`
pub(crate) async fn show(State(app): State<App>, MaybeSignedIn(caller): MaybeSignedIn, request: Request) -> Response {
    let Some(caller) = caller else {
        return redirect(&next::login_then(request.uri().path()));
    };
    let csrf = match &caller.proof {
        Proof::Session { csrf, .. } => csrf.mask(),
        Proof::Token { .. } => String::new(),
    };
    html(
        &app,
        StatusCode::OK,
        Page::Logout,
        &[("csrf", &csrf), ("email", &caller.actor.email)],
    )
}

/// `POST /logout`
pub(crate) async fn submit(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    headers: HeaderMap,
    Form(form): Form<LogoutForm>,
) -> ApiResult<Response> {
    if let Some(caller) = &caller {
        let sent = headers
            .get("x-csrftoken")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let token = if form.csrfmiddlewaretoken.is_empty() {
            sent
        } else {
            &form.csrfmiddlewaretoken
        };
        if let Proof::Session { csrf, .. } = &caller.proof
            && (guard_origin(&headers, &app).is_err() || !csrf.accepts(token))
        {
            return Ok(csrf_failed());
        }
        accounts::sign_out(&app.services, caller).await?;
    }
    let target = app.settings.logout_redirect.as_str();
    let mut response = redirect(if target.is_empty() { "/" } else { target });
    cookies::clear(&app, &mut response);
    // The cache only: unsent drafts lie in the browser's storage.
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}
