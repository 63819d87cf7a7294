//! Bodies: JSON, urlencoded and multipart, as a typed structure or as they come.

use std::borrow::Cow;

use axum::body::Body as HttpBody;
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use labelkeep_services::accounts::{Caller, Proof};
use serde::de::DeserializeOwned;

use super::Strict;
use super::query::pairs;
use crate::wire::{Extra, check_json, parse_error, read_fields, read_object};
use crate::{ApiError, App};

/// A body as `T`. JSON from everybody; urlencoded and multipart only from callers that the cookie does not
/// authenticate (SEC-040): another site's page can make a browser send a form, but not JSON.
///
/// What may be written is what `T` reads. Everything else is ignored, or with `?strict=true` refused (SEC-119).
#[derive(Debug)]
pub struct Body<T>(pub T);

/// As [`Body`], for what people have worked on: an annotation or a draft with tens of thousands of regions or many masks
/// is larger than other bodies, and must not be refused when it is saved.
#[derive(Debug)]
pub struct Work<T>(pub T);

/// A body as `T` on a route that declares forms: any of the three kinds from everybody. The CSRF token is still needed.
#[derive(Debug)]
pub struct Form<T>(pub T);

/// The text of a JSON body of at most the common limit, checked as requests are (SEC-160), not read.
#[derive(Debug)]
pub struct JsonText(pub Bytes);

/// A body as it comes, for routes with their own limits (imports, uploads).
#[derive(Debug)]
pub struct RawBody {
    /// What it says it is.
    pub kind: ContentKind,
    /// The whole `Content-Type`, as multipart readers need it.
    pub content_type: String,
    /// `Content-Length`, if it was sent.
    pub length: Option<u64>,
    /// The bytes.
    pub body: HttpBody,
}

/// The kinds of bodies that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentKind {
    /// `application/json`, or nothing said.
    Json,
    /// `application/x-www-form-urlencoded`
    Urlencoded,
    /// `multipart/form-data`
    Multipart,
    /// Something else.
    Other,
}

impl ContentKind {
    fn of(headers: &HeaderMap) -> (ContentKind, String) {
        let full = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let kind = match full
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
            .as_str()
        {
            "" | "application/json" => ContentKind::Json,
            "application/x-www-form-urlencoded" => ContentKind::Urlencoded,
            "multipart/form-data" => ContentKind::Multipart,
            _ => ContentKind::Other,
        };
        (kind, full.to_owned())
    }
}

impl RawBody {
    /// All bytes, 413 above `max`.
    pub async fn bytes(self, max: usize) -> Result<Bytes, ApiError> {
        collect(self.body, self.length, max).await
    }

    /// A multipart form of at most `max` bytes.
    pub async fn multipart(self, max: usize) -> Result<Multipart, ApiError> {
        let broken = || ApiError::bad_request("Multipart form parse error - Invalid boundary in multipart.");
        if self.length.is_some_and(|length| length > max as u64) {
            return Err(too_large(max));
        }
        let body = HttpBody::new(http_body_util::Limited::new(self.body, max));
        let request = Request::builder()
            .header(header::CONTENT_TYPE, self.content_type)
            .body(body);
        Multipart::from_request(request.map_err(|_| broken())?, &())
            .await
            .map_err(|_| broken())
    }

    /// 415 with this body's type.
    pub fn unsupported(&self) -> ApiError {
        unsupported(&self.content_type)
    }
}

impl FromRequest<App> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (kind, content_type) = ContentKind::of(request.headers());
        let length = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        Ok(RawBody {
            kind,
            content_type,
            length,
            body: request.into_body(),
        })
    }
}

impl FromRequest<App> for JsonText {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let raw = RawBody::from_request(request, app).await?;
        if raw.kind != ContentKind::Json {
            return Err(raw.unsupported());
        }
        let text = raw.bytes(app.settings.json_max_bytes).await?;
        check_json(&text).map_err(|error| parse_error(&text, &error))?;
        Ok(JsonText(text))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (max, extra) = (app.settings.json_max_bytes, Strict::of(request.uri())?.extra());
        Ok(Body(read(not_a_form_by_cookie(request, app).await?, max, extra).await?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Work<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let (max, extra) = (app.settings.work_max_bytes, Strict::of(request.uri())?.extra());
        Ok(Work(read(not_a_form_by_cookie(request, app).await?, max, extra).await?))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let max = app.settings.json_max_bytes;
        let raw = RawBody::from_request(request, app).await?;
        Ok(Form(read(raw, max, Extra::Ignored).await?))
    }
}

async fn not_a_form_by_cookie(request: Request, app: &App) -> Result<RawBody, ApiError> {
    let by_cookie = request
        .extensions()
        .get::<Caller>()
        .is_some_and(|caller| matches!(caller.proof, Proof::Session { .. }));
    let raw = RawBody::from_request(request, app).await?;
    if by_cookie && raw.kind != ContentKind::Json {
        return Err(raw.unsupported());
    }
    Ok(raw)
}

async fn read<T: DeserializeOwned>(raw: RawBody, max: usize, extra: Extra) -> Result<T, ApiError> {
    match raw.kind {
        ContentKind::Json => read_object(&raw.bytes(max).await?, extra),
        ContentKind::Urlencoded => {
            let bytes = raw.bytes(max).await?;
            let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::bad_request("The form is not UTF-8."))?;
            read_fields(&pairs(text), extra)
        }
        ContentKind::Multipart => read_fields(&multipart(raw, max).await?, extra),
        ContentKind::Other => Err(raw.unsupported()),
    }
}

/// Most fields of a multipart form.
const MAX_FIELDS: usize = 1_000;

async fn multipart(raw: RawBody, max: usize) -> Result<Vec<(Cow<'static, str>, Cow<'static, str>)>, ApiError> {
    let bad = |_| ApiError::bad_request("Multipart form parse error.");
    let mut form = raw.multipart(max).await?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(bad)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = field.bytes().await.map_err(bad)?.to_vec();
        let value = String::from_utf8(value).ok().filter(|value| !value.contains('\0'));
        let value = value.ok_or_else(|| ApiError::field(&name, "Not a valid string."))?;
        fields.push((Cow::Owned(name), Cow::Owned(value)));
        if fields.len() > MAX_FIELDS {
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The form has too many fields.",
            ));
        }
    }
    Ok(fields)
}

async fn collect(body: HttpBody, length: Option<u64>, max: usize) -> Result<Bytes, ApiError> {
    if length.is_some_and(|length| length > max as u64) {
        return Err(too_large(max));
    }
    let mut stream = body.into_data_stream();
    let Some(first) = stream.next().await else {
        return Ok(Bytes::new());
    };
    let first = first.map_err(broken)?;
    if first.len() > max {
        return Err(too_large(max));
    }
    // Most bodies come in one piece, which is used as it is.
    if length == Some(first.len() as u64) {
        return Ok(first);
    }
    let mut all = BytesMut::from(first.as_ref());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(broken)?;
        if all.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all.freeze())
}

fn broken(_: axum::Error) -> ApiError {
    ApiError::bad_request("The body ended early or came too slowly.")
}

fn too_large(max: usize) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The body is larger than {max} bytes."),
    )
}

fn unsupported(content_type: &str) -> ApiError {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("Unsupported media type \"{kind}\" in request."),
    )
}
