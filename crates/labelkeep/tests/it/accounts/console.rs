//! `labelkeep user …` on the embedded database, beside a running server and without one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use labelkeep_store::args;
use labelkeep_testkit::{Engine, Kit, KitOptions, OWNER, PASSWORD, Value, json};
use tempfile::TempDir;

use crate::factors::audited;
use crate::factors::authenticator::{self, Passkey};

fn user(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_labelkeep"))
        .env_clear()
        .arg("user")
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one clear line: {text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_managed_beside_a_running_server() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let folder = kit.data_folder();
    let made = done(&user(
        &folder,
        &["create", "Ada@example.com", "--role", "reviewer", "--password-stdin"],
        &format!("{PASSWORD}\n"),
    ));
    assert!(
        made.contains("ada@example.com is here as reviewer.") && made.contains("notices within 5 seconds"),
        "{made}"
    );
    let ada = kit.anonymous();
    ada.sign_in("ada@example.com", PASSWORD).await.expect(302);
    assert_eq!(ada.get("/api/current-user/whoami").await.json()["role"], "RE");
    // The running server notices, although it knows the session.
    done(&user(&folder, &["deactivate", "ada@example.com"], ""));
    kit.until("the session ends", || async {
        ada.get("/api/current-user/whoami").await.status == 401
    })
    .await;
    let list: Value = serde_json::from_str(&done(&user(&folder, &["list", "--json"], ""))).expect("JSON");
    let row = |index: usize| {
        (
            list[index]["email"].clone(),
            list[index]["role"].clone(),
            list[index]["active"].clone(),
        )
    };
    assert_eq!(row(0), (json!("ada@example.com"), json!("deactivated"), json!(false)));
    assert_eq!(row(1), (json!(OWNER), json!("owner"), json!(true)));
    assert!(refused(&user(&folder, &["reset-password", "ada@example.com"], "")).contains("deactivated"));
    assert!(done(&user(&folder, &["activate", "ada@example.com"], "")).contains("is reviewer now"));
    let link = done(&user(&folder, &["reset-password", "ada@example.com"], ""));
    let path = link
        .lines()
        .find_map(|line| line.strip_prefix("http://localhost:8080"))
        .expect("a link");
    let browser = kit.anonymous();
    browser.get(path).await.expect(200);
    browser
        .form(path, &[("password", "a short rest under the oak")])
        .await
        .expect(302);
    assert_eq!(
        kit.anonymous()
            .sign_in("ada@example.com", "a short rest under the oak")
            .await
            .status,
        302
    );
    // Owners: the last one stays, a second one may take over.
    assert!(refused(&user(&folder, &["role", OWNER, "annotator"], "")).contains("last owner"));
    assert!(refused(&user(&folder, &["deactivate", OWNER], "")).contains("last owner"));
    done(&user(&folder, &["make-owner", "ada@example.com"], ""));
    assert!(done(&user(&folder, &["role", OWNER, "annotator"], "")).contains("was owner and is annotator now"));
    kit.until("the role is noticed", || async {
        owner.get("/api/current-user/whoami").await.json()["role"] == "AN"
    })
    .await;
    let (rows,): (i64,) = kit
        .services()
        .db
        .one("SELECT COUNT(*) FROM audit WHERE address = 'console'", args![])
        .await
        .expect("a count");
    assert_eq!(rows, 6, "SEC-217: created, deactivated, activated, link, owner, role");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_074_lost_factors_are_taken_away() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (passkey, reply) = Passkey::enrol(&owner, kit.url(), "Laptop").await;
    reply.expect(201);
    let folder = kit.data_folder();
    let told = done(&user(&folder, &["reset-factors", OWNER], ""));
    assert!(told.contains("The factor of owner@example.com is gone"), "{told}");
    kit.until("the session ends", || async {
        owner.get("/api/current-user/whoami").await.status == 401
    })
    .await;
    authenticator::sign_in(&kit.anonymous(), &passkey).await.expect(400);
    let again = kit.anonymous();
    again.sign_in(OWNER, PASSWORD).await.expect(302);
    again.get("/api/current-user/whoami").await.expect(200);
    assert_eq!(audited(&kit, "factor.reset").await, 1);
    assert!(done(&user(&folder, &["reset-factors", OWNER], "")).contains("had no second factor"));
}

#[test]
fn the_first_account_can_be_made_before_the_first_start() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("data");
    assert!(refused(&user(&data, &["list"], "")).contains("there is no database"));
    assert!(refused(&user(&data, &["create", "a@example.com", "--role", "annotator"], "")).contains("owner"));
    let made = done(&user(&data, &["create", "a@example.com"], ""));
    assert!(
        made.contains("is here as owner.") && made.contains("/user/reset/?token="),
        "{made}"
    );
    assert!(!made.contains("notices"), "no server runs");
    assert!(refused(&user(&data, &["create", "a@example.com"], "")).contains("already"));
    assert!(refused(&user(&data, &["role", "b@example.com", "annotator"], "")).contains("Nobody has the address"));
}

#[test]
fn sec_066_a_password_is_not_taken_as_an_argument() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("data");
    for arguments in [
        &["create", "a@example.com", "--password", PASSWORD][..],
        &["create", "a@example.com", "--password=x"][..],
    ] {
        let line = refused(&user(&data, arguments, ""));
        assert!(line.contains("--password-stdin") && !line.contains(PASSWORD), "{line}");
    }
    assert!(!data.exists(), "nothing was begun");
    let file = folder.path().join("password");
    std::fs::write(&file, "password\r\n").expect("written");
    let from_file = [
        "create",
        "a@example.com",
        "--password-file",
        file.to_str().expect("text"),
    ];
    assert!(refused(&user(&data, &from_file, "")).contains("common"));
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("written");
    done(&user(&data, &from_file, ""));
}
