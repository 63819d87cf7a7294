//! Notifications: ours; what has ended while one was elsewhere.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::notifications::{self as service, NotificationRow};
use serde::{Deserialize, Serialize};

use crate::ApiResult;
use crate::extract::{Authenticated, Body};
use crate::wire::{Time, answer};

#[derive(Serialize)]
struct NotificationOut {
    id: i64,
    project: Option<i64>,
    /// import | export | action
    kind: String,
    /// done | failed | cancelled
    state: String,
    title: String,
    text: String,
    /// A path of the app.
    link: String,
    created_at: Time,
    is_read: bool,
}

impl From<NotificationRow> for NotificationOut {
    fn from(row: NotificationRow) -> Self {
        NotificationOut {
            id: row.id,
            project: row.project_id,
            kind: row.kind,
            state: row.state,
            title: row.title,
            text: row.text,
            link: row.link,
            created_at: Time(row.created_at),
            is_read: row.read_at.is_some(),
        }
    }
}

#[derive(Serialize)]
struct ToldOut {
    /// Newest first.
    results: Vec<NotificationOut>,
    /// Whether they go out by mail, too; the server may have none.
    by_mail: bool,
}

/// `GET /api/notifications/`
pub(crate) async fn list(State(services): State<Services>, Authenticated(actor): Authenticated) -> ApiResult<Response> {
    let told = service::list(&services, &actor).await?;
    answer::ok(&ToldOut {
        results: told.rows.into_iter().map(NotificationOut::from).collect(),
        by_mail: told.by_mail,
    })
}

/// What changes; what is not said stays.
#[derive(Deserialize)]
pub(crate) struct Change {
    /// Those up to this one have been seen.
    #[serde(default)]
    read_up_to: Option<i64>,
    #[serde(default)]
    by_mail: Option<bool>,
}

/// `PATCH /api/notifications/`
pub(crate) async fn update(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Body(body): Body<Change>,
) -> ApiResult<Response> {
    if let Some(last) = body.read_up_to {
        service::mark_read(&services, &actor, last).await?;
    }
    if let Some(by_mail) = body.by_mail {
        service::choose(&services, &actor, by_mail).await?;
    }
    list(State(services), Authenticated(actor)).await
}
