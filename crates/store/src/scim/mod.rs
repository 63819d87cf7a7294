//! Provisioning (SCIM): people and groups as an organization's identity provider sees them, and its tokens.
//!
//! Every query carries the organization: of others there is nothing here.

mod condition;
pub mod groups;
pub mod tokens;
pub mod users;

pub use condition::{Condition, Match, Relation, TextColumn, TimeColumn};
