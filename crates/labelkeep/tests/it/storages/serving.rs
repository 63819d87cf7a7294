//! Objects for those who label.

use labelkeep_testkit::{Client, Reply, S3Server, json, on_both_databases, s3};
use reqwest::Method;

use super::{empty, source, synced};
use crate::roles::turn_on;

async fn ranged(person: &Client, path: &str, range: &str) -> Reply {
    person
        .send(person.request(Method::GET, path).header("range", range))
        .await
}

/// The link that the only task of the project shows.
async fn shown(owner: &Client, project: i64) -> (i64, String) {
    let page = owner
        .get(&format!("/api/tasks/?project={project}"))
        .await
        .expect(200)
        .json();
    let id = page["tasks"][0]["id"].as_i64().expect("an id");
    let task = owner.get(&format!("/api/tasks/{id}/")).await.expect(200).json();
    assert_eq!(task["data"], page["tasks"][0]["data"]);
    (id, task["data"]["text"].as_str().expect("a link").to_owned())
}

on_both_databases! {
    async fn sec_189_a_link_is_for_one_object_and_a_minute(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("d/a b#1.txt", "hello");
        let id = source(&owner, &server, project, json!({ "prefix": "d", "use_blob_urls": true })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        let (task, link) = shown(&owner, project).await;
        assert!(link.starts_with(&format!("/tasks/{task}/resolve/?fileuri=")), "{link}");
        let reply = owner.get(&link).await.expect(303);
        assert_eq!(reply.header("cache-control"), "no-store, max-age=60");
        let signed = reply.header("location").to_owned();
        assert!(signed.contains("X-Amz-Expires=60") && signed.contains("response-content-type=text%2Fplain"), "{signed}");
        let fetched = reqwest::get(&signed).await.expect("an answer");
        assert_eq!(fetched.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(fetched.text().await.expect("a text"), "hello");
        let other = signed.replace("a%20b", "a%20c");
        assert_eq!(reqwest::get(&other).await.expect("an answer").status(), 403, "the link is for no other object");
        server.set_clock(61);
        assert_eq!(reqwest::get(&signed).await.expect("an answer").status(), 403, "nor for later");
        let raw = owner.get(&format!("/api/tasks/{task}/?resolve_uri=false")).await.expect(200).json();
        assert_eq!(raw["data"]["text"], "s3://our-data/d/a b#1.txt");
        assert!(owner.get(&format!("/api/projects/{project}/export?exportType=JSON&download_all_tasks=true")).await.text.contains("s3://our-data/d/a b#1.txt"));
    }

    async fn sec_189_what_could_run_is_not_shown_in_place(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        for (name, kind, disposition) in [
            ("a.svg", "image/svg+xml", "attachment; filename*=UTF-8''a%2Esvg"),
            ("b\"\r\n;é.html", "application/octet-stream", "attachment; filename*=UTF-8''b%22%0D%0A%3B%C3%A9%2Ehtml"),
            ("c.png", "image/png", "inline; filename*=UTF-8''c%2Epng"),
        ] {
            let project = empty(&owner).await;
            server.put(name, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
            source(&owner, &server, project, json!({ "use_blob_urls": true })).await;
            let body = json!({ "project": project, "data": { "text": format!("s3://our-data/{name}") } });
            owner.post("/api/tasks/", body).await.expect(201);
            let (_, link) = shown(&owner, project).await;
            let signed = owner.get(&link).await.expect(303).header("location").to_owned();
            let fetched = reqwest::get(&signed).await.expect("an answer");
            assert_eq!(fetched.status(), 200, "{name}");
            assert_eq!(fetched.headers()["content-type"], kind, "{name}");
            assert_eq!(fetched.headers()["content-disposition"], disposition, "{name}");
            let shown_in_place = signed.replace("attachment", "inline");
            if shown_in_place != signed {
                assert_eq!(reqwest::get(&shown_in_place).await.expect("an answer").status(), 403, "{name}: it is signed");
            }
        }
    }

    async fn sec_190_bytes_go_through_the_server_in_ranges(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        let content: Vec<u8> = (0..9_000_000_u32).map(|number| number as u8).collect();
        server.put("film.mp4", content.clone());
        let id = source(&owner, &server, project, json!({ "use_blob_urls": true, "presign": false })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        let (_, link) = shown(&owner, project).await;
        let part = ranged(&owner, &link, "bytes=10-19").await.expect(206);
        assert_eq!(part.header("content-range"), "bytes 10-19/9000000");
        assert_eq!(part.header("content-length"), "10");
        assert_eq!(part.header("content-type"), "video/mp4");
        let open = ranged(&owner, &link, "bytes=5-").await.expect(206);
        assert_eq!(open.header("content-range"), format!("bytes 5-{}/9000000", 5 + 8 * 1024 * 1024 - 1));
        let whole = owner.send(owner.request(Method::GET, &link)).await.expect(200);
        assert_eq!(whole.header("content-length"), "9000000");
        assert_eq!(whole.header("cache-control"), "private, max-age=3600, must-revalidate");
        assert_eq!(whole.header("accept-ranges"), "bytes");
        let again = owner.send(owner.request(Method::GET, &link).header("if-none-match", whole.header("etag"))).await;
        assert_eq!(again.status, 304);
        server.fail(403, "AccessDenied");
        let trouble = owner.get(&link).await.expect(424);
        assert!(trouble.text.contains("was denied") && !trouble.text.contains("secret-text"), "{}", trouble.text);
        server.remove("film.mp4");
        owner.get(&link).await.expect(404);
    }

    async fn sec_188_only_what_the_task_names_and_a_storage_of_its_project_holds(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let (project, other) = (empty(&owner).await, empty(&owner).await);
        server.put("d/a.txt", "ours");
        server.put("secret/b.txt", "theirs");
        let storage = source(&owner, &server, project, json!({ "prefix": "d", "use_blob_urls": true, "presign": false })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{storage}")).await;
        let (task, link) = shown(&owner, project).await;
        owner.get(&link).await.expect(200);
        let path = |task: i64, address: &str| {
            let url = reqwest::Url::parse_with_params("http://x/", [("fileuri", address)]).expect("a URL");
            format!("/tasks/{task}/resolve/?{}", url.query().expect("a query"))
        };
        owner.get(&path(task, "s3://our-data/d/a.txt")).await.expect(200);
        for address in ["s3://our-data/secret/b.txt", "s3://other/d/a.txt", "s3://our-data/d/", "gs://our-data/d/a.txt", "x"] {
            owner.get(&path(task, address)).await.expect(404);
        }
        owner.get(&format!("/tasks/{task}/resolve/")).await.expect(400);
        // A task that names it, in a project without the storage; and one that names what is not below the prefix.
        let make = async |project: i64, text: &str| {
            let body = json!({ "project": project, "data": { "text": text } });
            owner.post("/api/tasks/", body).await.expect(201).json()["id"].as_i64().expect("an id")
        };
        let elsewhere = make(other, "s3://our-data/d/a.txt").await;
        owner.get(&path(elsewhere, "s3://our-data/d/a.txt")).await.expect(404);
        assert_eq!(owner.get(&format!("/api/tasks/{elsewhere}/")).await.json()["data"]["text"], "s3://our-data/d/a.txt");
        let outside = make(project, "s3://our-data/secret/b.txt").await;
        owner.get(&path(outside, "s3://our-data/secret/b.txt")).await.expect(404);
        // Nobody, and somebody who does not see the task.
        assert!([302, 401].contains(&kit.anonymous().get(&link).await.status));
        let annotator = kit.member(&owner, "annotator@example.com").await;
        turn_on(&owner, &[(&annotator, "AN")]).await;
        annotator.get(&link).await.expect(404);
        owner.get(&link).await.expect(200);
        owner.delete(&format!("/api/storages/s3/{storage}")).await.expect(204);
        owner.get(&link).await.expect(404);
    }

    async fn sec_216_what_is_handed_out_of_a_storage_is_recorded(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.txt", "x");
        let id = source(&owner, &server, project, json!({ "use_blob_urls": true })).await;
        let path = format!("/api/storages/s3/{id}");
        synced(&kit, &owner, &path).await;
        let (task, link) = shown(&owner, project).await;
        owner.get(&link).await.expect(303);
        owner.get(&link.replace("resolve", "presign")).await.expect(303);
        owner.patch(&path, json!({ "presign": false })).await.expect(200);
        owner.get(&link).await.expect(200);
        let recorded = async || -> Vec<(String, String, i64)> {
            let sql = "SELECT object, route, status FROM audit WHERE action = 'file.download' ORDER BY route, status";
            kit.services().db.all(sql, vec![]).await.expect("rows")
        };
        kit.until("the log has them", async || recorded().await.len() == 3).await;
        let of = |route: &str, status: i64| (format!("task:{task}"), format!("/tasks/{{id}}/{route}/"), status);
        assert_eq!(recorded().await, [of("presign", 303), of("resolve", 200), of("resolve", 303)]);
    }

    async fn sec_187_the_browser_gets_no_keys(kit: Kit) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.txt", "x");
        let id = source(&owner, &server, project, json!({ "use_blob_urls": true })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        let (_, link) = shown(&owner, project).await;
        let signed = owner.get(&link).await.expect(303);
        assert!(!signed.header("location").contains(s3::SECRET));
        for path in [
            format!("/api/storages/s3/{id}"),
            format!("/api/storages/?project={project}"),
            format!("/api/storages/s3/{id}/notes"),
            format!("/api/jobs/?project={project}"),
            "/api/audit/".to_owned(),
        ] {
            let body = owner.get(&path).await.text;
            assert!(!body.contains(s3::SECRET) && !body.contains(s3::KEY_ID), "{path}: {body}");
        }
    }
}
