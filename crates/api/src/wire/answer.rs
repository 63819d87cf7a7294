//! Answers: JSON with the fields that the caller wants, and an `ETag` where a version matters.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::FieldChoice;
use crate::{ApiError, ApiResult};

/// 200 with JSON.
pub fn ok<T: Serialize>(value: &T) -> ApiResult<Response> {
    json(StatusCode::OK, &FieldChoice::default(), value)
}

/// 201 with JSON.
pub fn created<T: Serialize>(value: &T) -> ApiResult<Response> {
    json(StatusCode::CREATED, &FieldChoice::default(), value)
}

/// 204.
pub fn no_content() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Any status with JSON, reduced to the fields that the caller wants.
pub fn json<T: Serialize>(status: StatusCode, choice: &FieldChoice, value: &T) -> ApiResult<Response> {
    let body = serde_json::to_vec(value)
        .map_err(|error| ApiError::from(labelkeep_services::ServiceError::Internal(error.to_string())))?;
    let body = choice.apply(body);
    Ok((
        status,
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body,
    )
        .into_response())
}

/// Adds the version by which a later `If-Match` is judged.
pub fn with_etag(mut response: Response, version: i64) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
