//! What a client asks of the task list. Each part may be in the query, or in a JSON body of the GET.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::PAGE_MAX;
use crate::extract::{ContentKind, Query, RawBody};
use crate::wire::{Extra, read_object};
use crate::{ApiError, ApiResult, App};

/// Rows of a page when nothing is said.
const PAGE: i64 = 100;

/// The query as it comes. A page that is no number is no page, a size that is none is the usual one.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    view: Option<i64>,
    #[serde(default)]
    page: Option<String>,
    #[serde(default)]
    page_size: Option<String>,
    #[serde(default)]
    fields: Option<String>,
    #[serde(default)]
    ordering: Option<String>,
    #[serde(default)]
    query: Option<Box<RawValue>>,
    /// Checked only: there are no cloud storages and no reviews.
    #[serde(default)]
    resolve_uri: Option<bool>,
    #[serde(default)]
    review: Option<bool>,
}

/// `query`: what a view of the data manager would hold.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object with filters, selectedItems and ordering")]
struct Prepared {
    #[serde(default)]
    filters: Option<Filters>,
    #[serde(default, rename = "selectedItems")]
    selected: Option<Selected>,
    #[serde(default)]
    ordering: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "filters as an object with items")]
struct Filters {
    #[serde(default)]
    items: Vec<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "selectedItems as an object")]
struct Selected {
    #[serde(default)]
    all: bool,
    #[serde(default)]
    included: Vec<i64>,
    #[serde(default)]
    excluded: Vec<i64>,
}

/// Which tasks to list, and how.
#[derive(Debug)]
pub(crate) struct Listing {
    wanted: Wanted,
    prepared: Prepared,
}

crate::routes::asks_nothing!(Listing);

impl FromRequest<App> for Listing {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        use axum::extract::FromRequestParts as _;
        let (mut parts, body) = request.into_parts();
        let Query(mut wanted) = Query::<Wanted>::from_request_parts(&mut parts, app).await?;
        let raw = RawBody::from_request(Request::from_parts(parts, body), app).await?;
        if raw.kind == ContentKind::Json {
            let text = raw.bytes(app.settings.json_max_bytes).await?;
            wanted.fill(read_object(&text, Extra::Ignored)?);
        }
        let prepared = match &wanted.query {
            Some(text) => prepared(text)?,
            None => Prepared::default(),
        };
        Ok(Listing { wanted, prepared })
    }
}

impl Wanted {
    /// Takes from the body what the query does not say.
    fn fill(&mut self, body: Wanted) {
        macro_rules! fill { ($($field:ident),*) => {$( if self.$field.is_none() { self.$field = body.$field; } )*}; }
        fill!(
            project,
            view,
            page,
            page_size,
            fields,
            ordering,
            query,
            resolve_uri,
            review
        );
    }
}

fn prepared(text: &RawValue) -> ApiResult<Prepared> {
    let wrong = |error: serde_json::Error| ApiError::field("query", format!("This is no query: {error}"));
    let prepared: Prepared = serde_json::from_str(text.get()).map_err(wrong)?;
    let selected = prepared.selected.as_ref();
    // A list of other tasks than those asked for would be worse than none.
    let selects = selected.is_some_and(|selected| {
        (selected.all && !selected.excluded.is_empty()) || (!selected.all && !selected.included.is_empty())
    });
    if selects
        || prepared
            .filters
            .as_ref()
            .is_some_and(|filters| !filters.items.is_empty())
    {
        let text = "This server lists all tasks of a project, in the order of their ids: it takes no filters and no selection.";
        return Err(ApiError::field("query", text));
    }
    Ok(prepared)
}

impl Listing {
    /// The project. There are no views.
    pub(super) fn project(&self) -> ApiResult<i64> {
        if self.wanted.view.is_some_and(|view| view != 0) {
            return Err(ApiError::not_found("No View matches the given query."));
        }
        self.wanted.project.ok_or_else(|| {
            let detail = json!({ "detail": "Neither project nor view id specified" });
            ApiError::bare(StatusCode::NOT_FOUND, detail)
        })
    }

    /// Offset and number of tasks, of `total`.
    pub(super) fn stretch(&self, total: i64) -> ApiResult<(i64, i64)> {
        let number = |text: &Option<String>| text.as_deref().map(|text| text.trim().parse::<i64>().ok());
        let size = number(&self.wanted.page_size)
            .flatten()
            .filter(|size| *size > 0)
            .unwrap_or(PAGE)
            .min(PAGE_MAX);
        let invalid = || ApiError::not_found("Invalid page.");
        let page = number(&self.wanted.page).unwrap_or(Some(1)).ok_or_else(invalid)?;
        let offset = page.saturating_sub(1).saturating_mul(size);
        if page < 1 || (page > 1 && offset >= total) {
            return Err(invalid());
        }
        Ok((offset, size))
    }

    /// Whether annotations, predictions and drafts are wanted.
    pub(super) fn is_whole(&self) -> bool {
        self.wanted.fields.as_deref() == Some("all")
    }

    /// Whether the newest task comes first.
    pub(super) fn is_descending(&self) -> ApiResult<bool> {
        let of_query = self.prepared.ordering.iter().flatten().next();
        match of_query.or(self.wanted.ordering.as_ref()).map(String::as_str) {
            None | Some("" | "id" | "tasks:id") => Ok(false),
            Some("-id" | "-tasks:id" | "tasks:-id") => Ok(true),
            Some(_) => Err(ApiError::field(
                "ordering",
                "Tasks are ordered by their id: \"id\" or \"-id\".",
            )),
        }
    }
}
