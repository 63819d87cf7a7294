//! Members on the wire, and which of them a request means.

use labelkeep_services::project_members::{Choice, Member, Order, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::accounts::model::UserOut;
use crate::{ApiError, ApiResult};

/// A person with their place in the organization (`LseUser`).
#[derive(Debug, Serialize)]
pub(crate) struct MemberOut {
    #[serde(flatten)]
    user: UserOut,
    organization_membership: MembershipOut,
    lse_fields: Map<String, Value>,
    pause: Option<()>,
}

#[derive(Debug, Serialize)]
struct MembershipOut {
    organization_id: i64,
    role: &'static str,
    active: bool,
}

impl MemberOut {
    pub(crate) fn of(member: Member, organization_id: i64) -> Self {
        MemberOut {
            organization_membership: MembershipOut {
                organization_id,
                role: member.role.code(),
                active: member.profile.account.is_active && member.role.rank() > 0,
            },
            user: member.profile.into(),
            lse_fields: Map::new(),
            pause: None,
        }
    }
}

/// A person who belongs to a project (`PaginatedProjectMember`).
#[derive(Debug, Serialize)]
pub(crate) struct ProjectMemberOut {
    #[serde(flatten)]
    member: MemberOut,
    implicit_member: bool,
    project_role: Option<&'static str>,
    project_role_source: Option<String>,
    tags: [(); 0],
    user_type: Option<()>,
}

impl ProjectMemberOut {
    pub(crate) fn of(mut member: Member, organization_id: i64) -> Self {
        ProjectMemberOut {
            implicit_member: member.implicit,
            project_role: member.project_role.map(|role| role.code()),
            project_role_source: member.project_role_source.take(),
            member: MemberOut::of(member, organization_id),
            tags: [],
            user_type: None,
        }
    }
}

/// Numbers with commas between them; none when nothing is said.
pub(crate) fn ids(field: &str, text: Option<&str>) -> ApiResult<Option<Vec<i64>>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    text.split(',')
        .map(|id| id.trim().parse())
        .collect::<Result<Vec<i64>, _>>()
        .map(Some)
        .map_err(|_| ApiError::field(field, "A valid integer is required."))
}

/// Which members a list shows, or a bulk action means.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct MembersQuery {
    #[serde(default)]
    pub(crate) ids: Option<String>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    pub(crate) implicit: Option<bool>,
    #[serde(default)]
    ordering: Option<String>,
    #[serde(default)]
    all: Option<bool>,
    #[serde(default)]
    included: Option<String>,
    #[serde(default)]
    excluded: Option<String>,
}

impl MembersQuery {
    /// The filters.
    pub(crate) fn wanted(&self) -> ApiResult<Wanted> {
        let codes = self.role.as_deref().unwrap_or_default();
        let words = codes
            .split(',')
            .map(str::trim)
            .filter(|code| !code.is_empty())
            .map(|code| crate::roles::role("role", code).map(|role| role.word()))
            .collect::<Result<_, _>>()
            .map_err(labelkeep_services::ServiceError::from)?;
        Ok(Wanted {
            ids: ids("ids", self.ids.as_deref())?,
            excluded: Vec::new(),
            search: self.search.clone(),
            roles: words,
        })
    }

    /// The order (SEC-120: a fixed list).
    pub(crate) fn order(&self) -> ApiResult<Order> {
        let text = self.ordering.as_deref().unwrap_or_default();
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        match name {
            "" | "email" => Ok(Order::Email(descending)),
            "id" => Ok(Order::Id(descending)),
            "last_activity" => Ok(Order::LastActivity(descending)),
            _ => Err(ApiError::field(
                "ordering",
                "Use email, id or last_activity, with - for descending.",
            )),
        }
    }

    /// The people of a bulk action whose choice is in the query.
    pub(crate) fn choice(&self) -> ApiResult<Choice> {
        let included = ids("included", self.included.as_deref())?;
        let all = self.all.unwrap_or(false);
        if !all && included.is_none() && self.ids.is_none() {
            return Err(ApiError::field("included", "Name people, or send all=true."));
        }
        let mut wanted = self.wanted()?;
        wanted.excluded = ids("excluded", self.excluded.as_deref())?.unwrap_or_default();
        let included = included.or(if all { None } else { wanted.ids.clone() });
        Ok(Choice {
            all,
            included: included.unwrap_or_default(),
            wanted,
        })
    }
}

/// The people of a bulk action whose choice is in the body.
#[derive(Debug, Deserialize)]
pub(crate) struct BulkIn {
    all: bool,
    #[serde(default)]
    included: Option<Vec<i64>>,
    #[serde(default)]
    excluded: Option<Vec<i64>>,
    #[serde(default)]
    pub(crate) roles: Option<Vec<BulkRoleIn>>,
}

/// A role for one of them.
#[derive(Debug, Deserialize)]
pub(crate) struct BulkRoleIn {
    pub(crate) user_id: i64,
    pub(crate) role: String,
}

impl BulkIn {
    /// With the filters of the query.
    pub(crate) fn choice(&mut self, query: &MembersQuery) -> ApiResult<Choice> {
        let mut wanted = query.wanted()?;
        wanted.excluded = self.excluded.take().unwrap_or_default();
        Ok(Choice {
            all: self.all,
            included: self.included.take().unwrap_or_default(),
            wanted,
        })
    }
}

/// The roles that bulk requests name.
pub(crate) fn bulk_roles(roles: Option<Vec<BulkRoleIn>>) -> ApiResult<Vec<(i64, labelkeep_services::access::Role)>> {
    Ok(roles
        .unwrap_or_default()
        .into_iter()
        .map(|one| Ok((one.user_id, crate::roles::role("roles", &one.role)?)))
        .collect::<Result<Vec<_>, labelkeep_services::Invalid>>()
        .map_err(labelkeep_services::ServiceError::from)?)
}
