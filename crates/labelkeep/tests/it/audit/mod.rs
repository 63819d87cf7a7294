//! The audit log and the usage statistics.

mod chain;
mod coverage;
mod personal;
mod program;
mod reading;
mod statistics;

use labelkeep_services::audit::{self, Problem};
use labelkeep_store::{Db, StoreError};
use labelkeep_testkit::Kit;

/// Waits until every entry is chained.
async fn chained(kit: &Kit) {
    kit.until("everything is chained", async || {
        let (number,): (i64,) = kit
            .services()
            .db
            .one(
                "SELECT COUNT(*) FROM audit WHERE NOT EXISTS
                    (SELECT 1 FROM audit_chain WHERE audit_chain.audit_id = audit.id)",
                vec![],
            )
            .await
            .expect("a number");
        number == 0
    })
    .await;
}

/// The first thing that is wrong with the log.
async fn problem(kit: &Kit) -> Option<Problem> {
    let verified = audit::verify(kit.services(), None).await.expect("verified");
    let problem = verified.organizations.into_iter().find_map(|report| report.problem);
    assert_eq!(verified.ok, problem.is_none());
    problem
}

/// Runs statements in one transaction.
async fn execute(db: &Db, statements: &[&'static str]) -> Result<(), StoreError> {
    let statements = statements.to_vec();
    db.write(move |tx| {
        Box::pin(async move {
            for statement in statements {
                tx.execute(statement, vec![]).await?;
            }
            Ok(())
        })
    })
    .await
}
