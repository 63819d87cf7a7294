//! Projects: list, create, read, change, delete; counts.

mod config;
mod facts;
pub(crate) mod model;

pub(crate) use config::{sample_task, validate, validate_in_project};
pub(crate) use facts::{annotators, delete_model_version, model_versions, reset_summary, summary};
pub(crate) use model::CreatorOut;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{Actor, ProjectRow};
use labelkeep_services::projects::{self, Filter, Order};
use labelkeep_services::sight::{self, Seen};
use labelkeep_services::tasks::People;
use labelkeep_services::{Services, tasks};
use serde::Deserialize;

use crate::extract::{Access, Body, Confirmed, InOrganization, Paging, Query, can};
use crate::wire::{FieldChoice, answer};
use crate::{ApiError, ApiResult};
use model::{ConfigFacts, CountsOut, ProjectIn, ProjectOut};

/// Rows of a page when nothing is said, and at most.
const PAGE: i64 = 30;
const PAGE_MAX: i64 = 100;

/// Which projects to list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    ids: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    workspaces: Option<String>,
    #[serde(default)]
    ordering: Option<String>,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            ids: numbers(self.ids.as_deref()),
            workspaces: numbers(self.workspaces.as_deref()),
            title: self.title.clone(),
            pinned: match self.filter.as_deref() {
                Some("pinned_only") => Some(true),
                Some("exclude_pinned") => Some(false),
                _ => None,
            },
        }
    }

    fn order(&self) -> Order {
        let text = self.ordering.as_deref().unwrap_or_default();
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        match name {
            "id" => Order::Id(descending),
            "title" => Order::Title(descending),
            "created_at" => Order::CreatedAt(descending),
            "updated_at" => Order::UpdatedAt(descending),
            "task_number" => Order::TaskNumber(descending),
            _ => Order::Default,
        }
    }
}

/// Numbers with commas between them. Texts that hold none select nothing rather than everything.
fn numbers(text: Option<&str>) -> Vec<i64> {
    let text = text.unwrap_or_default();
    let numbers: Vec<i64> = text.split(',').filter_map(|id| id.trim().parse().ok()).collect();
    if numbers.is_empty() && !text.is_empty() {
        vec![0]
    } else {
        numbers
    }
}

/// `GET /api/projects/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::ProjectView>,
    Query(query): Query<ListQuery>,
    paging: Paging,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let window = paging.window(PAGE, PAGE_MAX, None)?;
    let actor = organization.actor();
    let (count, rows) = projects::list(
        &services,
        actor,
        &query.filter(),
        query.order(),
        window.offset(),
        window.limit(),
    )
    .await?;
    let seen = sight::projects(&services, actor, rows).await?;
    let creators: BTreeSet<i64> = seen.iter().filter_map(|one| one.row.created_by).collect();
    let people = tasks::people(&services, creators).await?;
    let mut results = shown_list(&services, &seen, &people);
    if choice.names("permissions") {
        let pairs = results.into_iter().zip(&seen);
        results = pairs.map(|(out, one)| out.with_permissions(actor, one.role)).collect();
    }
    answer::json(StatusCode::OK, &choice, &paging.answer(window, count, results)?)
}

/// `GET /api/projects/counts/`
pub(crate) async fn counts(
    State(services): State<Services>,
    organization: InOrganization<can::ProjectView>,
    Query(query): Query<ListQuery>,
    paging: Paging,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let window = paging.window(PAGE, PAGE_MAX, None)?;
    let actor = organization.actor();
    let (count, rows) = projects::list(
        &services,
        actor,
        &query.filter(),
        query.order(),
        window.offset(),
        window.limit(),
    )
    .await?;
    let seen = sight::projects(&services, actor, rows).await?;
    let results = seen.iter().map(|one| CountsOut::of(&one.row)).collect();
    answer::json(StatusCode::OK, &choice, &paging.answer(window, count, results)?)
}

/// `POST /api/projects/`
pub(crate) async fn create(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::ProjectCreate>,
    choice: FieldChoice,
    Body(body): Body<ProjectIn>,
) -> ApiResult<Response> {
    let actor = organization.actor().clone();
    let row = projects::create(&services, organization, body.into_change()?).await?;
    shown(&services, &actor, &row, StatusCode::CREATED, &choice).await
}

/// `GET /api/projects/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
    choice: FieldChoice,
) -> ApiResult<Response> {
    shown(&services, project.actor(), project.row(), StatusCode::OK, &choice).await
}

/// `PATCH`, `PUT /api/projects/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectChange>,
    choice: FieldChoice,
    Body(body): Body<ProjectIn>,
) -> ApiResult<Response> {
    let actor = project.actor().clone();
    let row = projects::update(&services, project, body.into_change()?).await?;
    shown(&services, &actor, &row, StatusCode::OK, &choice).await
}

/// `DELETE /api/projects/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectDelete>,
    _: Confirmed,
) -> ApiResult<Response> {
    projects::delete(&services, project).await?;
    Ok(answer::no_content())
}

async fn shown(
    services: &Services,
    actor: &Actor,
    row: &ProjectRow,
    status: StatusCode,
    choice: &FieldChoice,
) -> ApiResult<Response> {
    let people = tasks::people(services, row.created_by).await?;
    let creator = row.created_by.and_then(|id| people.get(&id));
    let seen = sight::projects(services, actor, vec![row.clone()]).await?;
    let seen = seen
        .first()
        .ok_or_else(|| ApiError::not_found("No Project matches the given query."))?;
    let out = ProjectOut::of(seen, creator, config_facts(services, row)).with_permissions(actor, seen.role);
    answer::json(status, choice, &out)
}

/// Projects of a list.
pub(crate) fn shown_list<'a>(services: &Services, seen: &'a [Seen], people: &'a People) -> Vec<ProjectOut<'a>> {
    seen.iter()
        .map(|one| {
            let creator = one.row.created_by.and_then(|id| people.get(&id));
            ProjectOut::of(one, creator, config_facts(services, &one.row))
        })
        .collect()
}

fn config_facts(services: &Services, row: &ProjectRow) -> ConfigFacts {
    projects::config(services, row)
        .map(|config| ConfigFacts {
            has_controls: config.has_controls(),
            suitable_for_bulk: config.suitable_for_bulk(),
        })
        .unwrap_or_default()
}
