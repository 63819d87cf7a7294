//! Requirements that no single route fulfils.

mod access;
mod availability;
mod cost;
mod csrf;
mod fields;
mod headers;
mod passwords;
mod planted;
mod replicas;
mod rotation;
mod routes;
mod sessions;
mod snapshot;
mod source;
mod step_up;
mod strict;
mod throttle;
mod token_routes;
mod weaknesses;
