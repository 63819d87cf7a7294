//! Every route of the product, grouped by who calls it. Handlers are `resource::file::verb`.
//!
//! What a route asks of the caller is in the types of its handler's parameters, or said behind it: see [`crate::routes`].
//! Paths are written as they are served: where one ends without a slash, it has none (see [`crate::middleware::slash`]).

mod accounts;
mod pages;
mod projects;

use crate::routes::{Route, Routes};

/// All routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(pages::pages())
        .merge(pages::service())
        .merge(accounts::accounts())
        .merge(accounts::factors())
        .merge(accounts::rights())
        .merge(accounts::sso())
        .merge(accounts::scim())
        .merge(projects::projects())
        .merge(projects::work())
        .merge(projects::storages())
        .merge(projects::data_manager())
        .merge(accounts::oversight())
}

/// The table of routes with what each asks of the caller, in the order of the list (SEC-106).
pub fn table() -> Vec<Route> {
    routes().table().to_vec()
}
