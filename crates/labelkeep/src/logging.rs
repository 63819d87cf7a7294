//! The log on standard error.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How to log.
#[derive(Debug, Clone, Copy)]
pub struct LogSettings {
    /// Of our own parts; libraries speak from warnings on, so that their details (addresses, statements) stay out.
    pub level: LevelFilter,
    /// One JSON object a line.
    pub json: bool,
}

/// Begins logging. A second call in the same process has no effect.
pub fn begin(settings: &LogSettings) {
    let filter = Targets::new()
        .with_default(settings.level.min(LevelFilter::WARN))
        .with_target("labelkeep", settings.level);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if settings.json {
        layer.json().with_filter(filter).boxed()
    } else {
        layer.with_filter(filter).boxed()
    };
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
