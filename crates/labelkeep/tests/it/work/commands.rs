//! `labelkeep export` and `labelkeep import` on the embedded database, beside a running server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use labelkeep_services::Progress;
use labelkeep_services::access::{Action, console_project};
use labelkeep_services::export::{Options, Selection, write_to};
use labelkeep_store::{args, imports};
use labelkeep_testkit::{Engine, Kit, KitOptions, Value, json, on_both_databases};
use tempfile::TempDir;

use super::{answer, project};
use crate::accounts::post;

fn run(command: &str, data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_labelkeep"))
        .env_clear()
        .arg(command)
        .args(arguments)
        .arg("--data-dir")
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .expect("the program")
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it says, in one line.
fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one clear line: {text}");
    text
}

async fn audited(kit: &Kit, action: &'static str) -> i64 {
    let (rows,): (i64,) = kit
        .services()
        .db
        .one("SELECT COUNT(*) FROM audit WHERE action = $1", args![action])
        .await
        .expect("a count");
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_goes_out_and_in_from_the_command_line() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (id, tasks) = project(&owner, 3, json!({})).await;
    let path = format!("/api/tasks/{}/annotations/", tasks[1]);
    owner.post(&path, json!({ "result": answer("pos") })).await.expect(201);
    let (data, folder) = (kit.data_folder(), TempDir::new().expect("a folder"));
    let number = id.to_string();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();

    let file = at("all.json");
    let output = run("export", &data, &[&number, "--all-tasks", "-o", &file]);
    assert_eq!(done(&output), "", "standard output is for the data");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(&format!("3 of 3 items are in {file}")), "{told}");
    let all: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    let by_request = owner
        .get(&format!("/api/projects/{id}/export?download_all_tasks=true"))
        .await
        .expect(200);
    assert_eq!(all, by_request.json());
    // What the format leaves out is said; a file that is there stays.
    let table = at("table.csv");
    let output = run("export", &data, &[&number, "--format", "csv", "-o", &table]);
    done(&output);
    assert!(std::fs::read_to_string(&table).expect("a file").contains("\"pos\""));
    assert!(refused(&run("export", &data, &[&number, "-o", &table])).contains("--force"));
    assert!(refused(&run("export", &data, &[&number, "--format", "coco", "-o", &at("x")])).contains("csv"));
    assert!(refused(&run("export", &data, &["77", "-o", &at("x")])).contains("there is no project 77"));
    let piped = done(&run("export", &data, &[&number, "-o", "-"]));
    assert_eq!(
        serde_json::from_str::<Value>(&piped)
            .expect("JSON")
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    // Into another project: the annotation comes with its task.
    let (other, _) = project(&owner, 0, json!({})).await;
    let told = done(&run("import", &data, &[&other.to_string(), &file]));
    assert!(
        told.starts_with("3 tasks, 1 annotations and 0 predictions came in.\n"),
        "{told}"
    );
    let read = owner.get(&format!("/api/projects/{other}/")).await.expect(200).json();
    assert_eq!(
        (&read["task_number"], &read["total_annotations_number"]),
        (&json!(3), &json!(1))
    );
    assert!(read["created_by"]["email"] == "owner@example.com");
    // A folder with a bad file: nothing of it comes in.
    std::fs::create_dir(folder.path().join("more")).expect("a folder");
    std::fs::write(at("more/good.csv"), "text\na\nb\n").expect("written");
    std::fs::write(at("more/bad.csv"), "text\na,b,c\n").expect("written");
    let line = refused(&run("import", &data, &[&other.to_string(), &at("more")]));
    assert!(line.contains("line 2") || line.contains("row"), "{line}");
    assert_eq!(
        owner.get(&format!("/api/projects/{other}/")).await.json()["task_number"],
        3
    );

    // In somebody's name, with their rights.
    kit.member(&owner, "ada@example.com").await;
    done(&run(
        "import",
        &data,
        &[&other.to_string(), &at("more/good.csv"), "--as", "ada@example.com"],
    ));
    assert!(refused(&run("import", &data, &[&number, &file, "--as", "nobody@example.com"])).contains("Nobody"));
    assert_eq!(audited(&kit, "task.import").await, 1 + 2, "one was by request");
    assert_eq!(audited(&kit, "project.export").await, 1 + 3, "one was by request");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().ends_with(".part")),
        "{left:?}"
    );
}

on_both_databases! {
    async fn the_bar_of_an_export_ends_where_the_export_does(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 5, json!({})).await;
        for (task, facts) in [(tasks[0], json!({})), (tasks[1], json!({ "ground_truth": true })), (tasks[3], json!({ "was_cancelled": true }))] {
            let mut body = facts;
            body["result"] = answer("pos");
            owner.post(&format!("/api/tasks/{task}/annotations/"), body).await.expect(201);
        }
        for (arguments, number) in [
            (json!({}), 3),
            (json!({ "all_tasks": true }), 5),
            (json!({ "ids": [tasks[2], tasks[3], 77_777] }), 2),
        ] {
            let options = Options {
                format: "JSON".to_owned(),
                all_tasks: arguments["all_tasks"] == true,
                ids: serde_json::from_value(arguments["ids"].clone()).expect("ids, or none"),
                download_resources: false,
                formula_escape: false,
                exact: false,
                manifest: false,
                selection: Selection::default(),
            };
            let project = console_project(kit.services(), None, id, Action::Export, None).await.expect("a project");
            let progress = Progress::default();
            let nowhere = |_: &str| Ok(Box::new(std::io::sink()) as Box<dyn Write + Send>);
            write_to(kit.services(), project, options, nowhere, &progress).await.expect("an export");
            assert_eq!((progress.done(), progress.total()), (number, number), "{arguments}");
        }
    }
}

/// Who runs the server reaches for the data of an organization that is not theirs with a reason, which that organization learns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_115_the_console_needs_a_reason_for_what_belongs_to_others() {
    let kit = Kit::start(Engine::Sqlite, post::with_mail()).await.expect("SQLite");
    let owner = kit.owner().await;
    kit.execute("INSERT INTO organization (title, created_at, updated_at) VALUES ('Second', 1, 1)")
        .await;
    kit.execute("INSERT INTO membership (organization_id, account_id, role, created_at) VALUES (2, 1, 'owner', 1)")
        .await;
    let there = json!({ "active_organization": 2 });
    owner.patch("/api/current-user", there).await.expect(200);
    let (id, _) = project(&owner, 2, json!({})).await;
    let (data, folder) = (kit.data_folder(), TempDir::new().expect("a folder"));
    let number = id.to_string();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(at("more.csv"), "text\na\n").expect("written");
    let (out, more) = (at("x.json"), at("more.csv"));
    let reasons: [&[&str]; 2] = [&[], &["--reason", "  "]];
    for reason in reasons {
        let arguments = [&[&*number, "--all-tasks", "-o", &*out][..], reason].concat();
        assert!(refused(&run("export", &data, &arguments)).contains("--reason TEXT"));
        let arguments = [&[&*number, &*more][..], reason].concat();
        assert!(refused(&run("import", &data, &arguments)).contains("--reason TEXT"));
    }
    assert_eq!(
        (
            audited(&kit, "console.access").await,
            audited(&kit, "project.export").await
        ),
        (0, 0)
    );
    let why = "Ticket 7: their disk is lost";
    let mut command = Command::new(env!("CARGO_BIN_EXE_labelkeep"));
    command
        .env_clear()
        .envs(post::settings())
        .env("LABEL_STUDIO_HOST", kit.url())
        .args(["export", &number, "--all-tasks", "-o", &out, "--reason", why])
        .arg("--data-dir")
        .arg(&data)
        .stdin(Stdio::null());
    done(&command.output().expect("the program"));
    let (organization, detail): (i64, String) = kit
        .services()
        .db
        .one(
            "SELECT organization_id, detail FROM audit WHERE action = 'console.access'",
            args![],
        )
        .await
        .expect("an entry");
    assert_eq!(organization, 2);
    assert!(detail.contains(why), "{detail}");
    // Its owner reads it in the bell and in the mail.
    let told = owner.get("/api/notifications/").await.expect(200).json();
    assert_eq!(
        (&told["results"][0]["text"], &told["results"][0]["project"]),
        (&json!(why), &json!(id)),
        "{told}"
    );
    let mail = post::wait(&kit, "owner@example.com", 1).await;
    assert!(mail.text.contains(why) && mail.text.contains("A project"), "{mail:?}");
}

/// A server that starts takes back what is pending. Whoever still writes it must not make half of it visible.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_taken_back_cannot_be_completed() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (project_id, _) = project(&owner, 0, json!({})).await;
    let db = &kit.services().db;
    let outcome = db
        .write(move |tx| {
            Box::pin(async move {
                let (lost, kept) = (
                    imports::begin(tx, project_id, 1, None, 5).await?,
                    imports::begin(tx, project_id, 1, None, 5).await?,
                );
                imports::fail(tx, lost, "broken off", 6).await?;
                let lost = (
                    imports::advance(tx, lost, "{}", 7).await?,
                    imports::complete(tx, lost, "{}", 7).await?,
                );
                let kept = (
                    imports::advance(tx, kept, "{}", 7).await?,
                    imports::complete(tx, kept, "{}", 7).await?,
                );
                Ok::<_, labelkeep_store::StoreError>((lost, kept))
            })
        })
        .await
        .expect("written");
    assert_eq!(outcome, ((false, false), (true, true)));
}
