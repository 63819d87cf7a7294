//! Connections: keys that an organization keeps once.

use labelkeep_testkit::{Client, S3Server, Value, json, on_both_databases, s3};

use super::{empty, synced};
use crate::roles::turn_on;

/// The body of a connection.
pub(crate) fn keys(server: &S3Server, more: Value) -> Value {
    let mut body = json!({
        "type": "s3",
        "title": "Our data",
        "s3_endpoint": server.endpoint(),
        "aws_access_key_id": s3::KEY_ID,
        "aws_secret_access_key": s3::SECRET,
    });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// A connection to the server; gives its id.
pub(crate) async fn connection(owner: &Client, server: &S3Server, more: Value) -> i64 {
    let made = owner
        .post("/api/storage-connections/", keys(server, more))
        .await
        .expect(201)
        .json();
    made["id"].as_i64().expect("an id")
}

fn with(project: i64, connection: i64, more: Value) -> Value {
    let mut body = json!({ "project": project, "bucket": s3::BUCKET, "connection": connection, "use_blob_urls": true });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

on_both_databases! {
    async fn sec_194_projects_use_keys_that_nobody_there_sees(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        server.put("in/a.txt", "hello");
        let manager = kit.member(&owner, "manager@example.com").await;
        turn_on(&owner, &[(&manager, "MA")]).await;
        let project = empty(&manager).await;
        let id = connection(&owner, &server, json!({})).await;
        let choices = manager.get(&format!("/api/projects/{project}/storage-connections")).await.expect(200);
        assert_eq!(choices.json(), json!([{ "id": id, "type": "s3", "title": "Our data", "places": [] }]));
        let made = manager.post("/api/storages/s3/", with(project, id, json!({ "prefix": "in" }))).await.expect(201).json();
        assert_eq!((&made["connection"], &made["s3_endpoint"]), (&json!(id), &json!(null)));
        let path = format!("/api/storages/s3/{}", made["id"]);
        let storage = synced(&kit, &manager, &path).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1)), "{storage}");
        manager.post("/api/storages/export/s3", with(project, id, json!({ "prefix": "out" }))).await.expect(201);
        // Who uses a connection neither sees nor changes it, and sends no keys along.
        manager.get("/api/storage-connections/").await.expect(403);
        manager.post("/api/storage-connections/", keys(&server, json!({}))).await.expect(403);
        manager.patch(&format!("/api/storage-connections/{id}/"), json!({ "title": "Mine" })).await.expect(403);
        manager.delete(&format!("/api/storage-connections/{id}/")).await.expect(403);
        let other = S3Server::start().await;
        let reply = manager.patch(&path, json!({ "s3_endpoint": other.endpoint() })).await.expect(400);
        assert!(reply.text.contains("The connection says this"), "{}", reply.text);
        manager.patch(&path, json!({ "aws_secret_access_key": "theirs" })).await.expect(400);
        manager.patch(&path, json!({ "connection": null, "s3_endpoint": other.endpoint() })).await.expect(400);
        assert!(other.requests().is_empty(), "nothing was signed for it");
        for path in ["/api/storage-connections/", &format!("/api/projects/{project}/storage-connections"), &path, "/api/audit/"] {
            let text = owner.get(path).await.expect(200).text;
            assert!(!text.contains(s3::SECRET) && !text.contains(s3::KEY_ID), "{path}: {text}");
        }
    }

    async fn sec_194_a_connection_is_for_some_buckets_and_one_workspace(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        server.put("in/a.txt", "hello");
        let workspace = owner.post("/api/workspaces/", json!({ "title": "Theirs" })).await.expect(201).json()["id"].clone();
        let (project, other) = (empty(&owner).await, empty(&owner).await);
        owner.patch(&format!("/api/projects/{project}/"), json!({ "workspace": workspace })).await.expect(200);
        let id = connection(&owner, &server, json!({ "workspace": workspace, "places": [format!("{}/in", s3::BUCKET)] })).await;
        assert_eq!(owner.get(&format!("/api/projects/{other}/storage-connections")).await.json(), json!([]));
        let reply = owner.post("/api/storages/s3/", with(other, id, json!({ "prefix": "in" }))).await.expect(400);
        assert!(reply.text.contains("no such connection for this project"), "{}", reply.text);
        for wrong in [json!({}), json!({ "prefix": "inside" }), json!({ "bucket": "elsewhere", "prefix": "in" })] {
            for path in ["/api/storages/s3/", "/api/storages/s3/validate", "/api/storages/s3/files"] {
                let reply = owner.post(path, with(project, id, wrong.clone())).await.expect(400);
                assert!(reply.text.contains("is for our-data/in only"), "{}", reply.text);
            }
        }
        let made = owner.post("/api/storages/s3/", with(project, id, json!({ "prefix": "in" }))).await.expect(201).json();
        let path = format!("/api/storages/s3/{}", made["id"]);
        synced(&kit, &owner, &path).await;
        let task = owner.get(&format!("/api/tasks/?project={project}")).await.json()["tasks"][0].clone();
        let link = task["data"]["text"].as_str().expect("a link").to_owned();
        owner.get(&link).await.expect(303);
        // Where the connection does not reach, it opens nothing any more.
        owner.patch(&format!("/api/projects/{project}/"), json!({ "workspace": null })).await.expect(200);
        owner.get(&link).await.expect(404);
        let storage = synced(&kit, &owner, &path).await;
        assert_eq!(storage["status"], "failed");
        assert!(storage["traceback"].as_str().expect("a text").contains("not for its project any more"), "{storage}");
        owner.patch(&format!("/api/projects/{project}/"), json!({ "workspace": workspace })).await.expect(200);
        owner.get(&link).await.expect(303);
        owner.patch(&format!("/api/storage-connections/{id}/"), json!({ "places": ["another"] })).await.expect(200);
        owner.get(&link).await.expect(404);
    }

    async fn sec_194_keys_are_changed_in_one_place(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        server.put("in/a.txt", "hello");
        let id = connection(&owner, &server, json!({})).await;
        let path = format!("/api/storage-connections/{id}/");
        let mut links = Vec::new();
        for _ in 0..2 {
            let project = empty(&owner).await;
            let made = owner.post("/api/storages/s3/", with(project, id, json!({ "title": "S", "presign": false }))).await.expect(201).json();
            synced(&kit, &owner, &format!("/api/storages/s3/{}", made["id"])).await;
            owner.patch(&format!("/api/storages/s3/{}", made["id"]), json!({ "recursive_scan": true })).await.expect(200);
            synced(&kit, &owner, &format!("/api/storages/s3/{}", made["id"])).await;
            let task = owner.get(&format!("/api/tasks/?project={project}")).await.json()["tasks"][0].clone();
            links.push(task["data"]["text"].as_str().expect("a link").to_owned());
        }
        let listed = owner.get("/api/storage-connections/").await.expect(200).json();
        assert_eq!((&listed[0]["storages"], &listed[0]["s3_endpoint"]), (&json!(2), &json!(server.endpoint())));
        // What would stop working is said before; nothing has changed then.
        let reply = owner.patch(&path, json!({ "aws_secret_access_key": "wrong" })).await.expect(400);
        assert!(reply.text.contains("The storage \\\"S\\\" of project"), "{}", reply.text);
        owner.get(&links[0]).await.expect(200);
        // To another store keys go only when they are sent for it.
        let other = S3Server::start().await;
        other.put("in/a.txt", "moved");
        owner.patch(&path, json!({ "s3_endpoint": other.endpoint() })).await.expect(400);
        assert!(other.requests().is_empty(), "nothing was signed for it");
        let moved = keys(&other, json!({ "title": "Moved" }));
        assert_eq!(owner.patch(&path, moved).await.expect(200).json()["storages"], 2);
        for link in &links {
            assert_eq!(owner.get(link).await.expect(200).text, "moved");
        }
        owner.delete(&path).await.expect(409);
    }

    async fn connections_are_checked_and_belong_to_one_organization(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let types = owner.get("/api/storage-connections/types").await.expect(200).json();
        let names: Vec<_> = types[0]["fields"].as_array().expect("fields").iter().map(|field| field["name"].clone()).collect();
        assert_eq!((&types[0]["name"], names), (&json!("s3"), vec![json!("s3_endpoint"), json!("aws_access_key_id"), json!("aws_secret_access_key"), json!("aws_session_token")]));
        for (wrong, field) in [
            (json!({ "type": "ftp" }), "type"),
            (json!({ "type": "localfiles" }), "type"),
            (json!({ "title": " " }), "title"),
            (json!({ "aws_secret_access_key": "" }), "aws_secret_access_key"),
            (json!({ "workspace": 987_654_321 }), "workspace"),
        ] {
            let reply = owner.post("/api/storage-connections/", keys(&server, wrong)).await.expect(400).json();
            assert!(reply["validation_errors"][field].is_array(), "{field}: {reply}");
        }
        let id = connection(&owner, &server, json!({})).await;
        let path = format!("/api/storage-connections/{id}/");
        owner.patch(&path, json!({ "type": "gcs" })).await.expect(400);
        assert_eq!(owner.patch(&path, json!({ "title": "Renamed" })).await.expect(200).json()["title"], "Renamed");
        owner.delete(&path).await.expect(204);
        owner.patch(&path, json!({ "title": "x" })).await.expect(404);
    }
}
