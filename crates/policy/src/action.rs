//! Actions: what may be done to what.

/// Calls a macro with the name of every action, so that a list of them exists once.
#[macro_export]
macro_rules! for_each_action {
    ($callback:ident) => {
        $callback! {
            /// See the organization one works in.
            OrganizationView,
            /// Its name, contact, policies of sessions and passwords.
            OrganizationChange,
            /// The invitation link and personal invitations: see, make, reset, revoke.
            Invite,
            /// See who else is a member.
            MemberView,
            /// Add an account by API.
            MemberAdd,
            /// Roles, deactivation, one-time links, sessions, tokens and second factors of others.
            MemberManage,
            /// Take somebody out of the organization.
            MemberRemove,
            /// Turn roles on or off, and set what each role may do.
            RolesManage,
            /// Sign-in by other services, second factors that are required, directories.
            SecurityManage,
            /// Make API tokens.
            TokenCreate,
            /// Which kinds of API tokens are accepted, and how long they live.
            TokenSettings,
            /// Read the audit log.
            AuditView,
            /// Read the counts of visits and work.
            StatisticsView,
            /// See workspaces and their members.
            WorkspaceView,
            /// Make a shared workspace.
            WorkspaceCreate,
            /// Change a workspace, its members and its projects.
            WorkspaceChange,
            /// See a project with its settings.
            ProjectView,
            /// Make a project.
            ProjectCreate,
            /// Change the settings of a project, its configuration and its publication.
            ProjectChange,
            /// Delete a project with everything in it.
            ProjectDelete,
            /// Who works in a project, and with which role.
            ProjectMembers,
            /// Which annotators get which tasks.
            AssignAnnotators,
            /// Which reviewers get which tasks.
            AssignReviewers,
            /// Make views of the data manager for everybody, and change those.
            ViewShare,
            /// See tasks.
            TaskView,
            /// Add single tasks.
            TaskCreate,
            /// Change data and settings of tasks.
            TaskChange,
            /// Delete tasks with their annotations.
            TaskDelete,
            /// Take tasks from the queue, annotate, keep drafts.
            Annotate,
            /// See one's own annotations.
            AnnotationView,
            /// See annotations of others, and who made them.
            AnnotationViewOthers,
            /// Change or delete annotations of others.
            AnnotationChange,
            /// See predictions of models.
            PredictionView,
            /// Add, change and delete predictions.
            PredictionChange,
            /// Add tasks and files to a project, and see the list of its files.
            Import,
            /// Download tasks and annotations of a project.
            Export,
            /// See files that were uploaded to a project.
            MediaView,
        }
    };
}

macro_rules! define {
    ($($(#[doc = $about:literal])* $name:ident),+ $(,)?) => {
        /// What may be done to what.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[doc = $about])* $name),+ }

        impl Action {
            /// All actions, for tables and tests.
            pub const ALL: &[Action] = &[$(Action::$name),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name in documentation, settings and the audit log.
            pub fn name(self) -> &'static str {
                match self { $(Action::$name => stringify!($name)),+ }
            }

            /// What it means, in one sentence.
            pub fn about(self) -> &'static str {
                match self { $(Action::$name => concat!($($about),*).trim_ascii()),+ }
            }
        }
    };
}

for_each_action!(define);

impl Action {
    /// Whether the action only reads: what a read-only token may do (SEC-093).
    pub fn only_reads(self) -> bool {
        use Action::*;
        matches!(
            self,
            OrganizationView
                | MemberView
                | AuditView
                | StatisticsView
                | WorkspaceView
                | ProjectView
                | TaskView
                | AnnotationView
                | AnnotationViewOthers
                | PredictionView
                | MediaView
        )
    }
}
