//! Lists of tasks: pages, totals, columns, and what roles see.

use labelkeep_testkit::{Value, json, on_both_databases};

use super::{line, list, only, task_ids};
use crate::roles::{annotate, id_of, join, team};
use crate::work::project;

on_both_databases! {
    async fn filtered_pages_lie_behind_each_other_to_the_last(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 60, json!({})).await;
        let query = json!({ "filters": { "conjunction": "or", "items": [line("data.text", "contains", "String", "1"), line("inner_id", "equal", "Number", 3)] }, "ordering": ["-tasks:data.text"] });
        let mut texts: Vec<(String, i64)> = (0..60).map(|number| (format!("text {number}"), tasks[number])).filter(|(text, task)| text.contains('1') || *task == tasks[2]).collect();
        texts.sort();
        let expected: Vec<i64> = texts.into_iter().rev().map(|(_, task)| task).collect();
        for totals in ["", "&totals=later"] {
            let mut seen = Vec::new();
            for page in 1..=3 {
                let answer = list(&owner, id, &query, &format!("&page={page}&page_size=6{totals}")).await.expect(200).json();
                assert!(answer["total"].as_i64().expect("a number") <= expected.len() as i64);
                seen.extend(task_ids(&answer));
            }
            assert_eq!(seen, expected, "{totals}");
            let last = list(&owner, id, &query, &format!("&page=last&page_size=6{totals}")).await.expect(200).json();
            assert_eq!((task_ids(&last).as_slice(), &last["page"], &last["total"]), (&expected[12..], &json!(3), &json!(expected.len())));
            assert_eq!(list(&owner, id, &query, &format!("&page=4&page_size=6{totals}")).await.expect(404).json()["detail"], "Invalid page.");
        }
        let request = owner.request(reqwest::Method::GET, &format!("/api/dm/totals/?project={id}")).query(&[("query", query.to_string())]);
        assert_eq!(owner.send(request).await.expect(200).json(), json!({ "total": expected.len(), "total_annotations": 0, "total_predictions": 0 }));
    }

    async fn columns_name_data_keys_of_the_configuration_first(kit: Kit) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        owner.post(&format!("/api/projects/{id}/import"), json!([{ "text": "a", "n": 1 }])).await.expect(201);
        let answer = owner.get(&format!("/api/dm/columns/?project={id}")).await.expect(200).json();
        let columns = answer["columns"].as_array().expect("a list");
        assert_eq!(columns[0], json!({ "id": "text", "title": "text", "type": "String", "target": "tasks", "parent": "data", "visibility_defaults": { "explore": true, "labeling": true }, "project_defined": true,
            "operators": ["contains", "not_contains", "regex", "equal", "not_equal", "empty"], "orderable": true }));
        assert_eq!((&columns[1]["id"], &columns[1]["type"], &columns[1]["visibility_defaults"]["labeling"]), (&json!("n"), &json!("Unknown"), &json!(false)));
        assert_eq!((&columns[2]["id"], &columns[2]["title"]), (&json!("id"), &json!("ID")));
        assert_eq!(columns.last().expect("some")["children"], json!(["text", "n"]));
        let state = owner.get(&format!("/api/dm/project/?project={id}")).await.expect(200).json();
        assert_eq!((&state["task_count"], &state["can_delete_tasks"], &state["config_has_control_tags"]), (&json!(1), &json!(true), &json!(true)));
    }

    async fn results_and_labels_are_made_where_they_are_shown(kit: Kit) {
        let owner = kit.owner().await;
        let (id, tasks) = project(&owner, 1, json!({})).await;
        annotate(&owner, tasks[0], "pos").await;
        let plain = list(&owner, id, &json!({}), "").await.expect(200).json();
        assert_eq!((&plain["tasks"][0]["annotations_results"], plain["tasks"][0].get("labels")), (&json!(""), None));
        let shown = list(&owner, id, &json!({ "hiddenColumns": { "explore": [], "labeling": [] } }), "").await.expect(200).json();
        assert_eq!(shown["tasks"][0]["labels"], json!({ "label": { "pos": 1 } }));
        assert!(shown["tasks"][0]["annotations_results"].as_str().expect("a text").contains("choices"));
        assert!(shown["tasks"][0].get("annotations").is_none());
    }

    async fn sec_117_annotators_filter_and_order_by_their_own_work(kit: Kit) {
        let team = team(&kit).await;
        let (id, tasks) = project(&team.owner, 4, json!({ "maximum_annotations": 2 })).await;
        join(&team.owner, id, &[&team.annotator]).await;
        annotate(&team.owner, tasks[0], "pos").await;
        annotate(&team.owner, tasks[1], "pos").await;
        annotate(&team.annotator, tasks[2], "neg").await;
        let mine = only(line("total_annotations", "greater", "Number", 0));
        let seen = list(&team.annotator, id, &mine, "").await.expect(200).json();
        assert_eq!((task_ids(&seen), &seen["total"], &seen["total_annotations"]), (vec![tasks[2]], &json!(1), &json!(1)));
        assert_eq!(task_ids(&list(&team.owner, id, &mine, "").await.expect(200).json()), tasks[..3]);
        let by_count = json!({ "ordering": ["-tasks:total_annotations"] });
        assert_eq!(task_ids(&list(&team.annotator, id, &by_count, "").await.expect(200).json())[0], tasks[2]);
        for (column, operator, value) in [("annotations_results", "contains", json!("pos")), ("completed_at", "empty", json!(false)), ("annotations_ids", "empty", json!(false))] {
            let query = only(line(column, operator, "String", value));
            let found = task_ids(&list(&team.annotator, id, &query, "").await.expect(200).json());
            assert!(found.iter().all(|task| *task == tasks[2]), "{column}: {found:?}");
        }
        let owner_id = id_of(&team.owner).await;
        for column in ["annotators", "updated_by", "assigned"] {
            list(&team.annotator, id, &only(line(column, "contains", "List", owner_id)), "").await.expect(400);
        }
        let answer = team.annotator.get(&format!("/api/dm/columns/?project={id}")).await.expect(200).json();
        let names: Vec<&str> = answer["columns"].as_array().expect("a list").iter().filter_map(|column| column["id"].as_str()).collect();
        assert!(!names.contains(&"annotators") && names.contains(&"total_annotations"));
        assert_eq!(answer["people"], Value::Array(Vec::new()));
    }
}
