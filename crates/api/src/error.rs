//! Which error where: the only place where an error becomes HTTP.
//!
//! | error | status | body |
//! | --- | --- | --- |
//! | nobody, or a credential that is not valid | 401 | envelope with a `code` |
//! | `ServiceError::Forbidden`, a missing CSRF token | 403 | envelope |
//! | `ServiceError::Reauthenticate` | 403 | envelope with a `code` |
//! | `ServiceError::NotFound` | 404 | envelope; HTML page on routes without a final slash |
//! | `ServiceError::Nothing` | 404 | envelope |
//! | no such route, an id that is not a number | 404 | HTML page |
//! | `ServiceError::ReadOnly`, a method that the route lacks | 405 | envelope (`Allow` on routes) |
//! | `ServiceError::Conflict` | 409 | envelope |
//! | `ServiceError::TooLarge` | 413 | envelope |
//! | a body of another type | 415 | envelope |
//! | `ServiceError::Invalid` | 400 | envelope with `validation_errors` |
//! | `ServiceError::TooMany`, `Busy` | 429, 503 | envelope and `Retry-After` |
//! | `ServiceError::Files` that may pass: the bucket of uploads and exports is not reached | 503 | envelope and `Retry-After` |
//! | everything else | 500 | envelope without the cause, which is in the log under the same id |

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use labelkeep_services::{Invalid, ServiceError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::middleware::request_id;
use crate::middleware::slash::Settled;
use crate::service::version::COMPATIBLE;

/// Result of a handler.
pub type ApiResult<T, E = ApiError> = std::result::Result<T, E>;

/// An answer that is not the one asked for.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: Body,
    code: Option<&'static str>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

#[derive(Debug)]
enum Body {
    /// The envelope with this `detail`.
    Detail(String),
    /// The same, of a state that clients wait for the end of: no page stands in for it.
    State(String),
    /// The envelope with `validation_errors`.
    Validation(Box<Value>),
    /// A few routes answer outside the envelope.
    Bare(Box<Value>),
    /// The "no such page" page.
    Page,
}

/// The one shape of errors.
#[derive(Serialize)]
struct Envelope<'a> {
    id: String,
    status_code: u16,
    version: &'a str,
    detail: &'a str,
    exc_info: Option<()>,
    /// A fixed word for programs, where a text is not enough to act on (SEC-029).
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_errors: Option<&'a Value>,
}

impl ApiError {
    /// Any status with the envelope.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        ApiError {
            status,
            body: Body::Detail(detail.into()),
            code: None,
            headers: Vec::new(),
        }
    }

    /// 400 with a text that belongs to no field.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: nobody has proven who they are.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::UNAUTHORIZED, detail).with_code("not_authenticated")
    }

    /// 403.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404 in the envelope, "Not found." unless said otherwise.
    pub fn not_found(detail: impl Into<String>) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, detail)
    }

    /// 404 as a page: there is no such route.
    pub fn no_such_page() -> Self {
        ApiError {
            status: StatusCode::NOT_FOUND,
            body: Body::Page,
            code: None,
            headers: Vec::new(),
        }
    }

    /// 400 with `validation_errors` about one field.
    pub fn field(name: &str, text: impl Into<String>) -> Self {
        Invalid::field(name, text).into()
    }

    /// 400 with `validation_errors` of any shape (nested objects, lists of objects).
    pub fn validation(errors: Value) -> Self {
        ApiError {
            status: StatusCode::BAD_REQUEST,
            body: Body::Validation(Box::new(errors)),
            code: None,
            headers: Vec::new(),
        }
    }

    /// A body outside the envelope, as a few routes have.
    pub fn bare(status: StatusCode, body: Value) -> Self {
        ApiError {
            status,
            body: Body::Bare(Box::new(body)),
            code: None,
            headers: Vec::new(),
        }
    }

    /// The same with one more header.
    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with a word for programs. Once given, a word keeps its meaning.
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The status that the client gets.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Status, text and headers, for a protocol that has a shape of errors of its own.
    pub(crate) fn into_parts(self) -> (StatusCode, String, Vec<(header::HeaderName, HeaderValue)>) {
        let text = match self.body {
            Body::Detail(text) | Body::State(text) => text,
            Body::Validation(errors) | Body::Bare(errors) => errors.to_string(),
            Body::Page => "There is no such address.".to_owned(),
        };
        (self.status, text, self.headers)
    }

    fn retry(status: StatusCode, detail: String, seconds: u64) -> Self {
        ApiError::new(status, detail).with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// 507: there is no room left (SEC-154). Nothing of what was to be written is there.
    fn full(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(id = %request_id::current(), error = %cause, "the disk is full");
        ApiError::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "The disk of this server is full. Nothing of this was kept.",
        )
    }

    /// 500. The cause goes to the log under the id that the client sees; the client learns nothing else (SEC-215).
    fn unexpected(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(id = %request_id::current(), error = %cause, "a request failed");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The server could not do this. Its log says more under this id.",
        )
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        let errors: Map<String, Value> = invalid
            .fields
            .into_iter()
            .map(|(field, texts)| (field, Value::from(texts)))
            .collect();
        ApiError::validation(Value::Object(errors))
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        let text = error.to_string();
        match error {
            ServiceError::NotFound(_) => ApiError::not_found(text),
            ServiceError::Nothing(text) => ApiError {
                body: Body::State(text),
                ..ApiError::not_found("")
            },
            ServiceError::Forbidden(_) => ApiError::forbidden(text),
            ServiceError::Reauthenticate => ApiError::forbidden(text).with_code("reauthentication_required"),
            ServiceError::Invalid(invalid) => invalid.into(),
            ServiceError::Conflict(_) => ApiError::new(StatusCode::CONFLICT, text),
            ServiceError::TooLarge(_) => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, text),
            ServiceError::ReadOnly(_) => ApiError::new(StatusCode::METHOD_NOT_ALLOWED, text),
            ServiceError::TooMany(seconds) => ApiError::retry(StatusCode::TOO_MANY_REQUESTS, text, seconds),
            ServiceError::Busy(seconds) => ApiError::retry(StatusCode::SERVICE_UNAVAILABLE, text, seconds),
            ServiceError::Store(error) if error.is_unreachable() => {
                tracing::error!(id = %request_id::current(), error = %text, "the database cannot be reached");
                // Whether a commit had arrived nobody knows, so that nothing is said of it; `Idempotency-Key` makes a repeat safe.
                let text = "The database cannot be reached at the moment. Try again in 5 seconds.".to_owned();
                ApiError::retry(StatusCode::SERVICE_UNAVAILABLE, text, 5)
            }
            ServiceError::Store(error) if error.is_out_of_date() => {
                let text = "The database was changed by an update just now. Nothing was done; try again.".to_owned();
                ApiError::retry(StatusCode::SERVICE_UNAVAILABLE, text, 1)
            }
            ServiceError::Store(error) if error.is_full() => ApiError::full(&error),
            ServiceError::File(error) if is_full(&error) => ApiError::full(&error),
            ServiceError::Files(error) if error.may_pass() => {
                tracing::error!(id = %request_id::current(), error = %text, "the store of files cannot be reached");
                let text = "The store of this server's files cannot be reached at the moment. Try again in 5 seconds."
                    .to_owned();
                ApiError::retry(StatusCode::SERVICE_UNAVAILABLE, text, 5)
            }
            ServiceError::Store(_) | ServiceError::File(_) | ServiceError::Files(_) | ServiceError::Internal(_) => {
                ApiError::unexpected(&text)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status;
        let (detail, errors) = match &self.body {
            Body::Detail(detail) | Body::State(detail) => (detail.as_str(), None),
            Body::Validation(errors) => ("Validation error", Some(&**errors)),
            Body::Bare(_) | Body::Page => ("", None),
        };
        let mut response = match &self.body {
            Body::Page => crate::pages::not_found(),
            Body::Bare(body) => axum::Json(body).into_response(),
            Body::Detail(_) | Body::State(_) | Body::Validation(_) => axum::Json(Envelope {
                id: request_id::current(),
                status_code: status.as_u16(),
                version: COMPATIBLE,
                detail,
                exc_info: None,
                code: self.code,
                validation_errors: errors,
            })
            .into_response(),
        };
        *response.status_mut() = status;
        if matches!(self.body, Body::State(_)) {
            response.extensions_mut().insert(Settled);
        }
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}
