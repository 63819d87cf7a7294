//! Where to go after signing in: a path of ours, or the start page (SEC-052).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The page that everybody starts at.
pub(crate) const START: &str = "/projects/";

/// `next` if it is a path on our own origin; the start page otherwise.
pub(crate) fn safe(next: Option<&str>) -> &str {
    next.filter(|next| is_own(next)).unwrap_or(START)
}

/// One leading slash, and nothing that a browser reads as another host.
fn is_own(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 2_048
        && !next.chars().any(|c| c == '\\' || c.is_control() || !c.is_ascii())
}

/// The sign-in form, then back to `path_and_query`.
pub(crate) fn login_then(path_and_query: &str) -> String {
    page_then("/user/login/", path_and_query)
}

/// A form of ours, then on to `path_and_query`.
pub(crate) fn page_then(page: &str, path_and_query: &str) -> String {
    const KEEP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');
    format!("{page}?next={}", utf8_percent_encode(path_and_query, KEEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_052_other_origins_are_dropped() {
        for own in ["/", "/projects/1/data?task=2", "/user/account"] {
            assert_eq!(safe(Some(own)), own);
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil",
            "x",
        ] {
            assert_eq!(safe(Some(foreign)), START, "{foreign}");
        }
        assert_eq!(login_then("/projects/1/?a=b"), "/user/login/?next=/projects/1/%3Fa%3Db");
    }
}
