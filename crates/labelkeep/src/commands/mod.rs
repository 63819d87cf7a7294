//! What the command line can do besides serving.

pub(crate) mod convert;
pub(crate) mod keys;
pub(crate) mod user;
