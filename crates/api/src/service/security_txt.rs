//! Whom to tell about a weakness of this installation (RFC 9116, SEC-247).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;

use crate::wire::fmt_time;
use crate::{ApiError, ApiResult, App};

/// Half a year in microseconds: after that somebody should have looked whether the contact still holds.
const HALF_A_YEAR: i64 = 182 * 24 * 3_600 * 1_000_000;

/// `GET /.well-known/security.txt`; 404 when no contact is set.
pub(crate) async fn read(State(app): State<App>) -> ApiResult<Response> {
    let contact = app
        .settings
        .security_contact
        .as_deref()
        .ok_or_else(ApiError::no_such_page)?;
    let expires = fmt_time(app.services.now() + HALF_A_YEAR);
    let text = format!("Contact: {contact}\nExpires: {}Z\n", &expires[..19]);
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
