//! How far somebody sees in their organization.

use crate::{Actor, Role};

/// What a query must know about the one who asks; it goes into the condition that every look-up of a project carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The tenant.
    pub organization_id: i64,
    /// Who asks.
    pub account_id: i64,
    /// Sees every shared project; else those they made or belong to.
    pub all_projects: bool,
    /// Sees projects that are not published yet.
    pub unpublished: bool,
}

impl Actor {
    /// How far the actor sees. The projects of a token's scope narrow it where rows are granted.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            organization_id: self.organization_id,
            account_id: self.account_id,
            all_projects: self.role.reaches_all_projects(),
            unpublished: self.role.rank() >= Role::Manager.rank(),
        }
    }
}
