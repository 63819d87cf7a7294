//! What happens to every request before and after its handler; one file for each concern.
//!
//! [`crate::entry::app`] calls them in this order: request id, proxies, host, limits, routing (with the rule of the
//! trailing slash), audit log around the routes, headers of the answer, log line.

pub(crate) mod audit;
pub(crate) mod cross_origin;
pub(crate) mod csp;
pub(crate) mod forwarded;
pub(crate) mod head;
pub(crate) mod head_watch;
pub(crate) mod host;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod pace;
pub(crate) mod panic;
pub(crate) mod request_id;
pub(crate) mod response_headers;
pub(crate) mod slash;
pub(crate) mod unread;
