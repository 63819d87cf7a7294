use labelkeep_testkit::{PASSWORD, json, on_both_databases};
use reqwest::Method;

on_both_databases! {
    async fn sec_024_cookies_are_strict(kit: Kit) {
        let client = kit.anonymous();
        let reply = client.sign_up("/user/signup/", "ada@example.com", PASSWORD).await.expect(302);
        let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
        let session = cookies.iter().find(|line| line.starts_with("session_local=")).expect("a session");
        assert!(session.ends_with("; Path=/; SameSite=Lax; HttpOnly"), "{session}");
        assert_eq!(session.split(['=', ';']).nth(1).map(str::len), Some(43), "256 bits");
        let csrf = cookies.iter().find(|line| line.starts_with("csrftoken=")).expect("a token");
        assert!(csrf.ends_with("; Path=/; SameSite=Lax"), "{csrf}");
    }

    async fn sec_028_a_session_stays_only_when_wanted(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        client.get("/user/login/").await;
        let fields = [("email", "owner@example.com"), ("password", PASSWORD), ("persist_session", "on")];
        let reply = client.form("/user/login/", &fields).await.expect(302);
        assert!(reply.headers.get_all("set-cookie").iter().any(|line| line.to_str().is_ok_and(|line| line.ends_with("Max-Age=604800"))));
    }

    async fn sec_026_every_sign_in_makes_a_new_id_and_adopts_none(kit: Kit) {
        kit.owner().await;
        let cookie = |reply: &labelkeep_testkit::Reply| {
            let lines = reply.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
            lines.filter_map(|line| line.strip_prefix("session_local=")?.split(';').next()).next().map(str::to_owned)
        };
        let first = cookie(&kit.anonymous().sign_in("owner@example.com", PASSWORD).await).expect("a session");
        let second = cookie(&kit.anonymous().sign_in("owner@example.com", PASSWORD).await).expect("a session");
        assert_ne!(first, second);
        let client = kit.anonymous();
        let request = client.request(Method::GET, "/api/current-user/whoami").header("cookie", "session_local=chosen-by-somebody");
        client.send(request).await.expect(401);
    }

    async fn sec_030_a_copied_cookie_dies_with_the_session(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        client.get("/user/login/").await;
        let reply = client.form("/user/login/", &[("email", "owner@example.com"), ("password", PASSWORD)]).await.expect(302);
        let line = reply.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).find(|line| line.starts_with("session_local="));
        let copied = line.and_then(|line| line.split(';').next()).expect("a cookie").to_owned();
        let thief = kit.anonymous();
        let ask = || thief.request(Method::GET, "/api/current-user/whoami").header("cookie", copied.clone());
        thief.send(ask()).await.expect(200);
        client.form("/logout", &[]).await.expect(302);
        thief.send(ask()).await.expect(401);
    }

    async fn sessions_and_tokens_outlive_a_restart(kit: Kit) {
        let owner = kit.owner().await;
        let refresh = owner.post("/api/token/", json!({})).await.expect(201).json()["token"].clone();
        let mut kit = kit;
        kit.restart().await;
        kit.anonymous().post("/api/token/refresh/", json!({"refresh": refresh})).await.expect(200);
        kit.anonymous().sign_in("owner@example.com", PASSWORD).await.expect(302);
        let link = kit.owner().await.get("/api/invite").await.expect(200).json();
        assert!(link["token"].is_string(), "the master key opens what it sealed");
    }
}
