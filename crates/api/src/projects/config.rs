//! Labeling configurations: is one valid, does one fit a project, what would a task look like.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::ProjectRow;
use labelkeep_services::{Invalid, Services, projects};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Access, Authenticated, Body, can};
use crate::wire::{answer, not_null};
use crate::{ApiError, ApiResult};

/// A configuration.
#[derive(Debug, Deserialize)]
pub(crate) struct ConfigIn {
    #[serde(default, deserialize_with = "not_null")]
    label_config: Option<String>,
    #[serde(default)]
    include_annotation_and_prediction: Option<bool>,
}

impl ConfigIn {
    fn text(&self) -> ApiResult<&str> {
        self.label_config
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| ApiError::field("non_field_errors", "Label config is not set or is empty"))
    }
}

/// `POST /api/projects/validate/`: 204, or 400 with the bare map of errors
pub(crate) async fn validate(_: Authenticated, Body(body): Body<ConfigIn>) -> ApiResult<Response> {
    let text = match body.label_config.as_deref() {
        None => Err(Invalid::field("label_config", "This field is required.")),
        Some(text) if text.trim().is_empty() => Err(Invalid::field("label_config", "This field may not be blank.")),
        Some(text) => Ok(text),
    };
    match text.and_then(projects::parse) {
        Ok(_) => Ok(answer::no_content()),
        Err(invalid) => {
            let errors: serde_json::Map<String, Value> = invalid
                .fields
                .into_iter()
                .map(|(field, texts)| (field, Value::from(texts)))
                .collect();
            Err(ApiError::bare(StatusCode::BAD_REQUEST, Value::Object(errors)))
        }
    }
}

#[derive(Serialize)]
struct Essential {
    config_essential_data_has_changed: Option<bool>,
}

/// `POST /api/projects/{id}/validate/`: strict, labels in use must stay
pub(crate) async fn validate_in_project(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectView>,
    Body(body): Body<ConfigIn>,
) -> ApiResult<Response> {
    let changed = projects::validate_config(&services, &project, body.text()?).await?;
    answer::ok(&Essential {
        config_essential_data_has_changed: changed,
    })
}

/// `POST /api/projects/{id}/sample-task/`
pub(crate) async fn sample_task(
    project: Access<ProjectRow, can::ProjectView>,
    Body(body): Body<ConfigIn>,
) -> ApiResult<Response> {
    let config = projects::parse(body.text()?)?;
    let mut sample = config.sample_task();
    // Clients get the bare data, or a task around it when they ask for more.
    if !body.include_annotation_and_prediction.unwrap_or(false) {
        sample = sample.get_mut("data").map(Value::take).unwrap_or(sample);
    } else if let Value::Object(task) = &mut sample {
        let result = config.sample_result();
        task.insert(
            "annotations".to_owned(),
            json!([{
                "was_cancelled": false, "ground_truth": false, "lead_time": 0.0, "result_count": 0,
                "completed_by": project.actor().account_id, "result": result,
            }]),
        );
        task.insert(
            "predictions".to_owned(),
            json!([{ "model_version": "sample model version", "score": 0.0, "result": result }]),
        );
    }
    answer::ok(&json!({ "sample_task": sample }))
}
