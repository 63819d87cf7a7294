//! The host that hands out files of people, and nothing else (`MEDIA_ORIGIN`, SEC-164): no cookies count there, there are no pages
//! and no API. What a file could do to its own origin, it does to one where nothing is.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode, Uri};
use labelkeep_services::media_links::{self, LinkedFile};

use crate::middleware::{host, limits};
use crate::wire::ranged::header_value;
use crate::{ApiError, ApiResult, App, storages, uploads};

/// Sends a browser to the file. Rights are asked here each time, so that nobody keeps the way.
pub(crate) fn lead(link: &str) -> Response {
    let headers = [
        (header::LOCATION, header_value(link)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Whether the request is for this host.
pub(crate) fn is_asked(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = &app.services.settings.media_origin else {
        return false;
    };
    let own = origin.split_once("://").map_or("", |(_, host)| host::name(host));
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    asked.is_some_and(|asked| host::name(asked).eq_ignore_ascii_case(own))
}

/// Answers a request for this host.
pub(crate) async fn answer(app: &App, request: Request) -> Response {
    let (asked, _) = request.into_parts();
    let answer = file(app, &asked).await;
    let mut response = answer.unwrap_or_else(ApiError::into_response);
    let out = response.headers_mut();
    // The pages of the product show the files, and read them: texts, sounds, masks.
    if let Some(origin) = &app.settings.public_origin {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header_value(origin));
        out.insert(header::VARY, HeaderValue::from_static("Origin"));
        let shown = "accept-ranges, content-disposition, content-length, content-range, etag";
        out.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(shown));
    }
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    out.insert(policy, HeaderValue::from_static("cross-origin"));
    response
}

async fn file(app: &App, asked: &Parts) -> ApiResult<Response> {
    let none = || ApiError::not_found("There is no such file, or the link to it is too old.");
    match asked.method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return Ok(preflight()),
        _ => {
            return Err(ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "Files are only read here.",
            ));
        }
    }
    let link = link(&asked.uri).ok_or_else(none)?;
    let opened = media_links::open(&app.services, link).ok_or_else(none)?;
    let account_id = opened.account_id;
    limits::enter_reader(&asked.extensions, app, account_id).await?;
    match media_links::file(&app.services, opened).await? {
        LinkedFile::Upload { file, tag, name } => uploads::bytes(&file, &tag, &name, &asked.headers).await,
        LinkedFile::Object(found) => storages::media::bytes(*found, account_id, &asked.headers).await,
    }
}

/// What browsers ask before they read a part of a file.
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "range, if-none-match"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn link(uri: &Uri) -> Option<&str> {
    uri.path().strip_prefix("/file/")?;
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("link="))
}
