use labelkeep_services::Services;
use labelkeep_services::audit::{self, ProblemKind};
use labelkeep_store::StoreError;
use labelkeep_store::audit::{Origin, record};
use labelkeep_testkit::{Engine, Kit, on_both_databases};

use super::{chained, execute, problem};

const DAY: i64 = 24 * 3_600 * 1_000_000;

/// Entries of organization 1 from the time `at` on, one a microsecond.
async fn write(kit: &Kit, objects: std::ops::Range<i64>, at: i64) {
    let written = kit.services().db.write(move |tx| {
        Box::pin(async move {
            let origin = Origin {
                organization_id: Some(1),
                account_id: Some(1),
                ..Origin::default()
            };
            for number in objects {
                let (object, detail) = (format!("project:{number}"), format!("{{\"n\": {number}}}"));
                record(tx, &origin, "project.update", &object, &detail, at + number).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    written.await.expect("written");
}

async fn tamper(kit: &Kit, statements: &[&'static str]) {
    execute(&kit.services().db, statements)
        .await
        .unwrap_or_else(|error| panic!("{statements:?}: {error}"));
}

/// Rights that the program takes from itself; whoever owns the database has them.
async fn as_the_owner_of_the_database(kit: &Kit) {
    let trigger = match kit.engine {
        Engine::Sqlite => "DROP TRIGGER audit_append_only",
        Engine::Postgres => "DROP TRIGGER audit_append_only ON audit",
    };
    tamper(
        kit,
        &[
            trigger,
            "CREATE TABLE audit_copy AS SELECT * FROM audit",
            "CREATE TABLE chain_copy AS SELECT * FROM audit_chain",
        ],
    )
    .await;
}

async fn restore(kit: &Kit) {
    tamper(
        kit,
        &[
            "DELETE FROM audit",
            "INSERT INTO audit SELECT * FROM audit_copy",
            "DELETE FROM audit_chain",
            "INSERT INTO audit_chain SELECT * FROM chain_copy",
        ],
    )
    .await;
    assert_eq!(problem(kit).await, None, "restored");
}

/// What somebody did with the database; what is found, at which place, in which row.
type Case = (
    &'static str,
    &'static [&'static str],
    ProblemKind,
    Option<i64>,
    Option<i64>,
);

on_both_databases! {
    async fn sec_218_whoever_alters_removes_inserts_or_swaps_an_entry_is_found(kit: Kit) {
        kit.owner().await;
        write(&kit, 0..40, kit.services().now()).await;
        chained(&kit).await;
        assert_eq!(problem(&kit).await, None);
        // The log begins with what made the organization: entry 20 is some project from here.
        let (id,): (i64,) = kit.services().db
            .one("SELECT audit_id FROM audit_chain WHERE organization_id = 1 AND sequence = 20", vec![]).await.expect("an entry");
        as_the_owner_of_the_database(&kit).await;
        let cases: [Case; 12] = [
            ("altered object", &["UPDATE audit SET object = 'project:666' WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Altered, Some(20), Some(id)),
            ("altered actor", &["UPDATE audit SET account_id = 2 WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Altered, Some(20), Some(id)),
            ("altered time", &["UPDATE audit SET at = at - 1 WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Altered, Some(20), Some(id)),
            ("hidden from the index", &["UPDATE audit SET routine = TRUE WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Altered, Some(20), Some(id)),
            ("moved to another organization", &["UPDATE audit SET organization_id = 2 WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Altered, Some(20), Some(id)),
            ("removed entry", &["DELETE FROM audit WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)"],
                ProblemKind::Missing, Some(20), Some(id)),
            ("removed link", &["DELETE FROM audit_chain WHERE organization_id = 1 AND sequence = 20"],
                ProblemKind::Missing, Some(20), None),
            ("removed with its link", &[
                "DELETE FROM audit WHERE id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20)",
                "DELETE FROM audit_chain WHERE organization_id = 1 AND sequence = 20"],
                ProblemKind::Missing, Some(20), None),
            ("inserted without a link", &["INSERT INTO audit (id, organization_id, action, at) VALUES (-7, 1, 'login', 5)"],
                ProblemKind::Inserted, None, Some(-7)),
            ("inserted with a link", &[
                "INSERT INTO audit (id, organization_id, action, at) VALUES (-7, 1, 'login', 5)",
                "UPDATE audit_chain SET sequence = sequence + 1000 WHERE organization_id = 1 AND sequence >= 20",
                "UPDATE audit_chain SET sequence = sequence - 999 WHERE organization_id = 1 AND sequence >= 1000",
                "INSERT INTO audit_chain (audit_id, organization_id, sequence, hash) SELECT -7, 1, 20, hash FROM chain_copy WHERE organization_id = 1 AND sequence = 3"],
                ProblemKind::Inserted, Some(20), Some(-7)),
            ("swapped links", &[
                "UPDATE audit_chain SET sequence = 100000 WHERE organization_id = 1 AND sequence = 20",
                "UPDATE audit_chain SET sequence = 20 WHERE organization_id = 1 AND sequence = 25",
                "UPDATE audit_chain SET sequence = 25 WHERE organization_id = 1 AND sequence = 100000"],
                ProblemKind::Swapped, Some(20), None),
            ("swapped entries", &[
                "UPDATE audit_chain SET audit_id = -1 WHERE organization_id = 1 AND sequence = 20",
                "UPDATE audit_chain SET audit_id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 20) WHERE organization_id = 1 AND sequence = 25",
                "UPDATE audit_chain SET audit_id = (SELECT audit_id FROM chain_copy WHERE organization_id = 1 AND sequence = 25) WHERE audit_id = -1"],
                ProblemKind::Swapped, Some(20), None),
        ];
        for (what, statements, kind, sequence, entry) in cases {
            tamper(&kit, statements).await;
            let found = problem(&kit).await.unwrap_or_else(|| panic!("{what}: not found"));
            assert_eq!((found.kind, found.sequence), (kind, sequence), "{what}: {}", found.text);
            if entry.is_some() {
                assert_eq!(found.id, entry, "{what}: {}", found.text);
            }
            restore(&kit).await;
        }
    }

    async fn sec_208_the_program_itself_cannot_change_an_entry(kit: Kit) {
        kit.owner().await;
        assert!(execute(&kit.services().db, &["UPDATE audit SET object = ''"]).await.is_err());
    }

    async fn sec_219_a_chain_that_was_cut_or_made_anew_contradicts_its_checkpoints(kit: Kit) {
        let mut kit = kit;
        kit.owner().await;
        write(&kit, 0..40, kit.services().now()).await;
        chained(&kit).await;
        // The end of a server signs the chain.
        kit.restart().await;
        assert_eq!(problem(&kit).await, None);
        let (signed,): (i64,) = kit.services().db
            .one("SELECT MAX(sequence) FROM audit_checkpoint WHERE organization_id = 1", vec![]).await.expect("a checkpoint");
        assert!(signed > 40, "{signed}");
        as_the_owner_of_the_database(&kit).await;
        tamper(&kit, &[
            "DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain WHERE organization_id = 1 AND sequence > 30)",
            "DELETE FROM audit_chain WHERE organization_id = 1 AND sequence > 30"]).await;
        let found = problem(&kit).await.expect("the end is cut off");
        assert_eq!((found.kind, found.sequence), (ProblemKind::Missing, Some(31)), "{}", found.text);
        restore(&kit).await;
        // With the server's own help: it chains again what is above the watermark.
        tamper(&kit, &[
            "UPDATE audit SET object = 'project:666' WHERE id = (SELECT audit_id FROM audit_chain WHERE organization_id = 1 AND sequence = 20)",
            "DELETE FROM audit_chain WHERE organization_id = 1 AND sequence >= 20",
            "UPDATE audit_chainer SET watermark = 0"]).await;
        chained(&kit).await;
        let found = problem(&kit).await.expect("made anew");
        assert_eq!((found.kind, found.sequence), (ProblemKind::Altered, Some(signed)), "{}", found.text);
        assert!(found.text.contains("made anew"), "{}", found.text);
        restore(&kit).await;
        tamper(&kit, &["UPDATE audit_checkpoint SET hash = (SELECT hash FROM audit_chain WHERE organization_id = 1 AND sequence = 3) WHERE organization_id = 1"]).await;
        assert_eq!(problem(&kit).await.expect("a forged checkpoint").kind, ProblemKind::Checkpoint);
    }

    async fn sec_219_checkpoints_come_every_thousand_entries(kit: Kit) {
        kit.owner().await;
        write(&kit, 0..2_300, kit.services().now()).await;
        chained(&kit).await;
        let rows: Vec<(i64,)> = kit.services().db
            .all("SELECT sequence FROM audit_checkpoint WHERE organization_id = 1 ORDER BY sequence", vec![]).await.expect("rows");
        assert!(rows.len() >= 2 && rows.windows(2).all(|pair| pair[1].0 - pair[0].0 <= 1_000), "{rows:?}");
        assert_eq!(problem(&kit).await, None);
        as_the_owner_of_the_database(&kit).await;
        tamper(&kit, &["DELETE FROM audit_checkpoint"]).await;
        assert_eq!(problem(&kit).await.expect("no checkpoint is left").kind, ProblemKind::Checkpoint);
    }

    async fn sec_222_what_is_pruned_leaves_a_signed_checkpoint(kit: Kit) {
        let owner = kit.owner().await;
        chained(&kit).await;
        let now = kit.services().now();
        // Written long ago, before everything else.
        tamper(&kit, &["DELETE FROM audit_chain", "DELETE FROM audit", "DELETE FROM audit_checkpoint", "UPDATE audit_chainer SET watermark = 0"]).await;
        write(&kit, 0..700, now - 401 * DAY).await;
        write(&kit, 700..720, now - 10 * DAY).await;
        chained(&kit).await;
        audit::prune(kit.services()).await.expect("pruned");
        let verified = audit::verify(kit.services(), None).await.expect("verified");
        let report = &verified.organizations.iter().find(|report| report.organization == 1).expect("the organization's");
        assert!(verified.ok, "{verified:?}");
        assert_eq!((report.first, report.last), (701, 720));
        let (left,): (i64,) = kit.services().db.one("SELECT COUNT(*) FROM audit", vec![]).await.expect("a number");
        assert_eq!(left, 20);
        // The chain goes on.
        owner.post("/api/invite/reset-token", labelkeep_testkit::json!({})).await.expect(201);
        chained(&kit).await;
        assert_eq!(problem(&kit).await, None);
        as_the_owner_of_the_database(&kit).await;
        tamper(&kit, &["DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_chain WHERE sequence = 701)"]).await;
        let found = problem(&kit).await.expect("found");
        assert_eq!((found.kind, found.sequence), (ProblemKind::Missing, Some(701)));
    }

    async fn sec_218_entries_from_before_the_chain_are_chained_at_the_start(kit: Kit) {
        let mut kit = kit;
        kit.owner().await;
        write(&kit, 0..1_500, kit.services().now()).await;
        chained(&kit).await;
        // As an installation of the version before the chain is.
        tamper(&kit, &["DELETE FROM audit_chain", "DELETE FROM audit_checkpoint", "UPDATE audit_chainer SET watermark = 0"]).await;
        kit.restart().await;
        chained(&kit).await;
        assert_eq!(problem(&kit).await, None);
    }

    async fn sec_218_chainers_of_several_replicas_make_one_chain(kit: Kit) {
        kit.owner().await;
        for round in 0..10 {
            write(&kit, round * 50..(round + 1) * 50, kit.services().now()).await;
            let services = kit.services().clone();
            // Another replica knows nothing of the first one's memory.
            let other = Services::new(services.db.clone(), services.settings.clone(), services.keys.clone(), services.net.clone());
            let (first, second) = tokio::join!(audit::pass(&services), audit::pass(&other));
            first.expect("a pass");
            second.expect("another");
        }
        chained(&kit).await;
        assert_eq!(problem(&kit).await, None);
    }
}
