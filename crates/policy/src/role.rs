//! Roles and sets of roles.

/// What somebody is in an organization (SEC-107).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the organization; there is always one.
    Owner,
    /// Manages people and settings.
    Administrator,
    /// Manages the projects they belong to.
    Manager,
    /// Checks annotations.
    Reviewer,
    /// Labels.
    Annotator,
    /// Everybody in an organization that has not turned roles on: every permission except those of the owner, so that
    /// existing scripts keep working.
    Member,
    /// May do nothing.
    Deactivated,
}

impl Role {
    /// All roles, for tables and tests.
    pub const ALL: [Role; 7] = [
        Role::Owner,
        Role::Administrator,
        Role::Manager,
        Role::Reviewer,
        Role::Annotator,
        Role::Member,
        Role::Deactivated,
    ];

    /// Roles that an administrator can give, the strongest first.
    pub const ASSIGNABLE: [Role; 5] = [
        Role::Administrator,
        Role::Manager,
        Role::Reviewer,
        Role::Annotator,
        Role::Deactivated,
    ];

    /// The word that the database uses.
    pub fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Administrator => "administrator",
            Role::Manager => "manager",
            Role::Reviewer => "reviewer",
            Role::Annotator => "annotator",
            Role::Member => "member",
            Role::Deactivated => "deactivated",
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Role::Owner => "Owner",
            Role::Administrator => "Administrator",
            Role::Manager => "Manager",
            Role::Reviewer => "Reviewer",
            Role::Annotator => "Annotator",
            Role::Member => "Member",
            Role::Deactivated => "Deactivated",
        }
    }

    /// The role of a word; an unknown one has no rights.
    pub fn from_word(word: &str) -> Role {
        Role::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .unwrap_or(Role::Deactivated)
    }

    /// The two letters of the API (`OrganizationRoleEnum`; *Member* is ours).
    pub fn code(self) -> &'static str {
        match self {
            Role::Owner => "OW",
            Role::Administrator => "AD",
            Role::Manager => "MA",
            Role::Reviewer => "RE",
            Role::Annotator => "AN",
            Role::Member => "ME",
            Role::Deactivated => "DI",
        }
    }

    /// The role of a code.
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.code() == code)
    }

    /// How much the role weighs: nobody grants a role above their own or edits somebody above them (SEC-114).
    pub fn rank(self) -> u8 {
        match self {
            Role::Owner => 6,
            Role::Administrator => 5,
            Role::Member | Role::Manager => 4,
            Role::Reviewer => 3,
            Role::Annotator => 2,
            Role::Deactivated => 0,
        }
    }

    /// Whether the role reaches every shared project of its organization without being a member of it.
    pub fn reaches_all_projects(self) -> bool {
        matches!(self, Role::Owner | Role::Administrator | Role::Member)
    }

    /// Whether a project may give its holder another of the two: *Reviewer* and *Annotator* can be exchanged project by
    /// project, stronger roles cannot be lowered.
    pub fn differs_by_project(self) -> bool {
        matches!(self, Role::Reviewer | Role::Annotator)
    }

    pub(crate) fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(pub(crate) u8);

impl Roles {
    /// The set of these.
    pub fn of(roles: &[Role]) -> Roles {
        Roles(roles.iter().fold(0, |bits, role| bits | role.bit()))
    }

    /// Whether it contains the role.
    pub fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Its roles, the strongest first.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_lead_back_to_their_roles() {
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), role);
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_word("king"), Role::Deactivated);
        assert_eq!(Role::from_code("XX"), None);
    }
}
