//! `page` and `page_size`, and absolute addresses.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::query::pairs;
use crate::wire::{Paged, Window};
use crate::{ApiError, App};

/// Our address as the client sees it.
#[derive(Debug, Clone)]
pub struct PublicUrl {
    /// Scheme, host and port: `http://localhost:8080`.
    pub origin: String,
}

impl PublicUrl {
    /// The configured origin; in local mode without one, the loopback name that the client used (the host check has
    /// made sure that it is one).
    pub(crate) fn of(headers: &HeaderMap, app: &App) -> Self {
        let origin = app.settings.public_origin.clone().unwrap_or_else(|| {
            let host = headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or("localhost");
            format!("http://{}", host.to_ascii_lowercase())
        });
        PublicUrl { origin }
    }
}

impl FromRequestParts<App> for PublicUrl {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Ok(PublicUrl::of(&parts.headers, app))
    }
}

/// The paging of a request: [`Paging::window`] before the look-up, [`Paging::answer`] after it.
#[derive(Debug, Clone)]
pub struct Paging {
    page: Option<String>,
    page_size: Option<String>,
    origin: String,
    path: String,
    /// The other parameters, as they came.
    query: Vec<(String, String)>,
}

impl FromRequestParts<App> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let mut paging = Paging {
            page: None,
            page_size: None,
            origin: PublicUrl::of(&parts.headers, app).origin,
            path: parts.uri.path().to_owned(),
            query: Vec::new(),
        };
        for (name, value) in pairs(parts.uri.query().unwrap_or_default()) {
            match name.as_ref() {
                "page" => paging.page = Some(value.into_owned()),
                "page_size" => paging.page_size = Some(value.into_owned()),
                _ => paging.query.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(paging)
    }
}

impl Paging {
    /// Which part of the list is asked for. A `page_size` that is no number counts as `default`, one above `max` as
    /// `max` (SEC-227); `-1` is everything, up to `max_all`.
    pub fn window(&self, default: i64, max: i64, max_all: Option<i64>) -> Result<Window, ApiError> {
        let size = match self.page_size.as_deref().map(|text| text.trim().parse::<i64>()) {
            Some(Ok(-1)) if max_all.is_some() => {
                return Ok(Window {
                    page: 1,
                    size: max_all.unwrap_or(max),
                });
            }
            Some(Ok(size)) if size > 0 => size.min(max),
            _ => default,
        };
        let page = match self.page.as_deref().map(str::trim) {
            None | Some("") => 1,
            Some(text) => text
                .parse::<i64>()
                .ok()
                .filter(|page| *page > 0)
                .ok_or_else(invalid_page)?,
        };
        Ok(Window { page, size })
    }

    /// The answer. A page past the end is 404; the first page of an empty list is empty.
    pub fn answer<T>(&self, window: Window, count: i64, results: Vec<T>) -> Result<Paged<T>, ApiError> {
        if window.page > 1 && window.offset() >= count {
            return Err(invalid_page());
        }
        let next = (window.offset().saturating_add(window.size) < count).then(|| self.link(window, window.page + 1));
        let previous = (window.page > 1).then(|| self.link(window, window.page - 1));
        Ok(Paged {
            count,
            next,
            previous,
            results,
        })
    }

    fn link(&self, window: Window, page: i64) -> String {
        let mut query: Vec<(&str, String)> = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        // The first page is the address without a number, as clients have always been told.
        if page > 1 {
            query.push(("page", page.to_string()));
        }
        if self.page_size.is_some() {
            query.push(("page_size", window.size.to_string()));
        }
        query.sort_by(|left, right| left.0.cmp(right.0));
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}{}{separator}{}", self.origin, self.path, query.join("&"))
    }
}

/// Letters, digits and the marks that addresses hold as they are (RFC 3986 §2.3) stay.
fn encode(text: &str) -> String {
    const KEEP: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEEP).to_string()
}

fn invalid_page() -> ApiError {
    ApiError::not_found("Invalid page.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(page: Option<&str>, size: Option<&str>) -> Paging {
        Paging {
            page: page.map(str::to_owned),
            page_size: size.map(str::to_owned),
            origin: "http://localhost:8080".to_owned(),
            path: "/api/projects/".to_owned(),
            query: vec![("title".to_owned(), "a b".to_owned())],
        }
    }

    #[test]
    fn pages_link_to_their_neighbours() {
        let paging = paging(Some("2"), Some("10"));
        let window = paging.window(30, 100, None).expect("a page");
        assert_eq!((window.offset(), window.limit()), (10, 10));
        let page = paging.answer(window, 25, vec![0; 10]).expect("within");
        assert_eq!(
            page.next.as_deref(),
            Some("http://localhost:8080/api/projects/?page=3&page_size=10&title=a%20b")
        );
        assert_eq!(
            page.previous.as_deref(),
            Some("http://localhost:8080/api/projects/?page_size=10&title=a%20b")
        );
        assert!(paging.answer(window, 10, Vec::<i32>::new()).is_err());
    }

    #[test]
    fn sec_227_page_sizes_have_a_cap() {
        assert_eq!(
            paging(None, Some("5000")).window(30, 100, None).expect("a page").size,
            100
        );
        assert_eq!(paging(None, Some("x")).window(30, 100, None).expect("a page").size, 30);
        assert_eq!(
            paging(None, Some("-1"))
                .window(20, 100, Some(10_000))
                .expect("all")
                .size,
            10_000
        );
        for bad in ["0", "-1", "x"] {
            assert!(paging(Some(bad), None).window(30, 100, None).is_err(), "{bad}");
        }
    }
}
