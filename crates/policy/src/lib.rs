//! Who may do what: actors, actions, roles, and the permission matrix as one table (SEC-106).
//!
//! What is not listed in [`MATRIX`] is denied. Whether an object is visible at all (tenant, membership) is decided where
//! it is loaded; this room answers only "may this role do this".

mod action;
mod actor;
mod matrix;
pub mod properties;
mod role;
mod viewer;

pub use action::Action;
pub use actor::{Actor, Scope};
pub use matrix::{MATRIX, Rules, SWITCHES, Switch, table};
pub use role::{Role, Roles};
pub use viewer::Viewer;
