//! The only way to an object: known actor, allowed action, row of the actor's own organization (SEC-108).

pub use labelkeep_policy::{Action, Actor, Role};
pub use labelkeep_store::annotations::AnnotationRow;
pub use labelkeep_store::drafts::DraftRow;
pub use labelkeep_store::predictions::PredictionRow;
pub use labelkeep_store::projects::ProjectRow;
pub use labelkeep_store::tasks::TaskRow;
pub use labelkeep_store::uploads::UploadRow;
use labelkeep_store::{self as store, audit::Origin};

use crate::{Result, ServiceError, Services};

/// Proof that `actor` may do what was asked to `row`. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Granted<T> {
    actor: Actor,
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

    /// Both parts.
    pub fn into_parts(self) -> (Actor, T) {
        (self.actor, self.row)
    }
}

/// Where an action comes from, for the audit trail.
pub fn origin(actor: &Actor) -> Origin {
    Origin {
        organization_id: Some(actor.organization_id),
        account_id: Some(actor.account_id),
        token_id: actor.token_id,
        address: actor.address.clone(),
    }
}

/// The organization in which the actor works.
pub fn organization(actor: Actor, action: Action) -> Result<Granted<i64>> {
    allowed(&actor, action)?;
    let row = actor.organization_id;
    Ok(Granted { actor, row })
}

/// A project.
pub async fn project(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<ProjectRow>> {
    let row = store::projects::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "Project", action)
}

/// A task, with its project.
pub async fn task(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<store::tasks::TaskRow>> {
    let row = store::tasks::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "Task", action)
}

/// An annotation.
pub async fn annotation(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<store::annotations::AnnotationRow>> {
    let row = store::annotations::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "Annotation", action)
}

/// A draft. Somebody else's is not visible for change.
pub async fn draft(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<store::drafts::DraftRow>> {
    let row = store::drafts::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "AnnotationDraft", action)
}

/// A prediction.
pub async fn prediction(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<store::predictions::PredictionRow>> {
    let row = store::predictions::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "Prediction", action)
}

/// An uploaded file.
pub async fn upload(
    services: &Services,
    actor: Actor,
    id: i64,
    action: Action,
) -> Result<Granted<store::uploads::UploadRow>> {
    let row = store::uploads::find(&services.db, actor.organization_id, id).await?;
    grant(actor, row, "FileUpload", action)
}

fn grant<T>(actor: Actor, row: Option<T>, name: &'static str, action: Action) -> Result<Granted<T>> {
    // What the actor may not see is not there; the same answer either way (SEC-109).
    let row = row.ok_or(ServiceError::NotFound(name))?;
    allowed(&actor, action)?;
    Ok(Granted { actor, row })
}

fn allowed(actor: &Actor, action: Action) -> Result<()> {
    if actor.may(action) {
        Ok(())
    } else {
        Err(ServiceError::Forbidden(
            "You do not have permission to perform this action.".to_owned(),
        ))
    }
}
