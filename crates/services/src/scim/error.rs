//! Why a provider's request was not done. The web side makes the standard's answer of it (RFC 7644 §3.12).

use labelkeep_store::StoreError;

use super::filter::Unreadable;
use crate::{Invalid, ServiceError};

/// A request that was not done.
#[derive(Debug)]
pub enum ScimError {
    /// The request is at fault; nothing has changed.
    Refused(Reason, String),
    /// Anything else.
    Service(ServiceError),
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reason {
    InvalidFilter,
    InvalidSyntax,
    InvalidPath,
    InvalidValue,
    NoTarget,
    /// It cannot be changed, or not in this way.
    Mutability,
    /// There is one already.
    Uniqueness,
    /// There is no such resource in the organization.
    NotFound,
    /// The provider may not touch it (SEC-084).
    Forbidden,
    /// It has changed in the meantime.
    Version,
    TooLarge,
}

impl Reason {
    /// An error with this reason.
    pub fn refuse(self, text: impl Into<String>) -> ScimError {
        ScimError::Refused(self, text.into())
    }
}

impl From<StoreError> for ScimError {
    fn from(error: StoreError) -> Self {
        ScimError::Service(error.into())
    }
}

impl From<ServiceError> for ScimError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid(invalid) => invalid.into(),
            other => ScimError::Service(other),
        }
    }
}

impl From<Invalid> for ScimError {
    fn from(invalid: Invalid) -> Self {
        Reason::InvalidValue.refuse(invalid.to_string())
    }
}

impl Unreadable {
    /// The same as an error about a filter.
    pub(super) fn of_filter(self) -> ScimError {
        Reason::InvalidFilter.refuse(format!("The filter cannot be read. {}", self.0))
    }

    /// The same as an error about a path.
    pub(super) fn of_path(self) -> ScimError {
        Reason::InvalidPath.refuse(format!("The path cannot be read. {}", self.0))
    }
}
