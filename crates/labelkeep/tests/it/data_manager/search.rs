//! Lists of which no index knows the tasks: a page shows what was found in its time, and is whole for who waits.

use labelkeep_testkit::{Client, KitOptions, Value, json, on_both_databases};

use super::{line, list, only, task_ids};
use crate::roles::annotate;
use crate::work::project;

/// No time at all: a page has what is found before the clock is looked at.
fn hasty() -> KitOptions {
    KitOptions::default().with("LABELKEEP_SEARCH_MILLISECONDS", "0")
}

async fn page(owner: &Client, id: i64, query: &Value, more: &str) -> Value {
    list(owner, id, query, &format!("&page_size=10&include=id{more}"))
        .await
        .expect(200)
        .json()
}

on_both_databases! {
    async fn a_page_shows_what_was_found_in_time_and_all_to_who_waits(kit: Kit, hasty()) {
        let owner = kit.owner().await;
        let (id, _) = project(&owner, 0, json!({})).await;
        let data: Vec<Value> = (0..5_200).map(|number| json!({ "text": format!("t{number:04}"), "n": number % 2 })).collect();
        owner.post(&format!("/api/projects/{id}/import"), Value::Array(data)).await.expect(201);
        let all = list(&owner, id, &json!({}), "&page_size=1000").await.expect(200).json();
        let first = task_ids(&all)[0];
        let expected: Vec<i64> = (0..26).map(|number| first + 5 + number * 200).collect();
        let rare = only(line("data.text", "regex", "String", "[02468]05$"));

        let hasty = page(&owner, id, &rare, "&totals=later").await;
        assert_eq!((&hasty["is_searching"], &hasty["total_is_exact"]), (&json!(true), &json!(false)));
        let found = task_ids(&hasty);
        assert!(found.len() < 10 && expected.starts_with(&found), "{found:?}");
        // The last page needs the exact number, and waits for it.
        let last = page(&owner, id, &rare, "&page=last&totals=later").await;
        assert_eq!((&last["total"], &last["page"]), (&json!(26), &json!(3)));

        for number in [1, 3, 2] {
            let whole = page(&owner, id, &rare, &format!("&page={number}")).await;
            assert_eq!((&whole["total"], whole.get("is_searching")), (&json!(26), None));
            let end = (number * 10).min(26);
            assert_eq!(task_ids(&whole), expected[(number - 1) * 10..end]);
        }
        list(&owner, id, &rare, "&page_size=10&page=4").await.expect(404);
        // The list is kept, and whoever turns its pages waits no more.
        let kept = page(&owner, id, &rare, "&page=2&totals=later").await;
        assert_eq!((task_ids(&kept).as_slice(), &kept["total_is_exact"], kept.get("is_searching")), (&expected[10..20], &json!(true), None));
        // Not when something has happened since.
        annotate(&owner, first + 5, "pos").await;
        let hasty = page(&owner, id, &rare, "&totals=later").await;
        assert_eq!(hasty["is_searching"], true);
        let whole = page(&owner, id, &rare, "").await;
        assert_eq!((&whole["total"], &whole["total_annotations"]), (&json!(26), &json!(1)));

        // The same where it is the order that no index has.
        let ordered = json!({ "ordering": ["-tasks:storage_filename"] });
        let hasty = page(&owner, id, &ordered, "&totals=later").await;
        assert_eq!((&hasty["is_searching"], &hasty["total"], &hasty["total_is_exact"]), (&json!(true), &json!(5_200), &json!(true)));
        let whole = page(&owner, id, &ordered, "").await;
        assert_eq!((task_ids(&whole)[0], &whole["total"], whole.get("is_searching")), (first + 5_199, &json!(5_200), None));
    }
}
