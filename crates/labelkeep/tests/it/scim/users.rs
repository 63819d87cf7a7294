use labelkeep_testkit::{OWNER, PASSWORD, Value, json, on_both_databases};
use reqwest::Method;

use super::{add, member, operations, other_owner, provider};

on_both_databases! {
    async fn people_are_made_found_changed_and_removed(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
            "userName": "Ada@Example.com", "externalId": "00u1", "active": true, "password": "ignored!1",
            "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "x"}, "title": "Countess",
            "emails": [{"value": "elsewhere@example.com", "primary": true}], "id": "1", "roles": [{"value": "owner"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines"},
        });
        let made = scim.post("/scim/v2/Users", body.clone()).await.expect(201);
        let user = made.json();
        let path = format!("/scim/v2/Users/{}", user["id"].as_str().expect("an id"));
        assert_eq!(made.header("location"), format!("{}{path}", kit.url()));
        assert_eq!(made.header("etag"), user["meta"]["version"]);
        assert_eq!((&user["userName"], &user["externalId"], &user["displayName"]), (&json!("ada@example.com"), &json!("00u1"), &json!("Ada Lovelace")));
        assert_eq!((&user["emails"][0]["value"], &user["active"], &user["locale"]), (&json!("ada@example.com"), &json!(true), &json!("en-US")));
        assert!(user.get("password").is_none() && user.get("title").is_none());
        let (id, role, source) = member(&kit, "ada@example.com").await;
        assert_eq!((role.as_str(), source.as_str()), ("member", "scim"));
        assert_eq!(user["id"], id.to_string());
        let (hash,): (Option<String>,) = kit.services().db
            .one("SELECT password_hash FROM account WHERE email = 'ada@example.com'", vec![]).await.expect("an account");
        assert_eq!(hash, None, "a password of the provider is not taken");
        let again = scim.post("/scim/v2/Users", body).await.expect(409).json();
        assert_eq!(again["scimType"], "uniqueness");

        let found = scim.get("/scim/v2/Users?filter=userName%20eq%20%22ADA%40example.com%22&attributes=userName,name.givenName").await.expect(200).json();
        assert_eq!((&found["totalResults"], &found["itemsPerPage"], &found["startIndex"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(found["Resources"][0], json!({"schemas": user["schemas"], "id": user["id"], "userName": "ada@example.com", "name": {"givenName": "Ada"}}));

        let patched = scim.patch(&path, operations(json!([
            {"op": "Replace", "path": "name.familyName", "value": "King"},
            {"op": "add", "value": {"name.givenName": "Augusta", "nickName": "A"}},
            {"op": "remove", "path": "externalId"},
        ]))).await.expect(200).json();
        assert_eq!((&patched["name"]["formatted"], &patched["externalId"]), (&json!("Augusta King"), &json!("ada@example.com")));
        let replaced = scim.put(&path, json!({"userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": ""}, "active": "True"})).await.expect(200).json();
        assert_eq!(replaced["displayName"], "Ada");
        // An address is changed by the person alone.
        let moved = scim.patch(&path, operations(json!([{"op": "replace", "path": "userName", "value": "eve@example.com"}]))).await.expect(400).json();
        assert_eq!(moved["scimType"], "mutability");
        for (operation, kind) in [
            (json!({"op": "replace", "path": "role", "value": "owner"}), "invalidPath"),
            (json!({"op": "replace", "path": "id", "value": "1"}), "mutability"),
            (json!({"op": "move", "path": "active"}), "invalidSyntax"),
            (json!({"op": "replace", "path": "active", "value": 2}), "invalidValue"),
            (json!({"op": "replace", "path": "members[", "value": 2}), "invalidPath"),
        ] {
            assert_eq!(scim.patch(&path, operations(json!([operation]))).await.expect(400).json()["scimType"], kind);
        }

        scim.delete(&path).await.expect(204);
        for reply in [scim.get(&path).await, scim.delete(&path).await, scim.patch(&path, operations(json!([]))).await, scim.put(&path, json!({})).await] {
            reply.expect(404);
        }
        // Who comes back is the same account.
        assert_eq!(add(&scim, "ada@example.com").await["id"], user["id"]);
        let actions: Vec<(String, String, String)> = kit.services().db
            .all("SELECT action, detail, COALESCE(route, '') FROM audit WHERE account_id IS NULL AND route LIKE '/scim/%' AND action NOT LIKE 'request.%' ORDER BY id", vec![]).await.expect("rows");
        let names: Vec<&str> = actions.iter().map(|(action, ..)| action.as_str()).collect();
        assert_eq!(names, ["user.create", "user.change", "user.change", "member.remove", "user.create"]);
        for (action, detail, _) in &actions {
            assert_eq!(serde_json::from_str::<Value>(detail).expect("JSON")["actor"], "scim", "{action}");
        }
    }

    async fn versions_keep_two_writers_apart(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let user = add(&scim, "ada@example.com").await;
        let (path, version) = (format!("/scim/v2/Users/{}", user["id"].as_str().expect("an id")), user["meta"]["version"].as_str().expect("a version"));
        let with = |method: Method, name: &'static str, value: &str| scim.request(method, &path).header(name, value);
        scim.send(with(Method::GET, "if-none-match", version)).await.expect(304);
        let change = operations(json!([{"op": "replace", "path": "name.givenName", "value": "Augusta"}]));
        let changed = scim.send(with(Method::PATCH, "if-match", version).json(&change)).await.expect(200).json();
        assert_ne!(changed["meta"]["version"], version);
        scim.send(with(Method::PUT, "if-match", version).json(&json!({"active": false}))).await.expect(412);
        scim.send(with(Method::DELETE, "if-match", version)).await.expect(412);
        scim.send(with(Method::GET, "if-none-match", version)).await.expect(200);
        scim.send(with(Method::DELETE, "if-match", changed["meta"]["version"].as_str().expect("a version"))).await.expect(204);
    }

    async fn sec_085_who_is_deactivated_is_out_and_comes_back_as_before(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let ada = kit.member(&owner, "ada@example.com").await;
        let script = kit.with_token(&ada).await;
        let (id, ..) = member(&kit, "ada@example.com").await;
        owner.patch("/api/organizations/1/memberships", json!({"user_id": id, "role": "MA"})).await.expect(200);
        script.get("/api/projects/").await.expect(200);
        let replica = kit.replica().await;
        let path = format!("/scim/v2/Users/{id}");
        let off = scim.patch(&path, operations(json!([{"op": "Replace", "path": "active", "value": "False"}]))).await.expect(200).json();
        assert_eq!(off["active"], false);
        ada.get("/api/current-user/whoami").await.expect(401);
        script.get("/api/projects/").await.expect(401);
        if let Some(replica) = &replica {
            // Another node had not seen the session: it asks the database.
            let elsewhere = replica.anonymous();
            assert_eq!(elsewhere.sign_in("ada@example.com", PASSWORD).await.status, 200, "no session is begun");
        }
        kit.anonymous().sign_in("ada@example.com", PASSWORD).await.expect(200);
        assert_eq!(member(&kit, "ada@example.com").await.1, "deactivated");
        let on = scim.patch(&path, operations(json!([{"op": "replace", "value": {"active": true}}]))).await.expect(200).json();
        assert_eq!(on["active"], true);
        assert_eq!(member(&kit, "ada@example.com").await, (id, "manager".to_owned(), "manual".to_owned()));
        script.get("/api/projects/").await.expect(401);
        kit.anonymous().sign_in("ada@example.com", PASSWORD).await.expect(302);
        // Made inactive, and made active later.
        let eve = scim.post("/scim/v2/Users", json!({"userName": "eve@example.com", "active": false})).await.expect(201).json();
        assert_eq!((&eve["active"], member(&kit, "eve@example.com").await.1.as_str()), (&json!(false), "deactivated"));
        scim.put(&format!("/scim/v2/Users/{}", eve["id"].as_str().expect("an id")), json!({"active": true})).await.expect(200);
        assert_eq!(member(&kit, "eve@example.com").await.1, "annotator");
    }

    async fn sec_084_owners_are_seen_and_not_touched(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let (id, ..) = member(&kit, OWNER).await;
        let path = format!("/scim/v2/Users/{id}");
        let seen = scim.get(&path).await.expect(200).json();
        assert_eq!((&seen["userName"], &seen["active"]), (&json!(OWNER), &json!(true)));
        // What is so already is no change.
        scim.patch(&path, operations(json!([{"op": "replace", "value": {"active": true}}]))).await.expect(200);
        scim.patch(&path, operations(json!([{"op": "replace", "value": {"active": false}}]))).await.expect(403);
        scim.put(&path, json!({"userName": OWNER, "name": {"givenName": "Eve"}})).await.expect(403);
        scim.patch(&path, operations(json!([{"op": "add", "path": "externalId", "value": "x"}]))).await.expect(403);
        scim.delete(&path).await.expect(403);
        let group = scim.post("/scim/v2/Groups", json!({"displayName": "low", "members": [{"value": id.to_string()}]})).await.expect(201).json();
        owner.post("/api/scim/settings", json!({"roles_groups": [["AN", "low"]]})).await.expect(200);
        assert_eq!(group["members"][0]["value"], id.to_string());
        assert_eq!(member(&kit, OWNER).await, (id, "owner".to_owned(), "manual".to_owned()));
        owner.get("/api/current-user/whoami").await.expect(200);
    }

    async fn sec_084_people_of_other_organizations_are_not_there(kit: Kit) {
        let owner = kit.owner().await;
        let other = other_owner(&kit, &owner).await;
        let (first, second) = (provider(&kit, &owner).await, provider(&kit, &other).await);
        let theirs = add(&second, "eve@other.example").await;
        let id = theirs["id"].as_str().expect("an id");
        let path = format!("/scim/v2/Users/{id}");
        let group = second.post("/scim/v2/Groups", json!({"displayName": "team", "members": [{"value": id}]})).await.expect(201).json();
        let group_path = format!("/scim/v2/Groups/{}", group["id"].as_str().expect("an id"));
        for reply in [
            first.get(&path).await,
            first.put(&path, json!({"active": false})).await,
            first.patch(&path, operations(json!([{"op": "replace", "value": {"active": false}}]))).await,
            first.delete(&path).await,
            first.get(&group_path).await,
            first.put(&group_path, json!({"displayName": "mine"})).await,
            first.patch(&group_path, operations(json!([{"op": "remove", "path": "members"}]))).await,
            first.delete(&group_path).await,
        ] {
            assert!(!reply.expect(404).text.contains("other.example"));
        }
        // Neither lists nor filters nor groups lead to them.
        for query in ["", "?filter=userName%20co%20%22other%22", "?filter=groups%20pr", "?filter=not%20(userName%20eq%20%22x%22)"] {
            assert!(!first.get(&format!("/scim/v2/Users{query}")).await.expect(200).text.contains("other.example"), "{query}");
        }
        assert_eq!(first.get("/scim/v2/Groups").await.expect(200).json()["totalResults"], 0);
        let refused = first.post("/scim/v2/Groups", json!({"displayName": "x", "members": [{"value": id}]})).await.expect(400);
        let nobody = first.post("/scim/v2/Groups", json!({"displayName": "x", "members": [{"value": "987654"}]})).await.expect(400);
        for (reply, id) in [(refused, id), (nobody, "987654")] {
            assert_eq!(reply.json()["detail"], format!("There is no user {id}."));
        }
        // Their account is not taken over, and the answer is that of one's own people.
        let taken = first.post("/scim/v2/Users", json!({"userName": "eve@other.example"})).await.expect(409);
        let own = first.post("/scim/v2/Users", json!({"userName": OWNER})).await.expect(409);
        assert_eq!(taken.text, own.text);
        assert_eq!(second.get(&path).await.expect(200).json()["active"], true);

        // Somebody of both: one side's word ends nothing on the other.
        kit.member(&owner, "ada@example.com").await;
        kit.execute("INSERT INTO membership (organization_id, account_id, role, created_at)
            SELECT 2, id, 'annotator', 1 FROM account WHERE email = 'ada@example.com'").await;
        kit.execute("UPDATE account SET active_organization = 2 WHERE email = 'ada@example.com'").await;
        let there = kit.anonymous();
        there.sign_in("ada@example.com", PASSWORD).await.expect(302);
        let script = kit.with_token(&there).await;
        let (id, ..) = member(&kit, "ada@example.com").await;
        let path = format!("/scim/v2/Users/{id}");
        let renamed = first.put(&path, json!({"name": {"givenName": "Taken"}, "active": false})).await.expect(200).json();
        assert_eq!((&renamed["active"], &renamed["name"]["givenName"]), (&json!(false), &json!("")));
        script.get("/api/projects/").await.expect(200);
        assert_eq!(second.get(&path).await.expect(200).json()["active"], true);
        first.delete(&path).await.expect(204);
        script.get("/api/projects/").await.expect(200);
        first.post("/scim/v2/Users", json!({"userName": "ada@example.com"})).await.expect(409);
    }

    async fn who_owns_the_installation_is_nobodys_to_change(kit: Kit) {
        let owner = kit.owner().await;
        let other = other_owner(&kit, &owner).await;
        let second = provider(&kit, &other).await;
        kit.execute("INSERT INTO membership (organization_id, account_id, role, created_at)
            SELECT 2, id, 'annotator', 1 FROM account WHERE email = 'owner@example.com'").await;
        let (id, ..) = member(&kit, OWNER).await;
        let path = format!("/scim/v2/Users/{id}");
        second.get(&path).await.expect(200);
        second.patch(&path, operations(json!([{"op": "replace", "value": {"active": false}}]))).await.expect(403);
        second.delete(&path).await.expect(403);
        owner.get("/api/current-user/whoami").await.expect(200);
    }
}
