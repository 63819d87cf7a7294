//! The project's home.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::Services;
use labelkeep_services::access::Action;
use labelkeep_services::data_manager::statistics as service;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::OfProject;
use super::columns::PersonOut;
use crate::ApiResult;
use crate::extract::{Authenticated, Query};
use crate::wire::{Time, answer};

#[derive(Debug, Deserialize)]
pub(crate) struct StatisticsQuery {
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    days: Option<i64>,
}

#[derive(Serialize)]
struct DayOut {
    day: String,
    submitted: i64,
    skipped: i64,
    updated: i64,
    seconds: f64,
}

#[derive(Serialize)]
struct PersonWorkOut<'a> {
    user: i64,
    #[serde(flatten)]
    person: PersonOut<'a>,
    tasks: i64,
    submitted: i64,
    skipped: i64,
    updated: i64,
    seconds: f64,
    seconds_per_task: Option<f64>,
    last_at: Option<Time>,
}

/// Most days that are shown.
const DAYS: i64 = 366;

/// `GET /api/dm/statistics/`: ours
pub(crate) async fn read(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<StatisticsQuery>,
) -> ApiResult<Response> {
    let of_project = OfProject { project: query.project };
    let project = of_project.granted(&services, actor, Action::ProjectView).await?;
    let days = query.days.unwrap_or(30).clamp(1, DAYS);
    let found = service::read(&services, &project, days).await?;
    let row = &found.row;
    let days: Vec<DayOut> = found
        .days
        .iter()
        .map(|day| DayOut {
            day: chrono::DateTime::from_timestamp(day.day * 86_400, 0)
                .unwrap_or_default()
                .format("%Y-%m-%d")
                .to_string(),
            submitted: day.submitted,
            skipped: day.skipped,
            updated: day.updated,
            seconds: day.seconds,
        })
        .collect();
    let people: Vec<PersonWorkOut<'_>> = found
        .people
        .iter()
        .map(|work| PersonWorkOut {
            user: work.person.id,
            person: PersonOut::of(&work.person),
            tasks: work.tasks,
            submitted: work.sum.submitted,
            skipped: work.sum.skipped,
            updated: work.sum.updated,
            seconds: work.sum.seconds,
            seconds_per_task: service::mean(&work.sum),
            last_at: (work.sum.last_at > 0).then_some(Time(work.sum.last_at)),
        })
        .collect();
    let labels: Vec<_> = found
        .labels
        .iter()
        .map(|(control, labels)| {
            let labels: Vec<_> = labels
                .iter()
                .map(|(label, count)| json!({ "label": label, "count": count }))
                .collect();
            json!({ "control": control, "labels": labels })
        })
        .collect();
    answer::ok(&json!({
        "tasks": {
            "total": row.task_number,
            "finished": row.finished_task_number,
            "annotated": row.num_tasks_with_annotations,
            "annotations": row.total_annotations_number,
            "skipped_annotations": row.skipped_annotations_number,
            "predictions": row.total_predictions_number,
            "ground_truths": row.ground_truth_number,
        },
        "days": serde_json::to_value(&days).unwrap_or_default(),
        "people": serde_json::to_value(&people).unwrap_or_default(),
        "labels": labels,
        "seconds_per_task": found.seconds_per_task,
    }))
}
