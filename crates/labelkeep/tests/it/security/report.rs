//! What settings weaken is said to those who can change it.

use labelkeep_testkit::{Kit, KitOptions, OWNER, PASSWORD, json, on_both_databases};

fn weakened() -> KitOptions {
    KitOptions::default()
        .server()
        .with("USERNAME", OWNER)
        .with("PASSWORD", PASSWORD)
        .with("LABELKEEP_MONITORING_PORT", "0")
        .with("SSRF_PROTECTION_ENABLED", "false")
        .with("VERIFY_SSL_CERTS", "false")
}

async fn settings(kit: &Kit) -> Vec<String> {
    let report = kit.owner().await.get("/api/security/report/").await.expect(200).json();
    let list = report["weaknesses"].as_array().cloned().unwrap_or_default();
    list.iter()
        .filter_map(|weakness| weakness["setting"].as_str().map(str::to_owned))
        .collect()
}

on_both_databases! {
    async fn sec_262_sec_140_sec_216_weakened_settings_are_shown_and_recorded(kit: Kit, weakened()) {
        let owner = kit.owner().await;
        assert_eq!(settings(&kit).await, ["VERIFY_SSL_CERTS", "SSRF_PROTECTION_ENABLED"]);
        let report = owner.get("/api/security/report/").await.json();
        assert_eq!(report["local"], false);
        assert_eq!(report["weaknesses"][1]["requirement"], "SEC-140");
        let port = kit.running().monitoring.expect("a port").port();
        let health = labelkeep_testkit::Client::at(&format!("http://127.0.0.1:{port}")).get("/metrics").await.expect(200);
        assert!(health.text.contains("labelkeep_weakened_settings 2\n"), "{}", health.text);
        // The start itself is in the audit log.
        let (detail,): (String,) = kit.services().db
            .one("SELECT detail FROM audit WHERE action = 'security.weakened'", vec![]).await.expect("an entry");
        let detail: labelkeep_testkit::Value = serde_json::from_str(&detail).expect("an object");
        assert_eq!(detail["settings"], json!(["VERIFY_SSL_CERTS", "SSRF_PROTECTION_ENABLED"]));
        // It is nobody's business who cannot change it.
        let member = kit.member(&owner, "ada@example.com").await;
        member.get("/api/security/report/").await.expect(403);
        kit.anonymous().get("/api/security/report/").await.expect(401);
    }

    async fn sec_262_with_the_defaults_there_is_nothing_to_say(kit: Kit, KitOptions::default().server().with("USERNAME", OWNER).with("PASSWORD", PASSWORD)) {
        assert_eq!(settings(&kit).await, [""; 0]);
        let found: Option<(i64,)> = kit.services().db
            .optional("SELECT id FROM audit WHERE action = 'security.weakened'", vec![]).await.expect("an answer");
        assert_eq!(found, None);
    }
}
