//! Imports that are jobs: they go on after a stop of the server, can be called off, say what was wrong, and tell of their end.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Reply, Value, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::project;
use crate::accounts::post;

async fn upload(client: &Client, project: i64, query: &str, name: &str, bytes: Vec<u8>) -> Reply {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let path = format!("/api/projects/{project}/import?background=true{query}");
    client
        .send(client.with_csrf(client.request(Method::POST, &path)).multipart(form))
        .await
}

fn table(rows: usize) -> Vec<u8> {
    let lines = (0..rows).map(|row| format!("text {row}\n"));
    format!("text\n{}", lines.collect::<String>()).into_bytes()
}

/// The job as it is when it has ended.
async fn ended(kit: &Kit, client: &Client, job: &Value) -> Value {
    let path = format!("/api/jobs/{}/", job["id"]);
    kit.until("the job has ended", || async {
        !client.get(&path).await.json()["finished_at"].is_null()
    })
    .await;
    client.get(&path).await.expect(200).json()
}

async fn number(kit: &Kit, sql: &'static str) -> i64 {
    kit.services().db.one::<(i64,)>(sql, vec![]).await.expect("a number").0
}

/// Files go once the job that brought them has ended.
async fn no_file_is_left(kit: &Kit) {
    let folder = kit.services().settings.files.uploads.folder();
    kit.until("no file is left", || async {
        std::fs::read_dir(folder).expect("a folder").count() == 0
    })
    .await;
}

on_both_databases! {
    async fn files_come_in_by_a_job_which_says_what_a_request_would(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let job = upload(&owner, id, "", "a.csv", table(3)).await.expect(202).json();
        assert_eq!((&job["kind"], &job["title"]), (&json!("import"), &json!("Import of a.csv")));
        let job = ended(&kit, &owner, &job).await;
        assert_eq!((&job["state"], &job["result"]["task_count"]), (&json!("done"), &json!(3)));
        assert_eq!(job["result"]["data_columns"], json!(["text"]));
        let job = upload(&owner, id, "", "b.csv", b"text\na,b\n".to_vec()).await.expect(202).json();
        let job = ended(&kit, &owner, &job).await;
        assert_eq!(job["state"], "failed");
        assert!(job["result"]["errors"][0].as_str().is_some_and(|text| text.contains("line 2")), "{job}");
        upload(&owner, id, "", "c.exe", b"MZ".to_vec()).await.expect(400);
        assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, 3);
        assert_eq!(number(&kit, "SELECT COUNT(*) FROM file_upload").await, 1, "what was refused is not kept");
        // Nobody waited for any of that: the bell is silent.
        assert_eq!(owner.get("/api/notifications/").await.expect(200).json()["results"], json!([]));
    }

    async fn an_end_that_took_long_is_told_once_and_to_nobody_else(kit: Kit) {
        let owner = kit.owner().await;
        let other = kit.member(&owner, "other@example.com").await;
        let (id, _) = project(&owner, 0, json!({})).await;
        kit.execute("INSERT INTO job (organization_id, project_id, account_id, kind, title, state, parameters, created_at, updated_at)
            SELECT organization_id, id, created_by, 'import', 'Import of <b>.csv', 'queued', '{\"files\":[],\"options\":{\"commit_to_project\":true,\"return_task_ids\":false,\"preannotated_from_fields\":[],
            \"dataset\":null,\"as_predictions\":null,\"files_as_tasks_list\":true}}', 1, 1 FROM project").await;
        kit.until("it is told", || async {
            owner.get("/api/notifications/").await.json()["results"] != json!([])
        }).await;
        let told = owner.get("/api/notifications/").await.expect(200).json();
        let first = told["results"][0].clone();
        assert_eq!((&first["title"], &first["state"], &first["is_read"]), (&json!("Import of <b>.csv"), &json!("failed"), &json!(false)));
        assert_eq!((&first["text"], &first["project"]), (&json!("load_tasks: No tasks added"), &json!(id)));
        assert_eq!(other.get("/api/notifications/").await.expect(200).json()["results"], json!([]));
        other.patch("/api/notifications/", json!({ "read_up_to": first["id"] })).await.expect(200);
        assert_eq!(owner.get("/api/notifications/").await.json()["results"][0]["is_read"], false, "they are each person's own");
        let read = owner.patch("/api/notifications/", json!({ "read_up_to": first["id"] })).await.expect(200).json();
        assert_eq!((&read["results"][0]["is_read"], &read["by_mail"]), (&json!(true), &json!(false)));
        kit.anonymous().get("/api/notifications/").await.expect(401);
    }
}

/// The third chunk cannot be written, so the import stands where two are in; then the server is started again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_after_a_restart_where_it_was() {
    let mut kit = Kit::start(Engine::Sqlite, post::with_mail()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;
    owner
        .patch("/api/notifications/", json!({ "by_mail": true }))
        .await
        .expect(200);
    kit.execute(
        "CREATE TRIGGER full BEFORE INSERT ON task WHEN NEW.inner_id > 2000 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .await;
    let items: Vec<Value> = (0..3_500)
        .map(|row| json!({ "data": { "text": format!("text {row}") }, "predictions": [{ "result": [], "model_version": "v" }] }))
        .collect();
    upload(
        &owner,
        id,
        "",
        "many.json",
        Value::Array(items).to_string().into_bytes(),
    )
    .await
    .expect(202);
    kit.until("it has failed", || async {
        number(&kit, "SELECT attempts FROM job").await > 0 && number(&kit, "SELECT done FROM job").await > 0
    })
    .await;
    kit.until("it waits to be tried again", || async {
        number(&kit, "SELECT COUNT(*) FROM job WHERE state = 'queued' AND done > 0").await == 1
    })
    .await;
    let before = number(&kit, "SELECT done FROM job").await;
    assert!((1..=2_000).contains(&before), "{before}");
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, before);
    let read = owner.get(&format!("/api/projects/{id}/")).await.expect(200).json();
    assert_eq!(read["task_number"], 0, "nothing is seen until all is in");
    kit.execute("DROP TRIGGER full").await;
    // What takes less than some seconds is not told.
    kit.execute("UPDATE job SET created_at = created_at - 60000000").await;
    kit.execute("CREATE TABLE kept AS SELECT id FROM task").await;
    kit.restart().await;

    kit.until("it is in", || async {
        number(&kit, "SELECT COUNT(*) FROM job WHERE state = 'done'").await == 1
    })
    .await;
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, 3_500);
    assert_eq!(
        number(&kit, "SELECT COUNT(DISTINCT data) FROM task").await,
        3_500,
        "each row once"
    );
    assert_eq!(
        number(&kit, "SELECT COUNT(*) FROM kept JOIN task ON task.id = kept.id").await,
        before,
        "what was in was not read again"
    );
    assert_eq!(number(&kit, "SELECT task_number FROM project").await, 3_500);
    assert_eq!(
        number(
            &kit,
            "SELECT SUM(amount) FROM project_summary WHERE kind = 'model_version'"
        )
        .await,
        3_500
    );
    let mail = post::wait(&kit, "owner@example.com", 1).await;
    assert!(
        mail.text.contains("Import of many.json") && mail.text.contains("3,500 tasks came in."),
        "{}",
        mail.text
    );
}

/// As a file that goes on; of the body nothing is kept behind its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_json_body_goes_on_after_a_restart_too() {
    let mut kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;
    kit.execute(
        "CREATE TRIGGER full BEFORE INSERT ON task WHEN NEW.inner_id > 500 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .await;
    let path = format!("/api/projects/{id}/import?background=true");
    let items: Vec<Value> = (0..1_500).map(|row| json!({ "text": format!("text {row}") })).collect();
    let job = owner.post(&path, Value::Array(items)).await.expect(202).json();
    assert_eq!(
        (&job["kind"], &job["title"]),
        (&json!("import"), &json!("Import of tasks"))
    );
    kit.until("it waits to be tried again", || async {
        number(&kit, "SELECT COUNT(*) FROM job WHERE state = 'queued' AND done > 0").await == 1
    })
    .await;
    let before = number(&kit, "SELECT COUNT(*) FROM task").await;
    assert!((1..=500).contains(&before), "{before}");
    kit.execute("DROP TRIGGER full").await;
    kit.execute("CREATE TABLE kept AS SELECT id FROM task").await;
    kit.restart().await;
    let owner = kit.owner().await;
    let job = ended(&kit, &owner, &job).await;
    assert_eq!(
        (&job["state"], &job["result"]["task_count"]),
        (&json!("done"), &json!(1_500))
    );
    assert_eq!(job["result"]["file_upload_ids"], json!([]));
    assert_eq!(
        number(&kit, "SELECT COUNT(DISTINCT data) FROM task").await,
        1_500,
        "each once"
    );
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, 1_500);
    assert_eq!(
        number(&kit, "SELECT COUNT(*) FROM kept JOIN task ON task.id = kept.id").await,
        before,
        "what was in was not read again"
    );
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM file_upload").await, 0);
    no_file_is_left(&kit).await;

    // What is wrong is said by the job; what is no list of tasks by itself at once.
    let job = owner.post(&path, json!([{ "data": 3 }])).await.expect(202).json();
    assert_eq!(ended(&kit, &owner, &job).await["state"], "failed");
    let body = json!({ "images": [], "annotations": [] });
    let reply = owner
        .post(&format!("{path}&format=coco"), body)
        .await
        .expect(400)
        .json();
    let text = "A data set is imported from files: send it as multipart/form-data.";
    assert_eq!(reply["validation_errors"]["format"][0], text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_called_off_leaves_nothing() {
    let kit = Kit::start(Engine::Sqlite, KitOptions::default()).await.expect("SQLite");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 0, json!({})).await;
    // It cannot come to its end before it is called off.
    kit.execute(
        "CREATE TRIGGER full BEFORE INSERT ON task WHEN NEW.inner_id > 2000 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .await;
    let job = upload(&owner, id, "", "many.csv", table(3_500))
        .await
        .expect(202)
        .json();
    kit.until("it waits to be tried again", || async {
        number(&kit, "SELECT COUNT(*) FROM job WHERE state = 'queued' AND done > 0").await == 1
    })
    .await;
    owner
        .post(&format!("/api/jobs/{}/cancel/", job["id"]), json!({}))
        .await
        .expect(200);
    let job = ended(&kit, &owner, &job).await;
    assert_eq!(
        (&job["state"], &job["result"]),
        (&json!("cancelled"), &json!({ "task_count": 0 }))
    );
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM task").await, 0);
    assert_eq!(number(&kit, "SELECT COUNT(*) FROM file_upload").await, 0);
    no_file_is_left(&kit).await;
}
