//! The data manager: views, columns, lists of tasks, and what is done to them.

mod actions;
mod indexes;
mod lists;
mod live;
mod random_filters;
mod search;
mod text_index;
mod views;

use labelkeep_testkit::{Client, Value};

/// The ids of a list of tasks.
pub(crate) fn task_ids(list: &Value) -> Vec<i64> {
    crate::roles::ids(&list["tasks"])
}

/// The list of a project's tasks that a query describes.
pub(crate) async fn list(person: &Client, project: i64, query: &Value, more: &str) -> labelkeep_testkit::Reply {
    let request = person
        .request(reqwest::Method::GET, &format!("/api/tasks/?project={project}{more}"))
        .query(&[("query", query.to_string())]);
    person.send(request).await
}

/// A line of a filter.
pub(crate) fn line(column: &str, operator: &str, kind: &str, value: impl Into<Value>) -> Value {
    let name = format!("filter:tasks:{column}");
    labelkeep_testkit::json!({ "filter": name, "operator": operator, "type": kind, "value": value.into() })
}

/// A query with one line.
pub(crate) fn only(line: Value) -> Value {
    labelkeep_testkit::json!({ "filters": { "conjunction": "and", "items": [line] } })
}
