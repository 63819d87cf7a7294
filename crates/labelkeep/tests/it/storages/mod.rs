//! Storages of projects: object stores as sources and targets.

mod ambient;
pub(crate) mod connections;
mod continued;
mod events;
mod faults;
mod local;
mod records;
mod redis;
mod rights;
mod role;
mod serving;
mod sources;
mod targets;
mod thumbnails;
mod untouched;

use labelkeep_testkit::{Client, S3Server, Value, json, s3};

use crate::work::project;

/// The body of a storage that can be connected to.
pub(crate) fn body(server: &S3Server, project: i64, more: Value) -> Value {
    let mut body = json!({
        "project": project,
        "title": "S",
        "bucket": s3::BUCKET,
        "s3_endpoint": server.endpoint(),
        "aws_access_key_id": s3::KEY_ID,
        "aws_secret_access_key": s3::SECRET,
    });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

/// A project of its own without tasks.
pub(crate) async fn empty(owner: &Client) -> i64 {
    project(owner, 0, json!({})).await.0
}

/// A source of the project; gives its id.
pub(crate) async fn source(owner: &Client, server: &S3Server, project: i64, more: Value) -> i64 {
    let made = owner
        .post("/api/storages/s3/", body(server, project, more))
        .await
        .expect(201)
        .json();
    made["id"].as_i64().expect("an id")
}

/// Asks for a sync and waits for its end; gives the storage.
pub(crate) async fn synced(kit: &labelkeep_testkit::Kit, owner: &Client, path: &str) -> Value {
    owner.post(&format!("{path}/sync"), json!({})).await.expect(200);
    kit.until("the sync ends", async || {
        let status = owner.get(path).await.expect(200).json()["status"].clone();
        status != "queued" && status != "in_progress"
    })
    .await;
    owner.get(path).await.expect(200).json()
}

/// The data of the project's tasks, oldest first.
pub(crate) async fn data(owner: &Client, project: i64) -> Vec<Value> {
    let path = format!("/api/tasks/?project={project}&page_size=1000&resolve_uri=false");
    let page = owner.get(&path).await.expect(200).json();
    page["tasks"]
        .as_array()
        .expect("tasks")
        .iter()
        .map(|task| task["data"].clone())
        .collect()
}
