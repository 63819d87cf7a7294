//! Projects: fields, limits, lists, configurations.

use labelkeep_testkit::{json, on_both_databases};

use super::{CONFIG, answer, project};

on_both_databases! {
    async fn an_empty_project_has_the_defaults_of_the_reference(kit: Kit) {
        let owner = kit.owner().await;
        let made = owner.post("/api/projects/", json!({})).await.expect(201).json();
        for (name, value) in [
            ("title", json!("")), ("label_config", json!("<View></View>")), ("maximum_annotations", json!(1)),
            ("sampling", json!("Sequential sampling")), ("skip_queue", json!("REQUEUE_FOR_OTHERS")), ("show_skip_button", json!(true)),
            ("enable_empty_annotation", json!(true)), ("color", json!("#FFFFFF")), ("model_version", json!("")), ("state", json!(null)),
        ] {
            assert_eq!(made[name], value, "{name}");
        }
    }

    async fn bad_fields_are_named_and_change_nothing(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let path = format!("/api/projects/{id}/");
        for (body, field, text) in [
            (json!({ "title": "ab" }), "title", "Ensure this field has at least 3 characters."),
            (json!({ "title": "x".repeat(51) }), "title", "Ensure this field has no more than 50 characters."),
            (json!({ "sampling": "none" }), "sampling", "\"none\" is not a valid choice."),
            (json!({ "model_version": "nope" }), "model_version", "Model version doesn't exist either as live model or as static predictions."),
            (json!({ "maximum_annotations": "many" }), "maximum_annotations", "A valid integer is required."),
            (json!({ "label_config": "<View><Choices name=\"a\" toName=\"b\"><Choice value=\"x\"/></Choices></View>" }), "label_config", "toName=\"b\" not found in names: ['a']"),
        ] {
            let reply = owner.patch(&path, body).await.expect(400).json();
            assert_eq!(reply["validation_errors"][field], json!([text]), "{reply}");
        }
        assert_eq!(owner.get(&path).await.json()["title"], "A project");
    }

    async fn a_configuration_that_orphans_answers_is_refused(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": answer("pos") })).await.expect(201);
        let other = json!({ "label_config": CONFIG.replace("\"label\"", "\"mood\"") });
        let reply = owner.patch(&format!("/api/projects/{id}/"), other).await.expect(400).json();
        let text = reply["validation_errors"]["label_config"][0].as_str().expect("a text").to_owned();
        assert!(text.contains("1 with from_name=label, to_name=text, type=choices"), "{text}");
        let fewer = CONFIG.replace("<Choice value=\"pos\"/>", "");
        let strict = owner.post(&format!("/api/projects/{id}/validate/"), json!({ "label_config": fewer })).await.expect(400).json();
        assert!(strict["validation_errors"]["non_field_errors"][0].as_str().expect("a text").contains("pos (1 annotation)"));
        owner.patch(&format!("/api/projects/{id}/"), json!({ "label_config": fewer })).await.expect(200);
    }

    async fn configurations_are_judged_outside_of_projects(kit: Kit) {
        let owner = kit.owner().await;
        owner.post("/api/projects/validate/", json!({ "label_config": CONFIG })).await.expect(204);
        let bad = owner.post("/api/projects/validate/", json!({ "label_config": "<View><Text/></View>" })).await.expect(400).json();
        assert!(bad["label_config"].is_array(), "the bare map: {bad}");
        kit.anonymous().post("/api/projects/validate/", json!({ "label_config": CONFIG })).await.expect(401);
        for (body, text) in [(json!({}), "This field is required."), (json!({ "label_config": "" }), "This field may not be blank.")] {
            assert_eq!(owner.post("/api/projects/validate/", body).await.expect(400).json(), json!({ "label_config": [text] }));
        }
    }

    async fn a_sample_task_is_bare_data_or_a_whole_task(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let path = format!("/api/projects/{id}/sample-task/");
        let bare = owner.post(&path, json!({ "label_config": CONFIG })).await.expect(200).json();
        assert!(bare["sample_task"]["text"].is_string(), "{bare}");
        let whole = owner.post(&path, json!({ "label_config": CONFIG, "include_annotation_and_prediction": true })).await.expect(200).json();
        assert!(whole["sample_task"]["data"]["text"].is_string() && whole["sample_task"]["annotations"][0]["result"].is_array(), "{whole}");
    }

    async fn lists_page_search_pin_and_choose_fields(kit: Kit) {
        let owner = kit.owner().await;
        for title in ["Alpha one", "Beta two", "Alpha three"] {
            owner.post("/api/projects/", json!({ "title": title })).await.expect(201);
        }
        let all = owner.get("/api/projects/?page_size=2&include=id,title").await.expect(200).json();
        assert_eq!(all["count"], 3);
        assert_eq!(all["results"][0]["title"], "Alpha three", "the newest first");
        assert_eq!(all["results"][0].as_object().expect("an object").len(), 2);
        assert!(all["next"].as_str().expect("a link").contains("page=2"));
        assert_eq!(owner.get("/api/projects/?page=3&page_size=2").await.expect(404).json()["detail"], "Invalid page.");
        assert_eq!(owner.get("/api/projects/?title=ALPHA").await.json()["count"], 2);
        assert_eq!(owner.get("/api/projects/?title=%25").await.json()["count"], 0, "a wildcard is a letter");
        let beta = owner.get("/api/projects/?title=beta").await.json()["results"][0]["id"].clone();
        owner.patch(&format!("/api/projects/{beta}/"), json!({ "pinned_at": "2026-11-23T08:00:00Z" })).await.expect(200);
        assert_eq!(owner.get("/api/projects/").await.json()["results"][0]["id"], beta);
        assert_eq!(owner.get("/api/projects/?filter=exclude_pinned").await.json()["count"], 2);
        let both = owner.get("/api/projects/?include=id&include=title&page_size=1&ordering=-id&filter=exclude_pinned").await.json();
        assert_eq!(both["results"][0].as_object().expect("an object").len(), 2);
        assert!(both["next"].as_str().expect("a link").ends_with("?filter=exclude_pinned&include=id&include=title&ordering=-id&page=2&page_size=1"), "{both}");
        let day = owner.patch(&format!("/api/projects/{beta}/"), json!({ "pinned_at": "2026-01-01", "title": "  Gamma  " })).await.expect(200).json();
        assert_eq!((&day["pinned_at"], &day["title"]), (&json!("2026-01-01T00:00:00.000000Z"), &json!("Gamma")));
    }

    async fn sec_176_instructions_are_cleaned(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({ "expert_instruction": "<p onclick='x()'>Mark <b>all</b></p><script>x()</script>" })).await;
        assert_eq!(owner.get(&format!("/api/projects/{id}/")).await.json()["expert_instruction"], "<p>Mark <b>all</b></p>");
    }

    async fn sec_191_the_data_password_never_comes_back(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let reply = owner.patch(&format!("/api/projects/{id}/"), json!({ "task_data_login": "ada", "task_data_password": "marked-secret" })).await.expect(200);
        assert!(!reply.text.contains("marked-secret"));
        assert_eq!(reply.json()["task_data_password_is_set"], true);
        let made = owner.post("/api/projects/", json!({ "title": "With a password", "task_data_password": "marked-secret" })).await.expect(201);
        assert!(!made.text.contains("marked-secret"));
        assert_eq!(made.json()["task_data_password_is_set"], true);
    }

    async fn a_deleted_project_is_gone_everywhere(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        owner.delete(&format!("/api/projects/{id}/")).await.expect(204);
        for path in [format!("/api/projects/{id}/"), format!("/api/tasks/{}/", tasks[0]), format!("/api/projects/{id}/next/"), format!("/api/projects/{id}/export")] {
            owner.get(&path).await.expect(404);
        }
    }

    async fn every_sample_becomes_a_project(kit: Kit) {
        let owner = kit.owner().await;
        let samples = owner.get("/api/samples/").await.expect(200).json();
        assert!(samples.as_array().expect("a list").len() >= 3);
        for sample in samples.as_array().expect("a list") {
            let slug = sample["slug"].as_str().expect("a name");
            let made = owner.post(&format!("/api/samples/{slug}/"), json!({})).await.expect(201).json();
            let project = owner.get(&format!("/api/projects/{}/", made["id"])).await.json();
            assert!(project["task_number"].as_i64().expect("a number") >= 100, "{slug}");
            assert!(project["total_annotations_number"].as_i64().expect("a number") >= 20, "{slug}");
            assert!(project["total_predictions_number"].as_i64().expect("a number") >= 20, "{slug}");
        }
        owner.post("/api/samples/nope/", json!({})).await.expect(404);
    }
}
