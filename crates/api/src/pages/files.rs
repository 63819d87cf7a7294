//! Files of the built app, and avatars.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};

use crate::extract::Authenticated;
use crate::{ApiError, ApiResult, App};

/// The file of the app at this address, if there is one.
pub(crate) fn built(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
            .unwrap_or_default()
    };
    let asset = labelkeep_ui::asset(uri.path().trim_start_matches('/'), text(header::ACCEPT_ENCODING))?;
    let fresh = text(header::IF_NONE_MATCH)
        .split(',')
        .any(|known| known.trim().trim_start_matches("W/") == asset.etag);
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match asset.bytes {
            std::borrow::Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => bytes.into(),
        };
        Body::from(body).into_response()
    };
    let keep = if asset.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// `GET /data/avatars/{name}`: for people who are signed in.
pub(crate) async fn avatar(State(app): State<App>, _: Authenticated, Path(name): Path<String>) -> ApiResult<Response> {
    // Our own names: 32 hexadecimal digits and an extension. Anything else is no file of ours.
    let (stem, extension) = name.split_once('.').ok_or_else(ApiError::no_such_page)?;
    let kind = match extension {
        "jpg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        _ => return Err(ApiError::no_such_page()),
    };
    if stem.len() != 32 || !stem.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ApiError::no_such_page());
    }
    let bytes = labelkeep_services::files::portrait(&app.services, &name)
        .await?
        .ok_or_else(ApiError::no_such_page)?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "private, max-age=86400"),
    ];
    Ok((headers, bytes).into_response())
}
