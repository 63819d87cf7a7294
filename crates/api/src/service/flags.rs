//! Feature flags that were set by the environment.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use crate::extract::MaybeSignedIn;
use crate::{ApiError, ApiResult, App};

/// `GET /feature-flags/`
pub(crate) async fn list(State(app): State<App>, MaybeSignedIn(caller): MaybeSignedIn) -> ApiResult<Response> {
    if caller.is_none() {
        return Err(ApiError::forbidden("Authentication credentials were not provided."));
    }
    let flags: serde_json::Map<_, _> = app
        .settings
        .feature_flags
        .iter()
        .map(|(name, on)| (name.clone(), (*on).into()))
        .collect();
    let text = serde_json::to_string_pretty(&flags).unwrap_or_default();
    Ok(Html(format!(
        "<pre>{}</pre>",
        text.replace('&', "&amp;").replace('<', "&lt;")
    ))
    .into_response())
}
