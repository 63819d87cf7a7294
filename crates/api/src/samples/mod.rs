//! Sample projects: what there is, and one as a project of one's own.

use axum::extract::{Path, State};
use axum::response::Response;
use labelkeep_services::{Services, samples};
use serde::Serialize;

use crate::ApiResult;
use crate::extract::{InOrganization, can};
use crate::wire::answer;

#[derive(Serialize)]
struct SampleOut {
    slug: String,
    title: String,
    description: String,
    task_number: usize,
}

/// `GET /api/samples/`
pub(crate) async fn list(_: InOrganization<can::ProjectView>) -> ApiResult<Response> {
    let samples: Vec<SampleOut> = samples::list()
        .into_iter()
        .map(|sample| SampleOut {
            slug: sample.slug,
            title: sample.title,
            description: sample.description,
            task_number: sample.tasks,
        })
        .collect();
    answer::ok(&samples)
}

#[derive(Serialize)]
struct Made {
    id: i64,
    title: String,
}

/// `POST /api/samples/{slug}/`
pub(crate) async fn create(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::ProjectCreate>,
    Path(slug): Path<String>,
) -> ApiResult<Response> {
    let project = samples::create(&services, organization, &slug).await?;
    answer::created(&Made {
        id: project.id,
        title: project.title,
    })
}
