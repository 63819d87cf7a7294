use labelkeep_testkit::{Engine, PASSWORD, json, on_both_databases};
use reqwest::Method;

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

on_both_databases! {
    async fn sec_029_sec_031_sessions_are_listed_and_ended(kit: Kit) {
        let owner = kit.owner().await;
        let elsewhere = kit.anonymous();
        elsewhere.get("/user/login/").await;
        let csrf = elsewhere.csrf().expect("a token");
        let form = [("csrfmiddlewaretoken", &*csrf), ("email", "owner@example.com"), ("password", PASSWORD)];
        let request = elsewhere.request(Method::POST, "/user/login/").header("user-agent", FIREFOX).form(&form);
        elsewhere.send(request).await.expect(302);
        let third = kit.owner().await;

        let list = owner.get("/api/current-user/sessions/").await.expect(200).json();
        let list = list.as_array().expect("a list");
        assert_eq!(list.len(), 3);
        assert_eq!(list.iter().filter(|session| session["current"] == true).count(), 1);
        let firefox = list.iter().find(|session| session["device"] == "Firefox on Windows").expect("the device is named");
        assert_eq!(firefox["current"], false);
        let keys: Vec<&String> = firefox.as_object().expect("an object").keys().collect();
        let expected =
            ["id", "current", "device", "agent", "address", "created_at", "last_seen_at", "expires_at", "persistent"];
        assert_eq!(keys, expected);

        let path = format!("/api/current-user/sessions/{}/", firefox["id"].as_str().expect("an id"));
        owner.delete(&path).await.expect(204);
        owner.delete(&path).await.expect(404);
        owner.delete("/api/current-user/sessions/1/").await.expect(404);
        // SEC-029: an ended session says so to programs.
        let refused = elsewhere.get("/api/current-user/whoami").await.expect(401).json();
        assert_eq!(refused["code"], "session_ended");
        assert_eq!(kit.anonymous().get("/api/users/").await.expect(401).json()["code"], "not_authenticated");
        assert_eq!(owner.delete("/api/current-user/sessions/").await.expect(200).json(), json!({"ended": 1}));
        third.get("/api/current-user/whoami").await.expect(401);

        let own = owner.get("/api/current-user/sessions/").await.json()[0]["id"].as_str().expect("an id").to_owned();
        let ended = owner.delete(&format!("/api/current-user/sessions/{own}/")).await.expect(204);
        assert!(ended.headers.get_all("set-cookie").iter().any(|line| line.to_str().is_ok_and(|line| line.contains("Max-Age=0"))));
        owner.get("/api/current-user/whoami").await.expect(401);
    }

    async fn sec_031_sec_114_members_sessions_are_for_those_who_manage_them(kit: Kit) {
        let owner = kit.owner().await;
        let ada = kit.member(&owner, "ada@example.com").await;
        let bob = kit.member(&owner, "bob@example.com").await;
        let id = ada.get("/api/current-user/whoami").await.json()["id"].as_i64().expect("an id");
        let of_ada = format!("/api/organizations/1/memberships/{id}/sessions/");
        bob.get(&of_ada).await.expect(403);
        bob.delete(&of_ada).await.expect(403);
        owner.get("/api/organizations/1/memberships/999/sessions/").await.expect(404);
        owner.get(&format!("/api/organizations/2/memberships/{id}/sessions/")).await.expect(404);
        let session = owner.get(&of_ada).await.expect(200).json()[0]["id"].as_str().expect("an id").to_owned();
        owner.delete(&format!("{of_ada}{session}/")).await.expect(204);
        ada.get("/api/current-user/whoami").await.expect(401);
        ada.sign_in("ada@example.com", PASSWORD).await.expect(302);
        assert_eq!(owner.delete(&of_ada).await.expect(200).json(), json!({"ended": 1}));
        ada.get("/api/current-user/whoami").await.expect(401);
        // An administrator manages members, not the owner above them.
        kit.execute("UPDATE membership SET role = 'administrator' WHERE account_id = 3").await;
        bob.sign_in("bob@example.com", PASSWORD).await;
        kit.until("the role counts", async || bob.get(&of_ada).await.status == 200).await;
        bob.get("/api/organizations/1/memberships/1/sessions/").await.expect(403);
        bob.delete("/api/organizations/1/memberships/1/tokens/").await.expect(403);
        owner.get("/api/current-user/whoami").await.expect(200);
    }

    async fn sec_033_the_oldest_of_51_sessions_goes_and_old_rows_are_deleted(kit: Kit) {
        let owner = kit.owner().await;
        // The two databases name bytes differently.
        kit.execute(match kit.engine {
            Engine::Sqlite => {
                "INSERT INTO session (id_hash, account_id, csrf_secret, persistent, address, agent, created_at, last_seen_at)
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                 SELECT CAST('copy ' || i AS BLOB), account_id, csrf_secret, persistent, address, agent, created_at + i,
                    last_seen_at FROM session, n"
            }
            Engine::Postgres => {
                "INSERT INTO session (id_hash, account_id, csrf_secret, persistent, address, agent, created_at, last_seen_at)
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                 SELECT CAST('copy ' || i AS BYTEA), account_id, csrf_secret, persistent, address, agent, created_at + i,
                    last_seen_at FROM session, n"
            }
        })
        .await;
        let newest = kit.owner().await;
        assert_eq!(newest.get("/api/current-user/sessions/").await.json().as_array().map(Vec::len), Some(50));
        let (living,): (i64,) =
            kit.services().db.one("SELECT COUNT(*) FROM session WHERE ended_at IS NULL", vec![]).await.expect("a number");
        assert_eq!(living, 50);
        owner.get("/api/current-user/whoami").await.expect(401);
        kit.execute("UPDATE session SET ended_at = ended_at - 31 * 86400000000 WHERE ended_at IS NOT NULL").await;
        labelkeep_services::housekeeping::run(kit.services()).await.expect("it runs");
        let (rows,): (i64,) = kit.services().db.one("SELECT COUNT(*) FROM session", vec![]).await.expect("a number");
        assert_eq!(rows, 50);
    }

    async fn sec_027_what_a_page_asks_by_itself_keeps_no_session_alive(kit: Kit) {
        let owner = kit.owner().await;
        let reply = kit.anonymous().sign_in("owner@example.com", PASSWORD).await;
        let cookie = crate::accounts::session_cookie(&reply);
        owner.delete("/api/current-user/sessions/").await.expect(200);
        kit.execute("UPDATE session SET ended_at = NULL, last_seen_at = last_seen_at - 3600000000").await;
        // The memory of credentials goes with the process.
        let mut kit = kit;
        kit.restart().await;
        let sql = "SELECT MAX(last_seen_at) FROM session";
        let seen = async || kit.services().db.one::<(i64,)>(sql, vec![]).await.expect("a session").0;
        let before = seen().await;
        let client = kit.anonymous();
        let ask = || client.request(Method::GET, "/api/current-user/whoami").header("cookie", cookie.clone());
        for _ in 0..3 {
            client.send(ask().header("x-background", "true")).await.expect(200);
        }
        // A note would be written before this has been.
        labelkeep_services::housekeeping::run(kit.services()).await.expect("it runs");
        assert_eq!(seen().await, before);
        client.send(ask()).await.expect(200);
        kit.until("activity is noted", async || seen().await > before).await;
    }
}
