//! The browser app at all its addresses.

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, Uri, header};
use labelkeep_services::accounts::{self, Proof};
use labelkeep_services::storages::media;
use labelkeep_ui::Page;

use super::{cookies, html_of_project, next, redirect, second_factor_setup};
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
    if caller.factor.is_due() {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        return Ok(redirect(&next::page_then(second_factor_setup::PATH, target)));
    }
    let origins = match project(request.uri()) {
        Some(id) => media::origins(&app.services, caller.actor.clone(), id).await?,
        None => Vec::new(),
    };
    let mut response = match labeling(request.uri()) {
        Some((project, task)) => {
            let values = [("project", &*project.to_string()), ("task", &task)];
            html_of_project(&app, StatusCode::OK, Page::Labeling, &values, &origins)
        }
        None => html_of_project(&app, StatusCode::OK, Page::App, &[], &origins),
    };
    if let Proof::Session { csrf, .. } = &caller.proof {
        cookies::set_csrf(&app, &mut response, csrf);
    }
    Ok(response)
}

/// The project whose page an address is.
fn project(uri: &Uri) -> Option<i64> {
    let rest = uri.path().strip_prefix("/projects/")?;
    rest.split('/').next()?.parse().ok()
}

/// The project of a page where somebody labels, and the address of the task that it shows first: the one that the page's
/// address names, or the next of the stream. `None` for every other page.
fn labeling(uri: &Uri) -> Option<(u64, String)> {
    let rest = uri.path().strip_prefix("/projects/")?.trim_end_matches('/');
    let project = rest.strip_suffix("/data").unwrap_or(rest).parse().ok()?;
    let value = |name: &str| {
        let mut pairs = uri.query().unwrap_or_default().split('&');
        pairs.find_map(|pair| {
            pair.strip_prefix(name)?
                .strip_prefix('=')
                .filter(|value| !value.is_empty())
        })
    };
    if let Some(task) = value("task") {
        return Some((project, format!("/api/tasks/{}/", task.parse::<u64>().ok()?)));
    }
    value("labeling").map(|_| (project, format!("/api/projects/{project}/next/")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_where_somebody_labels_name_their_task() {
        let found = |address: &str| labeling(&address.parse().unwrap());
        assert_eq!(found("/projects/7/data?task=42"), Some((7, "/api/tasks/42/".into())));
        assert_eq!(found("/projects/7/?tab=1&task=42"), Some((7, "/api/tasks/42/".into())));
        assert_eq!(
            found("/projects/7/data/?labeling=1"),
            Some((7, "/api/projects/7/next/".into()))
        );
        for other in [
            "/projects/",
            "/projects/7/data",
            "/projects/7/data?task=",
            "/projects/7/data?task=../users",
            "/projects/7/data?subtask=4",
            "/projects/7/settings?task=4",
            "/projects/x/data?task=4",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
