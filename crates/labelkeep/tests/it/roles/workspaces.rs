use labelkeep_testkit::{json, on_both_databases};

use super::{id_of, ids, team};
use crate::work::project;

on_both_databases! {
    async fn sec_117_a_sandbox_is_seen_by_its_maker_alone(kit: Kit) {
        let owner = kit.owner().await;
        let member = kit.member(&owner, "member@example.com").await;
        let list = member.get("/api/workspaces/?is_personal=true").await.expect(200).json();
        let sandbox = ids(&list)[0];
        assert_eq!(ids(&member.get("/api/workspaces/").await.json()), vec![sandbox], "made once");
        let (id, tasks) = project(&member, 1, json!({ "workspace": sandbox })).await;
        assert_eq!(member.get(&format!("/api/projects/{id}/")).await.json()["workspace"], sandbox);
        // Not even the owner.
        owner.get(&format!("/api/workspaces/{sandbox}/")).await.expect(404);
        owner.get(&format!("/api/projects/{id}/")).await.expect(404);
        owner.get(&format!("/api/tasks/{}/", tasks[0])).await.expect(404);
        assert_eq!(owner.get("/api/projects/").await.json()["count"], 0);
        assert!(!ids(&owner.get("/api/workspaces/?is_personal=true").await.json()).contains(&sandbox));
        owner.post("/api/projects/", json!({ "title": "Hidden here", "workspace": sandbox })).await.expect(400);
        // Nothing of others goes in, nobody is added, and it stays.
        let (other, _) = project(&owner, 0, json!({})).await;
        member.patch(&format!("/api/projects/{other}/"), json!({ "workspace": sandbox })).await.expect(400);
        let body = json!({ "user": id_of(&owner).await });
        member.post(&format!("/api/workspaces/{sandbox}/memberships/"), body.clone()).await.expect(403);
        member.post(&format!("/api/projects/{id}/members/"), body).await.expect(400);
        member.delete(&format!("/api/workspaces/{sandbox}/")).await.expect(403);
        // Out of it, everybody sees it again.
        member.patch(&format!("/api/projects/{id}/"), json!({ "workspace": null })).await.expect(200);
        owner.get(&format!("/api/projects/{id}/")).await.expect(200);
    }

    async fn members_of_a_workspace_reach_its_projects(kit: Kit) {
        let team = team(&kit).await;
        let made = team.manager.post("/api/workspaces/", json!({ "title": "Night shift", "color": "#00FF00" })).await.expect(201).json();
        let workspace = made["id"].as_i64().expect("an id");
        let path = format!("/api/workspaces/{workspace}/");
        assert_eq!((&made["membership"]["member"], &made["projects_count"], &made["is_personal"]), (&json!(true), &json!(0), &json!(false)));
        let (id, _) = project(&team.manager, 1, json!({ "is_published": true, "workspace": workspace })).await;
        team.annotator.get(&path).await.expect(404);
        team.annotator.get(&format!("/api/projects/{id}/")).await.expect(404);
        let annotator = id_of(&team.annotator).await;
        let added = team.manager.post(&format!("{path}memberships/"), json!({ "user": annotator })).await.expect(201).json();
        assert_eq!(added, json!({ "user": annotator, "workspace": workspace }));
        assert_eq!(team.annotator.get(&path).await.expect(200).json()["projects_count"], 1);
        team.annotator.get(&format!("/api/projects/{id}/")).await.expect(200);
        assert_eq!(ids(&team.annotator.get(&format!("{path}projects/")).await.json()), vec![id]);
        assert_eq!(team.annotator.get(&format!("/api/projects/?workspaces={workspace}")).await.json()["count"], 1);
        assert_eq!(team.owner.get("/api/projects/?workspaces=999").await.json()["count"], 0);
        // Whom it does not concern may look, not touch.
        team.annotator.patch(&path, json!({ "title": "Mine" })).await.expect(403);
        team.annotator.post("/api/workspaces/", json!({ "title": "Mine" })).await.expect(403);
        let users = team.manager.get(&format!("{path}memberships/paginated/?page_size=1")).await.expect(200).json();
        assert_eq!((&users["count"], &users["results"][0]["organization_membership"]["role"]), (&json!(2), &json!("AN")));
        let found = team.manager.get(&format!("{path}memberships/paginated/?search=MANAGER@")).await.json();
        assert_eq!(found["count"], 1);
        assert_eq!(team.manager.get(&format!("{path}memberships/")).await.json()[0]["workspace"], workspace);

        team.manager.delete(&format!("{path}memberships/?user_id={annotator}")).await.expect(204);
        team.annotator.get(&format!("/api/projects/{id}/")).await.expect(404);
        // SEC-111: one unknown fails the whole.
        let body = json!({ "all": false, "included": [annotator, 999] });
        team.manager.post(&format!("{path}memberships/bulk/"), body).await.expect(400);
        team.annotator.get(&path).await.expect(404);
        let created = team.manager.post(&format!("{path}memberships/bulk/"), json!({ "all": true, "excluded": [annotator] })).await;
        assert_eq!(created.expect(201).json()["created"], 3);
        let deleted = team.manager.delete(&format!("{path}memberships/bulk/?all=true&search=review")).await.expect(200).json();
        assert_eq!(deleted["deleted"], 1);
        team.manager.delete(&format!("{path}memberships/bulk/")).await.expect(400);

        // It goes when it is empty.
        team.manager.delete(&path).await.expect(400);
        team.manager.delete(&format!("{path}projects/?project={id}")).await.expect(204);
        team.manager.patch(&path, json!({ "is_archived": true })).await.expect(200);
        team.manager.post(&format!("{path}projects/"), json!({ "project": id })).await.expect(400);
        assert_eq!(ids(&team.owner.get("/api/workspaces/?is_archived=true").await.json()), vec![workspace]);
        team.manager.delete(&path).await.expect(204);
        team.manager.get(&path).await.expect(404);
    }

    async fn sec_110_nothing_moves_to_a_workspace_that_one_may_not_change(kit: Kit) {
        let team = team(&kit).await;
        let theirs = team.administrator.post("/api/workspaces/", json!({ "title": "Theirs" })).await.expect(201).json()["id"].clone();
        let (id, _) = project(&team.manager, 0, json!({})).await;
        team.manager.patch(&format!("/api/projects/{id}/"), json!({ "workspace": theirs })).await.expect(400);
        team.manager.post(&format!("/api/workspaces/{theirs}/projects/"), json!({ "project": id })).await.expect(404);
        let (other, _) = project(&team.owner, 0, json!({})).await;
        let own = team.manager.post("/api/workspaces/", json!({ "title": "Ours" })).await.expect(201).json()["id"].clone();
        team.manager.post(&format!("/api/workspaces/{own}/projects/"), json!({ "project": other })).await.expect(404);
        team.owner.post(&format!("/api/workspaces/{own}/projects/"), json!({ "project": other })).await.expect(204);
        for bad in [json!({}), json!({ "title": " " }), json!({ "title": "x".repeat(200) }), json!({ "title": "Red", "color": "red" })] {
            team.manager.post("/api/workspaces/", bad).await.expect(400);
        }
    }
}
