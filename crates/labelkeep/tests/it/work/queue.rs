//! The queue: who gets which task, under load, and in all its modes.

use std::collections::HashMap;
use std::sync::Arc;

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Value, json, on_both_databases};
use tokio::sync::Mutex;

use super::{answer, project};

async fn next(client: &Client, project: i64) -> Option<(i64, String)> {
    let reply = client.get(&format!("/api/projects/{project}/next/")).await;
    if reply.status == 404 {
        return None;
    }
    let task = reply.expect(200).json();
    Some((
        task["id"].as_i64().expect("an id"),
        task["queue"].as_str().expect("a queue").to_owned(),
    ))
}

async fn submit(client: &Client, task: i64, skip: bool) {
    let body = json!({ "result": answer("pos"), "was_cancelled": skip });
    client
        .post(&format!("/api/tasks/{task}/annotations/"), body)
        .await
        .expect(201);
}

on_both_databases! {
    async fn sixteen_annotators_at_once_never_share_a_task_beyond_its_overlap(kit: Kit) {
        const ANNOTATORS: usize = 16;
        const TASKS: usize = 60;
        const OVERLAP: usize = 2;
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, TASKS, json!({ "maximum_annotations": OVERLAP })).await;
        let handed: Arc<Mutex<HashMap<i64, usize>>> = Arc::default();
        let mut people = Vec::new();
        for number in 0..ANNOTATORS {
            people.push(kit.member(&owner, &format!("annotator{number}@example.com")).await);
        }
        let mut work = tokio::task::JoinSet::new();
        for person in people {
            let handed = handed.clone();
            work.spawn(async move {
                while let Some((task, _)) = next(&person, id).await {
                    *handed.lock().await.entry(task).or_default() += 1;
                    submit(&person, task, false).await;
                }
            });
        }
        while let Some(done) = work.join_next().await {
            done.expect("an annotator works to the end");
        }
        let handed = handed.lock().await;
        assert_eq!(handed.len(), tasks.len());
        assert!(handed.values().all(|times| *times == OVERLAP), "{handed:?}");
        let project = owner.get(&format!("/api/projects/{id}/")).await.json();
        assert_eq!(project["finished_task_number"], TASKS);
        assert_eq!(project["total_annotations_number"], TASKS * OVERLAP);
    }

    async fn tasks_come_in_sequence_and_stay_reserved(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let member = kit.member(&owner, "ben@example.com").await;
        assert_eq!(next(&owner, id).await, Some((tasks[0], "Sequence queue".to_owned())));
        assert_eq!(next(&owner, id).await, Some((tasks[0], "Task lock".to_owned())));
        assert_eq!(next(&member, id).await.expect("a task").0, tasks[1]);
        submit(&owner, tasks[0], false).await;
        assert_eq!(next(&owner, id).await.expect("a task").0, tasks[2]);
        submit(&owner, tasks[2], false).await;
        let none = owner.get(&format!("/api/projects/{id}/next/")).await.expect(404).json();
        assert_eq!(none["detail"], "There are no tasks for owner@example.com");
        let history = owner.get(&format!("/api/projects/{id}/label-stream-history/")).await.json();
        let visited: Vec<i64> = history.as_array().expect("a list").iter().filter_map(|visit| visit["taskId"].as_i64()).collect();
        assert_eq!(visited, [tasks[0], tasks[2]]);
        assert!(history[0]["annotationId"].is_number());
    }

    async fn a_browser_fetches_ahead_without_taking_what_others_have(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let member = kit.member(&owner, "ben@example.com").await;
        assert_eq!(next(&owner, id).await.expect("a task").0, tasks[0]);
        let path = format!("/api/projects/{id}/next/?exclude={}", tasks[0]);
        assert_eq!(owner.get(&path).await.expect(200).json()["id"], tasks[1]);
        assert_eq!(next(&member, id).await.expect("a task").0, tasks[2]);
        owner.get(&format!("/api/projects/{id}/next/?exclude={},{}", tasks[0], tasks[1])).await.expect(404);
    }

    async fn skipped_tasks_go_where_the_project_says(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ben@example.com").await;
        let (others, tasks) = project(&owner, 1, json!({})).await;
        submit(&owner, next(&owner, others).await.expect("a task").0, true).await;
        assert_eq!(next(&owner, others).await, None);
        assert_eq!(next(&member, others).await.expect("a task").0, tasks[0]);
        let (mine, tasks) = project(&owner, 1, json!({ "skip_queue": "REQUEUE_FOR_ME" })).await;
        submit(&owner, next(&owner, mine).await.expect("a task").0, true).await;
        assert_eq!(next(&owner, mine).await, Some((tasks[0], "Skipped queue".to_owned())));
        let (ignored, _) = project(&owner, 1, json!({ "skip_queue": "IGNORE_SKIPPED" })).await;
        submit(&owner, next(&owner, ignored).await.expect("a task").0, true).await;
        assert_eq!(next(&member, ignored).await, None);
    }

    async fn a_postponed_draft_comes_back_at_the_end(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        let first = next(&owner, id).await.expect("a task").0;
        owner.post(&format!("/api/tasks/{first}/drafts"), json!({ "result": [], "was_postponed": true })).await.expect(201);
        assert_eq!(next(&owner, id).await.expect("a task").0, tasks[1]);
        submit(&owner, tasks[1], false).await;
        assert_eq!(next(&owner, id).await, Some((tasks[0], "Postponed draft queue".to_owned())));
    }

    async fn the_least_sure_prediction_comes_first(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        for (task, score) in tasks.iter().zip([0.9, 0.2, 0.5]) {
            let body = json!({ "task": task, "result": answer("pos"), "score": score, "model_version": "m1" });
            owner.post("/api/predictions/", body).await.expect(201);
        }
        let change = json!({ "sampling": "Uncertainty sampling", "model_version": "m1" });
        owner.patch(&format!("/api/projects/{id}/"), change).await.expect(200);
        assert_eq!(next(&owner, id).await, Some((tasks[1], "Active learning or random queue".to_owned())));
    }

    async fn begun_tasks_come_first_where_several_annotations_are_wanted(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ben@example.com").await;
        let (id, tasks) = project(&owner, 3, json!({ "maximum_annotations": 2 })).await;
        submit(&owner, tasks[2], false).await;
        assert_eq!(next(&member, id).await, Some((tasks[2], "Breadth first queue".to_owned())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_task_costs_postgresql_the_same_however_many_annotations_there_are() {
    // So many of both that a join would be tempting.
    const OPEN: usize = 12_000;
    const ANNOTATED: usize = 4_000;
    const CYCLES: usize = 20;
    let Some(kit) = Kit::start(Engine::Postgres, KitOptions::default()).await else {
        return;
    };
    let owner = kit.owner().await;
    // Somebody else than who has brought the annotations.
    let person = kit.member(&owner, "annotator@example.com").await;
    let (id, _) = project(&owner, OPEN, json!({})).await;
    let annotated = (0..ANNOTATED).map(
        |number| json!({ "data": { "text": format!("done {number}") }, "annotations": [{ "result": answer("neg") }] }),
    );
    owner
        .post(&format!("/api/projects/{id}/import"), annotated.collect::<Value>())
        .await
        .expect(201);
    kit.execute("ANALYZE").await;
    let before = annotations_read(&kit).await;
    for _ in 0..CYCLES {
        let (task, _) = next(&person, id).await.expect("a task");
        submit(&person, task, false).await;
    }
    let read = annotations_read(&kit).await - before;
    // Those of the task that is handed out and submitted; one look at all of them would be more than all of that.
    assert!(
        read < ANNOTATED as i64,
        "{read} annotations were read for {CYCLES} tasks"
    );
}

/// How many rows of annotations the database has read. Connections say it at the latest when they end; this one is asked to.
async fn annotations_read(kit: &Kit) -> i64 {
    kit.execute(
        "SELECT pg_terminate_backend(pid, 10000), pg_stat_force_next_flush() FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
         UNION ALL SELECT TRUE, pg_stat_force_next_flush()",
    )
    .await;
    kit.number(
        "SELECT CAST(seq_tup_read + idx_tup_fetch AS BIGINT) FROM pg_stat_user_tables WHERE relname = 'annotation'",
    )
    .await
}
