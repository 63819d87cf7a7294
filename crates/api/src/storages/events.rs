//! Events of object stores: what a storage is told, and by whom.

use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use labelkeep_services::access::StorageRow;
use labelkeep_services::storages::events::{self, Taken};
use labelkeep_services::{ServiceError, Services};
use serde::Deserialize;
use serde_json::json;

use super::{OfKind, Side, rightly};
use crate::extract::{Access, Confirmed, PublicUrl, RawBody, can};
use crate::wire::answer;
use crate::{ApiError, ApiResult, App};

/// The most bytes that a store sends at once.
const BODY_MAX: usize = 1024 * 1024;

/// `POST /api/storages/{kind}/{id}/events`: ours; begins to listen, and says where and with which secret, this once
pub(crate) async fn listen(
    State(app): State<App>,
    _: Confirmed,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let storage = rightly(storage, &kind, &side)?;
    let origin = PublicUrl::of(&headers, &app).origin;
    let url = format!("{origin}/api/storage-events/{}/", storage.row().id);
    let secret = events::listen(&app.services, storage).await?;
    answer::created(&json!({ "url": url, "secret": secret.expose() }))
}

/// `DELETE /api/storages/{kind}/{id}/events`: ours; listens no more
pub(crate) async fn stop(
    State(services): State<Services>,
    Access(storage, _): Access<StorageRow, can::ProjectChange>,
    kind: OfKind,
    side: Side,
) -> ApiResult<Response> {
    events::stop(&services, rightly(storage, &kind, &side)?).await?;
    Ok(answer::no_content())
}

/// Whose event it is; the secret for senders that set no header.
#[derive(Deserialize)]
pub(crate) struct EventPath {
    id: i64,
    #[serde(default)]
    secret: Option<String>,
}

/// `POST /api/storage-events/{id}/`, `POST /api/storage-events/{id}/{secret}/`: a store says what is new
pub(crate) async fn take(
    State(services): State<Services>,
    Path(path): Path<EventPath>,
    headers: HeaderMap,
    raw: RawBody,
) -> ApiResult<Response> {
    let secret = path
        .secret
        .or_else(|| secret(&headers))
        .ok_or_else(|| ApiError::from(ServiceError::NotFound("Storage")))?;
    let body = raw.bytes(BODY_MAX).await?;
    match events::take(&services, path.id, &secret, &body).await? {
        Taken::Objects(number) => answer::ok(&json!({ "objects": number })),
        Taken::Validated(code) => answer::ok(&json!({ "validationResponse": code })),
    }
}

/// A bearer's token, or the password of Basic.
fn secret(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .trim()
        .split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let decoded = STANDARD
        .decode(rest.trim())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(_, password)| password.to_owned())
}
