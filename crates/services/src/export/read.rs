//! The tasks of an export, read in stretches.

use std::collections::HashMap;

use labelkeep_formats::export::{Annotator, ExportAnnotation, ExportTask};
use labelkeep_store as store;
use labelkeep_store::annotations::AnnotationRow;
use labelkeep_store::drafts::DraftRow;
use labelkeep_store::predictions::PredictionRow;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::tasks::{ExportFilter, ListedTask};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::{Options, STRETCH, Selection, Sight, Writer};
use crate::data_manager::query::{Names, Reader, Wanted};
use crate::tasks::People;
use crate::{Result, Services};

pub(super) type Stretches = mpsc::Sender<Result<Vec<ExportTask>>>;

pub(super) async fn read(
    services: &Services,
    project: &ProjectRow,
    options: &Options,
    sight: Sight,
    after: i64,
    sender: &Stretches,
) -> Result<()> {
    let mut last = after;
    let now = services.now();
    let view = match &options.selection.view {
        Some(view) => {
            let reader = Reader::of(services, project, sight.only, sight.assigned_to)?;
            Some(reader.read(&Wanted::of(view)?, Names::Lenient)?)
        }
        None => None,
    };
    let mut people = People::new();
    loop {
        // Of a view the next tasks that it shows; of these, those that the rest of the filter lets through.
        let shown = match &view {
            Some(query) => Some(crate::data_manager::list::ids_after(services, query, last, i64::MAX, STRETCH).await?),
            None => None,
        };
        let filter = ExportFilter {
            ids: shown.as_deref().or(options.ids.as_deref()),
            ..filter(options, sight)
        };
        let listed = match shown.as_deref() {
            Some([]) => return Ok(()),
            _ => store::tasks::after(&services.db, project.id, last, STRETCH, filter).await?,
        };
        let end = match &shown {
            Some(ids) => ids.last().copied(),
            None => listed.last().map(|row| row.task.id),
        };
        let Some(end) = end else { return Ok(()) };
        last = end;
        let mut stretch = complete(services, listed, &mut people, sight, &options.selection, now).await?;
        if options.selection.only_with_annotations {
            stretch.retain(|task| !task.annotations.is_empty());
        }
        // The writer stops early when the client has gone.
        if sender.send(Ok(stretch)).await.is_err() {
            return Ok(());
        }
    }
}

/// Which tasks an export takes, but for those that a view shows.
fn filter(options: &Options, sight: Sight) -> ExportFilter<'_> {
    ExportFilter {
        annotated_only: !options.all_tasks && options.ids.is_none(),
        skipped: options.selection.skipped,
        finished: options.selection.finished,
        annotated: options.selection.annotated,
        ids: options.ids.as_deref(),
        assigned_to: sight.assigned_to,
    }
}

/// How many tasks will be read; of a view that leaves some out, the number is one of the tasks without it. The project's own number of
/// tasks with annotations does not do: it leaves out those that have only ground truth, or were only skipped, and an export does not.
pub(super) async fn count(writer: &Writer) -> Result<u64> {
    let filter = filter(&writer.options, writer.sight);
    Ok(store::tasks::count(&writer.services.db, writer.project.id, filter).await?)
}

async fn complete(
    services: &Services,
    listed: Vec<ListedTask>,
    people: &mut People,
    sight: Sight,
    selection: &Selection,
    now: i64,
) -> Result<Vec<ExportTask>> {
    let shown = |author: Option<i64>| sight.only.is_none() || author == sight.only;
    let ids: Vec<i64> = listed.iter().map(|row| row.task.id).collect();
    let annotated: Vec<i64> = listed
        .iter()
        .filter(|row| row.task.total_annotations + row.task.cancelled_annotations > 0)
        .map(|row| row.task.id)
        .collect();
    let predicted: Vec<i64> = listed
        .iter()
        .filter(|row| row.task.total_predictions > 0)
        .map(|row| row.task.id)
        .collect();
    let mut annotations: HashMap<i64, Vec<ExportAnnotation>> = HashMap::new();
    if !annotated.is_empty() {
        let found = store::annotations::of_tasks(&services.db, &annotated).await?;
        let wanted = |row: &AnnotationRow| shown(row.completed_by) && selection.takes(row);
        for mut row in found.into_iter().filter(wanted) {
            if let Some(account_id) = sight.only {
                crate::tasks::narrow_annotation(&mut row, account_id);
            }
            let annotator = match row.completed_by {
                Some(id) if selection.expand_annotators => Some(annotator(services, people, id).await?),
                id => id.map(Annotator::Id),
            };
            annotations
                .entry(row.task_id)
                .or_default()
                .push(exported(row, annotator));
        }
    }
    let mut predictions: HashMap<i64, Vec<Box<RawValue>>> = HashMap::new();
    if !predicted.is_empty() && selection.expand_predictions {
        for row in store::predictions::of_tasks(&services.db, &predicted).await? {
            let task_id = row.task_id;
            predictions
                .entry(task_id)
                .or_default()
                .extend(prediction_json(row, now));
        }
    } else if !predicted.is_empty() {
        for row in store::predictions::facts_of_tasks(&services.db, &predicted).await? {
            predictions
                .entry(row.task_id)
                .or_default()
                .push(raw(row.id.to_string()));
        }
    }
    let mut drafts: HashMap<i64, Vec<Box<RawValue>>> = HashMap::new();
    let found = store::drafts::of_tasks(&services.db, &ids).await?;
    for row in found.into_iter().filter(|row| shown(Some(row.account_id))) {
        if !selection.expand_drafts {
            drafts.entry(row.task_id).or_default().push(raw(row.id.to_string()));
            continue;
        }
        if !people.contains_key(&row.account_id) {
            people.extend(crate::tasks::people(services, [row.account_id]).await?);
        }
        if let Some(draft) = draft_json(&row, people, now) {
            drafts.entry(row.task_id).or_default().push(draft);
        }
    }
    Ok(listed
        .into_iter()
        .map(
            |ListedTask {
                 mut task, file_upload, ..
             }| {
                if sight.only.is_some() {
                    let own = annotations.get(&task.id).map_or(&[][..], Vec::as_slice);
                    task.cancelled_annotations = own.iter().filter(|row| row.was_cancelled).count() as i64;
                    task.total_annotations = own.len() as i64 - task.cancelled_annotations;
                    task.updated_by = task.updated_by.filter(|id| Some(*id) == sight.only);
                }
                (task, file_upload)
            },
        )
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(task, file_upload)| ExportTask {
            annotations: annotations.remove(&task.id).unwrap_or_default(),
            drafts: drafts.remove(&task.id).unwrap_or_default(),
            predictions: predictions.remove(&task.id).unwrap_or_default(),
            id: task.id,
            data: raw(task.data),
            meta: raw(task.meta),
            created_at: task.created_at,
            updated_at: task.updated_at,
            allow_skip: task.allow_skip,
            inner_id: task.inner_id,
            total_annotations: task.total_annotations,
            cancelled_annotations: task.cancelled_annotations,
            total_predictions: task.total_predictions,
            project: task.project_id,
            updated_by: task.updated_by,
            file_upload,
        })
        .collect())
}

fn raw(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_default()
}

fn exported(row: AnnotationRow, completed_by: Option<Annotator>) -> ExportAnnotation {
    ExportAnnotation {
        id: row.id,
        completed_by,
        result: raw(row.result),
        was_cancelled: row.was_cancelled,
        ground_truth: row.ground_truth,
        created_at: row.created_at,
        updated_at: row.updated_at,
        draft_created_at: row.draft_created_at,
        lead_time: row.lead_time,
        prediction: raw(row.prediction),
        result_count: row.result_count,
        unique_id: row.unique_id,
        import_id: row.import_id,
        last_action: row.last_action,
        bulk_created: row.bulk_created,
        task: row.task_id,
        project: row.project_id,
        updated_by: row.updated_by,
        parent_prediction: row.parent_prediction,
        parent_annotation: row.parent_annotation,
        last_created_by: row.last_created_by,
    }
}

/// A draft as the JSON export holds it.
fn draft_json(row: &DraftRow, people: &People, now: i64) -> Option<Box<RawValue>> {
    #[derive(serde::Serialize)]
    struct Draft<'a> {
        id: i64,
        user: &'a str,
        created_username: String,
        created_ago: String,
        result: Option<Box<RawValue>>,
        lead_time: Option<f64>,
        was_postponed: bool,
        import_id: Option<i64>,
        created_at: String,
        updated_at: String,
        task: i64,
        annotation: Option<i64>,
    }
    let person = people.get(&row.account_id);
    let minutes = (now - row.created_at).max(0) / 60_000_000;
    serde_json::value::to_raw_value(&Draft {
        id: row.id,
        user: person.map_or("", |person| person.email.as_str()),
        created_username: person.map_or_else(String::new, |person| {
            format!(
                "{} {} {}, {}",
                person.first_name, person.last_name, person.email, person.id
            )
        }),
        created_ago: format!("{minutes}\u{a0}minutes"),
        result: RawValue::from_string(row.result.clone()).ok(),
        lead_time: row.lead_time,
        was_postponed: row.was_postponed,
        import_id: row.import_id,
        created_at: time(row.created_at),
        updated_at: time(row.updated_at),
        task: row.task_id,
        annotation: row.annotation_id,
    })
    .ok()
}

fn time(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .unwrap_or_default()
        .format("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}

async fn annotator(services: &Services, people: &mut People, id: i64) -> Result<Annotator> {
    if !people.contains_key(&id) {
        people.extend(crate::tasks::people(services, [id]).await?);
    }
    let Some(person) = people.get(&id) else {
        return Ok(Annotator::Id(id));
    };
    let json = serde_json::json!({
        "id": id, "email": person.email, "first_name": person.first_name, "last_name": person.last_name,
    });
    Ok(Annotator::Person {
        email: person.email.clone(),
        json: raw(json.to_string()),
    })
}

/// A prediction as snapshots hold it that want all of it.
fn prediction_json(row: PredictionRow, now: i64) -> Option<Box<RawValue>> {
    #[derive(serde::Serialize)]
    struct Prediction {
        id: i64,
        result: Box<RawValue>,
        model_version: Option<String>,
        created_ago: String,
        score: Option<f64>,
        cluster: Option<i64>,
        neighbors: Option<Box<RawValue>>,
        mislabeling: f64,
        created_at: String,
        updated_at: String,
        model: Option<i64>,
        model_run: Option<i64>,
        task: i64,
        project: i64,
    }
    let minutes = (now - row.created_at).max(0) / 60_000_000;
    serde_json::value::to_raw_value(&Prediction {
        id: row.id,
        result: raw(row.result),
        model_version: row.model_version,
        created_ago: format!("{minutes}\u{a0}minutes"),
        score: row.score,
        cluster: row.cluster,
        neighbors: row.neighbors.and_then(|text| RawValue::from_string(text).ok()),
        mislabeling: row.mislabeling,
        created_at: time(row.created_at),
        updated_at: time(row.updated_at),
        model: row.model,
        model_run: row.model_run,
        task: row.task_id,
        project: row.project_id,
    })
    .ok()
}
