//! Projects, tasks and the work on them.

mod background;
mod bad_input;
mod commands;
mod connections;
mod data_sets;
mod file_store;
pub(crate) mod import;
mod projects;
mod queue;
mod save_path;
mod snapshots;
mod taken_over;
mod tasks;

use labelkeep_testkit::{Client, Value, json};

/// A configuration with one question about a text.
pub(crate) const CONFIG: &str = r#"<View><Text name="text" value="$text"/><Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"#;

/// A project with so many tasks; gives its id and theirs.
pub(crate) async fn project(owner: &Client, tasks: usize, settings: Value) -> (i64, Vec<i64>) {
    let mut body = json!({ "title": "A project", "label_config": CONFIG });
    if let (Some(body), Value::Object(settings)) = (body.as_object_mut(), settings) {
        body.extend(settings);
    }
    let id = owner.post("/api/projects/", body).await.expect(201).json()["id"]
        .as_i64()
        .expect("an id");
    let data: Vec<Value> = (0..tasks)
        .map(|number| json!({ "text": format!("text {number}") }))
        .collect();
    if tasks == 0 {
        return (id, Vec::new());
    }
    let reply = owner
        .post(
            &format!("/api/projects/{id}/import?return_task_ids=true"),
            Value::Array(data),
        )
        .await;
    let ids = reply.expect(201).json()["task_ids"]
        .as_array()
        .expect("ids")
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    (id, ids)
}

/// The result of an answer.
pub(crate) fn answer(choice: &str) -> Value {
    json!([{ "id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": { "choices": [choice] } }])
}
