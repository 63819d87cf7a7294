//! From groups of the provider to what somebody is here, by an explicit table: groups that it does not name give nothing
//! (SEC-081).

use labelkeep_policy::Role;
use labelkeep_store::Tx;
use labelkeep_store::accounts::identities as store;
use labelkeep_store::audit::Origin;
use serde::{Deserialize, Serialize};

use crate::accounts::set_role;
use crate::{Invalid, Result, Services};

/// The table of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Code of a role and group; of several that match the strongest counts.
    pub roles_groups: Vec<(String, String)>,
    /// Title of a shared workspace and group.
    pub workspaces_groups: Vec<(String, String)>,
    /// Projects.
    pub projects_groups: Vec<ProjectGroup>,
    /// Roles are given by hand; the table's roles count for nobody.
    pub manual_role_management: bool,
}

/// Who belongs to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectGroup {
    /// The group.
    pub group: String,
    /// The project.
    pub project_id: i64,
    /// `Inherit`, `Annotator` or `Reviewer`.
    #[serde(default = "inherit")]
    pub role: String,
}

fn inherit() -> String {
    "Inherit".to_owned()
}

/// Most rows of each list.
const MOST: usize = 500;
/// Longest name of a group.
const MAX_GROUP: usize = 1_024;

impl Mapping {
    /// Changes it; what is `None` stays.
    pub(crate) fn change(
        &mut self,
        roles: Option<Vec<(String, String)>>,
        workspaces: Option<Vec<(String, String)>>,
        projects: Option<Vec<ProjectGroup>>,
        manual: Option<bool>,
    ) {
        if let Some(roles) = roles {
            self.roles_groups = roles;
        }
        if let Some(workspaces) = workspaces {
            self.workspaces_groups = workspaces;
        }
        if let Some(projects) = projects {
            self.projects_groups = projects;
        }
        self.manual_role_management = manual.unwrap_or(self.manual_role_management);
    }

    /// Finds what is wrong with it.
    pub(crate) fn check(&self, errors: &mut Invalid) {
        let group_fits = |group: &String| !group.trim().is_empty() && group.len() <= MAX_GROUP;
        for (code, group) in &self.roles_groups {
            // Who owns the installation is not decided elsewhere.
            let role = Role::from_code(code).filter(|role| Role::ASSIGNABLE.contains(role) || *role == Role::Member);
            if role.is_none() || role == Some(Role::Deactivated) {
                errors.add("roles_groups", "A role is one of AD MA RE AN ME.");
            }
            if !group_fits(group) {
                errors.add("roles_groups", "A group has a name of at most 1024 characters.");
            }
        }
        if !self.workspaces_groups.iter().all(|(_, group)| group_fits(group)) {
            errors.add("workspaces_groups", "A group has a name of at most 1024 characters.");
        }
        for entry in &self.projects_groups {
            if !group_fits(&entry.group) || !matches!(entry.role.as_str(), "Inherit" | "Annotator" | "Reviewer") {
                let text = "Each needs a group, a project_id, and a role: Inherit, Annotator or Reviewer.";
                errors.add("projects_groups", text);
            }
        }
        let longest = self
            .roles_groups
            .len()
            .max(self.workspaces_groups.len())
            .max(self.projects_groups.len());
        if longest > MOST {
            errors.add("roles_groups", format!("Lists have at most {MOST} rows."));
        }
    }

    /// The strongest role that the groups give.
    fn role(&self, groups: &[String]) -> Option<Role> {
        if self.manual_role_management {
            return None;
        }
        self.roles_groups
            .iter()
            .filter(|(_, group)| groups.contains(group))
            .filter_map(|(code, _)| Role::from_code(code))
            .filter(|role| *role != Role::Owner)
            .max_by_key(|role| role.rank())
    }

    /// The role of somebody who is new.
    pub(crate) fn first_role(&self, groups: &[String], default_role: &str) -> Role {
        self.role(groups).unwrap_or_else(|| lowest(default_role))
    }

    /// Brings a member's role, workspaces and projects up to date. Owners stay what they are, and so does a role that was
    /// given by hand to somebody whom the table does not name. A change of role is put on record as the work of `origin`.
    pub(crate) async fn apply(
        &self,
        tx: &mut Tx,
        member: &Subject<'_>,
        services: &Services,
        origin: &Origin,
    ) -> Result<()> {
        let Subject {
            organization_id,
            account_id,
            source,
            ..
        } = *member;
        let now = services.now();
        let held = Role::from_word(member.role);
        let wanted = self.role(member.groups).or_else(|| {
            let ours = member.role_source == source && !self.manual_role_management;
            ours.then(|| lowest(member.default_role))
        });
        if let Some(role) = wanted.filter(|role| *role != held && held != Role::Owner) {
            set_role(tx, origin, organization_id, account_id, held, role, source, now).await?;
        }
        let mut workspaces: Vec<(&str, bool)> = Vec::new();
        for (title, group) in &self.workspaces_groups {
            let inside = member.groups.contains(group);
            match workspaces.iter_mut().find(|(known, _)| *known == title.as_str()) {
                Some(entry) => entry.1 |= inside,
                None => workspaces.push((title, inside)),
            }
        }
        for (title, inside) in workspaces {
            store::set_workspace(tx, organization_id, title, account_id, inside, now).await?;
        }
        store::clear_projects(tx, organization_id, account_id, source).await?;
        for entry in self
            .projects_groups
            .iter()
            .filter(|entry| member.groups.contains(&entry.group))
        {
            let role = match entry.role.as_str() {
                "Annotator" => Some(Role::Annotator.word()),
                "Reviewer" => Some(Role::Reviewer.word()),
                _ => None,
            };
            store::add_to_project(tx, organization_id, entry.project_id, account_id, role, source, now).await?;
        }
        Ok(())
    }
}

/// Whom a table is applied to.
pub(crate) struct Subject<'a> {
    pub(crate) organization_id: i64,
    pub(crate) account_id: i64,
    pub(crate) role: &'a str,
    pub(crate) role_source: &'a str,
    pub(crate) default_role: &'a str,
    pub(crate) groups: &'a [String],
    /// Who gives: `oidc`, `ldap` or `scim`.
    pub(crate) source: &'static str,
}

/// The lowest role of an organization: *Member* as long as it has no roles, *Annotator* then.
fn lowest(default_role: &str) -> Role {
    match Role::from_word(default_role) {
        Role::Member => Role::Member,
        _ => Role::Annotator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        let pair = |code: &str, group: &str| (code.to_owned(), group.to_owned());
        Mapping {
            roles_groups: vec![pair("AN", "all"), pair("AD", "admins"), pair("OW", "bosses")],
            ..Mapping::default()
        }
    }

    #[test]
    fn sec_081_unmapped_groups_give_the_lowest_role() {
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(mapping().first_role(&groups(&["others"]), "annotator"), Role::Annotator);
        assert_eq!(mapping().first_role(&groups(&["others"]), "reviewer"), Role::Annotator);
        assert_eq!(
            mapping().first_role(&groups(&["all", "admins"]), "annotator"),
            Role::Administrator
        );
        assert_eq!(mapping().first_role(&groups(&["bosses"]), "annotator"), Role::Annotator);
        assert_eq!(mapping().first_role(&groups(&["ADMINS"]), "member"), Role::Member);
    }

    #[test]
    fn nobody_becomes_owner_by_a_table() {
        let mut errors = Invalid::default();
        mapping().check(&mut errors);
        assert!(errors.into_result().is_err());
    }
}
