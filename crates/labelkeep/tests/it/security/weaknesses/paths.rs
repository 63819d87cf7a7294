//! Paths that lead out of their folder: in addresses, in names of uploads, in names that exports write.

use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::project;

on_both_databases! {
    async fn sec_156_sec_169_no_address_reads_a_file_of_the_machine(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let database = kit.data_folder().join("keys/master.key");
        assert!(database.is_file(), "there is something to be stolen");
        let climbs = [
            "../../keys/master.key", "..%2f..%2fkeys%2fmaster.key", "..%252f..%252fkeys%252fmaster.key", "....//....//keys/master.key",
            "%2e%2e/%2e%2e/keys/master.key", "..\\..\\keys\\master.key", "..%5c..%5ckeys%5cmaster.key", "/etc/passwd", "%2fetc%2fpasswd",
            "..%c0%af..%c0%afetc%c0%afpasswd", "x%00.png", ".", "..", "%2e%2e", "C:%5cwindows",
        ];
        let session = session(&kit).await;
        for climb in climbs {
            for path in [
                format!("/data/upload/{id}/{climb}"), format!("/data/upload/{climb}"), format!("/data/local-files/?d={climb}"),
                format!("/data/avatars/{climb}"), format!("/storage-data/uploaded/?filepath={climb}"),
                format!("/storage-data/uploaded/?filepath=upload/{id}/{climb}"), format!("/static/{climb}"), format!("/{climb}"),
                format!("/api/projects/{id}/export?exportType={climb}"), format!("/api/samples/{climb}"), format!("/assets/{climb}"),
            ] {
                // As a client would never send it: the address goes out as it is.
                let answer = raw(kit.url(), &path, &session);
                let status: u16 = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
                assert!((300..500).contains(&status) || (status == 200 && answer.contains("<div id=\"root\"")), "{path}: {answer}");
                assert!(!answer.contains("labelkeep-key") && !answer.contains("root:x:"), "{path}");
            }
        }
    }

    async fn sec_156_the_name_of_an_upload_chooses_no_place(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let before = everything(&kit.data_folder());
        for name in ["../../../evil.csv", "..\\..\\evil.csv", "/etc/cron.d/evil.csv", "a/../../evil.csv", "evil.csv\u{0}.png", "\u{202e}vsc.live.csv", ".htaccess.csv", "con.csv"] {
            let form = Form::new().part("file", Part::bytes(b"text\none\n".to_vec()).file_name(name));
            let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{id}/import"))).multipart(form);
            let reply = owner.send(request).await;
            assert!(reply.status == 201 || reply.status == 400, "{name}: {}", reply.text);
        }
        let uploads = kit.data_folder().join("media");
        for path in everything(&kit.data_folder()) {
            let new = !before.contains(&path);
            let inside = path.starts_with(&uploads) || path.components().any(|part| part.as_os_str().to_string_lossy().contains("upload"));
            assert!(!new || inside || path.to_string_lossy().contains("sqlite3"), "{}", path.display());
            assert!(!path.to_string_lossy().contains("evil"), "the name on the disk is ours: {}", path.display());
        }
        for upload in owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.json().as_array().expect("a list") {
            let file = upload["file"].as_str().expect("a name");
            let name = file.strip_prefix(&format!("upload/{id}/")).expect("below its project");
            assert!(!name.contains('/') && !name.contains('\\') && !name.contains("..") && !name.contains('\u{202e}'), "{file}");
        }
    }
}

/// All files below a folder.
fn everything(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// A session of the owner as a header.
async fn session(kit: &labelkeep_testkit::Kit) -> String {
    let signed_in = kit
        .anonymous()
        .sign_in(labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await;
    crate::accounts::session_cookie(&signed_in)
}

/// GET of a path that no library has tidied up.
fn raw(url: &str, path: &str, cookie: &str) -> String {
    use std::io::{Read as _, Write as _};
    let authority = url.strip_prefix("http://").expect("a URL");
    let mut stream = std::net::TcpStream::connect(authority.replace("localhost", "127.0.0.1")).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
