//! The table. One row an action: the roles that may do it.

use crate::Action::{self, *};
use crate::Role::{self, *};

/// Everyone who manages projects.
const MANAGERS: &[Role] = &[Owner, Administrator, Manager, Member];
/// Everyone who works on tasks.
const WORKERS: &[Role] = &[Owner, Administrator, Manager, Reviewer, Annotator, Member];

/// (action, roles that may do it).
pub const MATRIX: &[(Action, &[Role])] = &[
    (OrganizationView, WORKERS),
    (OrganizationChange, &[Owner, Administrator]),
    // Members cannot reset the link (SEC-088): that is for those who manage people.
    (Invite, &[Owner, Administrator]),
    (MemberView, WORKERS),
    (MemberAdd, &[Owner, Administrator, Member]),
    (MemberRemove, &[Owner]),
    (TokenSettings, &[Owner, Administrator]),
    (ProjectView, WORKERS),
    (ProjectCreate, MANAGERS),
    (ProjectChange, MANAGERS),
    (ProjectDelete, MANAGERS),
    (TaskView, WORKERS),
    (TaskCreate, MANAGERS),
    (TaskChange, MANAGERS),
    (TaskDelete, MANAGERS),
    (Annotate, WORKERS),
    (AnnotationView, WORKERS),
    (AnnotationChange, &[Owner, Administrator, Manager, Reviewer, Member]),
    (PredictionView, WORKERS),
    (PredictionChange, MANAGERS),
    (Import, MANAGERS),
    (Export, MANAGERS),
    (MediaView, WORKERS),
];

/// Whether the role may do the action; what the table does not list is denied.
pub fn allows(role: Role, action: Action) -> bool {
    MATRIX
        .iter()
        .any(|(listed, roles)| *listed == action && roles.contains(&role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_106_every_action_has_exactly_one_row() {
        for action in Action::ALL {
            assert_eq!(
                MATRIX.iter().filter(|(listed, _)| *listed == action).count(),
                1,
                "{action:?}"
            );
        }
    }

    #[test]
    fn sec_107_the_deactivated_may_do_nothing_and_the_owner_everything() {
        for action in Action::ALL {
            assert!(!allows(Role::Deactivated, action), "{action:?}");
            assert!(allows(Role::Owner, action), "{action:?}");
        }
    }
}
