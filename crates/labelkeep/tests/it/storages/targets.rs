//! Annotations become objects.

use labelkeep_testkit::{Client, S3Server, Value, json, on_both_databases};

use super::{body, synced};
use crate::work::{answer, project};

async fn target(owner: &Client, server: &S3Server, project: i64, more: Value) -> String {
    let made = owner
        .post("/api/storages/export/s3", body(server, project, more))
        .await
        .expect(201)
        .json();
    format!("/api/storages/export/s3/{}", made["id"])
}

async fn annotate(owner: &Client, task: i64, choice: &str) -> i64 {
    let body = json!({ "result": answer(choice) });
    let made = owner
        .post(&format!("/api/tasks/{task}/annotations/"), body)
        .await
        .expect(201)
        .json();
    made["id"].as_i64().expect("an id")
}

fn written(server: &S3Server, key: &str) -> Option<Value> {
    server
        .get(key)
        .map(|bytes| serde_json::from_slice(&bytes).expect("JSON"))
}

on_both_databases! {
    async fn sec_195_each_save_is_written_below_the_prefix(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, tasks) = project(&owner, 2, json!({})).await;
        let before = annotate(&owner, tasks[0], "pos").await;
        let path = target(&owner, &server, project, json!({ "prefix": "out", "can_delete_objects": true })).await;
        assert!(server.keys().is_empty(), "the test of writing leaves nothing behind: {:?}", server.keys());
        let id = annotate(&owner, tasks[1], "neg").await;
        let key = format!("out/{id}");
        kit.until("the annotation is written", async || server.get(&key).is_some()).await;
        let object = written(&server, &key).expect("there");
        assert_eq!((&object["id"], &object["task"]["id"], &object["project"]), (&json!(id), &json!(tasks[1]), &json!(project)));
        assert_eq!(object["result"], answer("neg"));
        assert_eq!(object["task"]["data"], json!({ "text": "text 1" }));
        assert_eq!(object["completed_by"]["email"], labelkeep_testkit::OWNER);
        assert_eq!(server.keys(), std::slice::from_ref(&key), "older ones are written when somebody asks");
        owner.patch(&format!("/api/annotations/{id}/"), json!({ "result": answer("pos") })).await.expect(200);
        kit.until("the change is written", async || written(&server, &key).expect("there")["result"] == answer("pos")).await;
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(2)), "{storage}");
        let mut expected = vec![format!("out/{before}"), key.clone()];
        expected.sort();
        assert_eq!(server.keys(), expected);
        owner.delete(&format!("/api/annotations/{id}/")).await.expect(204);
        kit.until("the object is gone", async || server.get(&key).is_none()).await;
    }

    async fn what_fails_is_shown_and_tried_again(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, tasks) = project(&owner, 1, json!({})).await;
        let path = target(&owner, &server, project, json!({})).await;
        server.fail(403, "AccessDenied");
        let id = annotate(&owner, tasks[0], "pos").await;
        let key = id.to_string();
        kit.until("the failure is noted", async || owner.get(&format!("{path}/notes")).await.json()["failed"] == 1).await;
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        assert_eq!(notes["waiting"], 1);
        assert_eq!(notes["annotations"][0]["annotation"], id);
        assert!(notes["annotations"][0]["error"].as_str().expect("a text").contains("was denied"), "{notes}");
        owner.post(&format!("{path}/retry"), json!({})).await.expect(204);
        kit.until("it is written", async || server.get(&key).is_some()).await;
        kit.until("nothing waits", async || owner.get(&format!("{path}/notes")).await.json()["waiting"] == 0).await;
        // Deletion is not asked for: the object stays.
        owner.delete(&format!("/api/annotations/{id}/")).await.expect(204);
        let again = annotate(&owner, tasks[0], "neg").await.to_string();
        kit.until("the next one is written", async || server.get(&again).is_some()).await;
        assert!(server.get(&key).is_some());
    }

    async fn a_full_export_counts_what_was_written(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, tasks) = project(&owner, 3, json!({})).await;
        for task in &tasks {
            annotate(&owner, *task, "pos").await;
        }
        let path = target(&owner, &server, project, json!({})).await;
        server.fail(200, "nothing");
        server.fail(204, "nothing");
        server.fail(403, "AccessDenied");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed_with_errors"), &json!(2)), "{storage}");
        kit.until("the third one follows", async || server.keys().len() == 3).await;
    }
}
