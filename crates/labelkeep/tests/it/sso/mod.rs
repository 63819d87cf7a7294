//! Sign-in by other services, against real ones on loopback.

mod directory;
mod ldap;
mod oidc;
mod provider;
