use labelkeep_testkit::{PASSWORD, json, on_both_databases};
use reqwest::Method;

on_both_databases! {
    async fn sec_035_a_change_by_cookie_needs_the_token_of_the_session(kit: Kit) {
        let owner = kit.owner().await;
        let change = || owner.request(Method::PATCH, "/api/organizations/1").json(&json!({"title": "Taken"}));
        assert_eq!(owner.send(change()).await.expect(403).json()["detail"], "CSRF Failed: CSRF token missing.");
        let foreign = kit.member(&owner, "eve@example.com").await.csrf().expect("a token");
        assert_eq!(owner.send(change().header("x-csrftoken", foreign)).await.expect(403).json()["detail"], "CSRF Failed: CSRF token incorrect.");
        assert_eq!(owner.get("/api/organizations/1").await.json()["title"], "Labelkeep");
        owner.send(owner.with_csrf(change())).await.expect(200);
    }

    async fn sec_036_other_sites_are_refused_even_with_the_token(kit: Kit) {
        let owner = kit.owner().await;
        let change = || owner.with_csrf(owner.request(Method::PATCH, "/api/organizations/1")).json(&json!({"title": "Taken"}));
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
        ] {
            assert_eq!(owner.send(change().header(name, value)).await.status, 403, "{name}: {value}");
        }
        let own = change().header("origin", kit.url()).header("sec-fetch-site", "same-origin");
        owner.send(own).await.expect(200);
    }

    async fn sec_037_a_header_is_judged_alone(kit: Kit) {
        let owner = kit.owner().await;
        // A wrong header with a right cookie is a wrong header.
        let request = owner.request(Method::GET, "/api/users/").header("authorization", "Token wrong");
        assert_eq!(owner.send(request).await.status, 401);
        let script = kit.with_token(&owner).await;
        let elsewhere = script.request(Method::PATCH, "/api/organizations/1").header("origin", "https://tools.example");
        script.send(elsewhere.json(&json!({"title": "By script"}))).await.expect(200);
    }

    async fn sec_038_the_forms_carry_a_token_too(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        let form = [("email", "owner@example.com"), ("password", PASSWORD)];
        // Without the cookie, with a wrong field, from elsewhere: no session.
        assert_eq!(client.send(client.request(Method::POST, "/user/login/").form(&form)).await.status, 403);
        client.get("/user/login/").await.expect(200);
        let other = kit.anonymous();
        other.get("/user/login/").await.expect(200);
        let mixed = [("csrfmiddlewaretoken", other.csrf().expect("a token")), ("email", form[0].1.into()), ("password", form[1].1.into())];
        assert_eq!(client.send(client.request(Method::POST, "/user/login/").form(&mixed)).await.status, 403);
        let own = [("csrfmiddlewaretoken", client.csrf().expect("a token")), ("email", form[0].1.into()), ("password", form[1].1.into())];
        let abroad = client.request(Method::POST, "/user/login/").header("origin", "https://evil.example").form(&own);
        assert_eq!(client.send(abroad).await.status, 403);
        client.send(client.request(Method::POST, "/user/login/").form(&own)).await.expect(302);
    }

    async fn sec_040_a_cookie_sends_json_only(kit: Kit) {
        let owner = kit.owner().await;
        let form = owner.with_csrf(owner.request(Method::PATCH, "/api/organizations/1")).form(&[("title", "Taken")]);
        assert_eq!(owner.send(form).await.status, 415);
    }
}
