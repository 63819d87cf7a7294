//! Which projects somebody sees. The one condition that every look-up of a project, or of what hangs on one, carries
//! (SEC-108, SEC-117): the tenant, personal workspaces, and membership for roles that do not reach everything.

use labelkeep_policy::Viewer;

use crate::args;
use crate::args::Args;

/// The condition on a table that is named `project`. Numbered placeholders can be used again; with `?` the arguments are
/// those of [`repeated`].
macro_rules! visible {
    ($organization:literal, $account:literal, $all:literal, $unpublished:literal) => {
        concat!(
            "project.organization_id = ",
            $organization,
            " AND project.deleted_at IS NULL AND (project.sandbox_of IS NULL OR project.sandbox_of = ",
            $account,
            ") AND (",
            $all,
            " OR project.created_by = ",
            $account,
            " OR ((project.is_published OR ",
            $unpublished,
            ") AND (EXISTS (SELECT 1 FROM project_member WHERE project_member.project_id = project.id
                    AND project_member.account_id = ",
            $account,
            ") OR EXISTS (SELECT 1 FROM workspace_member WHERE workspace_member.workspace_id = project.workspace_id
                    AND workspace_member.account_id = ",
            $account,
            "))))"
        )
    };
    // The first four arguments are those of `numbered`.
    () => {
        $crate::visible::visible!("$1", "$2", "$3", "$4")
    };
}
pub(crate) use visible;

/// The condition for assembled statements.
pub(crate) const CONDITION: &str = visible!("?", "?", "?", "?");

/// `$1` to `$4` of the condition, and then the query's own.
pub(crate) fn numbered(viewer: &Viewer, own: Args) -> Args {
    let mut args = args![
        viewer.organization_id,
        viewer.account_id,
        viewer.all_projects,
        viewer.unpublished
    ];
    args.extend(own);
    args
}

/// The arguments of [`CONDITION`].
pub(crate) fn repeated(viewer: &Viewer) -> Args {
    args![
        viewer.organization_id,
        viewer.account_id,
        viewer.all_projects,
        viewer.account_id,
        viewer.unpublished,
        viewer.account_id,
        viewer.account_id
    ]
}
