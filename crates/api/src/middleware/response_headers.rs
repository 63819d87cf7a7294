//! Headers that every answer carries (SEC-046) and how long it may be kept (SEC-047).

use axum::response::Response;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::csp;
use crate::StrictTransport;

/// Set where the handler has not said otherwise.
const COMMON: [(HeaderName, HeaderValue); 7] = [
    // A text stays a text, whatever it looks like.
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Other sites do not learn which project somebody came from.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    // Windows of other sites get no handle on ours, and cannot load our answers as pictures or scripts.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ),
    // For browsers that do not know frame-ancestors.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Answers of the API are somebody's data; what may be kept says so itself.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

pub(crate) fn complete(response: &mut Response, id: &str) {
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in COMMON {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(csp::NOTHING);
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", id);
    }
}

/// Browsers that have seen this come back over TLS only (SEC-008). It means nothing on a connection without TLS.
pub(crate) fn strict_transport(response: &mut Response, setting: StrictTransport) {
    let value = match setting {
        StrictTransport::Off => return,
        StrictTransport::On => "max-age=31536000; includeSubDomains",
        StrictTransport::Preload => "max-age=31536000; includeSubDomains; preload",
    };
    let headers = response.headers_mut();
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(value));
}
