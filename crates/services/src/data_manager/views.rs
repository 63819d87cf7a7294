//! Views: what people keep of a list of tasks. Shared ones are for everybody who sees the project; private ones for their maker.

use labelkeep_policy::Action;
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::views::{self as rows, ViewFields, ViewRow};
use labelkeep_store::{Tx, audit};
use serde_json::{Map, Value};

use super::query::{Names, Reader, Wanted};
use crate::access::{self, Actor, Granted};
use crate::{Invalid, Result, ServiceError, Services};

/// A view, as far as the person may use it.
#[derive(Debug, Clone)]
pub struct View {
    /// The view.
    pub row: ViewRow,
    /// Whether the person may change it.
    pub can_change: bool,
}

impl View {
    fn of(project: &Granted<ProjectRow>, row: ViewRow) -> View {
        View {
            can_change: may_change(project, &row),
            row,
        }
    }

    /// What it shows.
    pub fn wanted(&self) -> Wanted {
        let json = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let data: Value = serde_json::from_str(&self.row.data).unwrap_or_default();
        let part = |name: &str| data.get(name).filter(|part| !part.is_null()).cloned();
        Wanted {
            filters: json(&self.row.filters),
            ordering: json(&self.row.ordering),
            selected_items: json(&self.row.selected_items),
            hidden_columns: part("hiddenColumns"),
            display_types: part("columnsDisplayType"),
        }
    }

    /// `data` of the wire: what pages keep, with filters, order and selection put back.
    pub fn data(&self) -> Value {
        let mut data = match serde_json::from_str(&self.row.data) {
            Ok(Value::Object(data)) => data,
            _ => Map::new(),
        };
        for (name, part) in [
            ("filters", &self.row.filters),
            ("ordering", &self.row.ordering),
            ("selectedItems", &self.row.selected_items),
        ] {
            if let Some(part) = part.as_deref().and_then(|text| serde_json::from_str(text).ok()) {
                data.insert(name.to_owned(), part);
            }
        }
        Value::Object(data)
    }
}

/// Shared views are changed by those who share them, private ones by their maker.
fn may_change(project: &Granted<ProjectRow>, row: &ViewRow) -> bool {
    if row.is_private {
        row.account_id == project.actor().account_id
    } else {
        project.may(Action::ViewShare)
    }
}

/// Most views of a project.
const MOST: i64 = 1_000;

/// The views that the person sees, from the left.
pub async fn list(services: &Services, project: &Granted<ProjectRow>) -> Result<Vec<View>> {
    let rows = rows::list(&services.db, project.row().id, project.actor().account_id).await?;
    Ok(rows.into_iter().map(|row| View::of(project, row)).collect())
}

/// A view with its project. Somebody else's private one does not exist.
pub async fn find(services: &Services, actor: Actor, id: i64) -> Result<(Granted<ProjectRow>, View)> {
    let missing = || ServiceError::NotFound("View");
    let row = rows::find(&services.db, id).await?.ok_or_else(missing)?;
    let project = match access::project(services, actor, row.project_id, Action::TaskView).await {
        Err(ServiceError::NotFound(_)) => return Err(missing()),
        other => other?,
    };
    if row.is_private && row.account_id != project.actor().account_id {
        return Err(missing());
    }
    let view = View::of(&project, row);
    Ok((project, view))
}

/// What a view becomes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// `data` of the wire.
    pub data: Option<Map<String, Value>>,
    /// Only for its maker.
    pub is_private: Option<bool>,
}

/// Adds a view behind all others.
pub async fn create(services: &Services, project: &Granted<ProjectRow>, change: Change) -> Result<View> {
    let fields = fields(services, project, None, change)?;
    let (actor, project_id) = (project.actor().clone(), project.row().id);
    let now = services.now();
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                room(tx, project_id).await?;
                let row = rows::insert(tx, project_id, actor.account_id, fields, now).await?;
                note(tx, &actor, "view.create", &row, now).await?;
                Ok::<_, ServiceError>(row)
            })
        })
        .await?;
    Ok(View::of(project, row))
}

async fn room(tx: &mut Tx, project_id: i64) -> Result<()> {
    if rows::count(tx, project_id).await? >= MOST {
        return Err(Invalid::whole(format!("A project has at most {MOST} views.")).into());
    }
    Ok(())
}

async fn note(tx: &mut Tx, actor: &Actor, action: &str, row: &ViewRow, now: i64) -> Result<()> {
    let detail = serde_json::json!({ "project": row.project_id, "private": row.is_private }).to_string();
    let object = format!("view:{}", row.id);
    Ok(audit::record(tx, &access::origin(actor), action, &object, &detail, now).await?)
}

/// Changes a view.
pub async fn update(services: &Services, project: &Granted<ProjectRow>, view: View, change: Change) -> Result<View> {
    allowed(&view)?;
    let id = view.row.id;
    let fields = fields(services, project, Some(&view), change)?;
    let actor = project.actor().clone();
    let now = services.now();
    let row = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = rows::update(tx, id, fields, now)
                    .await?
                    .ok_or(ServiceError::NotFound("View"))?;
                note(tx, &actor, "view.update", &row, now).await?;
                Ok::<_, ServiceError>(row)
            })
        })
        .await?;
    Ok(View::of(project, row))
}

fn allowed(view: &View) -> Result<()> {
    if view.can_change {
        Ok(())
    } else {
        Err(access::forbidden())
    }
}

/// Copies a view; the copy stands behind all others.
pub async fn duplicate(
    services: &Services,
    project: &Granted<ProjectRow>,
    view: &View,
    title: Option<String>,
    is_private: Option<bool>,
) -> Result<View> {
    let Value::Object(mut data) = view.data() else {
        return Err(ServiceError::Internal("a view without data".to_owned()));
    };
    let old = data.get("title").and_then(Value::as_str).unwrap_or("View").to_owned();
    data.insert(
        "title".to_owned(),
        title.unwrap_or_else(|| format!("{old} (copy)")).into(),
    );
    let change = Change {
        data: Some(data),
        is_private: Some(is_private.unwrap_or(view.row.is_private)),
    };
    create(services, project, change).await
}

/// Removes a view.
pub async fn delete(services: &Services, project: &Granted<ProjectRow>, view: View) -> Result<()> {
    allowed(&view)?;
    let actor = project.actor().clone();
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::delete(tx, view.row.id).await?;
                note(tx, &actor, "view.delete", &view.row, now).await
            })
        })
        .await
}

/// Removes the shared views and the person's private ones; only these, where they may not change the others.
pub async fn reset(services: &Services, project: &Granted<ProjectRow>) -> Result<()> {
    let (actor, project_id) = (project.actor().clone(), project.row().id);
    let shared = project.may(Action::ViewShare);
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::reset(tx, project_id, actor.account_id, shared).await?;
                let object = format!("project:{project_id}");
                Ok(audit::record(tx, &access::origin(&actor), "view.reset", &object, "{}", now).await?)
            })
        })
        .await
}

/// Puts views into this order. Ids that are none of the project's are ignored.
pub async fn reorder(services: &Services, project: &Granted<ProjectRow>, ids: Vec<i64>) -> Result<()> {
    if ids.len() > MOST as usize {
        return Err(Invalid::field("ids", format!("A project has at most {MOST} views.")).into());
    }
    let own: Vec<i64> = list(services, project)
        .await?
        .into_iter()
        .filter(|view| view.can_change)
        .map(|view| view.row.id)
        .collect();
    let (actor, project_id) = (project.actor().clone(), project.row().id);
    let now = services.now();
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                for (place, id) in (0..).zip(ids) {
                    if own.contains(&id) {
                        rows::place(tx, project_id, id, place, now).await?;
                    }
                }
                let object = format!("project:{project_id}");
                Ok(audit::record(tx, &access::origin(&actor), "view.reorder", &object, "{}", now).await?)
            })
        })
        .await
}

/// Takes filters, order and selection out of `data`, checks them, and keeps of the old view what is not said.
fn fields(
    services: &Services,
    project: &Granted<ProjectRow>,
    old: Option<&View>,
    change: Change,
) -> Result<ViewFields> {
    let shares = project.may(Action::ViewShare);
    let was_private = old.map(|view| view.row.is_private);
    let is_private = !shares || change.is_private.or(was_private).unwrap_or(false);
    if let Some(view) = old
        && is_private
        && !view.row.is_private
        && view.row.account_id != project.actor().account_id
    {
        let text = "Only who has made a view can keep it for themselves.";
        return Err(Invalid::field("private", text).into());
    }
    let Some(mut data) = change.data else {
        let Some(view) = old else {
            return Err(Invalid::field("data", "This field is required.").into());
        };
        let row = view.row.clone();
        return Ok(ViewFields {
            is_private,
            data: row.data,
            filters: row.filters,
            ordering: row.ordering,
            selected_items: row.selected_items,
        });
    };
    let mut take = |name: &str| data.remove(name).filter(|part| !part.is_null());
    let (filters, ordering, selected) = (take("filters"), take("ordering"), take("selectedItems"));
    let wanted = Wanted {
        filters: filters.clone(),
        ordering: ordering.clone(),
        selected_items: selected.clone(),
        hidden_columns: None,
        display_types: data.get("columnsDisplayType").cloned(),
    };
    Reader::new(services, project)?.read(&wanted, Names::Whole)?;
    let kept = |old: Option<&Option<String>>| old.cloned().flatten();
    let text = |part: &Value| Some(part.to_string());
    let is_empty = |part: &Value| part.as_array().is_some_and(Vec::is_empty);
    Ok(ViewFields {
        is_private,
        data: Value::Object(data).to_string(),
        filters: match &filters {
            // Filters without lines clear them.
            Some(filters) if filters.get("items").is_none_or(is_empty) => None,
            Some(filters) => text(filters),
            None => kept(old.map(|view| &view.row.filters)),
        },
        ordering: match &ordering {
            Some(ordering) if is_empty(ordering) => None,
            Some(ordering) => text(ordering),
            None => kept(old.map(|view| &view.row.ordering)),
        },
        selected_items: match &selected {
            Some(selected) => text(selected),
            None => kept(old.map(|view| &view.row.selected_items)),
        },
    })
}
