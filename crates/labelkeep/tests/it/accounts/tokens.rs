use labelkeep_testkit::{KitOptions, json, on_both_databases};

on_both_databases! {
    async fn sec_098_sec_100_personal_tokens_refresh_rotate_and_end(kit: Kit) {
        let owner = kit.owner().await;
        let anybody = kit.anonymous();
        let refresh = owner.post("/api/token/", json!({})).await.expect(201).json()["token"].clone();
        let conflict = owner.post("/api/token/", json!({})).await.expect(409).json();
        assert_eq!(conflict["detail"], "You already have a valid token. Please revoke it before creating a new one.");
        let listed = owner.get("/api/token/").await.json()[0]["token"].as_str().expect("a token").to_owned();
        assert_eq!(listed.split('.').count(), 2, "without its signature");
        assert!(refresh.as_str().expect("text").starts_with(&listed));
        let access = anybody.post("/api/token/refresh/", json!({"refresh": refresh})).await.expect(200).json();
        let access = access["access"].as_str().expect("a token");
        let script = kit.anonymous().bearer(access);
        script.get("/api/current-user/whoami").await.expect(200);
        // The refresh token is no access token, and the reverse.
        kit.anonymous().bearer(refresh.as_str().expect("text")).get("/api/current-user/whoami").await.expect(401);
        anybody.post("/api/token/refresh/", json!({"refresh": access})).await.expect(401);
        let new = script.post("/api/token/rotate/", json!({"refresh": refresh})).await.expect(200).json()["refresh"].clone();
        // The old one is dead, and so is what was made from it (SEC-100).
        anybody.post("/api/token/refresh/", json!({"refresh": refresh})).await.expect(401);
        script.get("/api/current-user/whoami").await.expect(401);
        let garbage = owner.post("/api/token/rotate/", json!({"refresh": "garbage"})).await.expect(400).json();
        assert_eq!(garbage["validation_errors"], json!({"non_field_errors": ["Invalid refresh token"]}));
        // By the two parts that the list shows.
        let listed = owner.get("/api/token/").await.json()[0]["token"].clone();
        anybody.post("/api/token/blacklist/", json!({"refresh": listed})).await.expect(204);
        let gone = anybody.post("/api/token/blacklist/", json!({"refresh": new})).await.expect(404);
        assert_eq!(gone.json(), json!({"detail": "Token is invalid or already blacklisted."}));
        assert_eq!(owner.get("/api/token/").await.json(), json!([]));
    }

    async fn sec_097_legacy_tokens_are_a_switch(kit: Kit) {
        let owner = kit.owner().await;
        assert_eq!(
            owner.get("/api/jwt/settings").await.expect(200).json(),
            json!({"api_token_ttl_days": 90, "api_tokens_enabled": true, "legacy_api_tokens_enabled": false})
        );
        let script = kit.with_legacy_token(&owner).await;
        script.get("/api/current-user/whoami").await.expect(200);
        owner.post("/api/jwt/settings", json!({"legacy_api_tokens_enabled": false})).await.expect(200);
        let refused = script.get("/api/current-user/whoami").await.expect(401).json();
        assert_eq!(
            refused["detail"],
            "Authentication token no longer valid: legacy token authentication has been disabled for this organization"
        );
    }

    async fn sec_092_sec_095_a_legacy_token_is_shown_once_and_reset(kit: Kit) {
        let owner = kit.owner().await;
        owner.post("/api/jwt/settings", json!({"legacy_api_tokens_enabled": true})).await.expect(200);
        let token = owner.post("/api/current-user/reset-token/", json!({})).await.expect(201).json()["token"].clone();
        let text = token.as_str().expect("text");
        assert!(text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(owner.get("/api/current-user/token").await.expect(200).json(), json!({"token": null}));
        let script = kit.anonymous().token(text);
        assert_eq!(script.get("/api/current-user/token").await.json(), json!({"token": token}));
        let by_key = kit.anonymous();
        let reply = by_key.send(by_key.request(reqwest::Method::GET, "/api/current-user/whoami").header("x-api-key", text)).await;
        assert_eq!(reply.status, 200);
        script.post("/api/current-user/reset-token/", json!({})).await.expect(201);
        script.get("/api/current-user/whoami").await.expect(401);
    }

    async fn a_server_can_start_with_an_account_and_a_token(
        kit: Kit,
        KitOptions::default()
            .with("USERNAME", "robot@example.com")
            .with("PASSWORD", "a long walk by the sea")
            .with("USER_TOKEN", "abcdef123")
            .with("ENABLE_LEGACY_API_TOKEN", "true")
    ) {
        let script = kit.anonymous().token("abcdef123");
        let me = script.get("/api/current-user/whoami").await.expect(200).json();
        assert_eq!((&me["email"], &me["username"]), (&json!("robot@example.com"), &json!("")));
        kit.anonymous().sign_in("robot@example.com", "a long walk by the sea").await.expect(302);
        // The same start again changes nothing.
        let mut kit = kit;
        kit.restart().await;
        kit.anonymous().token("abcdef123").get("/api/users/").await.expect(200);
    }
}
