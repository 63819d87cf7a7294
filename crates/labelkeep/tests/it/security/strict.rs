//! `?strict=true` (SEC-119): what a body has and nobody takes is named; without it, it is ignored.

use labelkeep_api::routes::Need;
use labelkeep_testkit::{json, on_both_databases};
use reqwest::Method;

use super::routes::{filled, objects};
use super::snapshot::{difference, snapshot};
use crate::roles::{join, team};
use crate::work::{answer, project};

on_both_databases! {
    async fn sec_119_every_write_names_what_it_does_not_take(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.owner, &team.annotator).await;
        let before = snapshot(&kit).await;
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for route in labelkeep_api::table().iter().filter(|route| route.reads_json && route.method != Method::GET) {
            seen += 1;
            let id = match route.need.expect("said") {
                Need::Action(_, kind) => objects.on(route.path, kind).unwrap_or(1),
                _ => 1,
            };
            let path = filled(route.path, id);
            let path = format!("{path}{}strict=true", if path.contains('?') { '&' } else { '?' });
            let one = json!({ "no_such_property": 1 });
            let body = if route.path.ends_with("/import/predictions") { json!([one]) } else { one };
            let request = team.owner.with_csrf(team.owner.request(route.method.clone(), &path));
            let reply = team.owner.send(request.json(&body)).await;
            if reply.status != 400 || !reply.text.contains("no_such_property") {
                wrong.push(format!("{} {}: {} {}", route.method, route.path, reply.status, reply.text));
            }
        }
        assert!(seen > 50, "the table has become short: {seen}");
        assert!(wrong.is_empty(), "{wrong:#?}");
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
    }

    async fn sec_119_what_was_read_can_be_sent_back_and_is_refused_when_strict(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.owner, 1, json!({ "maximum_annotations": 3 })).await;
        join(&team.owner, id, &[&team.annotator]).await;
        let path = format!("/api/projects/{id}/");
        let mut read = team.owner.get(&path).await.expect(200).json();
        read["title"] = json!("Renamed");
        read["created_at"] = json!("2001-01-01T00:00:00Z");
        let refused = team.owner.patch(&format!("{path}?strict=true"), read.clone()).await.expect(400);
        assert!(refused.text.contains("created_at") && refused.text.contains("task_number"), "{}", refused.text);
        assert_eq!(team.owner.get(&path).await.json()["title"], "A project");
        let changed = team.owner.patch(&path, read.clone()).await.expect(200).json();
        assert_eq!(changed["title"], "Renamed");
        assert_ne!(changed["created_at"], read["created_at"]);
        team.owner.patch(&format!("{path}?strict=true"), json!({ "title": "Strictly" })).await.expect(200);
        team.owner.patch(&format!("{path}?strict=perhaps"), json!({ "title": "x" })).await.expect(400);
        // Inside: the scope of a token.
        let tokens = "/api/current-user/tokens/";
        let wish = json!({ "name": "x", "scope": { "wrte": true } });
        let refused = team.owner.post(&format!("{tokens}?strict=1"), wish.clone()).await.expect(400);
        assert!(refused.text.contains("scope.wrte"), "{}", refused.text);
        team.owner.post(tokens, wish).await.expect(201);
        // Properties that are not everybody's: what an annotator says of them is not taken.
        let path = format!("/api/tasks/{}/annotations/", tasks[0]);
        let work = json!({ "result": answer("pos"), "ground_truth": true });
        let refused = team.annotator.post(&format!("{path}?strict=true"), work.clone()).await.expect(400);
        assert!(refused.text.contains("ground_truth"), "{}", refused.text);
        assert_eq!(team.annotator.post(&path, work.clone()).await.expect(201).json()["ground_truth"], false);
        assert_eq!(team.owner.post(&format!("{path}?strict=true"), work).await.expect(201).json()["ground_truth"], true);
        // What is in a result is the annotator's own.
        let free = json!({ "result": [{ "id": "a", "from_name": "label", "to_name": "text", "type": "choices",
            "value": { "choices": ["pos"] }, "meta": { "mine": 1 } }] });
        team.owner.post(&format!("{path}?strict=true"), free).await.expect(201);
    }
}
