//! Requirements that no single route fulfils.

mod access;
mod csrf;
mod headers;
mod sessions;
mod throttle;
