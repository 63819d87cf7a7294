//! Settings of single sign-on, and a person's own identities.

mod ldap;
mod oidc;

pub(crate) use ldap::*;
pub(crate) use oidc::*;
