use labelkeep_testkit::{Value, json, on_both_databases};

use super::{annotate, id_of, ids, join, team};
use crate::work::{answer, project};

on_both_databases! {
    async fn sec_117_an_annotator_sees_a_task_as_if_they_worked_alone(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 2, json!({ "maximum_annotations": 3 })).await;
        join(&team.manager, id, &[&team.annotator, &team.reviewer]).await;
        let (annotator, me) = (&team.annotator, id_of(&team.annotator).await);
        let theirs = annotate(&team.reviewer, tasks[0], "neg").await["id"].as_i64().expect("an id");
        let skip = json!({ "result": [], "was_cancelled": true });
        team.manager.post(&format!("/api/tasks/{}/annotations/", tasks[0]), skip).await.expect(201);
        let draft = json!({ "result": answer("neg") });
        let draft = team.reviewer.post(&format!("/api/tasks/{}/drafts", tasks[1]), draft).await.expect(201).json()["id"].clone();

        // Before they have done anything, nobody has.
        let untouched = |task: &Value| {
            assert_eq!((&task["total_annotations"], &task["cancelled_annotations"], &task["is_labeled"]), (&json!(0), &json!(0), &json!(false)));
            assert_eq!((&task["annotators"], &task["annotations_ids"], &task["draft_exists"]), (&json!([]), &json!(""), &json!(false)));
            assert_eq!((&task["updated_by"], &task["drafts"], &task["avg_lead_time"]), (&json!([]), &json!([]), &json!(null)));
        };
        let list = annotator.get(&format!("/api/tasks/?project={id}&fields=all")).await.expect(200).json();
        for task in list["tasks"].as_array().expect("tasks") {
            untouched(task);
            assert_eq!(task["annotations"], json!([]));
        }
        assert_eq!((&list["total_annotations"], &list["total"]), (&json!(0), &json!(2)));
        untouched(&annotator.get(&format!("/api/tasks/?project={id}")).await.json()["tasks"][0]);
        untouched(&annotator.get(&format!("/api/tasks/{}/", tasks[0])).await.expect(200).json());
        for task in annotator.get(&format!("/api/projects/{id}/tasks/")).await.expect(200).json().as_array().expect("tasks") {
            assert_eq!((&task["annotations"], &task["total_annotations"], &task["updated_by"]), (&json!([]), &json!(0), &json!(null)));
        }
        assert_eq!(annotator.get(&format!("/api/tasks/{}/annotations/", tasks[0])).await.json(), json!([]));
        assert_eq!(annotator.get(&format!("/api/tasks/{}/drafts", tasks[1])).await.json(), json!([]));
        assert_eq!(annotator.get(&format!("/api/projects/{id}/annotators/")).await.json(), json!([]));
        let summary = annotator.get(&format!("/api/projects/{id}/summary/")).await.expect(200).json();
        assert_eq!((&summary["created_annotations"], &summary["created_labels"]), (&json!({}), &json!({})));
        annotator.get(&format!("/api/annotations/{theirs}/")).await.expect(404);
        annotator.get(&format!("/api/annotations/{theirs}/history")).await.expect(404);
        annotator.delete(&format!("/api/annotations/{theirs}/")).await.expect(404);
        annotator.get(&format!("/api/drafts/{draft}/")).await.expect(404);
        let next = annotator.get(&format!("/api/projects/{id}/next/")).await.expect(200).json();
        assert_eq!((&next["annotations"], &next["total_annotations"], &next["annotators"]), (&json!([]), &json!(0), &json!([])));
        let one = annotator.get(&format!("/api/projects/{id}/")).await.json();
        for name in ["total_annotations_number", "skipped_annotations_number", "num_tasks_with_annotations", "finished_task_number", "useful_annotation_number"] {
            assert_eq!(one[name], 0, "{name}");
        }
        assert_eq!(annotator.get("/api/projects/counts/").await.json()["results"][0]["total_annotations_number"], 0);

        // Their own work they see, and the others see all of it.
        let mine = annotate(annotator, tasks[0], "pos").await;
        let task = annotator.get(&format!("/api/tasks/{}/", tasks[0])).await.json();
        assert_eq!((&task["annotators"], &task["total_annotations"], &task["is_labeled"]), (&json!([me]), &json!(1), &json!(true)));
        assert_eq!(ids(&task["annotations"]), vec![mine["id"].as_i64().expect("an id")]);
        assert_eq!(annotator.get(&format!("/api/projects/{id}/")).await.json()["total_annotations_number"], 1);
        assert_eq!(annotator.get(&format!("/api/projects/{id}/annotators/")).await.json().as_array().map(Vec::len), Some(1));
        let whole = team.reviewer.get(&format!("/api/tasks/{}/", tasks[0])).await.json();
        assert_eq!((&whole["total_annotations"], &whole["cancelled_annotations"]), (&json!(2), &json!(1)));
        assert_eq!(team.manager.get(&format!("/api/projects/{id}/")).await.json()["total_annotations_number"], 2);

        // Somebody corrects it: by whom, the annotator is not told.
        let path = format!("/api/annotations/{}/", mine["id"]);
        team.reviewer.patch(&path, json!({ "result": answer("neg") })).await.expect(200);
        let seen = annotator.get(&path).await.expect(200).json();
        assert_eq!((&seen["updated_by"], &seen["completed_by"]), (&json!(null), &json!(me)));
        let history = annotator.get(&format!("/api/annotations/{}/history", mine["id"])).await.expect(200).json();
        assert_eq!((&history[0]["by"], &history[1]["by"]["id"]), (&json!(null), &json!(me)));
    }

    async fn sec_116_seeing_exporting_and_changing_the_work_of_others_are_permissions_of_their_own(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 1, json!({ "maximum_annotations": 3 })).await;
        join(&team.manager, id, &[&team.annotator]).await;
        let annotator = &team.annotator;
        let theirs = annotate(&team.manager, tasks[0], "neg").await["id"].clone();
        let mine = annotate(annotator, tasks[0], "pos").await["id"].clone();
        let switch = async |key: &str, roles: Value| {
            let body = json!({ "permission": key, "roles": roles });
            team.owner.post("/api/organizations/1/permissions", body).await.expect(201);
        };
        // Exporting alone gives what one sees.
        switch("export_data", json!(["AD", "MA", "AN"])).await;
        let export = format!("/api/projects/{id}/export?exportType=JSON");
        let file = annotator.get(&export).await.expect(200).json();
        assert_eq!((file[0]["annotations"].as_array().map(Vec::len), &file[0]["annotations"][0]["id"]), (Some(1), &mine));
        assert_eq!((&file[0]["total_annotations"], &file[0]["cancelled_annotations"]), (&json!(1), &json!(0)));
        assert_eq!(team.manager.get(&export).await.json()[0]["annotations"].as_array().map(Vec::len), Some(2));
        // Seeing does not mean changing.
        switch("view_others_annotations", json!(["AD", "MA", "RE", "AN"])).await;
        annotator.get(&format!("/api/annotations/{theirs}/")).await.expect(200);
        annotator.patch(&format!("/api/annotations/{theirs}/"), json!({ "lead_time": 1.0 })).await.expect(403);
        annotator.delete(&format!("/api/annotations/{theirs}/")).await.expect(403);
        annotator.post(&format!("/api/annotations/{theirs}/convert-to-draft"), json!({})).await.expect(403);
        assert_eq!(annotator.get(&export).await.json()[0]["annotations"].as_array().map(Vec::len), Some(2));
        annotator.delete(&format!("/api/tasks/{}/", tasks[0])).await.expect(403);
        annotator.delete(&format!("/api/annotations/{mine}/")).await.expect(204);
    }

    async fn sec_119_what_one_may_not_write_is_not_taken(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 2, json!({ "maximum_annotations": 3, "task_data_login": "reader" })).await;
        join(&team.manager, id, &[&team.annotator]).await;
        let (annotator, me, manager) = (&team.annotator, id_of(&team.annotator).await, id_of(&team.manager).await);
        let body = json!({ "result": answer("pos"), "completed_by": manager, "ground_truth": true });
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let made = annotator.post(&path, body.clone()).await.expect(201).json();
        assert_eq!((&made["completed_by"], &made["ground_truth"]), (&json!(me), &json!(false)));
        let one = format!("/api/annotations/{}/", made["id"]);
        let changed = annotator.patch(&one, json!({ "completed_by": manager, "ground_truth": true, "lead_time": 2.0 })).await.expect(200).json();
        assert_eq!((&changed["completed_by"], &changed["ground_truth"], &changed["lead_time"]), (&json!(me), &json!(false), &json!(2.0)));
        let taken = team.manager.patch(&one, json!({ "ground_truth": true })).await.expect(200).json();
        assert_eq!(taken["ground_truth"], true);
        // SEC-118: settings of the data's server are for those who change them.
        assert_eq!(annotator.get(&format!("/api/projects/{id}/")).await.json()["task_data_login"], json!(null));
        assert_eq!(team.manager.get(&format!("/api/projects/{id}/")).await.json()["task_data_login"], "reader");
        annotator.patch(&format!("/api/projects/{id}/"), json!({ "title": "Mine now" })).await.expect(403);
        annotator.patch(&format!("/api/tasks/{}/", tasks[0]), json!({ "overlap": 1 })).await.expect(403);
        annotator.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.expect(403);
    }
}
