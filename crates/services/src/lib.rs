//! What the product does, one module a capability. Transactions begin here. Knows nothing of HTTP.
//!
//! Every function that touches an object takes what [`access`] gave: a proof that the actor is known,
//! that the policy allows the action, and that the row was loaded in the actor's own organization.

pub mod access;
pub mod accounts;
pub mod annotations;
pub mod assignments;
pub mod audit;
mod background;
mod completion;
mod context;
pub mod data_manager;
pub mod drafts;
mod error;
pub mod export;
pub mod files;
pub mod housekeeping;
pub(crate) mod html;
pub mod import;
pub mod jobs;
pub(crate) mod json;
pub mod keys;
pub mod mail;
pub mod media_links;
pub(crate) mod names;
mod naming;
pub mod notifications;
pub(crate) mod outbound;
pub(crate) mod overlap;
pub mod permissions;
pub mod predictions;
mod progress;
pub mod project_members;
pub mod projects;
pub mod queue;
pub mod roles;
pub mod samples;
pub mod scim;
pub mod sight;
pub mod sso;
pub mod statistics;
pub mod storages;
pub mod summary;
pub mod tasks;
pub mod templates;
pub mod thumbnails;
pub mod uploads;
pub mod workspaces;

pub use context::{Services, Settings};
pub use error::{Invalid, ServiceError};
pub use labelkeep_policy as policy;
pub use labelkeep_policy::for_each_action;
pub use progress::Progress;

/// Result of a service.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;
