//! The server's own credentials: for what whoever runs it has allowed, and for nothing else.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, S3Server, Value, json, s3};

use super::{empty, synced};

/// A server with keys for the store, which open one folder for the first organization.
async fn kit(server: &S3Server) -> Kit {
    let allowed = format!("1@s3://{0}/in, 1@s3://{0}/out, 999@s3://{0}", s3::BUCKET);
    let options = KitOptions::default()
        .with("ALLOW_AMBIENT_CLOUD_CREDENTIALS", &allowed)
        .with("S3_ENDPOINT", server.endpoint())
        .with("AWS_ACCESS_KEY_ID", s3::KEY_ID)
        .with("AWS_SECRET_ACCESS_KEY", s3::SECRET);
    Kit::start(Engine::Sqlite, options).await.expect("it is always there")
}

fn own(project: i64, more: Value) -> Value {
    let mut body = json!({ "project": project, "bucket": s3::BUCKET, "prefix": "in", "use_server_credentials": true, "use_blob_urls": true });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

async fn offers(owner: &Client, path: &str) -> bool {
    let form = owner.get(path).await.expect(200).json();
    let rows = form.as_array().expect("rows").iter();
    rows.flat_map(|row| row["fields"].as_array().expect("fields"))
        .any(|field| field["name"] == "use_server_credentials")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_146_the_servers_credentials_open_what_is_allowed() {
    let server = S3Server::start().await;
    let kit = kit(&server).await;
    let owner = kit.owner().await;
    server.put("in/a.txt", "hello");
    server.put("private/b.txt", "of others");
    assert!(offers(&owner, "/api/storages/s3/form").await && offers(&owner, "/api/storages/export/s3s/form").await);
    assert!(!offers(&owner, "/api/storages/gcs/form").await);
    let project = empty(&owner).await;
    let made = owner
        .post("/api/storages/s3/", own(project, json!({})))
        .await
        .expect(201);
    assert!(
        !made.text.contains(s3::KEY_ID) && !made.text.contains(s3::SECRET),
        "{}",
        made.text
    );
    let path = format!("/api/storages/s3/{}", made.json()["id"]);
    assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
    let task = owner.get(&format!("/api/tasks/?project={project}")).await.json()["tasks"][0].clone();
    let signed = owner
        .get(task["data"]["text"].as_str().expect("a link"))
        .await
        .expect(303)
        .header("location")
        .to_owned();
    assert_eq!(
        reqwest::get(&signed)
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a text"),
        "hello"
    );
    // Label Studio's clients leave keys away for them.
    let without = json!({ "use_server_credentials": null, "prefix": "out" });
    owner
        .post("/api/storages/export/s3", own(project, without))
        .await
        .expect(201);

    // Neither other folders, nor what another organization may open.
    let before = server.requests().len();
    for more in [
        json!({ "prefix": "" }),
        json!({ "prefix": "private" }),
        json!({ "prefix": "inside" }),
        json!({ "bucket": "others" }),
    ] {
        for path in [
            "/api/storages/s3/",
            "/api/storages/s3/validate",
            "/api/storages/s3/files",
        ] {
            let reply = owner.post(path, own(project, more.clone())).await.expect(400).json();
            let text = reply["validation_errors"]["use_server_credentials"][0]
                .as_str()
                .unwrap_or_default();
            assert!(
                text.contains("The server's own credentials are not for s3://"),
                "{more}: {reply}"
            );
        }
    }
    owner.patch(&path, json!({ "prefix": "private" })).await.expect(400);
    let silent = json!({ "use_server_credentials": false, "prefix": "private" });
    owner.post("/api/storages/s3/", own(project, silent)).await.expect(400);
    assert_eq!(server.requests().len(), before, "nothing was asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_146_the_servers_credentials_go_to_its_own_store_alone() {
    let (server, other) = (S3Server::start().await, S3Server::start().await);
    let kit = kit(&server).await;
    let owner = kit.owner().await;
    server.put("in/a.txt", "hello");
    let project = empty(&owner).await;
    let elsewhere = json!({ "s3_endpoint": other.endpoint() });
    let made = owner
        .post("/api/storages/s3/", own(project, elsewhere.clone()))
        .await
        .expect(201)
        .json();
    assert_eq!(
        made["s3_endpoint"],
        json!(null),
        "the installation says where its keys go"
    );
    let silent = json!({ "use_server_credentials": null, "s3_endpoint": other.endpoint() });
    let refused = owner
        .post("/api/storages/s3/", own(project, silent))
        .await
        .expect(400)
        .json();
    assert!(refused["validation_errors"]["s3_endpoint"].is_array(), "{refused}");
    assert!(other.requests().is_empty(), "nothing was signed for it");
    // Who enters keys has them used, at their own place.
    other.put("in/b.txt", "theirs");
    let path = format!("/api/storages/s3/{}", made["id"]);
    let keys = json!({ "s3_endpoint": other.endpoint(), "aws_access_key_id": s3::KEY_ID, "aws_secret_access_key": s3::SECRET });
    let changed = owner.patch(&path, keys).await.expect(200).json();
    assert_eq!(
        (&changed["use_server_credentials"], &changed["s3_endpoint"]),
        (&json!(false), &json!(other.endpoint()))
    );
    // A role is taken on with them as well.
    let role = json!({ "role_arn": s3::ROLE, "external_id": s3::EXTERNAL_ID });
    let made = owner
        .post("/api/storages/s3s/", own(project, role))
        .await
        .expect(201)
        .json();
    assert_eq!(
        synced(&kit, &owner, &format!("/api/storages/s3s/{}", made["id"])).await["last_sync_count"],
        1
    );
}
