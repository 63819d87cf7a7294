//! Which names we answer to. In local mode loopback names alone, so that a foreign name that is made to resolve to
//! 127.0.0.1 gets a browser nowhere (DNS rebinding; SEC-011, SEC-141).

use http::{HeaderMap, StatusCode, Uri, header};

use crate::{ApiError, App};

/// `for_media`: the host is the one that hands out files, and was found to be it.
pub(crate) fn check(headers: &HeaderMap, uri: &Uri, app: &App, for_media: bool) -> Result<(), ApiError> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(ApiError::bad_request("A request needs exactly one Host header."));
    };
    let host = host.to_str().unwrap_or("?");
    // An absolute target that names another host than the header is a trick.
    let same = uri
        .authority()
        .is_none_or(|authority| authority.as_str().eq_ignore_ascii_case(host));
    if same && (for_media || is_ours(name(host), app)) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::MISDIRECTED_REQUEST,
        "This server does not answer to that host name.",
    ))
}

fn is_ours(name: &str, app: &App) -> bool {
    let equal = |known: &str| name.eq_ignore_ascii_case(known);
    if ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| equal(known)) {
        return true;
    }
    let public = app
        .settings
        .public_origin
        .as_deref()
        .and_then(|origin| origin.split_once("://"));
    !app.settings.local
        && (public.is_some_and(|(_, host)| equal(self::name(host)))
            || app.settings.allowed_hosts.iter().any(|known| equal(known)))
}

/// The host without its port.
pub(crate) fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn ports_do_not_belong_to_the_name() {
        for (host, expected) in [
            ("localhost:8080", "localhost"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(name(host), expected);
        }
    }
}
