//! Properties of answers and requests that not everybody reads or writes (SEC-118, SEC-119).
//!
//! What an answer holds at all is the list of fields of its wire model, so a new column of the database changes no answer.
//! This table says which of those fields ask for more than seeing the object. Who may not read one gets null, an
//! empty list or only their own part of it; from who may not write one it is not taken.

use crate::Action::{self, *};

/// One property of a kind of object.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// The kind: `project`, `task`, `annotation`, `draft`, `organization`.
    pub kind: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// What reading it asks for; none: seeing the object is enough.
    pub read: Option<Action>,
    /// What writing it asks for, besides changing the object; none: nothing.
    pub write: Option<Action>,
    /// What those see who may not read it.
    pub instead: &'static str,
}

const fn property(
    kind: &'static str,
    name: &'static str,
    read: Option<Action>,
    write: Option<Action>,
    instead: &'static str,
) -> Property {
    Property {
        kind,
        name,
        read,
        write,
        instead,
    }
}

/// The table.
pub const PROPERTIES: &[Property] = &[
    property("organization", "token", Some(Invite), None, "null"),
    property("project", "task_data_login", Some(ProjectChange), None, "null"),
    property(
        "project",
        "task_data_password_is_set",
        Some(ProjectChange),
        None,
        "false",
    ),
    property(
        "project",
        "finished_task_number",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "project",
        "num_tasks_with_annotations",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "project",
        "total_annotations_number",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "project",
        "useful_annotation_number",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "project",
        "skipped_annotations_number",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property("project", "ground_truth_number", Some(AnnotationViewOthers), None, "0"),
    property("project", "workspace", None, Some(WorkspaceChange), ""),
    property("task", "annotations", Some(AnnotationViewOthers), None, "their own"),
    property("task", "drafts", Some(AnnotationViewOthers), None, "their own"),
    property("task", "draft_exists", Some(AnnotationViewOthers), None, "their own"),
    property("task", "annotators", Some(AnnotationViewOthers), None, "themselves"),
    property("task", "annotations_ids", Some(AnnotationViewOthers), None, "their own"),
    property(
        "task",
        "annotations_results",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "task",
        "total_annotations",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "task",
        "cancelled_annotations",
        Some(AnnotationViewOthers),
        None,
        "their own",
    ),
    property(
        "task",
        "is_labeled",
        Some(AnnotationViewOthers),
        None,
        "whether they have",
    ),
    property("task", "completed_at", Some(AnnotationViewOthers), None, "their own"),
    property("task", "avg_lead_time", Some(AnnotationViewOthers), None, "their own"),
    property("task", "updated_by", Some(AnnotationViewOthers), None, "themselves"),
    property("annotation", "completed_by", None, Some(AnnotationChange), ""),
    property("annotation", "ground_truth", None, Some(AnnotationChange), ""),
    property(
        "annotation",
        "updated_by",
        Some(AnnotationViewOthers),
        None,
        "themselves, else null",
    ),
    property(
        "annotation",
        "last_created_by",
        Some(AnnotationViewOthers),
        None,
        "themselves, else null",
    ),
];

fn find(kind: &str, name: &str) -> Option<&'static Property> {
    PROPERTIES
        .iter()
        .find(|property| property.kind == kind && property.name == name)
}

/// What reading a property asks for besides seeing the object.
pub fn readable(kind: &str, name: &str) -> Option<Action> {
    find(kind, name).and_then(|property| property.read)
}

/// What writing a property asks for besides changing the object.
pub fn writable(kind: &str, name: &str) -> Option<Action> {
    find(kind, name).and_then(|property| property.write)
}
