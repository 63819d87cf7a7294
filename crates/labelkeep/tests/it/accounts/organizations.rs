use labelkeep_testkit::{json, on_both_databases};

on_both_databases! {
    async fn the_organization_is_listed_read_and_renamed(kit: Kit) {
        let owner = kit.owner().await;
        let list = owner.get("/api/organizations/").await.expect(200).json();
        assert_eq!((&list[0]["id"], &list[0]["title"]), (&json!(1), &json!("Labelkeep")));
        let one = owner.get("/api/organizations/1").await.expect(200).json();
        assert_eq!((&one["users"], &one["created_by"]), (&json!([1]), &json!(1)));
        assert_eq!(one["token"], owner.get("/api/invite").await.json()["token"]);
        let renamed = owner.patch("/api/organizations/1", json!({"title": "Night shift"})).await.expect(200).json();
        assert_eq!(renamed["title"], "Night shift");
        owner.patch("/api/organizations/1", json!({"title": ""})).await.expect(400);
        owner.post("/api/organizations/", json!({"title": "More"})).await.expect(403);
        owner.get("/api/organizations/2").await.expect(404);
    }

    async fn members_are_paged(kit: Kit) {
        let owner = kit.owner().await;
        for name in ["bob", "cid"] {
            kit.member(&owner, &format!("{name}@example.com")).await;
        }
        let page = owner.get("/api/organizations/1/memberships?page_size=2&contributed_to_projects=true").await.expect(200).json();
        assert_eq!(page["count"], 3);
        assert_eq!(page["results"][0]["user"]["username"], "bob");
        assert_eq!(page["results"][0]["contributed_to_projects"], json!([]));
        let next = page["next"].as_str().expect("a next page");
        assert_eq!(next, format!("{}/api/organizations/1/memberships?contributed_to_projects=true&page=2&page_size=2", kit.url()));
        let second = owner.get(next.strip_prefix(kit.url()).expect("ours")).await.expect(200).json();
        assert_eq!((second["results"].as_array().map(Vec::len), &second["next"]), (Some(1), &json!(null)));
        let end = owner.get("/api/organizations/1/memberships?page=3&page_size=2").await.expect(404);
        assert!(end.text.contains("<html"), "a route without a slash ends at the page for unknown addresses");
        let all = owner.get("/api/organizations/1/memberships?page_size=-1").await.json();
        assert_eq!(all["results"].as_array().map(Vec::len), Some(3));
        let one = owner.get("/api/organizations/1/memberships/1/").await.expect(200).json();
        assert_eq!((&one["user"], &one["annotations_count"]), (&json!(1), &json!(0)));
        let itself = owner.delete("/api/organizations/1/memberships/1/").await.expect(405).json();
        assert_eq!(itself, json!({"detail": "User cannot soft delete self"}));
    }

    async fn sec_028_session_policy_has_bounds(kit: Kit) {
        let owner = kit.owner().await;
        let policy = owner.get("/api/session-policy/").await.expect(200).json();
        assert_eq!((&policy["max_session_age"], &policy["max_time_between_activity"]), (&json!(10_080), &json!(1_440)));
        let path = "/api/session-policy/";
        assert_eq!(owner.patch(path, json!({"max_session_age": 60})).await.expect(200).json()["max_session_age"], 60);
        owner.patch(path, json!({"max_session_age": 4})).await.expect(400);
        owner.patch(path, json!({"max_time_between_activity": 50_000})).await.expect(400);
    }
}
