//! Requirements that no single route fulfils.

mod access;
mod cost;
mod csrf;
mod fields;
mod headers;
mod passwords;
mod replicas;
mod routes;
mod sessions;
mod snapshot;
mod step_up;
mod strict;
mod throttle;
mod token_routes;
