//! Other master keys while the server runs: everything goes on, and in the end nothing is left of the old one.

use labelkeep::rotation;
use labelkeep_store::sealed;
use labelkeep_testkit::{KitOptions, json, on_both_databases};

/// Mail that is never taken stays in the queue, sealed.
fn without_post() -> KitOptions {
    KitOptions::default()
        .with("EMAIL_HOST", "127.0.0.1")
        .with("EMAIL_PORT", "9")
        .with("EMAIL_USE_TLS", "false")
        .with("FROM_EMAIL", "labels@example.com")
}

on_both_databases! {
    async fn sec_201_sec_198_keys_are_rotated_while_the_server_works(kit: Kit, without_post()) {
        let owner = kit.owner().await;
        let link = owner.get("/api/invite").await.json()["token"].clone();
        let refresh = owner.post("/api/token/", json!({})).await.expect(201).json()["token"].as_str().expect("a token").to_owned();
        owner.post("/api/projects/", json!({ "title": "With a password", "task_data_login": "ada", "task_data_password": "planted" })).await.expect(201);
        owner.patch("/api/sso/oidc/", json!({ "enabled": true, "issuer": "https://id.example.com", "client_id": "x", "client_secret": "planted" })).await.expect(200);
        owner.post("/api/current-user/factors/totp/", json!({})).await.expect(201);
        owner.post("/api/invite/send-email", json!({ "emails": ["ada@example.com"] })).await.expect(201);
        let services = kit.services();
        // One checkpoint of the audit log, whose key is sealed too.
        labelkeep_services::audit::finish(services).await;
        let mut full = Vec::new();
        for column in sealed::COLUMNS {
            full.push((column.table, sealed::rows(&services.db, column).await.expect("rows").len()));
        }
        assert!(full.iter().all(|(_, number)| *number > 0), "each column holds something: {full:?}");
        let old = services.keys.current_id();

        let mut said = Vec::new();
        rotation::rotate(kit.config(), &mut |text| said.push(text)).await.expect("rotated");
        let number: usize = full.iter().map(|(_, number)| number).sum();
        assert!(said.last().is_some_and(|text| text.starts_with(&format!("{number} values"))), "{said:?}");
        kit.until("the server has noticed", || async { kit.services().keys.current_id() != old }).await;
        let status = rotation::status(kit.config()).await.expect("a status");
        assert!(status.contains(&format!("{old}  opens  0 values")), "{status}");
        assert_eq!(rotation::retire(kit.config()).await.expect("retired"), std::slice::from_ref(&old));
        kit.until("the server has noticed", || async { kit.services().keys.ids().len() == 1 }).await;

        // All goes on as before.
        assert_eq!(owner.get("/api/invite").await.expect(200).json()["token"], link);
        kit.anonymous().post("/api/token/refresh/", json!({ "refresh": refresh })).await.expect(200);
        owner.get("/api/sso/oidc/").await.expect(200);
        let again = owner.post("/api/projects/", json!({ "title": "Later", "task_data_login": "bo", "task_data_password": "planted" })).await;
        again.expect(201);
        // No value of any table is one of the old key: the list of columns is complete.
        for (table, rows) in crate::security::snapshot::snapshot(&kit).await {
            for row in rows {
                assert!(!row.to_lowercase().contains(&format!("01{old}")), "{table}: {row}");
            }
        }
        let log = owner.get("/api/audit/?action=keys.rotate").await;
        log.expect(200);
        // The file alone holds the keys, and stays its owner's.
        let file = kit.data_folder().join("keys/master.key");
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
        // And the next start reads it.
        let mut kit = kit;
        kit.restart().await;
        let owner = kit.owner().await;
        assert_eq!(owner.get("/api/invite").await.expect(200).json()["token"], link);
    }
}
