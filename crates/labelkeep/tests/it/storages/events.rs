//! Stores say what is new.

use labelkeep_testkit::{Client, Kit, S3Server, Value, json, on_both_databases, s3};
use reqwest::Method;

use super::{data, empty, source, synced};

async fn listens(owner: &Client, storage: i64) -> (String, String) {
    let made = owner
        .post(&format!("/api/storages/s3/{storage}/events"), json!({}))
        .await
        .expect(201)
        .json();
    let path = made["url"]
        .as_str()
        .expect("an address")
        .split_once("/api/")
        .expect("a path")
        .1
        .to_owned();
    (
        format!("/api/{path}"),
        made["secret"].as_str().expect("a secret").to_owned(),
    )
}

/// An event of S3, some seconds ago.
fn event(bucket: &str, key: &str, ago: i64) -> Value {
    let at = chrono::Utc::now() - chrono::TimeDelta::seconds(ago);
    json!({ "Records": [{ "eventSource": "aws:s3", "eventTime": at.to_rfc3339(), "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": bucket }, "object": { "key": key, "size": 20, "eTag": "x", "sequencer": "1" } } }] })
}

async fn send(kit: &Kit, path: &str, secret: &str, body: Value) -> labelkeep_testkit::Reply {
    let store = kit.anonymous();
    store
        .send(
            store
                .request(Method::POST, path)
                .bearer_auth(secret)
                .body(body.to_string()),
        )
        .await
}

on_both_databases! {
    async fn a_new_object_becomes_a_task_without_a_sync(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("in/deep/c.json", r#"{"text": "too deep"}"#);
        let id = source(&owner, &server, project, json!({ "prefix": "in" })).await;
        assert_eq!(owner.get(&format!("/api/storages/s3/{id}")).await.json()["events"], false);
        let (path, secret) = listens(&owner, id).await;
        assert_eq!(owner.get(&format!("/api/storages/s3/{id}")).await.json()["events"], true);
        server.put("in/a b.json", r#"[{"text": "one"}, {"text": "two"}]"#);
        server.put("in/deep/c.json", r#"{"text": "too deep"}"#);
        server.put("out/d.json", r#"{"text": "elsewhere"}"#);
        server.put("in/e.json", "{");
        let first = event(s3::BUCKET, "in/a+b.json", 1);
        assert_eq!(send(&kit, &path, &secret, first.clone()).await.expect(200).json()["objects"], 1);
        for (bucket, key) in [(s3::BUCKET, "in/deep/c.json"), (s3::BUCKET, "out/d.json"), ("another", "in/a+b.json"), (s3::BUCKET, "in/../out/d.json")] {
            assert_eq!(send(&kit, &path, &secret, event(bucket, key, 1)).await.expect(200).json()["objects"], 0, "{bucket}/{key}");
        }
        let sns = json!({ "Type": "Notification", "Message": event(s3::BUCKET, "in/e.json", 1).to_string() });
        send(&kit, &path, &secret, sns).await.expect(200);
        kit.until("the tasks are there", async || data(&owner, project).await.len() == 2).await;
        kit.until("the bad object is noted", async || {
            let notes = owner.get(&format!("/api/storages/s3/{id}/notes")).await.json();
            notes["objects"][0]["key"] == "in/e.json"
        }).await;
        // The same event again, and the sync, make nothing twice.
        assert_eq!(send(&kit, &path, &secret, first).await.expect(200).json()["objects"], 0);
        send(&kit, &path, &secret, event(s3::BUCKET, "in/a+b.json", 0)).await.expect(200);
        server.put("in/e.json", r#"{"text": "three"}"#);
        let storage = synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        assert_eq!((&storage["last_sync_count"], &storage["meta"]["tasks_existed"]), (&json!(1), &json!(1)), "{storage}");
        let storage = synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        assert_eq!((&storage["last_sync_count"], &storage["meta"]["objects_changed"]), (&json!(0), &json!(0)), "{storage}");
        assert_eq!(data(&owner, project).await.len(), 3);
    }

    async fn what_the_store_does_not_give_yet_is_not_lost(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        let id = source(&owner, &server, project, json!({})).await;
        let (path, secret) = listens(&owner, id).await;
        server.put("a.json", r#"{"text": "one"}"#);
        server.fail_where("/a.json", 403, "ExpiredToken");
        send(&kit, &path, &secret, event(s3::BUCKET, "a.json", 1)).await.expect(200);
        kit.until("it was asked for", async || server.requests().iter().any(|request| request.ends_with("/a.json"))).await;
        assert!(data(&owner, project).await.is_empty());
        server.heal();
        kit.until("the task is there", async || data(&owner, project).await.len() == 1).await;
    }

    async fn only_who_knows_the_secret_is_listened_to(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.json", r#"{"text": "one"}"#);
        let id = source(&owner, &server, project, json!({})).await;
        let other = source(&owner, &server, project, json!({})).await;
        let (path, secret) = listens(&owner, id).await;
        let (other_path, other_secret) = listens(&owner, other).await;
        let body = || event(s3::BUCKET, "a.json", 1);
        for (path, secret) in [(&path, &other_secret), (&other_path, &secret), (&path, &String::new()), (&path.replace(&id.to_string(), "987654321"), &secret)] {
            send(&kit, path, secret, body()).await.expect(404);
        }
        let nobody = kit.anonymous();
        nobody.send(nobody.request(Method::POST, &path).body(body().to_string())).await.expect(404);
        // A session is no proof here, and the secret none elsewhere.
        owner.post(&path, body()).await.expect(404);
        nobody.send(nobody.request(Method::GET, "/api/projects/").bearer_auth(&secret)).await.expect(401);
        for (ago, status) in [(8 * 86_400, 400), (-3_600, 400)] {
            send(&kit, &path, &secret, event(s3::BUCKET, "a.json", ago)).await.expect(status);
        }
        send(&kit, &path, &secret, json!({ "hello": 1 })).await.expect(400);
        let foreign = json!({ "Type": "SubscriptionConfirmation", "SubscribeURL": format!("{}/x", server.endpoint()) });
        let before = server.requests().len();
        send(&kit, &path, &secret, foreign).await.expect(400);
        assert_eq!(server.requests().len(), before);
        let basic = nobody.request(Method::POST, &path).basic_auth("any", Some(&secret)).body(body().to_string());
        nobody.send(basic).await.expect(200);
        let in_path = format!("{other_path}{other_secret}/");
        let asks = json!([{ "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": { "validationCode": "512d" } }]);
        let request = nobody.request(Method::POST, &in_path).body(asks.to_string());
        assert_eq!(nobody.send(request).await.expect(200).json()["validationResponse"], "512d");
        // A new secret ends the old one; so does listening no more.
        let (_, fresh) = listens(&owner, id).await;
        send(&kit, &path, &secret, body()).await.expect(404);
        send(&kit, &path, &fresh, body()).await.expect(200);
        owner.delete(&format!("/api/storages/s3/{id}/events")).await.expect(204);
        send(&kit, &path, &fresh, body()).await.expect(404);
        assert!(!owner.get("/api/audit/").await.text.contains(&fresh));
        owner.post("/api/storages/export/s3/1/events", json!({})).await.expect(404);
    }
}
