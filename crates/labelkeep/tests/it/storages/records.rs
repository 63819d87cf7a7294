//! Storages are made, read, changed and removed; keys are never given back.

use labelkeep_testkit::{Authority, Engine, Kit, KitOptions, Pair, S3Server, json, on_both_databases, s3};

use super::{body, empty, source, synced};

on_both_databases! {
    async fn a_storage_is_made_read_changed_and_removed(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        server.put("in/a.json", "{}");
        let project = empty(&owner).await;
        let types = owner.get("/api/storages/types").await.expect(200).json();
        let names: Vec<_> = types.as_array().expect("a list").iter().map(|each| each["name"].clone()).collect();
        assert_eq!(names, ["s3", "s3s", "gcs", "azure", "azure_spi", "redis"], "what cannot be used here is not offered");
        let id = source(&owner, &server, project, json!({ "prefix": "in", "presign_ttl": 5 })).await;
        let path = format!("/api/storages/s3/{id}");
        let read = owner.get(&path).await.expect(200);
        assert!(!read.text.contains(s3::KEY_ID) && !read.text.contains(s3::SECRET), "{}", read.text);
        let read = read.json();
        assert_eq!(read["type"], "s3");
        assert_eq!((&read["bucket"], &read["prefix"], &read["presign_ttl"]), (&json!(s3::BUCKET), &json!("in"), &json!(5)));
        assert_eq!((&read["status"], &read["presign"], &read["region_name"]), (&json!("initialized"), &json!(true), &json!(null)));
        let listed = owner.get(&format!("/api/storages/s3/?project={project}")).await.expect(200).json();
        assert_eq!(listed, json!([read]));
        assert_eq!(owner.get(&format!("/api/storages/?project={project}")).await.expect(200).json(), json!([read]));
        assert_eq!(owner.get(&format!("/api/storages/export?project={project}")).await.expect(200).json(), json!([]));
        let missing = owner.get("/api/storages/").await.expect(400).json();
        assert_eq!(missing["validation_errors"]["non_field_errors"][0], "query parameter \"project\" is required");
        // A secret that is empty, or not sent, stays.
        let change = json!({ "title": "T", "aws_secret_access_key": "", "presign": false });
        let changed = owner.patch(&path, change).await.expect(200).json();
        assert_eq!((&changed["title"], &changed["presign"], &changed["prefix"]), (&json!("T"), &json!(false), &json!("in")));
        // A title is one line that turns nothing around (SEC-180); it stands in the list of jobs, too.
        let change = json!({ "title": "\u{202e}T\nU" });
        assert_eq!(owner.patch(&path, change).await.expect(200).json()["title"], "T U");
        owner.patch(&path, json!({ "description": "x".repeat(10_001) })).await.expect(400);
        owner.post("/api/storages/s3/validate", json!({ "project": project, "id": id })).await.expect(200);
        owner.get(&format!("/api/storages/export/s3/{id}")).await.expect(404);
        owner.get("/api/storages/ftp/1").await.expect(404);
        owner.delete(&path).await.expect(204);
        owner.get(&path).await.expect(404);
    }

    async fn what_does_not_work_is_said_in_plain_words(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for (more, expected) in [
            (json!({ "aws_access_key_id": "AKIAWRONG" }), "the storage does not know this access key ID"),
            (json!({ "aws_secret_access_key": "wrong" }), "the secret access key does not fit"),
            (json!({ "bucket": "no-such-bucket" }), "Cannot find bucket no-such-bucket in S3"),
            (json!({ "prefix": "nowhere" }), "s3://our-data/nowhere not found."),
            (json!({ "s3_endpoint": "http://127.0.0.1:9" }), "could not be reached"),
            (json!({ "s3_endpoint": "ftp://127.0.0.1" }), "must begin with http"),
            (json!({ "bucket": "a/../b" }), "A bucket's name"),
            (json!({ "bucket": "" }), "This field is required"),
            (json!({ "regex_filter": "(" }), "not a valid regular expression"),
            (json!({ "presign_ttl": 100 }), "between 1 and 60 minutes"),
        ] {
            for path in ["/api/storages/s3/validate", "/api/storages/s3/"] {
                let reply = owner.post(path, body(&server, project, more.clone())).await.expect(400);
                assert!(reply.text.contains(expected), "{more}: {}", reply.text);
                assert!(!reply.text.contains("secret-text"), "nothing of the store's own texts: {}", reply.text);
            }
        }
        server.fail(403, "AccessDenied");
        let reply = owner.post("/api/storages/s3/", body(&server, project, json!({}))).await.expect(400);
        assert!(reply.text.contains("access to s3://our-data was denied"), "{}", reply.text);
        assert_eq!(owner.get(&format!("/api/storages/?project={project}")).await.json(), json!([]));
    }

    async fn sec_150_keys_do_not_follow_to_another_place(kit: Kit) {
        let (owner, server, other) = (kit.owner().await, S3Server::start().await, S3Server::start().await);
        let project = empty(&owner).await;
        let id = source(&owner, &server, project, json!({})).await;
        let path = format!("/api/storages/s3/{id}");
        for change in [json!({ "s3_endpoint": other.endpoint() }), json!({ "bucket": "another-one" })] {
            let reply = owner.patch(&path, change.clone()).await.expect(400);
            assert!(reply.text.contains("aws_access_key_id"), "{}", reply.text);
            let mut tried = change;
            tried["project"] = json!(project);
            tried["id"] = json!(id);
            owner.post("/api/storages/s3/validate", tried.clone()).await.expect(400);
            owner.post("/api/storages/s3/files", tried).await.expect(400);
        }
        assert!(other.requests().is_empty(), "nothing was signed for it: {:?}", other.requests());
        owner.patch(&path, body(&other, project, json!({}))).await.expect(200);
    }

    async fn sec_146_without_keys_there_is_no_storage(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for key in ["aws_access_key_id", "aws_secret_access_key"] {
            for value in [json!(""), json!(null)] {
                let reply = owner.post("/api/storages/s3/", body(&server, project, json!({ key: value }))).await.expect(400);
                assert_eq!(reply.json()["validation_errors"][key][0], "This field is required.");
            }
        }
        assert!(server.requests().is_empty(), "nothing was asked with keys of others");
    }

    async fn sec_125_storages_are_for_managers_of_the_project(kit: Kit) {
        let (team, server) = (crate::roles::team(&kit).await, S3Server::start().await);
        let project = empty(&team.manager).await;
        crate::roles::join(&team.manager, project, &[&team.reviewer, &team.annotator]).await;
        let id = source(&team.manager, &server, project, json!({})).await;
        for person in [&team.reviewer, &team.annotator] {
            for path in ["/api/storages/s3/", "/api/storages/export/s3", "/api/storages/s3/validate", "/api/storages/s3/files"] {
                person.post(path, body(&server, project, json!({}))).await.expect(403);
            }
            person.get(&format!("/api/storages/?project={project}")).await.expect(403);
            person.get(&format!("/api/storages/s3/{id}")).await.expect(403);
            person.patch(&format!("/api/storages/s3/{id}"), json!({ "title": "theirs" })).await.expect(403);
            person.post(&format!("/api/storages/s3/{id}/sync"), json!({})).await.expect(403);
            person.delete(&format!("/api/storages/s3/{id}")).await.expect(403);
        }
    }

    async fn sec_194_keys_of_one_project_are_of_no_use_in_another(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, other) = (empty(&owner).await, empty(&owner).await);
        let id = source(&owner, &server, project, json!({})).await;
        for path in ["/api/storages/s3/validate", "/api/storages/s3/files"] {
            owner.post(path, json!({ "project": other, "id": id })).await.expect(404);
        }
        owner.patch(&format!("/api/storages/s3/{id}"), json!({ "project": other })).await.expect(400);
    }

    async fn sec_127_storages_do_not_lead_into_private_networks(kit: Kit, KitOptions::default().with("SSRF_PROTECTION_ENABLED", "true")) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        let reply = owner.post("/api/storages/s3/validate", body(&server, project, json!({}))).await.expect(403);
        assert!(reply.text.contains("reserved network address"), "{}", reply.text);
        let (endpoint, key) = (server.endpoint(), "c2VjcmV0");
        for (kind, more) in [
            ("s3s", body(&server, project, json!({ "role_arn": s3::ROLE }))),
            ("azure", json!({ "container": "ours", "account_name": "account", "account_key": key, "endpoint": endpoint })),
            ("redis", json!({ "host": "127.0.0.1" })),
        ] {
            let mut body = more;
            body["project"] = json!(project);
            for path in ["validate", "files"] {
                let reply = owner.post(&format!("/api/storages/{kind}/{path}"), body.clone()).await.expect(403);
                assert!(reply.text.contains("reserved network address"), "{kind}: {}", reply.text);
            }
        }
        assert!(server.requests().is_empty());
    }

    async fn a_preview_shows_what_prefix_and_filter_take(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        for key in ["d/a.jpg", "d/b.JPG", "d/deep/c.jpg", "d/", "dd/x.jpg", "d/é &+.jpg"] {
            server.put(key, "x");
        }
        let keys = async |more| {
            let files = owner.post("/api/storages/s3/files", body(&server, project, more)).await.expect(200).json();
            files["files"].as_array().expect("files").iter().map(|file| file["key"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(json!({ "prefix": "d" })).await, ["d/a.jpg", "d/b.JPG", "d/é &+.jpg"]);
        assert_eq!(keys(json!({ "prefix": "d/", "recursive_scan": true, "regex_filter": r".*\.jpg" })).await, ["d/a.jpg", "d/deep/c.jpg", "d/é &+.jpg"]);
        assert_eq!(keys(json!({ "prefix": "d", "limit": 1 })).await, [json!("d/a.jpg"), json!(null)]);
        assert_eq!(keys(json!({})).await, Vec::<labelkeep_testkit::Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_021_a_bucket_behind_an_authority_of_its_own_is_synced() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let options = KitOptions::default().with("AWS_CA_BUNDLE", &ours.file());
    let kit = Kit::start(Engine::Sqlite, options)
        .await
        .expect("SQLite is always there");
    let owner = kit.owner().await;
    let project = empty(&owner).await;
    let serve = async |pair: Pair, authority: &Authority| {
        let server = S3Server::start_with_tls(authority.server_config(&pair, false)).await;
        server.put("a.json", r#"{"text": "a"}"#);
        server
    };
    let server = serve(ours.issue("localhost"), &ours).await;
    let id = source(&owner, &server, project, json!({})).await;
    let storage = synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
    assert_eq!(
        (&storage["status"], &storage["last_sync_count"]),
        (&json!("completed"), &json!(1)),
        "{storage}"
    );
    // Another authority, another name, a certificate that has ended.
    let refused = [
        serve(theirs.issue("localhost"), &theirs).await,
        serve(ours.issue("elsewhere.example"), &ours).await,
        serve(ours.expired("localhost"), &ours).await,
    ];
    let asked = refused.iter().map(|server| {
        let body = body(server, project, json!({}));
        owner.post("/api/storages/s3/validate", body)
    });
    for reply in futures_util::future::join_all(asked).await {
        assert!(
            reply.status == 400 && reply.text.contains("could not be reached"),
            "{}",
            reply.text
        );
    }
    assert!(
        refused.iter().all(|server| server.requests().is_empty()),
        "nothing was said to them"
    );
}
