//! Input that cannot be right gives a 4xx in the envelope, names its field, and changes nothing.

use labelkeep_testkit::{Client, Value, json, on_both_databases};
use reqwest::Method;

use super::{answer, project};

/// Sends a body and expects 400 about this field.
async fn refused(client: &Client, method: &Method, path: &str, body: &Value, field: &str) {
    let reply = client
        .send(client.with_csrf(client.request(method.clone(), path)).json(body))
        .await;
    assert_eq!(reply.status, 400, "{method} {path} {body}: {}", reply.text);
    let errors = reply.json()["validation_errors"].clone();
    assert!(
        errors[field].is_array(),
        "{method} {path} {body} is about {field}: {errors}"
    );
}

on_both_databases! {
    async fn wrong_fields_are_named_on_every_route(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 2, json!({})).await;
        let task = tasks[0];
        let annotations = format!("/api/tasks/{task}/annotations/");
        let made = owner.post(&annotations, json!({ "result": answer("pos"), "lead_time": 2.5 })).await.expect(201).json();
        let draft = owner.post(&format!("/api/tasks/{task}/drafts"), json!({ "result": answer("pos") })).await.expect(201).json();
        let prediction = owner.post("/api/predictions/", json!({ "task": task, "result": answer("neg"), "score": 0.5 })).await.expect(201).json();
        let (post, patch) = (Method::POST, Method::PATCH);
        let of_project = format!("/api/projects/{id}/");
        for (field, value) in [
            ("maximum_annotations", json!(null)), ("maximum_annotations", json!(0)), ("maximum_annotations", json!(1e30)),
            ("overlap_cohort_percentage", json!(101)), ("show_instruction", json!(null)), ("show_instruction", json!("maybe")),
            ("min_annotations_to_start_training", json!(-1)), ("task_data_login", json!("x".repeat(257))), ("pinned_at", json!("x")),
            ("control_weights", json!([1])), ("label_config", json!(null)), ("color", json!("red")), ("title", json!(["a"])),
        ] {
            refused(&owner, &patch, &of_project, &json!({ field: value }), field).await;
            refused(&owner, &post, "/api/projects/", &json!({ field: value }), field).await;
        }
        let of_task = format!("/api/tasks/{task}/");
        for (field, body) in [
            ("data", json!({ "data": null })), ("data", json!({ "data": "text" })), ("data", json!({ "data": [] })),
            ("overlap", json!({ "data": { "text": "a" }, "overlap": 0 })), ("overlap", json!({ "data": { "text": "a" }, "overlap": null })),
            ("non_field_errors", json!({ "data": { "text": "a" }, "meta": 5 })), ("non_field_errors", json!({ "data": { "x": 1 } })),
        ] {
            refused(&owner, &patch, &of_task, &body, field).await;
            refused(&owner, &post, &format!("/api/projects/{id}/tasks/"), &body, field).await;
        }
        let of_annotation = format!("/api/annotations/{}/", made["id"]);
        for (field, value) in [
            ("result", json!(null)), ("result", json!({})), ("result", json!([1])), ("lead_time", json!("x")), ("was_cancelled", json!(null)),
            ("ground_truth", json!(5)), ("completed_by", json!(999)), ("completed_by", json!(null)), ("parent_prediction", json!(999)),
            ("parent_annotation", json!(999)), ("last_action", json!("zz")), ("draft_created_at", json!("x")), ("import_id", json!("x")),
        ] {
            refused(&owner, &patch, &of_annotation, &json!({ field: value }), field).await;
            refused(&owner, &post, &annotations, &json!({ field: value }), field).await;
        }
        let of_draft = format!("/api/drafts/{}/", draft["id"]);
        for (field, value) in [
            ("result", json!(null)), ("result", json!("x")), ("was_postponed", json!(null)), ("lead_time", json!("x")),
            ("annotation", json!(999)), ("annotation", json!("x")),
        ] {
            refused(&owner, &patch, &of_draft, &json!({ field: value }), field).await;
        }
        refused(&owner, &post, &format!("/api/tasks/{task}/drafts"), &json!({ "result": [], "annotation": 999 }), "annotation").await;
        let on_top = owner.post(&format!("/api/tasks/{task}/drafts"), json!({ "result": [], "annotation": made["id"] })).await.expect(201).json();
        assert_eq!(on_top["annotation"], made["id"]);
        let of_prediction = format!("/api/predictions/{}/", prediction["id"]);
        for (field, value) in [
            ("result", json!(null)), ("result", json!([1])), ("score", json!("x")), ("model_version", json!(null)), ("mislabeling", json!(null)),
            ("cluster", json!("x")), ("model", json!(999)), ("model_run", json!(999)),
        ] {
            refused(&owner, &patch, &of_prediction, &json!({ field: value }), field).await;
        }
        for (field, body) in [("task", json!({ "result": [] })), ("task", json!({ "task": 999, "result": [] })), ("result", json!({ "task": task }))] {
            refused(&owner, &post, "/api/predictions/", &body, field).await;
        }
        refused(&owner, &post, &format!("/api/projects/{id}/reimport"), &json!({ "file_upload_ids": [999] }), "file_upload_ids").await;
        refused(&owner, &patch, "/api/session-policy/", &json!({ "max_session_age": null }), "max_session_age").await;
        refused(&owner, &patch, &format!("/api/users/{}/", made["completed_by"]), &json!({ "username": "" }), "username").await;
        // None of it has left a trace.
        let after = owner.get(&of_annotation).await.json();
        for field in ["result", "lead_time", "was_cancelled", "ground_truth", "completed_by", "updated_at", "parent_annotation"] {
            assert_eq!(after[field], made[field], "{field}");
        }
        assert_eq!(owner.get(&of_draft).await.json()["updated_at"], draft["updated_at"]);
        assert_eq!(owner.get(&of_prediction).await.json()["updated_at"], prediction["updated_at"]);
        let project = owner.get(&of_project).await.json();
        assert_eq!((&project["task_number"], &project["total_annotations_number"]), (&json!(2), &json!(1)));
        assert_eq!(owner.get("/api/projects/").await.json()["count"], 1);
    }

    async fn what_is_no_json_object_is_told_with_its_place(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        for path in [format!("/api/projects/{id}/"), format!("/api/tasks/{}/", tasks[0])] {
            for body in ["{", "[", "[1]", "1", "null", "\"a\"", "{\"title\": NaN}", "{\"a\": Infinity}", &"[".repeat(5_000), &"{\"a\":".repeat(5_000), "\u{1}"] {
                let request = owner.with_csrf(owner.request(Method::PATCH, &path)).header("content-type", "application/json");
                let reply = owner.send(request.body(body.to_owned())).await.expect(400).json();
                assert_eq!((&reply["status_code"], &reply["exc_info"]), (&json!(400), &json!(null)), "{reply}");
            }
            let request = owner.with_csrf(owner.request(Method::PATCH, &path)).header("content-type", "text/plain");
            owner.send(request.body("x")).await.expect(415);
        }
    }

    async fn ids_beyond_all_numbers_are_nobodys(kit: Kit) {
        let owner = kit.owner().await;
        for path in ["/api/projects/99999999999999999999/", "/api/tasks/99999999999999999999/", "/api/annotations/9223372036854775807/"] {
            let reply = owner.get(path).await.expect(404);
            assert_eq!(reply.json()["status_code"], 404, "{path}");
        }
        for path in ["/api/projects/-1/", "/api/projects/1.5/", "/api/tasks/x/"] {
            owner.get(path).await.expect(404);
        }
    }
}
