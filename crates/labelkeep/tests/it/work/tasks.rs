//! Tasks and predictions on the wire.

use labelkeep_testkit::{json, on_both_databases};

use super::{answer, project};

on_both_databases! {
    async fn pages_are_the_same_with_and_without_gaps(kit: Kit) {
        let owner = kit.owner().await;
        let (id, mut tasks) = project(&owner, 25, json!({})).await;
        for gap in [false, true] {
            if gap {
                owner.delete(&format!("/api/tasks/{}/", tasks.remove(12))).await.expect(204);
            }
            let mut seen = Vec::new();
            for page in 1..=3 {
                let list = owner.get(&format!("/api/tasks/?project={id}&page={page}&page_size=10")).await.expect(200).json();
                assert_eq!(list["total"], tasks.len());
                seen.extend(list["tasks"].as_array().expect("a list").iter().filter_map(|task| task["id"].as_i64()));
            }
            assert_eq!(seen, tasks, "gap: {gap}");
            assert_eq!(owner.get(&format!("/api/tasks/?project={id}&page=4&page_size=10")).await.expect(404).json()["detail"], "Invalid page.");
            let newest = owner.get(&format!("/api/projects/{id}/tasks/?page_size=5")).await.expect(200).json();
            assert_eq!(newest[0]["id"].as_i64(), tasks.last().copied());
        }
        let neither = owner.get("/api/tasks/").await.expect(404);
        assert_eq!(neither.json(), json!({ "detail": "Neither project nor view id specified" }));
    }

    async fn lists_are_asked_in_the_query_or_in_a_body(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let ids = |list: &labelkeep_testkit::Value| -> Vec<i64> {
            list["tasks"].as_array().expect("a list").iter().filter_map(|task| task["id"].as_i64()).collect()
        };
        let body = json!({ "project": id, "page_size": 2, "query": { "ordering": ["-tasks:id"] } });
        let list = owner.send(owner.request(reqwest::Method::GET, "/api/tasks/").json(&body)).await.expect(200).json();
        assert_eq!(ids(&list), [tasks[2], tasks[1]]);
        let list = owner.get(&format!("/api/tasks/?project={id}&query=%7B%22ordering%22%3A%5B%22-tasks%3Aid%22%5D%7D&page_size=x")).await.expect(200).json();
        assert_eq!(ids(&list), [tasks[2], tasks[1], tasks[0]]);
        assert_eq!(owner.get(&format!("/api/tasks/?project={id}&page=x")).await.expect(404).json()["detail"], "Invalid page.");
        assert_eq!(owner.get("/api/tasks/?view=7").await.expect(404).json()["detail"], "No View matches the given query.");
        for wrong in ["query=x", "query=%7B%22selectedItems%22%3A%5B1%5D%7D", "ordering=data__text", "resolve_uri=maybe"] {
            owner.get(&format!("/api/tasks/?project={id}&{wrong}")).await.expect(400);
        }
        let plain = format!("/api/projects/{id}/tasks/");
        let page = owner.get(&format!("{plain}?start=1&length=2&include=id")).await.expect(200).json();
        assert_eq!(page, json!([{ "id": tasks[0] }]), "start counts pages from zero");
    }

    async fn one_task_made_changed_read_and_removed(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let made = owner.post("/api/tasks/", json!({ "project": id, "data": { "text": "a" }, "meta": { "k": 1 } })).await.expect(201).json();
        assert_eq!((&made["inner_id"], &made["meta"]), (&json!(1), &json!({ "k": 1 })));
        assert_eq!(owner.post("/api/tasks/", json!({ "data": { "text": "a" } })).await.expect(400).json()["validation_errors"], json!({ "project": ["This field is required."] }));
        let wrong = owner.post("/api/tasks/", json!({ "project": id, "data": { "x": 1 } })).await.expect(400).json();
        assert_eq!(wrong["validation_errors"]["non_field_errors"][0], "\"text\" key is expected in task data [assume: item[\"data\"] = task root with values]");
        let path = format!("/api/tasks/{}/", made["id"]);
        let changed = owner.patch(&path, json!({ "data": { "text": "new" } })).await.expect(200).json();
        assert_eq!((&changed["data"], &changed["annotations"]), (&json!({ "text": "new" }), &json!([])));
        owner.post(&format!("{path}annotations/"), json!({ "result": answer("pos") })).await.expect(201);
        let whole = owner.get(&path).await.expect(200).json();
        assert_eq!(whole["annotations"][0]["completed_by"]["email"], "owner@example.com", "an object in the single task");
        let listed = owner.get(&format!("/api/tasks/?project={id}&fields=all")).await.json();
        assert!(listed["tasks"][0]["annotations"][0]["completed_by"].is_number(), "a number in lists");
        owner.delete(&path).await.expect(204);
        owner.get(&path).await.expect(404);
    }

    async fn predictions_are_expanded_counted_and_removed(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        let made = owner.post("/api/predictions/", json!({ "task": tasks[0], "result": { "label": "pos" }, "score": 0.5, "model_version": "v1" })).await.expect(201).json();
        assert_eq!(made["result"][0]["value"], json!({ "choices": ["pos"] }));
        let path = format!("/api/projects/{id}/import/predictions");
        let unnamed = owner.post(&path, json!([{ "task": tasks[1], "result": answer("neg"), "score": "0.25" }])).await.expect(201);
        assert_eq!(unnamed.json(), json!({ "created": 1 }));
        let listed = owner.get(&format!("/api/predictions/?task={}", tasks[1])).await.json();
        assert_eq!((&listed[0]["model_version"], &listed[0]["score"]), (&json!("undefined"), &json!(0.25)));
        owner.delete(&format!("/api/predictions/{}/", listed[0]["id"])).await.expect(204);
        let body = json!([{ "task": tasks[1], "result": answer("neg"), "model_version": "v1" }]);
        assert_eq!(owner.post(&path, body).await.expect(201).json(), json!({ "created": 1 }));
        owner.post(&path, json!([{ "task": tasks[1], "result": [] }, { "task": 1_000_000, "result": [] }])).await.expect(400);
        let versions = format!("/api/projects/{id}/model-versions/");
        assert_eq!(owner.get(&versions).await.json(), json!({ "v1": 2 }));
        let request = owner.with_csrf(owner.request(reqwest::Method::DELETE, &versions)).json(&json!({ "model_version": "v1" }));
        assert_eq!(owner.send(request).await.expect(200).json(), json!({ "deleted_predictions": 2 }));
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["total_predictions_number"], 0);
        // What lies in the trash goes, too, and is not counted a second time.
        let body = json!([{ "task": tasks[0], "result": answer("neg"), "model_version": "v2" }, { "task": tasks[1], "result": answer("neg"), "model_version": "v2" }]);
        owner.post(&path, body).await.expect(201);
        let gone = owner.post(&format!("/api/dm/actions/?project={id}&id=delete_tasks"), json!({ "selectedItems": { "all": false, "included": [tasks[1]] } })).await.expect(200).json();
        let request = owner.with_csrf(owner.request(reqwest::Method::DELETE, &versions)).json(&json!({ "model_version": "v2" }));
        assert_eq!(owner.send(request).await.expect(200).json(), json!({ "deleted_predictions": 2 }));
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["total_predictions_number"], 0);
        owner.post(&format!("/api/dm/trash/{}/restore/", gone["trash"]), json!({})).await.expect(200);
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["total_predictions_number"], 0);
        assert_eq!((owner.get(&versions).await.json(), &owner.get(&format!("/api/tasks/{}/", tasks[1])).await.json()["total_predictions"]), (json!({}), &json!(0)));
        assert_eq!(owner.post("/api/predictions/", json!({ "task": tasks[0] })).await.expect(400).json()["validation_errors"], json!({ "result": ["This field is required."] }));
    }
}
