//! Bad lines between the server and a store: nothing is lost, nothing comes twice.

use std::collections::BTreeSet;
use std::time::Duration;

use labelkeep_testkit::{Client, Fault, FaultProxy, Kit, S3Server, Value, json, on_both_databases};

use super::{body, data, empty, synced};
use crate::work::{answer, project};

const BAD: [Fault; 8] = [
    Fault::Cut(700),
    Fault::Refused,
    Fault::Cut(90),
    Fault::Slow(200, Duration::from_millis(5)),
    Fault::Cut(1_500),
    Fault::Cut(0),
    Fault::Slow(60, Duration::from_millis(2)),
    Fault::Cut(350),
];

fn behind(server: &S3Server, proxy: &FaultProxy, project: i64, more: Value) -> Value {
    let mut body = body(server, project, more);
    body["s3_endpoint"] = json!(proxy.endpoint());
    body
}

/// Syncs until one completes; gives it, and how many did not.
async fn until_completed(kit: &Kit, owner: &Client, path: &str) -> (Value, usize) {
    for failed in 0..20 {
        let storage = synced(kit, owner, path).await;
        if storage["status"] == "completed" {
            return (storage, failed);
        }
        assert_eq!(
            storage["status"], "failed",
            "no object is to blame for the line: {storage}"
        );
    }
    panic!("no sync completes");
}

on_both_databases! {
    async fn a_bad_line_loses_and_doubles_no_task(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let proxy = FaultProxy::before(server.endpoint()).await;
        for number in 0..60 {
            server.put(&format!("{number:02}.json"), format!("[{{\"text\": \"{number}\"}}, {{\"text\": \"{number} again\"}}]"));
        }
        let project = empty(&owner).await;
        let made = owner.post("/api/storages/s3/", behind(&server, &proxy, project, json!({}))).await.expect(201).json();
        let path = format!("/api/storages/s3/{}", made["id"]);
        for _ in 0..3 {
            proxy.next(BAD);
        }
        server.fail(503, "SlowDown");
        server.fail(500, "InternalError");
        server.set_clock(3_000);
        let (_, failed) = until_completed(&kit, &owner, &path).await;
        let texts: Vec<String> = data(&owner, project).await.iter().map(|data| data["text"].to_string()).collect();
        assert_eq!((texts.len(), texts.iter().collect::<BTreeSet<_>>().len()), (120, 120), "after {failed} failed syncs");
        server.set_clock(0);
        let (storage, _) = until_completed(&kit, &owner, &path).await;
        assert_eq!((&storage["last_sync_count"], &storage["status"]), (&json!(0), &json!("completed")), "{storage}");
        assert_eq!(owner.get(&format!("{path}/notes")).await.json()["objects"], json!([]));
    }

    async fn a_bad_line_loses_no_annotation(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let proxy = FaultProxy::before(server.endpoint()).await;
        let (project, tasks) = project(&owner, 12, json!({})).await;
        let body = behind(&server, &proxy, project, json!({ "prefix": "out" }));
        let made = owner.post("/api/storages/export/s3", body).await.expect(201).json();
        let path = format!("/api/storages/export/s3/{}", made["id"]);
        proxy.next(BAD);
        server.fail(403, "ExpiredToken");
        let mut ids = BTreeSet::new();
        for task in &tasks {
            let saved = owner.post(&format!("/api/tasks/{task}/annotations/"), json!({ "result": answer("pos") })).await.expect(201).json();
            ids.insert(format!("out/{}", saved["id"]));
        }
        kit.until("each is written", async || {
            owner.post(&format!("{path}/retry"), json!({})).await.expect(204);
            server.keys().into_iter().collect::<BTreeSet<_>>() == ids
        }).await;
        kit.until("nothing waits", async || owner.get(&format!("{path}/notes")).await.json()["waiting"] == 0).await;
        for key in &ids {
            let object: Value = serde_json::from_slice(&server.get(key).expect("there")).expect("a whole object");
            assert_eq!(object["result"], answer("pos"));
        }
    }

    async fn media_that_is_cut_is_not_passed_off_as_whole(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let proxy = FaultProxy::before(server.endpoint()).await;
        server.put("film.mp4", vec![7_u8; 500_000]);
        let project = empty(&owner).await;
        let more = json!({ "use_blob_urls": true, "presign": false });
        let made = owner.post("/api/storages/s3/", behind(&server, &proxy, project, more)).await.expect(201).json();
        synced(&kit, &owner, &format!("/api/storages/s3/{}", made["id"])).await;
        let task = owner.get(&format!("/api/tasks/?project={project}")).await.json()["tasks"][0].clone();
        let link = task["data"]["text"].as_str().expect("a link").to_owned();
        let whole = owner.get(&link).await.expect(200);
        assert_eq!(whole.header("content-length"), "500000");
        proxy.next([Fault::Cut(100_000), Fault::Cut(100_000), Fault::Cut(100_000)]);
        // A kept connection is as good as ever; new ones are cut.
        let mut was_cut = false;
        for _ in 0..8 {
            let request = owner.request(reqwest::Method::GET, &link).send().await.expect("an answer");
            let Ok(bytes) = request.bytes().await else {
                was_cut = true;
                break;
            };
            assert_eq!(bytes.len(), 500_000);
            proxy.close();
        }
        assert!(was_cut, "the browser sees that something is missing");
    }
}
