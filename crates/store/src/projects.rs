//! Projects and their counters.

use labelkeep_policy::Viewer;

use crate::args::Args;
use crate::builder::{Parts, like_escape};
use crate::db::Dialect;
use crate::visible::{self, numbered, visible};
use crate::{Db, Result, Tx, args, row};

row! {
    /// A project with its counters. Column for column the table, so that `SELECT project.*` reads it.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)] // The fields are those of the compatible API; the migration says what is ours.
    pub struct ProjectRow {
        pub id: i64,
        pub organization_id: i64,
        pub title: String,
        pub description: String,
        pub label_config: String,
        pub parsed_label_config: String,
        pub control_weights: String,
        pub expert_instruction: String,
        pub show_instruction: bool,
        pub show_skip_button: bool,
        pub enable_empty_annotation: bool,
        pub show_annotation_history: bool,
        pub show_collab_predictions: bool,
        pub reveal_preannotations_interactively: bool,
        pub evaluate_predictions_automatically: bool,
        pub model_version: Option<String>,
        pub maximum_annotations: i64,
        pub overlap_cohort_percentage: i64,
        pub show_overlap_first: bool,
        pub show_ground_truth_first: bool,
        pub annotator_evaluation_enabled: bool,
        pub sampling: String,
        pub skip_queue: String,
        pub min_annotations_to_start_training: i64,
        pub task_data_login: Option<String>,
        pub task_data_password: Option<Vec<u8>>,
        pub color: String,
        pub is_published: bool,
        pub is_draft: bool,
        pub pinned_at: Option<i64>,
        pub created_by: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
        pub last_inner_id: i64,
        pub task_number: i64,
        pub finished_task_number: i64,
        pub num_tasks_with_annotations: i64,
        pub total_annotations_number: i64,
        pub total_predictions_number: i64,
        pub useful_annotation_number: i64,
        pub ground_truth_number: i64,
        pub skipped_annotations_number: i64,
        pub workspace_id: Option<i64>,
        pub sandbox_of: Option<i64>,
        /// The server neither fetches, stores nor sends its media.
        pub never_touches_media: bool,
        /// automatic | manual
        pub assignment: String,
    }
}

row! {
    /// What handing out tasks and taking annotations need of a project.
    #[derive(Debug, Clone)]
    #[allow(missing_docs)]
    pub struct WorkRules {
        pub id: i64,
        pub model_version: Option<String>,
        pub maximum_annotations: i64,
        pub show_overlap_first: bool,
        pub annotator_evaluation_enabled: bool,
        pub sampling: String,
        pub skip_queue: String,
        /// automatic | manual
        pub assignment: String,
    }
}

row! {
    /// What one person has done in a project.
    #[derive(Debug, Clone, Default)]
    pub struct ProgressRow {
        /// The project.
        pub project_id: i64,
        /// Tasks with any annotation of the person.
        pub annotated_tasks: i64,
        /// Of these, those with one that is not skipped.
        pub annotated_tasks_kept: i64,
        /// Of these, those that are finished.
        pub annotated_tasks_finished: i64,
        /// The last task handed out in sequence.
        pub queue_cursor: i64,
    }
}

/// The project, if it is visible.
pub async fn find(db: &Db, viewer: &Viewer, id: i64) -> Result<Option<ProjectRow>> {
    db.optional(
        concat!("SELECT * FROM project WHERE id = $5 AND ", visible!()),
        numbered(viewer, args![id]),
    )
    .await
}

/// Which projects a list shows.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Only these ids, when not empty.
    pub ids: Vec<i64>,
    /// The title contains this, without regard to case.
    pub title: Option<String>,
    /// Only in these workspaces, when not empty.
    pub workspaces: Vec<i64>,
    /// Only pinned (true) or only others (false).
    pub pinned: Option<bool>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Order {
    /// Pinned ones first, then the newest.
    #[default]
    Default,
    Id(bool),
    Title(bool),
    CreatedAt(bool),
    UpdatedAt(bool),
    TaskNumber(bool),
}

fn filtered(parts: &mut Parts, dialect: Dialect, viewer: &Viewer, filter: &Filter) {
    parts
        .push(" FROM project WHERE ", args![])
        .push(visible::CONDITION, visible::repeated(viewer));
    if !filter.ids.is_empty() {
        parts.push(" AND id IN ", args![]).push_list(&filter.ids);
    }
    if let Some(title) = filter.title.as_deref().filter(|title| !title.is_empty()) {
        let pattern = format!("%{}%", like_escape(title));
        match dialect {
            Dialect::Sqlite => parts.push(r" AND title LIKE ? ESCAPE '\'", args![pattern]),
            Dialect::Postgres => parts.push(r" AND title ILIKE ? ESCAPE '\'", args![pattern]),
        };
    }
    if !filter.workspaces.is_empty() {
        parts
            .push(" AND workspace_id IN ", args![])
            .push_list(&filter.workspaces);
    }
    match filter.pinned {
        Some(true) => parts.push(" AND pinned_at IS NOT NULL", args![]),
        Some(false) => parts.push(" AND pinned_at IS NULL", args![]),
        None => parts,
    };
}

/// How many projects the filter lets through.
pub async fn count(db: &Db, viewer: &Viewer, filter: &Filter) -> Result<i64> {
    let mut parts = Parts::new("SELECT COUNT(*)", args![]);
    filtered(&mut parts, db.dialect(), viewer, filter);
    let (sql, args) = parts.finish();
    Ok(db.one::<(i64,)>(sql, args).await?.0)
}

/// A page of projects.
pub async fn list(
    db: &Db,
    viewer: &Viewer,
    filter: &Filter,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<Vec<ProjectRow>> {
    let mut parts = Parts::new("SELECT *", args![]);
    filtered(&mut parts, db.dialect(), viewer, filter);
    let order = match order {
        Order::Default => " ORDER BY pinned_at DESC NULLS LAST, created_at DESC, id DESC",
        Order::Id(false) => " ORDER BY id",
        Order::Id(true) => " ORDER BY id DESC",
        Order::Title(false) => " ORDER BY title, id",
        Order::Title(true) => " ORDER BY title DESC, id DESC",
        Order::CreatedAt(false) => " ORDER BY created_at, id",
        Order::CreatedAt(true) => " ORDER BY created_at DESC, id DESC",
        Order::UpdatedAt(false) => " ORDER BY updated_at, id",
        Order::UpdatedAt(true) => " ORDER BY updated_at DESC, id DESC",
        Order::TaskNumber(false) => " ORDER BY task_number, id",
        Order::TaskNumber(true) => " ORDER BY task_number DESC, id DESC",
    };
    parts
        .push(order, args![])
        .push(" LIMIT ? OFFSET ?", args![limit, offset]);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// The person's progress in each of these projects; projects without any are left out.
pub async fn progress(db: &Db, account_id: i64, projects: &[i64]) -> Result<Vec<ProgressRow>> {
    let mut parts = Parts::new(
        "SELECT * FROM project_progress WHERE account_id = ? AND project_id IN ",
        args![account_id],
    );
    parts.push_list(projects);
    let (sql, args) = parts.finish();
    db.all(sql, args).await
}

/// Reads the project and keeps other writers of it out until the commit.
///
/// Every transaction that changes tasks, annotations or counters of a project begins here: one order of locks, so no
/// deadlock. SQLite has one writer anyway.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<Option<ProjectRow>> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT * FROM project WHERE id = $1 AND deleted_at IS NULL",
        // NO KEY UPDATE, so that rows which refer to the project can still be inserted.
        Dialect::Postgres => "SELECT * FROM project WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
    };
    tx.optional(sql, args![id]).await
}

/// As [`lock`], for what happens with every task: the rest of the row is read by nobody there.
pub async fn lock_for_work(tx: &mut Tx, id: i64) -> Result<Option<WorkRules>> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, model_version, maximum_annotations, show_overlap_first, annotator_evaluation_enabled, sampling,
                skip_queue, assignment FROM project WHERE id = $1 AND deleted_at IS NULL"
        }
        Dialect::Postgres => {
            "SELECT id, model_version, maximum_annotations, show_overlap_first, annotator_evaluation_enabled, sampling,
                skip_queue, assignment FROM project WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE"
        }
    };
    tx.optional(sql, args![id]).await
}

/// The fields that a person may set.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ProjectFields {
    pub title: String,
    pub description: String,
    pub label_config: String,
    pub parsed_label_config: String,
    pub control_weights: String,
    pub expert_instruction: String,
    pub show_instruction: bool,
    pub show_skip_button: bool,
    pub enable_empty_annotation: bool,
    pub show_annotation_history: bool,
    pub show_collab_predictions: bool,
    pub reveal_preannotations_interactively: bool,
    pub evaluate_predictions_automatically: bool,
    pub model_version: Option<String>,
    pub maximum_annotations: i64,
    pub overlap_cohort_percentage: i64,
    pub show_overlap_first: bool,
    pub show_ground_truth_first: bool,
    pub annotator_evaluation_enabled: bool,
    pub sampling: String,
    pub skip_queue: String,
    pub min_annotations_to_start_training: i64,
    pub task_data_login: Option<String>,
    pub task_data_password: Option<Vec<u8>>,
    pub color: String,
    pub is_published: bool,
    pub is_draft: bool,
    pub pinned_at: Option<i64>,
}

impl ProjectFields {
    fn into_args(self) -> Args {
        args![
            self.title,
            self.description,
            self.label_config,
            self.parsed_label_config,
            self.control_weights,
            self.expert_instruction,
            self.show_instruction,
            self.show_skip_button,
            self.enable_empty_annotation,
            self.show_annotation_history,
            self.show_collab_predictions,
            self.reveal_preannotations_interactively,
            self.evaluate_predictions_automatically,
            self.model_version,
            self.maximum_annotations,
            self.overlap_cohort_percentage,
            self.show_overlap_first,
            self.show_ground_truth_first,
            self.annotator_evaluation_enabled,
            self.sampling,
            self.skip_queue,
            self.min_annotations_to_start_training,
            self.task_data_login,
            self.task_data_password,
            self.color,
            self.is_published,
            self.is_draft,
            self.pinned_at,
        ]
    }
}

/// Adds a project; gives its id.
pub async fn insert(tx: &mut Tx, organization_id: i64, created_by: i64, fields: ProjectFields, at: i64) -> Result<i64> {
    let mut args = fields.into_args();
    args.extend(args![organization_id, created_by, at]);
    let (id,) = tx
        .one(
            "INSERT INTO project (title, description, label_config, parsed_label_config, control_weights,
                expert_instruction, show_instruction, show_skip_button, enable_empty_annotation,
                show_annotation_history, show_collab_predictions, reveal_preannotations_interactively,
                evaluate_predictions_automatically, model_version, maximum_annotations, overlap_cohort_percentage,
                show_overlap_first, show_ground_truth_first, annotator_evaluation_enabled, sampling, skip_queue,
                min_annotations_to_start_training, task_data_login, task_data_password, color, is_published, is_draft,
                pinned_at, organization_id, created_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $31)
             RETURNING id",
            args,
        )
        .await?;
    Ok(id)
}

/// Replaces the fields that a person may set.
pub async fn update(tx: &mut Tx, id: i64, fields: ProjectFields, at: i64) -> Result<()> {
    let mut args = fields.into_args();
    args.extend(args![id, at]);
    tx.execute(
        "UPDATE project SET title = $1, description = $2, label_config = $3, parsed_label_config = $4,
            control_weights = $5, expert_instruction = $6, show_instruction = $7, show_skip_button = $8,
            enable_empty_annotation = $9, show_annotation_history = $10, show_collab_predictions = $11,
            reveal_preannotations_interactively = $12, evaluate_predictions_automatically = $13, model_version = $14,
            maximum_annotations = $15, overlap_cohort_percentage = $16, show_overlap_first = $17,
            show_ground_truth_first = $18, annotator_evaluation_enabled = $19, sampling = $20, skip_queue = $21,
            min_annotations_to_start_training = $22, task_data_login = $23, task_data_password = $24, color = $25,
            is_published = $26, is_draft = $27, pinned_at = $28, updated_at = $30
         WHERE id = $29",
        args,
    )
    .await?;
    Ok(())
}

/// Sets whether the server leaves the project's media alone.
pub async fn set_never_touches_media(tx: &mut Tx, id: i64, never: bool) -> Result<()> {
    tx.execute(
        "UPDATE project SET never_touches_media = $2 WHERE id = $1",
        args![id, never],
    )
    .await?;
    Ok(())
}

/// Whether the server leaves the project's media alone.
pub async fn never_touches_media(db: &Db, id: i64) -> Result<bool> {
    let found: Option<(bool,)> = db
        .optional("SELECT never_touches_media FROM project WHERE id = $1", args![id])
        .await?;
    Ok(found.is_some_and(|(never,)| never))
}

/// Hides the project from every query; a job removes its rows later.
pub async fn mark_deleted(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    tx.execute("UPDATE project SET deleted_at = $2 WHERE id = $1", args![id, at])
        .await?;
    Ok(())
}

/// Changes of a project's counters; all zero by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct CounterChange {
    pub tasks: i64,
    pub finished_tasks: i64,
    pub tasks_with_annotations: i64,
    pub annotations: i64,
    pub predictions: i64,
    pub useful_annotations: i64,
    pub ground_truths: i64,
    pub skipped_annotations: i64,
}

impl CounterChange {
    /// The sum of both.
    pub fn plus(self, other: CounterChange) -> CounterChange {
        CounterChange {
            tasks: self.tasks + other.tasks,
            finished_tasks: self.finished_tasks + other.finished_tasks,
            tasks_with_annotations: self.tasks_with_annotations + other.tasks_with_annotations,
            annotations: self.annotations + other.annotations,
            predictions: self.predictions + other.predictions,
            useful_annotations: self.useful_annotations + other.useful_annotations,
            ground_truths: self.ground_truths + other.ground_truths,
            skipped_annotations: self.skipped_annotations + other.skipped_annotations,
        }
    }
}

impl CounterChange {
    /// The same, so many times.
    pub fn times(self, times: i64) -> CounterChange {
        CounterChange {
            tasks: self.tasks * times,
            finished_tasks: self.finished_tasks * times,
            tasks_with_annotations: self.tasks_with_annotations * times,
            annotations: self.annotations * times,
            predictions: self.predictions * times,
            useful_annotations: self.useful_annotations * times,
            ground_truths: self.ground_truths * times,
            skipped_annotations: self.skipped_annotations * times,
        }
    }
}

/// Adds to the counters.
pub async fn count_change(tx: &mut Tx, id: i64, change: CounterChange) -> Result<()> {
    if change == CounterChange::default() {
        return Ok(());
    }
    tx.execute(
        "UPDATE project SET task_number = task_number + $2, finished_task_number = finished_task_number + $3,
            num_tasks_with_annotations = num_tasks_with_annotations + $4,
            total_annotations_number = total_annotations_number + $5,
            total_predictions_number = total_predictions_number + $6,
            useful_annotation_number = useful_annotation_number + $7,
            ground_truth_number = ground_truth_number + $8,
            skipped_annotations_number = skipped_annotations_number + $9
         WHERE id = $1",
        args![
            id,
            change.tasks,
            change.finished_tasks,
            change.tasks_with_annotations,
            change.annotations,
            change.predictions,
            change.useful_annotations,
            change.ground_truths,
            change.skipped_annotations
        ],
    )
    .await?;
    Ok(())
}

/// Takes `number` inner ids; gives the first of them.
pub async fn take_inner_ids(tx: &mut Tx, id: i64, number: i64) -> Result<i64> {
    let (last,): (i64,) = tx
        .one(
            "UPDATE project SET last_inner_id = last_inner_id + $2 WHERE id = $1 RETURNING last_inner_id",
            args![id, number],
        )
        .await?;
    Ok(last - number + 1)
}

/// Adds to a person's progress.
pub async fn progress_change(
    tx: &mut Tx,
    project_id: i64,
    account_id: i64,
    annotated: i64,
    kept: i64,
    finished: i64,
) -> Result<()> {
    if (annotated, kept, finished) == (0, 0, 0) {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO project_progress (project_id, account_id, annotated_tasks, annotated_tasks_kept, annotated_tasks_finished)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (project_id, account_id) DO UPDATE SET
            annotated_tasks = project_progress.annotated_tasks + excluded.annotated_tasks,
            annotated_tasks_kept = project_progress.annotated_tasks_kept + excluded.annotated_tasks_kept,
            annotated_tasks_finished = project_progress.annotated_tasks_finished + excluded.annotated_tasks_finished",
        args![project_id, account_id, annotated, kept, finished],
    )
    .await?;
    Ok(())
}

/// Sets the model version when the project has none yet.
pub async fn default_model_version(tx: &mut Tx, id: i64, model_version: &str) -> Result<()> {
    tx.execute(
        "UPDATE project SET model_version = $2 WHERE id = $1 AND (model_version IS NULL OR model_version = '')",
        args![id, model_version],
    )
    .await?;
    Ok(())
}

/// The project as a job sees it, which was asked for by somebody who reached it.
pub async fn find_for_job(db: &Db, id: i64) -> Result<Option<ProjectRow>> {
    db.optional("SELECT * FROM project WHERE id = $1 AND deleted_at IS NULL", args![id])
        .await
}

/// The title of a project, wherever it lies.
pub async fn title(tx: &mut Tx, id: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .optional("SELECT title FROM project WHERE id = $1", args![id])
        .await?;
    Ok(row.map(|(title,)| title))
}
