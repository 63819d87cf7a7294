//! Two servers on one PostgreSQL: what one of them was doing when it was killed, the other one does to its end.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Value, json};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::project;
use crate::program::{Started, program_in};

async fn number(kit: &Kit, sql: &'static str) -> i64 {
    kit.services().db.one::<(i64,)>(sql, vec![]).await.expect("a number").0
}

/// A program of its own beside the kit, on the same database and folder.
fn other(kit: &Kit) -> Started {
    let mut command = program_in(&kit.data_folder());
    Started::new(command.env("DATABASE_URL", kit.database_url().expect("PostgreSQL")))
}

/// Many tasks, so that the program is killed before it has them all.
const TASKS: usize = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_and_an_export_end_once_though_their_server_is_killed() {
    let Some(kit) = Kit::start(Engine::Postgres, KitOptions::default()).await else {
        return;
    };
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;
    let killed = other(&kit);
    let there = Client::at(&killed.url());
    there
        .sign_in(labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await;
    let table: String = (0..TASKS).map(|row| format!("text {row}\n")).collect();
    let form = Form::new().part("file", Part::text(format!("text\n{table}")).file_name("many.csv"));
    let path = format!("/api/projects/{id}/import?background=true");
    let request = there.with_csrf(there.request(Method::POST, &path)).multipart(form);
    let job = there.send(request).await.expect(202).json();
    kit.until("it is on its way", || async {
        number(&kit, "SELECT done FROM job").await > 0
    })
    .await;
    killed.kill();
    let at = format!("/api/jobs/{}/", job["id"]);
    let before = owner.get(&at).await.expect(200).json();
    assert!(before["finished_at"].is_null(), "it was killed in the middle: {before}");
    assert_eq!(
        owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"],
        0
    );
    // A minute later nobody has heard of it.
    kit.execute("UPDATE job SET lease_until = 0 WHERE finished_at IS NULL")
        .await;
    kit.until_within(60, "it has ended here", || async {
        !owner.get(&at).await.json()["finished_at"].is_null()
    })
    .await;
    let job = owner.get(&at).await.json();
    assert_eq!(
        (&job["state"], &job["result"]["task_count"]),
        (&json!("done"), &json!(TASKS))
    );
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, TASKS as i64);
    assert_eq!(
        number(&kit, "SELECT COUNT(DISTINCT data) FROM task").await,
        TASKS as i64,
        "each row once"
    );
    assert_eq!(
        number(&kit, "SELECT COUNT(*) FROM audit WHERE action = 'task.import'").await,
        1,
        "it ended once"
    );

    let killed = other(&kit);
    let there = Client::at(&killed.url());
    there
        .sign_in(labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await;
    let path = format!("/api/projects/{id}/exports/");
    let made = there
        .post(&path, json!({ "convert": { "export_type": "CSV" } }))
        .await
        .expect(201)
        .json();
    killed.kill();
    let at = format!("{path}{}", made["id"]);
    let before = owner.get(&at).await.expect(200).json();
    let unfinished = before["status"] == "in_progress" || before["converted_formats"][0]["status"] == "in_progress";
    assert!(unfinished, "it was killed in the middle: {before}");
    kit.execute("UPDATE export_snapshot SET updated_at = 1000 WHERE status = 'in_progress'")
        .await;
    kit.execute("UPDATE export_conversion SET updated_at = 1000 WHERE status = 'in_progress'")
        .await;
    labelkeep_services::export::resume(kit.services())
        .await
        .expect("resumed");
    kit.until_within(60, "both are made", || async {
        let snapshot = owner.get(&at).await.json();
        snapshot["status"] == "completed" && snapshot["converted_formats"][0]["status"] == "completed"
    })
    .await;
    let list: Vec<Value> =
        serde_json::from_slice(&owner.get(&format!("{at}/download")).await.expect(200).bytes).expect("a list");
    assert_eq!(list.len(), TASKS);
    let table = owner
        .get(&format!("{at}/download?exportType=CSV"))
        .await
        .expect(200)
        .text;
    assert_eq!(table.lines().count(), TASKS + 1);
}
