//! The organization.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::Granted;
use labelkeep_services::accounts::{self, OrganizationRow};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};

use crate::extract::{Authenticated, Body, InOrganization, PathId, can};
use crate::wire::{FieldChoice, Patch, Time, answer};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct Listed {
    id: i64,
    title: String,
    contact_info: Option<String>,
    created_at: Time,
}

#[derive(Serialize)]
struct Full {
    id: i64,
    title: String,
    /// Of the invitation link, for those who may see it.
    token: Option<String>,
    created_at: Time,
    updated_at: Time,
    contact_info: Option<String>,
    created_by: Option<i64>,
    users: Vec<i64>,
}

impl From<OrganizationRow> for Listed {
    fn from(row: OrganizationRow) -> Self {
        Listed {
            id: row.id,
            title: row.title,
            contact_info: row.contact_info,
            created_at: Time(row.created_at),
        }
    }
}

/// `GET /api/organizations/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    choice: FieldChoice,
) -> ApiResult<Response> {
    let rows = accounts::own_organizations(&services, &actor).await?;
    answer::json(
        StatusCode::OK,
        &choice,
        &rows.into_iter().map(Listed::from).collect::<Vec<_>>(),
    )
}

/// `POST /api/organizations/`: an installation for one team has one organization.
pub(crate) async fn create(_: Authenticated) -> ApiError {
    ApiError::forbidden("Organization creation is disabled on this server.")
}

/// The organization that the path names must be the one in which the caller works; others are not there.
pub(crate) fn same(organization: &Granted<i64>, id: i64) -> ApiResult<()> {
    if *organization.row() == id {
        Ok(())
    } else {
        Err(ServiceError::NotFound("Organization").into())
    }
}

/// `GET /api/organizations/{id}`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::OrganizationView>,
    PathId(id): PathId,
    choice: FieldChoice,
) -> ApiResult<Response> {
    same(&organization, id)?;
    answer::json(StatusCode::OK, &choice, &full(&services, &organization).await?)
}

/// Changes of an organization.
#[derive(Deserialize)]
pub(crate) struct OrganizationIn {
    #[serde(default)]
    title: Patch<String>,
    #[serde(default)]
    contact_info: Patch<String>,
}

/// `PATCH`, `PUT /api/organizations/{id}`
pub(crate) async fn update(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::OrganizationChange>,
    PathId(id): PathId,
    Body(body): Body<OrganizationIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    if body.title == Patch::Null {
        return Err(ApiError::field("title", "This field may not be null."));
    }
    let change = accounts::OrganizationChange {
        title: body.title.value(),
        contact_info: body.contact_info.into_option(),
    };
    accounts::change_organization(&services, organization.clone(), change).await?;
    answer::ok(&full(&services, &organization).await?)
}

async fn full(services: &Services, organization: &Granted<i64>) -> ApiResult<Full> {
    let (row, users, token) = accounts::own_organization(services, organization).await?;
    Ok(Full {
        id: row.id,
        title: row.title,
        token,
        created_at: Time(row.created_at),
        updated_at: Time(row.updated_at),
        contact_info: row.contact_info,
        created_by: row.created_by,
        users,
    })
}
