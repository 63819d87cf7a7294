//! Accounts: the current user, users, tokens, session policy, organization, invitations.

pub(crate) mod current_user;
pub(crate) mod factors;
pub(crate) mod invites;
pub(crate) mod members;
pub(crate) mod model;
pub(crate) mod organizations;
pub(crate) mod session_policy;
pub(crate) mod tokens;
pub(crate) mod users;
