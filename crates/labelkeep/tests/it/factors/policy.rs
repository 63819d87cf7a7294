use labelkeep_store::accounts::organizations;
use labelkeep_testkit::{Kit, PASSWORD, json, on_both_databases};

use super::{App, audited, enrol, second_step};

/// Gives a member of the first organization a role.
async fn promote(kit: &Kit, account_id: i64, role: &'static str) {
    let work = kit
        .services()
        .db
        .write(move |tx| Box::pin(async move { organizations::add_member(tx, 1, account_id, role, 1).await }));
    work.await.expect("a role");
}

on_both_databases! {
    async fn sec_073_without_a_required_factor_only_enrolment_and_logout_are_reached(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let script = kit.with_token(&member).await;
        let policy = json!({"required_roles": ["ME"]});
        assert_eq!(owner.patch("/api/factor-policy/", policy.clone()).await.expect(200).json(), policy);
        for client in [&member, &script] {
            let refused = client.get("/api/projects/").await.expect(403).json();
            assert_eq!(refused["detail"], "Your organization requires a second factor. Set it up first.");
            client.post("/api/projects/", json!({"title": "x"})).await.expect(403);
            client.get("/api/current-user/whoami").await.expect(403);
            assert_eq!(client.get("/api/current-user/factors/").await.expect(200).json()["required"], true);
        }
        let to = member.get("/projects/7/data").await.expect(302);
        assert_eq!(to.header("location"), "/user/second-factor/setup/?next=/projects/7/data");
        let page = member.get("/user/second-factor/setup/?next=/projects/7/data").await.expect(200);
        assert!(page.text.contains("src=\"data:image/svg+xml,"));
        let key = page.text.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a key");
        let app = App::of(key);
        let again = member.get("/user/second-factor/setup/").await.expect(200);
        assert!(again.text.contains(key), "a second look shows the same key");
        let wrong = member.form("/user/second-factor/setup/", &[("code", &app.wrong())]).await.expect(200);
        assert!(wrong.text.contains("not the code") && wrong.text.contains(key));
        let fields = [("code", app.code(0)), ("next", "/projects/7/data".to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = member.form("/user/second-factor/setup/", &fields).await.expect(200);
        assert!(done.text.contains("recovery codes") && done.text.contains("href=\"/projects/7/data\""), "{}", done.text);
        member.get("/api/projects/").await.expect(200);
        script.get("/api/projects/").await.expect(200);
        member.get("/user/second-factor/setup/").await.expect(302);
        // The last factor stays.
        let id = member.get("/api/current-user/factors/").await.json()["factors"][0]["id"].clone();
        member.delete(&format!("/api/current-user/factors/{id}/")).await.expect(403);
    }

    async fn sec_073_logout_is_reached(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        owner.patch("/api/factor-policy/", json!({"required_roles": ["ME"]})).await.expect(200);
        member.form("/logout", &[]).await.expect(302);
        member.get("/api/current-user/factors/").await.expect(401);
    }

    async fn sec_073_tokens_are_made_in_a_session_that_used_the_factor(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let older = kit.anonymous();
        older.sign_in("ada@example.com", PASSWORD).await.expect(302);
        enrol(&member).await;
        older.get("/api/projects/").await.expect(200);
        older.post("/api/token/", json!({})).await.expect(403);
        older.post("/api/current-user/reset-token/", json!({})).await.expect(403);
        member.post("/api/token/", json!({})).await.expect(201);
    }

    async fn sec_073_the_policy_is_for_those_who_answer_for_security(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        assert_eq!(member.get("/api/factor-policy/").await.expect(200).json(), json!({"required_roles": []}));
        member.patch("/api/factor-policy/", json!({"required_roles": ["OW"]})).await.expect(403);
        let own = owner.patch("/api/factor-policy/", json!({"required_roles": ["OW"]})).await.expect(400).json();
        assert!(own["validation_errors"]["required_roles"][0].as_str().is_some_and(|text| text.contains("of your own")));
        owner.patch("/api/factor-policy/", json!({"required_roles": ["XX"]})).await.expect(400);
        owner.patch("/api/factor-policy/", json!({"required_roles": ["DI"]})).await.expect(400);
        enrol(&owner).await;
        owner.patch("/api/factor-policy/", json!({"required_roles": ["OW"]})).await.expect(200);
        assert_eq!(audited(&kit, "factor.policy").await, 1);
        kit.with_token(&owner).await.patch("/api/factor-policy/", json!({"required_roles": []})).await.expect(403);
    }

    async fn sec_074_an_administrator_resets_a_members_factor(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let admin = kit.member(&owner, "bo@example.com").await;
        let (app, _) = enrol(&member).await;
        enrol(&owner).await;
        let path = |id: i64| format!("/api/organizations/1/memberships/{id}/factors/");
        // Those who do not manage people see and reset nothing.
        admin.get(&path(2)).await.expect(403);
        admin.delete(&path(2)).await.expect(403);
        promote(&kit, 3, "administrator").await;
        let admin = kit.anonymous();
        admin.sign_in("bo@example.com", PASSWORD).await.expect(302);
        assert_eq!(admin.get(&path(2)).await.expect(200).json(), json!({"enrolled": true, "kinds": ["totp"], "required": false}));
        admin.delete(&path(1)).await.expect(403);
        admin.delete(&path(3)).await.expect(403);
        admin.delete(&path(99)).await.expect(404);
        // A sign-in that waits dies with the factor.
        let waiting = kit.anonymous();
        waiting.sign_in("ada@example.com", PASSWORD).await.expect(302);
        admin.delete(&path(2)).await.expect(204);
        member.get("/api/current-user/whoami").await.expect(401);
        assert!(second_step(&waiting, &app.code(1)).await.expect(302).header("location").starts_with("/user/login/"));
        assert_eq!(audited(&kit, "factor.reset").await, 1);
        let back = kit.anonymous();
        back.sign_in("ada@example.com", PASSWORD).await.expect(302);
        back.get("/api/current-user/whoami").await.expect(200);
        // An owner's is reset by another owner.
        promote(&kit, 2, "owner").await;
        let other = kit.anonymous();
        other.sign_in("ada@example.com", PASSWORD).await.expect(302);
        other.delete(&path(1)).await.expect(204);
    }
}
