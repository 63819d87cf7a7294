//! `/`, `/user/…`, `/logout`

use labelkeep_testkit::{KitOptions, PASSWORD, json, on_both_databases};

on_both_databases! {
    async fn sec_054_the_first_account_needs_no_link_and_the_second_does(kit: Kit) {
        let client = kit.anonymous();
        for path in ["/", "/projects/", "/user/login/", "/projects/1/data?tab=2"] {
            let reply = client.get(path).await;
            assert_eq!((reply.status, reply.header("location")), (302, "/user/signup/"), "{path}");
        }
        let reply = client.sign_up("/user/signup/", "ada@example.com", PASSWORD).await.expect(302);
        assert_eq!(reply.header("location"), "/projects/");
        let me = client.get("/api/current-user/whoami").await.expect(200).json();
        assert_eq!(me["email"], "ada@example.com");
        assert_eq!(me["username"], "ada");
        assert_eq!(me["active_organization_meta"], json!({"title": "Labelkeep", "email": "ada@example.com"}));
        let other = kit.anonymous();
        other.get("/user/signup/").await.expect(403);
        other.get("/user/signup/?token=wrong").await.expect(403);
        other.get("/user/login/").await.expect(200);
        let reply = other.form("/user/signup/", &[("email", "eve@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(reply.status, 403);
    }

    async fn sec_086_open_sign_up_is_only_by_setting(kit: Kit, KitOptions::default().with("DISABLE_SIGNUP_WITHOUT_LINK", "false")) {
        kit.owner().await;
        let client = kit.anonymous();
        client.sign_up("/user/signup/", "bob@example.com", PASSWORD).await.expect(302);
        assert_eq!(client.get("/api/organizations/").await.json()[0]["title"], "Labelkeep");
    }

    async fn sec_087_sec_088_a_link_invites_until_it_is_reset(kit: Kit) {
        let owner = kit.owner().await;
        let old = owner.get("/api/invite").await.expect(200).json();
        assert_eq!(old["token"].as_str().map(str::len), Some(43), "256 bits");
        let member = kit.member(&owner, "bob@example.com").await;
        assert_eq!(member.get("/api/current-user/whoami").await.json()["email"], "bob@example.com");
        // Only those who manage people see or reset it.
        member.get("/api/invite").await.expect(403);
        member.post("/api/invite/reset-token", json!({})).await.expect(403);
        assert!(member.get("/api/organizations/1").await.json()["token"].is_null());
        let new = owner.post("/api/invite/reset-token", json!({})).await.expect(201).json();
        assert_ne!(old["token"], new["token"]);
        let client = kit.anonymous();
        client.get(old["invite_url"].as_str().expect("a path")).await.expect(403);
        let reply = client.get(new["invite_url"].as_str().expect("a path")).await.expect(200);
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }

    async fn sign_in_goes_where_it_was_wanted(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        let reply = client.get("/projects/7/data?task=3").await.expect(302);
        assert_eq!(reply.header("location"), "/user/login/?next=/projects/7/data%3Ftask%3D3");
        client.get("/user/login/").await.expect(200);
        let wrong = client.form("/user/login/", &[("email", "owner@example.com"), ("password", "not this one")]).await;
        assert_eq!(wrong.status, 200);
        assert!(wrong.text.contains("The email and password you entered don&#39;t match."), "{}", wrong.text);
        let fields = [("email", "Owner@Example.com "), ("password", PASSWORD)];
        let right = client.form("/user/login/?next=/projects/7/data%3Ftask%3D3", &fields).await.expect(302);
        assert_eq!(right.header("location"), "/projects/7/data?task=3");
        client.get("/projects/7/data?task=3").await.expect(200);
        // Signed in already: the forms send one on.
        client.get("/user/login/").await.expect(302);
        client.get("/user/signup/").await.expect(302);
    }

    async fn sec_052_next_never_leaves_our_origin(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        client.get("/user/login/").await;
        let fields = [("email", "owner@example.com"), ("password", PASSWORD), ("next", "//evil.example/")];
        assert_eq!(client.form("/user/login/", &fields).await.expect(302).header("location"), "/projects/");
    }

    async fn sec_034_signing_out_is_a_post_with_a_token(kit: Kit) {
        let owner = kit.owner().await;
        let page = owner.get("/logout").await.expect(200);
        assert!(page.text.contains("csrfmiddlewaretoken"));
        owner.get("/api/current-user/whoami").await.expect(200);
        let without = owner.send(owner.request(reqwest::Method::POST, "/logout")).await;
        assert_eq!(without.status, 403);
        let reply = owner.form("/logout", &[]).await.expect(302);
        assert_eq!(reply.header("clear-site-data"), "\"cache\"");
        owner.get("/api/current-user/whoami").await.expect(401);
        assert_eq!(owner.get("/logout").await.expect(302).header("location"), "/user/login/?next=/logout/");
    }

    async fn weak_passwords_come_back_with_the_reason(kit: Kit) {
        let client = kit.anonymous();
        for (password, reason) in [("short", "too short"), ("password1", "too common"), ("ada@example.com", "too close")] {
            let reply = client.sign_up("/user/signup/", "ada@example.com", password).await;
            assert_eq!(reply.status, 200, "{password}");
            assert!(reply.text.contains(reason), "{password}: {}", reply.text);
        }
        assert!(client.sign_up("/user/signup/", "no address", PASSWORD).await.text.contains("valid email"));
    }
}
