//! The port for probes and for Prometheus. It is for the operator's network: no sign-in, and nothing about people.

use axum::extract::Request;
use axum::response::{Html, IntoResponse as _, Response};
use http::{Method, StatusCode, header};

use crate::{ApiError, App, service};

/// Health and metrics. Cheap to clone.
#[derive(Clone)]
pub struct Monitoring {
    app: App,
}

impl Monitoring {
    /// Of this server.
    pub fn new(app: App) -> Monitoring {
        Monitoring { app }
    }

    pub(super) async fn answer(&self, request: Request) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return StatusCode::METHOD_NOT_ALLOWED.into_response();
        }
        match request.uri().path().trim_end_matches('/') {
            // A process whose database is away must not be restarted for it.
            "/health/live" => Html(r#"{"status": "UP"}"#).into_response(),
            "/health" | "/health/ready" => service::health::answer(&self.app.services).await,
            "/metrics" => {
                let up = service::health::database_answers(&self.app.services).await;
                let text = self.app.metrics.render(up);
                let kind = "text/plain; version=0.0.4; charset=utf-8";
                ([(header::CONTENT_TYPE, kind)], text).into_response()
            }
            _ => ApiError::new(
                StatusCode::NOT_FOUND,
                "Here are /health, /health/live, /health/ready and /metrics.",
            )
            .into_response(),
        }
    }
}
