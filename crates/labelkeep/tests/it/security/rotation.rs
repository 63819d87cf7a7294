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
        let store = labelkeep_testkit::S3Server::start().await;
        let project = crate::storages::empty(&owner).await;
        let storage = crate::storages::source(&owner, &store, project, json!({})).await;
        crate::storages::connections::connection(&owner, &store, json!({})).await;
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
        owner.post("/api/storages/s3/validate", json!({ "project": project, "id": storage })).await.expect(200);
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

    async fn sec_201_keys_that_sign_tokens_are_rotated_while_the_server_works(kit: Kit) {
        let owner = kit.owner().await;
        let script = kit.with_token(&owner).await;
        script.get("/api/projects/").await.expect(200);
        let refresh = owner.get("/api/token/").await.json()[0]["token"].clone();
        let old = signing(&kit).await[0].0.clone();

        let said = rotation::rotate_signing(kit.config(), false).await.expect("rotated");
        assert!(said.contains("tokens of older keys go on"), "{said}");
        let keys = signing(&kit).await;
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[1], (old.clone(), "verifies".to_owned(), 1));
        // Whoever has a token notices nothing; new ones are of the new key.
        script.get("/api/projects/").await.expect(200);
        let member = kit.member(&owner, "ada@example.com").await;
        kit.until("the server signs with the new key", || async {
            member.post("/api/token/blacklist/", json!({ "refresh": member.get("/api/token/").await.json()[0]["token"] })).await;
            member.post("/api/token/", json!({})).await.expect(201);
            signing(&kit).await[0].2 == 1
        }).await;
        // A key that has living tokens stays, and so does one that has signed a moment ago.
        assert_eq!(rotation::retire(kit.config()).await.expect("nothing"), [""; 0]);
        owner.post("/api/token/blacklist/", json!({ "refresh": refresh })).await.expect(204);
        assert_eq!(rotation::retire(kit.config()).await.expect("nothing"), [""; 0]);
        kit.execute("UPDATE signing_key SET created_at = created_at - 700000000").await;
        assert_eq!(rotation::retire(kit.config()).await.expect("retired"), std::slice::from_ref(&old));
        assert_eq!(signing(&kit).await.len(), 1);
        let log = owner.get("/api/audit/?action=keys.rotate_signing").await.expect(200);
        assert!(!log.text.contains("PRIVATE"), "{}", log.text);
    }

    async fn sec_201_sec_095_with_the_keys_all_their_tokens_can_be_ended(kit: Kit) {
        let owner = kit.owner().await;
        let script = kit.with_token(&owner).await;
        script.get("/api/projects/").await.expect(200);
        let said = rotation::rotate_signing(kit.config(), true).await.expect("rotated");
        assert!(said.contains("1 tokens are ended"), "{said}");
        kit.until("the server has noticed", || async { script.get("/api/projects/").await.status == 401 }).await;
        assert_eq!(signing(&kit).await.len(), 1);
        // The session is no such token, and a new one can be made at once.
        owner.get("/api/projects/").await.expect(200);
        let script = kit.with_token(&owner).await;
        script.get("/api/projects/").await.expect(200);
    }
}

/// Id, what it does, and how many living tokens each signing key has, as the command says it.
async fn signing(kit: &labelkeep_testkit::Kit) -> Vec<(String, String, u64)> {
    let status = rotation::status(kit.config()).await.expect("a status");
    let lines = status.lines().filter(|line| line.ends_with("tokens"));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (
                words[0].to_owned(),
                words[1].to_owned(),
                words[2].parse().expect("a number"),
            )
        })
        .collect()
}
