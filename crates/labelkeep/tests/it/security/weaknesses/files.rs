//! Files that are read by whoever knows, or guesses, their address.

use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::{CONFIG, project};

on_both_databases! {
    async fn sec_091_sec_163_uploads_are_for_those_who_may_see_their_project(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script><rect width=\"9\" height=\"9\" onclick=\"alert(1)\"/></svg>";
        let html = b"<html><body><script>alert(document.domain)</script></body></html>";
        let form = Form::new()
            .part("a", Part::bytes(svg.to_vec()).file_name("a.svg"))
            .part("b", Part::bytes(html.to_vec()).file_name("b.html").mime_str("image/png").expect("a type"));
        let path = format!("/api/projects/{id}/import?commit_to_project=false");
        owner.send(owner.with_csrf(owner.request(Method::POST, &path)).multipart(form)).await.expect(201);
        let uploads = owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.json();
        let uploads = uploads.as_array().expect("a list");
        assert_eq!(uploads.len(), 2);
        let outsider = kit.member(&owner, "eve@example.com").await;
        outsider.post("/api/organizations/", json!({ "title": "Elsewhere" })).await;
        for upload in uploads {
            let file = upload["file"].as_str().expect("a name");
            for address in [format!("/data/{file}"), format!("/storage-data/uploaded/?filepath={file}")] {
                let stranger = kit.anonymous();
                for method in [Method::GET, Method::HEAD] {
                    let reply = stranger.send(stranger.request(method, &address)).await;
                    assert!([401, 403, 404].contains(&reply.status), "{address}: {}", reply.status);
                }
                let reply = owner.get(&address).await.expect(200);
                assert_eq!(reply.header("x-content-type-options"), "nosniff");
                assert!(reply.header("content-security-policy").contains("sandbox"), "{address}");
                assert!(!reply.header("content-type").starts_with("text/html"), "{address} is never a page: {}", reply.header("content-type"));
                assert!(reply.header("cache-control").contains("private") || reply.header("cache-control").contains("no-store"), "{address}");
                assert!(!reply.text.contains("onclick") || file.ends_with("html"), "a picture was cleaned when it came: {}", reply.text);
            }
        }
    }

    async fn sec_091_exports_samples_and_pictures_of_people_want_an_account(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({ "label_config": CONFIG })).await;
        let stranger = kit.anonymous();
        for path in [
            format!("/api/projects/{id}/export"), format!("/api/projects/{id}/export?exportType=JSON&download_all_tasks=true"),
            format!("/api/tasks/{}/", tasks[0]), "/data/avatars/1.png".to_owned(), "/api/audit/export/".to_owned(), format!("/api/projects/{id}/export/formats"),
        ] {
            let reply = stranger.get(&path).await;
            assert!([401, 403, 404].contains(&reply.status), "{path}: {}", reply.status);
            assert!(!reply.text.contains("text 0"), "{path}");
        }
    }
}
