//! HTTP: the list of routes, extractors, wire models, and the one place where an error becomes a status code.
//!
//! A handler is three steps: its parameters prove who calls and what they may touch ([`extract`]), one call of
//! a service, a typed answer. Nothing here decides what the product does, and nothing below knows of HTTP.

mod entry;
pub mod error;
pub mod extract;
pub mod metrics;
mod middleware;
mod router;
pub mod routes;
pub mod server;
mod sso;
mod state;
pub mod wire;

mod accounts;
mod annotations;
mod assignments;
mod audit;
mod data_manager;
mod drafts;
mod export;
mod import;
mod media_host;
mod notifications;
mod pages;
mod permissions;
mod predictions;
mod project_members;
mod projects;
mod queue;
mod roles;
mod samples;
mod scim;
mod security;
mod service;
mod statistics;
mod storages;
mod tasks;
mod templates;
mod uploads;
mod workspaces;

pub use entry::{Entry, app};
pub use error::{ApiError, ApiResult};
pub use middleware::cross_origin::{CrossOrigin, origin_pattern};
pub use router::table;
pub use security::Weakness;
pub use state::{App, StrictTransport, WebSettings};
