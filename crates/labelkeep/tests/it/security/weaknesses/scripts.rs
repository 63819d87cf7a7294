//! Scripts in what people write: tasks, names, labels, instructions, file names. What the server answers with it cannot run:
//! data is JSON and never a page, pages escape it, and the content policy has no room for it.

use labelkeep_testkit::{Reply, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::project;

const SCRIPT: &str =
    "<img src=x onerror=\"alert(1)\"><script>alert(2)</script>'\"`--></title></script><svg onload=alert(3)>";

/// An answer of the API that holds what somebody wrote.
fn data(reply: &Reply, path: &str) {
    let kind = reply.header("content-type").split(';').next().unwrap_or_default();
    // A download is none that a browser shows, whatever it is called.
    let download = kind == "application/.json" && reply.header("content-disposition").starts_with("attachment");
    assert!(kind == "application/json" || download, "{path}: {kind}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    assert!(
        reply.header("content-security-policy").contains("default-src 'none'"),
        "{path}"
    );
}

/// A page: what somebody wrote is not in it as markup.
fn page(reply: &Reply, path: &str) {
    assert!(
        !reply.text.contains("<img src=x")
            && !reply.text.contains("alert(2)</script>")
            && !reply.text.contains("<svg onload"),
        "{path}"
    );
    let policy = reply.header("content-security-policy");
    let script = policy
        .split(';')
        .find(|part| part.trim().starts_with("script-src"))
        .unwrap_or("script-src 'none'");
    assert!(
        !script.contains("unsafe-inline")
            && !script.contains("'unsafe-eval'")
            && !script.contains("https:")
            && !script.contains("data:"),
        "{path}: {policy}"
    );
    // Nothing stands in the page that the policy would have to let run.
    for tag in reply.text.split("<script").skip(1) {
        let head = tag.split('>').next().unwrap_or_default();
        assert!(
            head.contains("src=\"/") || head.contains("application/json"),
            "{path}: <script{head}>"
        );
    }
    assert!(
        !reply.text.contains(" onload=") && !reply.text.contains(" onclick=") && !reply.text.contains("javascript:"),
        "{path}"
    );
}

on_both_databases! {
    async fn sec_041_sec_173_sec_179_what_people_write_never_runs(kit: Kit) {
        let owner = kit.owner().await;
        let bob = kit.member(&owner, "bob@example.com").await;
        owner.patch("/api/current-user", json!({ "first_name": SCRIPT, "last_name": SCRIPT, "phone": "<script>" })).await;
        owner.patch("/api/organizations/1", json!({ "title": SCRIPT })).await;
        let config = "<View><Header value=\"&lt;script&gt;alert(1)&lt;/script&gt;\"/><Text name=\"text\" value=\"$text\"/><Choices name=\"label\" toName=\"text\"><Choice value=\"&lt;img src=x onerror=alert(1)&gt;\"/><Choice value=\"b\"/></Choices></View>";
        let settings = json!({ "label_config": config, "description": SCRIPT, "expert_instruction": SCRIPT });
        let (id, tasks) = project(&owner, 1, settings).await;
        owner.patch(&format!("/api/projects/{id}/"), json!({ "title": &SCRIPT[..45] })).await.expect(200);
        owner.post(&format!("/api/projects/{id}/import"), json!([{ "text": SCRIPT }, { "text": { "html": SCRIPT } }])).await;
        let form = Form::new().part("file", Part::bytes(b"text\n<script>alert(1)</script>\n".to_vec()).file_name("<img src=x onerror=alert(1)>.csv"));
        owner.send(owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{id}/import"))).multipart(form)).await;
        let choice = json!([{ "id": SCRIPT, "from_name": "label", "to_name": "text", "type": "choices", "value": { "choices": [SCRIPT] } }]);
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": choice })).await.expect(201);
        owner.post(&format!("/api/tasks/{}/drafts", tasks[0]), json!({ "result": choice })).await.expect(201);
        for path in [
            "/api/users/".to_owned(), "/api/current-user/whoami".to_owned(), "/api/organizations/1/memberships".to_owned(),
            "/api/projects/".to_owned(), format!("/api/projects/{id}/"), format!("/api/tasks/?project={id}"), format!("/api/tasks/{}/", tasks[0]),
            format!("/api/tasks/{}/annotations/", tasks[0]), format!("/api/projects/{id}/export?exportType=JSON"),
            format!("/api/projects/{id}/file-uploads?all=true"), format!("/api/projects/{id}/summary/"),
        ] {
            // Also for somebody who asks for a page.
            let request = bob.request(Method::GET, &path).header("accept", "text/html,*/*");
            let reply = bob.send(request).await;
            if reply.status == 200 {
                data(&reply, &path);
            }
        }
        let shown = bob.get(&format!("/api/projects/{id}/")).await.json()["expert_instruction"].as_str().unwrap_or_default().to_owned();
        assert!(!shown.contains("<script") && !shown.contains("onerror") && !shown.contains("onload"), "{shown}");
        for path in ["/", "/projects/", &format!("/projects/{id}/data"), &format!("/projects/{id}/data?task={}", tasks[0]), "/user/account/", "/organization/", "/nothing/<script>alert(2)</script>", "/user/login/?next=javascript:alert(1)", "/user/login/?next=%22%3E%3Csvg%20onload%3Dalert(3)%3E"] {
            page(&owner.get(path).await, path);
            page(&kit.anonymous().get(path).await, path);
        }
    }

    async fn sec_215_errors_repeat_nothing_as_markup_and_show_nothing_of_the_inside(kit: Kit) {
        let owner = kit.owner().await;
        for path in [
            "/api/nothing/<script>alert(2)</script>", "/api/projects/<svg onload=alert(3)>/", "/api/tasks/999999/", "/api/projects/?page=<img src=x>",
            "/api/projects/?page_size=x", "/api/tasks/?project=x", "/data/upload/1/<script>", "/storage-data/uploaded/?filepath=<script>",
        ] {
            let reply = owner.get(path).await;
            assert!(!reply.header("content-type").contains("html") || !reply.text.contains("alert("), "{path}: {}", reply.text);
            for word in ["panicked", "src/", ".rs:", "RUST_BACKTRACE", "/home/", "/tmp/", "SELECT ", "stack backtrace", "Traceback"] {
                assert!(!reply.text.contains(word), "{path} shows {word}: {}", reply.text);
            }
            if reply.header("content-type").contains("json") && reply.status >= 400 {
                let body = reply.json();
                assert!(body["id"].is_string() && body["detail"].is_string() && body["exc_info"].is_null(), "{path}: {body}");
            }
        }
    }

    async fn sec_045_pages_load_from_their_own_origin(kit: Kit) {
        let owner = kit.owner().await;
        let stranger = kit.anonymous();
        let mut scripts = Vec::new();
        for reply in [owner.get("/projects/").await, stranger.get("/user/login/").await, stranger.get("/user/signup/").await] {
            for name in ["src=\"", "href=\""] {
                for value in reply.text.split(name).skip(1) {
                    let value = value.split('"').next().unwrap_or_default();
                    assert!(value.starts_with('/') && !value.starts_with("//") || value.is_empty() || value.starts_with("data:") || value.starts_with('#'), "{value}");
                    scripts.push(value.to_owned());
                }
            }
        }
        // What they load loads nothing from elsewhere either.
        for address in scripts.iter().filter(|address| address.ends_with(".js") || address.ends_with(".css")) {
            let text = owner.get(address).await.expect(200).text;
            for form in ["import(\"http", "import('http", "from\"http", "url(http", "url(\"http", "@import \"http", "importScripts(\"http", "src=\"http"] {
                assert!(!text.contains(form), "{address} has {form}");
            }
        }
    }
}
