use labelkeep_testkit::{PASSWORD, json, on_both_databases};
use reqwest::Method;

on_both_databases! {
    async fn sec_055_an_organization_may_ask_for_longer_passwords(kit: Kit) {
        let owner = kit.owner().await;
        assert_eq!(owner.get("/api/password-policy/").await.expect(200).json(), json!({"min_length": 8}));
        for wrong in [7, 65] {
            owner.patch("/api/password-policy/", json!({"min_length": wrong})).await.expect(400);
        }
        owner.patch("/api/password-policy/", json!({"min_length": 20})).await.expect(200);
        let path = "/api/current-user/password/";
        let short = owner.post(path, json!({"current_password": PASSWORD, "password": "nineteen letters ab"})).await;
        let text = "This password is too short. It must contain at least 20 characters.";
        assert_eq!(short.expect(400).json()["validation_errors"]["password"], json!([text]));
        let link = owner.get("/api/invite").await.json()["invite_url"].as_str().expect("a link").to_owned();
        let newcomer = kit.anonymous().sign_up(&link, "ada@example.com", "nineteen letters ab").await;
        assert!(newcomer.status == 200 && newcomer.text.contains("at least 20 characters"));
        owner.post(path, json!({"current_password": PASSWORD, "password": "twenty one letters ab"})).await.expect(204);
    }

    async fn sec_026_sec_064_the_session_id_changes_with_the_password(kit: Kit) {
        kit.owner().await;
        let owner = kit.anonymous();
        let old = crate::accounts::session_cookie(&owner.sign_in("owner@example.com", PASSWORD).await);
        let body = json!({"current_password": PASSWORD, "password": "quite another sentence"});
        let changed = owner.post("/api/current-user/password/", body).await.expect(204);
        assert_ne!(crate::accounts::session_cookie(&changed), old);
        let thief = kit.anonymous();
        thief.send(thief.request(Method::GET, "/api/current-user").header("cookie", old)).await.expect(401);
        // The form's cookie came along: changes still work.
        owner.patch("/api/current-user", json!({"first_name": "Ada"})).await.expect(200);
    }

    async fn sec_060_hashes_of_django_are_taken_once_and_go_after_180_days(kit: Kit) {
        kit.owner().await;
        // Of Django's own documentation of the format: PBKDF2 of "lètmein", salt "seasalt", 1 round.
        kit.execute(
            "UPDATE account SET password_set_at = NULL, password_hash =
                'pbkdf2_sha256$1$seasalt$vcAi1VyL0KeBBQz16DBOSTcEERqzYhmwZC1c5jZBHyQ='",
        )
        .await;
        let hash = async || {
            let row: (Option<String>,) =
                kit.services().db.one("SELECT password_hash FROM account", vec![]).await.expect("the account");
            row.0
        };
        let keep_house = async || labelkeep_services::housekeeping::run(kit.services()).await.expect("it runs");
        // Nobody knows how long it has been there: its time begins now.
        keep_house().await;
        assert!(hash().await.is_some());
        kit.execute("UPDATE account SET password_set_at = password_set_at - 181 * 86400000000").await;
        keep_house().await;
        assert_eq!(hash().await, None);
        kit.anonymous().sign_in("owner@example.com", PASSWORD).await.expect(200);
    }

    async fn sec_063_wrong_tokens_are_counted_for_all_nodes(kit: Kit) {
        kit.owner().await;
        let anybody = kit.anonymous().bearer("lkp_0");
        for _ in 0..60 {
            anybody.get("/api/projects/").await.expect(401);
        }
        let slowed = anybody.get("/api/projects/").await.expect(429);
        assert!(slowed.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
        anybody.get("/api/projects/").await.expect(429);
        let sql = "SELECT COUNT(*) FROM login_attempt WHERE subject LIKE 'guess:%'";
        let (rows,): (i64,) = kit.services().db.one(sql, vec![]).await.expect("a number");
        assert!((60..=61).contains(&rows), "{rows}");
        let sql = "SELECT COUNT(*) FROM audit WHERE action = 'limit.reached'";
        let (events,): (i64,) = kit.services().db.one(sql, vec![]).await.expect("a number");
        assert_eq!(events, 1);
        // Whoever has a right one is not kept waiting.
        kit.owner().await.get("/api/projects/").await.expect(200);
    }
}
