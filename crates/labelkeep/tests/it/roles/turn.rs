use labelkeep_testkit::{json, on_both_databases};

use super::{ROLES, annotate, id_of, ids, team, turn_on};
use crate::work::project;

on_both_databases! {
    async fn sec_107_turning_roles_on_keeps_everybody_at_work(kit: Kit) {
        let owner = kit.owner().await;
        let (maker, worker, idle) = (
            kit.member(&owner, "maker@example.com").await,
            kit.member(&owner, "worker@example.com").await,
            kit.member(&owner, "idle@example.com").await,
        );
        let (first, tasks) = project(&owner, 2, json!({})).await;
        let (second, _) = project(&maker, 1, json!({})).await;
        annotate(&worker, tasks[0], "pos").await;

        let preview = owner.get("/api/organizations/1/roles-preview/").await.expect(200).json();
        assert_eq!((&preview["roles_on"], &preview["default_role"], &preview["count"]), (&json!(false), &json!("ME"), &json!(4)));
        let proposal = |email: &str| {
            let list = preview["results"].as_array().expect("people");
            list.iter().find(|one| one["user"]["email"] == email).expect("the person").clone()
        };
        assert_eq!(proposal("owner@example.com")["proposed_role"], "OW");
        assert_eq!(proposal("maker@example.com")["proposed_role"], "MA");
        assert_eq!(proposal("idle@example.com")["proposed_role"], "AN");
        let one = proposal("worker@example.com");
        assert_eq!((&one["role"], &one["proposed_role"], &one["projects_count"]), (&json!("ME"), &json!("AN"), &json!(1)));
        assert_eq!(one["projects"], json!([{ "id": first, "title": "A project", "created": false, "worked": true }]));
        let annotator = &preview["roles"].as_array().expect("roles")[3];
        let actions = annotator["actions"].as_array().expect("actions");
        assert!(annotator["role"] == "AN" && actions.contains(&json!("Annotate")) && !actions.contains(&json!("Export")));

        let body = json!({ "on": true, "roles": [{ "user": id_of(&idle).await, "role": "RE" }] });
        let turned = owner.post(ROLES, body).await.expect(200).json();
        assert_eq!(turned, json!({ "on": true, "default_role": "AN", "members": 3, "project_members": 3, "projects_published": 1 }));

        // The worker goes on where they worked, and sees nothing else; the maker has what they made.
        let seen = worker.get("/api/projects/").await.expect(200).json();
        assert_eq!((ids(&seen["results"]), &seen["results"][0]["is_published"]), (vec![first], &json!(true)));
        worker.get(&format!("/api/projects/{first}/next/")).await.expect(200);
        worker.get(&format!("/api/projects/{second}/")).await.expect(404);
        worker.post("/api/projects/", json!({ "title": "Another" })).await.expect(403);
        assert_eq!(ids(&maker.get("/api/projects/").await.json()["results"]), vec![second]);
        maker.post("/api/projects/", json!({ "title": "Another" })).await.expect(201);
        assert!(ids(&idle.get("/api/projects/").await.json()["results"]).is_empty());
        assert_eq!(owner.get("/api/projects/").await.json()["count"], 3);

        // Off: everybody is what they were.
        let turned = owner.post(ROLES, json!({ "on": false })).await.expect(200).json();
        assert_eq!((&turned["default_role"], &turned["members"]), (&json!("ME"), &json!(3)));
        assert_eq!(idle.get("/api/projects/").await.json()["count"], 3);
        worker.post("/api/projects/", json!({ "title": "Another" })).await.expect(201);
    }

    async fn sec_107_who_was_a_member_and_comes_back_gets_the_role_of_newcomers(kit: Kit) {
        let owner = kit.owner().await;
        let (away, sent_off) = (kit.member(&owner, "away@example.com").await, kit.member(&owner, "off@example.com").await);
        let (away_id, off_id) = (id_of(&away).await, id_of(&sent_off).await);
        let members = "/api/organizations/1/memberships";
        owner.patch(members, json!({ "user_id": away_id, "active": false })).await.expect(200);
        let body = json!({ "on": true, "roles": [{ "user": off_id, "role": "DI" }] });
        owner.post(ROLES, body).await.expect(200);
        for id in [away_id, off_id] {
            let back = owner.patch(members, json!({ "user_id": id, "active": true })).await.expect(200).json();
            assert_eq!(back["role"], "AN");
        }
        // Where no roles are used, people come back as what they were.
        owner.post(ROLES, json!({ "on": false })).await.expect(200);
        owner.patch(members, json!({ "user_id": away_id, "active": false })).await.expect(200);
        let back = owner.patch(members, json!({ "user_id": away_id, "active": true })).await.expect(200).json();
        assert_eq!(back["role"], "ME");
    }

    async fn sec_114_only_the_owner_turns_roles_and_stays_owner(kit: Kit) {
        let team = team(&kit).await;
        for person in [&team.administrator, &team.manager, &team.reviewer, &team.annotator] {
            person.post(ROLES, json!({ "on": false })).await.expect(403);
            person.get("/api/organizations/1/roles-preview/").await.expect(403);
        }
        let owner = id_of(&team.owner).await;
        for (user, role) in [(owner, "AN"), (999, "AN"), (id_of(&team.annotator).await, "OW"), (id_of(&team.annotator).await, "ZZ")] {
            let body = json!({ "on": true, "roles": [{ "user": user, "role": role }] });
            team.owner.post(ROLES, body).await.expect(400);
        }
        team.owner.post("/api/organizations/2/roles/", json!({ "on": false })).await.expect(404);
        // A change of one person alone leaves the others.
        turn_on(&team.owner, &[(&team.annotator, "MA")]).await;
        team.annotator.post("/api/projects/", json!({ "title": "Another" })).await.expect(201);
        team.reviewer.post("/api/projects/", json!({ "title": "Another" })).await.expect(403);
        // The deactivated may do nothing.
        turn_on(&team.owner, &[(&team.reviewer, "DI")]).await;
        let reply = team.reviewer.get("/api/projects/").await;
        assert!(matches!(reply.status, 401 | 403), "{}", reply.status);
    }
}
