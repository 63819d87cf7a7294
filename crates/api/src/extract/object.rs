//! The way to an object: `Access<target::Project, can::ProjectView>`.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;
use labelkeep_services::access::{self, Action, Actor, Granted};
use labelkeep_services::{Result, Services};

use super::{Authenticated, PathId};
use crate::{ApiError, App};

/// A kind of object that a path names by its first number. It is implemented for the rows themselves.
pub trait Target: Sized + Send + 'static {
    /// The kind, for the table of routes.
    const NAME: &'static str;

    /// Loads the row in the actor's organization and asks the policy.
    fn grant(
        services: &Services,
        actor: Actor,
        id: i64,
        action: Action,
    ) -> impl Future<Output = Result<Granted<Self>>> + Send;
}

/// An action as a type; see [`can`].
pub trait Allowed: Send + 'static {
    /// The action.
    const ACTION: Action;
}

macro_rules! actions {
    ($($(#[$note:meta])* $name:ident),+ $(,)?) => {
        /// The actions of the policy as types, for [`Access`].
        pub mod can {
            $(
                #[doc = concat!("`Action::", stringify!($name), "`")]
                #[derive(Debug)]
                pub enum $name {}
                impl super::Allowed for $name {
                    const ACTION: super::Action = super::Action::$name;
                }
            )+
        }
    };
}

labelkeep_services::for_each_action!(actions);

macro_rules! targets {
    ($($row:ty => $function:ident),+ $(,)?) => {$(
        impl Target for $row {
            const NAME: &'static str = stringify!($function);

            async fn grant(services: &Services, actor: Actor, id: i64, action: Action) -> Result<Granted<Self>> {
                access::$function(services, actor, id, action).await
            }
        }
    )+};
}

targets! {
    access::ProjectRow => project,
    access::TaskRow => task,
    access::AnnotationRow => annotation,
    access::ConnectionRow => connection,
    access::DraftRow => draft,
    access::PredictionRow => prediction,
    access::ProjectRoleRow => project_role,
    access::StorageRow => storage,
    access::UploadRow => upload,
    access::WorkspaceRow => workspace,
}

/// Proof that the caller may do `A` to the object that the path's first number names:
/// `Access(task): Access<TaskRow, can::Annotate>`.
pub struct Access<T, A>(pub Granted<T>, pub PhantomData<A>);

impl<T, A> Deref for Access<T, A> {
    type Target = Granted<T>;

    fn deref(&self) -> &Granted<T> {
        &self.0
    }
}

impl<T: Target, A: Allowed> FromRequestParts<App> for Access<T, A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        // First who, then what: a path tells nothing to strangers.
        let Authenticated(actor) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::from_request_parts(parts, app).await?;
        Ok(Access(
            T::grant(&app.services, actor, id, A::ACTION).await?,
            PhantomData,
        ))
    }
}

/// Proof that the caller may do `A` in their organization (lists, creation).
pub struct InOrganization<A>(pub Granted<i64>, pub PhantomData<A>);

impl<A> Deref for InOrganization<A> {
    type Target = Granted<i64>;

    fn deref(&self) -> &Granted<i64> {
        &self.0
    }
}

impl<A: Allowed> FromRequestParts<App> for InOrganization<A> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Authenticated(actor) = Authenticated::from_request_parts(parts, app).await?;
        Ok(InOrganization(access::organization(actor, A::ACTION)?, PhantomData))
    }
}
