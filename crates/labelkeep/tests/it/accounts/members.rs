use labelkeep_testkit::{Client, Kit, PASSWORD, Value, json, on_both_databases};

const MEMBERS: &str = "/api/organizations/1/memberships";

async fn id(person: &Client) -> i64 {
    person.get("/api/current-user/whoami").await.json()["id"]
        .as_i64()
        .expect("an id")
}

/// A member with a role, signed in.
async fn with_role(kit: &Kit, owner: &Client, email: &str, role: &str) -> (Client, i64) {
    let person = kit.member(owner, email).await;
    let id = id(&person).await;
    owner
        .patch(MEMBERS, json!({"user_id": id, "role": role}))
        .await
        .expect(200);
    (person, id)
}

fn emails(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().expect("a list");
    results
        .iter()
        .filter_map(|member| member["user"]["email"].as_str())
        .collect()
}

on_both_databases! {
    async fn sec_114_nobody_gives_or_touches_what_is_above_them(kit: Kit) {
        let owner = kit.owner().await;
        let owner_id = id(&owner).await;
        let (admin, admin_id) = with_role(&kit, &owner, "ad@example.com", "AD").await;
        let (manager, manager_id) = with_role(&kit, &owner, "ma@example.com", "MA").await;
        let set = async |who: &Client, user: i64, role: &str| who.patch(MEMBERS, json!({"user_id": user, "role": role})).await.status;
        assert_eq!(set(&admin, manager_id, "OW").await, 403, "above their own");
        assert_eq!(set(&admin, owner_id, "AN").await, 403, "somebody above them");
        assert_eq!(set(&manager, admin_id, "AN").await, 403, "not theirs to do");
        assert_eq!(set(&admin, manager_id, "AD").await, 200);
        assert_eq!(set(&admin, manager_id, "XX").await, 400);
        assert_eq!(set(&admin, 999, "AN").await, 404);
        assert_eq!(set(&admin, admin_id, "DI").await, 400, "not oneself");
        let changed = owner.patch(MEMBERS, json!({"user_id": manager_id, "role": "RE"})).await.expect(200).json();
        assert_eq!((&changed["role"], &changed["role_source"], &changed["active"]), (&json!("RE"), &json!("manual"), &json!(true)));
        // It counts at once.
        assert_eq!(manager.get("/api/current-user/whoami").await.json()["role"], "RE");
        manager.post("/api/projects/", json!({"title": "x"})).await.expect(403);
    }

    async fn sec_114_the_last_owner_stays(kit: Kit) {
        let owner = kit.owner().await;
        let owner_id = id(&owner).await;
        for body in [json!({"user_id": owner_id, "role": "AN"}), json!({"user_id": owner_id, "active": false})] {
            owner.patch(MEMBERS, body).await.expect(400);
        }
        let (second, second_id) = with_role(&kit, &owner, "ow@example.com", "OW").await;
        // With two of them one may step down; then the other is the last.
        owner.patch(MEMBERS, json!({"user_id": owner_id, "role": "AD"})).await.expect(200);
        second.patch(MEMBERS, json!({"user_id": second_id, "role": "AD"})).await.expect(400);
        owner.patch(MEMBERS, json!({"user_id": second_id, "role": "AN"})).await.expect(403);
    }

    async fn ownership_is_handed_over_whole(kit: Kit) {
        let owner = kit.owner().await;
        let (heir, heir_id) = with_role(&kit, &owner, "heir@example.com", "AN").await;
        let path = "/api/organizations/1/transfer-ownership/";
        heir.post(path, json!({"user_id": heir_id})).await.expect(403);
        owner.post(path, json!({"user_id": id(&owner).await})).await.expect(400);
        let done = owner.post(path, json!({"user_id": heir_id})).await.expect(200).json();
        assert_eq!((&done["id"], &done["role"]), (&json!(heir_id), &json!("OW")));
        assert_eq!(owner.get("/api/current-user/whoami").await.json()["role"], "AD");
        assert_eq!(heir.get("/api/organizations/1").await.json()["created_by"], heir_id);
        owner.post(path, json!({"user_id": id(&owner).await})).await.expect(403);
    }

    async fn sec_068_who_is_deactivated_is_out_and_comes_back_as_before(kit: Kit) {
        let owner = kit.owner().await;
        let (bob, bob_id) = with_role(&kit, &owner, "bob@example.com", "RE").await;
        let token = kit.with_token(&bob).await;
        token.get("/api/current-user/whoami").await.expect(200);
        let gone = owner.patch(MEMBERS, json!({"user_id": bob_id, "active": false})).await.expect(200).json();
        assert_eq!((&gone["role"], &gone["active"]), (&json!("DI"), &json!(false)));
        bob.get("/api/current-user/whoami").await.expect(401);
        token.get("/api/current-user/whoami").await.expect(401);
        assert_eq!(kit.anonymous().sign_in("bob@example.com", PASSWORD).await.status, 200, "the form again");
        assert_eq!(emails(&owner.get(&format!("{MEMBERS}?active=false")).await.json()), ["bob@example.com"]);
        let back = owner.patch(MEMBERS, json!({"user_id": bob_id, "active": true})).await.expect(200).json();
        assert_eq!((&back["role"], &back["active"]), (&json!("RE"), &json!(true)));
        bob.get("/api/current-user/whoami").await.expect(401);
        let bob = kit.anonymous();
        bob.sign_in("bob@example.com", PASSWORD).await.expect(302);
        assert_eq!(bob.get("/api/current-user/whoami").await.expect(200).json()["role"], "RE");
    }

    async fn members_are_searched_filtered_and_sorted(kit: Kit) {
        let owner = kit.owner().await;
        with_role(&kit, &owner, "cid@example.com", "AN").await;
        with_role(&kit, &owner, "bo_b@example.com", "RE").await;
        let get = async |query: &str| owner.get(&format!("{MEMBERS}?{query}")).await.expect(200).json();
        assert_eq!(emails(&get("search=CID").await), ["cid@example.com"]);
        assert_eq!(emails(&get("search=o_b").await), ["bo_b@example.com"], "no wildcard");
        assert_eq!(emails(&get("search=%25").await), Vec::<&str>::new());
        assert_eq!(emails(&get("role=RE,OW&ordering=-email").await), ["owner@example.com", "bo_b@example.com"]);
        assert_eq!(emails(&get("role=AN&role=RE&ordering=role").await), ["bo_b@example.com", "cid@example.com"]);
        owner.patch("/api/users/1/", json!({"first_name": "Bz"})).await.expect(200);
        let by_name = ["bo_b@example.com", "owner@example.com", "cid@example.com"];
        assert_eq!(emails(&get("ordering=name").await), by_name, "by what they are called, whatever the case");
        assert_eq!(emails(&get("user__last_activity__gte=2100-01-01").await), Vec::<&str>::new());
        let page = owner.get("/api/organizations/1/memberships/search?page_size=1&ordering=email").await.expect(200).json();
        assert_eq!((&page["count"], emails(&page)), (&json!(3), vec!["bo_b@example.com"]));
        for bad in ["role=XX", "ordering=password_hash", "user__last_activity__lte=soon", "active=perhaps"] {
            owner.get(&format!("{MEMBERS}?{bad}")).await.expect(400);
        }
        owner.get("/api/organizations/2/memberships/search").await.expect(404);
    }

    async fn the_default_role_is_what_newcomers_become(kit: Kit) {
        let owner = kit.owner().await;
        let path = "/api/organizations/1/set-default-role";
        assert_eq!(owner.get(path).await.expect(200).json(), json!({"organization": 1, "default_role": "ME"}));
        for bad in ["OW", "AD", "DI", "XX"] {
            owner.patch(path, json!({"default_role": bad})).await.expect(400);
        }
        let (admin, admin_id) = with_role(&kit, &owner, "ad@example.com", "AD").await;
        assert_eq!(owner.get(path).await.json()["default_role"], "AN", "the first role");
        admin.patch(path, json!({"default_role": "RE"})).await.expect(200);
        admin.patch(path, json!({"default_role": "ME"})).await.expect(403);
        let new = kit.member(&owner, "new@example.com").await;
        assert_eq!(new.get("/api/current-user/whoami").await.json()["role"], "RE");
        let made = owner.post("/api/users/", json!({"username": "api", "email": "api@example.com"})).await.expect(201).json();
        let detail = owner.get(&format!("{MEMBERS}/{}/", made["id"])).await.expect(200).json();
        assert_eq!((&detail["role"], &detail["active"]), (&json!("RE"), &json!(true)));
        owner.patch(path, json!({"default_role": "ME"})).await.expect(200);
        assert_eq!(owner.get(&format!("{MEMBERS}/{admin_id}/")).await.json()["role"], "AD", "what people are stays");
    }
}
