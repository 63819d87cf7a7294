//! The paging style `{"count", "next", "previous", "results"}`.

use serde::Serialize;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Paged<T> {
    /// How many there are in all.
    pub count: i64,
    /// Absolute address of the next page.
    pub next: Option<String>,
    /// Absolute address of the previous page.
    pub previous: Option<String>,
    /// This page.
    pub results: Vec<T>,
}

/// Which part of a list a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The page's number, from 1.
    pub page: i64,
    /// Rows a page.
    pub size: i64,
}

impl Window {
    /// Rows before the page.
    pub fn offset(self) -> i64 {
        (self.page - 1).saturating_mul(self.size)
    }

    /// Rows of the page at most.
    pub fn limit(self) -> i64 {
        self.size
    }
}
