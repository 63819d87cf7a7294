//! What the command line can do besides serving.

pub(crate) mod convert;
pub(crate) mod user;
