//! The program: the options table, the order of the start, commands beside a running server, signals.

pub mod audit;
mod beside;
pub mod certificates;
pub mod config;
mod database;
mod file_store;
mod keys;
pub mod listening;
mod logging;
mod mail;
pub mod options;
pub mod permissions;
pub mod report;
pub mod rotation;
mod start;
mod stores;

pub use beside::{Beside, open_beside};
pub use config::Config;
pub use logging::begin as begin_logging;
pub use start::{Running, start};
