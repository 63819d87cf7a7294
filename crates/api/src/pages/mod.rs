//! HTML: the app, the forms, and small pages around them.

pub(crate) mod app;
pub(crate) mod cookies;
pub(crate) mod files;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod next;
pub(crate) mod passkeys;
pub(crate) mod reset;
pub(crate) mod second_factor;
pub(crate) mod second_factor_setup;
pub(crate) mod signup;
pub(crate) mod sso;
pub(crate) mod verify;

use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use labelkeep_ui::{Page, render};

use crate::App;
use crate::middleware::csp;

/// A page under the full policy, with a fresh nonce as the value `nonce`.
pub(crate) fn html(app: &App, status: StatusCode, page: Page, values: &[(&str, &str)]) -> Response {
    html_of_project(app, status, page, values, &[])
}

/// The same for a page that shows what lies at these origins.
pub(crate) fn html_of_project(
    app: &App,
    status: StatusCode,
    page: Page,
    values: &[(&str, &str)],
    origins: &[String],
) -> Response {
    let nonce = nonce();
    build(status, csp::policy(app, &nonce, origins), page, &nonce, values)
}

/// "There is no such page", for every unknown address.
pub(crate) fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "There is no such page",
        "Nothing lives at this address.",
    )
}

/// A page that says what is wrong.
pub(crate) fn problem(status: StatusCode, title: &str, intro: &str) -> Response {
    let nonce = nonce();
    build(
        status,
        csp::plain(&nonce),
        Page::Error,
        &nonce,
        &[("title", title), ("intro", intro)],
    )
}

/// The value `passkeys` of the forms, by which their script knows whether to offer them: `on`, or nothing.
pub(crate) fn passkeys(app: &App) -> &'static str {
    match labelkeep_services::accounts::relying_party(&app.services) {
        Some(_) => "on",
        None => "",
    }
}

fn build(status: StatusCode, policy: HeaderValue, page: Page, nonce: &str, values: &[(&str, &str)]) -> Response {
    let mut all = vec![("nonce", nonce)];
    all.extend_from_slice(values);
    let mut response = (status, Html(render(page, &all))).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The address holds the token of a link: no other page learns it (SEC-046).
pub(crate) fn no_referrer(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// 302.
pub(crate) fn redirect(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// 122 random bits.
fn nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
