use labelkeep_testkit::{Value, json, on_both_databases};
use reqwest::Method;

const PATH: &str = "/api/current-user/tokens/";

on_both_databases! {
    async fn sec_092_sec_093_sec_096_named_tokens_have_a_scope_and_are_shown_once(kit: Kit) {
        let owner = kit.owner().await;
        let mine = owner.post("/api/projects/", json!({"title": "mine"})).await.expect(201).json()["id"].clone();
        let other = owner.post("/api/projects/", json!({"title": "other"})).await.expect(201).json()["id"].clone();
        let wish = json!({"name": "Nightly", "scope": {"write": false, "export": true, "projects": [mine]}, "ttl_days": 30});
        let made = owner.post(PATH, wish).await.expect(201).json();
        let secret = made["token"].as_str().expect("the secret");
        assert!(secret.starts_with("lkp_") && secret.starts_with(made["prefix"].as_str().expect("a prefix")));
        assert_eq!(made["scope"], json!({"write": false, "export": true, "projects": [mine]}));
        // The same token in each of the three headers.
        let bearer = kit.anonymous().bearer(secret);
        bearer.get(&format!("/api/projects/{mine}/")).await.expect(200);
        kit.anonymous().token(secret).get(&format!("/api/projects/{mine}/")).await.expect(200);
        let by_key = kit.anonymous();
        let request = by_key.request(Method::GET, &format!("/api/projects/{mine}/")).header("x-api-key", secret);
        by_key.send(request).await.expect(200);
        // It reads and exports this project, and nothing else.
        bearer.get(&format!("/api/projects/{mine}/export?exportType=JSON")).await.expect(200);
        bearer.get(&format!("/api/projects/{other}/")).await.expect(404);
        assert_eq!(bearer.get("/api/projects/").await.expect(200).json()["count"], 1);
        bearer.patch(&format!("/api/projects/{mine}/"), json!({"title": "made by a script"})).await.expect(403);
        bearer.patch("/api/current-user", json!({"first_name": "x"})).await.expect(403);
        bearer.delete("/api/current-user/sessions/").await.expect(403);
        bearer.post(PATH, json!({"name": "child"})).await.expect(403);
        // SEC-096: last use, with address and agent; never the secret again.
        kit.until("the use is noted", async || {
            let token = owner.get(PATH).await.expect(200).json()[0].clone();
            assert!(token.get("token").is_none());
            token["last_used_at"].is_string() && token["last_used_address"].is_string()
        })
        .await;
        assert!(!owner.get(PATH).await.text.contains(secret));
        // A mistyped one, a cut one.
        for wrong in [&secret[..75], "lkp_", "lkp_0000000000000000000000000000000000000000000000000000000000000000ffffffff"] {
            let refused = kit.anonymous().bearer(wrong).get("/api/projects/").await.expect(401).json();
            assert_eq!((&refused["detail"], &refused["code"]), (&json!("Invalid token."), &json!("invalid_token")));
        }
        let id = &made["id"];
        owner.delete(&format!("{PATH}{id}/")).await.expect(204);
        owner.delete(&format!("{PATH}{id}/")).await.expect(404);
        bearer.get(&format!("/api/projects/{mine}/")).await.expect(401);
        assert_eq!(owner.get(PATH).await.json()[0]["status"], "revoked");
    }

    async fn sec_094_the_organization_sets_the_longest_life(kit: Kit) {
        let owner = kit.owner().await;
        let days = |token: &Value| {
            let part = |name: &str| token[name].as_str().expect("a time")[..10].to_owned();
            (part("created_at"), part("expires_at"))
        };
        let usual = owner.post(PATH, json!({"name": "usual"})).await.expect(201).json();
        assert_ne!(days(&usual).0, days(&usual).1);
        owner.post(PATH, json!({"name": "long", "ttl_days": 91})).await.expect(400);
        let settings = owner.post("/api/jwt/settings", json!({"api_token_ttl_days": 1})).await.expect(200).json();
        assert_eq!(settings["api_token_ttl_days"], 1);
        owner.post(PATH, json!({"name": "long", "ttl_days": 2})).await.expect(400);
        owner.post(PATH, json!({"name": "short"})).await.expect(201);
        owner.post("/api/token/", json!({})).await.expect(201);
        let sql = "SELECT MAX(expires_at - created_at) FROM token WHERE name <> 'usual'";
        let (longest,): (i64,) = kit.services().db.one(sql, vec![]).await.expect("a number");
        assert_eq!(longest, 86_400_000_000);
        // The Python client always sends a number of days; old scripts very large ones.
        let settings = owner.post("/api/jwt/settings", json!({"api_token_ttl_days": 73_000})).await.expect(200).json();
        assert_eq!(settings["api_token_ttl_days"], 365);
        owner.post("/api/jwt/settings", json!({"api_token_ttl_days": 0})).await.expect(400);
        owner.post(PATH, json!({"name": ""})).await.expect(400);
        owner.post(PATH, json!({"name": "x", "scope": {"projects": [4711]}})).await.expect(400);
        owner.post(PATH, json!({"name": "x", "scope": {"projects": []}})).await.expect(400);
    }

    async fn sec_104_a_token_makes_none_that_is_stronger_or_lives_longer(kit: Kit) {
        let owner = kit.owner().await;
        let wish = json!({"name": "writer", "scope": {"write": true, "export": false}, "ttl_days": 2});
        let made = owner.post(PATH, wish).await.expect(201).json();
        let writer = kit.anonymous().bearer(made["token"].as_str().expect("the secret"));
        writer.post(PATH, json!({"name": "stronger", "scope": {"write": true, "export": true}})).await.expect(403);
        let child = writer.post(PATH, json!({"name": "child", "scope": {"write": true}, "ttl_days": 60})).await.expect(201).json();
        assert_eq!(child["expires_at"], made["expires_at"]);
        // The token of the compatible route is no way around it.
        let refresh = writer.post("/api/token/", json!({})).await.expect(201).json()["token"].clone();
        let access = kit.anonymous().post("/api/token/refresh/", json!({"refresh": refresh})).await.expect(200).json();
        let person = kit.anonymous().bearer(access["access"].as_str().expect("a token"));
        let project = person.post("/api/projects/", json!({"title": "made by a script"})).await.expect(201).json()["id"].clone();
        person.get(&format!("/api/projects/{project}/export?exportType=JSON")).await.expect(403);
        writer.post("/api/current-user/confirm/", json!({"password": labelkeep_testkit::PASSWORD})).await.expect(403);
    }

    async fn sec_095_a_reset_kills_the_old_secret_and_keeps_the_rest(kit: Kit) {
        let owner = kit.owner().await;
        let made = owner.post(PATH, json!({"name": "robot", "ttl_days": 5})).await.expect(201).json();
        let old = kit.anonymous().bearer(made["token"].as_str().expect("the secret"));
        old.get("/api/projects/").await.expect(200);
        let fresh = owner.post(&format!("{PATH}{}/reset/", made["id"]), json!({})).await.expect(201).json();
        assert_eq!((&fresh["name"], &fresh["scope"]), (&made["name"], &made["scope"]));
        old.get("/api/projects/").await.expect(401);
        kit.anonymous().bearer(fresh["token"].as_str().expect("the secret")).get("/api/projects/").await.expect(200);
        owner.post("/api/jwt/settings", json!({"api_tokens_enabled": false})).await.expect(200);
        kit.anonymous().bearer(fresh["token"].as_str().expect("the secret")).get("/api/projects/").await.expect(401);
        assert_eq!(owner.get(PATH).await.json()[0]["status"], "disabled");
    }

    async fn sec_095_administrators_see_and_revoke_members_tokens_but_read_none(kit: Kit) {
        let owner = kit.owner().await;
        let ada = kit.member(&owner, "ada@example.com").await;
        let made = ada.post(PATH, json!({"name": "hers"})).await.expect(201).json();
        let secret = made["token"].as_str().expect("the secret");
        let script = kit.anonymous().bearer(secret);
        script.get("/api/projects/").await.expect(200);
        let id = ada.get("/api/current-user/whoami").await.json()["id"].clone();
        let path = format!("/api/organizations/1/memberships/{id}/tokens/");
        let list = owner.get(&path).await.expect(200);
        assert_eq!(list.json()[0]["name"], "hers");
        assert!(!list.text.contains(secret));
        ada.get(&path).await.expect(403);
        owner.delete(&format!("{path}{}/", made["id"])).await.expect(204);
        script.get("/api/projects/").await.expect(401);
        ada.post(PATH, json!({"name": "again"})).await.expect(201);
        assert_eq!(owner.delete(&path).await.expect(200).json(), json!({"revoked": 1}));
    }

    async fn sec_102_stored_data_takes_basic_with_a_token_and_never_the_password(kit: Kit) {
        let owner = kit.owner().await;
        let project = owner.post("/api/projects/", json!({"title": "files"})).await.expect(201).json()["id"].clone();
        let form = reqwest::multipart::Form::new()
            .part("file", reqwest::multipart::Part::bytes(b"name\nAda\n".to_vec()).file_name("people.csv"));
        let request = owner.with_csrf(owner.request(Method::POST, &format!("/api/projects/{project}/import")));
        owner.send(request.multipart(form)).await.expect(201);
        let files = owner.get(&format!("/api/projects/{project}/file-uploads?all=true")).await.expect(200).json();
        let path = format!("/data/{}", files[0]["file"].as_str().expect("a file"));
        let token = owner.post(PATH, json!({"name": "wget"})).await.expect(201).json()["token"].clone();
        let token = token.as_str().expect("the secret");
        let anybody = kit.anonymous();
        let ask = async |email: &str, secret: &str, path: &str| {
            anybody.send(anybody.request(Method::GET, path).basic_auth(email, Some(secret))).await
        };
        assert_eq!(ask("owner@example.com", token, &path).await.expect(200).text, "name\nAda\n");
        ask("Owner@Example.com", token, &path).await.expect(200);
        let refused = ask("owner@example.com", labelkeep_testkit::PASSWORD, &path).await.expect(401);
        assert!(refused.header("www-authenticate").starts_with("Basic "));
        ask("somebody@example.com", token, &path).await.expect(401);
        // Other routes do not take it; a browser is not made to open its window.
        ask("owner@example.com", token, "/api/projects/").await.expect(401);
        let browser = anybody.send(anybody.request(Method::GET, &path).header("sec-fetch-mode", "no-cors")).await.expect(401);
        assert_eq!(browser.header("www-authenticate"), "");
    }
}
