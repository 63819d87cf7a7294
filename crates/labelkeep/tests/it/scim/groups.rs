use labelkeep_testkit::{Kit, json, on_both_databases};

use super::{add, member, operations, provider};
use crate::work::project;

/// Titles of the shared workspaces, and roles in projects with their source, of somebody.
async fn reach(kit: &Kit, email: &str) -> (Vec<String>, Vec<(String, String)>) {
    let args = || labelkeep_store::args![email];
    let db = &kit.services().db;
    let workspaces: Vec<(String,)> = db
        .all(
            "SELECT workspace.title FROM workspace_member JOIN workspace ON workspace.id = workspace_member.workspace_id
             JOIN account ON account.id = workspace_member.account_id WHERE account.email = $1 ORDER BY 1",
            args(),
        )
        .await
        .expect("rows");
    let projects: Vec<(String, String)> = db
        .all(
            "SELECT COALESCE(project_member.role, ''), project_member.role_source FROM project_member
             JOIN account ON account.id = project_member.account_id WHERE account.email = $1 ORDER BY project_id",
            args(),
        )
        .await
        .expect("rows");
    (workspaces.into_iter().map(|(title,)| title).collect(), projects)
}

on_both_databases! {
    async fn groups_give_roles_workspaces_and_projects(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        let (project, _) = project(&owner, 0, json!({})).await;
        owner.post("/api/workspaces/", json!({"title": "Shelf"})).await.expect(201);
        let settings = json!({
            "roles_groups": [["RE", "checkers"], ["MA", "leads"]], "workspaces_groups": [["Shelf", "leads"]],
            "projects_groups": [{"group": "checkers", "project_id": project, "role": "Annotator"}],
        });
        owner.post("/api/scim/settings", settings).await.expect(200);
        let (ada, bo) = (add(&scim, "ada@example.com").await, add(&scim, "bo@example.com").await);
        let (ada, bo) = (ada["id"].as_str().expect("an id"), bo["id"].as_str().expect("an id"));
        let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "checkers", "externalId": "g1", "members": [{"value": ada, "display": "x"}]});
        let made = scim.post("/scim/v2/Groups", body).await.expect(201);
        let group = made.json();
        let path = format!("/scim/v2/Groups/{}", group["id"].as_str().expect("an id"));
        assert_eq!(made.header("location"), format!("{}{path}", kit.url()));
        assert_eq!((&group["members"][0]["value"], &group["members"][0]["display"]), (&json!(ada), &json!("Ada Lovelace")));
        assert_eq!(member(&kit, "ada@example.com").await.1, "reviewer");
        assert_eq!(reach(&kit, "ada@example.com").await, (vec![], vec![("annotator".to_owned(), "scim".to_owned())]));
        assert_eq!(scim.get(&format!("/scim/v2/Users/{ada}")).await.expect(200).json()["groups"][0]["display"], "checkers");
        assert_eq!(scim.post("/scim/v2/Groups", json!({"displayName": "checkers"})).await.expect(409).json()["scimType"], "uniqueness");
        // Names differ by case.
        let leads = scim.post("/scim/v2/Groups", json!({"displayName": "Leads"})).await.expect(201).json();
        let leads = format!("/scim/v2/Groups/{}", leads["id"].as_str().expect("an id"));

        // As Okta and Entra send it: adding, and taking out in three ways.
        scim.patch(&path, operations(json!([{"op": "Add", "path": "members", "value": [{"value": bo}, {"value": ada}]}]))).await.expect(204);
        scim.patch(&leads, operations(json!([{"op": "add", "value": {"members": [{"value": ada}]}}]))).await.expect(204);
        assert_eq!(member(&kit, "bo@example.com").await.1, "reviewer");
        assert_eq!(member(&kit, "ada@example.com").await.1, "reviewer");
        scim.patch(&leads, operations(json!([{"op": "replace", "value": {"id": "1", "displayName": "leads"}}]))).await.expect(204);
        assert_eq!(member(&kit, "ada@example.com").await.1, "manager", "the strongest role counts");
        assert_eq!(reach(&kit, "ada@example.com").await.0, ["Shelf"]);
        scim.patch(&leads, operations(json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]))).await.expect(204);
        assert_eq!((member(&kit, "ada@example.com").await.1.as_str(), reach(&kit, "ada@example.com").await.0.len()), ("reviewer", 0));
        scim.patch(&path, operations(json!([{"op": "Remove", "path": "members", "value": [{"value": bo}]}]))).await.expect(204);
        assert_eq!(member(&kit, "bo@example.com").await.1, "annotator", "the lowest role");
        assert_eq!(reach(&kit, "bo@example.com").await, (vec![], vec![]));
        let whole = scim.patch(&format!("{path}?attributes=members.value"), operations(json!([]))).await.expect(200).json();
        assert_eq!(whole["members"], json!([{"value": ada}]));
        let replaced = scim.put(&path, json!({"displayName": "checkers", "members": [{"value": bo}]})).await.expect(200).json();
        assert_eq!(replaced["members"][0]["value"], bo);
        assert_eq!(member(&kit, "ada@example.com").await.1, "annotator");
        for wrong in [json!([{"value": "x"}]), json!([{"value": "0"}]), json!([{"display": "Ada"}]), json!("1 OR 1=1")] {
            scim.patch(&path, operations(json!([{"op": "add", "path": "members", "value": wrong}]))).await.expect(400);
        }
        assert!(scim.get(&format!("{path}?excludedAttributes=members")).await.expect(200).json().get("members").is_none());

        // What the table says later holds at once; who is deactivated stays so.
        scim.patch(&format!("/scim/v2/Users/{bo}"), operations(json!([{"op": "replace", "path": "active", "value": false}]))).await.expect(200);
        scim.patch(&leads, operations(json!([{"op": "add", "path": "members", "value": [{"value": ada}, {"value": bo}]}]))).await.expect(204);
        owner.post("/api/scim/settings", json!({"roles_groups": [["AD", "leads"]]})).await.expect(200);
        assert_eq!(member(&kit, "ada@example.com").await, (ada.parse().expect("a number"), "administrator".to_owned(), "scim".to_owned()));
        assert_eq!(member(&kit, "bo@example.com").await.1, "deactivated");
        scim.patch(&format!("/scim/v2/Users/{bo}"), operations(json!([{"op": "replace", "path": "active", "value": true}]))).await.expect(200);
        assert_eq!(member(&kit, "bo@example.com").await.1, "administrator");
        scim.delete(&leads).await.expect(204);
        assert_eq!(member(&kit, "ada@example.com").await.1, "annotator");
        assert_eq!(scim.get(&leads).await.expect(404).json()["status"], "404");
        let rows: Vec<(String, String)> = kit.services().db
            .all("SELECT DISTINCT action, COALESCE(route, '') FROM audit WHERE detail LIKE '%\"actor\":\"scim\"%' ORDER BY 1, 2", vec![]).await.expect("rows");
        for action in ["member.activate", "member.deactivate", "member.role", "scim.group.change", "scim.group.create", "scim.group.remove", "user.create"] {
            assert!(rows.iter().any(|(found, route)| found == action && route.starts_with("/scim/v2/")), "{action}: {rows:?}");
        }
    }

    async fn a_role_that_was_given_by_hand_stays_where_no_group_says_otherwise(kit: Kit) {
        let owner = kit.owner().await;
        let scim = provider(&kit, &owner).await;
        kit.member(&owner, "ada@example.com").await;
        let (id, ..) = member(&kit, "ada@example.com").await;
        owner.patch("/api/organizations/1/memberships", json!({"user_id": id, "role": "MA"})).await.expect(200);
        owner.post("/api/scim/settings", json!({"roles_groups": [["AN", "team"]], "manual_role_management": true})).await.expect(200);
        scim.post("/scim/v2/Groups", json!({"displayName": "team", "members": [{"value": id.to_string()}]})).await.expect(201);
        assert_eq!(member(&kit, "ada@example.com").await, (id, "manager".to_owned(), "manual".to_owned()));
        owner.post("/api/scim/settings", json!({"roles_groups": [["AN", "others"]], "manual_role_management": false})).await.expect(200);
        assert_eq!(member(&kit, "ada@example.com").await, (id, "manager".to_owned(), "manual".to_owned()));
    }
}
