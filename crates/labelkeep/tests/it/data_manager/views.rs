//! Views: kept per project, shared or private, in an order.

use labelkeep_testkit::{Value, json, on_both_databases};

use super::{line, list, task_ids};
use crate::roles::{ids, join, team};
use crate::work::project;

on_both_databases! {
    async fn views_are_kept_ordered_copied_and_reset(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 5, json!({})).await;
        let filters = json!({ "conjunction": "and", "items": [{
            "filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": 0,
            "child_filter": line("data.text", "contains", "String", "TEXT 3"),
        }] });
        let data = json!({ "title": "Mine", "type": "list", "hiddenColumns": { "explore": [], "labeling": [] }, "filters": filters, "ordering": ["-tasks:id"] });
        let made = owner.post("/api/dm/views/", json!({ "project": id, "data": data })).await.expect(201).json();
        assert_eq!((&made["data"], &made["order"], &made["project"], &made["private"]), (&data, &json!(0), &json!(id), &json!(false)));
        let path = format!("/api/dm/views/{}/", made["id"]);
        let listed = owner.get(&format!("/api/tasks/?view={}", made["id"])).await.expect(200).json();
        assert_eq!((task_ids(&listed), &listed["total"]), (vec![tasks[3]], &json!(1)));
        // What is not saved yet replaces what is.
        let unsaved = json!({ "filters": { "conjunction": "and", "items": [] } });
        let listed = list(&owner, id, &unsaved, &format!("&view={}", made["id"])).await.expect(200).json();
        assert_eq!(task_ids(&listed), tasks.iter().rev().copied().collect::<Vec<_>>());

        let copy = owner.post(&format!("{path}duplicate/"), json!({})).await.expect(201).json();
        assert_eq!((&copy["data"]["title"], &copy["data"]["filters"], &copy["order"]), (&json!("Mine (copy)"), &filters, &json!(1)));
        let changed = owner.patch(&path, json!({ "data": { "title": "Other" } })).await.expect(200).json();
        assert_eq!(changed["data"], json!({ "title": "Other", "filters": filters, "ordering": ["-tasks:id"] }), "what is not said stays");
        let cleared = owner.patch(&path, json!({ "data": { "title": "Other", "filters": { "conjunction": "and", "items": [] }, "ordering": [] } })).await.expect(200).json();
        assert_eq!(cleared["data"], json!({ "title": "Other" }));

        owner.post("/api/dm/views/order/", json!({ "project": id, "ids": [copy["id"], made["id"], 999_999] })).await.expect(200);
        let order: Vec<Value> = ids(&owner.get(&format!("/api/dm/views/?project={id}")).await.expect(200).json()).into_iter().map(Value::from).collect();
        assert_eq!(order, [copy["id"].clone(), made["id"].clone()]);
        owner.delete(&path).await.expect(204);
        owner.get(&path).await.expect(404);
        owner.delete(&format!("/api/dm/views/reset/?project={id}")).await.expect(204);
        assert_eq!(owner.get(&format!("/api/dm/views/?project={id}")).await.expect(200).json(), json!([]));
    }

    async fn a_view_that_could_not_be_shown_is_not_kept(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        for (field, data) in [
            ("filters", json!({ "filters": { "conjunction": "and", "items": [{ "filter": "id", "operator": "equal", "type": "Number", "value": 1 }] } })),
            ("filters", json!({ "filters": { "conjunction": "and", "items": [line("project__x", "equal", "Number", 1)] } })),
            ("filters", json!({ "filters": { "conjunction": "xor", "items": [] } })),
            ("ordering", json!({ "ordering": ["tasks:nothing"] })),
            ("selectedItems", json!({ "selectedItems": { "all": true, "included": [1] } })),
        ] {
            let refused = owner.post("/api/dm/views/", json!({ "project": id, "data": data })).await.expect(400).json();
            assert!(refused["validation_errors"][field].is_array(), "{refused}");
        }
    }

    async fn sec_117_views_are_shared_by_managers_and_private_to_the_others(kit: Kit) {
        let team = team(&kit).await;
        let (id, _) = project(&team.owner, 2, json!({})).await;
        join(&team.owner, id, &[&team.manager, &team.annotator, &team.reviewer]).await;
        let body = json!({ "project": id, "data": { "title": "V" } });
        let shared = team.manager.post("/api/dm/views/", body.clone()).await.expect(201).json();
        let own = team.annotator.post("/api/dm/views/", body.clone()).await.expect(201).json();
        assert_eq!((&shared["private"], &own["private"]), (&json!(false), &json!(true)));
        let path = |view: &Value| format!("/api/dm/views/{}/", view["id"]);
        let seen = team.annotator.get(&format!("/api/dm/views/?project={id}")).await.expect(200).json();
        assert_eq!(seen[0]["can_change"], false);
        assert_eq!(ids(&seen).len(), 2);
        team.annotator.patch(&path(&shared), json!({ "data": {} })).await.expect(403);
        team.annotator.delete(&path(&shared)).await.expect(403);
        team.reviewer.get(&path(&own)).await.expect(404);
        team.owner.get(&path(&own)).await.expect(404);
        // Who may not change the shared ones resets only their own.
        team.annotator.delete(&format!("/api/dm/views/reset/?project={id}")).await.expect(204);
        assert_eq!(ids(&team.annotator.get(&format!("/api/dm/views/?project={id}")).await.json()).len(), 1);
        // Outside of the project there are no views.
        let stranger = kit.member(&team.owner, "stranger@example.com").await;
        stranger.get(&path(&shared)).await.expect(404);
        stranger.post("/api/dm/views/", body).await.expect(404);
    }
}
