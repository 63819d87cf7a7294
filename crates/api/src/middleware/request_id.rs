//! One id for each request: in the error envelope, in the log, and in `X-Request-Id`.

use std::future::Future;

tokio::task_local! {
    static CURRENT: String;
}

/// Runs the request under a fresh id.
pub(crate) async fn scope<T>(id: String, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// A fresh id.
pub(crate) fn fresh() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The id of the request that runs now.
pub(crate) fn current() -> String {
    CURRENT.try_with(String::clone).unwrap_or_else(|_| fresh())
}
