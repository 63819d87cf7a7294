//! The table. One row an action: the roles that may do it.

use crate::Action::{self, *};
use crate::Role::{self, *};
use crate::role::Roles;

/// Everyone who manages projects.
const MANAGERS: &[Role] = &[Owner, Administrator, Manager, Member];
/// Everyone who checks work.
const REVIEWERS: &[Role] = &[Owner, Administrator, Manager, Reviewer, Member];
/// Everyone who works on tasks.
const WORKERS: &[Role] = &[Owner, Administrator, Manager, Reviewer, Annotator, Member];
/// Those who manage people and the installation.
const ADMINISTRATORS: &[Role] = &[Owner, Administrator];

/// (action, roles that may do it).
pub const MATRIX: &[(Action, &[Role])] = &[
    (OrganizationView, WORKERS),
    (OrganizationChange, ADMINISTRATORS),
    // Members cannot reset the link (SEC-088): that is for those who manage people.
    (Invite, ADMINISTRATORS),
    (MemberView, WORKERS),
    (MemberAdd, &[Owner, Administrator, Member]),
    (MemberManage, ADMINISTRATORS),
    (MemberRemove, &[Owner]),
    (RolesManage, &[Owner]),
    (SecurityManage, ADMINISTRATORS),
    (TokenCreate, WORKERS),
    (TokenSettings, ADMINISTRATORS),
    (AuditView, ADMINISTRATORS),
    (StatisticsView, ADMINISTRATORS),
    (WorkspaceView, WORKERS),
    (WorkspaceCreate, MANAGERS),
    (WorkspaceChange, MANAGERS),
    (ProjectView, WORKERS),
    (ProjectCreate, MANAGERS),
    (ProjectChange, MANAGERS),
    (ProjectDelete, MANAGERS),
    (ProjectMembers, MANAGERS),
    (AssignAnnotators, REVIEWERS),
    (AssignReviewers, MANAGERS),
    (ViewShare, MANAGERS),
    (TaskView, WORKERS),
    (TaskCreate, MANAGERS),
    (TaskChange, MANAGERS),
    (TaskDelete, MANAGERS),
    (Annotate, WORKERS),
    (AnnotationView, WORKERS),
    (AnnotationViewOthers, REVIEWERS),
    (AnnotationChange, REVIEWERS),
    (PredictionView, WORKERS),
    (PredictionChange, MANAGERS),
    (Import, MANAGERS),
    (Export, MANAGERS),
    (MediaView, WORKERS),
];

/// A permission that the owner can give to other roles than the table does.
#[derive(Debug, Clone, Copy)]
pub struct Switch {
    /// Its key on the wire.
    pub key: &'static str,
    /// What it is about.
    pub action: Action,
    /// Its name for people.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Where a page puts it.
    pub group: &'static str,
    /// Roles that it can be given to. The owner always has it.
    pub options: &'static [Role],
}

const ABOVE_ANNOTATOR: &[Role] = &[Administrator, Manager, Reviewer, Annotator];

/// The switches, in the order of the page.
pub const SWITCHES: &[Switch] = &[
    Switch {
        key: "invite_members",
        action: Invite,
        label: "Invite people",
        help: "Make, send and revoke invitations, never to a role above one's own.",
        group: "People",
        options: &[Administrator, Manager],
    },
    Switch {
        key: "create_tokens",
        action: TokenCreate,
        label: "Make API tokens",
        help: "Work with the API under one's own role.",
        group: "People",
        options: ABOVE_ANNOTATOR,
    },
    Switch {
        key: "export_data",
        action: Export,
        label: "Export",
        help: "Download tasks and annotations of a project.",
        group: "Data",
        options: ABOVE_ANNOTATOR,
    },
    Switch {
        key: "import_data",
        action: Import,
        label: "Import",
        help: "Add tasks and files to a project.",
        group: "Data",
        options: ABOVE_ANNOTATOR,
    },
    Switch {
        key: "view_others_annotations",
        action: AnnotationViewOthers,
        label: "See annotations of others",
        help: "See what colleagues have made, and who made it.",
        group: "Data",
        options: ABOVE_ANNOTATOR,
    },
    Switch {
        key: "delete_tasks",
        action: TaskDelete,
        label: "Delete tasks",
        help: "Delete tasks with their annotations.",
        group: "Projects",
        options: &[Administrator, Manager, Reviewer],
    },
    Switch {
        key: "delete_project",
        action: ProjectDelete,
        label: "Delete projects",
        help: "Delete a project with everything in it.",
        group: "Projects",
        options: &[Administrator, Manager],
    },
    Switch {
        key: "create_project",
        action: ProjectCreate,
        label: "Create projects",
        help: "Start new projects.",
        group: "Projects",
        options: &[Administrator, Manager],
    },
    Switch {
        key: "assign_annotators",
        action: AssignAnnotators,
        label: "Assign annotators",
        help: "Say who labels which tasks.",
        group: "Projects",
        options: &[Administrator, Manager, Reviewer],
    },
];

/// The rules of one organization: the table with what its owner has switched. What is not listed is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules([Roles; Action::COUNT]);

impl Default for Rules {
    fn default() -> Self {
        let mut rules = Rules([Roles::default(); Action::COUNT]);
        for (action, roles) in MATRIX {
            rules.0[*action as usize] = Roles::of(roles);
        }
        rules
    }
}

impl Rules {
    /// Gives a permission to exactly these roles, as far as its options allow. The owner keeps it, and *Member*, the role
    /// of organizations without roles, keeps what the table says.
    pub fn switch(&mut self, switch: &Switch, roles: Roles) {
        let fixed = Roles::of(&[Owner]).0 | (Roles::of(table(switch.action)).0 & Roles::of(&[Member]).0);
        self.0[switch.action as usize] = Roles((roles.0 & Roles::of(switch.options).0) | fixed);
    }

    /// Whether the role may do the action.
    pub fn allow(&self, role: Role, action: Action) -> bool {
        self.0[action as usize].contains(role)
    }

    /// Who may do the action.
    pub fn roles(&self, action: Action) -> Roles {
        self.0[action as usize]
    }
}

/// The roles of the table.
pub fn table(action: Action) -> &'static [Role] {
    MATRIX
        .iter()
        .find(|(listed, _)| *listed == action)
        .map_or(&[], |(_, roles)| roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_106_every_action_has_exactly_one_row() {
        for action in Action::ALL {
            assert_eq!(
                MATRIX.iter().filter(|(listed, _)| listed == action).count(),
                1,
                "{action:?}"
            );
        }
    }

    #[test]
    fn sec_107_the_deactivated_may_do_nothing_and_the_owner_everything() {
        let mut rules = Rules::default();
        for switch in SWITCHES {
            rules.switch(switch, Roles::of(&Role::ALL));
        }
        for action in Action::ALL {
            assert!(!rules.allow(Deactivated, *action), "{action:?}");
            assert!(rules.allow(Owner, *action), "{action:?}");
        }
    }

    #[test]
    fn a_switch_moves_one_permission_within_its_options() {
        let mut rules = Rules::default();
        let export = SWITCHES
            .iter()
            .find(|switch| switch.key == "export_data")
            .expect("there");
        rules.switch(export, Roles::of(&[Administrator]));
        assert!(rules.allow(Owner, Export) && rules.allow(Administrator, Export) && rules.allow(Member, Export));
        assert!(!rules.allow(Manager, Export) && !rules.allow(Annotator, Export));
        let invite = SWITCHES
            .iter()
            .find(|switch| switch.key == "invite_members")
            .expect("there");
        rules.switch(invite, Roles::of(&[Annotator, Manager]));
        assert!(rules.allow(Manager, Invite) && !rules.allow(Annotator, Invite) && !rules.allow(Member, Invite));
        assert!(!rules.allow(Administrator, Invite));
    }

    #[test]
    fn switches_start_as_the_table_says() {
        let mut rules = Rules::default();
        for switch in SWITCHES {
            rules.switch(switch, Roles::of(table(switch.action)));
        }
        assert_eq!(rules, Rules::default());
    }
}
