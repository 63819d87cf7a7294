//! One line for each request, from a list of harmless fields: never a query, a header or a body (SEC-213).

use std::net::IpAddr;
use std::time::Duration;

use http::{Method, StatusCode};

pub(crate) fn write(id: &str, address: IpAddr, method: &Method, path: &str, status: StatusCode, took: Duration) {
    let path = shown(path);
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

/// What of a path is logged: not the secret that stores without headers put at the end of one.
fn shown(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/api/storage-events/") else {
        return path;
    };
    let id = rest.find('/').unwrap_or(rest.len());
    &path[..path.len() - rest.len() + id]
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn sec_213_secrets_in_paths_are_not_logged() {
        assert_eq!(shown("/api/storage-events/7/secret/"), "/api/storage-events/7");
        assert_eq!(shown("/api/storage-events/7"), "/api/storage-events/7");
        assert_eq!(shown("/api/tasks/7/"), "/api/tasks/7/");
    }
}
