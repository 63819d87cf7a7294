//! The only way to an object: known actor, allowed action, row that the actor may see (SEC-108).

use std::collections::BTreeSet;

use labelkeep_policy::properties;
pub use labelkeep_policy::{Action, Actor, Role, Rules};
use labelkeep_store as store;
pub use labelkeep_store::annotations::AnnotationRow;
use labelkeep_store::audit::{Origin, Request};
pub use labelkeep_store::drafts::DraftRow;
pub use labelkeep_store::members::ProjectRoleRow;
pub use labelkeep_store::predictions::PredictionRow;
pub use labelkeep_store::projects::ProjectRow;
pub use labelkeep_store::storages::StorageRow;
pub use labelkeep_store::storages::connections::ConnectionRow;
pub use labelkeep_store::tasks::TaskRow;
pub use labelkeep_store::uploads::UploadRow;
pub use labelkeep_store::workspaces::WorkspaceRow;

use crate::{Result, ServiceError, Services};

/// Proof that `actor` may do what was asked to `row`. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Granted<T> {
    actor: Actor,
    role: Role,
    row: T,
}

impl<T> Granted<T> {
    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What they act on.
    pub fn row(&self) -> &T {
        &self.row
    }

    /// What the actor is where the row is: a project may give them another role than the organization does.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether the actor may do a further action there.
    pub fn may(&self, action: Action) -> bool {
        self.actor.may_as(self.role, action)
    }

    /// The only one whose work the actor sees there; none: everybody's (SEC-117).
    pub fn only_own(&self) -> Option<i64> {
        (!self.may(Action::AnnotationViewOthers)).then_some(self.actor.account_id)
    }

    /// Whether the actor may write a property of what they may change (SEC-119).
    pub fn may_write(&self, kind: &str, name: &str) -> bool {
        properties::writable(kind, name).is_none_or(|action| self.may(action))
    }

    /// Both parts.
    pub fn into_parts(self) -> (Actor, T) {
        (self.actor, self.row)
    }
}

impl Granted<ProjectRow> {
    /// The one whose assigned tasks are all that the actor is shown of the project; none: they see all tasks.
    pub fn assigned_only(&self) -> Option<i64> {
        (self.role == Role::Annotator && self.row.assignment == "manual").then_some(self.actor.account_id)
    }
}

/// Where an action comes from, for the audit trail.
pub fn origin(actor: &Actor) -> Origin {
    Origin {
        organization_id: Some(actor.organization_id),
        account_id: Some(actor.account_id),
        token_id: actor.token_id,
        address: actor.address.clone(),
        claimed: None,
    }
}

/// The organization in which the actor works. A token that is bound to projects does nothing here but look around.
pub fn organization(actor: Actor, action: Action) -> Result<Granted<i64>> {
    let bound = !actor.scope.projects.is_empty() && !action.only_reads();
    if bound || !actor.may(action) {
        return Err(forbidden());
    }
    let (role, row) = (actor.role, actor.organization_id);
    Ok(Granted { actor, role, row })
}

/// What belongs to the actor's account itself. A token that only reads, or that is bound to projects, changes nothing there.
pub fn own_account(actor: &Actor) -> Result<()> {
    if actor.scope.changes_account() {
        Ok(())
    } else {
        Err(forbidden())
    }
}

/// Whether the actor's token may do the action at all, on whatever object.
pub fn token_allows(actor: &Actor, action: Action) -> Result<()> {
    if actor.scope.allows(action) {
        Ok(())
    } else {
        Err(forbidden())
    }
}

/// A project.
pub async fn project(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<ProjectRow>> {
    let row = store::projects::find(&services.db, &actor.viewer(), id).await?;
    grant(services, actor, row.map(|row| (row.id, row)), "Project", action).await
}

/// A project, for who runs the server: in the name of the member with this address, who must see it, else of an owner. Whoever has the
/// database has all rights anyway, so that without a name personal workspaces are open, too. What is another organization's than the
/// one whose server it is takes a reason, of which its owners learn (SEC-115).
pub async fn console_project(
    services: &Services,
    email: Option<&str>,
    id: i64,
    action: Action,
    reason: Option<&str>,
) -> Result<Granted<ProjectRow>> {
    let row = store::projects::find_for_job(&services.db, id)
        .await?
        .ok_or(ServiceError::NotFound("Project"))?;
    crate::accounts::check_console(services, &row, action, reason).await?;
    let actor = crate::accounts::console_actor(services, row.organization_id, email).await?;
    match email {
        Some(_) => project(services, actor, id, action).await,
        None => grant(services, actor, Some((id, row)), "Project", action).await,
    }
}

/// A task. Who labels in a project with assigned tasks is shown those.
pub async fn task(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<TaskRow>> {
    let row = store::tasks::find(&services.db, &actor.viewer(), id).await?;
    let granted = grant(services, actor, row.map(|row| (row.project_id, row)), "Task", action).await?;
    let (project_id, id) = (granted.row.project_id, granted.row.id);
    shown(services, granted, project_id, id, "Task").await
}

/// The task that the queue has handed out in a project that the actor reaches: what is known of the project is not asked
/// again.
pub(crate) async fn handed(
    services: &Services,
    project: Granted<ProjectRow>,
    task: TaskRow,
) -> Result<Granted<TaskRow>> {
    let Granted {
        actor,
        role,
        row: project,
    } = project;
    let id = task.id;
    let granted = Granted { actor, role, row: task };
    shown(services, granted, project.id, id, "Task").await
}

/// An annotation. Who may not see those of others is told that they do not exist.
pub async fn annotation(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<AnnotationRow>> {
    let row = store::annotations::find(&services.db, &actor.viewer(), id).await?;
    let granted = grant(
        services,
        actor,
        row.map(|row| (row.project_id, row)),
        "Annotation",
        action,
    )
    .await?;
    if granted.row.completed_by != Some(granted.actor.account_id) {
        if !granted.may(Action::AnnotationViewOthers) {
            return Err(ServiceError::NotFound("Annotation"));
        }
        // Seeing the work of others is one thing, changing it another (SEC-116).
        if !action.only_reads() && !granted.may(Action::AnnotationChange) {
            return Err(forbidden());
        }
    }
    let (project_id, task_id) = (granted.row.project_id, granted.row.task_id);
    shown(services, granted, project_id, task_id, "Annotation").await
}

/// A draft. Somebody else's is not visible for change.
pub async fn draft(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<DraftRow>> {
    let name = "AnnotationDraft";
    let row = store::drafts::find(&services.db, &actor.viewer(), id)
        .await?
        .ok_or(ServiceError::NotFound(name))?;
    // A draft names its task only.
    let task = store::tasks::find(&services.db, &actor.viewer(), row.task_id).await?;
    let row = task.map(|task| (task.project_id, row));
    let project_id = row.as_ref().map_or(0, |(project_id, _)| *project_id);
    let granted = grant(services, actor, row, name, action).await?;
    if granted.row.account_id != granted.actor.account_id && !granted.may(Action::AnnotationViewOthers) {
        return Err(ServiceError::NotFound(name));
    }
    let task_id = granted.row.task_id;
    shown(services, granted, project_id, task_id, name).await
}

/// A prediction.
pub async fn prediction(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<PredictionRow>> {
    let row = store::predictions::find(&services.db, &actor.viewer(), id).await?;
    let granted = grant(
        services,
        actor,
        row.map(|row| (row.project_id, row)),
        "Prediction",
        action,
    )
    .await?;
    let (project_id, task_id) = (granted.row.project_id, granted.row.task_id);
    shown(services, granted, project_id, task_id, "Prediction").await
}

/// An uploaded file.
pub async fn upload(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<UploadRow>> {
    let row = store::uploads::find(&services.db, &actor.viewer(), id).await?;
    let granted = grant(
        services,
        actor,
        row.map(|row| (row.project_id, row)),
        "FileUpload",
        action,
    )
    .await?;
    Request::reached("upload", granted.row.id, granted.row.project_id);
    Ok(granted)
}

/// A storage.
pub async fn storage(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<StorageRow>> {
    let row = store::storages::find(&services.db, &actor.viewer(), id).await?;
    let row = row.map(|row| (row.project_id, row));
    let granted = grant(services, actor, row, "Storage", action).await?;
    Request::reached("storage", granted.row.id, granted.row.project_id);
    Ok(granted)
}

/// A connection of the organization.
pub async fn connection(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<ConnectionRow>> {
    let (actor, organization_id) = organization(actor, action)?.into_parts();
    let row = store::storages::connections::find(&services.db, organization_id, id)
        .await?
        .ok_or(ServiceError::NotFound("Connection"))?;
    let role = actor.role;
    Ok(Granted { actor, role, row })
}

/// A workspace. A token that is bound to projects does nothing with it but look.
pub async fn workspace(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<WorkspaceRow>> {
    let row = store::workspaces::find(&services.db, &actor.viewer(), id)
        .await?
        .ok_or(ServiceError::NotFound("Workspace"))?;
    let bound = !actor.scope.projects.is_empty() && !action.only_reads();
    if bound || !actor.may(action) {
        return Err(forbidden());
    }
    let role = actor.role;
    Ok(Granted { actor, role, row })
}

/// A role that somebody has in a project.
pub async fn project_role(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<ProjectRoleRow>> {
    let row = store::members::find_role(&services.db, &actor.viewer(), id).await?;
    grant(
        services,
        actor,
        row.map(|row| (row.project_id, row)),
        "ProjectRole",
        action,
    )
    .await
}

/// What the actor may not see is not there; the same answer either way (SEC-109). `row` comes with its project.
async fn grant<T>(
    services: &Services,
    actor: Actor,
    row: Option<(i64, T)>,
    name: &'static str,
    action: Action,
) -> Result<Granted<T>> {
    let (project_id, row) = row
        .filter(|(project_id, _)| actor.scope.reaches(*project_id))
        .ok_or(ServiceError::NotFound(name))?;
    Request::reached("project", project_id, project_id);
    let role = role_in(services, &actor, project_id).await?;
    if !actor.may_as(role, action) {
        return Err(forbidden());
    }
    Ok(Granted { actor, role, row })
}

/// What the actor is in a project that they see.
async fn role_in(services: &Services, actor: &Actor, project_id: i64) -> Result<Role> {
    if !actor.role.differs_by_project() {
        return Ok(actor.role);
    }
    let word = store::members::role(&services.db, project_id, actor.account_id).await?;
    Ok(word
        .map(|word| Role::from_word(&word))
        .filter(|role| role.differs_by_project())
        .unwrap_or(actor.role))
}

/// Which of these tasks, of visible projects, the actor is shown; none: all of them (SEC-117).
pub(crate) async fn shown_tasks(services: &Services, actor: &Actor, tasks: &[i64]) -> Result<Option<BTreeSet<i64>>> {
    if !actor.role.differs_by_project() || tasks.is_empty() {
        return Ok(None);
    }
    let reviews = actor.role == Role::Reviewer;
    let shown = store::members::shown_tasks(&services.db, actor.account_id, reviews, tasks).await?;
    Ok(Some(shown.into_iter().collect()))
}

/// The grant, unless its task is not one of those that the actor is shown (SEC-117).
async fn shown<T>(
    services: &Services,
    granted: Granted<T>,
    project_id: i64,
    task_id: i64,
    name: &'static str,
) -> Result<Granted<T>> {
    Request::reached("task", task_id, project_id);
    let account_id = granted.actor.account_id;
    if granted.role == Role::Annotator
        && !store::members::is_shown_task(&services.db, project_id, task_id, account_id).await?
    {
        return Err(ServiceError::NotFound(name));
    }
    Ok(granted)
}

pub(crate) fn forbidden() -> ServiceError {
    ServiceError::Forbidden("You do not have permission to perform this action.".to_owned())
}
