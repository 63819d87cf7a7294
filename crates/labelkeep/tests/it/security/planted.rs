//! Secrets that a whole run was given, searched for afterwards in everything that it wrote: its log, its files, the database as
//! bytes, exports, the audit log.

use std::path::{Path, PathBuf};

use labelkeep_testkit::{Client, json};
use tempfile::TempDir;

use crate::program::{Started, program};
use crate::work::{CONFIG, answer};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_121_sec_203_sec_213_no_planted_secret_is_in_log_database_or_exports() {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(&folder);
    command
        .env("LOG_LEVEL", "DEBUG")
        .env("EMAIL_HOST", "127.0.0.1")
        .env("EMAIL_PORT", "9")
        .env("EMAIL_USE_TLS", "false")
        .env("EMAIL_HOST_USER", "postman")
        .env("EMAIL_HOST_PASSWORD", "planted-smtp-7d1c")
        .env("FROM_EMAIL", "labels@example.com");
    let started = Started::new(&mut command);
    let owner = Client::at(&started.url());
    let password = "planted-password-93ab";
    let signed_up = owner.sign_up("/user/signup/", "ada@example.com", password).await;
    let session = crate::accounts::session_cookie(&signed_up);
    let session = session.split('=').nth(1).expect("an id").to_owned();
    let text = |reply: labelkeep_testkit::Reply, name: &str| reply.json()[name].as_str().expect("a text").to_owned();
    let refresh = text(owner.post("/api/token/", json!({})).await.expect(201), "token");
    let access = text(
        owner
            .post("/api/token/refresh/", json!({ "refresh": refresh }))
            .await
            .expect(200),
        "access",
    );
    let legacy = text(
        owner
            .post("/api/current-user/reset-token/", json!({}))
            .await
            .expect(201),
        "token",
    );
    let named = owner
        .post(
            "/api/current-user/tokens/",
            json!({ "name": "for scripts", "scope": "read" }),
        )
        .await;
    let named = named.json()["token"].as_str().map(str::to_owned);
    let seed = text(
        owner
            .post("/api/current-user/factors/totp/", json!({}))
            .await
            .expect(201),
        "secret",
    );
    let link = text(owner.get("/api/invite").await.expect(200), "token");
    let oidc = json!({ "enabled": true, "issuer": "http://127.0.0.1:9", "client_id": "x", "client_secret": "planted-oidc-55fe" });
    owner.patch("/api/sso/oidc/", oidc).await.expect(200);
    owner.post("/api/sso/oidc/test/", json!({})).await;
    let ldap = json!({ "enabled": true, "url": "ldaps://127.0.0.1:9", "bind_dn": "cn=reader", "bind_password": "planted-ldap-0a4e", "user_base": "dc=x", "user_filter": "(mail={login})" });
    let directory = owner.patch("/api/sso/ldap/", ldap).await;
    owner.post("/api/sso/ldap/test/", json!({})).await;
    let made = json!({ "title": "A project", "label_config": CONFIG, "task_data_login": "reader", "task_data_password": "planted-data-c2d2" });
    let id = owner.post("/api/projects/", made).await.expect(201).json()["id"]
        .as_i64()
        .expect("an id");
    let path = format!("/api/projects/{id}/import?return_task_ids=true");
    let tasks = owner
        .post(&path, json!([{ "text": "a" }, { "text": "b" }]))
        .await
        .expect(201)
        .json();
    let path = format!("/api/tasks/{}/annotations/", tasks["task_ids"][0]);
    owner.post(&path, json!({ "result": answer("pos") })).await.expect(201);
    // Used, refused, and in the wrong places, too.
    let script = Client::at(&started.url()).bearer(&access);
    script.get("/api/current-user/whoami").await.expect(200);
    Client::at(&started.url()).token(&legacy).get("/api/users/").await;
    let thief = Client::at(&started.url());
    thief.sign_in("ada@example.com", "planted-wrong-11f0").await;
    thief
        .get(&format!("/api/users/?token={legacy}&access_token={access}"))
        .await;
    thief.get(&format!("/user/signup/?token={link}")).await;
    owner
        .post("/api/invite/send-email", json!({ "emails": ["bo@example.com"] }))
        .await;
    owner
        .post(
            "/api/current-user/password/",
            json!({ "current_password": password, "password": "planted-newer-2b7c" }),
        )
        .await
        .expect(204);

    let mut secrets = vec![
        ("SMTP password", "planted-smtp-7d1c".to_owned()),
        ("password", password.to_owned()),
        ("newer password", "planted-newer-2b7c".to_owned()),
        ("wrong password", "planted-wrong-11f0".to_owned()),
        ("session id", session),
        ("refresh token", refresh),
        ("access token", access),
        ("legacy token", legacy),
        ("seed of an app", seed),
        ("invitation link", link),
        ("OIDC secret", "planted-oidc-55fe".to_owned()),
        ("LDAP password", "planted-ldap-0a4e".to_owned()),
        ("password of data", "planted-data-c2d2".to_owned()),
    ];
    assert!(directory.status == 200 || directory.status == 400, "{}", directory.text);
    secrets.extend(named.map(|token| ("named token", token)));
    let mut places: Vec<(String, Vec<u8>)> = Vec::new();
    for kind in ["JSON", "JSON_MIN", "CSV", "TSV"] {
        let path = format!("/api/projects/{id}/export?exportType={kind}&download_all_tasks=true");
        places.push((path.clone(), owner.get(&path).await.expect(200).bytes));
    }
    // Answers that somebody reads afterwards.
    for path in [
        "/api/audit/",
        "/api/audit/export/",
        "/api/users/",
        "/api/current-user/whoami",
        "/api/current-user/tokens/",
        "/api/current-user/sessions/",
        "/api/current-user/factors/",
        "/api/sso/oidc/",
        "/api/sso/ldap/",
        "/api/projects/",
        &format!("/api/projects/{id}/"),
    ] {
        places.push((path.to_owned(), owner.get(path).await.bytes));
    }
    let (orderly, log) = started.terminate();
    assert!(orderly, "{log}");
    assert!(log.lines().count() > 20, "it logged: {log}");
    places.push(("the log".to_owned(), log.into_bytes()));
    let mut database = false;
    for path in files(&folder.path().join("data")) {
        database |= path.to_string_lossy().ends_with("sqlite3");
        places.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
    }
    assert!(database, "the database is among the files");
    for (place, bytes) in &places {
        for (name, secret) in &secrets {
            assert!(secret.len() > 12, "{name}");
            assert!(!holds(bytes, secret), "{place} holds the {name}");
        }
    }
}
