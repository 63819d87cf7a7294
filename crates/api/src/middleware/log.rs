//! One line for each request, from a list of harmless fields: never a query, a header or a body (SEC-213).

use std::net::IpAddr;
use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) fn write(id: &str, address: IpAddr, method: &Method, path: &str, status: StatusCode, took: Duration) {
    // Paths hold ids; the path of an invitation holds none, its token is in the query. Control characters cannot get
    // here: the parser of the request line refuses them, and what is percent-encoded stays so (SEC-214).
    tracing::info!(
        id,
        %address,
        method = method.as_str(),
        path = &path[..path.floor_char_boundary(512)],
        status = status.as_u16(),
        ms = took.as_micros() as f64 / 1000.0,
        "request"
    );
}
