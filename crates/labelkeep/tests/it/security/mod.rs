//! Requirements that no single route fulfils.

mod access;
mod availability;
mod cost;
mod cross_origin;
mod csrf;
mod exports;
mod fields;
mod headers;
mod hostile;
mod in_flight;
mod jobs;
mod passwords;
mod places;
mod planted;
mod replicas;
mod report;
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
