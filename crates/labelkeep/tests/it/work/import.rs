//! Import and export: all of a request or nothing.

use labelkeep_testkit::{Client, Reply, json, on_both_databases};
use reqwest::Method;
use reqwest::multipart::{Form, Part};

use super::{answer, project};

pub(crate) async fn upload(client: &Client, project: i64, files: &[(&str, &[u8])]) -> Reply {
    let mut form = Form::new();
    for (name, bytes) in files {
        form = form.part("file", Part::bytes(bytes.to_vec()).file_name((*name).to_owned()));
    }
    let request = client
        .with_csrf(client.request(Method::POST, &format!("/api/projects/{project}/import")))
        .multipart(form);
    client.send(request).await
}

on_both_databases! {
    async fn what_a_broken_off_import_left_is_removed_at_the_next_start(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 2, json!({})).await;
        let write = |sql: &'static str| {
            let db = kit.services().db.clone();
            async move { db.write(move |tx| Box::pin(async move { tx.execute(sql, vec![]).await })).await.expect("written") }
        };
        // As the server leaves it that is killed in the middle: rows of a pending import, last heard of in 2001.
        write("INSERT INTO task_import (id, project_id, account_id, pending, status, created_at, updated_at)
               SELECT 900, id, created_by, TRUE, 'in_progress', 1000000000000000, 1000000000000000 FROM project").await;
        write("INSERT INTO task (project_id, inner_id, data, import_id, created_at, updated_at)
               SELECT project_id, 100 + id, data, 900, created_at, updated_at FROM task").await;
        assert_eq!(owner.get(&format!("/api/tasks/?project={id}")).await.json()["total"], 2);
        kit.restart().await;
        let db = kit.services().db.clone();
        kit.until("the rows are gone", || async {
            db.one::<(i64,)>("SELECT COUNT(*) FROM task", vec![]).await.expect("a count").0 == 2
        }).await;
        // The row is settled in a write of its own, after the last of the tasks.
        kit.until("the import is settled", || async {
            !db.one::<(bool,)>("SELECT pending FROM task_import WHERE id = 900", vec![]).await.expect("a row").0
        }).await;
    }

    async fn files_of_tables_and_text_become_tasks(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let csv = upload(&owner, id, &[("a.csv", b"text,n\none,1\ntwo,2\n")]).await.expect(201).json();
        assert_eq!((&csv["task_count"], &csv["found_formats"], &csv["could_be_tasks_list"]), (&json!(2), &json!({ ".csv": 1 }), &json!(true)));
        assert_eq!(csv["data_columns"], json!(["n", "text"]));
        upload(&owner, id, &[("a.txt", "plain line\nanother \u{1f600}\n".as_bytes())]).await.expect(201);
        let tasks = owner.get(&format!("/api/tasks/?project={id}")).await.json();
        assert_eq!(tasks["tasks"][0]["data"], json!({ "text": "one", "n": 1 }));
        assert_eq!(tasks["tasks"][3]["data"], json!({ "text": "another \u{1f600}" }), "the placeholder is shown under the only key");
    }

    async fn a_file_that_is_read_again_keeps_its_number(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let csv = upload(&owner, id, &[("a.csv", b"text,n\none,1\ntwo,2\n")]).await.expect(201).json();
        let path = format!("/api/projects/{id}/reimport");
        for (as_list, tasks) in [(false, 1), (true, 2)] {
            let body = json!({ "file_upload_ids": csv["file_upload_ids"], "files_as_tasks_list": as_list });
            let again = owner.post(&path, body).await.expect(201).json();
            assert_eq!((&again["task_count"], &again["file_upload_ids"]), (&json!(tasks), &csv["file_upload_ids"]));
            assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 1 + tasks, "the first ones are gone");
        }
        owner.post(&path, json!({})).await.expect(200);
        let upload = format!("/api/import/file-upload/{}", csv["file_upload_ids"][0]);
        let shown = owner.get(&upload).await.expect(200).json();
        assert_eq!(owner.patch(&upload, json!({})).await.expect(200).json(), shown);
        let stored = owner.get(&format!("/storage-data/uploaded/?filepath={}", shown["file"].as_str().expect("a name"))).await.expect(200);
        assert_eq!((stored.text.as_str(), stored.header("content-type")), ("text,n\none,1\ntwo,2\n", "text/csv; charset=utf-8"));
        let uploads = format!("/api/projects/{id}/file-uploads");
        for (ids, deleted) in [(json!([999]), 0), (json!([999, csv["file_upload_ids"][0]]), 1)] {
            let request = owner.with_csrf(owner.request(Method::DELETE, &uploads)).json(&json!({ "file_upload_ids": ids }));
            assert_eq!(owner.send(request).await.expect(200).json(), json!({ "deleted": deleted }));
        }
    }

    async fn a_file_that_is_not_committed_is_counted_and_kept(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let form = Form::new().part("file", Part::bytes(b"text\na\nb\n".to_vec()).file_name("a.csv"));
        let path = format!("/api/projects/{id}/import?commit_to_project=false");
        let summary = owner.send(owner.with_csrf(owner.request(Method::POST, &path)).multipart(form)).await.expect(201).json();
        assert_eq!((&summary["task_count"], &summary["annotation_count"]), (&json!(2), &json!(null)));
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
        assert_eq!(owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.json()[0]["id"], summary["file_upload_ids"][0]);
    }

    async fn a_picture_is_kept_served_in_ranges_and_sandboxed(kit: Kit) {
        let owner = kit.owner().await;
        let made = owner.post("/api/projects/", json!({ "label_config": "<View><Image name=\"i\" value=\"$image\"/></View>" })).await.expect(201).json();
        let id = made["id"].as_i64().expect("an id");
        let png = b"\x89PNG\r\n\x1a\n0123456789";
        let summary = upload(&owner, id, &[("a b.png", png)]).await.expect(201).json();
        let task = owner.get(&format!("/api/tasks/?project={id}")).await.json()["tasks"][0].clone();
        let url = task["data"]["image"].as_str().expect("an address").to_owned();
        assert!(url.starts_with(&format!("/data/upload/{id}/")) && url.ends_with("-a_b.png"), "{url}");
        let reply = owner.get(&url).await.expect(200);
        assert_eq!((reply.header("content-type"), reply.header("x-content-type-options")), ("image/png", "nosniff"));
        assert!(reply.header("content-security-policy").contains("sandbox"));
        let part = owner.send(owner.request(Method::GET, &url).header("range", "bytes=1-3")).await.expect(206);
        assert_eq!((part.text.as_str(), part.header("content-range")), ("PNG", "bytes 1-3/18"));
        kit.anonymous().get(&url).await.expect(401);
        owner.get(&format!("/data/upload/{id}/nothing.png")).await.expect(404);
        let uploads = format!("/api/projects/{id}/file-uploads");
        assert_eq!(owner.get(&uploads).await.json(), json!([]), "nothing unless asked for");
        assert_eq!(owner.get(&format!("{uploads}?all=true")).await.json()[0]["id"], summary["file_upload_ids"][0]);
    }

    async fn a_bad_file_leaves_nothing_behind(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        for (name, bytes, part) in [
            ("a.csv", b"text,n\none,1\ntwo,2,3\n".as_slice(), "Error in line 3"),
            ("a.json", b"[{\"text\": \"a\"}, {\"wrong\": 1}]", "Error at item 1: \"text\" key is expected in task data"),
            ("a.json", b"{\"text\": \"a\"}\n{\"text\": \"b\"}", "Trailing data"),
            ("a.exe", b"MZ", ".exe extension is not supported"),
            ("a.png", b"<html>", "is not a .png file"),
            ("a.json", b"[]", "No tasks added"),
        ] {
            let reply = upload(&owner, id, &[(name, bytes)]).await.expect(400).json();
            let text = reply["validation_errors"]["non_field_errors"][0].as_str().expect("a text").to_owned();
            assert!(text.contains(part), "{name}: {text}");
        }
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 0);
        assert_eq!(owner.get(&format!("/api/projects/{id}/file-uploads?all=true")).await.json(), json!([]));
    }

    async fn an_import_that_fails_late_is_removed_as_a_whole(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 5, json!({})).await;
        let mut items: Vec<_> = (0..5_000).map(|number| json!({ "text": number.to_string() })).collect();
        items.push(json!({ "wrong": true }));
        owner.post(&format!("/api/projects/{id}/import"), json!(items)).await.expect(400);
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["task_number"], 5);
        assert_eq!(owner.get(&format!("/api/tasks/?project={id}")).await.json()["tasks"].as_array().map(Vec::len), Some(5));
        let summary = owner.get(&format!("/api/projects/{id}/summary/")).await.json();
        assert_eq!(summary["all_data_columns"], json!({ "text": 5 }));
    }

    async fn annotations_and_predictions_come_in_with_their_counters(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let items: Vec<_> = (0..2_500).map(|number| json!({
            "data": { "text": number.to_string() },
            "annotations": [{ "result": answer("pos"), "completed_by": { "email": "owner@example.com" }, "id": number }],
            "predictions": [{ "result": answer("neg"), "score": "0.25", "model_version": "m1" }],
        })).collect();
        let reply = owner.post(&format!("/api/projects/{id}/import"), json!(items)).await.expect(201).json();
        assert_eq!((&reply["task_count"], &reply["annotation_count"], &reply["prediction_count"]), (&json!(2500), &json!(2500), &json!(2500)));
        let project = owner.get(&format!("/api/projects/{id}/")).await.json();
        for (name, value) in [("task_number", 2500), ("finished_task_number", 2500), ("ground_truth_number", 2500), ("total_predictions_number", 2500), ("queue_done", 2500)] {
            assert_eq!(project[name], value, "{name}");
        }
        assert_eq!(project["model_version"], "m1");
        let unknown = json!([{ "data": { "text": "a" }, "annotations": [{ "result": [], "completed_by": { "email": "nobody@example.com" } }] }]);
        let refused = owner.post(&format!("/api/projects/{id}/import"), unknown).await.expect(400);
        assert!(refused.text.contains("Unknown annotator's email nobody@example.com"));
    }

    async fn preannotated_fields_become_predictions(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        owner.post(&format!("/api/projects/{id}/import?preannotated_from_fields=label"), json!([{ "text": "a", "label": "pos" }])).await.expect(201);
        let task = owner.get(&format!("/api/tasks/?project={id}&fields=all")).await.json()["tasks"][0].clone();
        assert_eq!(task["data"], json!({ "text": "a" }));
        assert_eq!(task["predictions"][0]["result"][0]["value"], json!({ "choices": ["pos"] }));
    }

    async fn a_round_trip_through_json_keeps_everything(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos"), "lead_time": 2.5 })).await.expect(201);
        let export = format!("/api/projects/{id}/export");
        let reply = owner.get(&export).await.expect(200);
        assert_eq!(reply.header("content-type"), "application/.json");
        assert!(reply.header("filename").starts_with(&format!("project-{id}-at-")) && reply.header("content-disposition").contains("attachment"));
        assert_eq!(reply.json().as_array().map(Vec::len), Some(1), "only annotated tasks");
        let all = owner.get(&format!("{export}?exportType=JSON&download_all_tasks=true")).await.expect(200).json();
        assert_eq!(all.as_array().map(Vec::len), Some(3));
        let (copy, _) = project(&owner, 0, json!({})).await;
        owner.post(&format!("/api/projects/{copy}/import"), all.clone()).await.expect(201);
        let again = owner.get(&format!("/api/projects/{copy}/export?download_all_tasks=true")).await.expect(200).json();
        for (left, right) in all.as_array().expect("a list").iter().zip(again.as_array().expect("a list")) {
            assert_eq!(left["data"], right["data"]);
            assert_eq!(left["annotations"][0]["result"], right["annotations"][0]["result"]);
            assert_eq!(left["annotations"][0]["lead_time"], right["annotations"][0]["lead_time"]);
        }
        let one = owner.get(&format!("{export}?ids[]={}", tasks[1])).await.expect(200).json();
        assert_eq!(one[0]["id"], tasks[1]);
        owner.get(&format!("{export}?exportType=NOPE")).await.expect(400);
        owner.get(&format!("{export}?ids[]=x")).await.expect(400);
        let formats = owner.get(&format!("{export}/formats")).await.expect(200).json();
        assert_eq!(formats[0]["name"], "JSON");
    }
}
