//! What a client asks of the task list. Each part may be in the query, or in a JSON body of the GET.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::access::{self, Action, Actor, ProjectRow};
use labelkeep_services::data_manager::list::{Asked, Place};
use labelkeep_services::data_manager::query::Wanted;
use labelkeep_services::data_manager::views;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PAGE_MAX;
use crate::extract::{ContentKind, Query, RawBody};
use crate::wire::{Extra, read_object};
use crate::{ApiError, ApiResult, App};

/// Rows of a page when nothing is said.
const PAGE: i64 = 100;

/// The query as it comes. A page that is no number is no page, a size that is none is the usual one.
#[derive(Debug, Default, Deserialize)]
struct Given {
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
    query: Option<Value>,
    /// The parts of `query`, also by themselves in a body.
    #[serde(default)]
    filters: Option<Value>,
    #[serde(default, rename = "selectedItems")]
    selected: Option<Value>,
    /// `later`: the page need not wait until it is known what the list adds up to.
    #[serde(default)]
    totals: Option<String>,
    /// Addresses of storages as links of ours.
    #[serde(default)]
    resolve_uri: Option<bool>,
    /// Checked only: there are no reviews.
    #[serde(default)]
    review: Option<bool>,
}

/// Which tasks to list, and how.
#[derive(Debug)]
pub(crate) struct Listing {
    given: Given,
    wanted: Wanted,
}

crate::routes::asks_nothing!(Listing);

impl Listing {
    /// Whether addresses of storages are shown as links of ours.
    pub(crate) fn resolves(&self) -> bool {
        self.given.resolve_uri.unwrap_or(true)
    }
}

impl FromRequest<App> for Listing {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        use axum::extract::FromRequestParts as _;
        let (mut parts, body) = request.into_parts();
        let Query(mut given) = Query::<Given>::from_request_parts(&mut parts, app).await?;
        let raw = RawBody::from_request(Request::from_parts(parts, body), app).await?;
        if raw.kind == ContentKind::Json {
            let text = raw.bytes(app.settings.json_max_bytes).await?;
            given.fill(read_object(&text, Extra::Ignored)?);
        }
        let wanted = given.wanted()?;
        Ok(Listing { given, wanted })
    }
}

impl Given {
    /// Takes from the body what the query does not say.
    fn fill(&mut self, body: Given) {
        macro_rules! fill { ($($field:ident),*) => {$( if self.$field.is_none() { self.$field = body.$field; } )*}; }
        fill!(
            project,
            view,
            page,
            page_size,
            fields,
            ordering,
            query,
            filters,
            selected,
            totals,
            resolve_uri,
            review
        );
    }

    /// What is wanted beside a view.
    fn wanted(&self) -> ApiResult<Wanted> {
        let mut wanted = Wanted {
            filters: self.filters.clone(),
            selected_items: self.selected.clone(),
            ..Wanted::default()
        };
        if let Some(query) = &self.query {
            wanted = Wanted::of(&read_query(query)?)?.or(wanted);
        }
        // A plain list of names, as other lists take it.
        if let Some(ordering) = self.ordering.as_deref().filter(|text| !text.is_empty()) {
            let list: Value = ordering.split(',').map(str::trim).collect();
            wanted.ordering.get_or_insert(list);
        }
        Ok(wanted)
    }
}

/// A query is an object, or its text.
pub(crate) fn read_query(query: &Value) -> ApiResult<Value> {
    match query {
        Value::String(text) if text.is_empty() => Ok(json!({})),
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| ApiError::field("query", format!("This is no query: {error}")))
        }
        other => Ok(other.clone()),
    }
}

/// The project of a list with what it shows: of a view, whose parts the query's replace, or of the project that is named.
pub(crate) async fn resolve(
    services: &Services,
    actor: Actor,
    project: Option<i64>,
    view: Option<i64>,
    wanted: Wanted,
    action: Action,
) -> ApiResult<(access::Granted<ProjectRow>, Wanted)> {
    if let Some(view) = view.filter(|view| *view != 0) {
        let (granted, view) = views::find(services, actor.clone(), view).await?;
        let granted = if action == Action::TaskView {
            granted
        } else {
            access::project(services, actor, granted.row().id, action).await?
        };
        return Ok((granted, wanted.or(view.wanted())));
    }
    let project = project.ok_or_else(|| {
        let detail = json!({ "detail": "Neither project nor view id specified" });
        ApiError::bare(StatusCode::NOT_FOUND, detail)
    })?;
    Ok((access::project(services, actor, project, action).await?, wanted))
}

impl Listing {
    /// The project, and what of it is wanted.
    pub(crate) async fn resolve(
        &self,
        services: &Services,
        actor: Actor,
    ) -> ApiResult<(access::Granted<ProjectRow>, Wanted)> {
        let (project, view) = (self.given.project, self.given.view);
        resolve(services, actor, project, view, self.wanted.clone(), Action::TaskView).await
    }

    /// Which page, and how.
    pub(super) fn asked(&self) -> ApiResult<Asked> {
        let number = |text: &Option<String>| text.as_deref().map(|text| text.trim().parse::<i64>().ok());
        let size = number(&self.given.page_size)
            .flatten()
            .filter(|size| *size > 0)
            .unwrap_or(PAGE)
            .min(PAGE_MAX);
        let place = match self.given.page.as_deref().map(str::trim) {
            Some("last") => Place::Last,
            _ => match number(&self.given.page).unwrap_or(Some(1)) {
                Some(page) => Place::Number(page),
                None => return Err(ApiError::not_found("Invalid page.")),
            },
        };
        Ok(Asked {
            place,
            size,
            totals_later: self.given.totals.as_deref() == Some("later"),
            whole: self.given.fields.as_deref() == Some("all"),
        })
    }
}
