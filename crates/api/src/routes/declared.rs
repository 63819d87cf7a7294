//! What a handler's parameters say about who may call it. A handler is registered with the types of its extractors, so
//! what the table of routes says is what the extractors enforce (SEC-106).
//!
//! A new extractor says here what it asks for; most ask for nothing: `asks_nothing! { MyExtractor }`.

use axum::extract::{Path, RawQuery, Request, State};
use http::{HeaderMap, Method, Uri};
use labelkeep_services::access::Action;

use crate::extract::{
    Access, Allowed, Authenticated, Body, ClientAddress, Confirmed, Enrolling, Form, IdempotencyKey, IfMatch,
    InOrganization, JsonText, MaybeSignedIn, Paging, PathId, PathIds, Provisioning, PublicUrl, Query, RawBody,
    SignedIn, StoredData, Strict, Target, Work,
};
use crate::wire::FieldChoice;

/// What a parameter asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// To say who they are if they can; the handler decides what that means.
    Perhaps,
    /// To have proven who they are.
    SignedIn,
    /// To speak for an organization with a token of provisioning.
    Provisioning,
    /// To be allowed the action on an object of this kind.
    Action(Action, &'static str),
}

impl Asked {
    /// What both ask together: an action says more than signing in.
    const fn and(self, other: Asked) -> Asked {
        match (self, other) {
            (Asked::Provisioning, _) | (Asked::Action(..), _) => self,
            (_, Asked::Provisioning | Asked::Action(..)) => other,
            (Asked::SignedIn, _) => self,
            (_, Asked::SignedIn) => other,
            (Asked::Perhaps, _) => self,
            _ => other,
        }
    }
}

/// A parameter of a handler.
pub trait Asks {
    /// What it asks of the caller.
    const ASKED: Asked;
    /// Whether it reads a JSON body into a structure.
    const READS_JSON: bool = false;
}

/// The parameters of a handler together, as `axum` names them in its `Handler` trait.
pub trait Parameters {
    /// What they ask of the caller.
    const ASKED: Asked;
    /// Whether one of them reads a JSON body into a structure.
    const READS_JSON: bool;
}

impl Parameters for ((),) {
    const ASKED: Asked = Asked::Nothing;
    const READS_JSON: bool = false;
}

macro_rules! parameters {
    ($($name:ident)+) => {
        impl<Via, $($name: Asks),+> Parameters for (Via, $($name,)+) {
            const ASKED: Asked = Asked::Nothing$(.and($name::ASKED))+;
            const READS_JSON: bool = false $(|| $name::READS_JSON)+;
        }
    };
}
parameters!(A);
parameters!(A B);
parameters!(A B C);
parameters!(A B C D);
parameters!(A B C D E);
parameters!(A B C D E F);
parameters!(A B C D E F G);
parameters!(A B C D E F G H);
parameters!(A B C D E F G H I);
parameters!(A B C D E F G H I J);

impl<T: Target, A: Allowed> Asks for Access<T, A> {
    const ASKED: Asked = Asked::Action(A::ACTION, T::NAME);
}

impl<A: Allowed> Asks for InOrganization<A> {
    const ASKED: Asked = Asked::Action(A::ACTION, "organization");
}

macro_rules! asks {
    ($asked:expr => $([$($generic:ident),*] $parameter:ty),+ $(,)?) => {$(
        impl<$($generic),*> Asks for $parameter {
            const ASKED: Asked = $asked;
        }
    )+};
}

asks!(Asked::SignedIn => [] Authenticated, [] SignedIn, [] Enrolling, [] Confirmed, [] StoredData);
asks!(Asked::Provisioning => [] Provisioning);
asks!(Asked::Perhaps => [] MaybeSignedIn);
asks!(Asked::Nothing =>
    [T] State<T>, [T] Path<T>, [T] Query<T>, [T] Form<T>,
    [] ClientAddress, [] RawBody, [] Strict, [] RawQuery, [] IdempotencyKey, [] IfMatch,
    [] Paging, [] PathId, [] PublicUrl, [] FieldChoice, [] Request, [] HeaderMap, [] Method, [] Uri,
);

macro_rules! reads_json {
    ($([$($generic:ident)?] $parameter:ty),+) => {$(
        impl<$($generic)?> Asks for $parameter {
            const ASKED: Asked = Asked::Nothing;
            const READS_JSON: bool = true;
        }
    )+};
}
reads_json!([T] Body<T>, [T] Work<T>, [] JsonText);

impl<const N: usize> Asks for PathIds<N> {
    const ASKED: Asked = Asked::Nothing;
}

/// Says that extractors ask nothing of the caller.
macro_rules! asks_nothing {
    ($($parameter:ty),+ $(,)?) => {$(
        impl $crate::routes::Asks for $parameter {
            const ASKED: $crate::routes::Asked = $crate::routes::Asked::Nothing;
        }
    )+};
}
pub(crate) use asks_nothing;
