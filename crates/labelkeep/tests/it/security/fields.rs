//! Which fields of which answers each role reads (SEC-118), recorded in `fields/*.txt`: one without roles behind it is for
//! all of them. A new field fails here until it is recorded, which is the moment to think about who should read it. And a
//! new column of the database changes no answer.
//!
//! Record with `LABELKEEP_RECORD_FIELDS=1 cargo test -p labelkeep --test it -- security::fields`, and read the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use labelkeep_api::routes::{Need, Route};
use labelkeep_testkit::{Client, Engine, Kit, Value, json, on_both_databases};
use reqwest::Method;

use super::routes::{Objects, filled, objects};
use super::snapshot::tables;
use crate::roles::{annotate, join, team};

/// Keys whose values are the person's own or have keys that are data: what is inside is no field of ours.
const OWN: &[&str] = &[
    "all_data_columns",
    "annotations_results",
    "common_data_columns",
    "control_weights",
    "created_annotations",
    "created_labels",
    "created_labels_drafts",
    "custom_hotkeys",
    "data",
    "detail_of",
    "interaction_data",
    "meta",
    "model_versions",
    "parsed_label_config",
    "predictions_results",
    "result",
];

/// Fields that are there or not by chance: how often one thing was seen is told when the log is written after the second time.
const BY_CHANCE: &[&str] = &["results[].detail.count"];

/// Words of the roles, as the wire has them.
const ROLES: [&str; 5] = ["OW", "AD", "MA", "RE", "AN"];

/// The paths of the fields of an answer, as `project.title` and `tasks[].id`.
fn paths(value: &Value, at: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                // Numbers and addresses of objects are keys of data.
                let name = if key.bytes().all(|byte| byte.is_ascii_digit()) {
                    "{id}"
                } else {
                    key
                };
                let path = if at.is_empty() {
                    name.to_owned()
                } else {
                    format!("{at}.{name}")
                };
                if !OWN.contains(&name) {
                    paths(value, &path, all);
                }
                if !BY_CHANCE.contains(&path.as_str()) {
                    all.insert(path);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                paths(item, &format!("{at}[]"), all);
            }
        }
        _ => {}
    }
}

/// The routes of the API that read.
fn reading() -> Vec<Route> {
    let routes: Vec<Route> = labelkeep_api::table()
        .into_iter()
        .filter(|route| route.method == Method::GET && route.path.starts_with("/api/"))
        .filter(|route| matches!(route.need, Some(Need::Own | Need::Action(..))))
        .collect();
    assert!(routes.len() > 60, "the table has become short: {}", routes.len());
    routes
}

/// The path with objects that are there.
fn address(route: &Route, objects: &Objects) -> String {
    let id = match route.need {
        Some(Need::Action(_, kind)) => objects.on(route.path, kind).unwrap_or(1),
        _ => 1,
    };
    let (project, task) = (objects.of("project").expect("one"), objects.of("task").expect("one"));
    let path = route
        .path
        .replace("tasks/{task}/", &format!("tasks/{task}/"))
        .replace("{permission_key}", "export_data");
    let query = match route.path {
        "/api/projects/{id}/neighbour/" => format!("?task={task}"),
        "/api/tasks/" => format!("?project={project}"),
        "/api/storages/" | "/api/storages/export" | "/api/storages/{kind}/" | "/api/storages/export/{kind}" => {
            format!("?project={project}")
        }
        "/api/current-user/product-tour" => "?name=prompts_page".to_owned(),
        _ => String::new(),
    };
    filled(&path, id) + &query
}

/// What one gets there: the fields, or the status of a refusal.
async fn read(person: &Client, path: &str) -> Result<BTreeSet<String>, u16> {
    let reply = person.get(path).await;
    if reply.status != 200 {
        return Err(reply.status);
    }
    let mut all = BTreeSet::new();
    // Streams have a line for each entry.
    for line in reply.text.lines().take(20) {
        let value: Value = serde_json::from_str(line).unwrap_or(Value::Null);
        paths(&value, "", &mut all);
    }
    Ok(all)
}

/// The files with their texts: one for each first part of a path.
async fn observed(people: &[(&'static str, &Client)], objects: &Objects) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut routes = reading();
    routes.sort_by_key(|route| route.path);
    for route in routes {
        let path = address(&route, objects);
        let mut fields = BTreeMap::<String, Vec<&str>>::new();
        let mut refused = BTreeMap::<u16, Vec<&str>>::new();
        for (role, person) in people {
            match read(person, &path).await {
                Ok(found) => found
                    .into_iter()
                    .for_each(|field| fields.entry(field).or_default().push(role)),
                Err(status) => refused.entry(status).or_default().push(role),
            }
        }
        let part = route.path.split('/').nth(2).unwrap_or_default();
        let text = files.entry(part.to_owned()).or_default();
        let _ = writeln!(text, "GET {}", route.path);
        for (status, roles) in refused {
            let _ = writeln!(text, "  ({status}: {})", roles.join(" "));
        }
        for (field, roles) in fields {
            let _ = match roles.as_slice() {
                all if all == ROLES => writeln!(text, "  {field}"),
                some => writeln!(text, "  {field}: {}", some.join(" ")),
            };
        }
    }
    files
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/security/fields")
}

/// A team that works in one project, and one of everything there.
async fn scene(kit: &Kit) -> (crate::roles::Team, Objects) {
    let team = team(kit).await;
    let objects = objects(&team.owner, &team.reviewer).await;
    let project = objects.of("project").expect("one");
    join(&team.owner, project, &[&team.manager, &team.reviewer, &team.annotator]).await;
    let member = json!({ "user": crate::roles::id_of(&team.manager).await });
    let path = format!("/api/workspaces/{}/memberships/", objects.of("workspace").expect("one"));
    team.owner.post(&path, member).await.expect(201);
    annotate(&team.annotator, objects.of("task").expect("one"), "pos").await;
    (team, objects)
}

on_both_databases! {
    async fn sec_118_each_role_reads_the_recorded_fields_and_no_others(kit: Kit) {
        let (team, objects) = scene(&kit).await;
        let people = [
            ("OW", &team.owner), ("AD", &team.administrator), ("MA", &team.manager), ("RE", &team.reviewer), ("AN", &team.annotator),
        ];
        let files = observed(&people, &objects).await;
        if std::env::var_os("LABELKEEP_RECORD_FIELDS").is_some() {
            std::fs::create_dir_all(folder()).expect("the folder");
            for (name, text) in &files {
                std::fs::write(folder().join(format!("{name}.txt")), text).expect("written");
            }
            return;
        }
        let mut wrong = Vec::new();
        for (name, text) in &files {
            let path = folder().join(format!("{name}.txt"));
            let recorded = std::fs::read_to_string(&path).unwrap_or_default();
            let (old, new): (BTreeSet<_>, BTreeSet<_>) = (sections(&recorded), sections(text));
            wrong.extend(old.difference(&new).map(|line| format!("{name}.txt: no longer: {line}")));
            wrong.extend(new.difference(&old).map(|line| format!("{name}.txt: new: {line}")));
        }
        assert!(wrong.is_empty(), "the fields of answers have changed; see the head of this file:\n{}", wrong.join("\n"));
    }

    async fn sec_118_a_new_column_changes_no_answer(kit: Kit) {
        let mut kit = kit;
        let (team, objects) = scene(&kit).await;
        let (first, second) = (read_all(&team.owner, &objects).await, read_all(&team.owner, &objects).await);
        // Text indexes are made of tables of the database's own, which nobody alters.
        for table in tables(&kit).await.into_keys().filter(|table| !table.starts_with("task_text") && !table.starts_with("result_text")) {
            let sql: &'static str = format!("ALTER TABLE \"{table}\" ADD COLUMN surplus TEXT DEFAULT 'of-a-new-column'").leak();
            kit.execute(sql).await;
        }
        // PostgreSQL refuses statements that a connection has prepared before the change; the embedded database does not.
        let restarted = kit.engine == Engine::Postgres;
        let mut owner = team.owner;
        if restarted {
            kit.restart().await;
            owner = kit.owner().await;
        }
        let mut same = 0;
        for (path, (fields, text)) in read_all(&owner, &objects).await {
            assert!(!text.contains("surplus") && !text.contains("of-a-new-column"), "{path}: {text}");
            if restarted {
                // A start brings counts up to date and signs the audit log: there may be more.
                assert_eq!(fields.is_ok(), second[path].0.is_ok(), "{path}");
            } else {
                assert_eq!(fields, second[path].0, "{path}");
            }
            // Answers that tell of time and of requests differ from one moment to the next anyway, and so do addresses of
            // another start.
            if !restarted && first[path].1 == second[path].1 {
                assert_eq!(text, second[path].1, "{path}");
                same += 1;
            }
        }
        assert!(restarted || same > 40, "only {same} answers could be compared to the letter");
        // Writing goes on, too, and answers as before.
        let made = annotate(&owner, objects.of("task").expect("one"), "neg").await;
        assert!(made.get("surplus").is_none() && made["id"].is_i64(), "{made}");
    }
}

/// The fields and the text of each answer.
async fn read_all(
    person: &Client,
    objects: &Objects,
) -> BTreeMap<&'static str, (Result<BTreeSet<String>, u16>, String)> {
    let mut answers = BTreeMap::new();
    for route in reading() {
        let path = address(&route, objects);
        answers.insert(route.path, (read(person, &path).await, person.get(&path).await.text));
    }
    answers
}

/// Each line with the route it stands under.
fn sections(text: &str) -> BTreeSet<String> {
    let mut route = "";
    let mut lines = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("GET ") {
            route = line;
        }
        lines.insert(format!("{route}: {}", line.trim()));
    }
    lines
}
