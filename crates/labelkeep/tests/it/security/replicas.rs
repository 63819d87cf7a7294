//! Two servers on one database: what ends on one ends on the other within five seconds (SEC-030, SEC-068, SEC-095, SEC-100).

use std::cell::Cell;
use std::time::{Duration, Instant};

use labelkeep_store::StoreError;
use labelkeep_testkit::{Engine, Kit, KitOptions, PASSWORD, json};
use reqwest::Method;

/// Asks until there is no answer any more; gives when the last request was sent that had one, `since` if none had. How long an
/// answer takes on a busy machine is no part of it.
async fn last_answered(kit: &Kit, since: Instant, ask: impl AsyncFn() -> u16) -> Instant {
    let last = Cell::new(since);
    kit.until("it has ended there", async || {
        let sent = Instant::now();
        let has_ended = ask().await == 401;
        if !has_ended {
            last.set(sent);
        }
        has_ended
    })
    .await;
    last.get()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_030_sec_068_sec_095_what_ends_on_one_node_ends_on_the_other() {
    let Some(kit) = Kit::start(Engine::Postgres, KitOptions::default()).await else {
        return;
    };
    let owner = kit.owner().await;
    let other = kit.replica().await.expect("PostgreSQL serves several");
    let ada = kit.member(&owner, "ada@example.com").await;
    let id = ada.get("/api/current-user/whoami").await.json()["id"].clone();
    let cookie = crate::accounts::session_cookie(&kit.anonymous().sign_in("ada@example.com", PASSWORD).await);
    let there = other.anonymous();
    let by_cookie = async || {
        let request = there.request(Method::GET, "/api/current-user/whoami");
        there.send(request.header("cookie", cookie.clone())).await.status
    };
    let token = owner.post("/api/current-user/tokens/", json!({"name": "robot"})).await;
    let token = token.expect(201).json();
    let script = other.anonymous().bearer(token["token"].as_str().expect("the secret"));
    let by_token = async || script.get("/api/projects/").await.status;
    // Both are known to the other node now.
    assert_eq!((by_cookie().await, by_token().await), (200, 200));
    owner
        .delete(&format!("/api/organizations/1/memberships/{id}/sessions/"))
        .await
        .expect(200);
    owner
        .delete(&format!("/api/current-user/tokens/{}/", token["id"]))
        .await
        .expect(204);
    let since = Instant::now();
    let last = last_answered(&other, since, &by_cookie)
        .await
        .max(last_answered(&other, since, &by_token).await);
    assert!(last - since < Duration::from_secs(6), "{:?}", last - since);

    // Deactivated: the session that is open on the other node, too.
    let cookie = crate::accounts::session_cookie(&kit.anonymous().sign_in("ada@example.com", PASSWORD).await);
    let ask = async || {
        let request = there.request(Method::GET, "/api/current-user/whoami");
        there.send(request.header("cookie", cookie.clone())).await.status
    };
    assert_eq!(ask().await, 200);
    kit.execute("UPDATE membership SET role = 'deactivated' WHERE account_id <> 1")
        .await;
    other
        .until("the deactivated are nobody", async || ask().await == 401)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_another_process_has_changed_costs_one_moment_and_not_every_kept_connection() {
    let Some(kit) = Kit::start(Engine::Postgres, KitOptions::default()).await else {
        return;
    };
    kit.execute("CREATE TABLE probe (id BIGINT)").await;
    kit.execute("INSERT INTO probe (id) VALUES (7)").await;
    let write = async || {
        let read: Result<Vec<(i64,)>, StoreError> = kit
            .services()
            .db
            .write(|tx| Box::pin(async { tx.all("SELECT probe.* FROM probe, pg_sleep(0.05)", vec![]).await }))
            .await;
        read
    };
    // Ten connections at once have the statement prepared.
    for outcome in futures_util::future::join_all((0..10).map(|_| write())).await {
        assert_eq!(outcome.expect("one row"), [(7,)]);
    }
    kit.execute("ALTER TABLE probe ADD COLUMN more TEXT").await;
    let mut failures = 0;
    for _ in 0..15 {
        if let Err(error) = write().await {
            assert!(error.is_out_of_date(), "{error}");
            failures += 1;
        }
    }
    assert_eq!(failures, 1, "who notices it first");
}
