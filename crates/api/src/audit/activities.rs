//! `GET /api/activity-logs/`: the log in the compatible API's shape.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::audit::{self, Filter, ListedRow, Names, Order};
use labelkeep_services::{Invalid, Services};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::filter::{method, short, time};
use super::model::detail;
use crate::ApiResult;
use crate::extract::{InOrganization, Paging, Query, can};
use crate::wire::{Time, answer};

#[derive(Debug, Deserialize)]
pub(crate) struct ActivityQuery {
    #[serde(default)]
    user: Option<i64>,
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    workspace: Option<i64>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    start_date: Option<String>,
    #[serde(default)]
    end_date: Option<String>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    ordering: Option<String>,
}

impl ActivityQuery {
    fn read(self) -> ApiResult<(Filter, Order)> {
        let mut invalid = Invalid::default();
        let order = match self.ordering.as_deref() {
            None | Some("" | "-datetime" | "-id") => Order::NewestFirst,
            Some("datetime" | "id") => Order::OldestFirst,
            Some(other) => {
                invalid.add("ordering", format!("\"{other}\" is not datetime or -datetime."));
                Order::NewestFirst
            }
        };
        let filter = Filter {
            account_id: self.user,
            project_id: self.project,
            workspace_id: self.workspace,
            method: method("method", self.method, &mut invalid),
            since: time("start_date", self.start_date, false, &mut invalid),
            until: time("end_date", self.end_date, true, &mut invalid),
            search: short("search", self.search, &mut invalid),
            ..Filter::default()
        };
        invalid.into_result()?;
        Ok((filter, order))
    }
}

#[derive(Serialize)]
struct ExtraOut {
    action: String,
    object: String,
    result: String,
    detail: Box<RawValue>,
}

#[derive(Serialize)]
struct ActivityOut {
    id: i64,
    datetime: Time,
    duration: Option<i64>,
    email: String,
    user_id: i64,
    organization_id: Option<i64>,
    project_id: Option<i64>,
    workspace_owner_id: Option<i64>,
    request_method: String,
    request_url: String,
    response_code: String,
    ip_address: String,
    user_agent: Option<String>,
    http_referer: Option<String>,
    user_session: Option<String>,
    extra_data: ExtraOut,
}

#[derive(Serialize)]
struct ActivitiesOut {
    data: Vec<ActivityOut>,
    #[serde(rename = "recordsFiltered")]
    filtered: i64,
    #[serde(rename = "recordsTotal")]
    total: i64,
}

/// `GET /api/activity-logs/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::AuditView>,
    Query(query): Query<ActivityQuery>,
    paging: Paging,
) -> ApiResult<Response> {
    let (filter, order) = query.read()?;
    let window = paging.window(30, 1_000, Some(1_000))?;
    let found = audit::activities(&services, &organization, filter, order, window.offset(), window.limit()).await?;
    let names = audit::names(&services, &organization, &found.rows).await?;
    answer::ok(&ActivitiesOut {
        data: found.rows.into_iter().map(|row| activity(row, &names)).collect(),
        filtered: found.filtered,
        total: found.total,
    })
}

fn activity(row: ListedRow, names: &Names) -> ActivityOut {
    let entry = row.entry;
    let method = entry.method.unwrap_or_default();
    ActivityOut {
        id: entry.id,
        datetime: Time(entry.at),
        duration: None,
        email: entry
            .account_id
            .and_then(|id| names.people.get(&id))
            .map(|person| person.email.clone())
            .unwrap_or_default(),
        user_id: entry.account_id.unwrap_or(0),
        organization_id: entry.organization_id,
        project_id: entry.project_id,
        workspace_owner_id: None,
        response_code: entry.status.map_or_else(String::new, |status| status.to_string()),
        request_method: method,
        request_url: entry.route.unwrap_or_default(),
        ip_address: entry.address,
        user_agent: entry.agent,
        http_referer: None,
        user_session: None,
        extra_data: ExtraOut {
            action: entry.action,
            object: entry.object,
            result: entry.result,
            detail: detail(entry.detail),
        },
    }
}
