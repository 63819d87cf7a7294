//! The audit log: our own way of reading it, and the compatible API's list of activities. There is no way to write it.

mod activities;
mod filter;
mod model;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use labelkeep_services::{Services, audit};
use serde::Serialize;

pub(crate) use activities::list as activity_logs;
use filter::{LogQuery, PageQuery};
use model::{ChainOut, EntryOut};

use crate::ApiResult;
use crate::extract::{InOrganization, Query, can};
use crate::wire::{Time, answer};

#[derive(Serialize)]
struct LogOut {
    results: Vec<EntryOut>,
    next_cursor: Option<String>,
    examined_until: Option<Time>,
    chain: ChainOut,
}

/// `GET /api/audit/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::AuditView>,
    Query(page): Query<PageQuery>,
    Query(query): Query<LogQuery>,
) -> ApiResult<Response> {
    let filter = query.filter()?;
    let found = audit::walk(&services, &organization, filter, page.cursor(), page.size()?).await?;
    let names = audit::names(&services, &organization, &found.rows).await?;
    let chain = audit::chain_state(&services, &organization).await?;
    answer::ok(&LogOut {
        results: found.rows.into_iter().map(|row| EntryOut::of(row, &names)).collect(),
        next_cursor: found.next,
        examined_until: found.examined_until.map(Time),
        chain: ChainOut::of(chain),
    })
}

#[derive(Serialize)]
struct ActionsOut {
    actions: Vec<String>,
}

/// `GET /api/audit/actions/`
pub(crate) async fn actions(
    State(services): State<Services>,
    organization: InOrganization<can::AuditView>,
) -> ApiResult<Response> {
    answer::ok(&ActionsOut {
        actions: audit::actions(&services, &organization).await?,
    })
}

/// `GET /api/audit/export/`
pub(crate) async fn export(
    State(services): State<Services>,
    organization: InOrganization<can::AuditView>,
    Query(query): Query<LogQuery>,
) -> ApiResult<Response> {
    let export = audit::export(&services, &organization, query.filter()?).await?;
    let name = format!("attachment; filename=\"{}\"", export.name);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let pieces = futures_util::stream::unfold(export.pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}
