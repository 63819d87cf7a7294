//! Who works in a project, and with which role.

pub(crate) mod model;
mod roles;

pub(crate) use roles::{add_role, list_of_project, list_roles, remove_role};

use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use labelkeep_services::access::{Action, Granted, ProjectRow};
use labelkeep_services::project_members::{self as service, Choice};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};

use crate::extract::{Access, Body, Paging, Query, can};
use crate::wire::{answer, fmt_time};
use crate::{ApiError, ApiResult};
use model::{BulkIn, MembersQuery, ProjectMemberOut, bulk_roles};

/// Somebody.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserIn {
    user: i64,
}

/// `POST /api/projects/{id}/members/`
pub(crate) async fn add(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectMembers>,
    Body(body): Body<UserIn>,
) -> ApiResult<Response> {
    service::add(&services, project, Choice::one(body.user), Vec::new())
        .await
        .map_err(|error| named("user", error))?;
    answer::created(&body)
}

/// Whom a single request is about stands under its own field.
pub(crate) fn named(field: &str, error: ServiceError) -> ServiceError {
    match error {
        ServiceError::Invalid(mut invalid) => {
            for (name, _) in &mut invalid.fields {
                if name == "included" {
                    field.clone_into(name);
                }
            }
            invalid.into()
        }
        other => other,
    }
}

/// `?user=2`
#[derive(Debug, Deserialize)]
pub(crate) struct UserQuery {
    #[serde(default)]
    user: Option<i64>,
}

/// `DELETE /api/projects/{id}/members/`
pub(crate) async fn remove(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectMembers>,
    Query(query): Query<UserQuery>,
) -> ApiResult<Response> {
    let user = query
        .user
        .ok_or_else(|| ApiError::field("user", "This field is required."))?;
    service::remove(&services, project, Choice::one(user))
        .await
        .map_err(|error| named("user", error))?;
    Ok(answer::no_content())
}

#[derive(Serialize)]
struct BulkOut {
    assignments: u64,
    skipped_user_ids: Vec<i64>,
}

/// `POST /api/projects/{id}/members/bulk/`
pub(crate) async fn add_many(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectMembers>,
    Query(query): Query<MembersQuery>,
    Body(mut body): Body<BulkIn>,
) -> ApiResult<Response> {
    let choice = body.choice(&query)?;
    let done = service::add(&services, project, choice, bulk_roles(body.roles)?).await?;
    answer::created(&BulkOut {
        assignments: done.added,
        skipped_user_ids: done.skipped,
    })
}

#[derive(Serialize)]
struct DeletedOut {
    deleted: u64,
}

/// `DELETE /api/projects/{id}/members/bulk/`
pub(crate) async fn remove_many(
    State(services): State<Services>,
    Access(project, _): Access<ProjectRow, can::ProjectMembers>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    let deleted = service::remove(&services, project, query.choice()?).await?;
    answer::ok(&DeletedOut { deleted })
}

/// `GET /api/projects/{id}/members/paginated/`: for those who choose members, or who gets which tasks
pub(crate) async fn page(
    State(services): State<Services>,
    project: Access<ProjectRow, can::AssignAnnotators>,
    Query(query): Query<MembersQuery>,
    paging: Paging,
) -> ApiResult<Response> {
    let window = paging.window(20, 1_000, Some(MOST))?;
    let (wanted, order) = (query.wanted()?, query.order()?);
    let (offset, limit) = (window.offset(), window.limit());
    let page = service::page(&services, &project, query.implicit, &wanted, order, offset, limit).await?;
    let organization_id = project.row().organization_id;
    let members = page
        .members
        .into_iter()
        .map(|member| ProjectMemberOut::of(member, organization_id))
        .collect();
    answer::ok(&paging.answer(window, page.count, members)?)
}

/// Most rows of one answer.
const MOST: i64 = 100_000;
/// Rows that are read at once.
const STRETCH: i64 = 1_000;

/// `GET /api/projects/{id}/members/export/`: CSV
pub(crate) async fn export(
    State(services): State<Services>,
    project: Access<ProjectRow, can::ProjectMembers>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    let text = csv(&services, &project, &query).await?;
    let name = format!("attachment; filename=\"project-{}-members.csv\"", project.row().id);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, HttpBody::from(text)).into_response())
}

async fn csv(services: &Services, project: &Granted<ProjectRow>, query: &MembersQuery) -> ApiResult<String> {
    if !project.may(Action::MemberView) {
        return Err(ApiError::forbidden(
            "You do not have permission to perform this action.",
        ));
    }
    let (wanted, order) = (query.wanted()?, query.order()?);
    let mut text = "id,email,first_name,last_name,role,project_role,implicit_member,last_activity\r\n".to_owned();
    let mut offset = 0;
    while offset < MOST {
        let page = service::page(services, project, query.implicit, &wanted, order, offset, STRETCH).await?;
        let number = page.members.len() as i64;
        for member in page.members {
            let account = &member.profile.account;
            let cells = [
                account.id.to_string(),
                cell(&account.email),
                cell(&account.first_name),
                cell(&account.last_name),
                member.role.code().to_owned(),
                member.project_role.map_or("", |role| role.code()).to_owned(),
                member.implicit.to_string(),
                fmt_time(account.last_activity),
            ];
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        if number < STRETCH {
            break;
        }
        offset += number;
    }
    Ok(text)
}

/// A cell of CSV: in quotes, and with an apostrophe where a spreadsheet would run it (SEC-168).
fn cell(text: &str) -> String {
    let apostrophe = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn sec_168_names_are_no_formulas() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("Ada \"A\", B"), "\"Ada \"\"A\"\", B\"");
    }
}
