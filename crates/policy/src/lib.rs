//! Who may do what: actors, actions, roles, and the permission matrix as one table (SEC-106).
//!
//! What is not listed in [`MATRIX`] is denied. Whether an object is visible at all (tenant, membership) is decided where
//! it is loaded; this room answers only "may this role do this".

mod matrix;

pub use matrix::{MATRIX, allows};

/// What somebody is in an organization (SEC-107).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Owns the organization; there is always one.
    Owner,
    /// Manages people and settings.
    Administrator,
    /// Manages projects.
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

    /// The word that the database and the API use.
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

    /// The role of a word; an unknown one has no rights.
    pub fn from_word(word: &str) -> Role {
        Role::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .unwrap_or(Role::Deactivated)
    }
}

/// What may be done to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Action {
    OrganizationView,
    OrganizationChange,
    /// The invitation link: see, reset.
    Invite,
    MemberView,
    MemberAdd,
    MemberRemove,
    /// Which kinds of API tokens are accepted.
    TokenSettings,
    ProjectView,
    ProjectCreate,
    ProjectChange,
    ProjectDelete,
    TaskView,
    TaskCreate,
    TaskChange,
    TaskDelete,
    /// Take tasks from the queue, annotate, keep drafts.
    Annotate,
    AnnotationView,
    /// Change or delete annotations of others.
    AnnotationChange,
    PredictionView,
    PredictionChange,
    Import,
    Export,
    /// See files that were uploaded to a project.
    MediaView,
}

impl Action {
    /// All actions, for tables and tests.
    pub const ALL: [Action; 23] = [
        Action::OrganizationView,
        Action::OrganizationChange,
        Action::Invite,
        Action::MemberView,
        Action::MemberAdd,
        Action::MemberRemove,
        Action::TokenSettings,
        Action::ProjectView,
        Action::ProjectCreate,
        Action::ProjectChange,
        Action::ProjectDelete,
        Action::TaskView,
        Action::TaskCreate,
        Action::TaskChange,
        Action::TaskDelete,
        Action::Annotate,
        Action::AnnotationView,
        Action::AnnotationChange,
        Action::PredictionView,
        Action::PredictionChange,
        Action::Import,
        Action::Export,
        Action::MediaView,
    ];
}

/// Somebody who has proven who they are.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account_id: i64,
    /// The organization in which they work now.
    pub organization_id: i64,
    /// Their role there.
    pub role: Role,
    /// The API token that proved them; none for a browser session.
    pub token_id: Option<i64>,
    /// E-mail address, lower case.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address of the client, for the audit trail.
    pub address: String,
}

impl Actor {
    /// Whether the role of the actor allows the action.
    pub fn may(&self, action: Action) -> bool {
        allows(self.role, action)
    }
}
