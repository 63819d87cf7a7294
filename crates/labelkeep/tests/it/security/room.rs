//! Who may take how much room, and what happens when there is none left.

use labelkeep_testkit::{Client, Engine, Kit, KitOptions, Reply, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use crate::work::project;

/// Uploads a table of so many bytes.
async fn upload(client: &Client, project: i64, bytes: usize) -> Reply {
    let table = format!("text\n{}\n", "x".repeat(bytes - 6));
    let form = Form::new().part("file", Part::bytes(table.into_bytes()).file_name("table.csv"));
    let request = client.with_csrf(client.request(Method::POST, &format!("/api/projects/{project}/import")));
    client.send(request.multipart(form)).await
}

fn quotas() -> KitOptions {
    KitOptions::default()
        .with("LABELKEEP_PROJECT_QUOTA", "10000")
        .with("LABELKEEP_ORGANIZATION_QUOTA", "15000")
}

on_both_databases! {
    async fn sec_154_files_have_quotas_by_project_and_organization(kit: Kit, quotas()) {
        let owner = kit.owner().await;
        let (first, _) = project(&owner, 0, json!({})).await;
        let (second, _) = project(&owner, 0, json!({})).await;
        let files = || std::fs::read_dir(kit.data_folder().join("uploads")).map(Iterator::count).unwrap_or_default();
        upload(&owner, first, 6_000).await.expect(201);
        let refused = upload(&owner, first, 6_000).await.expect(413);
        assert!(refused.text.contains("of this project may take 10000 bytes"), "{}", refused.text);
        // Neither the file nor its tasks have come in.
        assert_eq!((owner.get(&format!("/api/projects/{first}/")).await.json()["task_number"].clone(), files()), (json!(1), 1));
        upload(&owner, first, 4_000).await.expect(201);
        let refused = upload(&owner, second, 6_000).await.expect(413);
        assert!(refused.text.contains("of this organization may take 15000 bytes"), "{}", refused.text);
        upload(&owner, second, 4_000).await.expect(201);
        // What is removed makes room.
        owner.delete(&format!("/api/projects/{first}/file-uploads")).await;
        upload(&owner, first, 9_000).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_154_a_full_disk_leaves_no_half_import() {
    // PostgreSQL says the same by a code of its own; its disk cannot be filled here.
    let kit = Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("SQLite is always there");
    let owner = kit.owner().await;
    let (id, _) = project(&owner, 3, json!({})).await;
    let (pages,): (i64,) = kit
        .services()
        .db
        .one("SELECT page_count FROM pragma_page_count", vec![])
        .await
        .expect("a number");
    let limit = async |pages: i64| {
        let sql: &'static str = format!("PRAGMA max_page_count = {pages}").leak();
        let set: Result<Option<(i64,)>, labelkeep_store::StoreError> = kit
            .services()
            .db
            .write(move |tx| Box::pin(async move { tx.optional(sql, vec![]).await }))
            .await;
        set.expect("a limit");
    };
    limit(pages + 50).await;
    let tasks: Vec<_> = (0..20_000)
        .map(|number| json!({ "text": format!("{number} {}", "word ".repeat(20)) }))
        .collect();
    let full = owner
        .post(&format!("/api/projects/{id}/import"), json!(tasks))
        .await
        .expect(507);
    assert!(
        full.text.contains("The disk of this server is full") && !full.text.contains("SQL"),
        "{}",
        full.text
    );
    // The server goes on, nothing of it is there, and it comes in when there is room.
    assert_eq!(
        owner.get(&format!("/api/projects/{id}/")).await.expect(200).json()["task_number"],
        3
    );
    assert_eq!(
        owner.get(&format!("/api/tasks/?project={id}")).await.expect(200).json()["total"],
        3
    );
    limit(1_000_000).await;
    let done = owner
        .post(&format!("/api/projects/{id}/import"), json!(tasks))
        .await
        .expect(201)
        .json();
    assert_eq!(done["task_count"], 20_000);
    assert_eq!(
        owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"],
        20_003
    );
}
