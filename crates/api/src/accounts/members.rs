//! Members of the organization.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use labelkeep_services::access::Role;
use labelkeep_services::accounts::{self, Member, MemberFilter, MemberOrder, MemberWish, PersonProject, RoleChange};
use labelkeep_services::{ServiceError, Services};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::invitations::role;
use super::model::UserOut;
use super::organizations::same;
use crate::extract::{Body, Confirmed, InOrganization, Paging, PathId, PathIds, Query, RawQuery, can, pairs};
use crate::wire::{Time, WRONG_TIME, answer, parse_time};
use crate::{ApiError, ApiResult, App};

#[derive(Serialize)]
struct ProjectName {
    id: i64,
    title: String,
}

fn names(projects: Option<Vec<PersonProject>>) -> Option<Vec<ProjectName>> {
    projects.map(|projects| {
        projects
            .into_iter()
            .map(|p| ProjectName {
                id: p.id,
                title: p.title,
            })
            .collect()
    })
}

/// A member in the list.
#[derive(Serialize)]
struct MemberOut {
    id: i64,
    organization: i64,
    role: &'static str,
    role_source: String,
    user_type: Option<()>,
    tags: [(); 0],
    active: bool,
    user: MemberUser,
    created_projects: Option<Vec<ProjectName>>,
    contributed_to_projects: Option<Vec<ProjectName>>,
}

#[derive(Serialize)]
struct MemberUser {
    #[serde(flatten)]
    user: UserOut,
    email_verified: bool,
}

impl MemberOut {
    fn new(organization: i64, member: Member) -> Self {
        MemberOut {
            id: member.profile.account.id,
            organization,
            role: member.role.code(),
            active: member.is_active(),
            role_source: member.role_source,
            user_type: None,
            tags: [],
            user: MemberUser {
                email_verified: member.profile.account.email_verified_at.is_some(),
                user: member.profile.into(),
            },
            created_projects: names(member.created),
            contributed_to_projects: names(member.contributed),
        }
    }
}

/// A member alone: the user is a number here.
#[derive(Serialize)]
struct DetailOut {
    user: i64,
    organization: i64,
    role: &'static str,
    role_source: String,
    active: bool,
    contributed_projects_count: i64,
    annotations_count: i64,
    created_at: Time,
    created_projects: Option<Vec<ProjectName>>,
    contributed_to_projects: Option<Vec<ProjectName>>,
}

/// What the list shows.
#[derive(Deserialize)]
pub(crate) struct MembersQuery {
    #[serde(default)]
    contributed_to_projects: Option<bool>,
    #[serde(default)]
    active: Option<bool>,
    #[serde(default)]
    search: String,
    #[serde(default)]
    ordering: String,
    #[serde(default, rename = "user__last_activity__gte")]
    seen_from: Option<String>,
    #[serde(default, rename = "user__last_activity__lte")]
    seen_to: Option<String>,
}

/// Members in one answer at most, for `page_size=-1`.
const ALL: i64 = 100_000;
/// What is looked for, in characters.
const LONGEST_SEARCH: usize = 255;

/// `GET /api/organizations/{id}/memberships`, and `…/memberships/search`
pub(crate) async fn list(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathId(id): PathId,
    Query(query): Query<MembersQuery>,
    RawQuery(text): RawQuery,
    paging: Paging,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let window = paging.window(20, 1_000, Some(ALL))?;
    let time = |name: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
        Some(text) => match parse_time(&text) {
            Some(at) => Ok(Some(at)),
            None => Err(ApiError::field(name, WRONG_TIME)),
        },
        None => Ok(None),
    };
    let wish = MemberWish {
        filter: MemberFilter {
            search: query
                .search
                .trim()
                .to_lowercase()
                .chars()
                .take(LONGEST_SEARCH)
                .collect(),
            roles: roles(text.as_deref().unwrap_or_default())?,
            active: query.active,
            seen_from: time("user__last_activity__gte", query.seen_from)?,
            seen_to: time("user__last_activity__lte", query.seen_to)?,
        },
        order: order(&query.ordering)?,
        with_projects: query.contributed_to_projects.unwrap_or(false),
        offset: window.offset(),
        limit: window.limit(),
    };
    let page = accounts::member_page(&services, &organization, wish).await?;
    let members = page
        .members
        .into_iter()
        .map(|member| MemberOut::new(id, member))
        .collect();
    answer::ok(&paging.answer(window, page.count, members)?)
}

/// The roles of `role=AN,RE&role=MA`, each once.
fn roles(query: &str) -> ApiResult<Vec<&'static str>> {
    let mut words = Vec::new();
    for (_, codes) in pairs(query).iter().filter(|(name, _)| name == "role") {
        for code in codes.split(',').map(str::trim).filter(|code| !code.is_empty()) {
            let word = role(code)?.word();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    Ok(words)
}

/// The order of a name, with a hyphen before it the other way. Names may have the `user__` of other clients.
fn order(text: &str) -> ApiResult<(MemberOrder, bool)> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    let order = match name.strip_prefix("user__").unwrap_or(name) {
        "" | "username" => MemberOrder::Username,
        "email" => MemberOrder::Email,
        "first_name" => MemberOrder::FirstName,
        "last_name" => MemberOrder::LastName,
        "name" => MemberOrder::Name,
        "last_activity" => MemberOrder::LastActivity,
        "date_joined" => MemberOrder::DateJoined,
        "role" => MemberOrder::Role,
        _ => {
            let text = format!("\"{}\" is not a valid choice.", &name[..name.floor_char_boundary(50)]);
            return Err(ApiError::field("ordering", text));
        }
    };
    Ok((order, descending))
}

/// A change of a membership.
#[derive(Deserialize)]
pub(crate) struct MembershipIn {
    user_id: i64,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    active: Option<bool>,
}

/// `PATCH /api/organizations/{id}/memberships`
pub(crate) async fn update(
    State(services): State<Services>,
    _: Confirmed,
    organization: InOrganization<can::MemberManage>,
    PathId(id): PathId,
    Body(body): Body<MembershipIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let change = match (body.role, body.active) {
        (Some(code), None) => RoleChange::To(role(&code)?),
        (None, Some(true)) => RoleChange::Back,
        (None, Some(false)) => RoleChange::To(Role::Deactivated),
        (None, None) => return Err(ApiError::field("role", "This field is required.")),
        (Some(_), Some(_)) => return Err(ApiError::field("active", "Send either role or active.")),
    };
    let member = accounts::change_role(&services, &organization, body.user_id, change).await?;
    answer::ok(&MemberOut::new(id, member))
}

/// Who is to own the organization.
#[derive(Deserialize)]
pub(crate) struct TransferIn {
    user_id: i64,
}

/// `POST /api/organizations/{id}/transfer-ownership/`
pub(crate) async fn transfer(
    State(services): State<Services>,
    _: Confirmed,
    organization: InOrganization<can::RolesManage>,
    PathId(id): PathId,
    Body(body): Body<TransferIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let member = accounts::transfer_ownership(&services, &organization, body.user_id).await?;
    answer::ok(&MemberOut::new(id, member))
}

#[derive(Serialize)]
struct DefaultRoleOut {
    organization: i64,
    default_role: &'static str,
}

/// What newcomers become.
#[derive(Deserialize)]
pub(crate) struct DefaultRoleIn {
    default_role: String,
}

/// `GET /api/organizations/{id}/set-default-role`
pub(crate) async fn default_role(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathId(id): PathId,
) -> ApiResult<Response> {
    same(&organization, id)?;
    answer::ok(&DefaultRoleOut {
        organization: id,
        default_role: accounts::default_role(&services, &organization).await?.code(),
    })
}

/// `PATCH /api/organizations/{id}/set-default-role`
pub(crate) async fn set_default_role(
    State(services): State<Services>,
    organization: InOrganization<can::MemberManage>,
    PathId(id): PathId,
    Body(body): Body<DefaultRoleIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let code = body.default_role.as_str();
    let role = Role::from_code(code)
        .ok_or_else(|| ApiError::field("default_role", format!("\"{code}\" is not a valid choice.")))?;
    accounts::set_default_role(&services, &organization, role).await?;
    answer::ok(&DefaultRoleOut {
        organization: id,
        default_role: role.code(),
    })
}

/// `GET /api/organizations/{id}/memberships/{user_id}/`
pub(crate) async fn read(
    State(services): State<Services>,
    organization: InOrganization<can::MemberView>,
    PathIds([id, user]): PathIds<2>,
    Query(query): Query<MembersQuery>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let projects = query.contributed_to_projects.unwrap_or(false);
    let member = accounts::member_detail(&services, &organization, user, projects).await?;
    answer::ok(&DetailOut {
        user: member.row.account_id,
        organization: id,
        role: Role::from_word(&member.row.role).code(),
        role_source: member.row.role_source,
        active: member.active,
        contributed_projects_count: member.contributed_projects,
        annotations_count: member.annotations,
        created_at: Time(member.row.created_at),
        created_projects: names(member.created),
        contributed_to_projects: names(member.contributed),
    })
}

/// `POST /api/organizations/{id}/memberships/{user_id}/erase/`: for good
pub(crate) async fn erase(
    State(app): State<App>,
    Confirmed(caller): Confirmed,
    InOrganization(organization, _): InOrganization<can::MemberManage>,
    PathIds([id, user]): PathIds<2>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    accounts::erase(&app.services, organization, &caller, user).await?;
    Ok(answer::no_content())
}

/// `DELETE /api/organizations/{id}/memberships/{user_id}/`
pub(crate) async fn remove(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::MemberView>,
    PathIds([id, user]): PathIds<2>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    match accounts::remove_member(&services, organization, user).await {
        Ok(()) => Ok(answer::no_content()),
        // Outside the envelope, as clients know it.
        Err(ServiceError::ReadOnly(detail)) => Err(ApiError::bare(
            StatusCode::METHOD_NOT_ALLOWED,
            json!({ "detail": detail }),
        )),
        Err(error) => Err(error.into()),
    }
}
