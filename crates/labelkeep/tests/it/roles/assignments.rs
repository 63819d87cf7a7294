use labelkeep_testkit::{Value, json, on_both_databases};

use super::{annotate, id_of, ids, join, team};
use crate::data_manager::line;
use crate::work::import::upload;
use crate::work::project;

const IMAGE: &str = r#"<View><Image name="i" value="$image"/></View>"#;

on_both_databases! {
    async fn sec_117_with_manual_assignment_annotators_see_their_tasks_alone(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 5, json!({ "assignment": "manual" })).await;
        join(&team.manager, id, &[&team.annotator, &team.reviewer]).await;
        let path = format!("/api/projects/{id}/");
        let one = team.manager.get(&path).await.json();
        assert_eq!((&one["assignment"], &one["assignment_settings"]["label_stream_task_distribution"]), (&json!("manual"), &json!("assigned_only")));
        let (annotator, me) = (&team.annotator, id_of(&team.annotator).await);
        assert_eq!(annotator.get(&path).await.expect(200).json()["task_number"], 0);
        annotator.get(&format!("/api/tasks/{}/", tasks[1])).await.expect(404);
        annotator.get(&format!("/api/tasks/{}/annotations/", tasks[1])).await.expect(404);

        let assignees = |task: i64| format!("{path}tasks/{task}/assignees");
        let given = team.reviewer.post(&assignees(tasks[1]), json!({ "type": "AN", "users": [me] })).await.expect(201).json();
        assert_eq!((&given["task"], &given["assignee"], &given["type"]), (&json!(tasks[1]), &json!(me), &json!("AN")));
        assert_eq!(given["assignments"].as_array().map(Vec::len), Some(1));
        team.manager.post(&assignees(tasks[3]), json!({ "type": "AN", "users": [me] })).await.expect(201);
        annotator.get(&format!("/api/tasks/{}/", tasks[1])).await.expect(200);
        annotator.get(&format!("/api/tasks/{}/", tasks[2])).await.expect(404);
        let list = annotator.get(&format!("/api/tasks/?project={id}")).await.expect(200).json();
        assert_eq!((ids(&list["tasks"]), &list["total"]), (vec![tasks[1], tasks[3]], &json!(2)));
        assert_eq!(ids(&annotator.get(&format!("{path}tasks/")).await.expect(200).json()), vec![tasks[3], tasks[1]]);
        assert_eq!(annotator.get(&format!("{path}neighbour/?task={}", tasks[1])).await.json()["id"], tasks[3]);
        assert_eq!(annotator.get(&format!("{path}neighbour/?task={}", tasks[3])).await.json()["id"], json!(null));
        assert_eq!(annotator.get(&path).await.json()["task_number"], 2);
        assert_eq!(team.reviewer.get(&format!("/api/tasks/?project={id}")).await.json()["total"], 5);

        // Who may give out what.
        annotator.post(&assignees(tasks[1]), json!({ "type": "AN", "users": [me] })).await.expect(403);
        let reviewer = id_of(&team.reviewer).await;
        team.reviewer.post(&assignees(tasks[1]), json!({ "type": "RE", "users": [reviewer] })).await.expect(403);
        team.manager.post(&assignees(tasks[1]), json!({ "type": "RE", "users": [reviewer] })).await.expect(201);
        team.manager.post(&assignees(tasks[1]), json!({ "type": "RE", "users": [me] })).await.expect(400);
        team.manager.post(&assignees(tasks[1]), json!({ "type": "XX", "users": [me] })).await.expect(400);
        assert_eq!(team.manager.get(&assignees(tasks[1])).await.expect(200).json().as_array().map(Vec::len), Some(2));
        assert_eq!(ids(&annotator.get(&assignees(tasks[1])).await.expect(200).json()).len(), 1, "only their own");
        annotator.get(&assignees(tasks[2])).await.expect(404);

        team.manager.patch(&assignees(tasks[1]), json!({ "type": "AN", "users": [] })).await.expect(200);
        annotator.get(&format!("/api/tasks/{}/", tasks[1])).await.expect(404);
        team.manager.delete(&format!("{}?type=AN&users={me}", assignees(tasks[3]))).await.expect(204);
        assert_eq!(annotator.get(&format!("/api/tasks/?project={id}")).await.json()["total"], 0);
        // Back to the queue for all.
        let body = json!({ "assignment_settings": { "label_stream_task_distribution": "auto_distribution" } });
        assert_eq!(team.manager.patch(&path, body).await.expect(200).json()["assignment"], "automatic");
        annotator.get(&format!("/api/tasks/{}/", tasks[1])).await.expect(200);
        team.manager.patch(&path, json!({ "assignment": "by lot" })).await.expect(400);
    }

    async fn with_manual_assignment_the_queue_gives_what_is_assigned_until_it_is_done(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 4, json!({ "assignment": "manual", "skip_queue": "REQUEUE_FOR_ME" })).await;
        join(&team.manager, id, &[&team.annotator, &team.reviewer]).await;
        let (one, two) = (&team.annotator, &team.reviewer);
        let path = format!("/api/projects/{id}/next/");
        one.get(&path).await.expect(404);
        let people = [id_of(one).await, id_of(two).await];
        let body = json!({ "type": "AN", "users": people, "selectedItems": { "all": false, "included": [tasks[1], tasks[2], tasks[3]] } });
        team.manager.post(&format!("/api/projects/{id}/tasks/assignees"), body).await.expect(200);
        // The overlap is one, and both get each: neither it nor reservations count.
        let next = one.get(&path).await.expect(200).json();
        assert_eq!((&next["id"], &next["queue"]), (&json!(tasks[1]), &json!("Manually assigned queue")));
        assert_eq!(one.get(&path).await.expect(200).json()["id"], tasks[1], "until it is done");
        assert_eq!(one.get(&format!("{path}?exclude={}", tasks[1])).await.expect(200).json()["id"], tasks[2], "fetched ahead");
        assert_eq!(two.get(&path).await.expect(200).json()["id"], tasks[1]);
        annotate(one, tasks[1], "pos").await;
        annotate(two, tasks[1], "neg").await;
        let skip = json!({ "result": [], "was_cancelled": true });
        assert_eq!(one.get(&path).await.expect(200).json()["id"], tasks[2]);
        one.post(&format!("/api/tasks/{}/annotations/", tasks[2]), skip).await.expect(201);
        let draft = json!({ "result": [], "was_postponed": true });
        assert_eq!(one.get(&path).await.expect(200).json()["id"], tasks[3]);
        one.post(&format!("/api/tasks/{}/drafts", tasks[3]), draft).await.expect(201);
        // At the end: what was put off, then what was skipped.
        let last = one.get(&path).await.expect(200).json();
        assert_eq!((&last["id"], &last["queue"]), (&json!(tasks[3]), &json!("Manually assigned queue & Postponed draft queue")));
        annotate(one, tasks[3], "pos").await;
        let drafts = one.get(&format!("/api/tasks/{}/drafts", tasks[3])).await.json();
        for draft in ids(&drafts) {
            one.delete(&format!("/api/drafts/{draft}/")).await.expect(204);
        }
        assert_eq!(one.get(&path).await.expect(200).json()["id"], tasks[2]);
        annotate(one, tasks[2], "pos").await;
        one.get(&path).await.expect(404);
        let mine = one.get(&format!("/api/projects/{id}/")).await.json();
        assert_eq!((&mine["queue_total"], &mine["queue_done"]), (&json!(3), &json!(3)));
        team.manager.get(&path).await.expect(404);
    }

    async fn sec_117_with_manual_assignment_annotators_get_the_files_of_their_tasks_alone(kit: Kit) {
        let team = team(&kit).await;
        let (id, _) = project(&team.manager, 0, json!({ "assignment": "manual", "label_config": IMAGE })).await;
        join(&team.manager, id, &[&team.annotator]).await;
        let files: [(&str, &[u8]); 2] = [("a b.png", b"\x89PNG\r\n\x1a\n1"), ("c.png", b"\x89PNG\r\n\x1a\n2")];
        upload(&team.manager, id, &files).await.expect(201);
        upload(&team.manager, id, &[("tasks.csv", b"image\nhttps://example.com/1.png\n")]).await.expect(201);
        let tasks = team.manager.get(&format!("/api/tasks/?project={id}")).await.json()["tasks"].clone();
        let address = |task: usize| tasks[task]["data"]["image"].as_str().expect("an address").to_owned();
        // The file of the last task is named by no task's data, and holds them all.
        let table = format!("/data/upload/{id}/{}", tasks[2]["file_upload"].as_str().expect("a name"));
        let (annotator, me) = (&team.annotator, id_of(&team.annotator).await);
        for path in [address(0), address(1), table.clone()] {
            team.manager.get(&path).await.expect(200);
            annotator.get(&path).await.expect(404);
        }
        for task in [0, 2] {
            let path = format!("/api/projects/{id}/tasks/{}/assignees", tasks[task]["id"]);
            team.manager.post(&path, json!({ "type": "AN", "users": [me] })).await.expect(201);
        }
        annotator.get(&address(0)).await.expect(200);
        let stored = address(0).replace("/data/", "/storage-data/uploaded/?filepath=");
        annotator.get(&stored).await.expect(200);
        for path in [address(1), table.replace("/data/", "/storage-data/uploaded/?filepath="), table] {
            annotator.get(&path).await.expect(404);
        }
    }

    async fn sec_111_many_tasks_are_assigned_at_once_or_none(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 4, json!({ "assignment": "manual" })).await;
        let (_, foreign) = project(&team.manager, 1, json!({})).await;
        join(&team.manager, id, &[&team.annotator]).await;
        let path = format!("/api/projects/{id}/tasks/assignees");
        let me = id_of(&team.annotator).await;
        let stranger = id_of(&team.reviewer).await;
        let bulk = async |selected: Value| {
            team.manager.post(&path, json!({ "type": "AN", "users": [me], "selectedItems": selected })).await
        };
        // A task of another project, and somebody who is not a member: nothing changes.
        let one = tasks[0];
        let body = json!({ "type": "AN", "users": [me], "selectedItems": { "all": false, "included": [one, foreign[0]] } });
        team.manager.post(&path, body).await.expect(404);
        let body = json!({ "type": "AN", "users": [me, stranger], "selectedItems": { "all": true } });
        team.manager.post(&path, body).await.expect(400);
        assert_eq!(team.annotator.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
        let body = json!({ "type": "AN", "users": [me], "selectedItems": { "all": true, "excluded": [] }, "filters": { "items": [{}] } });
        team.manager.post(&path, body).await.expect(400);

        let done = bulk(json!({ "all": false, "included": [tasks[0], tasks[1]] })).await.expect(200).json();
        assert_eq!(done, json!({ "assignments": 2, "async": false, "task_ids": [tasks[0], tasks[1]] }));
        let done = bulk(json!({ "all": true, "excluded": [tasks[3]] })).await.expect(200).json();
        assert_eq!(done["assignments"], 1, "two were theirs already");
        assert_eq!(team.annotator.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 3);
        // By a filter: those that pass it, and are selected.
        let filters = json!({ "conjunction": "and", "items": [line("inner_id", "greater", "Number", 2)] });
        let body = |selected: Value| json!({ "type": "AN", "users": [me], "selectedItems": selected, "filters": &filters });
        let done = team.manager.post(&path, body(json!({ "all": true, "excluded": [tasks[3]] }))).await.expect(200).json();
        assert_eq!((&done["assignments"], &done["task_ids"]), (&json!(0), &json!([tasks[2]])));
        let done = team.manager.post(&path, body(json!({ "all": false, "included": [tasks[0], tasks[3]] }))).await.expect(200).json();
        assert_eq!((&done["assignments"], &done["task_ids"]), (&json!(1), &json!([tasks[3]])));
        team.manager.post(&path, body(json!({ "all": false, "included": [] }))).await.expect(400);
        // Who leaves the project has no tasks in it.
        team.manager.delete(&format!("/api/projects/{id}/members/?user={me}")).await.expect(204);
        join(&team.manager, id, &[&team.annotator]).await;
        assert_eq!(team.annotator.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
    }
}
