//! Connections of the organization: keys that storages of several projects use.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::{ConnectionRow, ProjectRow};
use labelkeep_services::storages::connections::{self, ConnectionChange};
use labelkeep_services::storages::{self, Provider};
use labelkeep_services::{Invalid, ServiceError, Services};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::model::{field_out, text_of};
use crate::extract::{Access, Authenticated, Body, Confirmed, InOrganization, Strict, can};
use crate::wire::{Patch, Time, UNREAD, answer};
use crate::{ApiError, ApiResult};

/// A new connection, or changes of one.
#[derive(Debug, Deserialize)]
pub(crate) struct ConnectionIn {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    workspace: Patch<i64>,
    #[serde(default)]
    places: Option<Vec<String>>,
    /// What the provider asks for.
    #[serde(flatten)]
    fields: Map<String, Value>,
}

impl ConnectionIn {
    fn into_change(self, provider: &dyn Provider, strict: &Strict) -> ApiResult<ConnectionChange> {
        let known = connections::fields(provider);
        let mut invalid = Invalid::default();
        let mut values = Vec::new();
        for (name, value) in self.fields {
            match known.iter().find(|field| field.name == name) {
                Some(field) => values.push((name, text_of(field, value)?)),
                None => invalid.add(&name, UNREAD),
            }
        }
        if strict.0 {
            invalid.into_result().map_err(ServiceError::from)?;
        }
        Ok(ConnectionChange {
            title: self.title,
            workspace: self.workspace.into_option(),
            places: self.places,
            values,
        })
    }
}

/// A connection, and how many storages use it. Secrets are not in it.
struct ConnectionOut<'a>(&'a ConnectionRow, i64);

impl Serialize for ConnectionOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ConnectionOut(row, storages) = self;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("id", &row.id)?;
        out.serialize_entry("type", &row.kind)?;
        out.serialize_entry("title", &row.title)?;
        out.serialize_entry("workspace", &row.workspace_id)?;
        out.serialize_entry("places", &connections::places_of(row))?;
        for (name, value) in connections::settings_of(row) {
            out.serialize_entry(&name, &value)?;
        }
        out.serialize_entry("storages", storages)?;
        out.serialize_entry("created_at", &Time(row.created_at))?;
        out.serialize_entry("updated_at", &Time(row.updated_at))?;
        out.end()
    }
}

/// A connection for who picks one.
#[derive(Serialize)]
struct ChoiceOut<'a> {
    id: i64,
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    places: Vec<String>,
}

/// A type of connections, and what it asks for.
#[derive(Serialize)]
struct TypeOut {
    name: &'static str,
    title: &'static str,
    fields: Vec<Value>,
}

/// `GET /api/storage-connections/types`
pub(crate) async fn types(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
) -> ApiResult<Response> {
    let mut types = Vec::new();
    for provider in storages::offered(&services, &actor) {
        let fields = connections::fields(provider);
        if !fields.is_empty() {
            types.push(TypeOut {
                name: provider.kind(),
                title: provider.title(),
                fields: fields.into_iter().map(field_out).collect(),
            });
        }
    }
    answer::ok(&types)
}

/// `GET /api/storage-connections/`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationChange>,
) -> ApiResult<Response> {
    let rows = connections::list(&services, &organization).await?;
    answer::ok(
        &rows
            .iter()
            .map(|(row, number)| ConnectionOut(row, *number))
            .collect::<Vec<_>>(),
    )
}

/// `GET /api/projects/{id}/storage-connections`: those that its storages may use, by name
pub(crate) async fn of_project(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectChange>,
) -> ApiResult<Response> {
    let rows = connections::of_project(&services, &project).await?;
    let choices = rows.iter().map(|row| ChoiceOut {
        id: row.id,
        kind: &row.kind,
        title: &row.title,
        places: connections::places_of(row),
    });
    answer::ok(&choices.collect::<Vec<_>>())
}

/// `POST /api/storage-connections/`
pub(crate) async fn create(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::OrganizationChange>,
    _: Confirmed,
    strict: Strict,
    Body(body): Body<ConnectionIn>,
) -> ApiResult<Response> {
    let Some(kind) = body.kind.clone() else {
        let mut invalid = Invalid::field("type", "This field is required.");
        for name in body.fields.keys().filter(|_| strict.0) {
            invalid.add(name, UNREAD);
        }
        return Err(ServiceError::from(invalid).into());
    };
    let provider =
        storages::provider(&kind).map_err(|_| ApiError::field("type", "There are no connections of this type."))?;
    let change = body.into_change(provider, &strict)?;
    let (row, storages) = connections::create(&services, organization, &kind, change).await?;
    answer::created(&ConnectionOut(&row, storages))
}

/// `PATCH /api/storage-connections/{id}/`
pub(crate) async fn update(
    State(services): State<Services>,
    _: Confirmed,
    Access(connection, _): Access<ConnectionRow, can::OrganizationChange>,
    strict: Strict,
    Body(body): Body<ConnectionIn>,
) -> ApiResult<Response> {
    let known = &connection.row().kind;
    if body.kind.as_ref().is_some_and(|kind| kind != known) {
        return Err(ApiError::field("type", "A connection keeps its type."));
    }
    let change = body.into_change(storages::provider(known)?, &strict)?;
    let (row, storages) = connections::update(&services, connection, change).await?;
    answer::ok(&ConnectionOut(&row, storages))
}

/// `DELETE /api/storage-connections/{id}/`
pub(crate) async fn delete(
    State(services): State<Services>,
    _: Confirmed,
    Access(connection, _): Access<ConnectionRow, can::OrganizationChange>,
) -> ApiResult<Response> {
    connections::delete(&services, connection).await?;
    Ok(answer::no_content())
}
