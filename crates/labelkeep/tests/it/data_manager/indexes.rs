//! Lists that are ordered by a key of task data, filtered by its value, or by what annotations say: with indexes they are what they
//! were without, at both ends and in the middle, whatever is changed.

use labelkeep_testkit::{Client, Value, json, on_both_databases};

use super::random_filters::evaluated;
use super::{line, list, task_ids};
use crate::roles::annotate;
use crate::work::{answer, project};

fn queries() -> Vec<Value> {
    let filters = |items: Vec<Value>| json!({ "conjunction": "and", "items": items });
    let mut queries = Vec::new();
    for order in ["tasks:data.text", "-tasks:data.text", "tasks:data.n", "-tasks:data.n"] {
        queries.push(json!({ "filters": filters(vec![]), "ordering": [order] }));
    }
    for order in ["-tasks:data.text", "tasks:data.n"] {
        let some = line("id", "greater", "Number", 40);
        queries.push(json!({ "filters": filters(vec![some]), "ordering": [order] }));
    }
    let equal = line("data.n", "equal", "Number", 5);
    let either = json!({ "conjunction": "or", "items": [equal, line("data.text", "equal", "String", "t77")] });
    queries.push(json!({ "filters": either, "ordering": ["-tasks:data.text"] }));
    for one in [
        line("data.n", "in", "Number", json!({ "min": 10, "max": 12 })),
        line("data.n", "empty", "Number", true),
        line("data.text", "equal", "String", "t4"),
        line("annotations_results", "contains", "String", "\"neg\""),
        line("annotations_results", "contains", "String", "pos"),
    ] {
        queries.push(json!({ "filters": filters(vec![one]), "ordering": [] }));
    }
    for query in &mut queries {
        query["columnsDisplayType"] = json!({ "tasks:data.n": "Number" });
        query["selectedItems"] = Value::Null;
    }
    queries
}

/// All tasks with what hangs on them.
async fn everything(owner: &Client, id: i64) -> Vec<Value> {
    let mut tasks = Vec::new();
    loop {
        let more = format!("&page_size=1000&fields=all&page={}", tasks.len() / 1_000 + 1);
        let answer = list(owner, id, &json!({}), &more).await.expect(200).json();
        tasks.extend(answer["tasks"].as_array().expect("a list").iter().cloned());
        if answer["total"] == tasks.len() {
            return tasks;
        }
    }
}

/// The lists are those that a plain evaluation gives.
async fn agree(owner: &Client, id: i64, queries: Vec<Value>, when: &str) {
    let tasks = everything(owner, id).await;
    for (number, query) in queries.into_iter().enumerate() {
        let expected = evaluated(&tasks, &query);
        let pages = expected.len().div_ceil(60).max(1);
        let totals = if number % 3 == 0 { "" } else { "&totals=later" };
        for page in [1, pages.div_ceil(2), pages] {
            let more = format!("&page_size=60&include=id&page={page}{totals}");
            let mut answer = list(owner, id, &query, &more).await.expect(200).json();
            let here = &expected[((page - 1) * 60).min(expected.len())..(page * 60).min(expected.len())];
            if answer["is_searching"] == true {
                // What was found in time, and then all of it.
                assert!(here.starts_with(&task_ids(&answer)), "{when}: {query}");
                let more = more.replace("&totals=later", "");
                answer = list(owner, id, &query, &more).await.expect(200).json();
            }
            assert_eq!(task_ids(&answer), here, "{when}, page {page} of {pages}: {query}");
            let is_exact = totals.is_empty() || answer["total_is_exact"] == true;
            assert!(!is_exact || answer["total"] == expected.len(), "{when}: {query}");
        }
        let beyond = format!("&page_size=60&include=id&page={}{totals}", pages + 1);
        list(owner, id, &query, &beyond).await.expect(404);
    }
}

on_both_databases! {
    async fn lists_from_indexes_are_those_that_reading_gives(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let data: Vec<Value> = (0..5_200_i64).map(|number| {
            let mut data = json!({ "text": format!("t{}", number * 7_919 % 5_200) });
            match number % 4 {
                0 => data["n"] = json!(number * 31 % 1_000),
                1 => data["n"] = json!(format!("{}", number % 50)),
                2 => data["n"] = json!("none"),
                _ => {}
            }
            if number % 1_000 == 3 {
                data["text"] = json!("");
            }
            let label = if number % 700 == 0 { "neg" } else { "pos" };
            json!({ "data": data, "annotations": [{ "result": answer(label) }] })
        }).collect();
        owner.post(&format!("/api/projects/{id}/import"), Value::Array(data)).await.expect(201);
        let begun = list(&owner, id, &queries()[0], "").await.expect(200).json();
        assert_eq!(begun["indexing"][0]["column"], "data.text");
        agree(&owner, id, queries().split_off(7), "while the indexes are built").await;
        kit.until("the indexes are built", || async {
            for query in queries() {
                if list(&owner, id, &query, "&page_size=1").await.expect(200).json()["indexing"] != json!([]) {
                    return false;
                }
            }
            true
        }).await;
        agree(&owner, id, queries(), "with indexes").await;

        let tasks = everything(&owner, id).await;
        let task = |place: usize| tasks[place]["id"].as_i64().expect("an id");
        owner.patch(&format!("/api/tasks/{}/", task(9)), json!({ "data": { "text": "t0000", "n": 5 } })).await.expect(200);
        owner.patch(&format!("/api/tasks/{}/", task(4_000)), json!({ "data": { "text": "t5" } })).await.expect(200);
        owner.post("/api/tasks/", json!({ "project": id, "data": { "text": "t77", "n": "11" } })).await.expect(201);
        owner.post(&format!("/api/projects/{id}/import"), json!([{ "text": "zz" }, { "text": "a", "n": 2_000 }])).await.expect(201);
        let annotation = tasks[30]["annotations"][0]["id"].as_i64().expect("an id");
        owner.patch(&format!("/api/annotations/{annotation}/"), json!({ "result": answer("neg") })).await.expect(200);
        annotate(&owner, task(31), "neg").await;
        agree(&owner, id, queries(), "with what has changed since").await;

        // In the trash, and back from there.
        let chosen = json!({ "selectedItems": { "all": false, "included": [task(0), task(9), task(700)] } });
        let act = async |name: &str| owner.post(&format!("/api/dm/actions/?project={id}&id={name}"), chosen.clone()).await.expect(200).json();
        let annotations = act("delete_tasks_annotations").await;
        let gone = act("delete_tasks").await;
        agree(&owner, id, queries(), "with tasks in the trash").await;
        for deleted in [&gone, &annotations] {
            owner.post(&format!("/api/dm/trash/{}/restore/", deleted["trash"]), json!({})).await.expect(200);
        }
        agree(&owner, id, queries(), "with tasks that came back").await;
    }
}
