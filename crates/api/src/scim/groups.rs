//! Groups: `/scim/v2/Groups`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use labelkeep_services::Services;
use labelkeep_services::scim::{self, GROUP_SCHEMA, Group, GroupChange, Provisioner};
use serde::Serialize;
use serde_json::Value;

use super::users::MetaOut;
use super::wire::{self, Asked, Attributes, ScimAnswer, ScimBody, ScimFailure, Version};
use crate::extract::{Provisioning, PublicUrl};
use crate::wire::Time;

#[derive(Serialize)]
struct GroupOut<'a> {
    schemas: [&'static str; 1],
    id: String,
    #[serde(rename = "externalId", skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(rename = "displayName")]
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<MemberOut<'a>>>,
    meta: MetaOut,
}

#[derive(Serialize)]
struct MemberOut<'a> {
    value: String,
    display: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "$ref")]
    reference: String,
}

/// The address of a group.
pub(super) fn location(base: &PublicUrl, id: i64) -> String {
    format!("{}/scim/v2/Groups/{id}", base.origin)
}

fn shown(base: &PublicUrl, group: &Group) -> Value {
    let row = &group.row;
    let members = group.members.as_ref().map(|members| {
        let out = members.iter().map(|(id, display)| MemberOut {
            value: id.to_string(),
            display,
            kind: "User",
            reference: super::users::location(base, *id),
        });
        out.collect()
    });
    let out = GroupOut {
        schemas: [GROUP_SCHEMA],
        id: row.id.to_string(),
        external_id: row.external_id.as_deref(),
        display_name: &row.display_name,
        members,
        meta: MetaOut {
            resource_type: "Group",
            created: Time(row.created_at),
            last_modified: Time(row.updated_at),
            location: location(base, row.id),
            version: group.version(),
        },
    };
    serde_json::to_value(out).unwrap_or_default()
}

fn answer(status: StatusCode, base: &PublicUrl, group: &Group, attributes: &Attributes) -> Response {
    let body = attributes.apply(shown(base, group));
    let version = group.version().unwrap_or_default();
    wire::resource(status, &body, &version, &location(base, group.row.id))
}

/// `GET /scim/v2/Groups`
pub(crate) async fn list(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
) -> ScimAnswer {
    let page = scim::groups(&services, &who, &asked.wish, asked.attributes.wants("members")).await?;
    let resources = page
        .entries
        .iter()
        .map(|group| asked.attributes.apply(shown(&base, group)));
    wire::list(page.total, asked.start, resources.collect())
}

/// `GET /scim/v2/Groups/{id}`
pub(crate) async fn read(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
) -> ScimAnswer {
    let group = scim::group(&services, &who, wire::id(&id), asked.attributes.wants("members")).await?;
    if version.is_known(&group.version().unwrap_or_default()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(answer(StatusCode::OK, &base, &group, &asked.attributes))
}

/// `POST /scim/v2/Groups`
pub(crate) async fn create(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let group = create_from(&services, &who, &body).await?;
    Ok(answer(StatusCode::CREATED, &base, &group, &asked.attributes))
}

/// Makes a group as the body says.
pub(super) async fn create_from(services: &Services, who: &Provisioner, body: &Value) -> Result<Group, ScimFailure> {
    Ok(scim::create_group(services, who, GroupChange::of_resource(body, false)?).await?)
}

/// `PUT /scim/v2/Groups/{id}`
pub(crate) async fn replace(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let id = wire::id(&id);
    let change = GroupChange::of_resource(&body, true)?;
    scim::update_group(&services, &who, id, version.matches, change).await?;
    let group = scim::group(&services, &who, id, asked.attributes.wants("members")).await?;
    Ok(answer(StatusCode::OK, &base, &group, &asked.attributes))
}

/// `PATCH /scim/v2/Groups/{id}`: 204, since a group may be large; the group when the client says what it wants to see.
pub(crate) async fn patch(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    base: PublicUrl,
    asked: Asked,
    version: Version,
    Path(id): Path<String>,
    ScimBody(body): ScimBody,
) -> ScimAnswer {
    let id = wire::id(&id);
    let change = GroupChange::of_operations(&body)?;
    scim::update_group(&services, &who, id, version.matches, change).await?;
    if !asked.attributes.are_chosen() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let group = scim::group(&services, &who, id, asked.attributes.wants("members")).await?;
    Ok(answer(StatusCode::OK, &base, &group, &asked.attributes))
}

/// `DELETE /scim/v2/Groups/{id}`
pub(crate) async fn remove(
    State(services): State<Services>,
    Provisioning(who): Provisioning,
    version: Version,
    Path(id): Path<String>,
) -> ScimAnswer {
    scim::remove_group(&services, &who, wire::id(&id), version.matches).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
