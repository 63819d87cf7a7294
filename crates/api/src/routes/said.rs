//! What is said behind a handler, as its extractors find it in the request: how far a token must go (SEC-093).
//!
//! Handlers whose parameters name the action ask for it there. The others would each have to remember it.

use http::Method;
use labelkeep_services::Result;
use labelkeep_services::access::{self, Action, Actor};

use crate::extract::is_write;

/// What is said behind a handler.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said {
    /// `.own()`
    Own,
    /// `.asks(action, kind)`
    Asks(Action, &'static str),
}

impl Said {
    /// Whether the credential goes far enough. What the caller's role allows is up to the handler, which knows the object.
    pub(crate) fn check(self, actor: &Actor, method: &Method) -> Result<()> {
        match self {
            Said::Own if is_write(method) => access::own_account(actor),
            Said::Own => Ok(()),
            Said::Asks(action, "organization") => access::organization(actor.clone(), action).map(drop),
            Said::Asks(action, _) => access::token_allows(actor, action),
        }
    }
}
