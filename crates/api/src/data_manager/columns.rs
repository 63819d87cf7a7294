//! The columns of a project's tasks, and the project as the data manager shows it.

use axum::extract::State;
use axum::response::Response;
use labelkeep_services::access::Action;
use labelkeep_services::data_manager::columns::{self as service, ColumnInfo};
use labelkeep_services::tasks::Person;
use labelkeep_services::{Services, projects, sight, tasks};
use serde::Serialize;
use serde_json::{Value, json};

use super::OfProject;
use crate::ApiResult;
use crate::extract::{Authenticated, Query};
use crate::projects::shown_list;
use crate::wire::answer;

#[derive(Serialize)]
struct Shown {
    explore: bool,
    labeling: bool,
}

/// A column; `operators` and `orderable` are ours.
#[derive(Serialize)]
struct ColumnOut<'a> {
    id: &'a str,
    title: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    target: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_defaults: Option<Shown>,
    project_defined: bool,
    operators: &'static [&'static str],
    orderable: bool,
}

impl<'a> ColumnOut<'a> {
    fn of(column: &'a ColumnInfo) -> Self {
        let (explore, labeling) = column.shown;
        let people = column.people.as_ref().map(|ids| json!({ "items": ids }));
        let versions = column
            .versions
            .as_ref()
            .map(|names| json!({ "items": names, "multiple": true }));
        ColumnOut {
            id: &column.id,
            title: &column.title,
            kind: column.kind,
            target: "tasks",
            parent: column.is_data.then_some("data"),
            help: column.help,
            schema: people.or(versions),
            children: None,
            visibility_defaults: Some(Shown { explore, labeling }),
            project_defined: column.is_data,
            operators: column.operators,
            orderable: column.orderable,
        }
    }
}

/// Somebody whom columns name.
#[derive(Serialize)]
pub(super) struct PersonOut<'a> {
    id: i64,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    avatar: Option<String>,
}

impl<'a> PersonOut<'a> {
    pub(super) fn of(person: &'a Person) -> Self {
        PersonOut {
            id: person.id,
            first_name: &person.first_name,
            last_name: &person.last_name,
            email: &person.email,
            avatar: person.avatar.as_ref().map(|name| format!("/data/avatars/{name}")),
        }
    }
}

#[derive(Serialize)]
struct ColumnsOut<'a> {
    columns: Vec<ColumnOut<'a>>,
    people: Vec<PersonOut<'a>>,
}

/// `GET /api/dm/columns/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let found = service::read(&services, &project).await?;
    let mut columns: Vec<ColumnOut<'_>> = found.columns.iter().map(ColumnOut::of).collect();
    columns.push(ColumnOut {
        id: "data",
        title: "data",
        kind: "List",
        target: "tasks",
        parent: None,
        help: None,
        schema: None,
        children: Some(&found.data_keys),
        visibility_defaults: None,
        project_defined: false,
        operators: &[],
        orderable: false,
    });
    let people = found.people.iter().map(PersonOut::of).collect();
    answer::ok(&ColumnsOut { columns, people })
}

/// `GET /api/dm/project/`
pub(crate) async fn project(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::ProjectView).await?;
    let seen = sight::projects(&services, project.actor(), vec![project.row().clone()]).await?;
    let people = tasks::people(&services, project.row().created_by).await?;
    let shown = shown_list(&services, &seen, &people);
    let config = projects::config(&services, project.row())?;
    let mut out = serde_json::to_value(shown.first())
        .map_err(|error| labelkeep_services::ServiceError::Internal(error.to_string()))?;
    let row = seen.first().map_or(project.row(), |seen| &seen.row);
    if let Value::Object(out) = &mut out {
        out.insert("can_delete_tasks".to_owned(), project.may(Action::TaskDelete).into());
        out.insert(
            "can_manage_annotations".to_owned(),
            project.may(Action::AnnotationChange).into(),
        );
        out.insert("can_manage_tasks".to_owned(), project.may(Action::TaskChange).into());
        out.insert("source_syncing".to_owned(), false.into());
        out.insert("target_syncing".to_owned(), false.into());
        out.insert("task_count".to_owned(), row.task_number.into());
        out.insert(
            "annotation_count".to_owned(),
            (row.total_annotations_number + row.skipped_annotations_number).into(),
        );
        out.insert("config_has_control_tags".to_owned(), config.has_controls().into());
    }
    answer::ok(&out)
}
