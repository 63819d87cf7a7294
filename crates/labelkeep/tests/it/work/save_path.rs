//! Nothing acknowledged is ever lost: operation ids, revisions, counters in the same transaction.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Reply, Value, json, on_both_databases};
use reqwest::Method;

use super::{answer, project};

async fn save(
    client: &Client,
    method: Method,
    path: &str,
    key: Option<&str>,
    revision: Option<&str>,
    body: &Value,
) -> Reply {
    let mut request = client.with_csrf(client.request(method, path)).json(body);
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    if let Some(revision) = revision {
        request = request.header("If-Match", revision);
    }
    client.send(request).await
}

const KEY: &str = "6f1c2f6e-8d0d-4a8e-9a43-2f0f5d6f3a01";

on_both_databases! {
    async fn an_annotation_larger_than_other_bodies_is_saved_as_it_is(kit: Kit) {
        let owner = kit.owner().await;
        let (_, tasks) = project(&owner, 1, json!({})).await;
        let region = answer("pos")[0].clone();
        let regions: Vec<Value> = (0..10_000)
            .map(|index| {
                let mut region = region.clone();
                region["id"] = json!(format!("region-{index}"));
                region["note"] = json!("x".repeat(1_100));
                region
            })
            .collect();
        let body = json!({ "result": regions });
        assert!(body.to_string().len() > 11_000_000);
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let saved = owner.post(&path, body.clone()).await.expect(201).json();
        assert_eq!(saved["result"].as_array().map(Vec::len), Some(10_000));
        let draft = format!("/api/tasks/{}/annotations/{}/drafts", tasks[0], saved["id"]);
        owner.post(&draft, body).await.expect(201);
    }

    async fn a_repeated_save_is_answered_as_the_first_and_counts_once(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let body = json!({ "result": answer("pos"), "lead_time": 2.5 });
        let first = save(&owner, Method::POST, &path, Some(KEY), None, &body).await.expect(201).json();
        let again = save(&owner, Method::POST, &path, Some(KEY), None, &body).await.expect(201).json();
        assert_eq!(first["id"], again["id"]);
        // The key of another task's save is no key of this one.
        let other = format!("/api/tasks/{}/annotations/", tasks[1]);
        save(&owner, Method::POST, &other, Some(KEY), None, &body).await.expect(409);
        let project = owner.get(&format!("/api/projects/{id}/")).await.json();
        assert_eq!((&project["total_annotations_number"], &project["finished_task_number"]), (&json!(1), &json!(1)));
        assert_eq!((&project["queue_total"], &project["queue_done"]), (&json!(2), &json!(1)));
    }

    async fn a_stale_save_is_refused_and_the_other_stays(kit: Kit) {
        let owner = kit.owner().await;
        let (_, tasks) = project(&owner, 1, json!({})).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let made = save(&owner, Method::POST, &path, None, None, &json!({ "result": answer("pos") })).await.expect(201);
        let etag = made.header("etag").to_owned();
        let path = format!("/api/annotations/{}/", made.json()["id"]);
        let newer = json!({ "result": answer("neg") });
        let saved = save(&owner, Method::PATCH, &path, None, Some(&etag), &newer).await.expect(200);
        assert_ne!(saved.header("etag"), etag);
        let stale = save(&owner, Method::PATCH, &path, None, Some(&etag), &json!({ "result": answer("pos") })).await;
        assert!(stale.expect(409).json()["detail"].as_str().expect("text").contains("changed since"));
        assert_eq!(owner.get(&path).await.json()["result"], answer("neg"));
        // Clients that know no revision: the last write wins.
        save(&owner, Method::PATCH, &path, None, None, &json!({ "result": answer("pos") })).await.expect(200);
        assert_eq!(owner.get(&path).await.json()["result"], answer("pos"));
    }

    async fn the_history_of_an_annotation_keeps_every_state_even_refused_ones(kit: Kit) {
        let owner = kit.owner().await;
        let (_, tasks) = project(&owner, 2, json!({})).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let made = save(&owner, Method::POST, &path, None, None, &json!({ "result": answer("pos") })).await.expect(201);
        let etag = made.header("etag").to_owned();
        let path = format!("/api/annotations/{}/", made.json()["id"]);
        let member = kit.member(&owner, "ben@example.com").await;
        save(&member, Method::PATCH, &path, None, None, &json!({ "result": answer("neg") })).await.expect(200);
        save(&owner, Method::PATCH, &path, None, Some(&etag), &json!({ "result": [] })).await.expect(409);

        let history = format!("{path}history");
        let entries = owner.get(&history).await.expect(200).json();
        let told: Vec<_> = entries.as_array().expect("a list").iter().map(|entry| (&entry["kind"], &entry["by"]["email"])).collect();
        assert_eq!(told, [
            (&json!("conflict"), &json!("owner@example.com")),
            (&json!("updated"), &json!("ben@example.com")),
            (&json!("submitted"), &json!("owner@example.com")),
        ]);
        assert!(entries[0].get("result").is_none());
        for (index, result) in [json!([]), answer("neg"), answer("pos")].into_iter().enumerate() {
            let state = owner.get(&format!("{history}/{}", entries[index]["id"])).await.expect(200).json();
            assert_eq!(state["result"], result);
        }
        let older = owner.get(&format!("{history}?before={}", entries[1]["id"])).await.expect(200).json();
        assert_eq!(older, json!([entries[2]]));
        // A state of another annotation, and somebody who is signed out.
        let other = owner.post(&format!("/api/tasks/{}/annotations/", tasks[1]), json!({ "result": [] })).await.expect(201).json();
        owner.get(&format!("/api/annotations/{}/history/{}", other["id"], entries[0]["id"])).await.expect(404);
        kit.anonymous().get(&history).await.expect(401);
    }

    async fn the_unique_id_of_the_reference_is_refused_twice(kit: Kit) {
        let owner = kit.owner().await;
        let (_, tasks) = project(&owner, 1, json!({})).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let body = json!({ "result": [], "unique_id": KEY });
        owner.post(&path, body.clone()).await.expect(201);
        assert_eq!(owner.post(&path, body).await.expect(409).json()["detail"], "Annotation with this unique id already exists");
        owner.post(&path, json!({ "result": [], "unique_id": "no uuid" })).await.expect(400);
    }

    async fn drafts_become_annotations_and_repeat_themselves(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        let drafts = format!("/api/tasks/{}/drafts", tasks[0]);
        let body = json!({ "result": answer("pos"), "lead_time": 1.5 });
        let first = save(&owner, Method::POST, &drafts, Some(KEY), None, &body).await.expect(201).json();
        let again = save(&owner, Method::POST, &drafts, Some(KEY), None, &body).await.expect(201).json();
        assert_eq!(first["id"], again["id"]);
        assert_eq!(first["user"], "owner@example.com");
        let member = kit.member(&owner, "ben@example.com").await;
        let draft = format!("/api/drafts/{}/", first["id"]);
        member.patch(&draft, json!({ "result": [] })).await.expect(403);
        let annotations = format!("/api/tasks/{}/annotations/", tasks[0]);
        let stolen = json!({ "result": [], "draft_id": first["id"] });
        member.post(&annotations, stolen).await.expect(403);
        let summary = owner.get(&format!("/api/projects/{id}/summary/")).await.json();
        assert_eq!(summary["created_labels_drafts"], json!({ "label": { "pos": 1 } }));
        let made = owner.post(&annotations, json!({ "result": answer("pos"), "draft_id": first["id"] })).await.expect(201).json();
        assert_eq!(made["draft_created_at"], first["created_at"]);
        assert_eq!(owner.get(&drafts).await.json(), json!([]));
        // And back again.
        let path = format!("/api/annotations/{}/convert-to-draft", made["id"]);
        owner.post(&path, json!({})).await.expect(201);
        assert_eq!(owner.get(&annotations).await.json(), json!([]));
        let project = owner.get(&format!("/api/projects/{id}/")).await.json();
        assert_eq!((&project["total_annotations_number"], &project["finished_task_number"]), (&json!(0), &json!(0)));
    }

    async fn sec_162_a_result_of_the_wrong_shape_changes_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        for bad in [json!({ "label": "pos" }), json!([3]), json!([{ "value": { "x": "left" }, "type": "rectangle", "from_name": "a", "to_name": "b" }])] {
            let reply = owner.post(&path, json!({ "result": bad })).await.expect(400).json();
            assert!(reply["validation_errors"]["result"].is_array(), "{reply}");
        }
        // An unknown control is kept as it is: it may belong to an older configuration.
        let unknown = json!([{ "id": "r", "from_name": "gone", "to_name": "text", "type": "choices", "value": { "choices": ["x"] }, "extra": [1, null] }]);
        let made = owner.post(&path, json!({ "result": unknown })).await.expect(201).json();
        assert_eq!(made["result"], unknown);
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["total_annotations_number"], 1);
    }

    async fn one_ground_truth_for_each_task(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({ "maximum_annotations": 3 })).await;
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let first = owner.post(&path, json!({ "result": [], "ground_truth": true })).await.expect(201).json();
        owner.post(&path, json!({ "result": [], "ground_truth": true })).await.expect(201);
        assert_eq!(owner.get(&format!("/api/annotations/{}/", first["id"])).await.json()["ground_truth"], false);
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["ground_truth_number"], 1);
    }

    async fn counters_follow_every_way_of_work(kit: Kit, KitOptions::default()) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({ "maximum_annotations": 2 })).await;
        let member = kit.member(&owner, "ben@example.com").await;
        let path = |task: i64| format!("/api/tasks/{task}/annotations/");
        let kept = owner.post(&path(tasks[0]), json!({ "result": answer("pos") })).await.expect(201).json();
        member.post(&path(tasks[0]), json!({ "result": answer("neg") })).await.expect(201);
        owner.post(&path(tasks[1]), json!({ "result": [], "was_cancelled": true })).await.expect(201);
        let numbers = async |names: [&str; 5]| {
            let project = owner.get(&format!("/api/projects/{id}/")).await.json();
            names.map(|name| project[name].as_i64().expect("a number"))
        };
        let names = ["task_number", "finished_task_number", "total_annotations_number", "skipped_annotations_number", "queue_done"];
        assert_eq!(numbers(names).await, [3, 1, 2, 1, 2]);
        owner.patch(&format!("/api/annotations/{}/", kept["id"]), json!({ "was_cancelled": true })).await.expect(200);
        assert_eq!(numbers(names).await, [3, 0, 1, 2, 2]);
        owner.delete(&format!("/api/annotations/{}/", kept["id"])).await.expect(204);
        assert_eq!(numbers(names).await, [3, 0, 1, 1, 1]);
        owner.patch(&format!("/api/projects/{id}/"), json!({ "maximum_annotations": 1 })).await.expect(200);
        assert_eq!(numbers(names).await, [3, 1, 1, 1, 1]);
        owner.patch(&format!("/api/projects/{id}/"), json!({ "skip_queue": "IGNORE_SKIPPED" })).await.expect(200);
        assert_eq!(numbers(names).await, [3, 2, 1, 1, 1]);
        owner.delete(&format!("/api/tasks/{}/", tasks[0])).await.expect(204);
        assert_eq!(numbers(names).await, [2, 1, 0, 1, 1]);
        owner.delete(&format!("/api/projects/{id}/tasks/")).await.expect(204);
        assert_eq!(numbers(names).await, [0, 0, 0, 0, 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_that_ended_every_connection_costs_nobody_a_request() {
    let Some(kit) = Kit::start(Engine::Postgres, KitOptions::default()).await else {
        return;
    };
    let owner = &kit.owner().await;
    let (_, tasks) = project(owner, 20, json!({})).await;
    // Many at once, so that many connections are kept.
    let read = || {
        futures_util::future::join_all(
            tasks
                .iter()
                .map(|task| async move { owner.get(&format!("/api/tasks/{task}/")).await.expect(200) }),
        )
    };
    read().await;
    kit.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    read().await;
    kit.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    for task in &tasks {
        let path = format!("/api/tasks/{task}/annotations/");
        owner.post(&path, json!({ "result": answer("pos") })).await.expect(201);
    }
}
