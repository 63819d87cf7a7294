use labelkeep_testkit::{OWNER, json, on_both_databases};
use reqwest::Method;

use super::{add, other_owner, provider};

on_both_databases! {
    async fn sec_084_a_token_of_provisioning_is_good_there_and_nowhere_else(kit: Kit) {
        let owner = kit.owner().await;
        let made = owner.post("/api/scim/tokens/", json!({"ttl_days": 30, "networks": []})).await.expect(201).json();
        let secret = made["token"].as_str().expect("a token").to_owned();
        assert!(secret.starts_with("lks_"));
        let listed = owner.get("/api/scim/tokens/").await.expect(200);
        assert!(!listed.text.contains(&secret), "shown once");
        let (kept,): (Vec<u8>,) = kit.services().db.one("SELECT secret_hash FROM scim_token", vec![]).await.expect("a row");
        assert_eq!(kept.len(), 32);
        let scim = kit.anonymous().bearer(&secret);
        let configuration = scim.get("/scim/v2/ServiceProviderConfig").await.expect(200);
        assert_eq!(configuration.header("content-type"), "application/scim+json");
        assert_eq!(configuration.json()["bulk"]["maxOperations"], 1_000);
        for path in ["/scim/v2/Schemas", "/scim/v2/ResourceTypes", "/scim/v2/ResourceTypes/User", "/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group"] {
            scim.get(path).await.expect(200);
        }
        // Other routes do not take it, these routes take nothing else.
        for client in [kit.anonymous().bearer(&secret), kit.anonymous().token(&secret)] {
            client.get("/api/projects/").await.expect(401);
            client.get("/api/scim/tokens/").await.expect(401);
        }
        let wrong = [owner, kit.anonymous(), kit.anonymous().token(&secret), kit.anonymous().bearer("lks_x"), kit.anonymous().bearer("é")];
        for client in wrong {
            let refused = client.get("/scim/v2/Users").await.expect(401);
            assert_eq!(refused.header("content-type"), "application/scim+json");
            assert_eq!((refused.header("www-authenticate"), &refused.json()["status"]), ("Bearer", &json!("401")));
        }
        let person = kit.with_token(&kit.owner().await).await;
        person.get("/scim/v2/Users").await.expect(401);
        person.post("/api/scim/tokens/", json!({"ttl_days": 1})).await.expect(403);
    }

    async fn sec_084_tokens_end(kit: Kit) {
        let owner = kit.owner().await;
        for wrong in [json!({"ttl_days": 0}), json!({"ttl_days": 366}), json!({"ttl_days": 1, "networks": ["example.com"]})] {
            owner.post("/api/scim/tokens/", wrong).await.expect(400);
        }
        let first = owner.post("/api/scim/tokens/", json!({"ttl_days": 30, "networks": ["127.0.0.0/8", "::1"]})).await.expect(201).json();
        assert_eq!(first["networks"], json!(["127.0.0.0/8", "::1/128"]));
        let old = kit.anonymous().bearer(first["token"].as_str().expect("a token"));
        old.get("/scim/v2/Users").await.expect(200);
        let path = format!("/api/scim/tokens/{}/", first["id"]);
        let next = owner.post(&format!("{path}rotate/"), json!({})).await.expect(201).json();
        assert_eq!(next["networks"], first["networks"]);
        old.get("/scim/v2/Users").await.expect(401);
        owner.post(&format!("{path}rotate/"), json!({})).await.expect(404);
        let new = kit.anonymous().bearer(next["token"].as_str().expect("a token"));
        new.get("/scim/v2/Users").await.expect(200);
        kit.until("the last use is noted", async || {
            owner.get("/api/scim/tokens/").await.json()[0]["last_used_at"].is_string()
        }).await;
        kit.execute("UPDATE scim_token SET expires_at = created_at WHERE revoked_at IS NULL").await;
        new.get("/scim/v2/Users").await.expect(401);
        assert_eq!(owner.get("/api/scim/tokens/").await.json()[0]["status"], "expired");
        let path = format!("/api/scim/tokens/{}/", next["id"]);
        owner.delete(&path).await.expect(204);
        owner.delete(&path).await.expect(404);
        // From somewhere else a right token is none; the organization's log tells.
        let far = owner.post("/api/scim/tokens/", json!({"ttl_days": 30, "networks": ["192.0.2.0/24"]})).await.expect(201).json();
        kit.anonymous().bearer(far["token"].as_str().expect("a token")).get("/scim/v2/Users").await.expect(401);
        kit.until("the denial is recorded", async || {
            let rows: Vec<(Option<i64>,)> = kit.services().db
                .all("SELECT organization_id FROM audit WHERE action = 'request.denied' AND route = '/scim/v2/Users'", vec![]).await.expect("rows");
            rows.iter().any(|(id,)| *id == Some(1))
        }).await;
        for _ in 0..4 {
            owner.post("/api/scim/tokens/", json!({"ttl_days": 1})).await.expect(201);
        }
        owner.post("/api/scim/tokens/", json!({"ttl_days": 1})).await.expect(409);
    }

    async fn sec_032_tokens_and_settings_want_a_recent_sign_in_and_the_right_role(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let other = other_owner(&kit, &owner).await;
        let id = owner.post("/api/scim/tokens/", json!({"ttl_days": 30})).await.expect(201).json()["id"].clone();
        let path = format!("/api/scim/tokens/{id}/");
        member.get("/api/scim/tokens/").await.expect(403);
        member.get("/api/scim/settings").await.expect(403);
        member.post("/api/scim/tokens/", json!({"ttl_days": 30})).await.expect(403);
        assert_eq!(other.get("/api/scim/tokens/").await.expect(200).json(), json!([]));
        other.delete(&path).await.expect(404);
        other.post(&format!("{path}rotate/"), json!({})).await.expect(404);
        kit.execute("UPDATE session SET confirmed_at = confirmed_at - 601000000").await;
        // What is known of the session is forgotten by a change of one's own.
        owner.patch("/api/current-user", json!({"first_name": "Ada"})).await.expect(200);
        for refusal in [
            owner.post("/api/scim/tokens/", json!({"ttl_days": 30})).await,
            owner.post(&format!("{path}rotate/"), json!({})).await,
            owner.delete(&path).await,
            owner.post("/api/scim/settings", json!({"roles_groups": []})).await,
        ] {
            assert_eq!(refusal.expect(403).json()["code"], "reauthentication_required");
        }
    }

    async fn sec_063_guessing_tokens_of_provisioning_is_slowed(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let stranger = kit.anonymous().bearer("lks_guess");
        for _ in 0..60 {
            stranger.get("/scim/v2/Users").await.expect(401);
        }
        let slowed = stranger.get("/scim/v2/Users").await.expect(429);
        assert!(!slowed.header("retry-after").is_empty());
        assert_eq!(slowed.header("content-type"), "application/scim+json");
        // Who has a right one is not kept waiting.
        scim.get("/scim/v2/Users").await.expect(200);
    }

    async fn what_is_no_address_of_scim_is_answered_in_its_shape(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        for (method, path, status) in [
            (Method::GET, "/scim/v2/Nothing", 404),
            (Method::GET, "/scim/v2/Users/", 404),
            (Method::GET, "/scim/v2/Users/0", 404),
            (Method::GET, "/scim/v2/Users/x", 404),
            (Method::GET, "/scim/v2/Groups/99999999999999999999", 404),
            (Method::DELETE, "/scim/v2/Users", 405),
        ] {
            let reply = scim.send(scim.request(method.clone(), path)).await.expect(status);
            assert_eq!(reply.json()["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error", "{method} {path}");
        }
        for body in ["", "[", "[]", "{\"userName\": 7}", "{\"userName\": \"a\\u0000@x.y\"}", "{\"userName\":\"a@x.y\",\"userName\":\"b@x.y\"}", "{}"] {
            let request = scim.request(Method::POST, "/scim/v2/Users").header("content-type", "application/scim+json; charset=utf-8");
            let reply = scim.send(request.body(body)).await.expect(400);
            assert!(reply.json()["scimType"].is_string(), "{body}");
        }
        let form = scim.request(Method::POST, "/scim/v2/Users").form(&[("userName", "a@x.y")]);
        scim.send(form).await.expect(415);
        let large = scim.request(Method::POST, "/scim/v2/Users").json(&json!({"userName": "a@x.y", "title": "x".repeat(1024 * 1024)}));
        scim.send(large).await.expect(413);
    }

    async fn sec_081_settings_of_provisioning_are_checked(kit: Kit) {
        let owner = kit.owner().await;
        let settings = owner.get("/api/scim/settings").await.expect(200).json();
        assert_eq!(settings["base_url"], format!("{}/scim/v2/", kit.url()));
        let set = json!({"roles_groups": [["AD", "admins"]], "workspaces_groups": [["Shelf", "team"]]});
        let set = owner.post("/api/scim/settings", set).await.expect(200).json();
        assert_eq!((&set["roles_groups"], &set["projects_groups"]), (&json!([["AD", "admins"]]), &json!([])));
        owner.post("/api/scim/settings", json!({"roles_groups": [["OW", "bosses"]]})).await.expect(400);
        // A token of an administrator may, as scripts do.
        let script = kit.with_token(&owner).await;
        script.post("/api/scim/settings", json!({"roles_groups": []})).await.expect(200);
        assert_eq!(script.get("/api/scim/settings").await.expect(200).json()["workspaces_groups"], set["workspaces_groups"]);
        let scim = provider(&kit, &owner).await;
        add(&scim, "ada@example.com").await;
        assert_eq!(scim.get(&format!("/scim/v2/Users?filter=userName%20eq%20%22{OWNER}%22")).await.expect(200).json()["totalResults"], 1);
    }
}
