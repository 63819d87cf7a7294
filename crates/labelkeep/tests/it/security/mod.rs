//! Requirements that no single route fulfils.

mod access;
mod cost;
mod csrf;
mod headers;
mod passwords;
mod replicas;
mod routes;
mod sessions;
mod step_up;
mod throttle;
