//! What is done to lists of tasks: actions with their dialogs, jobs, the trash.

use labelkeep_testkit::{Client, Reply, Value, json, on_both_databases};

use super::{line, list, task_ids};
use crate::roles::{annotate, id_of, ids, join, team};
use crate::work::{answer, project};

async fn act(person: &Client, project: i64, action: &str, body: Value) -> Reply {
    person
        .post(&format!("/api/dm/actions/?project={project}&id={action}"), body)
        .await
}

async fn state(person: &Client, project: i64) -> Value {
    person
        .get(&format!("/api/projects/{project}/"))
        .await
        .expect(200)
        .json()
}

/// All counters of a project and its summary, to see that something came back as it was.
async fn counted(person: &Client, project: i64) -> Value {
    let state = state(person, project).await;
    let mut summary = person
        .get(&format!("/api/projects/{project}/summary/"))
        .await
        .expect(200)
        .json();
    summary["created_at"] = Value::Null;
    let names = [
        "task_number",
        "finished_task_number",
        "num_tasks_with_annotations",
        "total_annotations_number",
        "total_predictions_number",
        "skipped_annotations_number",
        "ground_truth_number",
        "useful_annotation_number",
        "queue_total",
        "queue_done",
    ];
    json!([
        names.iter().map(|name| state[name].clone()).collect::<Vec<_>>(),
        summary
    ])
}

/// Ten tasks with annotations, drafts and predictions.
async fn busy(owner: &Client) -> (i64, Vec<i64>) {
    let (id, tasks) = project(owner, 10, json!({})).await;
    annotate(owner, tasks[0], "pos").await;
    annotate(owner, tasks[1], "neg").await;
    owner
        .post(
            &format!("/api/tasks/{}/annotations/", tasks[2]),
            json!({ "result": [], "was_cancelled": true }),
        )
        .await
        .expect(201);
    owner
        .post(
            &format!("/api/tasks/{}/drafts", tasks[3]),
            json!({ "result": answer("pos") }),
        )
        .await
        .expect(201);
    for task in &tasks[..3] {
        owner
            .post(
                "/api/predictions/",
                json!({ "task": task, "result": answer("neg"), "score": 0.5, "model_version": "v1" }),
            )
            .await
            .expect(201);
    }
    (id, tasks)
}

on_both_databases! {
    async fn deleted_tasks_come_back_with_all_that_hung_on_them(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = busy(&owner).await;
        let before = counted(&owner, id).await;
        let whole = list(&owner, id, &json!({}), "&fields=all").await.expect(200).json();
        // All but two of those that a filter leaves.
        let body = json!({ "filters": { "conjunction": "and", "items": [line("inner_id", "less", "Number", 9)] }, "selectedItems": { "all": true, "excluded": [tasks[5], tasks[6]] } });
        let deleted = act(&owner, id, "delete_tasks", body).await.expect(200).json();
        assert_eq!((&deleted["processed_items"], &deleted["reload"], &deleted["detail"]), (&json!(6), &json!(false), &json!("Deleted 6 tasks")));
        assert_eq!(task_ids(&list(&owner, id, &json!({}), "").await.expect(200).json()), [tasks[5], tasks[6], tasks[8], tasks[9]]);
        let now = state(&owner, id).await;
        assert_eq!((&now["task_number"], &now["total_annotations_number"], &now["total_predictions_number"]), (&json!(4), &json!(0), &json!(0)));
        owner.get(&format!("/api/tasks/{}/", tasks[0])).await.expect(404);
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": [] })).await.expect(404);
        let next = owner.get(&format!("/api/projects/{id}/next/")).await.expect(200).json();
        assert_eq!(next["id"], tasks[5], "the queue hands out what is left");
        let trash = owner.get(&format!("/api/dm/trash/?project={id}")).await.expect(200).json();
        assert_eq!((&trash[0]["id"], &trash[0]["kind"], &trash[0]["items"]), (&deleted["trash"], &json!("tasks"), &json!(6)));
        let restore = format!("/api/dm/trash/{}/restore/", deleted["trash"]);
        assert_eq!(owner.post(&restore, json!({})).await.expect(200).json()["processed_items"], 6);
        assert_eq!(counted(&owner, id).await, before);
        let again = list(&owner, id, &json!({}), "&fields=all").await.expect(200).json();
        for (one, other) in again["tasks"].as_array().expect("a list").iter().zip(whole["tasks"].as_array().expect("a list")) {
            for name in ["id", "data", "is_labeled", "total_annotations", "cancelled_annotations", "total_predictions"] {
                assert_eq!(one[name], other[name], "{name}");
            }
            assert_eq!((ids(&one["annotations"]), ids(&one["drafts"]), ids(&one["predictions"])), (ids(&other["annotations"]), ids(&other["drafts"]), ids(&other["predictions"])));
        }
        owner.post(&restore, json!({})).await.expect(409);
    }

    async fn an_empty_project_has_no_views_and_what_is_thrown_away_for_good_is_gone(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = busy(&owner).await;
        owner.post("/api/dm/views/", json!({ "project": id, "data": {} })).await.expect(201);
        let deleted = act(&owner, id, "delete_tasks", json!({})).await.expect(200).json();
        assert_eq!((&deleted["processed_items"], &deleted["reload"]), (&json!(10), &json!(true)));
        assert_eq!(owner.get(&format!("/api/dm/views/?project={id}")).await.json(), json!([]));
        owner.delete(&format!("/api/dm/trash/{}/", deleted["trash"])).await.expect(204);
        assert_eq!(owner.get(&format!("/api/dm/trash/?project={id}")).await.json(), json!([]));
        owner.post(&format!("/api/dm/trash/{}/restore/", deleted["trash"]), json!({})).await.expect(404);
    }

    async fn annotations_and_predictions_are_deleted_and_come_back(kit: Kit) {
        let owner = kit.owner().await;
        let other = kit.member(&owner, "other@example.com").await;
        let (id, tasks) = busy(&owner).await;
        annotate(&other, tasks[0], "pos").await;
        let before = counted(&owner, id).await;
        let of_owner = json!({ "annotator": id_of(&owner).await.to_string() });
        let deleted = act(&owner, id, "delete_tasks_annotations", of_owner).await.expect(200).json();
        assert_eq!(deleted["detail"], "Deleted 3 annotations");
        let left = list(&owner, id, &json!({}), "&fields=all").await.expect(200).json();
        assert_eq!((&left["tasks"][0]["total_annotations"], &left["tasks"][1]["is_labeled"], &left["tasks"][3]["drafts"]), (&json!(1), &json!(false), &json!([])));
        let predictions = act(&owner, id, "delete_tasks_predictions", json!({})).await.expect(200).json();
        assert_eq!(predictions["detail"], "Deleted 3 predictions");
        assert_eq!(state(&owner, id).await["total_predictions_number"], 0);
        for entry in [&deleted["trash"], &predictions["trash"]] {
            owner.post(&format!("/api/dm/trash/{entry}/restore/"), json!({})).await.expect(200);
        }
        assert_eq!(counted(&owner, id).await, before);
        let back = list(&owner, id, &json!({}), "&fields=all").await.expect(200).json();
        assert_eq!((ids(&back["tasks"][0]["annotations"]).len(), ids(&back["tasks"][3]["drafts"]).len(), ids(&back["tasks"][2]["predictions"]).len()), (2, 1, 1));
    }

    async fn annotations_are_made_of_predictions_copied_renamed_and_marked(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = busy(&owner).await;
        let made = act(&owner, id, "predictions_to_annotations", json!({ "model_version": "v1" })).await.expect(200).json();
        assert_eq!(made["detail"], "Created 3 annotations");
        let again = act(&owner, id, "predictions_to_annotations", json!({ "model_version": ["v1"] })).await.expect(200).json();
        assert_eq!(again["detail"], "Created 0 annotations", "what is an annotation already is left out");
        let source = owner.get(&format!("/api/tasks/{}/annotations/", tasks[0])).await.expect(200).json();
        let body = json!({ "source_annotation_id": ids(&source)[0], "selectedItems": { "all": false, "included": [tasks[7], tasks[8]] } });
        assert_eq!(act(&owner, id, "propagate_annotations", body).await.expect(200).json()["detail"], "Created 2 annotations");
        assert_eq!(state(&owner, id).await["total_annotations_number"], 7);
        let renamed = act(&owner, id, "rename_labels", json!({ "control_tag": "label", "old_label_name": "neg", "new_label_name": "bad" })).await.expect(200).json();
        assert_eq!(renamed["detail"], "Updated 4 labels in 4");
        let summary = owner.get(&format!("/api/projects/{id}/summary/")).await.expect(200).json();
        assert_eq!(summary["created_labels"]["label"], json!({ "bad": 4, "pos": 3 }));
        let cached = act(&owner, id, "cache_labels", json!({ "control_tag": "ALL", "with_counters": "Yes", "source": "Annotations" })).await.expect(200).json();
        assert_eq!(cached["processed_items"], 10);
        let page = list(&owner, id, &json!({}), "").await.expect(200).json();
        assert_eq!((&page["tasks"][0]["data"]["cache_all"], &page["tasks"][9]["data"]["cache_all"]), (&json!("bad: 1, pos: 1"), &json!("")));
        let marked = act(&owner, id, "set_ground_truth", json!({ "value": "Yes", "selectedItems": { "all": false, "included": [tasks[0]] } })).await.expect(200).json();
        assert_eq!((&marked["processed_items"], &state(&owner, id).await["ground_truth_number"]), (&json!(1), &json!(1)));
        act(&owner, id, "set_ground_truth", json!({ "value": "No" })).await.expect(200);
        assert_eq!(state(&owner, id).await["ground_truth_number"], 0);
    }

    async fn tasks_are_changed_assigned_copied_and_freed_of_duplicates(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = busy(&owner).await;
        assert_eq!(act(&owner, id, "set_overlap", json!({ "overlap": "2" })).await.expect(200).json()["processed_items"], 10);
        assert_eq!(state(&owner, id).await["finished_task_number"], 0);
        let field = json!({ "value_name": "number", "value_type": "Expression", "value": "range(5)" });
        act(&owner, id, "add_data_field", field).await.expect(200);
        let page = list(&owner, id, &json!({}), "").await.expect(200).json();
        assert_eq!((&page["tasks"][0]["data"]["number"], &page["tasks"][9]["data"]["number"]), (&json!(5), &json!(14)));
        act(&owner, id, "add_data_field", json!({ "value_name": "x", "value_type": "Expression", "value": "exec()" })).await.expect(400);
        let me = id_of(&owner).await;
        let users = json!({ "users": [me], "selectedItems": { "all": false, "included": [tasks[4]] } });
        act(&owner, id, "assign_annotators", users.clone()).await.expect(200);
        let page = list(&owner, id, &json!({ "filters": { "items": [line("assigned", "contains", "List", me)] } }), "").await.expect(200).json();
        assert_eq!((task_ids(&page), &page["tasks"][0]["assigned"]), (vec![tasks[4]], &json!([me])));
        act(&owner, id, "unassign_annotators", users).await.expect(200);
        let (target, _) = project(&owner, 0, json!({})).await;
        let copied = act(&owner, id, "add_to_project", json!({ "project": target, "with_annotations": "Yes" })).await.expect(200).json();
        assert_eq!(copied["processed_items"], 10);
        let there = state(&owner, target).await;
        assert_eq!((&there["task_number"], &there["total_annotations_number"], &there["finished_task_number"]), (&json!(10), &json!(2), &json!(2)));
        // Equal data, in another order of keys; the annotated one stays.
        owner.post(&format!("/api/projects/{target}/import"), json!([{ "number": 7, "text": "text 2" }, { "number": 5, "text": "text 0" }, { "text": "text 0" }])).await.expect(201);
        let copy = task_ids(&list(&owner, target, &json!({}), "").await.expect(200).json())[11];
        annotate(&owner, copy, "neg").await;
        let removed = act(&owner, target, "remove_duplicates", json!({})).await.expect(200).json();
        assert_eq!(removed["processed_items"], 2);
        let there = list(&owner, target, &json!({}), "").await.expect(200).json();
        assert_eq!((&there["total"], &there["tasks"][0]["total_annotations"], &there["total_annotations"]), (&json!(11), &json!(2), &json!(3)));
        owner.post(&format!("/api/dm/trash/{}/restore/", removed["trash"]), json!({})).await.expect(200);
        assert_eq!(state(&owner, target).await["task_number"], 13);
    }

    async fn long_work_is_a_job_that_is_listed_cancelled_and_survives_a_restart(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 20, json!({})).await;
        let request = owner.with_csrf(owner.request(reqwest::Method::POST, &format!("/api/dm/actions/?project={id}&id=set_overlap")));
        let begun = owner.send(request.header("Prefer", "respond-async").json(&json!({ "overlap": 3 }))).await.expect(202).json();
        let path = format!("/api/jobs/{}/", begun["job"]["id"]);
        kit.until("the job is done", || async { owner.get(&path).await.json()["state"] == "done" }).await;
        let job = owner.get(&path).await.expect(200).json();
        assert_eq!((&job["done"], &job["total"], &job["result"]["detail"], &job["can_cancel"]), (&json!(20), &json!(20), &json!("Updated 20 tasks"), &json!(false)));
        assert_eq!(ids(&owner.get(&format!("/api/jobs/?project={id}")).await.expect(200).json()), [job["id"].as_i64().expect("an id")]);
        // As a stop in the middle leaves it: begun, with the first ten tasks done, and nobody who does it.
        kit.execute("UPDATE task SET overlap = 1 WHERE inner_id > 10").await;
        kit.execute("UPDATE job SET state = 'running', finished_at = NULL, result = NULL, lease_until = 9000000000000000, done = 10,
            checkpoint = '{\"after\":10,\"until\":20,\"total\":20,\"done\":10,\"changed\":10,\"items\":0,\"trash\":null}'").await;
        kit.restart().await;
        if kit.engine == labelkeep_testkit::Engine::Postgres {
            // Another replica may be at work there: only the end of its lease says that it is not.
            kit.execute("UPDATE job SET lease_until = 0").await;
        }
        let owner = kit.owner().await;
        kit.until("the job is gone on with", || async { owner.get(&path).await.json()["state"] == "done" }).await;
        assert_eq!(owner.get(&path).await.json()["result"]["detail"], "Updated 20 tasks");
        let threes = list(&owner, id, &json!({ "filters": { "items": [line("overlap", "equal", "Number", 3)] } }), "").await.expect(200).json();
        assert_eq!(threes["total"], 20);
        // One that nobody has begun is ended by its cancellation.
        kit.execute("UPDATE job SET state = 'queued', finished_at = NULL, lease_until = 9000000000000000").await;
        assert_eq!(owner.post(&format!("{path}cancel/"), json!({})).await.expect(200).json()["state"], "cancelled");
    }

    async fn sec_106_actions_are_for_those_whose_role_has_their_permissions(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.owner, 3, json!({})).await;
        join(&team.owner, id, &[&team.manager, &team.reviewer, &team.annotator]).await;
        let names = |list: Value| -> Vec<String> {
            list.as_array().expect("a list").iter().filter_map(|action| action["id"].as_str().map(str::to_owned)).collect()
        };
        let path = format!("/api/dm/actions/?project={id}");
        let of_manager = names(team.manager.get(&path).await.expect(200).json());
        assert!(of_manager.contains(&"delete_tasks".to_owned()) && of_manager.contains(&"assign_annotators".to_owned()));
        assert_eq!(names(team.reviewer.get(&path).await.expect(200).json()), ["assign_annotators", "unassign_annotators"]);
        assert_eq!(names(team.annotator.get(&path).await.expect(200).json()), Vec::<String>::new());
        for action in of_manager.iter().filter(|name| !name.ends_with("_annotators") || name.starts_with("delete")) {
            act(&team.annotator, id, action, json!({})).await.expect(403);
            act(&team.reviewer, id, action, json!({})).await.expect(403);
        }
        assert_eq!(team.owner.post(&format!("/api/dm/actions/?project={id}"), json!({})).await.expect(422).json()["detail"], "No action id \"None\", use ?id=<action-id>");
        act(&team.owner, id, "nope", json!({})).await.expect(400);
        let form = team.manager.get(&format!("/api/dm/actions/delete_tasks_annotations/form/?project={id}")).await.expect(200).json();
        assert_eq!((&form[0]["fields"][0]["name"], &form[0]["fields"][0]["type"], &form[0]["fields"][0]["placeholder"]), (&json!("annotator"), &json!("select"), &json!("All")));
        // What others have deleted, and their jobs, are nobody else's.
        let deleted = act(&team.manager, id, "delete_tasks", json!({ "selectedItems": { "all": false, "included": [tasks[0]] } })).await.expect(200).json();
        assert_eq!(team.annotator.get(&format!("/api/dm/trash/?project={id}")).await.expect(200).json(), json!([]));
        team.annotator.post(&format!("/api/dm/trash/{}/restore/", deleted["trash"]), json!({})).await.expect(403);
        team.annotator.get(&format!("/api/jobs/{}/", deleted["job"])).await.expect(404);
    }

    async fn the_displayed_order_is_labeled_and_a_selection_exported(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 5, json!({})).await;
        annotate(&owner, tasks[4], "pos").await;
        let next = act(&owner, id, "next_task", json!({ "ordering": ["-tasks:id"] })).await.expect(200).json();
        assert_eq!((&next["id"], &next["queue"]), (&json!(tasks[3]), &json!("Data manager order")));
        act(&owner, id, "next_task", json!({ "selectedItems": { "all": false, "included": [tasks[4]] } })).await.expect(404);
        // What the browser holds already is not handed out again, in either spelling.
        for held in [json!([tasks[3], tasks[2]]), json!(format!("{},{}", tasks[3], tasks[2]))] {
            let next = act(&owner, id, "next_task", json!({ "ordering": ["-tasks:id"], "exclude": held })).await.expect(200).json();
            assert_eq!(next["id"], tasks[1]);
        }
        let body = json!({ "format": "JSON", "selectedItems": { "all": true, "excluded": [tasks[0]] } });
        let export = act(&owner, id, "export_selection", body).await.expect(200).json();
        let file = owner.get(export["download"].as_str().expect("an address")).await.expect(200).json();
        assert_eq!(ids(&file), tasks[1..]);
        let other = kit.member(&owner, "other@example.com").await;
        other.get(export["download"].as_str().expect("an address")).await.expect(400);
    }
}
