//! Registration of routes, each with what it asks of the caller (SEC-106).
//!
//! It reads like axum's: `.route("/api/tasks/{id}/", get(tasks::read).delete(tasks::delete))`. What a handler asks is taken
//! from the types of its parameters: `Access<TaskRow, can::TaskView>` asks for that action. A handler that does not say it
//! with its parameters has it said behind it: `get(tasks::list).asks(TaskView)` when it asks itself, `.own()` when it
//! touches only what is the caller's, `.open(…)` when it is for everybody. Without that the server does not start.

mod declared;
mod said;

pub(crate) use declared::asks_nothing;
pub use declared::{Asked, Asks, Parameters};
pub(crate) use said::Said;

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use axum::{Extension, Router};
use http::Method;
use labelkeep_services::access::Action;

use crate::App;

/// Why a route is for everybody (SEC-091). Routes of the API may be open for the first four reasons only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Open {
    /// Signing in, up or out, and what those pages need.
    SignIn,
    /// The request carries a proof of its own: a refresh token, a signed link, a callback with its secret.
    OwnProof,
    /// Health and the short version.
    Health,
    /// The same for everybody, about nobody: security contact, cookies of other clients, pictures of templates.
    Public,
    /// A page of the app: it holds no data, and asks the API for it.
    Page,
}

impl Open {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Open::SignIn => "open: for signing in, up or out",
            Open::OwnProof => "open: the request carries a proof of its own",
            Open::Health => "open: health and the short version",
            Open::Public => "open: the same for everybody, about nobody",
            Open::Page => "open: a page of the app, without data",
        }
    }
}

/// What a route asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To be allowed the action on an object of this kind.
    Action(Action, &'static str),
    /// To be signed in; what it touches is the caller's own.
    Own,
    /// A token of provisioning; what it touches is the organization's (SEC-084).
    Provisioning,
    /// Nothing.
    Open(Open),
}

/// One row of the table of routes.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method; GET also answers HEAD.
    pub method: Method,
    /// The path with `{names}`.
    pub path: &'static str,
    /// What it asks; none is a mistake that keeps the server from starting.
    pub need: Option<Need>,
    /// Whether it reads a JSON body into a structure, so that `?strict=true` names what it does not take (SEC-119).
    pub reads_json: bool,
}

struct Entry {
    method: Method,
    reads_json: bool,
    asked: Asked,
    said: Option<Need>,
}

impl Entry {
    /// What parameters ask and what is said behind them must fit together.
    fn need(&self) -> Option<Need> {
        match (self.asked, self.said) {
            (Asked::Action(action, kind), None) => Some(Need::Action(action, kind)),
            (Asked::Provisioning, None) => Some(Need::Provisioning),
            (Asked::SignedIn, said @ Some(Need::Action(..) | Need::Own)) => said,
            (Asked::Perhaps, said) => said,
            (Asked::Nothing, said @ Some(Need::Open(_))) => said,
            _ => None,
        }
    }
}

/// The handlers of one path.
pub(crate) struct Methods {
    router: MethodRouter<App>,
    /// The last handler, apart from the others as long as something may be said of it.
    last: MethodRouter<App>,
    entries: Vec<Entry>,
}

macro_rules! methods {
    ($($name:ident $method:ident),+) => {
        $(
            /// A path with this method.
            #[allow(dead_code)] // which of them are in use is up to the list
            pub(crate) fn $name<H: Handler<T, App>, T: Parameters + 'static>(handler: H) -> Methods {
                Methods { router: MethodRouter::new(), last: MethodRouter::new(), entries: Vec::new() }.$name(handler)
            }
        )+

        #[allow(dead_code)]
        impl Methods {
            $(
                /// And with this one.
                pub(crate) fn $name<H: Handler<T, App>, T: Parameters + 'static>(self, handler: H) -> Self {
                    self.on(MethodFilter::$method, Method::$method, handler)
                }
            )+
        }
    };
}
methods!(get GET, post POST, patch PATCH, put PUT, delete DELETE);

impl Methods {
    fn on<H: Handler<T, App>, T: Parameters + 'static>(
        mut self,
        filter: MethodFilter,
        method: Method,
        handler: H,
    ) -> Self {
        self.router = self.router.merge(self.last);
        self.last = MethodRouter::new().on(filter, handler);
        self.entries.push(Entry {
            method,
            reads_json: T::READS_JSON,
            asked: T::ASKED,
            said: None,
        });
        self
    }

    fn say(mut self, need: Need) -> Self {
        if let Some(entry) = self.entries.last_mut() {
            entry.said = Some(need);
        }
        self
    }

    /// What is said is asked of the caller's token before the handler reads anything.
    fn guard(mut self, said: Said) -> Self {
        self.last = self.last.route_layer(Extension(said));
        self
    }

    /// The last handler asks for this action itself, as the object is named in the query or body.
    pub(crate) fn asks(self, action: Action, kind: &'static str) -> Self {
        self.say(Need::Action(action, kind)).guard(Said::Asks(action, kind))
    }

    /// The last handler touches only what is the caller's own. A token that only reads, or that is bound to projects,
    /// changes nothing there.
    pub(crate) fn own(self) -> Self {
        self.say(Need::Own).guard(Said::Own)
    }

    /// The same for every token: the handler changes nothing, or asks itself how far the token goes.
    pub(crate) fn own_with_any_token(self) -> Self {
        self.say(Need::Own)
    }

    /// The last handler is for everybody.
    pub(crate) fn open(self, why: Open) -> Self {
        self.say(Need::Open(why))
    }
}

/// Routes with their table.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<App>,
    table: Vec<Route>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        Routes::default()
    }

    /// Adds a path.
    pub(crate) fn route(mut self, path: &'static str, methods: Methods) -> Self {
        self.table.extend(methods.entries.iter().map(|entry| Route {
            method: entry.method.clone(),
            path,
            need: entry.need(),
            reads_json: entry.reads_json,
        }));
        self.router = self.router.route(path, methods.router.merge(methods.last));
        self
    }

    /// Adds others.
    pub(crate) fn merge(mut self, other: Routes) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The table.
    pub(crate) fn table(&self) -> &[Route] {
        &self.table
    }

    /// What axum serves. Fails where a route does not say what it asks of the caller.
    ///
    /// # Panics
    /// In that case, at the start: a mistake of the list, not of anything from outside.
    pub(crate) fn into_router(self) -> Router<App> {
        for route in &self.table {
            assert!(
                route.need.is_some(),
                "{} {} does not say who may call it: see api::routes",
                route.method,
                route.path
            );
        }
        self.router
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sec_106_every_route_says_who_may_call_it() {
        let silent: Vec<String> = crate::table()
            .iter()
            .filter(|route| route.need.is_none())
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert!(silent.is_empty(), "{silent:#?}");
    }
}
