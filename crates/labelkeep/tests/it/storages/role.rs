//! S3 with a role that the keys take on.

use labelkeep_testkit::{S3Server, Value, json, on_both_databases, s3};

use super::{body, empty, synced};

fn with_role(server: &S3Server, project: i64, more: Value) -> Value {
    let mut role = json!({ "role_arn": s3::ROLE, "external_id": s3::EXTERNAL_ID });
    if let (Some(role), Value::Object(more)) = (role.as_object_mut(), more) {
        role.extend(more);
    }
    body(server, project, role)
}

on_both_databases! {
    async fn a_role_is_taken_on_and_renewed(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.txt", "x");
        let made = owner.post("/api/storages/s3s/", with_role(&server, project, json!({ "use_blob_urls": true }))).await.expect(201);
        assert!(!made.text.contains(s3::SECRET) && !made.text.contains(s3::KEY_ID), "{}", made.text);
        let made = made.json();
        assert_eq!((&made["role_arn"], &made["external_id"]), (&json!(s3::ROLE), &json!(s3::EXTERNAL_ID)));
        let path = format!("/api/storages/s3s/{}", made["id"]);
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        server.put("b.txt", "x");
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        let roles = || server.requests().iter().filter(|request| request.starts_with("POST /")).count();
        let before = roles();
        assert!(before <= 2, "its keys serve for more than one request: {:?}", server.requests());
        // They may end before they said.
        server.expire_roles();
        server.put("c.txt", "x");
        assert_eq!(synced(&kit, &owner, &path).await["last_sync_count"], 1);
        assert_eq!(roles(), before + 1);
        let tasks = owner.get(&format!("/api/tasks/?project={project}")).await.json();
        let link = tasks["tasks"][0]["data"]["text"].as_str().expect("a link").to_owned();
        let signed = owner.get(&link).await.expect(303).header("location").to_owned();
        assert_eq!(reqwest::get(&signed).await.expect("an answer").status(), 200, "links are signed with the keys of the role");
    }

    async fn a_role_that_is_not_for_us_is_said(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for (more, expected) in [
            (json!({ "external_id": "of-somebody-else" }), "may not take on the role"),
            (json!({ "external_id": null }), "may not take on the role"),
            (json!({ "role_arn": "arn:aws:iam::123456789012:role/other" }), "may not take on the role"),
            (json!({ "role_arn": "labels" }), "A role is named like"),
            (json!({ "external_id": "a b" }), "An external ID has"),
            (json!({ "aws_secret_access_key": "wrong" }), "secret access key does not fit"),
            (json!({ "bucket": "no-such-bucket" }), "Cannot find bucket no-such-bucket in S3"),
        ] {
            let reply = owner.post("/api/storages/s3s/validate", with_role(&server, project, more.clone())).await.expect(400);
            assert!(reply.text.contains(expected), "{more}: {}", reply.text);
            assert!(!reply.text.contains("secret-text"), "{}", reply.text);
        }
    }
}
