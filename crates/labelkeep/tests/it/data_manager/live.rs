//! What changes while somebody looks, and the project's home.

use labelkeep_testkit::{json, on_both_databases};

use super::list;
use crate::roles::{annotate, id_of, join, team};
use crate::work::{answer, project};

on_both_databases! {
    async fn changes_are_told_while_somebody_looks(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 3, json!({})).await;
        let request = owner.request(reqwest::Method::GET, &format!("/api/dm/events/?project={id}"));
        let mut stream = request.send().await.expect("an answer");
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        let mut heard = String::new();
        let (mut annotated, mut changed, mut viewed, mut deleted) = (false, false, false, false);
        // Each step waits for what the one before has to say.
        while !(heard.contains("event: views") && heard.contains("event: jobs")) {
            let piece = stream.chunk().await.unwrap_or_else(|error| panic!("{error} after {heard}")).expect("it has not ended");
            heard.push_str(std::str::from_utf8(&piece).expect("text"));
            if !annotated && heard.contains("event: counters") {
                annotated = true;
                annotate(&owner, tasks[1], "pos").await;
            }
            if !changed && heard.contains(&format!("event: tasks\ndata: {{\"ids\":[{}]}}", tasks[1])) {
                changed = true;
                owner.patch(&format!("/api/tasks/{}/", tasks[2]), json!({ "data": { "text": "new" } })).await.expect(200);
            }
            if !viewed && heard.contains(&format!("event: tasks\ndata: {{\"ids\":[{}]}}", tasks[2])) {
                viewed = true;
                owner.post("/api/dm/views/", json!({ "project": id, "data": {} })).await.expect(201);
            }
            // The last task takes the views with it: nobody would hear of the new one.
            if !deleted && heard.contains("event: views") {
                deleted = true;
                owner.post(&format!("/api/dm/actions/?project={id}&id=delete_tasks"), json!({})).await.expect(200);
            }
        }
        assert!(heard.contains("\"total_annotations_number\":1") && heard.contains("event: reload"), "{heard}");
    }

    async fn who_looks_on_does_not_keep_the_server_from_ending(kit: Kit) {
        let mut kit = kit;
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 1, json!({})).await;
        let request = owner.request(reqwest::Method::GET, &format!("/api/dm/events/?project={id}"));
        let mut stream = request.send().await.expect("an answer");
        let first = stream.chunk().await.expect("it begins").expect("it has not ended");
        assert!(first.starts_with(b"retry:"));
        // The server would cut it off after 25 seconds.
        let begun = std::time::Instant::now();
        kit.restart().await;
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        while let Ok(Some(_)) = stream.chunk().await {}
    }

    async fn the_home_of_a_project_is_made_from_counters(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.owner, 4, json!({})).await;
        join(&team.owner, id, &[&team.annotator]).await;
        for (person, task, seconds) in [(&team.owner, tasks[0], 10.0), (&team.annotator, tasks[1], 20.0), (&team.annotator, tasks[2], 30.0)] {
            let body = json!({ "result": answer("pos"), "lead_time": seconds });
            person.post(&format!("/api/tasks/{task}/annotations/"), body).await.expect(201);
        }
        let skipped = json!({ "result": [], "was_cancelled": true });
        team.annotator.post(&format!("/api/tasks/{}/annotations/", tasks[3]), skipped).await.expect(201);
        let path = format!("/api/dm/statistics/?project={id}&days=7");
        // On PostgreSQL the log is counted once its entries have settled.
        kit.until("all is counted", || async {
            let home = team.owner.get(&path).await.json();
            home["days"][6]["submitted"] == 3 && home["days"][6]["skipped"] == 1
        }).await;
        let home = team.owner.get(&path).await.expect(200).json();
        assert_eq!((&home["tasks"]["total"], &home["tasks"]["finished"], &home["tasks"]["skipped_annotations"]), (&json!(4), &json!(3), &json!(1)));
        assert_eq!((&home["seconds_per_task"], &home["days"].as_array().expect("a list").len()), (&json!(20.0), &7));
        assert_eq!(home["labels"], json!([{ "control": "label", "labels": [{ "label": "pos", "count": 3 }] }]));
        let annotator = id_of(&team.annotator).await;
        assert_eq!((&home["people"][0]["user"], &home["people"][0]["tasks"], &home["people"][0]["seconds_per_task"]), (&json!(annotator), &json!(3), &json!(25.0)));
        // Annotators see what they have done themselves.
        let own = team.annotator.get(&path).await.expect(200).json();
        assert_eq!((&own["days"][6]["submitted"], &own["people"].as_array().expect("a list").len(), &own["labels"]), (&json!(2), &1, &json!([])));
        let listed = list(&team.annotator, id, &json!({}), "").await.expect(200).json();
        assert_eq!(listed["total_annotations"], 2);
    }
}
