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
        let (project_id, agent): (i64, Option<String>) = kit.services().db
            .one("SELECT project_id, agent FROM audit WHERE action = 'annotation.create'", vec![]).await.expect("an entry");
        assert_eq!((json!(project_id), agent), (project, Some(String::new())));
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
