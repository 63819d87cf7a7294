//! Cookies that we set (SEC-024, SEC-035).

use axum::response::Response;
use http::{HeaderValue, header};
use labelkeep_services::accounts::{CsrfSecret, NewSession, WaitingSignIn};
use labelkeep_services::sso::Departure;

use crate::App;
use crate::extract::cookie_names;

/// The session and its CSRF token.
pub(crate) fn set_session(app: &App, response: &mut Response, session: &NewSession) {
    let life = session
        .cookie_seconds
        .map(|seconds| format!("; Max-Age={seconds}"))
        .unwrap_or_default();
    set(
        app,
        response,
        cookie_names(app).session,
        session.id.expose(),
        &format!("; HttpOnly{life}"),
    );
    set(app, response, cookie_names(app).csrf, &session.csrf.mask(), &life);
}

/// A sign-in that waits for its second step, in this browser only.
pub(crate) fn set_step(app: &App, response: &mut Response, waiting: &WaitingSignIn) {
    let rest = format!("; HttpOnly; Max-Age={}", waiting.seconds);
    set(app, response, cookie_names(app).step, waiting.id.expose(), &rest);
}

/// It waits no longer.
pub(crate) fn clear_step(app: &App, response: &mut Response) {
    set(app, response, cookie_names(app).step, "", "; HttpOnly; Max-Age=0");
}

/// A CSRF token that scripts can read.
pub(crate) fn set_csrf(app: &App, response: &mut Response, secret: &CsrfSecret) {
    set(app, response, cookie_names(app).csrf, &secret.mask(), "");
}

/// A sign-in that is at the identity provider. It comes back from there by a link, which `Lax` lets pass.
pub(crate) fn set_flow(app: &App, response: &mut Response, departure: &Departure) {
    let rest = format!("; HttpOnly; Max-Age={}", departure.seconds);
    set(app, response, cookie_names(app).flow, departure.cookie.expose(), &rest);
}

/// It is back.
pub(crate) fn clear_flow(app: &App, response: &mut Response) {
    set(app, response, cookie_names(app).flow, "", "; HttpOnly; Max-Age=0");
}

/// Both are gone.
pub(crate) fn clear(app: &App, response: &mut Response) {
    set(app, response, cookie_names(app).session, "", "; HttpOnly; Max-Age=0");
    set(app, response, cookie_names(app).csrf, "", "; Max-Age=0");
}

fn set(app: &App, response: &mut Response, name: &str, value: &str, rest: &str) {
    let secure = if app.settings.local { "" } else { "; Secure" };
    if let Ok(line) = HeaderValue::from_str(&format!("{name}={value}; Path=/; SameSite=Lax{secure}{rest}")) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
