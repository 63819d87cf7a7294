//! Syncs that go on: where an interrupted one stopped, and behind what a source that only grows has.

use labelkeep_testkit::{S3Server, json, on_both_databases};

use super::{data, empty, source, synced};

/// From where the lists were asked for since so many requests.
fn lists(server: &S3Server, since: usize) -> Vec<String> {
    let requests = server.requests();
    let lists = requests[since..]
        .iter()
        .filter(|request| request.contains("list-type=2"));
    lists
        .map(|request| {
            let from = request.split("start-after=").nth(1).unwrap_or_default();
            from.split('&').next().unwrap_or_default().to_owned()
        })
        .collect()
}

on_both_databases! {
    async fn a_source_that_only_grows_is_read_behind_its_last_key(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for number in 10..15 {
            server.put(&format!("{number}.json"), format!("{{\"text\": \"{number}\"}}"));
        }
        let id = source(&owner, &server, project, json!({ "append_only": true })).await;
        let path = format!("/api/storages/s3/{id}");
        assert_eq!(owner.get(&path).await.json()["append_only"], true);
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 5);
        let before = server.requests().len();
        server.put("11a.json", r#"{"text": "behind its back"}"#);
        server.put("15.json", r#"{"text": "15"}"#);
        server.put("16.json", "{");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["status"]), (&json!(1), &json!("completed_with_errors")), "{storage}");
        assert_eq!(lists(&server, before), ["14.json"]);
        // What could not be read is read again, and what comes behind it.
        server.put("16.json", r#"{"text": "16"}"#);
        server.put("17.json", r#"{"text": "17"}"#);
        let before = server.requests().len();
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["status"]), (&json!(2), &json!("completed")), "{storage}");
        assert_eq!(lists(&server, before), ["15.json"]);
        // Off, or with another filter, the whole list counts again.
        owner.patch(&path, json!({ "append_only": false })).await.expect(200);
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        owner.patch(&path, json!({ "append_only": true, "regex_filter": "1[0-9a].*" })).await.expect(200);
        let before = server.requests().len();
        assert_eq!(synced(&kit, &owner, &path).await["meta"]["tasks_existed"], 9);
        assert_eq!(lists(&server, before), [""]);
        assert_eq!(data(&owner, project).await.len(), 9);
    }

    async fn an_interrupted_sync_goes_on_where_it_stopped(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        // The first object holds more tasks than one write takes; the store fails behind it.
        let many: Vec<_> = (0..1_500).map(|number| json!({ "text": format!("a{number}") })).collect();
        server.put("a.json", json!(many).to_string());
        server.put("b.json", r#"{"text": "b"}"#);
        for number in 0..1_200 {
            server.put(&format!("c/{number:04}.json"), format!("{{\"text\": \"c{number}\"}}"));
        }
        let id = source(&owner, &server, project, json!({ "recursive_scan": true })).await;
        let path = format!("/api/storages/s3/{id}");
        server.fail_where("/c/0900.json", 403, "ExpiredToken");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["status"], "failed", "keys that have expired are no fault of an object: {storage}");
        let made = count(&owner, project).await;
        assert!((1_500..1_501 + 900).contains(&made), "{made}");
        server.heal();
        server.fail_where("/c/0901.json", 403, "AccessDenied");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["status"], "completed_with_errors", "an object that is denied is a bad object: {storage}");
        server.heal();
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        assert_eq!(count(&owner, project).await, 1_500 + 1 + 1_200, "nothing twice, nothing lost");
        // The list fails after its first page: what is in stays, and the next sync goes on there.
        let other = empty(&owner).await;
        let id = source(&owner, &server, other, json!({ "recursive_scan": true, "use_blob_urls": true })).await;
        let path = format!("/api/storages/s3/{id}");
        server.fail_where("continuation-token", 403, "ExpiredToken");
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("failed"), &json!(1_000)), "{storage}");
        server.heal();
        let before = server.requests().len();
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(202)), "{storage}");
        assert_eq!(lists(&server, before)[0], "c%2F0997.json");
        assert_eq!(count(&owner, other).await, 1_202);
        let before = server.requests().len();
        assert_eq!(synced(&kit, &owner, &path).await["meta"]["tasks_existed"], 1_202);
        assert_eq!(lists(&server, before)[0], "", "a completed one begins at the front");
    }
}

async fn count(owner: &labelkeep_testkit::Client, project: i64) -> i64 {
    let project = owner.get(&format!("/api/projects/{project}/")).await.expect(200).json();
    project["task_number"].as_i64().expect("a number")
}
