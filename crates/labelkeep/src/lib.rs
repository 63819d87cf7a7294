//! The program: the options table, the order of the start, signals.

pub mod audit;
pub mod config;
mod keys;
mod logging;
pub mod options;
mod start;

pub use config::Config;
pub use logging::begin as begin_logging;
pub use start::{Running, start};
