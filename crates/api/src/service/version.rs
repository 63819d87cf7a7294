//! Which API this is. Clients choose how they export by `edition`.

use axum::Json;
use axum::response::Html;
use serde::Serialize;

/// The version of the API that we are compatible with.
pub(crate) const COMPATIBLE: &str = "1.23.2";

/// What strangers may know (SEC-124).
#[derive(Debug, Serialize)]
pub(crate) struct Version {
    release: &'static str,
    version: &'static str,
    edition: &'static str,
    labelkeep: Own,
}

#[derive(Debug, Serialize)]
struct Own {
    version: &'static str,
}

const VERSION: Version = Version {
    release: COMPATIBLE,
    version: COMPATIBLE,
    edition: "Community",
    labelkeep: Own {
        version: env!("CARGO_PKG_VERSION"),
    },
};

/// `GET /api/version/`
pub(crate) async fn json() -> Json<Version> {
    Json(VERSION)
}

/// `GET /version/`
pub(crate) async fn page() -> Html<String> {
    Html(format!(
        "<pre>{}</pre>",
        serde_json::to_string_pretty(&VERSION).unwrap_or_default()
    ))
}
