//! People: `/scim/v2/Users`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::scim::{self, Provisioner, USER_SCHEMA, User, UserChange};
use serde::Serialize;
use serde_json::Value;

use super::wire::{self, Asked, Attributes, ScimAnswer, ScimBody, ScimFailure, Version};
use crate::extract::{Provisioning, PublicUrl};
use crate::wire::Time;

#[derive(Serialize)]
struct UserOut<'a> {
    schemas: [&'static str; 1],
    id: String,
    #[serde(rename = "externalId")]
    external_id: &'a str,
    #[serde(rename = "userName")]
    user_name: &'a str,
    name: NameOut<'a>,
    #[serde(rename = "displayName")]
    display_name: &'a str,
    active: bool,
    locale: &'static str,
    emails: [EmailOut<'a>; 1],
    groups: Vec<GroupOut<'a>>,
    meta: MetaOut,
}

#[derive(Serialize)]
struct NameOut<'a> {
    formatted: &'a str,
    #[serde(rename = "givenName")]
    given_name: &'a str,
    #[serde(rename = "familyName")]
    family_name: &'a str,
}

#[derive(Serialize)]
struct EmailOut<'a> {
    value: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    primary: bool,
}

#[derive(Serialize)]
struct GroupOut<'a> {
    value: String,
    display: &'a str,
    #[serde(rename = "$ref")]
    reference: String,
}

#[derive(Serialize)]
pub(super) struct MetaOut {
    #[serde(rename = "resourceType")]
    pub(super) resource_type: &'static str,
    pub(super) created: Time,
    #[serde(rename = "lastModified")]
    pub(super) last_modified: Time,
    pub(super) location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
}

/// The address of a person.
pub(super) fn location(base: &PublicUrl, id: i64) -> String {
    format!("{}/scim/v2/Users/{id}", base.origin)
}

fn shown(base: &PublicUrl, user: &User) -> Value {
    let row = &user.row;
    let out = UserOut {
        schemas: [USER_SCHEMA],
        id: row.id.to_string(),
        external_id: user.external_id(),
        user_name: &row.email,
        name: NameOut {
            formatted: &row.display,
            given_name: &row.first_name,
            family_name: &row.last_name,
        },
        display_name: &row.display,
        active: row.active,
        locale: "en-US",
        emails: [EmailOut {
            value: &row.email,
            kind: "work",
            primary: true,
        }],
        groups: user
            .groups
            .iter()
            .map(|(id, display)| GroupOut {
                value: id.to_string(),
                display,
                reference: super::groups::location(base, *id),
            })
            .collect(),
        meta: MetaOut {
            resource_type: "User",
            created: Time(row.created_at),
            last_modified: Time(row.updated_at),
            location: location(base, row.id),
            version: Some(user.version()),
        },
    };
    serde_json::to_value(out).unwrap_or_default()
}

fn answer(status: StatusCode, base: &PublicUrl, user: &User, attributes: &Attributes) -> Response {
    let body = attributes.apply(shown(base, user));
    wire::resource(status, &body, &user.version(), &location(base, user.row.id))
}

/// `GET /scim/v2/Users`
pub(crate) async fn list(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
) -> ScimAnswer {
    let page = scim::users(&services, &who, &asked.wish).await?;
    let resources = page
        .entries
        .iter()
        .map(|user| asked.attributes.apply(shown(&base, user)));
    wire::list(page.total, asked.start, resources.collect())
}

/// `GET /scim/v2/Users/{id}`
pub(crate) async fn read(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
) -> ScimAnswer {
    let user = scim::user(&services, &who, wire::id(&id)).await?;
    if version.is_known(&user.version()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(answer(StatusCode::OK, &base, &user, &asked.attributes))
}

/// `POST /scim/v2/Users`
pub(crate) async fn create(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let user = create_from(&services, &who, &body).await?;
    Ok(answer(StatusCode::CREATED, &base, &user, &asked.attributes))
}

/// Makes a person as the body says.
pub(super) async fn create_from(services: &Services, who: &Provisioner, body: &Value) -> Result<User, ScimFailure> {
    Ok(scim::create_user(services, who, UserChange::of_resource(body)?).await?)
}

/// `PUT /scim/v2/Users/{id}`
pub(crate) async fn replace(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let change = UserChange::of_resource(&body)?;
    let user = scim::update_user(&services, &who, wire::id(&id), version.matches, change).await?;
    Ok(answer(StatusCode::OK, &base, &user, &asked.attributes))
}

/// `PATCH /scim/v2/Users/{id}`
pub(crate) async fn patch(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let change = UserChange::of_operations(&body)?;
    let user = scim::update_user(&services, &who, wire::id(&id), version.matches, change).await?;
    Ok(answer(StatusCode::OK, &base, &user, &asked.attributes))
}

/// `DELETE /scim/v2/Users/{id}`
pub(crate) async fn remove(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    version: Version,
    Path(id): Path<String>,
) -> ScimAnswer {
    scim::remove_user(&services, &who, wire::id(&id), version.matches).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
