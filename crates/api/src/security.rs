//! What the installation's settings leave weaker than it could be, for administrators (SEC-140, SEC-262).

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::extract::{InOrganization, can};
use crate::wire::answer;
use crate::{ApiResult, App};

/// A setting that weakens something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weakness {
    /// The setting.
    pub setting: &'static str,
    /// The requirement that it weakens.
    pub requirement: &'static str,
    /// What follows from it.
    pub consequence: &'static str,
}

#[derive(Serialize)]
struct ReportOut<'a> {
    /// Whether one person works on one machine, for whom less is asked.
    local: bool,
    weaknesses: &'a [Weakness],
}

/// `GET /api/security/report/`: ours
pub(crate) async fn report(State(app): State<App>, _: InOrganization<can::SecurityManage>) -> ApiResult<Response> {
    answer::ok(&ReportOut {
        local: app.settings.local,
        weaknesses: &app.settings.weaknesses,
    })
}
