//! Views of the data manager.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::access::{self, Action};
use labelkeep_services::data_manager::views::{self as service, Change, View};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::OfProject;
use crate::extract::{Authenticated, Body, PathId, Query};
use crate::wire::answer;
use crate::{ApiError, ApiResult};

/// A view (`View`); the last two are ours.
#[derive(Serialize)]
struct ViewOut {
    id: i64,
    data: Value,
    order: i64,
    user: i64,
    project: i64,
    private: bool,
    can_change: bool,
}

impl ViewOut {
    fn of(view: &View) -> Self {
        ViewOut {
            id: view.row.id,
            data: view.data(),
            order: view.row.place,
            user: view.row.account_id,
            project: view.row.project_id,
            private: view.row.is_private,
            can_change: view.can_change,
        }
    }
}

/// `GET /api/dm/views/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let views = service::list(&services, &project).await?;
    answer::ok(&views.iter().map(ViewOut::of).collect::<Vec<_>>())
}

/// What a view becomes.
#[derive(Debug, Deserialize)]
pub(crate) struct ViewIn {
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    private: Option<bool>,
}

/// `POST /api/dm/views/`
pub(crate) async fn create(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
    Body(body): Body<ViewIn>,
) -> ApiResult<Response> {
    let project = OfProject {
        project: body.project.or(query.project),
    };
    let project = project.granted(&services, actor, Action::Annotate).await?;
    let change = Change {
        data: Some(body.data.unwrap_or_default()),
        is_private: body.private,
    };
    answer::created(&ViewOut::of(&service::create(&services, &project, change).await?))
}

/// `GET /api/dm/views/{id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (_, view) = service::find(&services, actor, id).await?;
    answer::ok(&ViewOut::of(&view))
}

/// `PATCH`, `PUT /api/dm/views/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
    Body(body): Body<ViewIn>,
) -> ApiResult<Response> {
    let (project, view) = service::find(&services, actor, id).await?;
    if body.project.is_some_and(|id| id != project.row().id) {
        return Err(ApiError::field("project", "A view stays in its project."));
    }
    let change = Change {
        data: body.data,
        is_private: body.private,
    };
    answer::ok(&ViewOut::of(&service::update(&services, &project, view, change).await?))
}

/// `DELETE /api/dm/views/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
) -> ApiResult<Response> {
    let (project, view) = service::find(&services, actor, id).await?;
    service::delete(&services, &project, view).await?;
    Ok(answer::no_content())
}

/// How a copy is called, and whose it is.
#[derive(Debug, Deserialize)]
pub(crate) struct CopyIn {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    private: Option<bool>,
}

/// `POST /api/dm/views/{id}/duplicate/`: ours
pub(crate) async fn duplicate(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId,
    Body(body): Body<CopyIn>,
) -> ApiResult<Response> {
    let (project, view) = service::find(&services, actor, id).await?;
    let copy = service::duplicate(&services, &project, &view, body.title, body.private).await?;
    answer::created(&ViewOut::of(&copy))
}

/// `DELETE /api/dm/views/reset/`; the project stands in the query or in the body
pub(crate) async fn reset(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
    Body(body): Body<OfProject>,
) -> ApiResult<Response> {
    let project = OfProject {
        project: query.project.or(body.project),
    };
    let project = project.granted(&services, actor, Action::Annotate).await?;
    service::reset(&services, &project).await?;
    Ok(answer::no_content())
}

/// The order of views.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderIn {
    project: i64,
    ids: Vec<i64>,
}

/// `POST /api/dm/views/order/`
pub(crate) async fn order(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<OrderIn>,
) -> ApiResult<Response> {
    let project = access::project(&services, actor, body.project, Action::Annotate).await?;
    service::reorder(&services, &project, body.ids).await?;
    Ok(StatusCode::OK.into_response())
}
