use labelkeep_services::accounts;
use labelkeep_store::args;
use labelkeep_testkit::{Client, Kit, OWNER, PASSWORD, json, on_both_databases};

use super::post;

const NEW: &str = "a short rest under the oak";

async fn ask(kit: &Kit, email: &str) -> labelkeep_testkit::Reply {
    let client = kit.anonymous();
    client.get("/user/reset/").await.expect(200);
    client.form("/user/reset/", &[("email", email)]).await
}

async fn set(kit: &Kit, link: &str, password: &str) -> u16 {
    let client = kit.anonymous();
    if client.get(link).await.status != 200 {
        return 403;
    }
    client.form(link, &[("password", password)]).await.status
}

async fn signs_in(kit: &Kit, email: &str, password: &str) -> bool {
    kit.anonymous().sign_in(email, password).await.status == 302
}

async fn audited(kit: &Kit, action: &str) -> i64 {
    let count = kit
        .services()
        .db
        .one::<(i64,)>("SELECT COUNT(*) FROM audit WHERE action = $1", args![action]);
    count.await.expect("a count").0
}

async fn id(person: &Client) -> i64 {
    person.get("/api/current-user/whoami").await.json()["id"]
        .as_i64()
        .expect("an id")
}

on_both_databases! {
    async fn sec_065_sec_069_a_mailed_link_sets_a_password_once(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        ask(&kit, " OWNER@example.com").await.expect(200);
        let mail = post::wait(&kit, OWNER, 1).await;
        assert!(!mail.text.contains(PASSWORD), "SEC-069");
        let link = mail.link(&kit);
        assert_eq!(set(&kit, &link, "short").await, 200, "the form again");
        assert_eq!(set(&kit, &link, NEW).await, 302);
        owner.get("/api/current-user/whoami").await.expect(401);
        assert!(signs_in(&kit, OWNER, NEW).await && !signs_in(&kit, OWNER, PASSWORD).await);
        assert_eq!(set(&kit, &link, "another long walk at night").await, 403, "used up");
        let notice = post::wait(&kit, OWNER, 2).await;
        assert!(notice.text.contains("Subject: Your password was changed"), "SEC-064: {}", notice.text);
        assert_eq!(audited(&kit, "password.reset").await, 1);
    }

    async fn sec_065_a_link_dies_with_a_change_of_password_with_a_newer_one_and_with_time(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        ask(&kit, OWNER).await;
        let first = post::wait(&kit, OWNER, 1).await.link(&kit);
        ask(&kit, OWNER).await;
        let second = post::wait(&kit, OWNER, 2).await.link(&kit);
        kit.anonymous().get(&first).await.expect(403);
        kit.anonymous().get(&second).await.expect(200);
        let body = json!({"current_password": PASSWORD, "password": NEW});
        owner.post("/api/current-user/password/", body).await.expect(204);
        kit.anonymous().get(&second).await.expect(403);
        ask(&kit, OWNER).await;
        let third = post::wait(&kit, OWNER, 4).await.link(&kit);
        let later = "UPDATE account_link SET expires_at = expires_at - 1800000000";
        let old = kit.services().db.write(move |tx| Box::pin(async move { tx.execute(later, args![]).await }));
        assert_eq!(old.await.expect("changed"), 1);
        kit.anonymous().get(&third).await.expect(403);
    }

    async fn sec_061_sec_063_unknown_addresses_look_the_same_and_have_the_same_limit(kit: Kit, post::with_mail()) {
        kit.owner().await;
        let known = ask(&kit, OWNER).await.expect(200);
        let unknown = ask(&kit, "nobody@example.com").await.expect(200);
        let without_nonce = |text: &str| text.split("nonce=\"").map(|part| &part[part.find('"').unwrap_or(0)..]).collect::<String>();
        assert_eq!(without_nonce(&known.text), without_nonce(&unknown.text));
        assert_eq!(known.headers.len(), unknown.headers.len());
        for email in [OWNER, "nobody@example.com"] {
            for _ in 0..4 {
                ask(&kit, email).await.expect(200);
            }
            for _ in 0..2 {
                let refused = ask(&kit, email).await.expect(429);
                assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 3_000));
            }
        }
        assert_eq!(audited(&kit, "limit.reached").await, 2, "once for each");
        post::wait(&kit, OWNER, 5).await;
        assert!(post::to(&kit, "nobody@example.com").is_empty());
    }

    async fn without_mail_an_administrator_gives_a_link(kit: Kit) {
        let owner = kit.owner().await;
        let page = kit.anonymous().get("/user/reset/").await.expect(200);
        assert!(page.text.contains("sends no mail"), "{}", page.text);
        let bob = kit.member(&owner, "bob@example.com").await;
        let (owner_id, bob_id) = (id(&owner).await, id(&bob).await);
        let path = |id: i64| format!("/api/users/{id}/reset-link/");
        bob.post(&path(owner_id), json!({})).await.expect(403);
        owner.post(&path(owner_id), json!({})).await.expect(400);
        owner.post(&path(999), json!({})).await.expect(404);
        kit.with_token(&owner).await.post(&path(bob_id), json!({})).await.expect(403);
        let made = owner.post(&path(bob_id), json!({})).await.expect(201).json();
        let link = made["url"].as_str().expect("a path");
        let form = kit.anonymous().get(link).await.expect(200);
        assert!(form.text.contains("bob@example.com") && form.header("referrer-policy") == "no-referrer");
        assert_eq!(set(&kit, link, NEW).await, 302);
        assert!(signs_in(&kit, "bob@example.com", NEW).await);
        bob.get("/api/current-user/whoami").await.expect(401);
        // An administrator has no way to the owner's account (SEC-114).
        owner.patch("/api/organizations/1/memberships", json!({"user_id": bob_id, "role": "AD"})).await.expect(200);
        let admin = kit.anonymous();
        admin.sign_in("bob@example.com", NEW).await.expect(302);
        admin.post(&path(owner_id), json!({})).await.expect(403);
    }

    async fn sec_203_links_are_not_in_the_database(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        owner.post("/api/invite/send-email", json!({"emails": ["busy@example.com"]})).await.expect(201);
        kit.until("an attempt", || async {
            let row = kit.services().db.optional::<(i64, String)>("SELECT attempts, last_error FROM mail", args![]).await;
            row.expect("a query").is_some_and(|(attempts, error)| attempts > 0 && error.contains("451"))
        }).await;
        let (content,): (Vec<u8>,) = kit.services().db.one("SELECT content FROM mail", args![]).await.expect("it waits");
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("token=") && !text.contains("Invitation"), "{text}");
        // A server that does not take it loses nothing: the mail goes out when it does.
        let turn = "UPDATE mail SET recipient = 'free@example.com', next_at = 0";
        let changed = kit.services().db.write(move |tx| Box::pin(async move { tx.execute(turn, args![]).await }));
        assert_eq!(changed.await.expect("changed"), 1);
        post::wait(&kit, "free@example.com", 1).await;
        kit.until("the queue is empty", || async {
            kit.services().db.optional::<(String,)>("SELECT id FROM mail", args![]).await.expect("a query").is_none()
        }).await;
    }

    async fn owners_of_tokens_that_end_are_told_once(kit: Kit, post::with_mail()) {
        let owner = kit.owner().await;
        kit.with_token(&owner).await;
        labelkeep_services::housekeeping::run(kit.services()).await.expect("done");
        let soon = "UPDATE token SET expires_at = $1";
        let end = kit.services().now() + 5 * 24 * 3_600 * 1_000_000;
        let changed = kit.services().db.write(move |tx| Box::pin(async move { tx.execute(soon, args![end]).await }));
        changed.await.expect("changed");
        for _ in 0..2 {
            labelkeep_services::housekeeping::run(kit.services()).await.expect("done");
        }
        let mail = post::wait(&kit, OWNER, 1).await;
        assert!(mail.text.contains("Subject: An API token ends soon"), "{}", mail.text);
    }

    async fn sec_054_a_server_for_many_makes_its_first_account_by_the_consoles_link(kit: Kit) {
        // The mode itself is not served yet: its rules are asked beneath HTTP.
        let local = kit.services();
        let settings = labelkeep_services::Settings { local: false, ..local.settings.clone() };
        let services = labelkeep_services::Services::new(local.db.clone(), settings, local.keys.clone(), local.net.clone());
        let address = std::net::IpAddr::from([127, 0, 0, 1]);
        let state = async |token: Option<&str>| accounts::sign_up_state(&services, token, address).await.expect("a state");
        assert_eq!(state(None).await, accounts::SignUpState::Refused);
        let old = accounts::first_account_link(&services).await.expect("a link").token;
        let token = accounts::first_account_link(&services).await.expect("a link").token;
        assert_eq!(state(Some(old.expose())).await, accounts::SignUpState::Refused);
        assert_eq!(state(Some(token.expose())).await, accounts::SignUpState::First);
        let newcomer = accounts::Newcomer {
            email: OWNER.to_owned(),
            password: PASSWORD.to_owned(),
            token: Some(token.expose().to_owned()),
            allow_newsletters: None,
            address,
            agent: String::new(),
        };
        accounts::sign_up(&services, newcomer).await.expect("an account");
        assert_eq!(state(Some(token.expose())).await, accounts::SignUpState::Refused);
        accounts::first_account_link(&services).await.expect_err("there is an account");
    }
}
