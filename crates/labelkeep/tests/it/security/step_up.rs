use labelkeep_testkit::{PASSWORD, json, on_both_databases};

on_both_databases! {
    async fn sec_032_what_is_sensitive_wants_a_recent_sign_in(kit: Kit) {
        let owner = kit.owner().await;
        let project = owner.post("/api/projects/", json!({"title": "kept"})).await.expect(201).json()["id"].clone();
        let token = kit.with_token(&owner).await;
        kit.execute("UPDATE session SET confirmed_at = confirmed_at - 601000000").await;
        // What is known of the session must not hide it: a change of one's own is forgotten at once.
        owner.patch("/api/current-user", json!({"first_name": "Ada"})).await.expect(200);
        let state = owner.get("/api/current-user/confirm/").await.expect(200).json();
        assert_eq!((&state["recent"], &state["methods"]), (&json!(false), &json!(["password"])));
        let refusals = [
            owner.post("/api/current-user/tokens/", json!({"name": "x"})).await,
            owner.post("/api/token/", json!({})).await,
            owner.post("/api/current-user/reset-token/", json!({})).await,
            owner.post("/api/jwt/settings", json!({"legacy_api_tokens_enabled": true})).await,
            owner.patch("/api/session-policy/", json!({"max_session_age": 60})).await,
            owner.patch("/api/password-policy/", json!({"min_length": 12})).await,
            owner.delete(&format!("/api/projects/{project}/")).await,
        ];
        for refusal in refusals {
            assert_eq!(refusal.expect(403).json()["code"], "reauthentication_required");
        }
        // What one may not see stays unseen.
        owner.delete("/api/projects/4711/").await.expect(404);
        // A token is judged by its scope; everything else goes on.
        token.get(&format!("/api/projects/{project}/")).await.expect(200);
        owner.patch(&format!("/api/projects/{project}/"), json!({"title": "renamed"})).await.expect(200);
        let wrong = owner.post("/api/current-user/confirm/", json!({"password": "wrong"})).await.expect(400).json();
        assert_eq!(wrong["validation_errors"]["password"], json!(["This is not your password."]));
        owner.delete(&format!("/api/projects/{project}/")).await.expect(403);
        let confirmed = owner.post("/api/current-user/confirm/", json!({"password": PASSWORD})).await.expect(200).json();
        assert_eq!(confirmed["recent"], true);
        owner.patch("/api/password-policy/", json!({"min_length": 12})).await.expect(200);
        token.delete(&format!("/api/projects/{project}/")).await.expect(204);
    }
}
