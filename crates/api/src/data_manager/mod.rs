//! The data manager: views, columns, and what is done to lists of tasks.

pub(crate) mod actions;
pub(crate) mod columns;
pub(crate) mod events;
pub(crate) mod jobs;
pub(crate) mod statistics;
pub(crate) mod trash;
pub(crate) mod views;

use labelkeep_services::Services;
use labelkeep_services::access::{self, Action, Actor, Granted, ProjectRow};
use serde::Deserialize;

use crate::{ApiError, ApiResult};

/// The project that a query names.
#[derive(Debug, Deserialize)]
pub(crate) struct OfProject {
    #[serde(default)]
    pub(crate) project: Option<i64>,
}

impl OfProject {
    /// The project, for somebody who may do this there.
    pub(crate) async fn granted(
        &self,
        services: &Services,
        actor: Actor,
        action: Action,
    ) -> ApiResult<Granted<ProjectRow>> {
        let id = self
            .project
            .ok_or_else(|| ApiError::field("project", "This field is required."))?;
        Ok(access::project(services, actor, id, action).await?)
    }
}
