//! Files and texts that try to cost much, or to be something else: each is refused with a 4xx that says why, and nothing is changed.

use labelkeep_testkit::{Client, Reply, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::{CONFIG, project};

async fn upload(client: &Client, project: i64, name: &str, bytes: Vec<u8>) -> Reply {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let request = client.with_csrf(client.request(Method::POST, &format!("/api/projects/{project}/import")));
    client.send(request.multipart(form)).await
}

fn configs() -> Vec<(&'static str, String)> {
    let view = |inside: &str| format!("<View>{inside}</View>");
    let text = "<Text name=\"text\" value=\"$text\"/>";
    vec![
        ("a document type", format!("<!DOCTYPE View>{CONFIG}")),
        ("an entity", format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{CONFIG}")),
        (
            "an external entity",
            format!(
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>{}",
                view("<Header value=\"&b;\"/>")
            ),
        ),
        (
            "a parameter entity",
            format!("<!DOCTYPE a [<!ENTITY % b SYSTEM \"http://169.254.169.254/\"> %b;]>{CONFIG}"),
        ),
        (
            "a billion laughs",
            format!(
                "<!DOCTYPE a [<!ENTITY x0 \"ha\">{}]>{}",
                (1..30)
                    .map(|n| format!("<!ENTITY x{n} \"&x{m};&x{m};\">", m = n - 1))
                    .collect::<String>(),
                view("<Header value=\"&x29;\"/>")
            ),
        ),
        ("an unknown entity", view("<Header value=\"&nothing;\"/>")),
        (
            "depth",
            format!("{}{text}{}", "<View>".repeat(200), "</View>".repeat(200)),
        ),
        ("great depth", "<View>".repeat(100_000)),
        ("many elements", view(&"<Header value=\"a\"/>".repeat(10_001))),
        (
            "many attributes",
            view(&format!(
                "<Header {}/>",
                (0..300).map(|n| format!("a{n}=\"\" ")).collect::<String>()
            )),
        ),
        ("size", view(&format!("<!-- {} -->{text}", "x".repeat(1024 * 1024)))),
        ("a broken end", "<View><Text name=\"text\"".to_owned()),
        ("a NUL", view("<Header value=\"\u{1}\"/>")),
    ]
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: String| text.into_bytes();
    vec![
        (
            "deep.json",
            text(format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))),
        ),
        (
            "deeper.json",
            text(format!("[{{\"text\": {}}}]", "{\"a\":".repeat(100_000))),
        ),
        ("infinite.json", b"[{\"text\": 1e999}]".to_vec()),
        ("nan.json", b"[{\"text\": NaN}]".to_vec()),
        ("twice.json", b"[{\"text\": \"a\", \"text\": \"b\"}]".to_vec()),
        ("nul.json", b"[{\"text\": \"a\\u0000b\"}]".to_vec()),
        ("surrogate.json", b"[{\"text\": \"\\ud800\"}]".to_vec()),
        ("latin.json", b"[{\"text\": \"\xe9\"}]".to_vec()),
        ("cut.json", b"[{\"text\": \"a\"".to_vec()),
        ("wide.csv", text(format!("{}a\n1\n", "a,".repeat(10_000)))),
        ("long.csv", text(format!("text\n{}\n", "x".repeat(1_400_000)))),
        ("open.csv", b"text\n\"never closed\n".to_vec()),
        ("ragged.csv", b"text\na,b,c\n".to_vec()),
        ("nul.csv", b"text\na\0b\n".to_vec()),
        ("nul.txt", b"a\0b\n".to_vec()),
        (
            "entities.svg",
            b"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\"><text>&a;</text></svg>"
                .to_vec(),
        ),
        (
            "page.svg",
            b"<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>".to_vec(),
        ),
        (
            "deep.svg",
            text("<svg xmlns=\"http://www.w3.org/2000/svg\">".to_owned() + &"<g>".repeat(100_000)),
        ),
        ("page.png", b"<html><script>alert(1)</script></html>".to_vec()),
        ("program.exe", b"MZ\x90\0".to_vec()),
        ("page.php", b"<?php system($_GET[0]);".to_vec()),
        ("code.pkl", b"\x80\x04\x95".to_vec()),
        ("no-extension", b"text".to_vec()),
        ("empty.json", Vec::new()),
    ]
}

on_both_databases! {
    async fn sec_159_sec_232_hostile_configurations_are_refused_and_change_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let path = format!("/api/projects/{id}/");
        let before = owner.get(&path).await.json();
        for (what, config) in configs() {
            let begun = std::time::Instant::now();
            for reply in [
                owner.patch(&path, json!({ "label_config": config })).await,
                owner.post(&format!("{path}validate/"), json!({ "label_config": config })).await,
                owner.post("/api/projects/", json!({ "title": "Hostile", "label_config": config })).await,
            ] {
                assert_eq!(reply.status, 400, "{what}: {}", reply.text);
                assert!(reply.json()["exc_info"].is_null() && !reply.text.contains("root:x:"), "{what}");
            }
            assert!(begun.elapsed().as_secs() < 20, "{what}: {:?}", begun.elapsed());
        }
        let after = owner.get(&path).await.json();
        for field in ["label_config", "updated_at", "task_number", "title"] {
            assert_eq!(after[field], before[field], "{field}");
        }
        assert_eq!(owner.get("/api/projects/").await.json()["count"], 1);
    }

    async fn sec_155_sec_167_sec_232_hostile_files_are_refused_and_change_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        for (name, bytes) in files() {
            let begun = std::time::Instant::now();
            let reply = upload(&owner, id, name, bytes).await;
            assert!((400..500).contains(&reply.status), "{name}: {} {}", reply.status, reply.text);
            assert!(reply.json()["detail"].is_string() && reply.json()["exc_info"].is_null(), "{name}: {}", reply.text);
            assert!(begun.elapsed().as_secs() < 20, "{name}: {:?}", begun.elapsed());
        }
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
        assert_eq!(owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.json(), json!([]));
        let left = std::fs::read_dir(kit.data_folder().join("uploads")).map(Iterator::count).unwrap_or_default();
        assert_eq!(left, 0, "no file stays on the disk");
        // What was refused has not tired the server.
        upload(&owner, id, "tasks.csv", b"text\none\n".to_vec()).await.expect(201);
    }

    async fn sec_180_names_are_kept_without_what_turns_the_text_around_them(kit: Kit) {
        let owner = kit.owner().await;
        let (given, kept) = ("\u{202E}gpj\r\n\u{2066}cats", "gpj  cats");
        let me = owner.get("/api/current-user/whoami").await.json()["id"].clone();
        let project = owner.post("/api/projects/", json!({ "title": given })).await.expect(201).json();
        assert_eq!(project["title"], kept);
        for (path, field) in [
            (format!("/api/projects/{}/", project["id"]), "title"),
            (format!("/api/users/{me}/"), "first_name"),
            (format!("/api/users/{me}/"), "last_name"),
            ("/api/organizations/1".to_owned(), "title"),
        ] {
            owner.patch(&path, json!({ field: given })).await.expect(200);
            assert_eq!(owner.get(&path).await.json()[field], kept, "{field} of {path}");
        }
        assert_eq!(owner.post("/api/workspaces/", json!({ "title": given })).await.expect(201).json()["title"], kept);
        assert_eq!(owner.post("/api/current-user/tokens/", json!({ "name": given })).await.expect(201).json()["name"], kept);
        let path = format!("/api/projects/{}/exports/", project["id"]);
        assert_eq!(owner.post(&path, json!({ "title": given })).await.expect(201).json()["title"], kept);
        // Nothing is left of some: that is no name.
        owner.post("/api/workspaces/", json!({ "title": "\u{202A}\u{202C}" })).await.expect(400);
    }

    async fn sec_245_odd_forms_of_files_are_answered_and_leave_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let whole = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\ntext\none\n\r\n--cut--\r\n";
        let post = async |kind: &str, body: Vec<u8>| {
            let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{id}/import")));
            owner.send(request.header("content-type", kind).body(body)).await
        };
        post("multipart/form-data; boundary=cut", whole.to_vec()).await.expect(201);
        let kinds = ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"", "multipart/form-data; boundary=other", "multipart/mixed; boundary=cut"];
        for kind in kinds {
            let reply = post(kind, whole.to_vec()).await;
            assert!((400..500).contains(&reply.status), "{kind}: {} {}", reply.status, reply.text);
        }
        // Cut off at each place, and with what a mistaken or hostile client makes of it.
        let mut odd: Vec<Vec<u8>> = (0..whole.len() - 8).step_by(3).map(|end| whole[..end].to_vec()).collect();
        let pieces: [&[u8]; 8] = [b"\r\n", b"--cut", b"\0", b"filename=\"", b"\xff\xfe", b": ", b"\r\n\r\n", b"; name=\"file\""];
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..150 {
            let mut body = whole.to_vec();
            for _ in 0..3 {
                // xorshift: the same bodies at each run.
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                let at = (seed >> 8) as usize % body.len();
                match seed % 3 {
                    0 => { body.remove(at); }
                    1 => body[at] ^= 1 << (seed >> 3 & 7),
                    _ => { body.splice(at..at, pieces[(seed >> 4) as usize % pieces.len()].iter().copied()); }
                }
            }
            odd.push(body);
        }
        let mut taken = 1;
        for body in odd {
            let reply = post("multipart/form-data; boundary=cut", body.clone()).await;
            assert!(reply.status == 201 || (400..500).contains(&reply.status), "{:?}: {} {}", String::from_utf8_lossy(&body), reply.status, reply.text);
            taken += usize::from(reply.status == 201);
        }
        // Each upload that was taken has its file, and none of the others has.
        let listed = owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.expect(200).json();
        let left = std::fs::read_dir(kit.data_folder().join("uploads")).map(Iterator::count).unwrap_or_default();
        assert!(listed.as_array().is_some_and(|list| list.len() == left) && left <= taken, "{left} files, {taken} taken");
    }
}
