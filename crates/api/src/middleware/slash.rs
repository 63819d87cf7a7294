//! A path without its final slash is served as if it had one, for every method and without a redirect: clients POST
//! to `/api/projects`, and a redirect would lose the body. The other direction does not hold.
//!
//! The rule as clients know it: whenever a slash-less request ends in 404, its path is tried again with a slash. No path
//! is registered in both forms, so a slash-less route that answers 404 about an object ends at the page for unknown addresses.
//! An answer that is [`Settled`] does not: who waits for the format of a snapshot must read that it is not there yet.

use http::Uri;

/// Marks an answer that stays as it is, though the path has no slash: a slash has been tried, or its text says more than a page could.
#[derive(Clone, Copy)]
pub(crate) struct Settled;

/// The address with a slash after its path; none when it has one.
pub(crate) fn with_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if path.ends_with('/') {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{path}/{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_stays() {
        let with = |text: &str| with_slash(&text.parse().expect("an address")).map(|uri| uri.to_string());
        assert_eq!(with("/api/projects?a=b").as_deref(), Some("/api/projects/?a=b"));
        assert_eq!(with("/api/projects/?a=b"), None);
    }
}
