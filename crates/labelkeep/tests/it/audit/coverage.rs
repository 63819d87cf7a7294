use std::collections::BTreeSet;

use labelkeep_testkit::{Kit, json, on_both_databases};
use reqwest::Method;

/// Method, route and action of the entries.
async fn entries(kit: &Kit) -> Vec<(String, String, String, String)> {
    kit.services()
        .db
        .all(
            "SELECT COALESCE(method, ''), COALESCE(route, ''), action, result FROM audit ORDER BY id",
            vec![],
        )
        .await
        .expect("rows")
}

/// The path with numbers and names in it.
fn address(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            part if part.starts_with("{*") => "x",
            "{slug}" | "{name}" => "nothing-of-this-name",
            part if part.starts_with('{') => "987654",
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

on_both_databases! {
    async fn sec_216_no_write_of_any_route_goes_unrecorded(kit: Kit) {
        let mut person = kit.owner().await;
        let writes: Vec<_> = labelkeep_api::table().into_iter().filter(|route| route.method != Method::GET).collect();
        assert!(writes.len() > 40, "the table of routes");
        for route in &writes {
            let request = person.with_csrf(person.request(route.method.clone(), &address(route.path)));
            person.send(request.json(&json!({}))).await;
            if person.get("/api/current-user/whoami").await.status != 200 {
                person = kit.owner().await;
            }
        }
        let wanted: BTreeSet<(String, String)> =
            writes.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
        kit.until("each write has its entry", async || {
            let found: BTreeSet<(String, String)> =
                entries(&kit).await.into_iter().map(|(method, route, ..)| (method, route)).collect();
            wanted.is_subset(&found)
        }).await;
    }

    async fn sec_216_what_services_record_carries_the_request_once(kit: Kit) {
        let owner = kit.owner().await;
        let project = owner.post("/api/projects/", json!({ "title": "Cats" })).await.expect(201).json()["id"].clone();
        let task = owner.post("/api/tasks/", json!({ "project": project, "data": { "text": "a" } })).await.expect(201).json()["id"].clone();
        owner.post(&format!("/api/tasks/{task}/annotations/"), json!({ "result": [] })).await.expect(201);
        owner.patch("/api/current-user/product-tour?name=prompts_page", json!({ "state": "completed" })).await.expect(200);
        let found = entries(&kit).await;
        let of = |method: &str, route: &str| {
            found.iter().filter(|entry| entry.0 == method && entry.1 == route).map(|entry| entry.2.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("POST", "/api/projects/"), ["project.create"]);
        assert_eq!(of("POST", "/api/tasks/"), ["task.create"]);
        assert_eq!(of("POST", "/api/tasks/{id}/annotations/"), ["annotation.create"]);
        // No service records it: the layer does, before the answer.
        assert_eq!(of("PATCH", "/api/current-user/product-tour"), ["request"]);
        let (project_id, address): (i64, String) = kit.services().db
            .one("SELECT project_id, address FROM audit WHERE action = 'annotation.create'", vec![]).await.expect("an entry");
        assert_eq!(json!(project_id), project);
        assert!(address.starts_with("client:"), "{address}");
    }

    async fn sec_217_what_matters_is_recorded_with_the_change_itself(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        let of = |reply: labelkeep_testkit::Reply| reply.json()["id"].as_i64().expect("an id");
        let who = of(member.get("/api/current-user/whoami").await);
        // Settings.
        owner.patch("/api/session-policy/", json!({ "max_session_age": 600 })).await.expect(200);
        owner.patch("/api/password-policy/", json!({ "min_length": 12 })).await.expect(200);
        owner.patch("/api/factor-policy/", json!({ "required_for": [] })).await;
        owner.post("/api/jwt/settings", json!({ "api_token_ttl_days": 30 })).await.expect(200);
        owner.patch("/api/organizations/1", json!({ "title": "Cats" })).await.expect(200);
        owner.patch("/api/organizations/1/set-default-role", json!({ "default_role": "AN" })).await.expect(200);
        owner.patch("/api/current-user", json!({ "first_name": "O." })).await.expect(200);
        owner.patch("/api/current-user/hotkeys/", json!({ "custom_hotkeys": {} })).await.expect(200);
        let factor = of(owner.post("/api/current-user/factors/totp/", json!({})).await.expect(201));
        owner.patch(&format!("/api/current-user/factors/{factor}/"), json!({ "name": "Phone" })).await;
        owner.post("/api/current-user/email/", json!({ "email": "boss@example.com" })).await;
        owner.delete("/api/current-user/email/").await;
        // Rights and tokens.
        owner.patch("/api/organizations/1/memberships", json!({ "user_id": who, "role": "MA" })).await.expect(200);
        owner.post("/api/invite/reset-token", json!({})).await.expect(201);
        owner.post("/api/invite/send-email", json!({ "emails": ["new@example.com"] })).await.expect(201);
        let token = of(owner.post("/api/current-user/tokens/", json!({ "name": "t" })).await.expect(201));
        let token = of(owner.post(&format!("/api/current-user/tokens/{token}/reset/"), json!({})).await.expect(201));
        owner.delete(&format!("/api/current-user/tokens/{token}/")).await.expect(204);
        owner.post("/api/token/", json!({})).await.expect(201);
        let workspace = of(owner.post("/api/workspaces/", json!({ "title": "W" })).await.expect(201));
        owner.post(&format!("/api/workspaces/{workspace}/memberships/"), json!({ "user": who })).await.expect(201);
        owner.patch(&format!("/api/workspaces/{workspace}/"), json!({ "title": "X" })).await.expect(200);
        // Imports, exports, work, deletions.
        let (project, tasks) = crate::work::project(&owner, 3, json!({ "maximum_annotations": 2 })).await;
        let path = format!("/api/projects/{project}/");
        owner.patch(&path, json!({ "title": "Dogs" })).await.expect(200);
        owner.post(&format!("{path}members/"), json!({ "user": who })).await.expect(201);
        owner.post("/api/projects/roles/", json!({ "project": project, "user": who, "role": "RE" })).await;
        owner.post(&format!("{path}summary/reset/"), json!({})).await;
        let work = of(owner.post(&format!("/api/tasks/{}/annotations/", tasks[0]), json!({ "result": crate::work::answer("pos") })).await);
        owner.patch(&format!("/api/annotations/{work}/"), json!({ "ground_truth": true })).await.expect(200);
        owner.get(&format!("{path}export?exportType=JSON")).await.expect(200);
        owner.delete(&format!("/api/annotations/{work}/")).await.expect(204);
        let body = json!({ "task": tasks[0], "result": crate::work::answer("neg"), "model_version": "m" });
        let prediction = of(owner.post("/api/predictions/", body).await.expect(201));
        owner.delete(&format!("/api/predictions/{prediction}/")).await.expect(204);
        owner.patch(&format!("/api/tasks/{}/", tasks[0]), json!({ "data": { "text": "b" } })).await.expect(200);
        owner.delete(&format!("/api/tasks/{}/", tasks[1])).await.expect(204);
        owner.delete(&format!("{path}tasks/")).await;
        owner.delete(&path).await.expect(204);
        owner.delete(&format!("/api/workspaces/{workspace}/")).await.expect(204);
        owner.delete(&format!("/api/organizations/1/memberships/{who}/")).await.expect(204);
        // What only the layer around the routes records, after the change, and so not if the machine stops between the two:
        // a person's own progress through a tour.
        owner.patch("/api/current-user/product-tour?name=prompts_page", json!({ "state": "completed" })).await.expect(200);
        let all = entries(&kit).await;
        let done = all.iter().filter(|entry| entry.0 != "GET" && entry.3 == "ok").count();
        assert!(done >= 30, "{done}");
        let late: BTreeSet<String> = all.into_iter().filter(|entry| entry.2 == "request").map(|entry| format!("{} {}", entry.0, entry.1)).collect();
        assert_eq!(late, BTreeSet::from(["PATCH /api/current-user/product-tour".to_owned()]));
    }

    async fn sec_216_denials_failures_and_broken_tokens_are_recorded(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        member.get("/api/audit/").await.expect(403);
        member.patch("/api/session-policy/", json!({ "max_session_age": 60 })).await.expect(403);
        member.patch("/api/projects/987654/", json!({ "title": "x" })).await.expect(404);
        kit.anonymous().token("never-a-token-of-ours").get("/api/projects/").await.expect(401);
        kit.anonymous().get("/api/projects/").await.expect(401);
        kit.anonymous().sign_in("owner@example.com", "wrong one here").await;
        let wanted = [
            ("GET", "/api/audit/", "request.denied", "denied"),
            ("PATCH", "/api/session-policy/", "request.denied", "denied"),
            ("PATCH", "/api/projects/{id}/", "request.failed", "failed"),
            ("GET", "/api/projects/", "request.denied", "denied"),
            ("POST", "/user/login/", "login.failed", "failed"),
        ];
        kit.until("each has its entry", async || {
            let found = entries(&kit).await;
            wanted.iter().all(|(method, route, action, result)| {
                found.iter().filter(|entry| entry.0 == *method && entry.1 == *route && entry.2 == *action && entry.3 == *result).count() == 1
            })
        }).await;
        let found: Vec<(i64, Option<i64>)> = kit.services().db
            .all("SELECT status, account_id FROM audit WHERE route = '/api/audit/' AND action = 'request.denied'", vec![]).await.expect("rows");
        assert_eq!((found.len(), found[0].0), (1, 403));
        assert!(found[0].1.is_some(), "who was denied");
    }

    async fn sec_218_views_are_one_entry_a_user_task_and_minute(kit: Kit) {
        let owner = kit.owner().await;
        let project = owner.post("/api/projects/", json!({ "title": "Cats", "label_config":
            "<View><Text name=\"t\" value=\"$text\"/><Choices name=\"c\" toName=\"t\"><Choice value=\"a\"/></Choices></View>" }))
            .await.expect(201).json()["id"].clone();
        let task = owner.post("/api/tasks/", json!({ "project": project, "data": { "text": "a" } })).await.expect(201).json()["id"].clone();
        for _ in 0..5 {
            owner.get(&format!("/api/tasks/{task}/")).await.expect(200);
        }
        owner.get(&format!("/api/projects/{project}/next/")).await.expect(200);
        let views = async || {
            let rows: Vec<(String, i64, String)> = kit.services().db
                .all("SELECT object, project_id, detail FROM audit WHERE action = 'data.view' ORDER BY id", vec![]).await.expect("rows");
            rows
        };
        kit.until("the first view is there", async || !views().await.is_empty()).await;
        labelkeep_services::audit::finish(kit.services()).await;
        let rows = views().await;
        // The first at once and its repetitions as one; twice that when the clock went on to the next minute between them.
        assert!(rows.len() <= 4, "{rows:?}");
        let all: i64 = rows.iter().map(|row| serde_json::from_str::<labelkeep_testkit::Value>(&row.2).expect("JSON")["count"].as_i64().unwrap_or(1)).sum();
        assert_eq!(all, 6, "{rows:?}");
        assert!(rows.iter().all(|row| row.0 == format!("task:{task}") && json!(row.1) == project), "{rows:?}");
    }
}
