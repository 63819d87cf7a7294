//! What a project's data and annotations contain.

use labelkeep_labeling::{Mode, check_result};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::summary::{self as rows, Kind, SummaryRow};
use labelkeep_store::{self as store};

use crate::access::{self, Granted};
use crate::annotations::locked_project;
use crate::{Result, ServiceError, Services};

/// The counts of a project. What annotations hold is for those who see the work of others (SEC-117).
pub async fn read(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<SummaryRow>> {
    let mut counts = rows::read(&services.db, project.row().id).await?;
    if project.only_own().is_some() {
        counts.retain(|row| matches!(row.kind.as_str(), "column" | "model_version"));
    }
    Ok(counts)
}

/// Makes the counts anew from tasks, annotations, drafts and predictions.
pub async fn reset(services: &Services, project: Granted<ProjectRow>) -> Result<()> {
    const CHUNK: i64 = 1000;
    let project_id = project.row().id;
    let (now, origin) = (services.now(), access::origin(project.actor()));
    let mut counts = std::collections::BTreeMap::<(Kind, String, String), i64>::new();
    let mut last = 0;
    loop {
        let filter = store::tasks::ExportFilter::default();
        let tasks = store::tasks::after(&services.db, project_id, last, CHUNK, filter).await?;
        let Some(end) = tasks.last() else { break };
        last = end.task.id;
        let ids: Vec<i64> = tasks.iter().map(|row| row.task.id).collect();
        for row in &tasks {
            for key in crate::json::top_level_keys(&row.task.data) {
                *counts.entry((Kind::Column, key, String::new())).or_default() += 1;
            }
        }
        let mut results = Vec::new();
        for row in store::annotations::of_tasks(&services.db, &ids).await? {
            results.push((row.result, false));
        }
        for row in store::drafts::of_tasks(&services.db, &ids).await? {
            results.push((row.result, true));
        }
        for (result, is_draft) in results {
            let Ok(summary) = check_result(&result, None, Mode::Lenient) else {
                continue;
            };
            let label_kind = if is_draft { Kind::DraftLabel } else { Kind::Label };
            for (key, number) in crate::annotations::counts_of(&summary, label_kind) {
                if key.0 != Kind::Tuple || !is_draft {
                    *counts.entry(key).or_default() += number;
                }
            }
        }
        for row in store::predictions::facts_of_tasks(&services.db, &ids).await? {
            let version = row.model_version.unwrap_or_default();
            *counts.entry((Kind::ModelVersion, version, String::new())).or_default() += 1;
        }
    }
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, project_id).await?;
                rows::clear(tx, project_id).await?;
                let counts: Vec<_> = counts.into_iter().collect();
                for chunk in counts.chunks(1000) {
                    let changes = chunk
                        .iter()
                        .map(|((kind, name, label), n)| (*kind, name.as_str(), label.as_str(), *n));
                    rows::add(tx, project_id, changes, now).await?;
                }
                let object = format!("project:{project_id}");
                store::audit::record(tx, &origin, "project.summary.reset", &object, "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}
