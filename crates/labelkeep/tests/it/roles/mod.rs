//! Roles at work: who sees and does what.

mod assignments;
mod members;
mod permissions;
mod sight;
mod turn;
mod workspaces;

use labelkeep_testkit::{Client, Kit, Value, json};

/// The organization of the kit.
pub(crate) const ROLES: &str = "/api/organizations/1/roles/";

/// Whose client this is.
pub(crate) async fn id_of(person: &Client) -> i64 {
    let me = person.get("/api/current-user/whoami").await.expect(200).json();
    me["id"].as_i64().expect("an id")
}

/// Turns roles on with these people in these roles.
pub(crate) async fn turn_on(owner: &Client, people: &[(&Client, &str)]) {
    let mut roles = Vec::new();
    for (person, role) in people {
        roles.push(json!({ "user": id_of(person).await, "role": role }));
    }
    owner
        .post(ROLES, json!({ "on": true, "roles": roles }))
        .await
        .expect(200);
}

/// A team with roles: owner, administrator, manager, reviewer, annotator, in this order.
pub(crate) struct Team {
    pub(crate) owner: Client,
    pub(crate) administrator: Client,
    pub(crate) manager: Client,
    pub(crate) reviewer: Client,
    pub(crate) annotator: Client,
}

/// Makes one; nobody has done anything yet.
pub(crate) async fn team(kit: &Kit) -> Team {
    let owner = kit.owner().await;
    let team = Team {
        administrator: kit.member(&owner, "administrator@example.com").await,
        manager: kit.member(&owner, "manager@example.com").await,
        reviewer: kit.member(&owner, "reviewer@example.com").await,
        annotator: kit.member(&owner, "annotator@example.com").await,
        owner,
    };
    let people = [
        (&team.administrator, "AD"),
        (&team.manager, "MA"),
        (&team.reviewer, "RE"),
        (&team.annotator, "AN"),
    ];
    turn_on(&team.owner, &people).await;
    team
}

/// Adds people to a published project.
pub(crate) async fn join(owner: &Client, project: i64, people: &[&Client]) {
    let mut ids = Vec::new();
    for person in people {
        ids.push(id_of(person).await);
    }
    let path = format!("/api/projects/{project}/");
    owner.patch(&path, json!({ "is_published": true })).await.expect(200);
    owner
        .post(
            &format!("{path}members/bulk/"),
            json!({ "all": false, "included": ids }),
        )
        .await
        .expect(201);
}

/// Annotates a task; gives the annotation.
pub(crate) async fn annotate(person: &Client, task: i64, choice: &str) -> Value {
    let body = json!({ "result": crate::work::answer(choice) });
    let path = format!("/api/tasks/{task}/annotations/");
    person.post(&path, body).await.expect(201).json()
}

/// The ids of a list.
pub(crate) fn ids(list: &Value) -> Vec<i64> {
    let items = list.as_array().expect("a list");
    items.iter().filter_map(|item| item["id"].as_i64()).collect()
}
