//! The table of routes against the running server: each route of the API as somebody who may not call it.

use labelkeep_api::routes::{Need, Open, Route};
use labelkeep_services::access::Action;
use labelkeep_testkit::{Client, Kit, Reply, S3Server, Value, json, on_both_databases};
use reqwest::Method;

use crate::roles::{annotate, team, turn_on};
use crate::work::{answer, project};

/// A number that nothing has.
pub(super) const NOTHING: i64 = 987_654_321;

/// Ids of one object of each kind, by the kind's name in the table of routes.
pub(super) struct Objects {
    ids: Vec<(&'static str, i64)>,
    /// Where the storages are.
    _server: S3Server,
}

impl Objects {
    pub(super) fn of(&self, kind: &str) -> Option<i64> {
        self.ids.iter().find(|(name, _)| *name == kind).map(|(_, id)| *id)
    }

    /// The one for a path: below `/api/storages/export` a storage is a target.
    pub(super) fn on(&self, path: &str, kind: &str) -> Option<i64> {
        match kind {
            "storage" if path.starts_with("/api/storages/export/") => self.of("target"),
            _ => self.of(kind),
        }
    }
}

/// Whether the path names an object, and not only a kind of objects.
pub(super) fn names_object(route: &Route) -> bool {
    route.path.replace("{kind}", "").contains('{')
}

async fn id(reply: impl std::future::Future<Output = Reply>) -> i64 {
    let body = reply.await.expect(201).json();
    body["id"].as_i64().expect("an id")
}

/// One of everything, in a project and a workspace of its maker.
pub(super) async fn objects(maker: &Client, somebody: &Client) -> Objects {
    let (project, tasks) = project(maker, 1, json!({ "is_published": true, "maximum_annotations": 3 })).await;
    let annotation = annotate(maker, tasks[0], "pos").await["id"].as_i64().expect("an id");
    let path = format!("/api/tasks/{}/drafts", tasks[0]);
    let draft = id(maker.post(&path, json!({ "result": answer("neg") }))).await;
    let body = json!({ "task": tasks[0], "result": answer("neg"), "model_version": "m" });
    let prediction = id(maker.post("/api/predictions/", body)).await;
    let workspace = id(maker.post("/api/workspaces/", json!({ "title": "Theirs" }))).await;
    let role = json!({ "project": project, "user": crate::roles::id_of(somebody).await, "role": "RE" });
    let role = id(maker.post("/api/projects/roles/", role)).await;
    let part = reqwest::multipart::Part::bytes(b"text\nhello\n".to_vec()).file_name("tasks.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    let path = format!("/api/projects/{project}/import");
    let upload = maker
        .send(maker.with_csrf(maker.request(Method::POST, &path)).multipart(form))
        .await;
    let upload = upload.expect(201).json()["file_upload_ids"][0].as_i64().expect("an id");
    let server = S3Server::start().await;
    let body = crate::storages::body(&server, project, json!({}));
    let storage = id(maker.post("/api/storages/s3/", body.clone())).await;
    let target = id(maker.post("/api/storages/export/s3", body)).await;
    let mut ids = vec![
        ("project", project),
        ("task", tasks[0]),
        ("annotation", annotation),
        ("draft", draft),
        ("prediction", prediction),
        ("workspace", workspace),
        ("project_role", role),
        ("upload", upload),
        ("storage", storage),
        ("target", target),
    ];
    // Only administrators make one.
    let keys = crate::storages::connections::keys(&server, json!({}));
    let made = maker.post("/api/storage-connections/", keys).await;
    if made.status == 201 {
        ids.push(("connection", made.json()["id"].as_i64().expect("an id")));
    }
    Objects { ids, _server: server }
}

/// The path with the object's id in the first place, and 1 in all others.
pub(super) fn filled(path: &str, id: i64) -> String {
    // Actions over lists are named by a word, and their project stands in the query.
    match path {
        "/api/dm/actions/" => return format!("{path}?id=delete_tasks&project={id}"),
        "/api/dm/actions/{action}/form/" => return format!("/api/dm/actions/set_overlap/form/?project={id}"),
        _ => {}
    }
    let mut first = true;
    path.split('/')
        .map(|part| match part.starts_with('{') {
            _ if part == "{kind}" => "s3".to_owned(),
            true if std::mem::take(&mut first) => id.to_string(),
            true => "1".to_owned(),
            false => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

pub(super) async fn call(person: &Client, method: &Method, path: &str) -> Reply {
    let request = person.with_csrf(person.request(method.clone(), path));
    let request = if *method == Method::GET {
        request
    } else {
        request.json(&json!({}))
    };
    person.send(request).await
}

/// What an answer says, without what is new in each.
fn said(reply: &Reply) -> (u16, Value) {
    let mut body: Value = serde_json::from_str(&reply.text).unwrap_or(Value::Null);
    if let Some(body) = body.as_object_mut() {
        body.remove("id");
    }
    (reply.status, body)
}

/// Routes of the API that ask for an action on an object of a kind that is in `objects`.
fn on_objects(objects: &Objects) -> Vec<(Route, Action, i64)> {
    let found: Vec<_> = labelkeep_api::table()
        .into_iter()
        .filter(names_object)
        .filter_map(|route| match route.need {
            Some(Need::Action(action, kind)) => objects.on(route.path, kind).map(|id| (route, action, id)),
            _ => None,
        })
        .collect();
    assert!(found.len() > 60, "the table has become short: {}", found.len());
    found
}

/// Every object route answers the stranger about this object as about none, and without giving it.
async fn learns_nothing(person: &Client, who: &str, objects: &Objects) {
    for (route, _, id) in on_objects(objects) {
        let there = call(person, &route.method, &filled(route.path, id)).await;
        let nowhere = call(person, &route.method, &filled(route.path, NOTHING)).await;
        assert_eq!(
            there.status, 404,
            "{who}: {} {} {}",
            route.method, route.path, there.text
        );
        assert_eq!(said(&there), said(&nowhere), "{who}: {} {}", route.method, route.path);
    }
}

/// Somebody of another organization, signed in there.
async fn stranger(kit: &Kit, owner: &Client) -> Client {
    let person = kit.member(owner, "stranger@example.com").await;
    let id = crate::roles::id_of(&person).await;
    let moved = kit.services().db.write(move |tx| {
        Box::pin(async move {
            let other = labelkeep_store::accounts::organizations::insert(tx, "Another", false, 1).await?;
            let args = labelkeep_store::args![id, other];
            tx.execute(
                "UPDATE membership SET organization_id = $2, role = 'owner' WHERE account_id = $1",
                args,
            )
            .await?;
            let args = labelkeep_store::args![id, other];
            tx.execute("UPDATE account SET active_organization = $2 WHERE id = $1", args)
                .await
        })
    });
    moved.await.expect("moved");
    let person = kit.anonymous();
    person
        .sign_in("stranger@example.com", labelkeep_testkit::PASSWORD)
        .await;
    person
}

on_both_databases! {
    async fn sec_091_nothing_is_answered_to_strangers_but_the_fixed_list(kit: Kit) {
        let anybody = kit.anonymous();
        kit.owner().await;
        let mut open = Vec::new();
        for route in labelkeep_api::table() {
            match route.need.expect("every route says it") {
                Need::Open(why) if route.path.starts_with("/api/") => {
                    assert!(matches!(why, Open::SignIn | Open::OwnProof | Open::Health | Open::Public), "{}", route.path);
                    open.push(format!("{} {}", route.method, route.path));
                }
                Need::Open(_) => {}
                Need::Own | Need::Provisioning | Need::Action(..) => {
                    let reply = call(&anybody, &route.method, &filled(route.path, 1)).await;
                    // Pages lead to the sign-in.
                    let page = !route.path.starts_with("/api/") && matches!(reply.status, 302 | 403);
                    let refused = reply.status == 401 || page;
                    assert!(refused, "{} {}: {}", route.method, route.path, reply.status);
                }
            }
        }
        open.sort();
        let fixed = include_str!("open_routes.txt");
        assert_eq!(open, fixed.lines().map(str::to_owned).collect::<Vec<_>>(), "the fixed list of open routes has changed");
    }

    async fn sec_109_sec_112_an_object_of_others_is_like_none(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.manager, &team.annotator).await;
        // SEC-112: another tenant's owner. SEC-117: people of the organization who do not belong to the project.
        let other = stranger(&kit, &team.owner).await;
        learns_nothing(&other, "another organization", &objects).await;
        learns_nothing(&team.reviewer, "not on the project", &objects).await;
        for route in labelkeep_api::table() {
            if let Some(Need::Action(_, "organization")) = route.need
                && route.path.starts_with("/api/organizations/{id}")
            {
                let reply = call(&other, &route.method, &filled(route.path, 1)).await;
                assert!(matches!(reply.status, 400 | 404), "{} {}: {} {}", route.method, route.path, reply.status, reply.text);
            }
        }
        // Nothing has changed.
        let id = objects.of("project").expect("a project");
        let one = team.manager.get(&format!("/api/projects/{id}/")).await.expect(200).json();
        assert_eq!((&one["task_number"], &one["total_annotations_number"]), (&json!(2), &json!(1)));
    }

    async fn sec_107_what_the_matrix_denies_every_route_refuses(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.manager, &team.annotator).await;
        let rules = labelkeep_services::access::Rules::default();
        // The annotator is a reviewer in this project: the role there counts, not the one in the organization.
        for (route, action, id) in on_objects(&objects) {
            let role = if matches!(route.need, Some(Need::Action(_, "workspace"))) { "AN" } else { "RE" };
            let role = labelkeep_services::access::Role::from_code(role).expect("a role");
            if rules.allow(role, action) {
                continue;
            }
            let reply = call(&team.annotator, &route.method, &filled(route.path, id)).await;
            // They are no members of the workspace: it is not there for them.
            let expected = if role.code() == "AN" { 404 } else { 403 };
            assert_eq!(reply.status, expected, "{} {}: {}", route.method, route.path, reply.text);
        }
    }

    async fn sec_068_the_deactivated_get_nothing(kit: Kit) {
        let team = team(&kit).await;
        let objects = objects(&team.manager, &team.annotator).await;
        turn_on(&team.owner, &[(&team.manager, "DI")]).await;
        for route in labelkeep_api::table() {
            if let Some(Need::Action(_, kind)) = route.need {
                let id = objects.of(kind).unwrap_or(1);
                let reply = call(&team.manager, &route.method, &filled(route.path, id)).await;
                let refused = matches!(reply.status, 400 | 401 | 403 | 404);
                assert!(refused, "{} {}: {} {}", route.method, route.path, reply.status, reply.text);
                let said = reply.text.contains("hello") || reply.text.contains("manager@example.com");
                assert!(!said, "{} {}: {}", route.method, route.path, reply.text);
            }
        }
    }
}
