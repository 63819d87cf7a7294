//! Workspaces: groups of projects with members, and a personal one for each.

use labelkeep_policy::Actor;
use labelkeep_store::members::{Of, Wanted};
use labelkeep_store::projects::ProjectRow;
use labelkeep_store::workspaces::{self as rows, WorkspaceFields};
pub use labelkeep_store::workspaces::{Filter, ListedWorkspace, Order, WorkspaceRow};
use labelkeep_store::{Tx, assignments, audit};

use crate::access::{self, Action, Granted};
use crate::annotations::locked_project;
use crate::project_members::{self, Choice};
use crate::projects;
use crate::{Invalid, Result, ServiceError, Services};

/// Workspaces in one list at most.
const MOST: i64 = 1_000;
/// The longest title and description, in characters.
const TITLE: usize = 150;
const DESCRIPTION: usize = 10_000;

/// Changes of a workspace, or what a new one is made of; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Change {
    pub title: Option<String>,
    pub description: Option<String>,
    pub color: Option<String>,
    pub is_archived: Option<bool>,
}

/// The workspaces that the caller sees. Who may make projects has a sandbox, made when it is first looked for.
pub async fn list(
    services: &Services,
    organization: &Granted<i64>,
    filter: Filter,
    order: Order,
) -> Result<Vec<ListedWorkspace>> {
    let actor = organization.actor();
    if organization.may(Action::ProjectCreate)
        && actor.scope.changes_account()
        && rows::sandbox(&services.db, actor.organization_id, actor.account_id)
            .await?
            .is_none()
    {
        make_sandbox(services, actor).await?;
    }
    Ok(rows::list(&services.db, &actor.viewer(), filter, order, MOST).await?)
}

async fn make_sandbox(services: &Services, actor: &Actor) -> Result<()> {
    let (organization_id, account_id, now) = (actor.organization_id, actor.account_id, services.now());
    let made = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let fields = WorkspaceFields {
                    title: "My sandbox".to_owned(),
                    description: String::new(),
                    color: "#FFFFFF".to_owned(),
                    is_archived: false,
                };
                let row = rows::insert(tx, organization_id, account_id, fields, true, now).await?;
                rows::add_members(tx, row.id, &[account_id], now).await?;
                Ok::<_, labelkeep_store::StoreError>(())
            })
        })
        .await;
    match made {
        // Another request of the same person has made it.
        Err(error) if error.is_unique_violation() => Ok(()),
        other => Ok(other?),
    }
}

/// One workspace as its list shows it.
pub async fn detail(services: &Services, actor: &Actor, id: i64) -> Result<ListedWorkspace> {
    let filter = Filter {
        id: Some(id),
        ..Filter::default()
    };
    rows::list(&services.db, &actor.viewer(), filter, Order::Id(false), 1)
        .await?
        .pop()
        .ok_or(ServiceError::NotFound("Workspace"))
}

/// Makes a workspace; its maker is a member. A personal one exists once: asked for again, it is given.
pub async fn create(
    services: &Services,
    organization: Granted<i64>,
    change: Change,
    is_personal: bool,
) -> Result<ListedWorkspace> {
    let (actor, organization_id) = organization.into_parts();
    if is_personal {
        if rows::sandbox(&services.db, organization_id, actor.account_id)
            .await?
            .is_none()
        {
            make_sandbox(services, &actor).await?;
        }
        let id = rows::sandbox(&services.db, organization_id, actor.account_id).await?;
        return detail(services, &actor, id.ok_or(ServiceError::NotFound("Workspace"))?).await;
    }
    if change.title.is_none() {
        return Err(Invalid::field("title", "This field is required.").into());
    }
    let empty = WorkspaceFields {
        title: String::new(),
        description: String::new(),
        color: "#FFFFFF".to_owned(),
        is_archived: false,
    };
    let fields = changed(empty, change)?;
    let (now, origin, account_id) = (services.now(), access::origin(&actor), actor.account_id);
    let id = services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let row = rows::insert(tx, organization_id, account_id, fields, false, now).await?;
                rows::add_members(tx, row.id, &[account_id], now).await?;
                let object = format!("workspace:{}", row.id);
                audit::record(tx, &origin, "workspace.create", &object, "{}", now).await?;
                Ok::<_, ServiceError>(row.id)
            })
        })
        .await?;
    detail(services, &actor, id).await
}

/// Changes a workspace.
pub async fn update(services: &Services, workspace: Granted<WorkspaceRow>, change: Change) -> Result<ListedWorkspace> {
    let (actor, row) = workspace.into_parts();
    if row.is_personal && change.is_archived == Some(true) {
        return Err(Invalid::field("is_archived", "A personal workspace is not archived.").into());
    }
    let id = row.id;
    let fields = WorkspaceFields {
        title: row.title,
        description: row.description,
        color: row.color,
        is_archived: row.is_archived,
    };
    let fields = changed(fields, change)?;
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                rows::update(tx, id, fields, now).await?;
                audit::record(tx, &origin, "workspace.update", &format!("workspace:{id}"), "{}", now).await
            })
        })
        .await?;
    detail(services, &actor, id).await
}

fn changed(mut fields: WorkspaceFields, change: Change) -> Result<WorkspaceFields, Invalid> {
    let mut invalid = Invalid::default();
    if let Some(title) = change.title.as_deref().map(crate::names::plain) {
        if title.is_empty() {
            invalid.add("title", "This field may not be blank.");
        } else if title.chars().count() > TITLE {
            invalid.add(
                "title",
                format!("Ensure this field has no more than {TITLE} characters."),
            );
        }
        fields.title = title;
    }
    if let Some(description) = change.description {
        if description.chars().count() > DESCRIPTION {
            let text = format!("Ensure this field has no more than {DESCRIPTION} characters.");
            invalid.add("description", text);
        }
        fields.description = description;
    }
    if let Some(color) = change.color {
        if !crate::projects::is_color(&color) {
            invalid.add("color", "Color must be in \"#RRGGBB\" format");
        }
        fields.color = color;
    }
    fields.is_archived = change.is_archived.unwrap_or(fields.is_archived);
    invalid.into_result()?;
    Ok(fields)
}

/// Removes an empty workspace.
pub async fn delete(services: &Services, workspace: Granted<WorkspaceRow>) -> Result<()> {
    let (actor, row) = workspace.into_parts();
    if row.is_personal {
        return Err(ServiceError::Forbidden(
            "A personal workspace cannot be deleted.".to_owned(),
        ));
    }
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !rows::delete(tx, row.id).await? {
                    return Err(Invalid::whole("Move or delete the projects of this workspace first.").into());
                }
                let object = format!("workspace:{}", row.id);
                audit::record(tx, &origin, "workspace.delete", &object, "{}", now).await?;
                Ok::<_, ServiceError>(())
            })
        })
        .await
}

/// Adds members; gives how many are new. Somebody from outside the organization fails the whole (SEC-111).
pub async fn add_members(services: &Services, workspace: Granted<WorkspaceRow>, choice: Choice) -> Result<u64> {
    let (actor, row) = workspace.into_parts();
    shared(&row)?;
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let people = project_members::chosen(tx, actor.organization_id, Of::Organization, choice).await?;
                let ids: Vec<i64> = people.into_iter().map(|(id, _)| id).collect();
                let created = rows::add_members(tx, row.id, &ids, now).await?;
                record(tx, &origin, "workspace.members.add", row.id, &ids, now).await?;
                Ok(created)
            })
        })
        .await
}

/// Removes members; gives how many there were.
pub async fn remove_members(services: &Services, workspace: Granted<WorkspaceRow>, choice: Choice) -> Result<u64> {
    let (actor, row) = workspace.into_parts();
    shared(&row)?;
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                let of = Of::Workspace(row.id);
                let people = project_members::chosen(tx, actor.organization_id, of, choice).await?;
                let ids: Vec<i64> = people.into_iter().map(|(id, _)| id).collect();
                let deleted = rows::remove_members(tx, row.id, &ids).await?;
                record(tx, &origin, "workspace.members.remove", row.id, &ids, now).await?;
                Ok(deleted)
            })
        })
        .await
}

fn shared(row: &WorkspaceRow) -> Result<()> {
    if row.is_personal {
        return Err(ServiceError::Forbidden(
            "A personal workspace has no other members.".to_owned(),
        ));
    }
    Ok(())
}

async fn record(tx: &mut Tx, origin: &audit::Origin, action: &str, id: i64, accounts: &[i64], now: i64) -> Result<()> {
    let detail = serde_json::json!({ "users": accounts }).to_string();
    Ok(audit::record(tx, origin, action, &format!("workspace:{id}"), &detail, now).await?)
}

/// A page of the members.
pub async fn members(
    services: &Services,
    workspace: &Granted<WorkspaceRow>,
    wanted: &Wanted,
    offset: i64,
    limit: i64,
) -> Result<project_members::Page> {
    let of = Of::Workspace(workspace.row().id);
    let order = project_members::Order::Email(false);
    project_members::page_of(
        services,
        workspace.actor().organization_id,
        of,
        wanted,
        order,
        offset,
        limit,
    )
    .await
}

/// How the tasks of a project reach those who annotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// The queue hands them out to all annotators.
    Automatic,
    /// Each is assigned to people; only they see it.
    Manual,
}

impl Assignment {
    /// The word that the database and the wire use.
    pub fn word(self) -> &'static str {
        match self {
            Assignment::Automatic => "automatic",
            Assignment::Manual => "manual",
        }
    }
}

/// Where a project is to go: a workspace that the caller may change, or none. Nothing is moved to a parent that they may not
/// change (SEC-110); into and out of a sandbox only its maker moves, and only what they made.
#[derive(Debug, Clone, Copy)]
struct Place {
    workspace_id: Option<i64>,
    sandbox_of: Option<i64>,
}

/// Where a project is, and how its tasks reach people, as far as that changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrangement {
    place: Option<Place>,
    assignment: Option<Assignment>,
}

impl Arrangement {
    /// Writes it, after the project was locked.
    pub(crate) async fn put(self, tx: &mut Tx, project_id: i64) -> Result<()> {
        if let Some(place) = self.place {
            rows::place(tx, project_id, place.workspace_id, place.sandbox_of).await?;
            labelkeep_store::storages::reopen(tx, project_id).await?;
        }
        if let Some(assignment) = self.assignment {
            assignments::set_mode(tx, project_id, assignment.word()).await?;
        }
        Ok(())
    }
}

/// Takes the arrangement out of a change, and checks it; `project` is there already, or new.
pub(crate) async fn arrangement(
    services: &Services,
    actor: &Actor,
    project: Option<&ProjectRow>,
    change: &mut projects::Change,
) -> Result<Arrangement> {
    let wanted = change.workspace.take();
    let current = project.and_then(|project| project.workspace_id);
    let place = match wanted {
        Some(id) if id != current => Some(place(services, actor, project, id).await?),
        _ => None,
    };
    Ok(Arrangement {
        place,
        assignment: change.assignment.take(),
    })
}

/// Checks a move.
async fn place(
    services: &Services,
    actor: &Actor,
    project: Option<&ProjectRow>,
    workspace_id: Option<i64>,
) -> Result<Place> {
    if let Some(from) = project.and_then(|project| project.workspace_id)
        && Some(from) != workspace_id
    {
        access::workspace(services, actor.clone(), from, Action::WorkspaceChange).await?;
    }
    let Some(id) = workspace_id else {
        return Ok(Place {
            workspace_id: None,
            sandbox_of: None,
        });
    };
    let to = access::workspace(services, actor.clone(), id, Action::WorkspaceChange)
        .await
        .map_err(|error| match error {
            ServiceError::NotFound(_) => {
                Invalid::field("workspace", format!("Invalid pk \"{id}\" - object does not exist.")).into()
            }
            other => other,
        })?;
    let to = to.row();
    if to.is_archived {
        return Err(Invalid::field("workspace", "This workspace is archived.").into());
    }
    let theirs = project.is_none_or(|project| project.created_by == Some(actor.account_id));
    if to.is_personal && !theirs {
        return Err(Invalid::field("workspace", "Only projects that you made go into your sandbox.").into());
    }
    Ok(Place {
        workspace_id,
        sandbox_of: to.is_personal.then_some(to.created_by),
    })
}

/// Moves a project into a workspace, or out of it.
pub async fn move_project(services: &Services, project: Granted<ProjectRow>, workspace_id: Option<i64>) -> Result<()> {
    let arrangement = Arrangement {
        place: Some(place(services, project.actor(), Some(project.row()), workspace_id).await?),
        assignment: None,
    };
    let (actor, project) = project.into_parts();
    let (now, origin) = (services.now(), access::origin(&actor));
    services
        .db
        .write(move |tx| {
            Box::pin(async move {
                locked_project(tx, project.id).await?;
                arrangement.put(tx, project.id).await?;
                let detail = serde_json::json!({ "workspace": workspace_id }).to_string();
                let object = format!("project:{}", project.id);
                audit::record(tx, &origin, "project.move", &object, &detail, now).await?;
                Ok(())
            })
        })
        .await
}
