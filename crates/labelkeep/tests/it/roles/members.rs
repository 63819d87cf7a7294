use labelkeep_testkit::{json, on_both_databases};

use super::{annotate, id_of, join, team, turn_on};
use crate::work::project;

on_both_databases! {
    async fn people_join_and_leave_a_project(kit: Kit) {
        let team = team(&kit).await;
        let (id, _) = project(&team.manager, 1, json!({ "is_published": true })).await;
        let path = format!("/api/projects/{id}/members/");
        let (annotator, reviewer) = (id_of(&team.annotator).await, id_of(&team.reviewer).await);
        assert_eq!(team.manager.post(&path, json!({ "user": annotator })).await.expect(201).json(), json!({ "user": annotator }));
        team.manager.post(&path, json!({ "user": 999 })).await.expect(400);
        let page = team.manager.get(&format!("{path}paginated/?implicit=false")).await.expect(200).json();
        assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(1), &json!(annotator)));
        assert_eq!(page["results"][0]["implicit_member"], false);
        let all = team.manager.get(&format!("{path}paginated/?ordering=-email")).await.json();
        assert_eq!((&all["count"], &all["results"][0]["email"], &all["results"][0]["implicit_member"]), (&json!(3), &json!("owner@example.com"), &json!(true)));
        assert_eq!(team.manager.get(&format!("{path}paginated/?role=AN,RE")).await.json()["count"], 1);
        team.manager.get(&format!("{path}paginated/?ordering=password_hash")).await.expect(400);
        team.annotator.get(&format!("{path}paginated/")).await.expect(403);
        team.annotator.post(&path, json!({ "user": reviewer })).await.expect(403);

        let body = json!({ "all": false, "included": [reviewer, 999] });
        team.manager.post(&format!("{path}bulk/"), body).await.expect(400);
        assert_eq!(team.manager.get(&format!("{path}paginated/?implicit=false")).await.json()["count"], 1, "SEC-111");
        let body = json!({ "all": false, "included": [reviewer, annotator], "roles": [{ "user_id": annotator, "role": "RE" }] });
        let added = team.manager.post(&format!("{path}bulk/"), body).await.expect(201).json();
        assert_eq!(added, json!({ "assignments": 1, "skipped_user_ids": [] }));
        let csv = team.manager.get(&format!("{path}export/?implicit=false")).await.expect(200);
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert!(csv.text.lines().any(|line| line.contains("\"annotator@example.com\"") && line.contains(",AN,RE,false,")), "{}", csv.text);

        let deleted = team.manager.delete(&format!("{path}bulk/?included={reviewer}")).await.expect(200).json();
        assert_eq!(deleted["deleted"], 1);
        team.reviewer.get(&format!("/api/projects/{id}/")).await.expect(404);
        team.manager.delete(&format!("{path}?user={annotator}")).await.expect(204);
        team.annotator.get(&format!("/api/projects/{id}/")).await.expect(404);
        team.manager.delete(&format!("{path}?user={annotator}")).await.expect(400);
    }

    async fn sec_107_a_role_in_a_project_counts_there_only(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.manager, 1, json!({ "is_published": true, "maximum_annotations": 3 })).await;
        let (other, other_tasks) = project(&team.manager, 1, json!({ "maximum_annotations": 3 })).await;
        join(&team.manager, other, &[&team.annotator, &team.reviewer]).await;
        let annotator = id_of(&team.annotator).await;
        let made = team.manager.post("/api/projects/roles/", json!({ "project": id, "user": annotator, "role": "RE" })).await.expect(201).json();
        assert_eq!((&made["project"], &made["user"], &made["role"], &made["role_source"]), (&json!(id), &json!(annotator), &json!("RE"), &json!("manual")));
        assert_eq!(team.annotator.get(&format!("/api/projects/{id}/")).await.expect(200).json()["role"], "RE");
        assert_eq!(team.annotator.get(&format!("/api/projects/{other}/")).await.expect(200).json()["role"], "AN");
        // As reviewer they see the work of others, as annotator they do not.
        annotate(&team.manager, tasks[0], "pos").await;
        annotate(&team.manager, other_tasks[0], "pos").await;
        let seen = async |task: i64| {
            let list = team.annotator.get(&format!("/api/tasks/{task}/annotations/")).await.expect(200).json();
            list.as_array().map(Vec::len)
        };
        assert_eq!((seen(tasks[0]).await, seen(other_tasks[0]).await), (Some(1), Some(0)));
        assert_eq!(team.manager.get(&format!("/api/projects/{id}/roles")).await.expect(200).json(), json!([made]));
        assert_eq!(team.manager.get(&format!("/api/projects/roles/?project={id}")).await.expect(200).json(), json!([made]));
        team.annotator.get(&format!("/api/projects/{id}/roles")).await.expect(403);
        // Only the two roles, and only for those who have one of them.
        let give = async |user: i64, role: &str| {
            team.manager.post("/api/projects/roles/", json!({ "project": id, "user": user, "role": role })).await
        };
        give(annotator, "MA").await.expect(400);
        give(id_of(&team.administrator).await, "AN").await.expect(400);
        give(999, "AN").await.expect(400);
        team.reviewer.post("/api/projects/roles/", json!({ "project": other, "user": annotator, "role": "RE" })).await.expect(403);
        let number = made["id"].as_i64().expect("an id");
        team.annotator.delete(&format!("/api/projects/roles/{number}/")).await.expect(403);
        team.manager.delete(&format!("/api/projects/roles/{number}/")).await.expect(204);
        team.manager.delete(&format!("/api/projects/roles/{number}/")).await.expect(404);
        assert_eq!(team.annotator.get(&format!("/api/projects/{id}/")).await.expect(200).json()["role"], "AN");
    }

    async fn sec_109_a_manager_sees_the_projects_they_belong_to(kit: Kit) {
        let team = team(&kit).await;
        let (id, _) = project(&team.owner, 1, json!({})).await;
        team.manager.get(&format!("/api/projects/{id}/")).await.expect(404);
        team.administrator.get(&format!("/api/projects/{id}/")).await.expect(200);
        join(&team.owner, id, &[&team.manager]).await;
        team.manager.patch(&format!("/api/projects/{id}/"), json!({ "title": "Renamed" })).await.expect(200);
        turn_on(&team.owner, &[(&team.manager, "AN")]).await;
        team.manager.patch(&format!("/api/projects/{id}/"), json!({ "title": "Again" })).await.expect(403);
    }
}
