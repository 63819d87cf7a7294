//! Projects on the wire.

use labelkeep_services::access::{Action, Actor, ProjectRow, Role};
use labelkeep_services::projects::Change;
use labelkeep_services::sight::Seen;
use labelkeep_services::tasks::Person;
use labelkeep_services::workspaces::Assignment;
use serde::{Deserialize, Serialize};

use crate::wire::{Patch, Raw, Time, WRONG_TIME, not_null, parse_time};

/// What others see of the person who made a project.
#[derive(Debug, Serialize)]
pub(crate) struct CreatorOut<'a> {
    id: i64,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    avatar: Option<&'a str>,
}

impl<'a> CreatorOut<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        CreatorOut {
            id: person.id,
            first_name: &person.first_name,
            last_name: &person.last_name,
            email: &person.email,
            avatar: person.avatar.as_deref(),
        }
    }
}

/// A project.
#[derive(Debug, Serialize)]
pub(crate) struct ProjectOut<'a> {
    id: i64,
    title: &'a str,
    description: &'a str,
    label_config: &'a str,
    expert_instruction: &'a str,
    show_instruction: bool,
    show_skip_button: bool,
    enable_empty_annotation: bool,
    show_annotation_history: bool,
    organization: i64,
    color: &'a str,
    maximum_annotations: i64,
    is_published: bool,
    model_version: Option<&'a str>,
    is_draft: bool,
    created_by: Option<CreatorOut<'a>>,
    created_at: Time,
    min_annotations_to_start_training: i64,
    start_training_on_annotation_update: bool,
    show_collab_predictions: bool,
    num_tasks_with_annotations: i64,
    task_number: i64,
    useful_annotation_number: i64,
    ground_truth_number: i64,
    skipped_annotations_number: i64,
    total_annotations_number: i64,
    total_predictions_number: i64,
    sampling: &'a str,
    show_ground_truth_first: bool,
    annotator_evaluation_enabled: bool,
    show_overlap_first: bool,
    overlap_cohort_percentage: i64,
    task_data_login: Option<&'a str>,
    // Never in clear (SEC-191); whether one is set is told below.
    task_data_password: Option<()>,
    task_data_password_is_set: bool,
    control_weights: Raw<'a>,
    parsed_label_config: Raw<'a>,
    evaluate_predictions_automatically: bool,
    config_has_control_tags: bool,
    skip_queue: &'a str,
    reveal_preannotations_interactively: bool,
    pinned_at: Option<Time>,
    finished_task_number: i64,
    queue_total: i64,
    queue_done: i64,
    config_suitable_for_bulk_annotation: bool,
    state: Option<()>,
    workspace: Option<i64>,
    /// How tasks reach annotators: `automatic` or `manual`.
    assignment: &'a str,
    /// The same in the words of the enterprise client.
    assignment_settings: AssignmentOut,
    /// The server neither fetches, stores nor sends its media (SEC-192).
    never_touches_media: bool,
    /// What the caller is in the project.
    role: &'static str,
    /// What the caller may do there: names of actions. In lists where `include` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<&'static str>>,
}

#[derive(Debug, Serialize)]
struct AssignmentOut {
    label_stream_task_distribution: &'static str,
}

/// Assignment by the queue and by hand, as the enterprise client calls them.
const DISTRIBUTIONS: [(&str, Assignment); 2] = [
    ("auto_distribution", Assignment::Automatic),
    ("assigned_only", Assignment::Manual),
];

/// What the configuration of a project tells.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ConfigFacts {
    pub(crate) has_controls: bool,
    pub(crate) suitable_for_bulk: bool,
}

impl<'a> ProjectOut<'a> {
    pub(crate) fn of(seen: &'a Seen, creator: Option<&'a Person>, config: ConfigFacts) -> Self {
        let row = &seen.row;
        let (queue_total, queue_done) = seen.progress;
        ProjectOut {
            id: row.id,
            title: &row.title,
            description: &row.description,
            label_config: &row.label_config,
            expert_instruction: &row.expert_instruction,
            show_instruction: row.show_instruction,
            show_skip_button: row.show_skip_button,
            enable_empty_annotation: row.enable_empty_annotation,
            show_annotation_history: row.show_annotation_history,
            organization: row.organization_id,
            color: &row.color,
            maximum_annotations: row.maximum_annotations,
            is_published: row.is_published,
            model_version: row.model_version.as_deref(),
            is_draft: row.is_draft,
            created_by: creator.map(CreatorOut::of),
            created_at: Time(row.created_at),
            min_annotations_to_start_training: row.min_annotations_to_start_training,
            start_training_on_annotation_update: row.min_annotations_to_start_training > 0,
            show_collab_predictions: row.show_collab_predictions,
            num_tasks_with_annotations: row.num_tasks_with_annotations,
            task_number: row.task_number,
            useful_annotation_number: row.useful_annotation_number,
            ground_truth_number: row.ground_truth_number,
            skipped_annotations_number: row.skipped_annotations_number,
            total_annotations_number: row.total_annotations_number,
            total_predictions_number: row.total_predictions_number,
            sampling: &row.sampling,
            show_ground_truth_first: row.show_ground_truth_first,
            annotator_evaluation_enabled: row.annotator_evaluation_enabled,
            show_overlap_first: row.show_overlap_first,
            overlap_cohort_percentage: row.overlap_cohort_percentage,
            task_data_login: row.task_data_login.as_deref(),
            task_data_password: None,
            task_data_password_is_set: row.task_data_password.is_some(),
            control_weights: Raw(&row.control_weights),
            parsed_label_config: Raw(&row.parsed_label_config),
            evaluate_predictions_automatically: row.evaluate_predictions_automatically,
            config_has_control_tags: config.has_controls,
            skip_queue: &row.skip_queue,
            reveal_preannotations_interactively: row.reveal_preannotations_interactively,
            pinned_at: row.pinned_at.map(Time),
            finished_task_number: row.finished_task_number,
            queue_total,
            queue_done,
            config_suitable_for_bulk_annotation: config.suitable_for_bulk,
            state: None,
            workspace: row.workspace_id,
            assignment: &row.assignment,
            assignment_settings: AssignmentOut {
                label_stream_task_distribution: DISTRIBUTIONS
                    .iter()
                    .find(|(_, assignment)| assignment.word() == row.assignment)
                    .map_or("auto_distribution", |(name, _)| name),
            },
            never_touches_media: row.never_touches_media,
            role: seen.role.code(),
            permissions: None,
        }
    }
}

impl ProjectOut<'_> {
    /// With what the caller may do there.
    pub(crate) fn with_permissions(mut self, actor: &Actor, role: Role) -> Self {
        let may = Action::ALL.iter().filter(|action| actor.may_as(role, **action));
        self.permissions = Some(may.map(|action| action.name()).collect());
        self
    }
}

/// A project's counters alone.
#[derive(Debug, Serialize)]
pub(crate) struct CountsOut {
    id: i64,
    task_number: i64,
    finished_task_number: i64,
    total_predictions_number: i64,
    total_annotations_number: i64,
    num_tasks_with_annotations: i64,
    useful_annotation_number: i64,
    ground_truth_number: i64,
    skipped_annotations_number: i64,
}

impl CountsOut {
    pub(crate) fn of(row: &ProjectRow) -> Self {
        CountsOut {
            id: row.id,
            task_number: row.task_number,
            finished_task_number: row.finished_task_number,
            total_predictions_number: row.total_predictions_number,
            total_annotations_number: row.total_annotations_number,
            num_tasks_with_annotations: row.num_tasks_with_annotations,
            useful_annotation_number: row.useful_annotation_number,
            ground_truth_number: row.ground_truth_number,
            skipped_annotations_number: row.skipped_annotations_number,
        }
    }
}

/// A new project, or changes of one.
#[derive(Debug, Deserialize)]
pub(crate) struct ProjectIn {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    label_config: Option<String>,
    #[serde(default)]
    expert_instruction: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    show_instruction: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    show_skip_button: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    enable_empty_annotation: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    show_annotation_history: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    show_collab_predictions: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    reveal_preannotations_interactively: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    evaluate_predictions_automatically: Option<bool>,
    #[serde(default)]
    model_version: Patch<String>,
    #[serde(default, deserialize_with = "not_null")]
    maximum_annotations: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    overlap_cohort_percentage: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    show_overlap_first: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    show_ground_truth_first: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    annotator_evaluation_enabled: Option<bool>,
    #[serde(default)]
    sampling: Option<String>,
    #[serde(default)]
    skip_queue: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    min_annotations_to_start_training: Option<i64>,
    #[serde(default, deserialize_with = "not_null")]
    start_training_on_annotation_update: Option<bool>,
    #[serde(default)]
    task_data_login: Patch<String>,
    #[serde(default)]
    task_data_password: Patch<String>,
    #[serde(default)]
    control_weights: Option<serde_json::Value>,
    #[serde(default)]
    color: Option<String>,
    #[serde(default, deserialize_with = "not_null")]
    is_published: Option<bool>,
    #[serde(default, deserialize_with = "not_null")]
    is_draft: Option<bool>,
    #[serde(default)]
    pinned_at: Patch<String>,
    #[serde(default)]
    workspace: Patch<i64>,
    #[serde(default, deserialize_with = "not_null")]
    assignment: Option<String>,
    #[serde(default)]
    assignment_settings: Option<AssignmentIn>,
    #[serde(default, deserialize_with = "not_null")]
    never_touches_media: Option<bool>,
}

/// Assignment in the words of the enterprise client.
#[derive(Debug, Deserialize)]
struct AssignmentIn {
    #[serde(default)]
    label_stream_task_distribution: Option<String>,
}

impl ProjectIn {
    fn assignment(&self) -> Result<Option<Assignment>, crate::ApiError> {
        let wrong =
            |field: &str, text: &str| crate::ApiError::field(field, format!("\"{text}\" is not a valid choice."));
        if let Some(word) = &self.assignment {
            let known = DISTRIBUTIONS.iter().find(|(_, assignment)| assignment.word() == word);
            return known.map_or_else(
                || Err(wrong("assignment", word)),
                |(_, assignment)| Ok(Some(*assignment)),
            );
        }
        let Some(name) = self
            .assignment_settings
            .as_ref()
            .and_then(|settings| settings.label_stream_task_distribution.as_deref())
        else {
            return Ok(None);
        };
        let known = DISTRIBUTIONS.iter().find(|(known, _)| *known == name);
        known.map_or_else(
            || Err(wrong("assignment_settings", name)),
            |(_, assignment)| Ok(Some(*assignment)),
        )
    }
}

impl ProjectIn {
    pub(crate) fn into_change(self) -> Result<Change, crate::ApiError> {
        let assignment = self.assignment()?;
        let pinned_at = match self.pinned_at.into_option() {
            Some(Some(text)) if !text.is_empty() => Some(Some(
                parse_time(&text).ok_or_else(|| crate::ApiError::field("pinned_at", WRONG_TIME))?,
            )),
            Some(_) => Some(None),
            None => None,
        };
        let training = self.start_training_on_annotation_update.map(i64::from);
        Ok(Change {
            title: self.title.map(trimmed),
            description: self.description.map(trimmed),
            label_config: self.label_config,
            expert_instruction: self.expert_instruction,
            show_instruction: self.show_instruction,
            show_skip_button: self.show_skip_button,
            enable_empty_annotation: self.enable_empty_annotation,
            show_annotation_history: self.show_annotation_history,
            show_collab_predictions: self.show_collab_predictions,
            reveal_preannotations_interactively: self.reveal_preannotations_interactively,
            evaluate_predictions_automatically: self.evaluate_predictions_automatically,
            model_version: self.model_version.into_option(),
            maximum_annotations: self.maximum_annotations,
            overlap_cohort_percentage: self.overlap_cohort_percentage,
            show_overlap_first: self.show_overlap_first,
            show_ground_truth_first: self.show_ground_truth_first,
            annotator_evaluation_enabled: self.annotator_evaluation_enabled,
            sampling: self.sampling,
            skip_queue: self.skip_queue,
            min_annotations_to_start_training: self.min_annotations_to_start_training.or(training),
            task_data_login: self.task_data_login.into_option(),
            task_data_password: self.task_data_password.into_option(),
            control_weights: self.control_weights,
            color: self.color,
            is_published: self.is_published,
            is_draft: self.is_draft,
            pinned_at,
            workspace: self.workspace.into_option(),
            assignment,
            never_touches_media: self.never_touches_media,
        })
    }
}

/// Text without the space around it, as people mean it.
fn trimmed(text: String) -> String {
    text.trim().to_owned()
}
