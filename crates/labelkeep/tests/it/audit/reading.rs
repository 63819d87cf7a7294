use labelkeep_crypt::chain::{START, hex, link};
use labelkeep_testkit::{Kit, Value, json, on_both_databases};

/// Actions of a page of the log.
fn actions(page: &Value) -> Vec<String> {
    let rows = page["results"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["action"].as_str().expect("a word").to_owned())
        .collect()
}

/// A second organization, with a log of its own.
async fn another_organization(kit: &Kit) {
    let statements = [
        "INSERT INTO organization (id, title, created_at, updated_at) VALUES (2, 'Others', 0, 0)",
        "INSERT INTO audit (organization_id, account_id, action, object, at)
         VALUES (2, 1, 'secret.action', 'project:1', 5)",
    ];
    super::execute(&kit.services().db, &statements).await.expect("written");
}

on_both_databases! {
    async fn sec_221_administrators_read_and_filter_their_own_organizations_log(kit: Kit) {
        let owner = kit.owner().await;
        another_organization(&kit).await;
        let project = owner.post("/api/projects/", json!({ "title": "Cats" })).await.expect(201).json()["id"].clone();
        owner.patch(&format!("/api/projects/{project}/"), json!({ "title": "Dogs" })).await.expect(200);
        owner.get(&format!("/api/projects/{project}/export?exportType=JSON")).await.expect(200);
        kit.anonymous().sign_in("owner@example.com", "wrong one here").await;
        let page = owner.get("/api/audit/").await.expect(200).json();
        assert_eq!(&actions(&page)[..4], ["login.failed", "project.export", "project.update", "project.create"], "newest first");
        let export = &page["results"][1];
        assert_eq!(export["actor"]["email"], "owner@example.com");
        assert_eq!((&export["method"], &export["route"], &export["result"]), (&json!("GET"), &json!("/api/projects/{id}/export"), &json!("ok")));
        assert_eq!((&export["project"]["id"], &export["project"]["title"]), (&project, &json!("Dogs")));
        assert_eq!(export["detail"]["format"], "JSON");
        assert_eq!(page["chain"]["last_sequence"], page["results"][0]["sequence"]);
        assert_eq!(page["chain"]["last_hash"], page["results"][0]["hash"]);
        let get = async |query: &str| actions(&owner.get(&format!("/api/audit/?{query}")).await.expect(200).json());
        assert_eq!(get("action=project.export,project.create").await, ["project.export", "project.create"]);
        assert_eq!(get("result=failed").await, ["login.failed"]);
        assert_eq!(get(&format!("project={project}&method=PATCH")).await, ["project.update"]);
        assert_eq!(get(&format!("object=project:{project}&search=EXPORT")).await, ["project.export"]);
        assert_eq!(get("search=owner@example.com&action=project.create").await, ["project.create"]);
        assert!(get("search=%25").await.is_empty(), "a wildcard is text");
        assert!(get("until=2020-01-01").await.is_empty());
        assert_eq!(get("since=2020-01-01").await.len(), page["results"].as_array().expect("a list").len());
        assert!(get("action=secret.action").await.is_empty(), "another organization's");
        for wrong in ["result=maybe", "since=yesterday", "cursor=x", "method=BREW", "page_size=0"] {
            owner.get(&format!("/api/audit/?{wrong}")).await.expect(400);
        }
        // By pages, each entry once.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = owner.get(&format!("/api/audit/?page_size=2{cursor}")).await.expect(200).json();
            seen.extend(page["results"].as_array().expect("a list").iter().map(|row| row["id"].as_i64().expect("an id")));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let all: Vec<i64> = page["results"].as_array().expect("a list").iter().map(|row| row["id"].as_i64().expect("an id")).collect();
        assert_eq!(seen, all);
        let listed = owner.get("/api/audit/actions/").await.expect(200).json();
        let listed = listed["actions"].as_array().expect("a list");
        assert!(listed.contains(&json!("project.export")) && !listed.contains(&json!("secret.action")));
    }

    async fn sec_221_only_administrators_read_it_and_nobody_writes_it(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "ada@example.com").await;
        for path in ["/api/audit/", "/api/audit/actions/", "/api/audit/export/", "/api/activity-logs/", "/api/statistics/"] {
            member.get(path).await.expect(403);
            kit.anonymous().get(path).await.expect(401);
            owner.get(path).await.expect(200);
            for reply in [owner.post(path, json!({})).await, owner.patch(path, json!({})).await, owner.delete(path).await] {
                reply.expect(405);
            }
        }
    }

    async fn sec_218_the_export_lets_others_verify_the_chain(kit: Kit) {
        let owner = kit.owner().await;
        owner.post("/api/projects/", json!({ "title": "Cats" })).await.expect(201);
        let reply = owner.get("/api/audit/export/").await.expect(200);
        assert_eq!(reply.header("content-type"), "application/x-ndjson");
        let (mut previous, mut number) = (START, 0);
        for line in reply.text.lines() {
            let entry: Value = serde_json::from_str(line).expect("a line of JSON");
            let record = line.split_once("\"record\":").and_then(|(_, rest)| rest.strip_suffix('}')).expect("the record");
            previous = link(&previous, record);
            number += 1;
            assert_eq!((entry["sequence"].as_i64(), entry["hash"].as_str()), (Some(number), Some(hex(&previous).as_str())));
        }
        assert!(number > 2);
        assert!(reply.text.contains("audit.export"), "the export itself");
    }

    async fn activity_logs_have_the_compatible_shape(kit: Kit) {
        let owner = kit.owner().await;
        another_organization(&kit).await;
        let project = owner.post("/api/projects/", json!({ "title": "Cats" })).await.expect(201).json()["id"].clone();
        owner.post("/api/invite/reset-token", json!({})).await.expect(201);
        let all = owner.get("/api/activity-logs/").await.expect(200).json();
        assert_eq!(all["recordsTotal"], all["recordsFiltered"]);
        let newest = &all["data"][0];
        for (field, value) in [
            ("email", json!("owner@example.com")), ("user_id", json!(1)), ("organization_id", json!(1)), ("request_method", json!("POST")),
            ("request_url", json!("/api/invite/reset-token")), ("ip_address", json!("127.0.0.1")), ("workspace_owner_id", Value::Null),
        ] {
            assert_eq!(newest[field], value, "{field}");
        }
        assert_eq!(newest["extra_data"]["action"], "invite.reset");
        let get = async |query: &str| owner.get(&format!("/api/activity-logs/?{query}")).await.expect(200).json();
        let filtered = get(&format!("project={project}")).await;
        assert_eq!((&filtered["recordsFiltered"], &filtered["data"][0]["project_id"]), (&json!(1), &project));
        assert_eq!(get("user=987654").await["recordsFiltered"], 0);
        assert_eq!(get("method=DELETE").await["recordsFiltered"], 0);
        assert_eq!(get("method=all").await["recordsFiltered"], all["recordsTotal"]);
        assert_eq!(get("search=invite").await["recordsFiltered"], 1);
        assert_eq!(get("end_date=2020-01-01").await["recordsFiltered"], 0);
        let oldest = get("ordering=datetime&page_size=1").await;
        assert_eq!(oldest["data"][0]["id"], all["data"].as_array().and_then(|rows| rows.last()).expect("one")["id"]);
        let second = get("page=2&page_size=1").await;
        assert_eq!(second["data"][0]["id"], all["data"][1]["id"]);
        owner.get("/api/activity-logs/?ordering=secret").await.expect(400);
    }
}
