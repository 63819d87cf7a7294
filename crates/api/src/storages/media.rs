//! Objects of storages for the browser: a link that the store answers, or the bytes through the server.

use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use labelkeep_services::access::{ProjectRow, TaskRow};
use labelkeep_services::storages::StorageError;
use labelkeep_services::storages::local as local_files;
use labelkeep_services::storages::media::{self, Fault, Found, Range, SignedHeaders};
use labelkeep_services::{Services, media_links, thumbnails};
use serde::Deserialize;
use serde_json::json;

use crate::extract::{Access, Query, StoredData, can};
use crate::wire::ranged::header_value;
use crate::wire::{small, stored};
use crate::{ApiError, ApiResult, media_host};

/// The most bytes of one range (SEC-190).
const RANGE_MAX: u64 = 8 * 1024 * 1024;

/// Which object.
#[derive(Debug, Deserialize)]
pub(crate) struct ResolveQuery {
    #[serde(default)]
    fileuri: Option<String>,
    #[serde(default)]
    thumbnail: Option<String>,
}

impl ResolveQuery {
    /// Pixels of the small picture that is asked for, if one is.
    fn side(&self) -> Option<usize> {
        self.thumbnail.as_deref().and_then(thumbnails::side)
    }
}

/// The address: base64url, or as it is in old links.
fn address(query: ResolveQuery) -> ApiResult<String> {
    let text = query
        .fileuri
        .filter(|text| !text.is_empty())
        .ok_or_else(|| bare(StatusCode::BAD_REQUEST))?;
    let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
    let decoded = URL_SAFE.decode(&padded).or_else(|_| STANDARD.decode(&padded)).ok();
    Ok(decoded
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|decoded| decoded.contains("://"))
        .unwrap_or(text))
}

fn bare(status: StatusCode) -> ApiError {
    ApiError::new(status, status.canonical_reason().unwrap_or_default())
}

/// `GET /tasks/{id}/resolve/`, `GET /tasks/{id}/presign/`
pub(crate) async fn of_task(
    State(services): State<Services>,
    Access(task, _): Access<TaskRow, can::MediaView>,
    Query(query): Query<ResolveQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let side = query.side();
    let found = media::of_task(&services, &task, &address(query)?).await?;
    send(&services, found, task.actor().account_id, side, &headers).await
}

/// `GET /projects/{id}/resolve/`, `GET /projects/{id}/presign/`
pub(crate) async fn of_project(
    State(services): State<Services>,
    project: Access<ProjectRow, can::MediaView>,
    Query(query): Query<ResolveQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let side = query.side();
    let found = media::of_project(&services, &project, &address(query)?).await?;
    send(&services, found, project.actor().account_id, side, &headers).await
}

/// Which file.
#[derive(Debug, Deserialize)]
pub(crate) struct LocalQuery {
    #[serde(default)]
    d: Option<String>,
    #[serde(default)]
    thumbnail: Option<String>,
}

/// `GET /data/local-files/?d=`
pub(crate) async fn local(
    State(services): State<Services>,
    StoredData(actor): StoredData,
    Query(query): Query<LocalQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    if !local_files::is_served(&services) {
        return Err(ApiError::forbidden(
            "Serving local files is switched off. Whoever runs this server can set LOCAL_FILES_SERVING_ENABLED and \
             LOCAL_FILES_DOCUMENT_ROOT.",
        ));
    }
    let side = query.thumbnail.as_deref().and_then(thumbnails::side);
    let path = query.d.ok_or_else(|| bare(StatusCode::NOT_FOUND))?;
    let account_id = actor.account_id;
    let found = local_files::find(&services, actor, &path).await?;
    proxied(&services, found, account_id, side, &headers).await
}

async fn send(
    services: &Services,
    found: Found,
    account_id: i64,
    side: Option<usize>,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let (content_type, disposition) = stored::kept_in_place(found.name());
    let signed = SignedHeaders {
        content_type,
        disposition: &disposition,
    };
    let Some((link, minutes)) = found.link(signed).await.map_err(trouble)? else {
        found.check_sent(services).await?;
        return proxied(services, found, account_id, side, headers).await;
    };
    let cache = format!("no-store, max-age={}", minutes * 60);
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, header_value(&link));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header_value(&cache));
    Ok(response)
}

/// The part that is asked for, cut to what one answer gives; none: the whole, also where the header is not understood.
fn range(headers: &HeaderMap) -> Option<Range> {
    let text = headers.get(header::RANGE)?.to_str().ok()?;
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())?
    };
    let first = number(first)?;
    let most = first.saturating_add(RANGE_MAX - 1);
    let last = match last {
        "" => most,
        text => number(text)?.min(most),
    };
    (first <= last).then_some(Range {
        first,
        last: Some(last),
    })
}

/// The bytes, through the server, at the host of its own that files of people have where the installation says so. A small picture
/// was made here: it is no file of theirs.
async fn proxied(
    services: &Services,
    found: Found,
    account_id: i64,
    side: Option<usize>,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    if let Some(side) = side
        && let Some(made) = thumbnails::of_object(services, &found, side).await.map_err(trouble)?
    {
        return Ok(small::answer(made, account_id, side, headers));
    }
    match media_links::link(services, account_id, found.media()) {
        Some(link) => Ok(media_host::lead(&link)),
        None => bytes(found, account_id, headers).await,
    }
}

/// The bytes.
pub(crate) async fn bytes(found: Found, account_id: i64, headers: &HeaderMap) -> ApiResult<Response> {
    let range = range(headers);
    let content = found.read(range).await.map_err(trouble)?;
    // Who loses access, or is somebody else, has nothing in their cache that counts (SEC-190).
    let of_store = content
        .etag
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || "-.".contains(*character));
    let of_store: String = of_store.take(100).collect();
    let etag = header_value(&format!("\"{account_id}-{of_store}\""));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| *value == etag);
    let mut response = if known && range.is_none() {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let status = if content.part.is_some() {
            StatusCode::PARTIAL_CONTENT
        } else {
            StatusCode::OK
        };
        let length = content.length;
        let part = content.part;
        let body = HttpBody::from_stream(content.body.map(|bytes| bytes.map_err(std::io::Error::other)));
        let mut response = (status, body).into_response();
        let out = response.headers_mut();
        if let Some(length) = length {
            out.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Some((first, last, size)) = part {
            out.insert(
                header::CONTENT_RANGE,
                header_value(&format!("bytes {first}-{last}/{size}")),
            );
        }
        response
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, etag);
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    stored::describe(out, found.name());
    Ok(response)
}

/// Trouble at the storage: 424, and what it is in plain words.
fn trouble(error: StorageError) -> ApiError {
    if error.fault == Fault::Missing {
        return ApiError::not_found(error.text);
    }
    if error.fault == Fault::Range {
        return ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, error.text);
    }
    let body = json!({ "error": "The storage did not give the object.", "detail": error.text });
    ApiError::bare(StatusCode::FAILED_DEPENDENCY, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_eight_mebibytes() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(text).expect("a header"));
            range(&headers).map(|range| (range.first, range.last.expect("an end")))
        };
        assert_eq!(of("bytes=0-0"), Some((0, 0)));
        assert_eq!(of("bytes=5-"), Some((5, 5 + RANGE_MAX - 1)));
        assert_eq!(of("bytes=0-99999999999"), Some((0, RANGE_MAX - 1)));
        for other in [
            "bytes=-5",
            "bytes=5-1",
            "bytes=a-b",
            "lines=1-2",
            "bytes=1-2,4-5",
            "bytes=",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
