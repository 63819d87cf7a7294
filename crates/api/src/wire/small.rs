//! Small pictures that the server made.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use labelkeep_services::thumbnails::Small;

use super::ranged::header_value;
use super::stored;

/// The picture, or that the caller has it already. Who loses access, or is somebody else, has nothing in their cache that counts
/// (SEC-190).
pub(crate) fn answer(small: Small, account_id: i64, side: usize, headers: &HeaderMap) -> Response {
    let etag = header_value(&format!("\"{account_id}-{}-{side}\"", small.tag));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| *value == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(small.picture.bytes).into_response()
    };
    let out = response.headers_mut();
    let name = match small.picture.content_type {
        "image/png" => "thumbnail.png",
        _ => "thumbnail.jpg",
    };
    stored::describe(out, name);
    out.insert(header::ETAG, etag);
    response
}
