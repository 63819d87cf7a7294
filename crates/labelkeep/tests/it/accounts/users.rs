use labelkeep_testkit::{PASSWORD, json, on_both_databases};

on_both_databases! {
    async fn users_are_made_read_changed_and_removed(kit: Kit) {
        let owner = kit.owner().await;
        let made = owner.post("/api/users/", json!({"username": "cap", "email": "Cap@Example.com"})).await.expect(201).json();
        assert_eq!(made["email"], "cap@example.com");
        assert_eq!(made["initials"], "ca");
        assert!(made["active_organization"].is_null());
        assert_eq!(made["active_organization_meta"], json!({"title": "", "email": ""}));
        let path = format!("/api/users/{}/", made["id"]);
        assert_eq!(owner.get("/api/users/").await.json().as_array().map(Vec::len), Some(2));
        let twice = owner.post("/api/users/", json!({"username": "x", "email": "cap@example.com"})).await.expect(400).json();
        assert!(twice["validation_errors"]["email"].is_array());
        let missing = owner.post("/api/users/", json!({"email": "a@b.c"})).await.expect(400).json();
        assert_eq!(missing["validation_errors"], json!({"username": ["This field is required."]}));
        let changed = owner.patch(&path, json!({"first_name": "Cap", "id": 77, "unknown": 1})).await.expect(200).json();
        assert_eq!((&changed["first_name"], &changed["id"]), (&json!("Cap"), &made["id"]));
        // The address is refused after the rest was saved.
        let refused = owner.patch(&path, json!({"last_name": "Tain", "email": "new@example.com"})).await.expect(405).json();
        assert_eq!(refused["detail"], "Cannot update read-only field: email");
        assert_eq!(owner.get(&path).await.json()["last_name"], "Tain");
        owner.put(&path, json!({})).await.expect(405);
        owner.delete(&path).await.expect(204);
        owner.get(&path).await.expect(404);
    }

    async fn sec_114_members_change_themselves_and_remove_nobody(kit: Kit) {
        let owner = kit.owner().await;
        let bob = kit.member(&owner, "bob@example.com").await;
        let id = |client: serde_json::Value| client["id"].as_i64().expect("an id");
        let bob_id = id(bob.get("/api/current-user/whoami").await.json());
        let owner_id = id(owner.get("/api/current-user/whoami").await.json());
        bob.patch(&format!("/api/users/{bob_id}/"), json!({"first_name": "Bob"})).await.expect(200);
        bob.patch(&format!("/api/users/{owner_id}/"), json!({"first_name": "Mine"})).await.expect(403);
        let refused = bob.delete(&format!("/api/users/{owner_id}/")).await.expect(403).json();
        assert_eq!(refused["detail"], "The organization owner cannot be deleted");
        owner.delete(&format!("/api/users/{owner_id}/")).await.expect(403);
        bob.patch("/api/organizations/1", json!({"title": "Mine"})).await.expect(403);
        bob.post("/api/jwt/settings", json!({"legacy_api_tokens_enabled": true})).await.expect(403);
    }

    async fn sec_030_a_removed_member_is_out_at_once(kit: Kit) {
        let owner = kit.owner().await;
        let bob = kit.member(&owner, "bob@example.com").await;
        let token = kit.with_token(&bob).await;
        let id = bob.get("/api/current-user/whoami").await.json()["id"].as_i64().expect("an id");
        token.get("/api/current-user/whoami").await.expect(200);
        owner.delete(&format!("/api/organizations/1/memberships/{id}/")).await.expect(204);
        bob.get("/api/current-user/whoami").await.expect(401);
        token.get("/api/current-user/whoami").await.expect(401);
        assert_eq!(kit.anonymous().sign_in("bob@example.com", PASSWORD).await.status, 200, "the form again");
        let again = owner.delete(&format!("/api/organizations/1/memberships/{id}/")).await.expect(404).json();
        assert_eq!(again["detail"], "Member not found");
    }

    async fn sec_157_avatars_are_pictures_by_their_bytes_and_made_anew(kit: Kit) {
        let owner = kit.owner().await;
        let send = async |name: &str, bytes: Vec<u8>| {
            let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
            let form = reqwest::multipart::Form::new().part("avatar", part);
            owner.send(owner.with_csrf(owner.request(reqwest::Method::POST, "/api/users/1/avatar/")).multipart(form)).await
        };
        // One pixel, and what another program would take for a page.
        let gif = [
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;".as_slice(),
            b"<script>planted()</script>",
        ]
        .concat();
        assert_eq!(send("a.gif", b"GIF89a\x08\0\x08\0\0\0\0".to_vec()).await.status, 400);
        assert_eq!(send("a.svg", b"<svg onload='x()'/>".to_vec()).await.status, 400);
        assert_eq!(send("a.gif", gif.clone()).await.expect(200).json(), json!({"detail": "avatar saved"}));
        let path = owner.get("/api/current-user/whoami").await.json()["avatar"].as_str().expect("a path").to_owned();
        let shown = owner.get(&path).await.expect(200);
        assert!(shown.header("content-type") == "image/png" && shown.bytes.starts_with(b"\x89PNG"));
        assert!(!shown.bytes.windows(7).any(|window| window == b"planted"));
        kit.anonymous().get(&path).await.expect(401);
        owner.get("/data/avatars/..%2f..%2fkeys%2fmaster.key").await.expect(404);
        owner.delete("/api/users/1/avatar/").await.expect(204);
        owner.get(&path).await.expect(404);
    }
}
