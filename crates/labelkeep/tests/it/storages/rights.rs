//! Rights of keys beyond what a storage is for.

use labelkeep_testkit::{Engine, Kit, KitOptions, S3Server, json};

use super::{body, empty};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_196_the_check_of_a_storage_says_which_rights_are_not_needed() {
    let server = S3Server::start().await;
    let kit = Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("it is always there");
    let owner = kit.owner().await;
    server.put("in/a.txt", "hello");
    let project = empty(&owner).await;
    let source = || {
        owner.post(
            "/api/storages/s3/validate",
            body(&server, project, json!({ "prefix": "in" })),
        )
    };
    let hint = source().await.expect(200).json()["hint"].clone();
    let hint = hint.as_str().expect("a hint");
    assert!(
        hint.contains("may also write objects and list other buckets.") && hint.contains("only list and read"),
        "{hint}"
    );
    // One that is refused is not named.
    server.fail_where("uploadId", 403, "AccessDenied");
    let hint = source().await.expect(200).json()["hint"].clone();
    assert!(
        hint.as_str()
            .is_some_and(|hint| hint.contains("may also list other buckets.")),
        "{hint}"
    );
    server.heal();
    let body = body(&server, project, json!({ "prefix": "in" }));
    let hint = owner
        .post("/api/storages/export/s3/validate", body)
        .await
        .expect(200)
        .json()["hint"]
        .clone();
    assert!(
        hint.as_str()
            .is_some_and(|hint| hint.contains("list what is there, read objects and")),
        "{hint}"
    );
    assert_eq!(server.keys(), ["in/a.txt"], "nothing was done by looking");
}
