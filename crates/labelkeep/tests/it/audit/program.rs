//! `labelkeep audit`, and what may never get into the log of the program or the audit log.

use std::path::Path;
use std::process::{Command, Output};

use labelkeep_store::{Db, DbSettings};
use labelkeep_testkit::Value;
use reqwest::Method;
use tempfile::TempDir;

use crate::program::{Started, program};

fn audit(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelkeep"));
    command
        .env_clear()
        .arg("audit")
        .args(arguments)
        .arg("--data-dir")
        .arg(folder.path().join("data"));
    command.output().expect("the program")
}

/// A server that has an owner, and so some entries.
fn begun(folder: &TempDir) -> Started {
    let mut command = program(folder);
    command
        .env("LOG_LEVEL", "DEBUG")
        .env("LABEL_STUDIO_USERNAME", "ada@example.com")
        .env("LABEL_STUDIO_PASSWORD", "marked-secret-password")
        .env("LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN", "true")
        .env("LABEL_STUDIO_USER_TOKEN", "marked-secret-token");
    Started::new(&mut command)
}

fn tamper(database: &Path, statements: &'static [&'static str]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let db = Db::open(&DbSettings::Sqlite(database.to_owned()))
            .await
            .expect("the database");
        super::execute(&db, statements).await.expect("tampered");
        db.close().await;
    });
}

#[test]
fn sec_218_the_command_verifies_beside_a_server_and_says_what_is_wrong() {
    let folder = TempDir::new().expect("a folder");
    let started = begun(&folder);
    let output = audit(&folder, &["verify"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("The log is intact."), "{text}");
    assert!(started.terminate().0);
    let checkpoints = folder.path().join("sent.jsonl");
    let mut command = program(&folder);
    command.env("LABELKEEP_AUDIT_CHECKPOINT_FILE", &checkpoints);
    assert!(Started::new(&mut command).terminate().0);
    let output = audit(&folder, &["verify", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (output.status.code(), &report["ok"]),
        (Some(0), &Value::Bool(true)),
        "{report}"
    );
    assert!(report["organizations"][0]["checkpoints"].as_i64() > Some(0), "{report}");
    tamper(
        &folder.path().join("data/labelkeep.sqlite3"),
        &[
            "DROP TRIGGER audit_append_only",
            "UPDATE audit SET address = '192.0.2.1' WHERE id = (SELECT audit_id FROM audit_chain WHERE sequence = 2)",
        ],
    );
    let output = audit(&folder, &["verify", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (output.status.code(), &report["ok"]),
        (Some(1), &Value::Bool(false)),
        "{report}"
    );
    let problem = &report["organizations"][0]["problem"];
    assert_eq!(
        (&problem["kind"], &problem["sequence"]),
        (&Value::from("altered"), &Value::from(2)),
        "{report}"
    );
    assert_eq!(
        audit(&folder, &["verify", "--checkpoints", "/no/such/file"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn sec_221_the_command_exports_the_log() {
    let folder = TempDir::new().expect("a folder");
    assert!(begun(&folder).terminate().0);
    let output = audit(&folder, &["export"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(lines.iter().any(|line| line["record"]["action"] == "signup"), "{text}");
    assert_eq!(audit(&folder, &["export", "--organization", "77"]).stdout, b"");
}

#[test]
fn sec_213_sec_214_marked_secrets_through_every_route_are_in_neither_log() {
    let folder = TempDir::new().expect("a folder");
    let started = begun(&folder);
    let credentials = [
        "Authorization: Token marked-secret-token",
        "Authorization: Token marked-secret-wrong",
        "Authorization: Bearer marked-secret-bearer",
        "X-Api-Key: marked-secret-key",
        "Cookie: session_local=marked-secret-session; csrftoken=marked-secret-csrf",
    ];
    for (index, route) in labelkeep_api::table().iter().enumerate() {
        let path = route
            .path
            .replace("{name}", "marked-secret-name")
            .replace("{*rest}", "marked-secret-rest");
        let path: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { "7" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        // The account of the token stays: what would end it is not sent with it.
        let credential = match route.method {
            Method::GET | Method::POST => credentials[index % credentials.len()],
            _ => credentials[1 + index % (credentials.len() - 1)],
        };
        let body = r#"{"password":"marked-secret-body","title":"marked-secret-title","refresh":"marked-secret-refresh","data":{"text":"marked-secret-data"},"result":[{"value":"marked-secret-result"}]}"#;
        let request = format!(
            "{} {path}?password=marked-secret-query&x=%0d%0aforged HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{credential}\r\n\
             X-CSRFToken: marked-secret-header\r\nUser-Agent: agent/1\r\nReferer: http://localhost/?marked-secret-referer\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            route.method,
            body.len()
        );
        let answer = started.raw(request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 "), "{} {path}: {answer}", route.method);
    }
    let (orderly, log) = started.terminate();
    assert!(orderly, "{log}");
    let names_of_files = log.replace("marked-secret-name", "").replace("marked-secret-rest", "");
    assert!(!names_of_files.contains("marked-secret"), "{names_of_files}");
    assert!(
        !log.contains("\u{1b}[31m") && !log.lines().any(|line| line.starts_with("forged")),
        "{log}"
    );
    let output = audit(&folder, &["export"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.lines().count() > 40, "{text}");
    assert!(!text.contains("marked-secret"), "{text}");
    assert!(!text.contains("\\u001b"), "{text}");
}
