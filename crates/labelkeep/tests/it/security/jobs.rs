//! Limits of long work.

use labelkeep_store::jobs as rows;
use labelkeep_testkit::{Client, Kit, json, on_both_databases};

use crate::work::project;

/// A job that has been done; gives its address.
async fn done(kit: &Kit, owner: &Client) -> String {
    let (id, _) = project(owner, 2, json!({})).await;
    let path = format!("/api/dm/actions/?project={id}&id=set_overlap");
    let request = owner.with_csrf(owner.request(reqwest::Method::POST, &path));
    let request = request.header("Prefer", "respond-async").json(&json!({ "overlap": 3 }));
    let begun = owner.send(request).await.expect(202).json();
    let job = format!("/api/jobs/{}/", begun["job"]["id"]);
    kit.until("the job is done", || async {
        owner.get(&job).await.json()["state"] == "done"
    })
    .await;
    job
}

async fn attempts(kit: &Kit) -> i64 {
    let (number,): (i64,) = kit
        .services()
        .db
        .one("SELECT attempts FROM job", vec![])
        .await
        .expect("a job");
    number
}

on_both_databases! {
    async fn sec_229_a_job_that_fails_is_tried_five_times(kit: Kit) {
        let owner = kit.owner().await;
        let job = done(&kit, &owner).await;
        // What cannot be read is a fault of the server, which may pass.
        kit.execute("UPDATE job SET state = 'queued', finished_at = NULL, result = NULL, parameters = 'broken', attempts = 3, lease_until = 0").await;
        kit.until("it is tried a fourth time", || async { attempts(&kit).await == 4 && owner.get(&job).await.json()["state"] == "queued" }).await;
        // It waits now, longer each time; here the time is over.
        let (wait,): (i64,) = kit.services().db.one("SELECT lease_until - updated_at FROM job", vec![]).await.expect("a job");
        assert!(wait >= 15_000_000, "{wait} microseconds");
        kit.execute("UPDATE job SET lease_until = 0").await;
        kit.until("it is given up", || async { owner.get(&job).await.json()["state"] == "failed" }).await;
        assert_eq!(attempts(&kit).await, 5);
        let text = owner.get(&job).await.text;
        assert!(text.contains("Its log says more") && !text.contains("broken"), "{text}");
    }

    async fn sec_229_a_job_that_takes_too_long_is_ended(kit: Kit) {
        let owner = kit.owner().await;
        let job = done(&kit, &owner).await;
        kit.execute("UPDATE job SET state = 'queued', finished_at = NULL, result = NULL, started_at = 1, lease_until = 0").await;
        kit.until("it is ended", || async { owner.get(&job).await.json()["state"] == "failed" }).await;
        let error = owner.get(&job).await.json()["error"].clone();
        assert!(error.as_str().is_some_and(|text| text.contains("longer than 10 hours")), "{error}");
    }

    async fn sec_229_organizations_take_turns(kit: Kit) {
        // Due in a time to come, so that the server's own workers do not see them.
        const THEN: i64 = 9_000_000_000_000_000;
        for sql in [
            "INSERT INTO job (organization_id, account_id, kind, title, state, parameters, created_at, updated_at, lease_until)
             VALUES (1, 1, 'index', 'a', 'queued', '{}', 0, 0, 8000000000000000), (1, 1, 'index', 'b', 'queued', '{}', 0, 0, 8000000000000000),
                (1, 1, 'index', 'c', 'queued', '{}', 0, 0, 8000000000000000), (2, 2, 'index', 'd', 'queued', '{}', 0, 0, 8000000000000000),
                (3, 3, 'index', 'e', 'queued', '{}', 0, 0, 8500000000000000)",
        ] {
            kit.execute(sql).await;
        }
        let mut order = String::new();
        for _ in 0..6 {
            let taken: Result<_, labelkeep_store::StoreError> = kit.services().db
                .write(|tx| Box::pin(async move { rows::claim(tx, THEN, THEN + 1).await }))
                .await;
            order.push_str(&taken.expect("a claim").map_or("-".to_owned(), |job| job.title));
        }
        assert_eq!(order, "adebc-", "each has a turn before one has its second");
        kit.execute("DELETE FROM job").await;
    }
}
