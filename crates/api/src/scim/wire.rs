//! Bodies, answers and errors as the standard has them (RFC 7644 §3).

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use labelkeep_services::scim::{IfVersion, Reason, ScimError, Wish};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::extract::{ContentKind, RawBody, pairs};
use crate::routes::asks_nothing;
use crate::wire::check_json;
use crate::{ApiError, App};

/// Largest body, in bytes (SEC-085).
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// Entries of one list when nothing is said, and at most.
const USUAL: i64 = 100;
pub(super) const MOST: i64 = 500;
/// The media type of all bodies.
const TYPE: HeaderValue = HeaderValue::from_static("application/scim+json");

/// An error, which becomes the standard's body.
#[derive(Debug)]
pub struct ScimFailure {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Result of a handler.
pub(super) type ScimAnswer = Result<Response, ScimFailure>;

#[derive(Serialize)]
struct ErrorOut<'a> {
    schemas: [&'static str; 1],
    status: String,
    #[serde(rename = "scimType", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    detail: &'a str,
}

impl ScimFailure {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        ScimFailure {
            status,
            kind: None,
            detail: detail.into(),
            headers: Vec::new(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The standard's body.
    pub(super) fn body(&self) -> Value {
        let out = ErrorOut {
            schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
            status: self.status.as_u16().to_string(),
            kind: self.kind,
            detail: &self.detail,
        };
        serde_json::to_value(out).unwrap_or_default()
    }
}

impl From<ApiError> for ScimFailure {
    fn from(error: ApiError) -> Self {
        let (status, detail, headers) = error.into_parts();
        ScimFailure {
            status,
            kind: None,
            detail,
            headers,
        }
    }
}

impl From<ScimError> for ScimFailure {
    fn from(error: ScimError) -> Self {
        let (reason, detail) = match error {
            ScimError::Service(error) => return ApiError::from(error).into(),
            ScimError::Refused(reason, detail) => (reason, detail),
        };
        let (status, kind) = match reason {
            Reason::InvalidFilter => (StatusCode::BAD_REQUEST, Some("invalidFilter")),
            Reason::InvalidSyntax => (StatusCode::BAD_REQUEST, Some("invalidSyntax")),
            Reason::InvalidPath => (StatusCode::BAD_REQUEST, Some("invalidPath")),
            Reason::InvalidValue => (StatusCode::BAD_REQUEST, Some("invalidValue")),
            Reason::NoTarget => (StatusCode::BAD_REQUEST, Some("noTarget")),
            Reason::Mutability => (StatusCode::BAD_REQUEST, Some("mutability")),
            Reason::Uniqueness => (StatusCode::CONFLICT, Some("uniqueness")),
            Reason::NotFound => (StatusCode::NOT_FOUND, None),
            Reason::Forbidden => (StatusCode::FORBIDDEN, None),
            Reason::Version => (StatusCode::PRECONDITION_FAILED, None),
            Reason::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None),
        };
        ScimFailure {
            status,
            kind,
            detail,
            headers: Vec::new(),
        }
    }
}

impl IntoResponse for ScimFailure {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.body());
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// An answer with JSON.
pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, TYPE)], body.to_string()).into_response()
}

/// A body of JSON, as `application/scim+json` or `application/json`.
#[derive(Debug)]
pub(crate) struct ScimBody(pub(super) Value);

impl FromRequest<App> for ScimBody {
    type Rejection = ScimFailure;

    async fn from_request(request: Request, app: &App) -> Result<Self, ScimFailure> {
        let raw = RawBody::from_request(request, app).await?;
        let named = raw.content_type.split(';').next().unwrap_or_default().trim();
        if raw.kind != ContentKind::Json && !named.eq_ignore_ascii_case("application/scim+json") {
            return Err(raw.unsupported().into());
        }
        let text = raw.bytes(MAX_BODY).await?;
        let value = check_json(&text).and_then(|()| serde_json::from_slice(&text));
        match value {
            Ok(value) => Ok(ScimBody(value)),
            Err(error) => Err(Reason::InvalidSyntax
                .refuse(format!("The body is no JSON: {error}."))
                .into()),
        }
    }
}

/// What a list is asked for, and which attributes of each resource.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(super) wish: Wish,
    /// Number of the first entry, from 1.
    pub(super) start: i64,
    pub(super) attributes: Attributes,
}

/// Which attributes an answer has, by their names in lower case.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    only: Vec<String>,
    without: Vec<String>,
}

impl FromRequestParts<App> for Asked {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ScimFailure> {
        let mut asked = Asked {
            wish: Wish {
                limit: USUAL,
                ..Wish::default()
            },
            start: 1,
            attributes: Attributes::default(),
        };
        let number = |name: &str, text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_| ScimFailure::from(Reason::InvalidValue.refuse(format!("{name} must be a whole number."))))
        };
        for (name, value) in pairs(parts.uri.query().unwrap_or_default()) {
            if value.contains('\0') {
                return Err(Reason::InvalidValue
                    .refuse(format!("{name} has a NUL character."))
                    .into());
            }
            match name.as_ref() {
                "filter" if !value.trim().is_empty() => asked.wish.filter = Some(value.into_owned()),
                "sortBy" if !value.is_empty() => asked.wish.sort_by = Some(value.into_owned()),
                "sortOrder" => asked.wish.descending = value.eq_ignore_ascii_case("descending"),
                "startIndex" => asked.start = number("startIndex", &value)?.max(1),
                "count" => asked.wish.limit = number("count", &value)?.clamp(0, MOST),
                "attributes" => asked.attributes.only = names(&value),
                "excludedAttributes" => asked.attributes.without = names(&value),
                _ => {}
            }
        }
        asked.wish.offset = asked.start - 1;
        Ok(asked)
    }
}

asks_nothing! { Asked, ScimBody, Version }

/// Names without their schema, in lower case.
fn names(text: &str) -> Vec<String> {
    text.split(',')
        .map(|name| name.trim().rsplit(':').next().unwrap_or_default().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .take(50)
        .collect()
}

impl Attributes {
    /// Whether the attribute is wanted, or a part of it.
    pub(super) fn wants(&self, name: &str) -> bool {
        let is = |listed: &String| listed == name || listed.split('.').next() == Some(name);
        if self.only.is_empty() {
            !self.without.iter().any(|listed| listed == name)
        } else {
            self.only.iter().any(is)
        }
    }

    /// Whether anything was said.
    pub(super) fn are_chosen(&self) -> bool {
        !self.only.is_empty() || !self.without.is_empty()
    }

    /// Leaves in a resource what is wanted; `id` and `schemas` always are.
    pub(super) fn apply(&self, mut resource: Value) -> Value {
        let Some(entries) = resource.as_object_mut() else {
            return resource;
        };
        let all = std::mem::take(entries);
        for (key, mut value) in all {
            let name = key.to_ascii_lowercase();
            if key != "id" && key != "schemas" {
                if !self.wants(&name) {
                    continue;
                }
                self.reduce(&name, &mut value);
            }
            entries.insert(key, value);
        }
        resource
    }

    /// Leaves in an attribute the parts that are wanted.
    fn reduce(&self, name: &str, value: &mut Value) {
        let parts = |list: &[String]| -> Vec<String> {
            let parts = list
                .iter()
                .filter_map(|listed| listed.strip_prefix(name)?.strip_prefix('.'));
            parts.map(str::to_owned).collect()
        };
        let (only, without) = (parts(&self.only), parts(&self.without));
        let whole = self.only.iter().any(|listed| listed == name);
        let keep = |entries: &mut Map<String, Value>| {
            entries.retain(|key, _| {
                let key = key.to_ascii_lowercase();
                (only.is_empty() || whole || only.contains(&key)) && !without.contains(&key)
            });
        };
        match value {
            Value::Object(entries) => keep(entries),
            Value::Array(list) => list.iter_mut().filter_map(Value::as_object_mut).for_each(keep),
            _ => {}
        }
    }
}

/// `If-Match` and `If-None-Match`.
#[derive(Debug)]
pub(crate) struct Version {
    pub(super) matches: IfVersion,
    none_match: Option<String>,
}

impl FromRequestParts<App> for Version {
    type Rejection = ScimFailure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ScimFailure> {
        Ok(Version {
            matches: IfVersion(text(&parts.headers, &header::IF_MATCH)),
            none_match: text(&parts.headers, &header::IF_NONE_MATCH),
        })
    }
}

impl Version {
    /// Whether the client has this version already.
    pub(super) fn is_known(&self, version: &str) -> bool {
        let known = self.none_match.as_deref().unwrap_or_default();
        !version.is_empty() && known.split(',').any(|one| one.trim() == version)
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A resource with its version and address.
pub(super) fn resource(status: StatusCode, body: &Value, version: &str, location: &str) -> Response {
    let mut response = json(status, body);
    for (name, value) in [
        (header::ETAG, version),
        (
            header::LOCATION,
            if status == StatusCode::CREATED { location } else { "" },
        ),
        (header::CONTENT_LOCATION, location),
    ] {
        if let Ok(value) = HeaderValue::from_str(value)
            && !value.is_empty()
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[derive(Serialize)]
struct ListOut {
    schemas: [&'static str; 1],
    #[serde(rename = "totalResults")]
    total: i64,
    #[serde(rename = "startIndex")]
    start: i64,
    #[serde(rename = "itemsPerPage")]
    count: usize,
    #[serde(rename = "Resources")]
    resources: Vec<Value>,
}

/// A part of a list.
pub(super) fn list(total: i64, start: i64, resources: Vec<Value>) -> ScimAnswer {
    let out = ListOut {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        total,
        start,
        count: resources.len(),
        resources,
    };
    Ok(json(StatusCode::OK, &serde_json::to_value(out).unwrap_or_default()))
}

/// The number in a path. Whatever else stands there is the id of nothing.
pub(super) fn id(text: &str) -> i64 {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chosen(only: &str, without: &str) -> Value {
        let attributes = Attributes {
            only: names(only),
            without: names(without),
        };
        attributes.apply(json!({
            "schemas": ["x"], "id": "7", "userName": "a", "name": {"givenName": "A", "familyName": "B"},
            "emails": [{"value": "a", "type": "work"}],
        }))
    }

    #[test]
    fn attributes_are_chosen_by_name_and_part() {
        assert_eq!(
            chosen("USERNAME,name.givenName", ""),
            json!({"schemas": ["x"], "id": "7", "userName": "a", "name": {"givenName": "A"}})
        );
        assert_eq!(
            chosen("", "id,emails.type,urn:ietf:params:scim:schemas:core:2.0:User:name"),
            json!({"schemas": ["x"], "id": "7", "userName": "a", "emails": [{"value": "a"}]})
        );
        assert_eq!(chosen("nothing", ""), json!({"schemas": ["x"], "id": "7"}));
    }

    #[test]
    fn what_is_no_number_is_the_id_of_nothing() {
        assert_eq!(
            (
                id("12"),
                id("-1"),
                id("+1"),
                id("1x"),
                id("99999999999999999999"),
                id("")
            ),
            (12, 0, 0, 0, 0, 0)
        );
    }
}
