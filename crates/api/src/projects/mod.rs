//! Projects: list, create, read, change, delete; counts.

mod config;
mod facts;
pub(crate) mod model;

pub(crate) use config::{sample_task, validate, validate_in_project};
pub(crate) use facts::{annotators, delete_model_version, model_versions, reset_summary, summary};

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::{Actor, ProjectRow};
use labelkeep_services::projects::{self, Filter, Order};
use labelkeep_services::{Services, queue, tasks};
use serde::Deserialize;

use crate::ApiResult;
use crate::extract::{Access, Body, Confirmed, InOrganization, Paging, Query, can};
use crate::wire::{FieldChoice, answer};
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
    ordering: Option<String>,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        let ids = self.ids.as_deref().unwrap_or_default();
        let ids: Vec<i64> = ids.split(',').filter_map(|id| id.trim().parse().ok()).collect();
        Filter {
            // Ids that are no numbers select nothing rather than everything.
            ids: if ids.is_empty() && self.ids.as_deref().is_some_and(|text| !text.is_empty()) {
                vec![0]
            } else {
                ids
            },
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
    let creators: BTreeSet<i64> = rows.iter().filter_map(|row| row.created_by).collect();
    let people = tasks::people(&services, creators).await?;
    let progress = queue::progress(&services, actor.account_id, &rows.iter().collect::<Vec<_>>()).await?;
    let results = rows
        .iter()
        .zip(progress)
        .map(|(row, progress)| {
            let creator = row.created_by.and_then(|id| people.get(&id));
            ProjectOut::of(row, creator, progress, config_facts(&services, row))
        })
        .collect();
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
    let results = rows.iter().map(CountsOut::of).collect();
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
    let progress = queue::progress(services, actor.account_id, &[row])
        .await?
        .first()
        .copied()
        .unwrap_or_default();
    let creator = row.created_by.and_then(|id| people.get(&id));
    answer::json(
        status,
        choice,
        &ProjectOut::of(row, creator, progress, config_facts(services, row)),
    )
}

fn config_facts(services: &Services, row: &ProjectRow) -> ConfigFacts {
    projects::config(services, row)
        .map(|config| ConfigFacts {
            has_controls: config.has_controls(),
            suitable_for_bulk: config.suitable_for_bulk(),
        })
        .unwrap_or_default()
}
