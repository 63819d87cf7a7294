//! The index of texts: asked for by a filter, filled by a job, with the answers that reading gives.

use labelkeep_testkit::{Value, json, on_both_databases};

use super::{line, list, only, task_ids};
use crate::work::project;

on_both_databases! {
    async fn an_index_of_texts_gives_the_answers_that_reading_gives(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let data: Vec<Value> = (0..5_200).map(|number| json!({ "text": format!("Straße {number} ΣΟΦΌΣ"), "deep": { "k": [format!("In\nner{}", number % 100)] } })).collect();
        owner.post(&format!("/api/projects/{id}/import"), Value::Array(data)).await.expect(201);
        let texts = ["straße 51", "STRASSE", "σοφός", "ße 5199", "no such text", "E 7 Σ"];
        let ask = |text: &str| only(line("data.text", "contains", "String", text));
        let mut read = Vec::new();
        for text in texts {
            read.push(list(&owner, id, &ask(text), "&page_size=1000&include=id").await.expect(200).json());
        }
        assert!(read[0]["indexing"][0]["column"] == "data.text" && read[1]["total"] == 0 && read[2]["total"] == 5_200);
        kit.until("the index is built", || async {
            list(&owner, id, &ask("straße 51"), "&page_size=1").await.json()["indexing"] == json!([])
        }).await;
        for (text, read) in texts.iter().zip(&read) {
            let indexed = list(&owner, id, &ask(text), "&page_size=1000&include=id").await.expect(200).json();
            assert_eq!((task_ids(&indexed), &indexed["total"]), (task_ids(read), &read["total"]), "{text}");
        }
        let deep = only(line("data.deep__k__0", "contains", "String", "n\nNER42"));
        assert_eq!(list(&owner, id, &deep, "").await.expect(200).json()["total"], 52);
        // What changes behind it is found, too: new tasks, changed data, and not what is gone.
        let first = task_ids(&read[2])[0];
        owner.patch(&format!("/api/tasks/{first}/"), json!({ "data": { "text": "quite another thing" } })).await.expect(200);
        let made = owner.post("/api/tasks/", json!({ "project": id, "data": { "text": "ANOTHER one" } })).await.expect(201).json();
        let found = list(&owner, id, &ask("another"), "").await.expect(200).json();
        assert_eq!(task_ids(&found), [first, made["id"].as_i64().expect("an id")]);
        assert_eq!(task_ids(&list(&owner, id, &ask("straße 0 "), "").await.expect(200).json()), Vec::<i64>::new());
        owner.delete(&format!("/api/tasks/{first}/")).await.expect(204);
        assert_eq!(list(&owner, id, &ask("another"), "").await.expect(200).json()["total"], 1);
    }
}
