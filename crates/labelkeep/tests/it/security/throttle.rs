use labelkeep_testkit::{PASSWORD, on_both_databases};

on_both_databases! {
    async fn sec_062_guessing_gets_slow_and_open_sessions_go_on(kit: Kit) {
        let owner = kit.owner().await;
        let client = kit.anonymous();
        client.get("/user/login/").await.expect(200);
        let attempt = async |password: &str| client.form("/user/login/", &[("email", "owner@example.com"), ("password", password)]).await;
        for number in 0..10 {
            assert_eq!(attempt("not the right one").await.status, 200, "attempt {number}");
        }
        let slowed = attempt(PASSWORD).await;
        assert_eq!(slowed.status, 429, "the right one has to wait too");
        assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
        assert!(slowed.text.contains("Too many attempts"));
        owner.get("/api/current-user/whoami").await.expect(200);
    }

    async fn sec_061_known_and_unknown_addresses_answer_alike(kit: Kit) {
        kit.owner().await;
        let client = kit.anonymous();
        let page = async |email: &str| {
            client.get("/user/login/").await.expect(200);
            let reply = client.form("/user/login/", &[("email", email), ("password", "not the right one")]).await;
            let names: Vec<String> = reply.headers.keys().map(|name| name.to_string()).collect();
            // Nonce, token and the address itself differ each time.
            (reply.status, names, reply.text.len() - 2 * email.len())
        };
        assert_eq!(page("owner@example.com").await.0, page("nobody@example.com").await.0);
        let (known, unknown) = (page("owner@example.com").await, page("owner@example.org").await);
        assert_eq!(known, unknown);
    }
}
