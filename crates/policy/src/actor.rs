//! Somebody who has proven who they are, and how far that proof goes.

use std::sync::Arc;

use crate::{Action, Role, Rules};

/// What an API token may do of what its user may do (SEC-093). A browser session has no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Change something.
    pub write: bool,
    /// Export.
    pub export: bool,
    /// In these projects only; empty: in all.
    pub projects: Vec<i64>,
}

impl Default for Scope {
    fn default() -> Self {
        Scope {
            write: true,
            export: true,
            projects: Vec::new(),
        }
    }
}

impl Scope {
    /// Whether a token of this scope may do the action at all.
    pub fn allows(&self, action: Action) -> bool {
        if action == Action::Export {
            return self.export;
        }
        self.write || action.only_reads()
    }

    /// Whether it reaches the project.
    pub fn reaches(&self, project_id: i64) -> bool {
        self.projects.is_empty() || self.projects.contains(&project_id)
    }

    /// Whether it may change what belongs to the account itself: profile, sessions, tokens.
    pub fn changes_account(&self) -> bool {
        self.write && self.projects.is_empty()
    }

    /// Whether `other` gives nothing that this does not give: no token makes a stronger one (SEC-104).
    pub fn covers(&self, other: &Scope) -> bool {
        let projects = self.projects.is_empty()
            || (!other.projects.is_empty() && other.projects.iter().all(|id| self.projects.contains(id)));
        (self.write || !other.write) && (self.export || !other.export) && projects
    }
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
    /// What roles may do there.
    pub rules: Arc<Rules>,
    /// The API token that proved them; none for a browser session.
    pub token_id: Option<i64>,
    /// How far the token goes.
    pub scope: Scope,
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
    /// Whether the actor may do the action in their organization.
    pub fn may(&self, action: Action) -> bool {
        self.may_as(self.role, action)
    }

    /// Whether the actor may do the action where they have `role`.
    pub fn may_as(&self, role: Role, action: Action) -> bool {
        self.rules.allow(role, action) && self.scope.allows(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(write: bool, export: bool, projects: &[i64]) -> Scope {
        Scope {
            write,
            export,
            projects: projects.to_vec(),
        }
    }

    #[test]
    fn sec_093_a_scope_bounds_what_a_token_may_do() {
        let reader = scope(false, false, &[7]);
        assert!(reader.allows(Action::TaskView) && reader.reaches(7));
        assert!(!reader.allows(Action::Annotate) && !reader.allows(Action::Export) && !reader.reaches(8));
        assert!(scope(false, true, &[]).allows(Action::Export));
        assert!(!scope(true, false, &[]).allows(Action::Export));
        assert!(Scope::default().changes_account());
        assert!(!scope(true, true, &[7]).changes_account() && !scope(false, true, &[]).changes_account());
    }

    #[test]
    fn sec_104_no_scope_covers_a_wider_one() {
        let all = Scope::default();
        assert!(all.covers(&scope(false, false, &[1])));
        assert!(!scope(false, true, &[]).covers(&all));
        assert!(!scope(true, true, &[1]).covers(&all));
        assert!(scope(true, true, &[1, 2]).covers(&scope(true, false, &[2])));
        assert!(!scope(true, true, &[1]).covers(&scope(true, true, &[1, 2])));
    }
}
