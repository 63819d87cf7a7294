use labelkeep_testkit::{OWNER, PASSWORD, json, on_both_databases};

use super::post;

const PATH: &str = "/api/current-user/email/";

on_both_databases! {
    async fn sec_067_a_new_address_counts_when_it_is_confirmed(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        let wrong = json!({"email": "new@example.com", "password": "not mine at all"});
        let refused = owner.post(PATH, wrong).await.expect(400).json();
        assert!(refused["validation_errors"]["password"].is_array(), "{refused}");
        let wish = json!({"email": "New@example.com", "password": PASSWORD});
        kit.with_token(&owner).await.post(PATH, wish.clone()).await.expect(403);
        let asked = owner.post(PATH, wish).await.expect(202).json();
        assert_eq!(asked, json!({"email": OWNER, "pending_email": "new@example.com"}));
        let me = owner.get("/api/current-user/whoami").await.json();
        assert_eq!((&me["email"], &me["pending_email"]), (&json!(OWNER), &json!("new@example.com")));
        let link = post::wait(&kit, "new@example.com", 1).await.link(&kit);
        let anybody = kit.anonymous();
        anybody.get(&link).await.expect(200);
        anybody.form(&link, &[]).await.expect(200);
        let me = owner.get("/api/current-user/whoami").await.json();
        assert_eq!((&me["email"], &me["pending_email"], &me["email_verified"]), (&json!("new@example.com"), &json!(null), &json!(true)));
        let notice = post::wait(&kit, OWNER, 1).await;
        assert!(notice.text.contains("is new@example.com from now on"), "{}", notice.text);
        assert_eq!(kit.anonymous().sign_in("new@example.com", PASSWORD).await.status, 302);
    }

    async fn sec_061_an_address_that_is_taken_looks_the_same(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        kit.member(&owner, "bob@example.com").await;
        post::wait(&kit, "bob@example.com", 1).await;
        let asked = owner.post(PATH, json!({"email": "bob@example.com", "password": PASSWORD})).await.expect(202).json();
        assert_eq!(asked, json!({"email": OWNER, "pending_email": "bob@example.com"}));
        owner.delete(PATH).await.expect(204);
        assert_eq!(owner.get("/api/current-user/whoami").await.json()["pending_email"], json!(null));
        // Later mails have gone out, this one was never written.
        owner.post("/api/current-user/verify-email/", json!({})).await.expect(202);
        post::wait(&kit, OWNER, 1).await;
        assert_eq!(post::to(&kit, "bob@example.com").len(), 1);
    }

    async fn without_mail_an_address_stays(kit: Kit) {
        let owner = kit.owner().await;
        owner.post(PATH, json!({"email": "new@example.com", "password": PASSWORD})).await.expect(400);
        owner.post("/api/current-user/verify-email/", json!({})).await.expect(400);
    }
}
