//! What can be done to the tasks of a list.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use labelkeep_services::access::{self, Action, Granted, ProjectRow};
use labelkeep_services::data_manager::actions::{self as service, About, forms};
use labelkeep_services::data_manager::list;
use labelkeep_services::data_manager::query::Wanted;
use labelkeep_services::{Invalid, Services, queue, tasks};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::OfProject;
use super::jobs::answer_of;
use crate::extract::{Authenticated, Body, Query, Strict};
use crate::tasks::listing::{read_query, resolve};
use crate::wire::{FieldChoice, UNREAD, answer};
use crate::{ApiError, ApiResult};

#[derive(Serialize)]
struct DialogOut {
    title: &'static str,
    text: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Null: it is fetched by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<Value>,
}

#[derive(Serialize)]
struct ActionOut {
    id: &'static str,
    title: &'static str,
    order: i64,
    permission: Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reload: bool,
    experimental: bool,
    deletes: bool,
    dialog: DialogOut,
}

impl ActionOut {
    fn of(about: &About) -> Self {
        ActionOut {
            id: about.id,
            title: about.title,
            order: about.order,
            permission: match about.permission {
                [one] => json!(one),
                several => json!(several),
            },
            reload: about.reload,
            experimental: false,
            deletes: about.deletes,
            dialog: DialogOut {
                title: about.title,
                text: about.text,
                kind: "confirm",
                form: about.has_form.then_some(Value::Null),
            },
        }
    }
}

/// `GET /api/dm/actions/`
pub(crate) async fn list(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    answer::ok(
        &service::list(&project)
            .into_iter()
            .map(ActionOut::of)
            .collect::<Vec<_>>(),
    )
}

#[derive(Serialize)]
struct OptionOut {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct FieldOut {
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<OptionOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    searchable: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    multiple: bool,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// `GET /api/dm/actions/{action}/form/`
pub(crate) async fn form(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    axum::extract::Path(action): axum::extract::Path<String>,
    Query(query): Query<OfProject>,
) -> ApiResult<Response> {
    let project = query.granted(&services, actor, Action::TaskView).await?;
    let about = service::find(&project, &action)?;
    let fields: Vec<FieldOut> = forms::read(&services, &project, about)
        .await?
        .into_iter()
        .map(|field| FieldOut {
            kind: field.kind,
            name: field.name,
            label: field.label,
            searchable: field.options.as_ref().is_some_and(|options| options.len() > 10),
            options: field.options.map(|options| {
                let out = |(value, label)| OptionOut { value, label };
                options.into_iter().map(out).collect()
            }),
            placeholder: field.placeholder,
            multiple: field.multiple,
            required: field.required,
            value: field.value,
        })
        .collect();
    if fields.is_empty() {
        return answer::ok(&json!([]));
    }
    answer::ok(&json!([{ "columnCount": 1, "fields": serde_json::to_value(&fields).unwrap_or_default() }]))
}

/// Which action, over what.
#[derive(Debug, Deserialize)]
pub(crate) struct RunQuery {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    project: Option<i64>,
    #[serde(default)]
    view: Option<i64>,
}

/// What the dialog asked, and which tasks; with them whatever the action's dialog asks.
#[derive(Debug, Deserialize)]
pub(crate) struct RunIn {
    #[serde(default)]
    filters: Option<Value>,
    #[serde(default)]
    ordering: Option<Value>,
    #[serde(default, rename = "selectedItems")]
    selected: Option<Value>,
    #[serde(default)]
    query: Option<Value>,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// Refuses what the action's dialog does not ask (SEC-119).
fn only_asked(form: &[forms::Field], given: &Map<String, Value>) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    for name in given
        .keys()
        .filter(|name| form.iter().all(|field| field.name != name.as_str()))
    {
        invalid.add(name, UNREAD);
    }
    invalid.into_result()
}

/// `POST /api/dm/actions/`
pub(crate) async fn run(
    State(services): State<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<RunQuery>,
    headers: HeaderMap,
    choice: FieldChoice,
    strict: Strict,
    Body(body): Body<RunIn>,
) -> ApiResult<Response> {
    let Some(id) = query.id else {
        let text = "No action id \"None\", use ?id=<action-id>";
        return Err(ApiError::bare(
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({ "detail": text }),
        ));
    };
    let given = |part: Option<Value>| part.filter(|part| !part.is_null());
    let mut wanted = Wanted {
        filters: given(body.filters),
        ordering: given(body.ordering),
        selected_items: given(body.selected),
        ..Wanted::default()
    };
    if let Some(query) = &body.query {
        wanted = wanted.or(Wanted::of(&read_query(query)?)?);
    }
    if id == "next_task" {
        let (project, wanted) = resolve(&services, actor, query.project, query.view, wanted, Action::Annotate).await?;
        let excluded = held(body.fields.get("exclude"));
        return next_task(&services, project, &wanted, &excluded, &choice).await;
    }
    let (project, wanted) = resolve(&services, actor, query.project, query.view, wanted, Action::TaskView).await?;
    let about = service::find(&project, &id)?;
    if strict.0 {
        only_asked(&forms::read(&services, &project, about).await?, &body.fields)?;
    }
    let job = service::begin(&services, &project, about, &wanted, body.fields).await?;
    answer_of(&services, &project, job, &headers).await
}

/// Most tasks that a browser holds.
const HELD: usize = 100;

/// The tasks that the browser holds already: a list, or a text with commas as `/next/` takes it.
fn held(exclude: Option<&Value>) -> Vec<i64> {
    match exclude {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_i64).take(HELD).collect(),
        Some(Value::String(ids)) => ids
            .split(',')
            .filter_map(|id| id.trim().parse().ok())
            .take(HELD)
            .collect(),
        _ => Vec::new(),
    }
}

/// The next task in the order in which the list is shown.
async fn next_task(
    services: &Services,
    project: Granted<ProjectRow>,
    wanted: &Wanted,
    excluded: &[i64],
    choice: &FieldChoice,
) -> ApiResult<Response> {
    let Some(task) = list::next_to_label(services, &project, wanted, excluded).await? else {
        let text = format!("There are no tasks for {}", project.actor().email);
        return Err(ApiError::not_found(text));
    };
    let row = project.row().clone();
    let task = access::task(services, project.actor().clone(), task.id, Action::Annotate).await?;
    let next = queue::take(services, task).await?;
    let page = tasks::detail(services, &next.task).await?;
    crate::queue::handed(services, &row, &next, &page, choice).await
}
