//! Random filters, orders and selections give the same tasks in the same order from the database and from a plain evaluation of
//! the tasks in memory: on SQLite and on PostgreSQL, and so the same from both.

use std::cmp::Ordering;

use labelkeep_testkit::{Value, json, on_both_databases};

use super::{list, task_ids};
use crate::roles::{annotate, id_of};
use crate::work::{answer, project};

/// A small generator: the same filters in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, number: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % number
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// What a column holds for a task.
enum Held {
    Number(Option<f64>),
    Time(Option<String>),
    Boolean(bool),
    Text(Option<String>),
    People(Vec<i64>),
    Results(Vec<Value>),
    Ids(Vec<i64>),
    Versions(Vec<String>),
}

const NUMBERS: &[&str] = &[
    "id",
    "inner_id",
    "total_annotations",
    "cancelled_annotations",
    "total_predictions",
    "predictions_score",
    "avg_lead_time",
    "overlap",
    "data.n",
    "data.deep__k",
];
const TIMES: &[&str] = &["created_at", "updated_at", "completed_at"];
const BOOLEANS: &[&str] = &["draft_exists", "is_labeled", "ground_truth", "allow_skip"];
const TEXTS: &[&str] = &[
    "data.text",
    "data.n",
    "data.deep__k",
    "data.none",
    "data.list",
    "file_upload",
    "storage_filename",
];
const PEOPLE: &[&str] = &["annotators", "updated_by"];
const RESULTS: &[&str] = &["annotations_results", "predictions_results"];

fn number_of(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|_| plain)
}

fn mean(numbers: Vec<f64>) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

fn items<'a>(task: &'a Value, name: &str) -> &'a [Value] {
    task[name].as_array().map_or(&[], Vec::as_slice)
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn held(task: &Value, column: &str, kind: &str) -> Held {
    let annotations = items(task, "annotations");
    if let Some(key) = column.strip_prefix("data.") {
        let text = key
            .split("__")
            .try_fold(&task["data"], |at, key| at.get(key))
            .and_then(shown);
        return if kind == "Number" {
            Held::Number(text.as_deref().and_then(number_of))
        } else {
            Held::Text(text)
        };
    }
    match column {
        "predictions_score" => Held::Number(mean(
            items(task, "predictions")
                .iter()
                .filter_map(|one| one["score"].as_f64())
                .collect(),
        )),
        "avg_lead_time" => Held::Number(mean(
            annotations.iter().filter_map(|one| one["lead_time"].as_f64()).collect(),
        )),
        "completed_at" => {
            let newest = annotations.iter().max_by_key(|one| one["id"].as_i64());
            Held::Time(
                newest
                    .filter(|_| task["is_labeled"] == true)
                    .and_then(|one| shown(&one["created_at"])),
            )
        }
        "draft_exists" => Held::Boolean(!items(task, "drafts").is_empty()),
        "is_labeled" => Held::Boolean(task["is_labeled"] == true),
        "ground_truth" => Held::Boolean(annotations.iter().any(|one| one["ground_truth"] == true)),
        "allow_skip" => Held::Boolean(true),
        "annotators" => Held::People(
            annotations
                .iter()
                .filter_map(|one| one["completed_by"].as_i64())
                .collect(),
        ),
        "updated_by" => Held::People(
            items(task, "updated_by")
                .iter()
                .filter_map(|one| one["user_id"].as_i64())
                .collect(),
        ),
        "annotations_results" => Held::Results(annotations.iter().map(|one| one["result"].clone()).collect()),
        "predictions_results" => Held::Results(
            items(task, "predictions")
                .iter()
                .map(|one| one["result"].clone())
                .collect(),
        ),
        "annotations_ids" => Held::Ids(annotations.iter().filter_map(|one| one["id"].as_i64()).collect()),
        "predictions_model_versions" => Held::Versions(
            items(task, "predictions")
                .iter()
                .filter_map(|one| shown(&one["model_version"]))
                .collect(),
        ),
        "file_upload" | "storage_filename" => Held::Text(shown(&task[column])),
        name if TIMES.contains(&name) => Held::Time(shown(&task[name])),
        name => Held::Number(task[name].as_f64()),
    }
}

fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|one| if one == 'ς' { 'σ' } else { one })
        .collect()
}

/// Patterns that both databases read alike, each with what it means.
type Pattern = (&'static str, fn(&str) -> bool);
const PATTERNS: &[Pattern] = &[
    ("^text [0-9]+$", |text| {
        text.strip_prefix("text ")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    }),
    ("a.c", |text| {
        text.chars()
            .collect::<Vec<_>>()
            .windows(3)
            .any(|three| three[0] == 'a' && three[1] != '\n' && three[2] == 'c')
    }),
    ("(", |_| false),
    ("pos|neg", |text| text.contains("pos") || text.contains("neg")),
];

/// Whether a task passes a line, without its child.
fn passes(task: &Value, line: &Value) -> bool {
    let column = line["filter"]
        .as_str()
        .expect("a name")
        .strip_prefix("filter:tasks:")
        .expect("a prefix");
    let (operator, value) = (line["operator"].as_str().expect("one"), &line["value"]);
    if value.is_null() {
        return true;
    }
    let negated = operator.starts_with("not_");
    let empty = |is_empty: bool| is_empty == (*value == json!(true));
    let counts = ["total_annotations", "cancelled_annotations", "total_predictions"].contains(&column);
    match held(task, column, line["type"].as_str().expect("one")) {
        Held::Number(number) if operator == "empty" => {
            empty(if counts { number == Some(0.0) } else { number.is_none() })
        }
        Held::Time(time) if operator == "empty" => empty(time.is_none()),
        Held::Number(None) => negated && !column.starts_with("data."),
        Held::Time(None) => negated,
        Held::Number(Some(number)) => compares(&number, operator, value, |value| value.as_f64().expect("a number")),
        Held::Time(Some(time)) => compares(&time, operator, value, |value| {
            value.as_str().expect("a time").to_owned()
        }),
        Held::Boolean(held) => held == (*value == json!(true) || *value == json!("1")),
        Held::Text(text) => {
            let wanted = value.as_str().unwrap_or_default();
            match operator {
                "empty" => empty(text.is_none_or(|text| text.is_empty())),
                "contains" | "not_contains" => text.is_some_and(|text| fold(&text).contains(&fold(wanted))) != negated,
                "equal" | "not_equal" => (text.as_deref() == Some(wanted)) != negated,
                _ => text.is_some_and(|text| {
                    PATTERNS
                        .iter()
                        .any(|(pattern, holds)| *pattern == wanted && holds(&text))
                }),
            }
        }
        Held::People(people) if operator == "empty" => empty(people.is_empty()),
        Held::People(people) => people.iter().any(|id| json!(id) == *value) != negated,
        Held::Ids(ids) if operator == "empty" => empty(ids.is_empty()),
        Held::Ids(ids) => {
            let wanted: Vec<i64> = value
                .as_str()
                .unwrap_or_default()
                .split([',', ' '])
                .filter_map(|id| id.parse().ok())
                .collect();
            ids.iter().any(|id| wanted.contains(id) || json!(id) == *value) != negated
        }
        Held::Versions(versions) if operator == "empty" => empty(versions.iter().all(String::is_empty)),
        Held::Versions(versions) => {
            let any = |wanted: &Value| {
                versions
                    .iter()
                    .any(|version| version.contains(wanted.as_str().expect("a text")))
            };
            value.as_array().expect("a list").iter().any(any) != negated
        }
        Held::Results(results) => {
            let wanted = value.as_str().unwrap_or_default();
            match operator {
                "empty" => empty(results.iter().all(|result| *result == json!([]))),
                "contains" | "not_contains" => {
                    results.iter().any(|result| result.to_string().contains(wanted)) != negated
                }
                "regex" => results.iter().any(|result| {
                    PATTERNS
                        .iter()
                        .any(|(pattern, holds)| *pattern == wanted && holds(&result.to_string()))
                }),
                _ => match serde_json_of(wanted) {
                    Some(wanted) => results.contains(&wanted) != negated,
                    None => false,
                },
            }
        }
    }
}

fn serde_json_of(text: &str) -> Option<Value> {
    text.parse().ok()
}

fn compares<T: PartialOrd>(held: &T, operator: &str, value: &Value, read: impl Fn(&Value) -> T) -> bool {
    match operator {
        "equal" => *held == read(value),
        "not_equal" => *held != read(value),
        "less" => *held < read(value),
        "greater" => *held > read(value),
        "less_or_equal" => *held <= read(value),
        "greater_or_equal" => *held >= read(value),
        _ => {
            let above = value["min"].is_null() || *held >= read(&value["min"]);
            let below = value["max"].is_null() || *held <= read(&value["max"]);
            (above && below) != (operator == "not_in")
        }
    }
}

fn random_line(random: &mut Random, tasks: &[Value]) -> Value {
    let task = random.of(tasks).clone();
    let text = |random: &mut Random| {
        (*random.of(&[
            "TEXT 1",
            "text",
            "ß",
            "ΣΟΦΌΣ",
            "éa",
            "",
            "%",
            "_",
            "\\",
            "\"",
            "text 7",
            "2",
            "no such",
            "abc",
            "7.5",
        ]))
        .to_owned()
    };
    let (column, kind, operators): (&str, &str, &[&str]) = match random.below(9) {
        0 | 1 => (
            *random.of(NUMBERS),
            "Number",
            &[
                "equal",
                "not_equal",
                "less",
                "greater",
                "less_or_equal",
                "greater_or_equal",
                "in",
                "not_in",
                "empty",
            ],
        ),
        2 => (
            *random.of(TIMES),
            "Datetime",
            &["equal", "not_equal", "less", "greater", "in", "not_in", "empty"],
        ),
        3 => (*random.of(BOOLEANS), "Boolean", &["equal"]),
        4 | 5 => (
            *random.of(TEXTS),
            "String",
            &["contains", "not_contains", "equal", "not_equal", "regex", "empty"],
        ),
        6 => (*random.of(PEOPLE), "List", &["contains", "not_contains", "empty"]),
        7 => (
            *random.of(RESULTS),
            "String",
            &["contains", "not_contains", "equal", "not_equal", "regex", "empty"],
        ),
        _ => {
            let ids = random.below(2) == 0;
            (
                if ids {
                    "annotations_ids"
                } else {
                    "predictions_model_versions"
                },
                if ids { "String" } else { "List" },
                &["contains", "not_contains", "empty"],
            )
        }
    };
    let operator = *random.of(operators);
    let value = if random.below(25) == 0 {
        Value::Null
    } else if operator == "empty" {
        json!(random.below(2) == 0)
    } else {
        match kind {
            "Number" => {
                let own = match held(&task, column, "Number") {
                    Held::Number(Some(number)) => number,
                    _ => 1.0,
                };
                let near = |random: &mut Random| json!(own + *random.of(&[0.0, 0.0, 1.0, -1.0, 0.25, 3.0]));
                if operator.ends_with("in") {
                    range(random, near)
                } else {
                    near(random)
                }
            }
            "Datetime" => {
                let time = |random: &mut Random| random.of(tasks)[*random.of(&["created_at", "updated_at"])].clone();
                if operator.ends_with("in") {
                    range(random, time)
                } else {
                    time(random)
                }
            }
            "Boolean" => random.of(&[json!(true), json!(false), json!("1"), json!("0")]).clone(),
            _ if operator == "regex" => json!(random.of(PATTERNS).0),
            "String" if column == "annotations_ids" => json!(format!(
                "{}, {}",
                items(&task, "annotations")
                    .first()
                    .map_or(0, |one| one["id"].as_i64().expect("an id")),
                random.below(9)
            )),
            "String" if RESULTS.contains(&column) => match random.below(4) {
                0 => json!(answer("pos").to_string()),
                1 => json!("[]"),
                2 => json!("{not json"),
                _ => json!(*random.of(&["pos", "Neg", "neg", "choices\":[\"neg"])),
            },
            "String" => json!(text(random)),
            _ if column == "predictions_model_versions" => json!([*random.of(&["v1", "v2", "1", "V"]), "nothing"]),
            _ => json!(1 + random.below(4)),
        }
    };
    json!({ "filter": format!("filter:tasks:{column}"), "operator": operator, "type": kind, "value": value })
}

fn range(random: &mut Random, mut one: impl FnMut(&mut Random) -> Value) -> Value {
    let (min, max) = (one(random), one(random));
    match random.below(5) {
        0 => json!({ "min": min, "max": null }),
        1 => json!({ "min": null, "max": max }),
        _ => json!({ "min": min, "max": max }),
    }
}

fn random_query(random: &mut Random, tasks: &[Value]) -> Value {
    let mut lines = Vec::new();
    for _ in 0..random.below(4) {
        let mut line = random_line(random, tasks);
        if random.below(4) == 0 {
            line["child_filter"] = random_line(random, tasks);
        }
        lines.push(line);
    }
    let mut ordering = Vec::new();
    for _ in 0..random.below(3) {
        let column = match random.below(4) {
            0 => *random.of(BOOLEANS),
            1 => *random.of(TIMES),
            2 => *random.of(&["data.text", "data.deep__k", "data.none", "file_upload"]),
            _ => *random.of(NUMBERS),
        };
        ordering.push(json!(format!(
            "{}tasks:{column}",
            if random.below(2) == 0 { "-" } else { "" }
        )));
    }
    let some: Vec<&Value> = tasks
        .iter()
        .map(|task| &task["id"])
        .filter(|_| random.below(3) == 0)
        .collect();
    let selected = match random.below(4) {
        0 => json!({ "all": true, "excluded": some }),
        1 if !some.is_empty() => json!({ "all": false, "included": some }),
        _ => Value::Null,
    };
    json!({
        "filters": { "conjunction": if random.below(3) == 0 { "or" } else { "and" }, "items": lines },
        "ordering": ordering,
        "selectedItems": selected,
        "columnsDisplayType": { "tasks:data.n": "Number" },
    })
}

/// The ids that the query should give.
pub(super) fn evaluated(tasks: &[Value], query: &Value) -> Vec<i64> {
    let lines = items(&query["filters"], "items");
    let or = query["filters"]["conjunction"] == "or";
    let lines: Vec<&Value> = lines.iter().filter(|line| !line["value"].is_null()).collect();
    let line_passes = |task: &Value, line: &Value| {
        passes(task, line) && (line["child_filter"].is_null() || passes(task, &line["child_filter"]))
    };
    let selected = |task: &Value| match &query["selectedItems"] {
        Value::Null => true,
        selected if selected["all"] == true => !items(selected, "excluded").contains(&task["id"]),
        selected => items(selected, "included").contains(&task["id"]),
    };
    let mut found: Vec<&Value> = tasks
        .iter()
        .filter(|task| selected(task))
        .filter(|task| {
            if or && !lines.is_empty() {
                lines.iter().any(|line| line_passes(task, line))
            } else {
                lines.iter().all(|line| line_passes(task, line))
            }
        })
        .collect();
    let order: Vec<(&str, bool)> = items(query, "ordering")
        .iter()
        .map(|entry| {
            let entry = entry.as_str().expect("a text");
            let (name, descending) = entry.strip_prefix('-').map_or((entry, false), |rest| (rest, true));
            (name.strip_prefix("tasks:").expect("a prefix"), descending)
        })
        .collect();
    let ids_descend = order.first().is_some_and(|(_, descending)| *descending);
    found.sort_by(|one, other| {
        for (column, descending) in &order {
            let kind = if *column == "data.n" { "Number" } else { "" };
            let ordering = match (held(one, column, kind), held(other, column, kind)) {
                (Held::Number(one), Held::Number(other)) => nulls_last(one, other, *descending),
                (Held::Time(one), Held::Time(other)) | (Held::Text(one), Held::Text(other)) => {
                    nulls_last(one, other, *descending)
                }
                (Held::Boolean(one), Held::Boolean(other)) => nulls_last(Some(one), Some(other), *descending),
                _ => Ordering::Equal,
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        nulls_last(one["id"].as_i64(), other["id"].as_i64(), ids_descend)
    });
    found.iter().map(|task| task["id"].as_i64().expect("an id")).collect()
}

fn nulls_last<T: PartialOrd>(one: Option<T>, other: Option<T>, descending: bool) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => {
            let ordering = one.partial_cmp(&other).expect("comparable");
            if descending { ordering.reverse() } else { ordering }
        }
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
    }
}

on_both_databases! {
    async fn the_database_and_a_plain_evaluation_agree(kit: Kit) {
        let owner = kit.owner().await;
        let other = kit.member(&owner, "other@example.com").await;
        let (id, _) = project(&owner, 0, json!({ "maximum_annotations": 1 })).await;
        let texts = ["text 1", "text 7", "TEXT 7 abc", "Straße", "σοφός", "ÉA", "100%", "a_b", "back\\slash", "say \"abc\"", "", "İ axc"];
        let mut random = Random(7);
        let data: Vec<Value> = (0..60).map(|number| {
            let mut task = json!({ "text": *random.of(&texts) });
            match number % 5 {
                0 => task["n"] = json!(*random.of(&[0.0, 2.0, 7.5, -3.0])),
                1 => task["n"] = json!(*random.of(&["12", "7.5", "seven", "1e2", ""])),
                2 => task["n"] = Value::Null,
                _ => {}
            }
            if number % 3 == 0 {
                task["deep"] = json!({ "k": *random.of(&["1", "x", "22"]) });
            }
            if number % 4 == 0 {
                task["list"] = json!([1, "abc", { "z": true }]);
            }
            let mut task = json!({ "data": task });
            if number % 6 == 0 {
                let score = *random.of(&[0.25, 0.5, 0.75]);
                task["predictions"] = json!([{ "result": answer("neg"), "score": score, "model_version": *random.of(&["v1", "v2-1"]) }, { "result": answer("pos"), "score": 0.5, "model_version": "v1" }]);
            }
            task
        }).collect();
        owner.post(&format!("/api/projects/{id}/import"), Value::Array(data)).await.expect(201);
        // The score is the mean over all versions.
        owner.patch(&format!("/api/projects/{id}/"), json!({ "model_version": null })).await.expect(200);
        let all = list(&owner, id, &json!({}), "&page_size=1000").await.expect(200).json();
        for (number, task) in task_ids(&all).into_iter().enumerate() {
            let path = format!("/api/tasks/{task}/annotations/");
            match number % 7 {
                0 => drop(annotate(&owner, task, "pos").await),
                1 => drop(other.post(&path, json!({ "result": answer("neg"), "lead_time": 2.5 })).await.expect(201)),
                2 => drop(owner.post(&path, json!({ "result": [], "was_cancelled": number % 2 == 0, "lead_time": 0.5 })).await.expect(201)),
                3 => {
                    annotate(&owner, task, "neg").await;
                    other.post(&path, json!({ "result": answer("pos"), "ground_truth": true, "lead_time": 1.5 })).await.expect(201);
                }
                4 => drop(owner.post(&format!("/api/tasks/{task}/drafts"), json!({ "result": answer("pos") })).await.expect(201)),
                _ => {}
            }
        }
        assert_eq!((id_of(&owner).await, id_of(&other).await), (1, 2));
        let all = list(&owner, id, &json!({}), "&page_size=1000&fields=all").await.expect(200).json();
        let tasks = all["tasks"].as_array().expect("a list");
        assert_eq!(tasks.len(), 60);
        let mut narrowing = 0;
        for round in 0..600 {
            let query = random_query(&mut random, tasks);
            let answer = list(&owner, id, &query, "&page_size=1000&include=id").await.expect(200).json();
            let expected = evaluated(tasks, &query);
            assert_eq!(task_ids(&answer), expected, "round {round}: {query:#}");
            assert_eq!(answer["total"], expected.len(), "round {round}: {query:#}");
            narrowing += usize::from(!expected.is_empty() && expected.len() < 60);
        }
        assert!(narrowing > 200, "most filters say something: {narrowing}");
    }
}
