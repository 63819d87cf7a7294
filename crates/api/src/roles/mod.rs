//! Roles of the organization: the preview, and turning them on and off. Ours; the reference has roles always.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::Role;
use labelkeep_services::roles::{self, Proposal};
use labelkeep_services::{Invalid, Services};
use serde::{Deserialize, Serialize};

use crate::accounts::model::initials;
use crate::accounts::organizations::same;
use crate::extract::{Body, Confirmed, InOrganization, Paging, PathId, can};
use crate::wire::{Paged, answer};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct PersonOut {
    id: i64,
    email: String,
    first_name: String,
    last_name: String,
    username: String,
    avatar: Option<String>,
    initials: String,
}

#[derive(Serialize)]
struct WorkedOut {
    id: i64,
    title: String,
    /// They made it.
    created: bool,
    /// They annotated in it.
    worked: bool,
}

#[derive(Serialize)]
struct ProposalOut {
    user: PersonOut,
    role: &'static str,
    proposed_role: &'static str,
    projects_count: i64,
    projects: Vec<WorkedOut>,
}

impl From<Proposal> for ProposalOut {
    fn from(proposal: Proposal) -> Self {
        let member = proposal.member;
        ProposalOut {
            role: proposal.role.code(),
            proposed_role: proposal.proposed.code(),
            projects_count: proposal.projects_count,
            projects: proposal
                .projects
                .into_iter()
                .map(|row| WorkedOut {
                    id: row.id,
                    title: row.title,
                    created: row.created == 1,
                    worked: row.worked == 1,
                })
                .collect(),
            user: PersonOut {
                id: member.id,
                initials: initials(&member.first_name, &member.last_name, &member.email),
                email: member.email,
                first_name: member.first_name,
                last_name: member.last_name,
                username: member.username,
                avatar: member.avatar.map(|name| format!("/data/avatars/{name}")),
            },
        }
    }
}

#[derive(Serialize)]
struct RoleOut {
    role: &'static str,
    name: &'static str,
    actions: Vec<&'static str>,
}

#[derive(Serialize)]
struct PreviewOut {
    roles_on: bool,
    default_role: &'static str,
    roles: Vec<RoleOut>,
    #[serde(flatten)]
    page: Paged<ProposalOut>,
}

/// `GET /api/organizations/{id}/roles-preview/`: who would be able to do what
pub(crate) async fn preview(
    State(services): State<Services>,
    organization: InOrganization<can::RolesManage>,
    PathId(id): PathId,
    paging: Paging,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let window = paging.window(100, 1_000, None)?;
    let preview = roles::preview(&services, &organization, window.offset(), window.limit()).await?;
    let abilities = roles::abilities(&organization).into_iter();
    let proposals = preview.proposals.into_iter().map(ProposalOut::from).collect();
    answer::ok(&PreviewOut {
        roles_on: roles::are_on(preview.default_role),
        default_role: preview.default_role.code(),
        roles: abilities
            .map(|(role, actions)| RoleOut {
                role: role.code(),
                name: role.name(),
                actions: actions.into_iter().map(|action| action.name()).collect(),
            })
            .collect(),
        page: paging.answer(window, preview.count, proposals)?,
    })
}

#[derive(Deserialize)]
struct NamedIn {
    user: i64,
    role: String,
}

/// On or off, and who gets which role.
#[derive(Deserialize)]
pub(crate) struct TurnIn {
    on: bool,
    #[serde(default)]
    roles: Option<Vec<NamedIn>>,
}

#[derive(Serialize)]
struct TurnedOut {
    on: bool,
    default_role: Option<&'static str>,
    members: u64,
    project_members: u64,
    projects_published: u64,
}

/// `POST /api/organizations/{id}/roles/`
pub(crate) async fn turn(
    State(services): State<Services>,
    InOrganization(organization, _): InOrganization<can::RolesManage>,
    _: Confirmed,
    PathId(id): PathId,
    Body(body): Body<TurnIn>,
) -> ApiResult<Response> {
    same(&organization, id)?;
    let named = body.roles.unwrap_or_default();
    if !body.on && !named.is_empty() {
        return Err(ApiError::field("roles", "Without roles everybody is Member."));
    }
    let turned = if body.on {
        let named = named
            .into_iter()
            .map(|named| Ok((named.user, role("roles", &named.role)?)))
            .collect::<Result<Vec<_>, Invalid>>()
            .map_err(labelkeep_services::ServiceError::from)?;
        roles::turn_on(&services, organization, named).await?
    } else {
        roles::turn_off(&services, organization).await?
    };
    answer::ok(&TurnedOut {
        on: body.on,
        default_role: turned.default_role.map(Role::code),
        members: turned.members,
        project_members: turned.project_members,
        projects_published: turned.projects_published,
    })
}

/// The role of a code that somebody has sent.
pub(crate) fn role(field: &str, code: &str) -> Result<Role, Invalid> {
    Role::from_code(code).ok_or_else(|| Invalid::field(field, format!("\"{code}\" is not a valid choice.")))
}
