use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;

use super::{member, provider};

on_both_databases! {
    async fn sec_085_many_changes_in_one_request(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        owner.post("/api/scim/settings", json!({"roles_groups": [["MA", "team"]]})).await.expect(200);
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                // The group names somebody who is made behind it.
                {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": "team", "members": [{"value": "bulkId:u"}]}},
                {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"userName": "ada@example.com"}},
                {"method": "post", "path": "/Users", "bulkId": "v", "data": {"userName": "no address"}},
                {"method": "PATCH", "path": "/Users/bulkId:u", "data": {"Operations": [{"op": "replace", "path": "name.givenName", "value": "Ada"}]}},
                {"method": "PATCH", "path": "/Groups/bulkId:nothing", "data": {"Operations": []}},
                {"method": "DELETE", "path": "/Users/987654"},
                {"method": "DELETE", "path": "/Users/1"},
                {"method": "GET", "path": "/Users/1"},
                {"method": "POST", "path": "/Users/1/../2", "data": {}},
            ],
        });
        let done = scim.post("/scim/v2/Bulk", body).await.expect(200).json();
        let statuses: Vec<&str> = done["Operations"].as_array().expect("a list").iter().map(|one| one["status"].as_str().expect("a status")).collect();
        assert_eq!(statuses, ["201", "201", "400", "200", "400", "404", "403", "400", "400"]);
        assert_eq!(done["Operations"][2]["response"]["scimType"], "invalidValue");
        assert_eq!(done["Operations"][1]["bulkId"], "u");
        assert!(done["Operations"][1]["location"].as_str().is_some_and(|location| location.starts_with(kit.url())));
        assert_eq!(member(&kit, "ada@example.com").await.1, "manager");

        // Two that wait for each other end; the first failure ends the rest when that is asked for.
        let ring = json!({"Operations": [
            {"method": "POST", "path": "/Groups", "bulkId": "a", "data": {"displayName": "a", "members": [{"value": "bulkId:b"}]}},
            {"method": "POST", "path": "/Groups", "bulkId": "b", "data": {"displayName": "b", "members": [{"value": "bulkId:a"}]}},
        ]});
        assert_eq!(scim.post("/scim/v2/Bulk", ring).await.expect(200).json()["Operations"][1]["status"], "400");
        let stop = json!({"failOnErrors": 1, "Operations": [
            {"method": "DELETE", "path": "/Users/987654"}, {"method": "POST", "path": "/Groups", "data": {"displayName": "never"}},
        ]});
        assert_eq!(scim.post("/scim/v2/Bulk", stop).await.expect(200).json()["Operations"].as_array().map(Vec::len), Some(1));
        assert_eq!(scim.get("/scim/v2/Groups").await.json()["totalResults"], 1);

        let one = json!({"method": "DELETE", "path": "/Users/987654"});
        scim.post("/scim/v2/Bulk", json!({"Operations": vec![one.clone(); 1_000]})).await.expect(200);
        scim.post("/scim/v2/Bulk", json!({"Operations": vec![one; 1_001]})).await.expect(413);
        let large = json!({"Operations": [{"method": "POST", "path": "/Users", "data": {"userName": "x".repeat(1024 * 1024)}}]});
        scim.post("/scim/v2/Bulk", large).await.expect(413);
        for wrong in ["{}", "{\"Operations\": 7}", "{\"Operations\": [7]}", "{\"Operations\": [{\"method\": \"POST\"}]}"] {
            let request = scim.request(Method::POST, "/scim/v2/Bulk").header("content-type", "application/scim+json").body(wrong);
            scim.send(request).await.expect(400);
        }
        let deep = format!("{{\"Operations\":[{{\"method\":\"POST\",\"path\":\"/Users\",\"data\":{}1{}}}]}}", "[".repeat(200), "]".repeat(200));
        scim.send(scim.request(Method::POST, "/scim/v2/Bulk").header("content-type", "application/json").body(deep)).await.expect(400);
    }
}
