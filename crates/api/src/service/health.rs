//! Is the server there?

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use labelkeep_services::{Services, accounts};

/// `GET /health/`: up when the database answers. Text of type HTML, as probes have always got it.
pub(crate) async fn health(State(services): State<Services>) -> Response {
    match accounts::reachable(&services).await {
        Ok(()) => Html(r#"{"status": "UP"}"#).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Html(r#"{"status": "DOWN"}"#)).into_response()
        }
    }
}

/// `GET /metrics/`: the compatible server answers nothing here.
pub(crate) async fn metrics() -> &'static str {
    ""
}

/// `GET`, `POST /__lsa/`: usage beacons of existing pages and scripts are received and forgotten.
pub(crate) async fn beacon() -> StatusCode {
    StatusCode::NO_CONTENT
}
