//! Keys that are the same in every installation, or that somebody else can make up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use labelkeep_testkit::{Engine, Kit, KitOptions, json};

async fn kit() -> Kit {
    Kit::start(Engine::Sqlite, KitOptions::default())
        .await
        .expect("SQLite is always there")
}

fn part(value: &serde_json::Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_202_sec_099_no_key_is_the_same_in_two_installations() {
    let (here, there) = (kit().await, kit().await);
    let file = |kit: &Kit| std::fs::read_to_string(kit.data_folder().join("keys/master.key")).expect("a key file");
    assert_ne!(file(&here), file(&there));
    let (mine, theirs) = (here.owner().await, there.owner().await);
    // What one installation gave out opens nothing in another one, though its first account has the same number.
    let refresh = theirs.post("/api/token/", json!({})).await.expect(201).json();
    let refresh = refresh["token"].as_str().expect("a token");
    there
        .anonymous()
        .post("/api/token/refresh/", json!({ "refresh": refresh }))
        .await
        .expect(200);
    here.anonymous()
        .post("/api/token/refresh/", json!({ "refresh": refresh }))
        .await
        .expect(401);
    let access = there
        .anonymous()
        .post("/api/token/refresh/", json!({ "refresh": refresh }))
        .await
        .expect(200)
        .json();
    let access = access["access"].as_str().expect("a token");
    here.anonymous()
        .bearer(access)
        .get("/api/current-user/whoami")
        .await
        .expect(401);
    there
        .anonymous()
        .bearer(access)
        .get("/api/current-user/whoami")
        .await
        .expect(200);
    drop(mine);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_099_tokens_that_somebody_made_up_are_none() {
    let kit = kit().await;
    let owner = kit.owner().await;
    let refresh = owner.post("/api/token/", json!({})).await.expect(201).json();
    let refresh = refresh["token"].as_str().expect("a token").to_owned();
    let access = kit
        .anonymous()
        .post("/api/token/refresh/", json!({ "refresh": refresh }))
        .await
        .expect(200)
        .json();
    let access = access["access"].as_str().expect("a token").to_owned();
    let parts: Vec<&str> = access.split('.').collect();
    let (head, claims, signature) = (parts[0], parts[1], parts[2]);
    let none = part(&json!({ "alg": "none", "typ": "JWT" }));
    let hmac = part(&json!({ "alg": "HS256", "typ": "JWT" }));
    for forged in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{hmac}.{claims}.{signature}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!(
            "{head}.{}.{signature}",
            part(&json!({ "user_id": 1, "token_type": "access", "exp": 9_999_999_999_i64 }))
        ),
        // The refresh token where an access token is wanted.
        refresh.clone(),
    ] {
        kit.anonymous()
            .bearer(&forged)
            .get("/api/current-user/whoami")
            .await
            .expect(401);
    }
    // Cookies hold no content that could be made up.
    for cookie in [
        "session_local=1",
        "session_local=",
        "sessionid=eyJ1c2VyIjoxfQ",
        "session_local=../../1",
        "session_local=00000000000000000000000000000000",
    ] {
        let client = kit.anonymous();
        let request = client
            .request(reqwest::Method::GET, "/api/current-user/whoami")
            .header("cookie", cookie);
        client.send(request).await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_023_sec_105_a_session_is_a_hash_in_the_database_and_pages_hold_no_token() {
    let kit = kit().await;
    kit.owner().await;
    let person = kit.anonymous();
    let reply = person
        .sign_in(labelkeep_testkit::OWNER, labelkeep_testkit::PASSWORD)
        .await;
    let cookie = crate::accounts::session_cookie(&reply);
    let id = cookie.split('=').nth(1).expect("an id").to_owned();
    assert!(id.len() >= 43, "256 bits: {id}");
    let refresh = person.post("/api/token/", json!({})).await.expect(201).json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    for (table, rows) in crate::security::snapshot::snapshot(&kit).await {
        for row in rows {
            assert!(!row.contains(&id), "{table} holds the session's id");
            assert!(!row.contains(&refresh), "{table} holds a token");
        }
    }
    for page in ["/", "/projects/", "/user/account/", "/organization/"] {
        let page = person.get(page).await;
        assert!(!page.text.contains(&id) && !page.text.contains(&refresh));
    }
    let me = person.get("/api/current-user/whoami").await.expect(200);
    assert!(!me.text.contains(&id) && !me.text.contains("\"token\":\""));
}
