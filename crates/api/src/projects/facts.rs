//! What a project contains: summary, model versions, annotators.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use labelkeep_services::access::ProjectRow;
use labelkeep_services::{Services, predictions, projects, summary as service};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::CreatorOut;
use crate::extract::{Access, Body, Query, can};
use crate::wire::{Time, answer, fmt_time};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct SummaryOut {
    project: i64,
    created_at: Time,
    all_data_columns: Map<String, Value>,
    common_data_columns: Vec<String>,
    created_annotations: Map<String, Value>,
    created_labels: BTreeMap<String, Map<String, Value>>,
    created_labels_drafts: BTreeMap<String, Map<String, Value>>,
}

/// `GET /api/projects/{id}/summary/`
pub(crate) async fn summary(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
) -> ApiResult<Response> {
    let row = project.row();
    let mut out = SummaryOut {
        project: row.id,
        created_at: Time(row.created_at),
        all_data_columns: Map::new(),
        common_data_columns: Vec::new(),
        created_annotations: Map::new(),
        created_labels: BTreeMap::new(),
        created_labels_drafts: BTreeMap::new(),
    };
    for entry in service::read(&services, &project).await? {
        match entry.kind.as_str() {
            "column" => {
                if entry.amount >= row.task_number {
                    out.common_data_columns.push(entry.name.clone());
                }
                out.all_data_columns.insert(entry.name, entry.amount.into());
            }
            "tuple" => {
                out.created_annotations.insert(entry.name, entry.amount.into());
            }
            "label" => {
                out.created_labels
                    .entry(entry.name)
                    .or_default()
                    .insert(entry.label, entry.amount.into());
            }
            "draft_label" => {
                out.created_labels_drafts
                    .entry(entry.name)
                    .or_default()
                    .insert(entry.label, entry.amount.into());
            }
            _ => {}
        }
    }
    answer::ok(&out)
}

/// `POST /api/projects/{id}/summary/reset/`
pub(crate) async fn reset_summary(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectChange>,
) -> ApiResult<Response> {
    service::reset(&services, project).await?;
    Ok(StatusCode::OK.into_response())
}

/// How to list model versions.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionsQuery {
    #[serde(default)]
    extended: Option<bool>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    include_live_models: Option<bool>,
}

/// `GET /api/projects/{id}/model-versions/`
pub(crate) async fn model_versions(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
    Query(query): Query<VersionsQuery>,
) -> ApiResult<Response> {
    let mut versions = service::read(&services, &project).await?;
    versions.retain(|entry| entry.kind == "model_version");
    versions.sort_by_key(|entry| std::cmp::Reverse(entry.updated_at));
    versions.truncate(query.limit.unwrap_or(usize::MAX));
    if query.extended.unwrap_or(false) {
        let fixed: Vec<Value> = versions
            .into_iter()
            .map(|entry| json!({ "model_version": entry.name, "count": entry.amount, "latest": fmt_time(entry.updated_at) }))
            .collect();
        // There are no connected models; null says that nobody asked for them.
        let live = query.include_live_models.unwrap_or(false).then(Vec::<Value>::new);
        return answer::ok(&json!({ "static": fixed, "live": live }));
    }
    let plain: Map<String, Value> = versions
        .into_iter()
        .map(|entry| (entry.name, entry.amount.into()))
        .collect();
    answer::ok(&plain)
}

/// A model version.
#[derive(Debug, Deserialize)]
pub(crate) struct VersionIn {
    #[serde(default)]
    model_version: Option<String>,
}

/// `DELETE /api/projects/{id}/model-versions/`
pub(crate) async fn delete_model_version(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::PredictionChange>,
    Body(body): Body<VersionIn>,
) -> ApiResult<Response> {
    let version = body
        .model_version
        .ok_or_else(|| ApiError::field("non_field_errors", "model_version param is required"))?;
    let deleted = predictions::delete_version(&services, project, version).await?;
    answer::ok(&json!({ "deleted_predictions": deleted }))
}

/// `GET /api/projects/{id}/annotators/`
pub(crate) async fn annotators(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
) -> ApiResult<Response> {
    let people = projects::annotators(&services, &project).await?;
    answer::ok(&people.iter().map(CreatorOut::of).collect::<Vec<_>>())
}
