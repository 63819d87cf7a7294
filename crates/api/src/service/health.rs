//! Is the server there?

use std::time::Duration;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use labelkeep_services::{Services, accounts};

/// How long a probe waits for the database: less than the three seconds after which orchestrators count a failure.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /health/`: up when the database answers. Text of type HTML, as probes have always got it.
pub(crate) async fn health(State(services): State<Services>) -> Response {
    answer(&services).await
}

pub(crate) async fn answer(services: &Services) -> Response {
    if database_answers(services).await {
        Html(r#"{"status": "UP"}"#).into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Html(r#"{"status": "DOWN"}"#)).into_response()
    }
}

pub(crate) async fn database_answers(services: &Services) -> bool {
    match tokio::time::timeout(PATIENCE, accounts::reachable(services)).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            false
        }
        Err(_) => {
            tracing::error!("the database takes too long to answer");
            false
        }
    }
}

/// `GET /metrics/`: the compatible server answers nothing here. Ours are on a port of their own (SEC-223).
pub(crate) async fn metrics() -> &'static str {
    ""
}

/// `GET`, `POST /__lsa/`: usage beacons of existing pages and scripts are received and forgotten.
pub(crate) async fn beacon() -> StatusCode {
    StatusCode::NO_CONTENT
}
