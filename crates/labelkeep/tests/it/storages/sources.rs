//! Objects become tasks.

use labelkeep_testkit::s3::Lie;
use labelkeep_testkit::{S3Server, json, on_both_databases};

use super::{data, empty, source, synced};
use crate::data_manager::{line, list, only};

on_both_databases! {
    async fn each_object_is_one_task(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for number in 0..1_203 {
            server.put(&format!("in/{number:04}.txt"), "x");
        }
        server.put("in/deep/x.txt", "x");
        server.put("in/note.md", "x");
        let id = source(&owner, &server, project, json!({ "prefix": "in", "use_blob_urls": true, "regex_filter": r".*\.txt" })).await;
        let path = format!("/api/storages/s3/{id}");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1_203)), "{storage}");
        assert_eq!(storage["meta"]["tasks_existed"], 0);
        let tasks = data(&owner, project).await;
        assert_eq!(tasks[0], json!({ "text": "s3://our-data/in/0000.txt" }));
        let counted = owner.get(&format!("/api/projects/{project}/")).await.json();
        assert_eq!(counted["task_number"], 1_203);
        let named = only(line("storage_filename", "contains", "String", "0500"));
        let named = list(&owner, project, &named, "").await.expect(200).json();
        assert_eq!((&named["total"], &named["tasks"][0]["storage_filename"]), (&json!(1), &json!("in/0500.txt")));
        // Once more: nothing is new, and what is new comes alone.
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["meta"]["tasks_existed"]), (&json!(0), &json!(1_203)));
        server.put("in/0500b.txt", "x");
        server.put("in/0001.txt", "changed");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["status"]), (&json!(1), &json!("completed")));
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        assert_eq!(notes["objects"], json!([{ "key": "in/0001.txt", "has_changed": true, "problem": null }]));
        assert_eq!(owner.get(&format!("/api/projects/{project}/")).await.json()["task_number"], 1_204);
        // A bucket that was emptied by mistake and filled again makes nothing twice.
        for key in server.keys() {
            server.remove(&key);
        }
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["meta"]["tasks_existed"]), (&json!("completed"), &json!(0)));
        for number in 0..1_203 {
            server.put(&format!("in/{number:04}.txt"), "x");
        }
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["meta"]["tasks_existed"]), (&json!(0), &json!(1_203)));
    }

    async fn sec_229_sec_230_a_store_that_lies_costs_neither_memory_nor_time(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for number in 0..10 {
            server.put(&format!("{number}.json"), format!("{{\"text\": \"{}\"}}", "x".repeat(100_000)));
        }
        server.put("a.json", r#"{"text": "a"}"#);
        let id = source(&owner, &server, project, json!({})).await;
        let path = format!("/api/storages/s3/{id}");
        // How much is read at once is planned by what the list says: not more than that is taken.
        server.lie(Some(Lie::Small));
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed_with_errors"), &json!(1)), "{storage}");
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        assert!(notes["objects"][0]["problem"].as_str().expect("a reason").contains("larger than"), "{notes}");
        server.lie(Some(Lie::Endless));
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["status"], "failed", "{storage}");
        assert!(storage["traceback"].as_str().expect("a text").contains("does not come to an end"), "{storage}");
        server.lie(None);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(10)), "{storage}");
    }

    async fn objects_hold_tasks_and_a_bad_one_harms_no_other(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.json", r#"{"text": "one"}"#);
        server.put("b.json", r#"[{"data": {"text": "two"}}, {"text": "three"}]"#);
        server.put("c.jsonl", "{\"text\": \"four\"}\n\n{\"text\": \"five\"}\n");
        server.put("d", r#"{"data": {"text": "six"}, "annotations": [{"result": []}], "predictions": [{"result": []}]}"#);
        server.put("e-broken.json", "{");
        server.put("f-picture.png", "x");
        server.put("g-other.json", r#"{"image": "no text"}"#);
        server.put("h-latin1.json", b"{\"text\": \"\xe9\"}".to_vec());
        server.put("i-empty.json", "[]");
        server.put("j-half.json", r#"[{"text": "not this"}, 7]"#);
        let id = source(&owner, &server, project, json!({})).await;
        let path = format!("/api/storages/s3/{id}");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed_with_errors"), &json!(6)), "{storage}");
        let texts: Vec<_> = data(&owner, project).await.iter().map(|data| data["text"].clone()).collect();
        assert_eq!(texts, ["one", "two", "three", "four", "five", "six"]);
        let counted = owner.get(&format!("/api/projects/{project}/")).await.json();
        assert_eq!((&counted["total_annotations_number"], &counted["total_predictions_number"]), (&json!(1), &json!(1)));
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        let noted: Vec<_> = notes["objects"].as_array().expect("a list").iter().map(|object| object["key"].clone()).collect();
        assert_eq!(noted, ["e-broken.json", "f-picture.png", "g-other.json", "h-latin1.json", "j-half.json"], "{notes}");
        // What was wrong is read again, what is in is not.
        server.put("e-broken.json", r#"{"text": "seven"}"#);
        for key in ["f-picture.png", "g-other.json", "h-latin1.json", "j-half.json"] {
            server.remove(key);
        }
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1)), "{storage}");
        let notes = owner.get(&format!("{path}/notes")).await.expect(200).json();
        assert_eq!(notes["objects"], json!([]), "what is gone is forgotten");
    }

    async fn a_deleted_task_comes_back_and_a_deleted_object_takes_none_away(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.json", r#"{"text": "a"}"#);
        server.put("b.json", r#"{"text": "b"}"#);
        let id = source(&owner, &server, project, json!({})).await;
        let path = format!("/api/storages/s3/{id}");
        synced(&kit, &owner, &path).await;
        server.remove("b.json");
        let tasks = owner.get(&format!("/api/tasks/?project={project}")).await.json();
        owner.delete(&format!("/api/tasks/{}/", tasks["tasks"][0]["id"])).await.expect(204);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["last_sync_count"], 1);
        let texts: Vec<_> = data(&owner, project).await.iter().map(|data| data["text"].clone()).collect();
        assert_eq!(texts, ["b", "a"]);
        owner.delete(&path).await.expect(204);
        assert_eq!(data(&owner, project).await.len(), 2, "tasks stay without their storage");
    }

    async fn faults_on_the_way_lose_and_double_nothing(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for number in 0..30 {
            server.put(&format!("{number:02}.json"), format!("{{\"text\": \"{number}\"}}"));
        }
        let id = source(&owner, &server, project, json!({})).await;
        let path = format!("/api/storages/s3/{id}");
        server.fail(503, "SlowDown");
        server.fail(500, "InternalError");
        // A clock that differs is learned from the answer.
        server.set_clock(7_200);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(30)), "{storage}");
        server.set_clock(0);
        server.put("30.json", "{\"text\": \"30\"}");
        server.fail(403, "ExpiredToken");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["status"], "failed");
        assert!(storage["traceback"].as_str().expect("a text").contains("the session token has expired"), "{storage}");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1)), "{storage}");
        let texts: std::collections::BTreeSet<_> =
            data(&owner, project).await.iter().map(|data| data["text"].as_str().expect("a text").to_owned()).collect();
        assert_eq!((texts.len(), data(&owner, project).await.len()), (31, 31));
    }

    async fn a_storage_can_refuse_to_be_synced(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        let id = source(&owner, &server, project, json!({ "synchronizable": false })).await;
        let reply = owner.post(&format!("/api/storages/s3/{id}/sync"), json!({})).await.expect(400);
        assert!(reply.text.contains(&format!("Storage {id} is not synchronizable")), "{}", reply.text);
    }
}
