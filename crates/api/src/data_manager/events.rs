//! What changes in a project, as server-sent events.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header;
use labelkeep_services::Services;
use labelkeep_services::access::Action;
use labelkeep_services::data_manager::events::{Event, Watch};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::OfProject;
use super::jobs::JobOut;
use crate::ApiResult;
use crate::extract::{Authenticated, Query};
use crate::server::Farewell;

/// How often is looked for changes.
const LOOK: Duration = Duration::from_secs(1);
/// How often something is sent, so that nothing between takes the connection for dead.
const SIGN: Duration = Duration::from_secs(15);
/// How long one answer lasts. Browsers ask again by themselves, and prove again who they are.
const LASTS: Duration = Duration::from_secs(120);

struct Stream {
    services: Services,
    watch: Watch,
    ends: Instant,
    sign: Instant,
    begun: bool,
    farewell: Farewell,
}

/// `GET /api/dm/events/`: ours
pub(crate) async fn stream(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
    farewell: Farewell,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let now = Instant::now();
    let stream = Stream {
        watch: Watch::begin(&services, &project).await?,
        services,
        ends: now + LASTS,
        sign: now + SIGN,
        begun: false,
        farewell,
    };
    let pieces = futures_util::stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(piece)), stream))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

impl Stream {
    /// The next piece of the answer; none at its end.
    async fn next(&mut self) -> Option<String> {
        loop {
            let mut text = String::new();
            if !self.begun {
                self.begun = true;
                text.push_str("retry: 1000\n\n");
            } else if self.is_over_after(LOOK).await {
                return None;
            }
            let now = Instant::now();
            if now >= self.ends {
                return None;
            }
            // Who no longer sees the project is told nothing more.
            for event in self.watch.look(&self.services).await.ok()? {
                let (name, data) = shown(event);
                text.push_str(&format!("event: {name}\ndata: {data}\n\n"));
            }
            if text.is_empty() && now >= self.sign {
                text.push_str(": still here\n\n");
            }
            if !text.is_empty() {
                self.sign = now + SIGN;
                return Some(text);
            }
        }
    }
}

impl Stream {
    /// Waits; says whether the server ends meanwhile. A page that looks on would keep it from ending otherwise.
    async fn is_over_after(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.farewell.said()).await.is_ok()
    }
}

fn shown(event: Event) -> (&'static str, Value) {
    match event {
        Event::Tasks(ids) => ("tasks", json!({ "ids": ids })),
        Event::Reload => ("reload", json!({})),
        Event::Views => ("views", json!({})),
        Event::Counters(row) => (
            "counters",
            json!({
                "task_number": row.task_number,
                "finished_task_number": row.finished_task_number,
                "num_tasks_with_annotations": row.num_tasks_with_annotations,
                "total_annotations_number": row.total_annotations_number,
                "total_predictions_number": row.total_predictions_number,
                "skipped_annotations_number": row.skipped_annotations_number,
                "ground_truth_number": row.ground_truth_number,
            }),
        ),
        Event::Jobs(project, rows) => {
            let jobs: Vec<JobOut<'_>> = rows.iter().map(|row| JobOut::of(&project, row)).collect();
            (
                "jobs",
                json!({ "jobs": serde_json::to_value(&jobs).unwrap_or_default() }),
            )
        }
    }
}
