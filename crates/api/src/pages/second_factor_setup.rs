//! Setting up an authenticator app, for somebody whose organization requires a second factor: all they can reach until it
//! is done (SEC-073). Works without scripts.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::accounts::{self, Caller, Proof};
use labelkeep_ui::Page;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::login::{NextQuery, Trouble, csrf_failed};
use super::{cookies, html, next, redirect};
use crate::extract::{Form, MaybeSignedIn, Query, guard_origin};
use crate::{ApiResult, App};

/// Where it is.
pub(crate) const PATH: &str = "/user/second-factor/setup/";

/// The form's fields.
#[derive(Deserialize)]
pub(crate) struct SetupForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    csrfmiddlewaretoken: String,
    #[serde(default)]
    next: Option<String>,
}

/// `GET /user/second-factor/setup/`
pub(crate) async fn show(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(query): Query<NextQuery>,
) -> ApiResult<Response> {
    let target = next::safe(query.next.as_deref());
    let Some(caller) = caller else {
        return Ok(redirect(&next::login_then(target)));
    };
    if !caller.factor.is_due() {
        return Ok(redirect(target));
    }
    form(&app, &caller, StatusCode::OK, "", target).await
}

/// `POST /user/second-factor/setup/`
pub(crate) async fn submit(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    Query(query): Query<NextQuery>,
    headers: HeaderMap,
    Form(fields): Form<SetupForm>,
) -> ApiResult<Response> {
    let target = fields.next.filter(|next| !next.is_empty()).or(query.next);
    let target = next::safe(target.as_deref());
    let Some(caller) = caller else {
        return Ok(redirect(&next::login_then(target)));
    };
    let Proof::Session { csrf, .. } = &caller.proof else {
        return Ok(redirect(&next::login_then(target)));
    };
    if guard_origin(&headers, &app).is_err() || !csrf.accepts(&fields.csrfmiddlewaretoken) {
        return Ok(csrf_failed());
    }
    if !caller.factor.is_due() {
        return Ok(redirect(target));
    }
    let enrolment = accounts::pending_totp(&app.services, &caller).await?;
    match accounts::confirm_totp(&app.services, &caller, enrolment.id, &fields.code).await {
        Ok((_, codes)) => {
            let codes: Vec<&str> = codes.iter().flatten().map(|code| code.expose()).collect();
            Ok(done(&app, &codes.join("\n"), target))
        }
        Err(error) => {
            let trouble = Trouble::of(error)?;
            let mut response = form(&app, &caller, trouble.status, &trouble.text, target).await?;
            trouble.mark(&mut response);
            Ok(response)
        }
    }
}

async fn form(app: &App, caller: &Caller, status: StatusCode, error: &str, next: &str) -> ApiResult<Response> {
    let enrolment = accounts::pending_totp(&app.services, caller).await?;
    let qr = format!(
        "data:image/svg+xml,{}",
        utf8_percent_encode(enrolment.qr_svg.expose(), NON_ALPHANUMERIC)
    );
    let csrf = match &caller.proof {
        Proof::Session { csrf, .. } => csrf.mask(),
        Proof::Token { .. } => String::new(),
    };
    let values = [
        ("csrf", csrf.as_str()),
        ("error", error),
        ("next", next),
        ("title", "Set up a second factor"),
        (
            "intro",
            "Your organization asks for one. Scan the picture with an authenticator app, then enter the six digits that it shows.",
        ),
        ("qr", &qr),
        ("key", enrolment.secret.expose()),
        ("email", &caller.actor.email),
        ("passkeys", super::passkeys(app)),
    ];
    let mut response = html(app, status, Page::SecondFactorSetup, &values);
    if let Proof::Session { csrf, .. } = &caller.proof {
        cookies::set_csrf(app, &mut response, csrf);
    }
    Ok(response)
}

fn done(app: &App, codes: &str, next: &str) -> Response {
    let values = [
        ("title", "Keep your recovery codes"),
        (
            "intro",
            "Each signs you in once when you do not have the app. They are not shown again: print them, or keep them in a password manager.",
        ),
        ("codes", codes),
        ("next", next),
    ];
    html(app, StatusCode::OK, Page::RecoveryCodes, &values)
}
