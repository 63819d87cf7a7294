//! Accounts: the current user, users, tokens, session policy, organization, invitations.

pub(crate) mod confirm;
pub(crate) mod current_user;
pub(crate) mod email;
pub(crate) mod factors;
pub(crate) mod invitations;
pub(crate) mod invites;
pub(crate) mod members;
pub(crate) mod model;
pub(crate) mod organizations;
pub(crate) mod passkey_model;
pub(crate) mod passkeys;
pub(crate) mod password_policy;
pub(crate) mod personal_tokens;
pub(crate) mod profile;
pub(crate) mod session_policy;
pub(crate) mod sessions;
pub(crate) mod tokens;
pub(crate) mod users;
