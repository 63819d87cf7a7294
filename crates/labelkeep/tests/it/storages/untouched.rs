//! Projects whose media the server never touches.

use labelkeep_testkit::{S3Server, json, on_both_databases, s3};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::{body, data, empty, source, synced};

/// Requests for the bytes of objects.
fn reads(server: &S3Server) -> Vec<String> {
    let object = format!("GET /{}/", s3::BUCKET);
    let mut requests = server.requests();
    requests.retain(|request| request.starts_with(&object) && !request.starts_with(&format!("{object}?")));
    requests
}

on_both_databases! {
    async fn sec_192_the_server_never_asks_for_the_bytes(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        server.put("in/a.txt", "hello");
        let project = empty(&owner).await;
        let path = format!("/api/projects/{project}/");
        assert_eq!(owner.get(&path).await.json()["never_touches_media"], false);
        let changed = owner.patch(&path, json!({ "never_touches_media": true })).await.expect(200).json();
        assert_eq!(changed["never_touches_media"], true);
        for (more, field) in [
            (json!({}), "use_blob_urls"),
            (json!({ "use_blob_urls": true, "presign": false }), "presign"),
        ] {
            for path in ["/api/storages/s3/validate", "/api/storages/s3/"] {
                let reply = owner.post(path, body(&server, project, more.clone())).await.expect(400);
                let text = reply.json()["validation_errors"][field][0].as_str().expect("a text").to_owned();
                assert!(text.contains("never touches the media"), "{text}");
            }
        }
        let more = json!({ "prefix": "in", "use_blob_urls": true });
        owner.post("/api/storages/s3/validate", body(&server, project, more.clone())).await.expect(200);
        owner.post("/api/storages/s3/files", body(&server, project, more.clone())).await.expect(200);
        let id = source(&owner, &server, project, more).await;
        let storage = synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        assert_eq!((&storage["status"], &storage["last_sync_count"]), (&json!("completed"), &json!(1)), "{storage}");
        let task = owner.get(&format!("/api/tasks/?project={project}")).await.json()["tasks"][0].clone();
        let link = task["data"]["text"].as_str().expect("a link").to_owned();
        let signed = owner.get(&link).await.expect(303).header("location").to_owned();
        owner.patch(&format!("/api/storages/s3/{id}"), json!({ "presign": false })).await.expect(400);
        owner.patch(&format!("/api/storages/s3/{id}"), json!({ "use_blob_urls": false })).await.expect(400);
        assert!(server.requests().len() > 2, "it was listed");
        assert_eq!(reads(&server), Vec::<String>::new());
        assert_eq!(reqwest::get(&signed).await.expect("an answer").text().await.expect("a text"), "hello");
        assert_eq!(reads(&server).len(), 1, "the browser alone");
        // Targets hold annotations, no media.
        owner.post("/api/storages/export/s3", body(&server, project, json!({ "prefix": "out" }))).await.expect(201);
    }

    async fn sec_192_nothing_is_uploaded_fetched_or_left_over(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        let (path, import) = (format!("/api/projects/{project}/"), format!("/api/projects/{project}/import"));
        let upload = async |name: &'static str, content: &'static [u8]| {
            let form = Form::new().part("file", Part::bytes(content).file_name(name));
            owner.send(owner.with_csrf(owner.request(Method::POST, &import)).multipart(form)).await
        };
        let gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
        let kept = upload("a.gif", gif).await.expect(201).json()["file_upload_ids"].clone();
        let proxied = source(&owner, &server, project, json!({ "title": "Proxied", "use_blob_urls": true, "presign": false })).await;
        let refused = owner.patch(&path, json!({ "never_touches_media": true })).await.expect(400).json();
        let text = refused["validation_errors"]["never_touches_media"][0].as_str().expect("a text").to_owned();
        assert!(text.contains("\"Proxied\"") && text.contains("Uploaded files of the project that lie on this server: 1"), "{text}");
        owner.send(owner.with_csrf(owner.request(Method::DELETE, &format!("/api/projects/{project}/file-uploads")))
            .json(&json!({ "file_upload_ids": kept }))).await.expect(200);
        owner.delete(&format!("/api/storages/s3/{proxied}")).await.expect(204);
        owner.patch(&path, json!({ "never_touches_media": true })).await.expect(200);
        let tasks = data(&owner, project).await.len();
        let reply = upload("b.gif", gif).await.expect(400);
        assert!(reply.text.contains("b.gif: The server never touches the media"), "{}", reply.text);
        let form = [("url", format!("{}/{}/in.json", server.endpoint(), s3::BUCKET))];
        let before = server.requests().len();
        owner.send(owner.with_csrf(owner.request(Method::POST, &import)).form(&form)).await.expect(400);
        assert_eq!(server.requests().len(), before, "nothing was fetched");
        assert_eq!(data(&owner, project).await.len(), tasks);
        upload("c.json", br#"[{"text": "s3://our-data/x.txt"}]"#).await.expect(201);
    }

    async fn sec_042_a_page_may_load_from_its_own_projects_storages(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, other) = (empty(&owner).await, empty(&owner).await);
        source(&owner, &server, project, json!({ "use_blob_urls": true })).await;
        source(&owner, &server, other, json!({ "use_blob_urls": true, "presign": false })).await;
        let policy = async |path: String| owner.get(&path).await.expect(200).header("content-security-policy").to_owned();
        for path in [format!("/projects/{project}/"), format!("/projects/{project}"), format!("/projects/{project}/data?task=1")] {
            let policy = policy(path).await;
            let connect = policy.split("connect-src").nth(1).expect("there").split(';').next().expect("there").to_owned();
            assert!(connect.contains(server.endpoint()), "{connect}");
        }
        for path in [format!("/projects/{other}/data"), "/projects/".to_owned(), "/projects/create".to_owned()] {
            assert!(!policy(path).await.contains(server.endpoint()));
        }
        let annotator = kit.member(&owner, "annotator@example.com").await;
        crate::roles::turn_on(&owner, &[(&annotator, "AN")]).await;
        let theirs = annotator.get(&format!("/projects/{project}/")).await.expect(200);
        assert!(!theirs.header("content-security-policy").contains(server.endpoint()));
    }

    async fn objects_of_a_project_are_resolved_beside_its_pages(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("d/a.txt", "hello");
        let storage = source(&owner, &server, project, json!({ "prefix": "d", "use_blob_urls": true, "presign": false })).await;
        let link = |address: &str| format!("/projects/{project}/resolve/?fileuri={address}");
        owner.get(&link("s3://our-data/d/a.txt")).await.expect(404);
        synced(&kit, &owner, &format!("/api/storages/s3/{storage}")).await;
        assert_eq!(owner.get(&link("s3://our-data/d/a.txt")).await.expect(200).text, "hello");
        assert_eq!(owner.get(&link("s3://our-data/d/a.txt").replace("resolve", "presign")).await.expect(200).text, "hello");
        owner.get(&link("s3://our-data/d/none.txt")).await.expect(404);
        owner.get(&format!("/projects/{project}/resolve/")).await.expect(400);
        server.put("d/help.txt", "help");
        let config = r#"<View><Header value="x" hint="s3://our-data/d/help.txt"/><Text name="text" value="$text"/></View>"#;
        owner.patch(&format!("/api/projects/{project}/"), json!({ "label_config": config })).await.expect(200);
        assert_eq!(owner.get(&link("s3://our-data/d/help.txt")).await.expect(200).text, "help");
        assert!([302, 401].contains(&kit.anonymous().get(&link("s3://our-data/d/a.txt")).await.status));
        let annotator = kit.member(&owner, "annotator@example.com").await;
        crate::roles::turn_on(&owner, &[(&annotator, "AN")]).await;
        annotator.get(&link("s3://our-data/d/a.txt")).await.expect(404);
        assert!(owner.get(&format!("/projects/{project}/data")).await.expect(200).text.contains("<html"));
    }
}
