use labelkeep_testkit::{PASSWORD, json, on_both_databases};

on_both_databases! {
    async fn whoami_has_the_fields_that_clients_read(kit: Kit) {
        let owner = kit.owner().await;
        let me = owner.get("/api/current-user/whoami").await.expect(200).json();
        let keys: Vec<&String> = me.as_object().expect("an object").keys().collect();
        let expected = [
            "id", "first_name", "last_name", "username", "email", "last_activity", "custom_hotkeys", "avatar", "initials",
            "phone", "active_organization", "active_organization_meta", "allow_newsletters", "date_joined", "permissions",
            "role", "role_permissions", "email_verified", "pending_email", "mail_enabled",
        ];
        assert_eq!(keys, expected);
        assert_eq!(me["initials"], "ow");
        assert!(me["permissions"].as_array().expect("a list").iter().any(|name| name == "projects.create"));
        assert_eq!((&me["role"], &me["mail_enabled"]), (&json!("OW"), &json!(false)));
        assert!(me["role_permissions"].as_array().expect("a list").contains(&json!("RolesManage")));
        let joined = me["date_joined"].as_str().expect("a time");
        assert!(joined.len() == 27 && joined.ends_with('Z'), "{joined}");
        let some = owner.get("/api/current-user/whoami?include=id,email").await.json();
        assert_eq!(some, json!({"id": me["id"], "email": "owner@example.com"}));
    }

    async fn hotkeys_are_checked_and_replaced(kit: Kit) {
        let owner = kit.owner().await;
        assert_eq!(owner.get("/api/current-user/hotkeys/").await.json(), json!({"custom_hotkeys": {}}));
        let good = json!({"custom_hotkeys": {"annotation:submit": {"key": "ctrl+enter", "active": true}}});
        assert_eq!(owner.patch("/api/current-user/hotkeys/", good.clone()).await.expect(200).json(), good);
        assert_eq!(owner.get("/api/current-user/hotkeys/").await.json(), good);
        let bad = owner.patch("/api/current-user/hotkeys/", json!({"custom_hotkeys": {"x": {"key": "a"}}})).await.expect(400);
        assert_eq!(
            bad.json(),
            json!({"error": "Invalid hotkeys configuration",
                   "details": {"custom_hotkeys": ["Action key 'x' must be in 'section:action' format"]}})
        );
    }

    async fn tours_are_remembered(kit: Kit) {
        let owner = kit.owner().await;
        let path = "/api/current-user/product-tour?name=prompts_page";
        assert_eq!(owner.get(path).await.expect(200).json()["state"], "ready");
        owner.patch(path, json!({"state": "completed", "interaction_data": {"step": 2}})).await.expect(200);
        assert_eq!(owner.get(path).await.json(), json!({"state": "completed", "interaction_data": {"step": 2}}));
        owner.get("/api/current-user/product-tour?name=other").await.expect(400);
        owner.patch(path, json!({"state": "perhaps"})).await.expect(400);
    }

    async fn sec_064_a_new_password_needs_the_old_one_and_ends_other_sessions(kit: Kit) {
        let owner = kit.owner().await;
        let elsewhere = kit.owner().await;
        let path = "/api/current-user/password/";
        let new = "quite another sentence";
        owner.post(path, json!({"current_password": "wrong", "password": new})).await.expect(400);
        owner.post(path, json!({"current_password": PASSWORD, "password": "short"})).await.expect(400);
        owner.post(path, json!({"current_password": PASSWORD, "password": new})).await.expect(204);
        owner.get("/api/current-user/whoami").await.expect(200);
        elsewhere.get("/api/current-user/whoami").await.expect(401);
        assert_eq!(kit.anonymous().sign_in("owner@example.com", PASSWORD).await.status, 200, "the old one is wrong now");
        kit.anonymous().sign_in("owner@example.com", new).await.expect(302);
    }

    async fn sec_104_a_token_changes_no_password(kit: Kit) {
        let owner = kit.owner().await;
        let token = kit.with_token(&owner).await;
        let body = json!({"current_password": PASSWORD, "password": "quite another sentence"});
        token.post("/api/current-user/password/", body).await.expect(403);
    }
}
