//! A panic ends one request with 500, not the process (SEC-232).

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::StatusCode;

use super::request_id;
use crate::ApiError;

pub(crate) async fn caught(work: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(id = %request_id::current(), panic = message(panic.as_ref()), "a handler panicked");
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server could not do this. Its log says more under this id.",
            )
            .into_response()
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sec_232_a_panic_is_an_answer() {
        let response = caught(async { panic!("on purpose") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
