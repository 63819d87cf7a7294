//! Projects: settings, the labeling configuration, overlap.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use labelkeep_crypt::Place;
use labelkeep_labeling::compat::{self, Incompatible, LabelUse};
use labelkeep_labeling::{Config, TupleCount};
use labelkeep_policy::Actor;
use labelkeep_store::projects::{self as rows, ProjectFields, ProjectRow};
pub use labelkeep_store::projects::{Filter, Order};
use labelkeep_store::summary::SummaryRow;
use labelkeep_store::{self as store, Tx, annotations, audit};

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::names;
use crate::overlap;
use crate::storages::untouched;
use crate::workspaces::{Assignment, arrangement};
use crate::{Invalid, Result, ServiceError, Services};

/// Parsed configurations, by project. An entry serves while the project's text is the same.
#[derive(Default)]
pub struct ConfigCache(Mutex<HashMap<i64, (String, Arc<Config>)>>);

/// How many parsed configurations are kept.
const CACHED_CONFIGS: usize = 256;

/// The parsed labeling configuration of a project.
pub fn config(services: &Services, project: &ProjectRow) -> Result<Arc<Config>> {
    let mut cache = services
        .configs
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((text, config)) = cache.get(&project.id)
        && *text == project.label_config
    {
        return Ok(config.clone());
    }
    let config = Arc::new(Config::parse(&project.label_config).map_err(|errors| {
        ServiceError::Internal(format!(
            "the configuration of project {} is invalid: {errors:?}",
            project.id
        ))
    })?);
    if cache.len() >= CACHED_CONFIGS {
        cache.clear();
    }
    cache.insert(project.id, (project.label_config.clone(), config.clone()));
    Ok(config)
}

/// Changes of a project; `None` leaves a field as it is. Also what a new project is made of.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // the fields of the compatible API
pub struct Change {
    pub title: Option<String>,
    pub description: Option<String>,
    pub label_config: Option<String>,
    pub expert_instruction: Option<String>,
    pub show_instruction: Option<bool>,
    pub show_skip_button: Option<bool>,
    pub enable_empty_annotation: Option<bool>,
    pub show_annotation_history: Option<bool>,
    pub show_collab_predictions: Option<bool>,
    pub reveal_preannotations_interactively: Option<bool>,
    pub evaluate_predictions_automatically: Option<bool>,
    pub model_version: Option<Option<String>>,
    pub maximum_annotations: Option<i64>,
    pub overlap_cohort_percentage: Option<i64>,
    pub show_overlap_first: Option<bool>,
    pub show_ground_truth_first: Option<bool>,
    pub annotator_evaluation_enabled: Option<bool>,
    pub sampling: Option<String>,
    pub skip_queue: Option<String>,
    pub min_annotations_to_start_training: Option<i64>,
    pub task_data_login: Option<Option<String>>,
    pub task_data_password: Option<Option<String>>,
    pub control_weights: Option<serde_json::Value>,
    pub color: Option<String>,
    pub is_published: Option<bool>,
    pub is_draft: Option<bool>,
    pub pinned_at: Option<Option<i64>>,
    /// Into this workspace; `Some(None)` into none.
    pub workspace: Option<Option<i64>>,
    /// How tasks reach annotators.
    pub assignment: Option<Assignment>,
    /// Whether the server leaves its media alone (SEC-192).
    pub never_touches_media: Option<bool>,
}

/// A page of projects with their number.
pub async fn list(
    services: &Services,
    actor: &Actor,
    filter: &Filter,
    order: Order,
    offset: i64,
    limit: i64,
) -> Result<(i64, Vec<ProjectRow>)> {
    if !actor.may(labelkeep_policy::Action::ProjectView) {
        return Ok((0, Vec::new()));
    }
    let mut filter = filter.clone();
    // A token that is bound to projects lists no others.
    if !actor.scope.projects.is_empty() {
        let asked = std::mem::take(&mut filter.ids);
        filter.ids = actor.scope.projects.clone();
        filter.ids.retain(|id| asked.is_empty() || asked.contains(id));
        if filter.ids.is_empty() {
            return Ok((0, Vec::new()));
        }
    }
    let filter = &filter;
    let total = rows::count(&services.db, &actor.viewer(), filter).await?;
    let page = rows::list(&services.db, &actor.viewer(), filter, order, offset, limit).await?;
    Ok((total, page))
}

/// Makes a project.
pub async fn create(services: &Services, organization: Granted<i64>, mut change: Change) -> Result<ProjectRow> {
    let (actor, organization_id) = organization.into_parts();
    let arrangement = arrangement(services, &actor, None, &mut change).await?;
    // It is sealed for its row, which has no number yet.
    let password = change.task_data_password.take().flatten();
    let empty = ProjectFields {
        title: String::new(),
        description: String::new(),
        label_config: "<View></View>".to_owned(),
        parsed_label_config: "{}".to_owned(),
        control_weights: "{}".to_owned(),
        expert_instruction: String::new(),
        show_instruction: false,
        show_skip_button: true,
        enable_empty_annotation: true,
        show_annotation_history: false,
        show_collab_predictions: true,
        reveal_preannotations_interactively: false,
        evaluate_predictions_automatically: false,
        model_version: Some(String::new()),
        maximum_annotations: 1,
        overlap_cohort_percentage: 100,
        show_overlap_first: false,
        show_ground_truth_first: false,
        annotator_evaluation_enabled: false,
        sampling: "Sequential sampling".to_owned(),
        skip_queue: "REQUEUE_FOR_OTHERS".to_owned(),
        min_annotations_to_start_training: 0,
        task_data_login: None,
        task_data_password: None,
        color: "#FFFFFF".to_owned(),
        is_published: false,
        is_draft: false,
        pinned_at: None,
    };
    let never_touches_media = change.never_touches_media;
    let mut fields = changed(services, organization_id, empty, change, None)?;
    let now = services.now();
    let services_in = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let id = rows::insert(tx, organization_id, actor.account_id, fields.clone(), now).await?;
                if let Some(password) = password.filter(|password| !password.is_empty()) {
                    fields.task_data_password = Some(sealed(&services_in, organization_id, id, &password));
                    rows::update(tx, id, fields, now).await?;
                }
                arrangement.put(tx, id).await?;
                let made = locked_project(tx, id).await?;
                let detail = untouched::put(tx, &made, never_touches_media).await?;
                let object = format!("project:{id}");
                audit::record(tx, &access::origin(&actor), "project.create", &object, &detail, now).await?;
                locked_project(tx, id).await
            })
        })
        .await
}

/// Changes a project. A configuration that no longer fits existing annotations is refused.
pub async fn update(services: &Services, project: Granted<ProjectRow>, mut change: Change) -> Result<ProjectRow> {
    let arrangement = arrangement(services, project.actor(), Some(project.row()), &mut change).await?;
    let (actor, known) = project.into_parts();
    let fields = changed(
        services,
        known.organization_id,
        fields_of(&known),
        change.clone(),
        Some(known.id),
    )?;
    let new_config = (fields.label_config != known.label_config)
        .then(|| Config::parse(&fields.label_config).ok())
        .flatten();
    let now = services.now();
    let services_in = services.clone();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let current = locked_project(tx, known.id).await?;
                // The fields are worked out again from what is stored now: somebody else may have changed others meanwhile.
                let fields = changed(
                    &services_in,
                    current.organization_id,
                    fields_of(&current),
                    change.clone(),
                    Some(current.id),
                )?;
                if let Some(Some(version)) = &change.model_version {
                    check_model_version(tx, &current, version).await?;
                }
                if let Some(config) = &new_config {
                    let summary = store::summary::read_in(tx, current.id).await?;
                    compatible(config, &summary, false).map_err(refused)?;
                }
                let (overlap, percentage, skips) = (
                    fields.maximum_annotations,
                    fields.overlap_cohort_percentage,
                    fields.skip_queue.clone(),
                );
                rows::update(tx, current.id, fields, now).await?;
                arrangement.put(tx, current.id).await?;
                let project = locked_project(tx, current.id).await?;
                if overlap != current.maximum_annotations
                    || percentage != current.overlap_cohort_percentage
                    || skips != current.skip_queue
                {
                    overlap::recompute(tx, &current, &project, now).await?;
                }
                let detail = untouched::put(tx, &current, change.never_touches_media).await?;
                let object = format!("project:{}", project.id);
                audit::record(tx, &access::origin(&actor), "project.update", &object, &detail, now).await?;
                locked_project(tx, project.id).await
            })
        })
        .await
}

/// Removes a project. It disappears at once; its files go behind it, its rows later.
pub async fn delete(services: &Services, project: Granted<ProjectRow>) -> Result<()> {
    let (actor, project) = project.into_parts();
    let (now, id) = (services.now(), project.id);
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, project.id).await?;
                rows::mark_deleted(tx, project.id, now).await?;
                let object = format!("project:{}", project.id);
                audit::record(tx, &access::origin(&actor), "project.delete", &object, "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await?;
    crate::files::forget_project(services.clone(), id);
    Ok(())
}

/// Whether a configuration would do for a project, where labels in use must stay. Tells whether it changes what results may
/// hold; `None` while there are none.
pub async fn validate_config(
    services: &Services,
    project: &Granted<ProjectRow>,
    label_config: &str,
) -> Result<Option<bool>> {
    let config = parse(label_config)?;
    let summary = store::summary::read(&services.db, project.row().id).await?;
    compatible(&config, &summary, true).map_err(refused)?;
    if project.row().total_annotations_number + project.row().skipped_annotations_number == 0 {
        return Ok(None);
    }
    let current = self::config(services, project.row())?;
    Ok(Some(compat::essential_data_changed(&current, &config)))
}

/// Parses a configuration that somebody has sent.
pub fn parse(label_config: &str) -> Result<Config, Invalid> {
    Config::parse(label_config).map_err(|errors| Invalid {
        fields: vec![(
            "label_config".to_owned(),
            errors.into_iter().map(|error| error.message).collect(),
        )],
    })
}

/// Whether existing data still fits; `strict` also asks for every label in use.
fn compatible(config: &Config, summary: &[SummaryRow], strict: bool) -> Result<(), Incompatible> {
    let mut tuples = Vec::new();
    let mut labels: BTreeMap<(&str, &str), LabelUse> = BTreeMap::new();
    for row in summary {
        let amount = row.amount.unsigned_abs();
        match row.kind.as_str() {
            "tuple" => {
                let mut parts = row.name.splitn(3, '|').map(str::to_owned);
                let (Some(from_name), Some(to_name), Some(result_type)) = (parts.next(), parts.next(), parts.next())
                else {
                    continue;
                };
                tuples.push(TupleCount {
                    from_name,
                    to_name,
                    result_type,
                    count: amount,
                });
            }
            "label" | "draft_label" => {
                let used = labels.entry((&row.name, &row.label)).or_insert_with(|| LabelUse {
                    from_name: row.name.clone(),
                    label: row.label.clone(),
                    annotations: 0,
                    drafts: 0,
                });
                if row.kind == "label" {
                    used.annotations += amount;
                } else {
                    used.drafts += amount;
                }
            }
            _ => {}
        }
    }
    let labels: Vec<LabelUse> = labels.into_values().collect();
    compat::check(config, &tuples, &labels, strict)
}

fn refused(error: Incompatible) -> Invalid {
    match error {
        Incompatible::Config(text) => Invalid::field("label_config", text),
        Incompatible::Labels(text) => Invalid::whole(text),
    }
}

async fn check_model_version(tx: &mut Tx, project: &ProjectRow, version: &str) -> Result<()> {
    if version.is_empty() || project.model_version.as_deref() == Some(version) {
        return Ok(());
    }
    let summary = store::summary::read_in(tx, project.id).await?;
    if summary
        .iter()
        .any(|row| row.kind == "model_version" && row.name == version)
    {
        return Ok(());
    }
    let text = "Model version doesn't exist either as live model or as static predictions.";
    Err(Invalid::field("model_version", text).into())
}

fn fields_of(row: &ProjectRow) -> ProjectFields {
    let row = row.clone();
    ProjectFields {
        title: row.title,
        description: row.description,
        label_config: row.label_config,
        parsed_label_config: row.parsed_label_config,
        control_weights: row.control_weights,
        expert_instruction: row.expert_instruction,
        show_instruction: row.show_instruction,
        show_skip_button: row.show_skip_button,
        enable_empty_annotation: row.enable_empty_annotation,
        show_annotation_history: row.show_annotation_history,
        show_collab_predictions: row.show_collab_predictions,
        reveal_preannotations_interactively: row.reveal_preannotations_interactively,
        evaluate_predictions_automatically: row.evaluate_predictions_automatically,
        model_version: row.model_version,
        maximum_annotations: row.maximum_annotations,
        overlap_cohort_percentage: row.overlap_cohort_percentage,
        show_overlap_first: row.show_overlap_first,
        show_ground_truth_first: row.show_ground_truth_first,
        annotator_evaluation_enabled: row.annotator_evaluation_enabled,
        sampling: row.sampling,
        skip_queue: row.skip_queue,
        min_annotations_to_start_training: row.min_annotations_to_start_training,
        task_data_login: row.task_data_login,
        task_data_password: row.task_data_password,
        color: row.color,
        is_published: row.is_published,
        is_draft: row.is_draft,
        pinned_at: row.pinned_at,
    }
}

/// The password of a project's data, readable for that project only.
fn sealed(services: &Services, organization: i64, id: i64, password: &str) -> Vec<u8> {
    let row = id.to_string();
    let place = Place {
        organization,
        table: "project",
        column: "task_data_password",
        row: &row,
    };
    services.keys.seal(place, password.as_bytes())
}

/// `#RRGGBB`
pub(crate) fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Longest login and password of a project's data, in characters.
const CREDENTIAL_MAX: usize = 256;
const SAMPLINGS: [&str; 3] = ["Sequential sampling", "Uniform sampling", "Uncertainty sampling"];
const SKIP_QUEUES: [&str; 3] = ["REQUEUE_FOR_ME", "REQUEUE_FOR_OTHERS", "IGNORE_SKIPPED"];

/// Applies a change to the fields, or says all that is wrong with it.
fn changed(
    services: &Services,
    organization: i64,
    mut fields: ProjectFields,
    change: Change,
    id: Option<i64>,
) -> Result<ProjectFields> {
    let mut invalid = Invalid::default();
    if let Some(title) = change.title.as_deref().map(names::plain) {
        let length = title.chars().count();
        if length < 3 {
            invalid.add("title", "Ensure this field has at least 3 characters.");
        } else if length > 50 {
            invalid.add("title", "Ensure this field has no more than 50 characters.");
        }
        fields.title = title;
    }
    if let Some(sampling) = change.sampling {
        if !SAMPLINGS.contains(&sampling.as_str()) {
            invalid.add("sampling", format!("\"{sampling}\" is not a valid choice."));
        }
        fields.sampling = sampling;
    }
    if let Some(skip_queue) = change.skip_queue {
        if !SKIP_QUEUES.contains(&skip_queue.as_str()) {
            invalid.add("skip_queue", format!("\"{skip_queue}\" is not a valid choice."));
        }
        fields.skip_queue = skip_queue;
    }
    if let Some(color) = change.color {
        if !is_color(&color) {
            invalid.add("color", "Color must be in \"#RRGGBB\" format");
        }
        fields.color = color;
    }
    if let Some(number) = change.maximum_annotations {
        if !(1..=10_000).contains(&number) {
            invalid.add("maximum_annotations", "Ensure this value is between 1 and 10000.");
        }
        fields.maximum_annotations = number;
    }
    if let Some(percentage) = change.overlap_cohort_percentage {
        if !(0..=100).contains(&percentage) {
            invalid.add("overlap_cohort_percentage", "Ensure this value is between 0 and 100.");
        }
        fields.overlap_cohort_percentage = percentage;
    }
    if let Some(label_config) = change.label_config {
        match Config::parse(&label_config) {
            Ok(config) => {
                let existing = serde_json::from_str(&fields.control_weights).ok();
                fields.parsed_label_config = config.parsed_label_config().to_string();
                fields.control_weights = config.control_weights(existing.as_ref()).to_string();
                fields.label_config = label_config;
            }
            Err(errors) => errors
                .into_iter()
                .for_each(|error| invalid.add("label_config", error.message)),
        }
    }
    if let Some(weights) = change.control_weights {
        if weights.is_object() {
            fields.control_weights = weights.to_string();
        } else if !weights.is_null() {
            invalid.add("control_weights", "Expected an object: control name to weights.");
        }
    }
    for (name, text) in [
        ("task_data_login", &change.task_data_login),
        ("task_data_password", &change.task_data_password),
    ] {
        if text.iter().flatten().any(|text| text.chars().count() > CREDENTIAL_MAX) {
            invalid.add(
                name,
                format!("Ensure this field has no more than {CREDENTIAL_MAX} characters."),
            );
        }
    }
    if let (Some(password), Some(id)) = (change.task_data_password, id) {
        fields.task_data_password = password
            .filter(|password| !password.is_empty())
            .map(|password| sealed(services, organization, id, &password));
    }
    if change
        .min_annotations_to_start_training
        .is_some_and(|number| number < 0)
    {
        let text = "Ensure this value is greater than or equal to 0.";
        invalid.add("min_annotations_to_start_training", text);
    }
    macro_rules! take { ($($field:ident),*) => {$( if let Some(value) = change.$field { fields.$field = value; } )*}; }
    take!(
        description,
        show_instruction,
        show_skip_button,
        enable_empty_annotation,
        show_annotation_history,
        reveal_preannotations_interactively,
        evaluate_predictions_automatically,
        show_overlap_first,
        show_ground_truth_first,
        annotator_evaluation_enabled,
        min_annotations_to_start_training,
        task_data_login,
        is_published,
        is_draft,
        pinned_at,
        model_version
    );
    if let Some(instruction) = change.expert_instruction {
        fields.expert_instruction = crate::html::clean(&instruction);
    }
    if let Some(show) = change.show_collab_predictions {
        fields.show_collab_predictions = show;
        if !show && id.is_some() {
            fields.model_version = Some(String::new());
        }
    }
    if fields.is_published {
        fields.is_draft = false;
    }
    invalid.into_result()?;
    Ok(fields)
}

/// Ids of the people who have annotated in a project.
pub async fn annotators(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<store::people::PersonRow>> {
    let mut ids = annotations::annotators(&services.db, project.row().id).await?;
    ids.retain(|id| project.only_own().is_none_or(|own| own == *id));
    Ok(store::people::find(&services.db, &ids).await?)
}
