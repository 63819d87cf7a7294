//! Connections to PostgreSQL that are kept: what one use leaves behind is nothing to the next.

use std::time::Duration;

use futures_util::future::join_all;
use labelkeep_store::{Db, StoreError};
use labelkeep_testkit::{Engine, Kit, KitOptions};

/// More than there are connections.
const MANY: usize = 40;

async fn probe() -> Option<Kit> {
    let kit = Kit::start(Engine::Postgres, KitOptions::default()).await?;
    kit.execute("CREATE TABLE probe (id BIGINT)").await;
    kit.execute("INSERT INTO probe (id) VALUES (7)").await;
    Some(kit)
}

async fn rows(db: &Db) -> Vec<(i64,)> {
    db.all("SELECT id FROM probe ORDER BY id", vec![]).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_that_are_broken_off_leave_their_connections_in_order() {
    let Some(kit) = probe().await else { return };
    let db = &kit.services().db;
    let slow = "SELECT id FROM probe, pg_sleep(2)";
    let read = async || tokio::time::timeout(Duration::from_millis(50), db.all::<(i64,)>(slow, vec![])).await;
    let ended = join_all((0..MANY).map(|_| read())).await;
    assert!(ended.iter().all(Result::is_err), "all were broken off");
    for found in join_all((0..MANY).map(|_| rows(db))).await {
        assert_eq!(found, [(7,)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_a_bounded_read_is_that_reads_alone() {
    let Some(kit) = probe().await else { return };
    let db = &kit.services().db;
    let slow = "SELECT id FROM probe, pg_sleep(0.2)";
    let slower = "SELECT id FROM probe, pg_sleep(20)";
    for _ in 0..3 {
        let within = Some(Duration::from_millis(20));
        let found = db
            .all_beside::<(i64,)>(slower, vec![], within)
            .await
            .expect("an answer");
        assert_eq!(found, None);
        let found = db.all_beside::<(i64,)>(slow, vec![], None).await.expect("an answer");
        assert_eq!(found, Some(vec![(7,)]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_fail_change_nothing_and_hold_nothing() {
    let Some(kit) = probe().await else { return };
    let db = &kit.services().db;
    // One that panics.
    let outcome: Result<(), StoreError> = db
        .write(|tx| {
            Box::pin(async {
                tx.execute("UPDATE probe SET id = 8", vec![]).await?;
                panic!("the work fails");
            })
        })
        .await;
    assert!(outcome.is_err());
    // One that goes on after a statement has failed: the server takes it back, whatever it is asked for.
    let outcome: Result<(), StoreError> = db
        .write(|tx| {
            Box::pin(async {
                tx.execute("UPDATE probe SET id = 9", vec![]).await?;
                let _ = tx.execute("UPDATE probe SET nothing = 1", vec![]).await;
                Ok(())
            })
        })
        .await;
    assert!(outcome.is_err(), "it is not said to be saved");
    let outcome: Result<u64, StoreError> = db
        .write(|tx| Box::pin(async { tx.execute("UPDATE probe SET id = id + 100", vec![]).await }))
        .await;
    assert_eq!(outcome.expect("nobody holds the row"), 1);
    assert_eq!(rows(db).await, [(107,)]);
}
