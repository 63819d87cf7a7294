//! What a handler may ask for in its parameters. An object is reached through [`Access`] and no other way: it
//! authenticated the caller, loaded the row in the caller's organization, and asked the policy.

mod auth;
mod body;
mod cookies;
mod csrf;
mod headers;
mod object;
mod paging;
mod path;
mod provisioning;
mod query;
mod stored_data;
mod strict;

pub use auth::{Authenticated, ClientAddress, Confirmed, Enrolling, MaybeSignedIn, SignedIn};
pub(crate) use auth::{cookie_names, is_write};
pub use axum::extract::RawQuery;
pub use body::ContentKind;
pub use body::{Body, Form, JsonText, RawBody, Work};
pub(crate) use cookies::cookie;
pub(crate) use csrf::{guard_origin, pre_session_secret, pre_session_valid};
pub use headers::{IdempotencyKey, IfMatch};
pub use object::{Access, Allowed, InOrganization, Target, can};
pub use paging::{Paging, PublicUrl};
pub use path::{PathId, PathIds};
pub use provisioning::Provisioning;
pub use query::Query;
pub(crate) use query::pairs;
pub use stored_data::StoredData;
pub use strict::Strict;
