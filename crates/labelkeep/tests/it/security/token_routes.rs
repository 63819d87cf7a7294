//! Every route of the table with tokens that do not reach as far as their owner (SEC-093), and as an annotator of another
//! project. A route that is added is called here by itself.

use labelkeep_api::routes::{Need, Route};
use labelkeep_services::access::{Action, Role, Rules};
use labelkeep_testkit::{Client, Kit, Reply, Value, json, on_both_databases};
use reqwest::Method;

use super::routes::{Objects, call, filled, names_object, objects};
use super::snapshot::{difference, snapshot};
use crate::roles::{id_of, join, team};
use crate::work::project;

/// Writes of one's own that every token may ask for: they change nothing, or end the token itself.
const FOR_EVERY_TOKEN: &[&str] = &["POST /api/projects/validate/", "DELETE /api/current-user/tokens/{id}/"];
/// What they show belongs to changes: the dialog of an action is for those who may run it.
const OF_CHANGES: &[&str] = &["GET /api/dm/actions/{action}/form/"];
/// Reads that say something about a browser's session.
const SESSION_ONLY: &[&str] = &["GET /api/current-user/confirm/"];

fn writes(route: &Route) -> bool {
    route.method != Method::GET
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// The route's path for an object that is there. What is the caller's own has a number that nothing has: a route must
/// refuse before it looks.
fn path(route: &Route, objects: &Objects) -> String {
    let id = match route.need {
        Some(Need::Action(_, kind)) => objects.on(route.path, kind).unwrap_or(1),
        _ => super::routes::NOTHING,
    };
    filled(route.path, id)
}

/// A token of the person.
async fn token(kit: &Kit, person: &Client, scope: Value) -> Client {
    let made = person
        .post("/api/current-user/tokens/", json!({ "name": "sweep", "scope": scope }))
        .await;
    kit.anonymous()
        .bearer(made.expect(201).json()["token"].as_str().expect("the secret"))
}

/// Whether the answer is a clear refusal; pages lead to the sign-in instead.
fn refused(route: &Route, reply: &Reply) -> bool {
    let page = !route.path.starts_with("/api/") && reply.status == 302;
    page && reply.header("location").starts_with("/user/login/")
        || matches!(reply.status, 403 | 404) && reply.text.len() > 20
}

on_both_databases! {
    async fn sec_093_a_token_that_only_reads_changes_nothing_anywhere(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.owner, &team.annotator).await;
        let reader = token(&kit, &team.owner, json!({})).await;
        let before = snapshot(&kit).await;
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for route in labelkeep_api::table().iter().filter(|route| writes(route)) {
            // A body that nothing takes is no excuse for a refusal: the token is looked at first.
            let allowed = match route.need.expect("said") {
                Need::Open(_) | Need::Provisioning => continue,
                Need::Own => FOR_EVERY_TOKEN.contains(&name(route).as_str()),
                Need::Action(action, _) => action.only_reads(),
            };
            let reply = call(&reader, &route.method, &path(route, &objects)).await;
            seen += 1;
            if !allowed && !refused(route, &reply) || reply.status >= 500 {
                wrong.push(format!("{}: {} {}", name(route), reply.status, reply.text));
            }
        }
        assert!(seen > 100, "the table has become short: {seen}");
        assert!(wrong.is_empty(), "{wrong:#?}");
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
    }

    async fn sec_093_a_token_that_only_reads_sees_what_its_owner_sees(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.owner, &team.annotator).await;
        let reader = token(&kit, &team.owner, json!({})).await;
        // Looking at workspaces makes the owner's sandbox, which no token that only reads does.
        reader.get("/api/workspaces/").await.expect(200);
        let before = snapshot(&kit).await;
        assert_eq!(before["workspace"].len(), 1, "{:?}", before["workspace"]);
        team.owner.get("/api/workspaces/").await.expect(200);
        let before = snapshot(&kit).await;
        let (mut wrong, mut seen) = (Vec::new(), 0);
        for route in labelkeep_api::table().iter().filter(|route| !writes(route) && route.path.starts_with("/api/")) {
            let (path, label) = (path(route, &objects), name(route));
            let allowed = match route.need.expect("said") {
                Need::Open(_) | Need::Provisioning => continue,
                Need::Action(action, _) => action.only_reads() && !OF_CHANGES.contains(&label.as_str()),
                Need::Own => !SESSION_ONLY.contains(&label.as_str()),
            };
            let got = call(&reader, &route.method, &path).await;
            seen += 1;
            let owner = if allowed { call(&team.owner, &route.method, &path).await.status } else { 403 };
            if got.status != owner {
                wrong.push(format!("{label}: {} instead of {owner}: {}", got.status, got.text));
            }
        }
        assert!(seen > 50, "the table has become short: {seen}");
        assert!(wrong.is_empty(), "{wrong:#?}");
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
    }

    async fn sec_093_a_token_of_another_project_reaches_nothing_here(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.owner, &team.annotator).await;
        let (elsewhere, _) = project(&team.owner, 1, json!({})).await;
        let scope = json!({ "write": true, "export": true, "projects": [elsewhere] });
        let bound = token(&kit, &team.owner, scope).await;
        bound.get(&format!("/api/projects/{elsewhere}/")).await.expect(200);
        let before = snapshot(&kit).await;
        let mut wrong = Vec::new();
        for route in &labelkeep_api::table() {
            let label = name(route);
            let free = match route.need.expect("said") {
                Need::Open(_) | Need::Provisioning => continue,
                Need::Own => !writes(route) || FOR_EVERY_TOKEN.contains(&label.as_str()),
                // Lists and what belongs to the organization may be looked at; they hold nothing of this project.
                Need::Action(action, "organization" | "workspace") => action.only_reads(),
                Need::Action(..) if !names_object(route) => !writes(route),
                Need::Action(..) => false,
            };
            let reply = call(&bound, &route.method, &path(route, &objects)).await;
            let given = reply.text.contains("hello");
            if reply.status >= 500 || given || (!free && !refused(route, &reply) && !unnamed(route, reply.status)) {
                wrong.push(format!("{label}: {} {}", reply.status, reply.text));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
        // Routes that take their object from the body.
        let named = json!({ "project": objects.of("project"), "task": objects.of("task"), "data": { "text": "x" }, "result": [],
            "user": id_of(&team.annotator).await, "role": "AN" });
        for path in ["/api/tasks/", "/api/predictions/", "/api/projects/roles/", "/api/storages/s3/", "/api/storages/s3/files"] {
            let reply = bound.post(path, named.clone()).await;
            assert!(matches!(reply.status, 400 | 403 | 404), "{path}: {} {}", reply.status, reply.text);
        }
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
    }

    async fn sec_117_an_annotator_of_another_project_reaches_nothing_here(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.owner, &team.reviewer).await;
        let (elsewhere, _) = project(&team.owner, 1, json!({})).await;
        join(&team.owner, elsewhere, &[&team.annotator]).await;
        let before = snapshot(&kit).await;
        let rules = Rules::default();
        let may = |action: Action| rules.allow(Role::Annotator, action);
        let mut wrong = Vec::new();
        for route in &labelkeep_api::table() {
            let Some(Need::Action(action, kind)) = route.need else { continue };
            // What belongs to nobody's project they change as their role says: tokens of their own.
            if kind == "organization" && may(action) && writes(route) {
                continue;
            }
            let reply = call(&team.annotator, &route.method, &path(route, &objects)).await;
            let right = match kind {
                "organization" => may(action) || refused(route, &reply),
                // Of the organization, too: only administrators reach one.
                "connection" => refused(route, &reply),
                _ if names_object(route) => reply.status == 404,
                _ => !writes(route) || refused(route, &reply) || unnamed(route, reply.status),
            };
            let given = reply.text.contains("hello");
            if reply.status >= 500 || given || !right {
                wrong.push(format!("{}: {} {}", name(route), reply.status, reply.text));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let changed = difference(&before, &snapshot(&kit).await);
        assert!(changed.is_empty(), "{changed:#?}");
    }
}

/// Whether the route wants to know the object in the body before it can refuse: the body names none.
fn unnamed(route: &Route, status: u16) -> bool {
    status == 400 && !names_object(route)
}
