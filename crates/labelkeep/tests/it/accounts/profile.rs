use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;

on_both_databases! {
    async fn a_profile_has_the_shape_of_the_python_client(kit: Kit) {
        let owner = kit.owner().await;
        let me = owner.get("/api/current-user").await.expect(200).json();
        let membership = json!({"organization_id": 1, "role": "OW", "active": true, "user_type": null, "flex": null});
        assert_eq!(me["organization_membership"], membership);
        assert_eq!(me["org_membership"], json!([membership]));
        assert_eq!(me["email"], "owner@example.com");
        let change = json!({"first_name": "Ada", "last_name": "L", "onboarding_state": "done", "is_email_verified": true});
        let changed = owner.patch("/api/current-user", change).await.expect(200).json();
        assert_eq!((&changed["first_name"], &changed["initials"]), (&json!("Ada"), &json!("AL")));
        owner.patch("/api/current-user", json!({"password": "quite another sentence"})).await.expect(400);
        owner.patch("/api/current-user", json!({"active_organization": 77})).await.expect(400);
    }

    async fn sec_026_the_session_id_changes_with_the_organization(kit: Kit) {
        kit.owner().await;
        kit.execute("INSERT INTO organization (title, created_at, updated_at) VALUES ('Second', 1, 1)").await;
        kit.execute("INSERT INTO membership (organization_id, account_id, role, created_at) VALUES (2, 1, 'annotator', 1)").await;
        let owner = kit.anonymous();
        let old = crate::accounts::session_cookie(&owner.sign_in("owner@example.com", labelkeep_testkit::PASSWORD).await);
        let moved = owner.patch("/api/current-user", json!({"active_organization": 2})).await.expect(200);
        assert_eq!(moved.json()["organization_membership"]["role"], "AN");
        assert_ne!(crate::accounts::session_cookie(&moved), old);
        let thief = kit.anonymous();
        thief.send(thief.request(Method::GET, "/api/current-user").header("cookie", old)).await.expect(401);
        // The new id works, with its own CSRF token.
        owner.patch("/api/current-user", json!({"active_organization": 1})).await.expect(200);
        assert_eq!(owner.get("/api/current-user").await.expect(200).json()["organization_membership"]["role"], "OW");
    }
}
