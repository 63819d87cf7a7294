//! Routes about the server itself.

pub(crate) mod flags;
pub(crate) mod health;
pub(crate) mod security_txt;
pub(crate) mod version;
