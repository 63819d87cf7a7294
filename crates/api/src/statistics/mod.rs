//! Usage statistics, for administrators; and the app's word that a page was opened.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{Days, NaiveDate, Utc};
use http::StatusCode;
use labelkeep_services::statistics::{self, Event, page_of};
use labelkeep_services::{Invalid, Services};
use serde::{Deserialize, Serialize};

use crate::extract::{Authenticated, Body, InOrganization, Query, can};
use crate::wire::answer;
use crate::{ApiError, ApiResult};

/// Days of one answer.
const MOST: i64 = 400;

#[derive(Debug, Deserialize)]
pub(crate) struct SpanQuery {
    #[serde(default)]
    since: Option<String>,
    #[serde(default)]
    until: Option<String>,
}

#[derive(Serialize)]
struct DayOut {
    date: String,
    visits: i64,
    annotations: i64,
}

#[derive(Serialize)]
struct PageOut {
    page: String,
    visits: i64,
}

#[derive(Serialize)]
struct UsedOut {
    name: String,
    projects: i64,
}

#[derive(Serialize)]
struct StatisticsOut {
    enabled: bool,
    since: String,
    until: String,
    days: Vec<DayOut>,
    pages: Vec<PageOut>,
    tags: Vec<UsedOut>,
    data_types: Vec<UsedOut>,
}

/// `GET /api/statistics/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::StatisticsView>,
    Query(query): Query<SpanQuery>,
) -> ApiResult<Response> {
    let mut invalid = Invalid::default();
    let mut day = |name: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty())?;
        let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
        if date.is_none() {
            invalid.add(name, "Date has wrong format. Use this format instead: YYYY-MM-DD.");
        }
        date
    };
    let (since, until) = (day("since", query.since), day("until", query.until));
    invalid.into_result()?;
    let until = until.unwrap_or_else(|| Utc::now().date_naive());
    let since = since.unwrap_or_else(|| until - Days::new(29));
    let (first, last) = (number(since), number(until));
    if last < first || last - first >= MOST {
        return Err(ApiError::field(
            "since",
            format!("The span must have 1 to {MOST} days."),
        ));
    }
    let found = statistics::read(&services, &organization, first, last).await?;
    let used = |list: Vec<(String, i64)>| {
        list.into_iter()
            .map(|(name, projects)| UsedOut { name, projects })
            .collect()
    };
    answer::ok(&StatisticsOut {
        enabled: found.enabled,
        since: since.to_string(),
        until: until.to_string(),
        days: found
            .days
            .into_iter()
            .map(|(day, visits, annotations)| DayOut {
                date: (since + Days::new((day - first).unsigned_abs())).to_string(),
                visits,
                annotations,
            })
            .collect(),
        pages: found
            .pages
            .into_iter()
            .map(|(page, visits)| PageOut { page, visits })
            .collect(),
        tags: used(found.tags),
        data_types: used(found.data_types),
    })
}

/// Days since 1970-01-01.
fn number(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

#[derive(Debug, Deserialize)]
pub(crate) struct VisitIn {
    page: String,
}

/// `POST /api/statistics/visits/`: the app went to another of its pages. What is kept is the template of the page.
pub(crate) async fn visit(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(visit): Body<VisitIn>,
) -> ApiResult<Response> {
    statistics::count(&services, actor.organization_id, Event::Page(page_of(&visit.page)));
    Ok(StatusCode::NO_CONTENT.into_response())
}
