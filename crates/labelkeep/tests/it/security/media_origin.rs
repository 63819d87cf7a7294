//! Files of people at a host of their own (SEC-164).

use labelkeep_testkit::{Client, Kit, KitOptions, OWNER, PASSWORD, S3Server, json, on_both_databases};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};

use crate::storages::{empty, source, synced};

const PRODUCT: &str = "https://labels.example";
const FILES: &str = "https://files.labels.example";

fn two_hosts() -> KitOptions {
    KitOptions::default()
        .server()
        .with("HOST", PRODUCT)
        .with("INTERNAL_HOST", "127.0.0.1")
        .with("USERNAME", OWNER)
        .with("PASSWORD", PASSWORD)
        .with("MEDIA_ORIGIN", FILES)
        .with("SSRF_PROTECTION_ENABLED", "false")
}

/// A browser that knows the certificate and where the host of files is; it has no cookies for it.
fn reader(kit: &Kit) -> reqwest::Client {
    let certificate = std::fs::read(kit.data_folder().join("tls/server.pem")).expect("a certificate");
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&certificate).expect("a certificate")])
        .resolve("files.labels.example", kit.running().address)
        .build()
        .expect("a client")
}

/// Asks at the host of files; its port is not the usual one here.
async fn ask(kit: &Kit, method: Method, link: &str) -> Response {
    let port = kit.running().address.port();
    let url = link.replacen(FILES, &format!("{FILES}:{port}"), 1);
    let request = reader(kit).request(method, &url).header("origin", PRODUCT);
    request.send().await.expect("an answer")
}

async fn uploaded(owner: &Client, project: i64, name: &str, content: &str) -> String {
    let form = Form::new().part(
        "file",
        Part::bytes(content.as_bytes().to_vec()).file_name(name.to_owned()),
    );
    let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{project}/import")));
    let imported = owner.send(request.multipart(form)).await.expect(201).json();
    let id = imported["file_upload_ids"][0].clone();
    let upload = owner
        .get(&format!("/api/import/file-upload/{id}"))
        .await
        .expect(200)
        .json();
    format!("/data/{}", upload["file"].as_str().expect("a path"))
}

on_both_databases! {
    async fn sec_164_files_are_handed_out_at_a_host_without_cookies(kit: Kit, two_hosts()) {
        let owner = kit.owner().await;
        let project = empty(&owner).await;
        let path = uploaded(&owner, project, "evil.html", "<script>steal()</script>").await;
        let lead = owner.get(&path).await.expect(303);
        assert_eq!(lead.header("cache-control"), "no-store");
        let link = lead.header("location").to_owned();
        assert!(link.starts_with(&format!("{FILES}/file/")) && !lead.text.contains("script"), "{link}");
        assert_eq!(owner.get(&path).await.header("location"), link, "browsers keep what they have read");
        let file = ask(&kit, Method::GET, &link).await;
        assert_eq!(file.status(), 200);
        let header = |name: &str| file.headers().get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
        assert!(header("content-security-policy").starts_with("sandbox"));
        assert!(header("content-disposition").starts_with("attachment"));
        assert_eq!(header("access-control-allow-origin"), PRODUCT);
        assert_eq!(header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(header("set-cookie"), "");
        assert_eq!(file.text().await.expect("text"), "<script>steal()</script>");

        // A link is for one file, and no other word at that host opens anything.
        let (before, sealed) = link.split_once("?link=").expect("a link");
        let other = format!("{before}?link={}", sealed.chars().rev().collect::<String>());
        let elsewhere = ["/", "/user/login/", "/api/version/", "/assets/x.js", "/health", &path].map(|path| format!("{FILES}{path}"));
        for url in elsewhere.iter().map(String::as_str).chain([other.as_str(), before]) {
            let answer = ask(&kit, Method::GET, url).await;
            assert_eq!(answer.status(), 404, "{url}");
        }
        assert_eq!(ask(&kit, Method::POST, &link).await.status(), 405);
        assert_eq!(ask(&kit, Method::OPTIONS, &link).await.status(), 204);
        // The product's own address does not know the links, and who may not see a file gets none.
        owner.get(&link.replace(FILES, "")).await.expect(404);
        assert!([302, 401].contains(&kit.anonymous().get(&path).await.status));
        // Pages may show and read what is there.
        let page = owner.get("/projects/").await.expect(200);
        let policy = page.header("content-security-policy");
        for part in ["img-src", "media-src", "connect-src"] {
            let rule = policy.split(';').find(|rule| rule.trim().starts_with(part)).expect(part);
            assert!(rule.contains(FILES), "{rule}");
        }
        // Removed: the link leads nowhere.
        owner.delete(&format!("/api/projects/{project}/file-uploads")).await.expect(200);
        assert_eq!(ask(&kit, Method::GET, &link).await.status(), 404);
    }

    async fn sec_164_objects_of_storages_are_handed_out_there_too(kit: Kit, two_hosts()) {
        let (owner, server) = (kit.owner().await, S3Server::start().await);
        let project = empty(&owner).await;
        server.put("a.txt", "0123456789");
        let id = source(&owner, &server, project, json!({ "use_blob_urls": true, "presign": false })).await;
        synced(&kit, &owner, &format!("/api/storages/s3/{id}")).await;
        let tasks = owner.get(&format!("/api/tasks/?project={project}")).await.expect(200).json();
        let path = tasks["tasks"][0]["data"]["text"].as_str().expect("a link").to_owned();
        let link = owner.get(&path).await.expect(303).header("location").to_owned();
        assert!(!link.contains("our-data"), "the link is sealed: {link}");
        let port = kit.running().address.port();
        let url = link.replacen(FILES, &format!("{FILES}:{port}"), 1);
        let part = reader(&kit).get(&url).header("range", "bytes=2-4").send().await.expect("an answer");
        assert_eq!((part.status().as_u16(), part.headers()["content-type"].to_str().ok()), (206, Some("text/plain; charset=utf-8")));
        assert_eq!(part.text().await.expect("text"), "234");
        owner.delete(&format!("/api/storages/s3/{id}")).await.expect(204);
        assert_eq!(ask(&kit, Method::GET, &link).await.status(), 404);
    }
}
