use labelkeep_testkit::{Value, json, on_both_databases};

use super::{join, team};
use crate::work::project;

const PATH: &str = "/api/organizations/1/permissions";

on_both_databases! {
    async fn sec_116_a_switch_counts_at_once_and_goes_back(kit: Kit) {
        let team = team(&kit).await;
        let (id, _) = project(&team.owner, 1, json!({})).await;
        join(&team.owner, id, &[&team.annotator, &team.manager]).await;
        let export = format!("/api/projects/{id}/export?exportType=JSON&download_all_tasks=true");
        team.annotator.get(&export).await.expect(403);

        let list = team.owner.get(PATH).await.expect(200).json();
        let find = |list: &Value| list.as_array().expect("a list").iter().find(|one| one["permission"] == "export_data").expect("there").clone();
        let before = find(&list);
        assert_eq!((&before["roles"], &before["is_default"]), (&json!(["OW", "AD", "MA"]), &json!(true)));
        assert_eq!((&before["default"], &before["organization"]), (&before["roles"], &json!(1)));
        let done = team.owner.post(PATH, json!({ "permission": "export_data", "roles": ["AN"] })).await.expect(201).json();
        assert_eq!((&done["roles"], &done["is_default"]), (&json!(["OW", "AN"]), &json!(false)));
        team.annotator.get(&export).await.expect(200);
        team.manager.get(&export).await.expect(403);
        team.owner.get(&export).await.expect(200);

        let one = format!("{PATH}/export_data");
        let changed = team.owner.patch(&one, json!({ "roles": ["OW", "AD", "MA", "RE"] })).await.expect(200).json();
        assert_eq!(changed["roles"], json!(["OW", "AD", "MA", "RE"]));
        assert_eq!(team.owner.patch(&one, json!({})).await.expect(200).json()["roles"], changed["roles"]);
        assert_eq!(team.owner.put(&one, json!({ "permission": "export_data" })).await.expect(200).json()["roles"], json!(["OW"]));
        team.owner.delete(&one).await.expect(204);
        assert_eq!(find(&team.owner.get(PATH).await.json()), before);
        team.manager.get(&export).await.expect(200);
        let options = team.owner.get(&format!("{PATH}/options")).await.expect(200).json();
        assert_eq!(find(&options)["options"], json!(["AD", "MA", "RE", "AN"]));
    }

    async fn sec_107_switches_stay_within_their_options_and_are_the_owners(kit: Kit) {
        let team = team(&kit).await;
        let body = json!({ "permission": "invite_members", "roles": ["AN"] });
        team.owner.post(PATH, body).await.expect(400);
        team.owner.post(PATH, json!({ "permission": "no_such", "roles": [] })).await.expect(400);
        team.owner.get(&format!("{PATH}/no_such")).await.expect(404);
        team.owner.get("/api/organizations/2/permissions").await.expect(404);
        for person in [&team.administrator, &team.manager, &team.annotator] {
            person.get(PATH).await.expect(403);
            person.post(PATH, json!({ "permission": "export_data", "roles": ["AN"] })).await.expect(403);
            person.delete(&format!("{PATH}/export_data")).await.expect(403);
        }
    }
}
