//! The browser app at all its addresses.

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use labelkeep_services::accounts::{self, Proof};
use labelkeep_ui::Page;

use super::{cookies, html, next, redirect};
use crate::extract::MaybeSignedIn;
use crate::middleware::csp;
use crate::{ApiResult, App};

/// Pages of the app: the app for who is signed in, else the sign-in form, and the sign-up form as long as nobody has an account.
pub(crate) async fn page(
    State(app): State<App>,
    MaybeSignedIn(caller): MaybeSignedIn,
    request: Request,
) -> ApiResult<Response> {
    let Some(caller) = caller else {
        if !accounts::any(&app.services).await? {
            return Ok(redirect("/user/signup/"));
        }
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        return Ok(redirect(&next::login_then(target)));
    };
    let mut response = html(&app, StatusCode::OK, Page::App, &[]);
    if let Proof::Session { csrf, .. } = &caller.proof {
        cookies::set_csrf(&app, &mut response, csrf);
    }
    Ok(response)
}

/// `GET /frame.html`: the empty page in which cleaned HTML of task data is shown (SEC-174).
pub(crate) async fn frame(State(app): State<App>) -> Response {
    let mut response =
        Html("<!doctype html><html><head><meta charset=\"utf-8\"><title></title></head><body></body></html>")
            .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, csp::frame(&app));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
